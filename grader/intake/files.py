"""What was asked for on the command line: a file, a folder or an archive, each as the learners in it.

A file that was asked for by its own name is always taken, whatever its ending. An archive that is hostile or broken is
refused as a whole; what is inside it never reaches the disk.
"""

import os
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from grader.errors import AuthorError
from grader.intake import archive, formats, plain
from grader.intake.formats import Options
from grader.intake.listing import FaultySourceError, Item, of_folder, read_plain
from grader.intake.submission import HandedIn
from grader.visible import visible


def handed_in(path: Path, skip: Collection[str] = (), options: Options | None = None) -> Iterator[HandedIn]:
    """The learners in a file, a folder or an archive; `skip` are absolute paths that are none of them."""
    shown = visible(str(path), limit=500)
    count = 0
    try:
        for handed in _learners(path, skip, options or Options()):
            count += 1
            yield handed
    except archive.BadArchiveError as error:
        raise AuthorError(f"{shown}: {visible(str(error))}; the archive is refused as a whole") from None
    except FaultySourceError as error:
        raise AuthorError(f"{shown}: {visible(str(error))}") from None
    except FileNotFoundError as error:
        if os.path.lexists(path):
            gone = visible(str(error.filename or path), limit=500)
            raise AuthorError(f"{gone} went away while it was read") from None
        raise AuthorError(f"there is no file or folder {shown}") from None
    except OSError as error:
        place = visible(str(error.filename or path), limit=500)
        raise AuthorError(f"{place} cannot be read: {error.strerror}") from None
    if not count:
        raise AuthorError(f"there are no submissions in {shown}: no Python file, and no folder of a learner")


def one_learner(path: Path) -> HandedIn:
    """A file, or a folder or an archive as a whole, as the work of a single learner."""
    try:
        if path.is_dir():
            whole = path.resolve()
            return plain.of_folder(whole.name, of_folder(whole))
        return plain.of_file(_file(path))
    except FileNotFoundError:
        raise AuthorError(f"there is no file or folder {visible(str(path), limit=500)}") from None
    except OSError as error:
        raise AuthorError(f"{visible(str(path), limit=500)} cannot be read: {error.strerror}") from None


def _learners(path: Path, skip: Collection[str], options: Options) -> Iterator[HandedIn]:
    if path.is_dir():
        yield from formats.learners(of_folder(path, skip), options)
    elif _is_archive(path):
        with path.open("rb") as file, archive.opened(file) as listing:
            yield from formats.learners(listing, options, archive=path.stem)
    else:
        yield plain.of_file(_file(path))


def _is_archive(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return archive.is_archive(file.read(4)) or path.suffix.lower() == ".zip"


def _file(path: Path) -> Item:
    return Item(path.name, partial(read_plain, path, path.name))
