"""The files of one learner, read within limits; a zip of the learner's own is opened, and is nobody else's trouble."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.intake import archive, notebook
from grader.intake.listing import Item, megabytes, problem
from grader.intake.submission import HandedFile

MOST_FILE_BYTES = 1024 * 1024
MOST_FILES = 100
MOST_BYTES = 4 * MOST_FILE_BYTES
"""Of one learner's Python files together."""
MOST_NOTEBOOK_BYTES = 2 * notebook.MOST_BYTES
"""Of one learner's notebooks together."""
MOST_ARCHIVE_BYTES = 50 * 1024**2

WORK = (".py", ".ipynb", ".zip")
"""Endings of what can hold a submission."""
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2")


@dataclass(frozen=True)
class Gathered:
    """The files, or why there are none; and why others were left out."""

    files: tuple[HandedFile, ...]
    error: SubmissionError | None = None
    left_out: tuple[SubmissionError, ...] = ()


def gathered(items: Iterable[tuple[str, Item]], whole: str, *, any_ending: bool = False) -> Gathered:
    """What a learner handed in, of items by the learner's own paths; `whole` is the name of all of it together."""
    files: list[HandedFile] = []
    errors: list[SubmissionError] = []
    taken: set[str] = set()
    size = {".py": 0, ".ipynb": 0}
    for path, item in _opened(items, errors, any_ending):
        try:
            data = item.read(_most(item))
        except SubmissionError as error:
            errors.append(error)
            continue
        free = _free(path, taken)
        taken.add(free)
        files.append(HandedFile(free, data, None if free == item.original else item.original))
        size[".ipynb" if item.suffix == ".ipynb" else ".py"] += len(data)
        if len(files) > MOST_FILES or size[".py"] > MOST_BYTES or size[".ipynb"] > MOST_NOTEBOOK_BYTES:
            limit = f"{MOST_FILES} Python files or {megabytes(MOST_BYTES)}"
            return Gathered((), problem("too_large", whole, limit=limit))
    if files:
        return Gathered(tuple(files), None, tuple(errors))
    return Gathered((), next(iter(errors), problem("empty", whole, "has no Python file in it")))


def _most(item: Item) -> int:
    return notebook.MOST_BYTES if item.suffix == ".ipynb" else MOST_FILE_BYTES


def _opened(
    items: Iterable[tuple[str, Item]], errors: list[SubmissionError], any_ending: bool
) -> Iterator[tuple[str, Item]]:
    """Python files and notebooks, those in zips too."""
    for path, item in items:
        if item.suffix in (".py", ".ipynb"):
            yield path, item
        elif item.linked_folder:
            continue
        elif item.suffix == ".zip":
            yield from _unzipped(path, item, errors)
        elif item.suffix in OTHER_ARCHIVES:
            errors.append(problem("archive", item.original, "is an archive of a kind that is not opened; use a zip"))
        elif any_ending:
            yield path, item


def _unzipped(path: str, item: Item, errors: list[SubmissionError]) -> list[tuple[str, Item]]:
    """What a learner's own zip holds, read as long as it is open."""
    try:
        data = item.read(MOST_ARCHIVE_BYTES)
    except SubmissionError as error:
        errors.append(error)
        return []
    found: list[tuple[str, Item]] = []
    own_errors: list[SubmissionError] = []
    size = 0
    try:
        with archive.opened(io.BytesIO(data)) as listing:
            folder = listing.only_folder()
            inside = listing.within(folder) if folder is not None else listing
            for inner in inside.items:
                if inner.suffix not in WORK:
                    continue
                name = f"{item.original}/{inner.original}"
                if inner.suffix == ".zip":
                    own_errors.append(problem("archive", name, "is an archive within an archive"))
                    continue
                try:
                    held = inner.read(_most(inner))
                except SubmissionError as error:
                    own_errors.append(error)
                    continue
                size += len(held)
                if len(found) >= MOST_FILES + 1 or size > MOST_NOTEBOOK_BYTES + MOST_BYTES:
                    break
                # The archive's own folder stands for nothing: its files lie beside it.
                own = str(PurePosixPath(path).parent / inner.path)
                found.append((own, Item(name, partial(_held, held))))
    except archive.BadArchiveError as error:
        what = f"cannot be opened: {error}" if error.entry is not None else str(error)
        errors.append(problem("archive", item.original, what))
        return []
    if not found and not own_errors:
        own_errors.append(problem("empty", item.original, "has no Python file in it"))
    errors += own_errors
    return found


def _held(data: bytes, most: int) -> bytes:
    """What was read already, as an item reads it."""
    return data


def _free(path: str, taken: set[str]) -> str:
    """The path, or one beside it if another file has it."""
    parent, _, name = path.rpartition("/")
    number, free = 1, path
    while free in taken:
        number += 1
        free = f"{parent}/{number}/{name}".removeprefix("/")
    return free
