"""CSV that is edited in place."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.lms.cells import Table

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)) | st.sampled_from('",;\t\r\n é学'), max_size=8)
TABLES = st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=4)
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])


def _written(rows: list[list[str]], *, delimiter: str, end: str, quoting: int, codec: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    mark = "\ufeff" if codec.startswith("utf-16") else ""
    return (mark + text.getvalue()).encode(codec)


@given(st.binary(max_size=200) | st.text(alphabet='",;\r\n\ta', max_size=40).map(str.encode))
def test_no_edit_changes_nothing(data: bytes) -> None:
    """Whatever the bytes are, they come back."""
    assert Table.parse(data).edited({}) == data


@given(st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]), st.binary(max_size=60))
def test_no_edit_changes_nothing_behind_a_mark(mark: bytes, body: bytes) -> None:
    """Broken UTF-16 comes back too, odd bytes and lone surrogates included."""
    assert Table.parse(mark + body).edited({}) == mark + body


@given(
    TABLES,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    CODECS,
)
def test_cells_say_what_was_written(rows: list[list[str]], end: str, delimiter: str, quoting: int, codec: str) -> None:
    """What another program wrote is read as it was meant; Python itself leaves a lone \\r without quotes."""
    assume(quoting == csv.QUOTE_ALL or end == "\r\n" or not any("\r" in cell for row in rows for cell in row))
    rows = [["Student", "ID", "Section"], *rows]
    data = _written(rows, delimiter=delimiter, end=end, quoting=quoting, codec=codec)
    table = Table.parse(data)
    assert table.delimiter == delimiter
    assert [list(row) for row in table.rows] == rows


@given(st.data(), TABLES, TEXT, CODECS, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_edit_changes_its_own_cell_only(
    data: st.DataObject, rows: list[list[str]], text: str, codec: str, quoting: int
) -> None:
    """All the bytes before a cell and all those behind it stay, and the cell says the new words."""
    rows = [["Student", "ID", "Section"], *rows]
    table = Table.parse(before := _written(rows, delimiter=",", end="\r\n", quoting=quoting, codec=codec))
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    after = table.edited({(row, column): text})
    again = Table.parse(after)
    assert again.cell(row, column) == text.strip()
    assert again.edited({(row, column): rows[row][column]}) == before or quoting == csv.QUOTE_MINIMAL
    raw = [list(line) for line in again.raw]
    raw[row][column] = table.raw[row][column]
    assert tuple(map(tuple, raw)) == table.raw
    assert again.ends == table.ends


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'a,b\n"x",1\n', b'a,b\n"x",9\n'),
        (b'a,b\n"x","1"\n', b'a,b\n"x","9"\n'),
        (b"a;b\r\nx;\r\n", b"a;b\r\nx;9\r\n"),
        (b"a,b\nx", b"a,b\nx,9"),
        (b'a,b\n"x\n""y""",\r', b'a,b\n"x\n""y""",9\r'),
        (b"a\tb\n\xff\xe4\t", b"a\tb\n\xff\xe4\t9"),
    ],
)
def test_quotes_delimiter_and_line_ends_stay(before: bytes, after: bytes) -> None:
    """A quoted cell stays quoted, a bare one bare, and a short row is filled up."""
    assert Table.parse(before).edited({(1, 1): "9"}) == after


def test_cell_that_needs_quotes_gets_them() -> None:
    """A decimal comma between commas, a quote, a line end."""
    assert Table.parse(b"a,b\n1,2").edited({(1, 1): "3,5"}) == b'a,b\n1,"3,5"'
    assert Table.parse(b"a;b\n1;2").edited({(1, 1): "3,5"}) == b"a;b\n1;3,5"
    assert Table.parse(b"a,b\n1,2").edited({(1, 1): 'say "x"\n'}) == b'a,b\n1,"say ""x""\n"'


def test_delimiter_inside_quotes_does_not_count() -> None:
    """A title may hold more commas than the header has delimiters."""
    assert Table.parse(b'Student;"a, b, c, d";ID\n').rows == (("Student", "a, b, c, d", "ID"),)


def test_many_rows_are_read_at_once() -> None:
    """A large course takes no time that anybody would notice."""
    data = b'"Doe, Jane",12345,jane,"Sec 1",\r\n' * 20_000
    assert Table.parse(data).edited({(19_999, 4): "1"}) == data[:-2] + b"1\r\n"
