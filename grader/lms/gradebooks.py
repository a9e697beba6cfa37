"""Which LMS a gradebook comes from: each layout in turn, by what the file holds."""

from collections.abc import Sequence
from typing import Protocol

from grader.errors import AuthorError
from grader.lms import canvas, moodle
from grader.lms.cells import Table
from grader.lms.filling import Gradebook
from grader.visible import visible


class Layout(Protocol):
    """Reads the gradebooks of one LMS; None for what is not one of them."""

    def __call__(self, table: Table, *, file: str, titles: Sequence[str], column: str | None) -> Gradebook | None: ...


LAYOUTS: tuple[Layout, ...] = (canvas.read, moodle.read)


def opened(data: bytes, *, file: str, titles: Sequence[str], column: str | None = None) -> Gradebook:
    """The gradebook in a file; `titles` are what the assignment may be called there, `column` what it surely is.

    Raises AuthorError for a file of no known layout, or without a column for the assignment.
    """
    table = Table.parse(data)
    for read in LAYOUTS:
        book = read(table, file=file, titles=titles, column=column)
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


LANGUAGES = "English, German, Spanish, French, Simplified Chinese"
