"""What lies in a folder or in an archive, as one thing: paths with `/` between their parts, read when asked for.

Links, pipes and devices are listed, so that nobody's work is lost in silence, and never followed.
"""

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from grader import messages
from grader.errors import ReasonCode, SubmissionError
from grader.plain_file import NotPlainError, TooLargeError, read
from grader.visible import visible

MOST_DEPTH = 12

_SKIPPED = frozenset({"__pycache__", "__MACOSX", "__macosx", "Thumbs.db", "desktop.ini"})


class FaultySourceError(Exception):
    """A folder or an archive does not hold what it should; the text goes on after its name."""


@dataclass(frozen=True)
class Item:
    """A file; `read` gives its bytes, up to a limit, and raises SubmissionError where they cannot be had."""

    path: str
    read: Callable[[int], bytes]
    linked_folder: bool = False
    """A link to a folder."""
    whole_path: str = ""
    """From the top of all, where `path` is one from a folder in it."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def original(self) -> str:
        """The path that the file has where it comes from."""
        return self.whole_path or self.path

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix.lower()


@dataclass(frozen=True)
class Listing:
    """Files by path, and all folders, empty ones too."""

    items: tuple[Item, ...]
    folders: tuple[str, ...] = ()

    def tops(self) -> tuple[str, ...]:
        """What lies at the top, files and folders, by name."""
        paths = [item.path for item in self.items] + list(self.folders)
        return tuple(sorted({path.partition("/")[0] for path in paths}))

    def by_top(self) -> "dict[str, Listing]":
        """What lies in each folder at the top, by the path from there."""
        items: dict[str, list[Item]] = {path: [] for path in self.folders if "/" not in path}
        folders: dict[str, list[str]] = {path: [] for path in items}
        for item in self.items:
            top, slash, rest = item.path.partition("/")
            if slash:
                items.setdefault(top, []).append(replace(item, path=rest, whole_path=item.original))
        for path in self.folders:
            top, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(top, []).append(rest)
        return {top: Listing(tuple(held), tuple(folders.get(top, ()))) for top, held in items.items()}

    def within(self, folder: str) -> "Listing":
        """What lies in a folder at the top, by the path from there."""
        return self.by_top().get(folder, Listing(()))

    def only_folder(self) -> str | None:
        """The folder that holds everything, if there is one."""
        tops = self.tops()
        return tops[0] if len(tops) == 1 and tops[0] in self.folders else None


def is_noise(path: str) -> bool:
    """Whether a path is nobody's work: hidden, or something that an operating system or Python left there."""
    return any(part in _SKIPPED or part.startswith(".") for part in path.split("/"))


def problem(code: ReasonCode, name: str, what: str | None = None, *, limit: str | None = None) -> SubmissionError:
    """Why a file cannot be graded, in a sentence."""
    return SubmissionError(code, messages.reason(code, file=visible(name, limit=200), what=what, limit=limit))


def megabytes(size: int) -> str:
    return f"{size // 1024**2} MiB"


def of_folder(folder: Path, skip: Collection[str] = ()) -> Listing:
    """What lies in a folder; `skip` are absolute paths that are passed over."""
    items: list[Item] = []
    folders: list[str] = []
    for path, is_folder, linked in _walk(folder, "", skip, MOST_DEPTH):
        if is_folder:
            folders.append(path)
        else:
            items.append(Item(path, partial(read_plain, folder / path, path), linked))
    return Listing(tuple(items), tuple(folders))


def _walk(folder: Path, prefix: str, skip: Collection[str], depth: int) -> Iterator[tuple[str, bool, bool]]:
    """Paths in the order of their names; whether each is a folder, and whether it is a link to one."""
    with os.scandir(folder) as found:
        entries = sorted((entry for entry in found if not is_noise(entry.name)), key=lambda entry: entry.name)
    if prefix and any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        if skip and os.path.abspath(entry.path) in skip:
            continue
        path = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield path, True, False
            if depth > 1:
                yield from _walk(Path(entry.path), f"{path}/", skip, depth - 1)
        else:
            # Asked of the path, which takes a loop of links for no folder, where the entry raises.
            yield path, False, entry.is_symlink() and os.path.isdir(entry.path)


def read_plain(path: Path, name: str, most: int) -> bytes:
    """A file of the disk; `name` is what the learner is told."""
    try:
        return read(path, most)
    except TooLargeError:
        raise problem("too_large", name, limit=megabytes(most)) from None
    except NotPlainError as error:
        raise problem("not_text", name, f"{error.what}, not a file") from None
