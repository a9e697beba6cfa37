"""Which LMS a gradebook comes from: each layout in turn, by what the file holds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from grader.errors import AuthorError
from grader.lms import canvas, moodle
from grader.lms.cells import Table
from grader.lms.filling import Gradebook
from grader.plain_file import NotPlainError, TooLargeError, read
from grader.visible import visible


class Layout(Protocol):
    """Reads the gradebooks of one LMS; None for what is not one of them."""

    def __call__(self, table: Table, *, file: str, titles: Sequence[str], column: str | None) -> Gradebook | None: ...


MOST_BYTES = 64 << 20
LANGUAGES = "English, German, Spanish, French, Simplified Chinese"
LAYOUTS: tuple[Layout, ...] = (canvas.read, moodle.read)


def load(path: Path, *, titles: Sequence[str], column: str | None = None) -> Gradebook:
    """The gradebook in a file on disk; see `opened`."""
    shown = visible(str(path), limit=500)
    try:
        data = read(path, MOST_BYTES, follow=True)
    except FileNotFoundError:
        raise AuthorError(f"{shown}: there is no such file") from None
    except NotPlainError as error:
        raise AuthorError(f"{shown}: this {error.what}; it should be a gradebook in CSV") from None
    except TooLargeError:
        raise AuthorError(f"{shown}: the file is larger than {MOST_BYTES >> 20} MiB") from None
    except OSError as error:
        raise AuthorError(f"{shown}: the file cannot be read: {error.strerror}") from None
    return opened(data, file=shown, titles=titles, column=column)


def opened(data: bytes, *, file: str, titles: Sequence[str], column: str | None = None) -> Gradebook:
    """The gradebook in a file; `titles` are what the assignment may be called there, `column` what it surely is.

    Raises AuthorError for a file of no known layout, or without a column for the assignment.
    """
    table = Table.parse(data)
    for layout in LAYOUTS:
        book = layout(table, file=file, titles=titles, column=column)
        if book is not None:
            return book
    header = next((row for row in table.rows if any(cell.strip() for cell in row)), ())
    found = f"the columns {', '.join(cell.strip() for cell in header)}" if header else "nothing"
    raise AuthorError(
        visible(
            f"{file}: expected a gradebook export of Canvas (columns Student, ID, Section) or a grading worksheet of "
            f"Moodle (columns Identifier, Grade, Last modified (grade), in one of {LANGUAGES}), found {found}",
        )
    )
