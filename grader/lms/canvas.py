"""Canvas: its gradebook export, and the names of files that it takes back.

    Student, ID, [SIS User ID], SIS Login ID, ..., Section, ..., "HW1 (12345)", ..., Current Score, ...
    a row that begins with a blank, where postings are manual
        Points Possible, , , , "10.00", (read only), ...
    "Doe, Jane", 4711, ...

A title without an id that Canvas knows makes a new assignment there, so only a column with an id is ever filled.
"""

import re
from collections.abc import Sequence

from grader.errors import AuthorError
from grader.lms.cells import Table
from grader.lms.filling import Gradebook, GradebookRow
from grader.lms.numbers import decimal_sign, number
from grader.lms.people import person
from grader.report import Report
from grader.visible import visible

NAME = "canvas"

_ASSIGNMENT = re.compile(r"(?P<title>.*\S)\s*\((?P<id>\d+)\)", re.DOTALL)
_DOWNLOADED = re.compile(r"(?:.+?_)??(?:(?i:late)_)?\d+_\d+_.+", re.DOTALL)
_IDS = ("sis user id", "sis login id", "integration id")
_READ_ONLY = "(read only)"
_CLOSED = {"ex": "excused", "n/a": "not assigned to them"}


def read(table: Table, *, file: str, titles: Sequence[str], column: str | None) -> Gradebook | None:
    """The gradebook in a Canvas export, or None if it is none; raises AuthorError where no column can be chosen."""
    header = next((index for index, row in enumerate(table.rows) if any(cell.strip() for cell in row)), None)
    if header is None:
        return None
    names = [cell.strip().casefold() for cell in table.rows[header]]
    sections = [place for place, name in enumerate(names) if "section" in name and not _ASSIGNMENT.fullmatch(name)]
    students = "student" in names[0] or {"lastname", "firstname"} <= set(names)
    if not (students and "id" in names and sections):
        return None
    body = range(header + 1, len(table.rows))
    out_of = next((row for row in body if table.cell(row, 0).casefold() == "points possible"), None)
    chosen = _choose(table, header, out_of, file=file, titles=titles, column=column)
    grades = [table.cell(row, place) for row in body for place in range(sections[0] + 1, len(names))]
    decimal = decimal_sign(grades, delimiter=table.delimiter)
    points = None if out_of is None else number(table.cell(out_of, chosen), decimal)
    rows = []
    for index in range((header if out_of is None else out_of) + 1, len(table.rows)):
        cells = {name: table.cell(index, place) for place, name in reversed(list(enumerate(names)))}
        if not cells["id"] and not cells.get("sis login id"):
            continue
        name = cells[names[0]] if "student" in names[0] else f"{cells['lastname']}, {cells['firstname']}"
        who = person(own=[cells["id"]], lms=NAME, ids=[cells[key] for key in _IDS if key in cells], name=name)
        rows.append(GradebookRow(index, who, name, points, _CLOSED.get(table.cell(index, chosen).casefold())))
    return Gradebook(NAME, table, tuple(rows), chosen, table.cell(header, chosen), decimal)


def feedback_name(report: Report) -> str | None:
    """The name that the learner's file was downloaded with: Canvas reads the ids of user and file in it."""
    parts = (part for path in report.submission.files for part in path.split("/"))
    return next((part for part in parts if _DOWNLOADED.fullmatch(part)), None)


def _choose(
    table: Table, header: int, out_of: int | None, *, file: str, titles: Sequence[str], column: str | None
) -> int:
    """The place of the assignment's column."""
    assignments: dict[int, tuple[str, str, str]] = {}
    for place in range(len(table.rows[header])):
        whole = table.cell(header, place)
        found = _ASSIGNMENT.fullmatch(whole)
        if found and (out_of is None or table.cell(out_of, place).casefold() != _READ_ONLY):
            assignments[place] = (whole, found["title"], found["id"])
    wanted = [column] if column else titles
    chosen: list[int] = []
    for spelled in (str.casefold, _plain):
        asked = {spelled(title) for title in wanted} - {""}
        chosen = chosen or [place for place, known in assignments.items() if asked & set(map(spelled, known))]
    if len(chosen) == 1:
        return chosen[0]
    expected = f"a column {column}" if column else f"the column of {' or '.join(dict.fromkeys(titles))}"
    several = [assignments[place][0] for place in chosen]
    there = ", ".join(several or [known[0] for known in assignments.values()])
    what = "several" if several else "the assignments" if there else "no column of an assignment"
    found_there = f"{what} {there}".strip()
    raise AuthorError(visible(f"{file}: expected {expected}, found {found_there}; --column names the one to fill"))


def _plain(title: str) -> str:
    """A title without what is easily written differently."""
    return "".join(char for char in title.casefold() if char.isalnum())
