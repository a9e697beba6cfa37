"""Gradebooks of all kinds, filled."""

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.errors import AuthorError
from grader.lms.cells import Table
from grader.lms.filling import fill
from grader.lms.gradebooks import opened
from tests.example_reports import rows_of
from tests.lms.class_of import half

WORDS = st.text(alphabet='ab,;"\n é学=+', max_size=6)
CELLS = st.sampled_from(["", "", "EX", "N/A", "3.00", "0", " "])
ROWS = st.lists(st.tuples(WORDS, CELLS, CELLS), max_size=6)
HEADERS = st.lists(
    st.sampled_from(
        [
            "Student",
            "ID",
            "Section",
            "LastName",
            "FirstName",
            "HW (1)",
            "HW (2)",
            "Identifier",
            "Grade",
            "Scale",
            "Last modified (grade)",
            "Maximum grade",
            "Feedback comments",
            "",
            "Points Possible",
            "EX",
            "1",
            "1,5",
        ]
    ),
    max_size=7,
)


@given(
    ROWS,
    st.sets(st.integers(0, 6)),
    st.booleans(),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_only_the_asked_cells_change(
    rows: list[tuple[str, str, str]],
    handed_in: set[int],
    overwrite: bool,
    delimiter: str,
    codec: str,
    quoting: Any,
) -> None:
    """In any export: the cells of the column that are open, of those who handed in; nothing else, and no quote."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n", quoting=quoting)
    writer.writerow(["Student", "ID", "Section", "Notes", "HW1 (7)", "HW2 (8)"])
    writer.writerow(["    Points Possible", "", "", "", "4", "4"])
    writer.writerows([name, number, "A", name, *cells] for number, (name, *cells) in enumerate(rows))
    data = text.getvalue().encode(codec)
    book = opened(data, file="g.csv", titles=["HW1"])
    done = fill(book, rows_of(half(str(one)) for one in handed_in), overwrite=overwrite)
    before, after = Table.parse(data), Table.parse(done.data)
    assert (before.mark, before.encoding, before.delimiter, before.ends) == (
        after.mark,
        after.encoding,
        after.delimiter,
        after.ends,
    )
    changed = {
        (row, column)
        for row, cells in enumerate(before.raw)
        for column, raw in enumerate(cells)
        if after.raw[row][column] != raw
    }
    open_ones = {
        number
        for number, (_, cell, _) in enumerate(rows)
        if number in handed_in and (not cell.strip() or (overwrite and cell not in ("EX", "N/A")))
    }
    assert changed == {(number + 2, 4) for number in open_ones}
    assert all(after.cell(row, column) == "2" for row, column in changed)
    again = fill(opened(done.data, file="g.csv", titles=["HW1"]), rows_of(half(str(one)) for one in handed_in))
    assert again.data == done.data


@given(st.lists(HEADERS, max_size=5))
def test_strange_file_is_filled_or_an_author_error(rows: list[list[str]]) -> None:
    """Whatever columns and rows a file has, nothing else is raised, and nothing is filled for nobody."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode()
    try:
        book = opened(data, file="g.csv", titles=["HW"])
    except AuthorError:
        return
    assert fill(book, []).data == data
    fill(book, rows_of([half("1"), half("EX")]), overwrite=True)
