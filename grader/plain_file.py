"""Reading a file that somebody else put there: never through a link, never from a pipe or device, never too much."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass
class NotPlainError(Exception):
    """What stands there is no plain file; `what` says what it is, as in "is a link"."""

    what: str


class TooLargeError(Exception):
    """The file has more bytes than it may."""


def read(path: Path, most_bytes: int, *, follow: bool = False) -> bytes:
    """The bytes of a plain file; `follow` allows the path itself to be a link."""
    if "\0" in str(path):
        raise FileNotFoundError(f"no file has a name like {str(path)!r}")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    # Asked before opening, as opening some devices has effects; and again afterwards, as the file may have changed.
    if (kind := _kind(os.stat(path, follow_symlinks=follow).st_mode)) is not None:
        raise NotPlainError(kind)
    descriptor = os.open(path, flags)
    with open(descriptor, "rb") as file:
        if (kind := _kind(os.fstat(descriptor).st_mode)) is not None:
            raise NotPlainError(kind)
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise TooLargeError
    return data


def _kind(mode: int) -> str | None:
    """What a file is, unless it is a plain one."""
    kinds = {
        stat.S_IFREG: None,
        stat.S_IFLNK: "is a link",
        stat.S_IFDIR: "is a folder",
        stat.S_IFIFO: "is a pipe",
        stat.S_IFSOCK: "is a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "is a device")
