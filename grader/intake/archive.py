"""A zip from outside as a listing, in memory: nothing is ever unpacked to the disk.

The directory is looked through as a whole before anything is read: one entry that no honest archive has (a path that
leaves it, a link, a device, a password, a name twice) and the archive is refused. Sizes in headers are believed only
when they are too large; what counts are the bytes that come out, counted while they come.
"""

import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from grader.intake.listing import Item, Listing, is_noise, megabytes, problem
from grader.intake.zip_names import name_of

MOST_ENTRIES = 60_000
MOST_DEPTH = 32
"""Folders in folders."""
MOST_NAME = 1024
MOST_BYTES = 8 * 1024**3
"""That come out of one archive, before anything else is asked."""
MOST_RATIO = 200
"""Bytes that come out for each byte that went in, of what is larger than `FREE_BYTES`."""
FREE_BYTES = 16 * 1024**2
FREE_UNREAD_BYTES = 256 * 1024**2
"""The same for an entry that is perhaps never read: a student's empty picture is no attack."""

_MARKS = (b"PK\3\4", b"PK\5\6")
_END = struct.Struct("<4s4xHHLLH")
_ENCRYPTED = 0x1 | 0x40 | 0x2000


@dataclass
class BadArchiveError(Exception):
    """The archive cannot be trusted or read; `problem` goes on after its name, or that of the `entry`."""

    problem: str
    entry: str | None = None

    def __str__(self) -> str:
        return f"the entry {self.entry} {self.problem}" if self.entry is not None else self.problem


def is_archive(head: bytes) -> bool:
    """Whether a file that begins like this is a zip."""
    return head.startswith(_MARKS)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Listing]:
    """The listing of a zip, whose items can be read until the end of the block.

    Raises:
        BadArchiveError: also while an item is read.
    """
    size = file.seek(0, 2)
    _look_at_the_end(file, size)
    try:
        whole = ZipFile(file)
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise BadArchiveError(f"is not a zip archive that can be read ({error})") from None
    with whole:
        yield _listing(whole, size)


def _look_at_the_end(file: IO[bytes], size: int) -> None:
    """Refuse a directory that would be too long to read at all."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise BadArchiveError("is not a zip archive, or its end is cut off")
    _, here, entries, length, _, _ = _END.unpack_from(tail, at)
    # All ones stand for a larger number elsewhere, which no honest class needs.
    if max(here, entries) > MOST_ENTRIES or length > MOST_ENTRIES * 512:
        raise BadArchiveError(f"has more than {MOST_ENTRIES} entries")


def _listing(whole: ZipFile, size: int) -> Listing:
    infos = whole.infolist()
    if len(infos) > MOST_ENTRIES:
        raise BadArchiveError(f"has more than {MOST_ENTRIES} entries")
    taken: set[str] = set()
    folders: set[str] = set()
    items: list[Item] = []
    reader = _Reader(whole, size)
    for info in infos:
        name = name_of(info)
        path = _checked(info, name)
        if path in taken:
            raise BadArchiveError("is there twice", name)
        taken.add(path)
        if is_noise(path):
            continue
        parts = path.split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
        if name.endswith("/"):
            folders.add(path)
        else:
            items.append(Item(path, partial(reader.read, info, path)))
    if clash := next((item.path for item in items if item.path in folders), None):
        raise BadArchiveError("is both a file and a folder", clash)
    if sum(info.file_size for info in infos) > MOST_RATIO * size + MOST_BYTES:
        raise BadArchiveError("would unpack to far more than it holds (a zip bomb)")
    return Listing(tuple(sorted(items, key=lambda item: item.path)), tuple(sorted(folders)))


def _checked(info: ZipInfo, name: str) -> str:
    """The path of an entry, if it is one that an honest archive has."""
    path = name.removesuffix("/")
    parts = path.split("/")
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if "\0" in name:
        raise BadArchiveError("has a null character in its name", name)
    if len(name) > MOST_NAME:
        raise BadArchiveError(f"has a name of more than {MOST_NAME} characters", f"{name[:60]}…")
    if name.startswith("/") or (len(name) > 1 and name[1] == ":" and name[0].isalpha()):
        raise BadArchiveError("has an absolute path", name)
    if ".." in parts:
        raise BadArchiveError("leads out of the archive", name)
    if not path or "" in parts or "." in parts:
        raise BadArchiveError("has an empty part in its path", name)
    if len(parts) > MOST_DEPTH:
        raise BadArchiveError(f"lies more than {MOST_DEPTH} folders deep", name)
    if stat.S_ISLNK(mode):
        raise BadArchiveError("is a link", name)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchiveError("is a device or a pipe", name)
    if info.flag_bits & _ENCRYPTED:
        raise BadArchiveError("is encrypted", name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadArchiveError("is compressed in a way that is not supported", name)
    if info.file_size > max(FREE_UNREAD_BYTES, MOST_RATIO * info.compress_size):
        raise BadArchiveError("would unpack to far more than it holds (a zip bomb)", name)
    return path


class _Reader:
    """Reads entries of one archive, and counts what comes out."""

    def __init__(self, whole: ZipFile, size: int) -> None:
        self._whole = whole
        self._size = size
        self._read = 0

    def read(self, info: ZipInfo, path: str, most: int) -> bytes:
        try:
            with self._whole.open(info) as stream:
                data = stream.read(most + 1)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
            raise BadArchiveError(f"cannot be read ({error})", path) from None
        self._read += len(data)
        packed = min(info.compress_size, self._size)
        too_large = len(data) > most
        if (too_large and max(len(data), info.file_size) > MOST_RATIO * packed) or (
            self._read > min(MOST_BYTES, FREE_BYTES + MOST_RATIO * self._size)
        ):
            raise BadArchiveError("unpacks to far more than it holds (a zip bomb)", path)
        if too_large:
            raise problem("too_large", path, limit=megabytes(most))
        return data
