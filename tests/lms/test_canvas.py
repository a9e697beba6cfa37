"""The gradebook export of Canvas."""

import pytest

from grader.errors import AuthorError
from grader.lms.filling import Filled, fill
from grader.lms.gradebooks import opened
from grader.report import Report
from tests.example_reports import rows_of
from tests.lms.class_of import failed, half, right

EXPORT = (
    '\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,HW1 (101),"ReLU, part 2 (102)",Current Score\r\n'
    ",,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,10.00,8.00,(read only)\r\n"
    '"Doe, Jane",4711,s1,jdoe,"CS 1, a","two\nlines, =1",,,99.00\r\n'
    '"Bär, Zoë",4712,s2,zbaer,CS 1,,,"",\r\n'
    '"Lee, Ann",4713,s3,alee,CS 1,,EX,EX,\r\n'
    '"Lee, Ann",4714,s4,alee2,CS 1,,7.00,3.00,\r\n'
    '"王, 小明",4715,s5,xwang,CS 1,,,,\r\n'
    '"Ray, Sam",4716,s6,sray,CS 1,,N/A,N/A,\r\n'
    '"Student, Test",4717,,test,CS 1,,,,'
).encode()


def _filled(
    *reports: Report, data: bytes = EXPORT, titles: tuple[str, ...] = ("relu", "HW 1"), **more: object
) -> Filled:
    column, overwrite = more.get("column"), bool(more.get("overwrite"))
    book = opened(data, file="g.csv", titles=titles, column=str(column) if column else None)
    return fill(book, rows_of(reports), overwrite=overwrite)


def test_only_the_cells_of_the_column_change() -> None:
    """Every other byte stays: quotes, a line end in a cell, the byte order mark, the missing last line end."""
    done = _filled(right("4711"), half("zbaer"), half("x", name="小明 王"))
    expected = EXPORT.replace(b",,,99.00\r\n", b",10,,99.00\r\n")
    expected = expected.replace(b'zbaer,CS 1,,,"",', b'zbaer,CS 1,,5,"",')
    expected = expected.replace(b"xwang,CS 1,,,,", b"xwang,CS 1,,5,,")
    assert done.data == expected
    assert done.filled == ("Doe, Jane", "Bär, Zoë", "王, 小明")


def test_excused_graded_and_absent_are_left_alone() -> None:
    """And all that is left alone is told, with the reason."""
    reports = [right(one) for one in ("4711", "4713", "4714", "4716", "nobody", "Ann Lee")]
    done = _filled(*reports, failed("4712"))
    assert done.data == EXPORT.replace(b",,,99.00\r\n", b",10,,99.00\r\n")
    assert done.sentences() == [
        "Filled 1 cell of the column HW1 (101)",
        "Scores are scaled from 4 points to 10",
        "Left alone, not graded, by a fault of the grader: Bär, Zoë",
        "Left alone, excused: Lee, Ann",
        "Left alone, already graded (--overwrite fills these too): Lee, Ann",
        "Left alone, without a submission: 王, 小明; Student, Test",
        "Left alone, not assigned to them: Ray, Sam",
        "Left alone, fits several rows: Ann Lee",
        "Left alone, not in the gradebook: nobody",
    ]


def test_overwrite_leaves_the_excused() -> None:
    """A grade is replaced when that is asked for; an excuse is none."""
    done = _filled(right("4713"), right("4714"), overwrite=True)
    assert done.data == EXPORT.replace(b",7.00,3.00", b",10,3.00")


@pytest.mark.parametrize("column", ["102", "relu part 2", "ReLU, part 2 (102)"])
def test_column_by_name(column: str) -> None:
    """By its title, its id, or both; a quoted cell stays quoted."""
    done = _filled(half("4712"), column=column)
    assert done.data == EXPORT.replace(b',,"",', b',,"4",')


@pytest.mark.parametrize(
    ("titles", "column", "why"),
    [
        (("Lab",), None, "the column of Lab, found the assignments HW1 (101), ReLU, part 2 (102)"),
        (("HW1", "102"), None, "the column of HW1 or 102, found several HW1 (101), ReLU, part 2 (102)"),
        (("HW1",), "Notes", "a column Notes, found the assignments HW1 (101), ReLU, part 2 (102)"),
    ],
)
def test_column_that_cannot_be_chosen(titles: tuple[str, ...], column: str | None, why: str) -> None:
    """The error names the file, what was looked for and what is there."""
    with pytest.raises(AuthorError) as caught:
        opened(EXPORT, file="g.csv", titles=titles, column=column)
    assert str(caught.value) == f"g.csv: expected {why}; --column names the one to fill"


def test_semicolons_and_decimal_commas() -> None:
    """Canvas writes them where the locale does."""
    data = (
        "Student;ID;SIS Login ID;Section;HW1 (1)\n    Points Possible;;;;5,00\nDoe, Jane;1;jd;A;\nBär, Zoë;2;zb;A;\n"
    ).encode("utf-16")
    text = _filled(half("1"), right("2"), data=data).data.decode("utf-16")
    assert text.splitlines()[2:] == ["Doe, Jane;1;jd;A;2,5", "Bär, Zoë;2;zb;A;5"]


def test_names_in_two_columns_and_no_points() -> None:
    """Another layout of the same export; without points, scores are written as they are."""
    data = b"LastName,FirstName,ID,SIS Login ID,Section,HW1 (1)\nDoe,Jane,1,jd,A,\n"
    done = _filled(half("Jane Doe"), data=data)
    assert done.data == data[:-1] + b"2\n"
    assert done.scales == ("Scores are written as they are, out of 4: the gradebook names no points",)


def test_read_only_column_is_never_filled() -> None:
    """A computed column may look like an assignment."""
    data = EXPORT.replace(b"Current Score", b"Total (9)")
    with pytest.raises(AuthorError, match="expected a column Total"):
        opened(data, file="g.csv", titles=(), column="Total")
