"""Files and folders as they lie there: a file is a learner's, a folder holds a file or a folder for each learner.

    FILE                  a learner
    FOLDER/alice.py       a learner
    FOLDER/bob/...        a learner with several modules, or with none

Links, pipes and devices are never followed; what is not Python is passed over, but a file that was asked for by its own
name is always taken.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from grader import messages
from grader.errors import AuthorError, ReasonCode, SubmissionError
from grader.intake.submission import HandedFile, HandedIn
from grader.plain_file import NotPlainError, TooLargeError, read
from grader.visible import visible

MOST_FILE_BYTES = 1024 * 1024
MOST_FILES = 100
MOST_BYTES = 4 * MOST_FILE_BYTES
"""Of one learner's files together."""
MOST_DEPTH = 8

_SKIPPED = ("__pycache__", "__MACOSX")
_UNREADABLE_KINDS: Mapping[str, tuple[ReasonCode, str]] = {
    ".ipynb": ("not_text", "is a notebook, which cannot be graded yet; hand in its code as a .py file"),
    ".zip": ("archive", "is an archive, which cannot be graded yet; unpack it"),
}
"""Endings of what holds a submission, but not as Python: nobody's work is passed over in silence."""


def handed_in(path: Path, skip: Collection[str] = ()) -> Iterator[HandedIn]:
    """The learners in a file or a folder that was asked for; `skip` are absolute paths that are none of them."""
    shown = visible(str(path), limit=500)
    try:
        if not path.is_dir():
            if path.suffix.lower() in _UNREADABLE_KINDS:
                raise AuthorError(f"{shown} {_UNREADABLE_KINDS[path.suffix.lower()][1]}")
            yield _single(path)
            return
        entries = [entry for entry in _entries(path) if os.path.abspath(entry.path) not in skip]
        learners = [handed for entry in entries if (handed := _learner(entry)) is not None]
    except FileNotFoundError:
        raise AuthorError(f"there is no file or folder {shown}") from None
    except OSError as error:
        place = visible(str(error.filename or path), limit=500)
        raise AuthorError(f"{place} cannot be read: {error.strerror}") from None
    if not learners:
        raise AuthorError(f"there are no submissions in {shown}: no Python file, and no folder of a learner")
    yield from learners


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What counts in a folder, by name."""
    with os.scandir(folder) as entries:
        return sorted(
            (entry for entry in entries if not entry.name.startswith(".") and entry.name not in _SKIPPED),
            key=lambda entry: entry.name,
        )


def _learner(entry: os.DirEntry[str]) -> HandedIn | None:
    """The learner that an entry of a folder of submissions stands for, if it does."""
    path = Path(entry.path)
    if entry.is_dir(follow_symlinks=False):
        return _folder(path)
    if entry.is_symlink() and entry.is_dir():
        return HandedIn(entry.name, (), _error("not_text", f"{entry.name}/", "is a link"))
    suffix = path.suffix.lower()
    if suffix in _UNREADABLE_KINDS:
        code, what = _UNREADABLE_KINDS[suffix]
        return HandedIn(path.stem, (HandedFile(entry.name, b""),), _error(code, entry.name, what))
    return _single(path) if suffix == ".py" else None


def one_learner(path: Path) -> HandedIn:
    """A file, or a folder as a whole, as the work of a single learner."""
    return _folder(path.resolve()) if path.is_dir() else next(handed_in(path))


def _single(path: Path) -> HandedIn:
    """A learner with one file."""
    data = _read(path, path.name)
    if isinstance(data, SubmissionError):
        return HandedIn(path.stem, (HandedFile(path.name, b""),), data)
    return HandedIn(path.stem, (HandedFile(path.name, data),))


def _folder(folder: Path) -> HandedIn:
    """A learner with the Python files of a folder and of the folders in it."""
    files: list[HandedFile] = []
    error: SubmissionError | None = None
    for path in _python_files(folder, MOST_DEPTH):
        name = path.relative_to(folder.parent).as_posix()
        data = _read(path, name)
        if isinstance(data, SubmissionError):
            error = error or data
            continue
        files.append(HandedFile(name, data))
        if len(files) > MOST_FILES or sum(len(file.data) for file in files) > MOST_BYTES:
            limit = f"{MOST_FILES} Python files or {MOST_BYTES // 1024**2} MiB"
            return HandedIn(folder.name, (), _error("too_large", f"{folder.name}/", limit=limit))
    if not files:
        error = error or _error("empty", f"{folder.name}/", "has no Python file in it")
        return HandedIn(folder.name, (), error)
    return HandedIn(folder.name, tuple(files))


def _python_files(folder: Path, depth: int) -> Iterator[Path]:
    entries = _entries(folder)
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from _python_files(Path(entry.path), depth - 1)
        elif entry.name.lower().endswith(".py"):
            yield Path(entry.path)


def _read(path: Path, name: str) -> bytes | SubmissionError:
    try:
        return read(path, MOST_FILE_BYTES)
    except TooLargeError:
        return _error("too_large", name, limit=f"{MOST_FILE_BYTES // 1024**2} MiB")
    except NotPlainError as error:
        return _error("not_text", name, f"{error.what}, not a file")


def _error(code: ReasonCode, name: str, what: str | None = None, *, limit: str | None = None) -> SubmissionError:
    return SubmissionError(code, messages.reason(code, file=visible(name, limit=200), what=what, limit=limit))
