"""Zips as tests plant them: honest ones, and entries that no honest archive has."""

import io
import stat
import struct
import zipfile
from collections.abc import Iterable, Mapping


def zipped(files: Mapping[str, bytes | str], folders: Iterable[str] = ()) -> bytes:
    """An ordinary archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            archive.mkdir(folder)
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def entry(name: str, data: bytes = b"x", *, mode: int = 0, **fields: int) -> bytes:
    """An archive whose one entry has these fields set by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        for field, value in fields.items():
            setattr(info, field, value)
        archive.writestr(info, data)
    return out.getvalue()


def encrypted(name: str = "a.py") -> bytes:
    """An archive whose entry says that it has a password."""
    data = bytearray(entry(name))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def twice(name: str = "a.py") -> bytes:
    """An archive with two entries of one name."""
    data = zipped({name: "x = 1", name[:-4] + "_.py": "x = 2"})
    return data.replace(name[:-4].encode() + b"_.py", name.encode())


def bomb(name: str = "a.py", size: int = 64 * 1024**2) -> bytes:
    """An archive that unpacks to a thousand times its size."""
    return zipped({name: bytes(size)})


def lying_bomb(name: str = "a.py") -> bytes:
    """The same, with a header that says it is small."""
    data = bytearray(bomb(name))
    central = data.index(b"PK\1\2")
    data[central + 24 : central + 28] = struct.pack("<L", 10)
    data[22:26] = struct.pack("<L", 10)
    return bytes(data)


def corrupt(name: str = "a.py") -> bytes:
    """An archive whose entry's bytes do not fit their checksum."""
    data = bytearray(entry(name, b"def f(): pass"))
    data[data.index(b"def")] ^= 1
    return bytes(data)


LINK = stat.S_IFLNK | 0o777
DEVICE = stat.S_IFCHR | 0o666
PIPE = stat.S_IFIFO | 0o666
