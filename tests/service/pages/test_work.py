"""One submission as the staff sees it."""

import json
from uuid import UUID

from sqlalchemy import select

from grader.service.database import Database
from grader.service.handing_in import File, hand_in
from grader.service.tables import Attempt, Audit, State
from tests.example_reports import MASKLESS, RIGHT
from tests.service.graded import submitted
from tests.service.pages.conftest import Visitor


def test_source_stands_beside_a_report_that_hides_nothing(
    teacher: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """Lines have numbers; that it was seen is written down."""
    with database.writing() as session:
        one = submitted(session, ann, MASKLESS)
    page = teacher.page(f"/staff/submissions/{one}")
    assert '<li id="L0-1">print(&#39;ä&#39;)</li>' in page
    for text in ("Work of Ann Example", "The mask is missing.", "hidden-1", "ValueError", "W = 1.25"):
        assert text in page
    report = teacher.get(f"/staff/submissions/{one}/attempts/1/report.json")
    assert json.loads(report.content)["score"] == 0.0
    assert teacher.get(f"/staff/submissions/{one}/attempts/2/report.json").status_code == 404
    assert teacher.get(f"/staff/submissions/{one}/files/0").content == b"print('\xc3\xa4')\n"
    assert teacher.get(f"/staff/submissions/{one}/files/1").status_code == 404
    with database.reading() as session:
        seen = session.scalars(select(Audit.detail).where(Audit.object == f"submission:{one}")).all()
    assert seen == ["report of attempt 1", "report of attempt 1", "file 0"]


def test_regrade_is_another_attempt_and_shows_what_it_changed(
    teacher: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """The one before can still be read."""
    with database.writing() as session:
        one = submitted(session, ann, MASKLESS, RIGHT)
    address = f"/staff/submissions/{one}"
    page = " ".join(teacher.page(address).split())
    assert "What this grading changed" in page
    assert "W: incorrect" in page
    assert "The mask is missing." in teacher.page(f"{address}?attempt=1")
    assert "Another grading counts." in teacher.page(f"{address}?attempt=1")
    assert teacher.get(f"{address}?attempt=9").status_code == 404
    answer = teacher.send(f"{address}/regrade", on=address)
    assert answer.headers["location"] == f"{address}?done=regrading"
    with database.reading() as session:
        assert session.scalars(select(Attempt.state).order_by(Attempt.number)).all()[-1] is State.QUEUED
    assert teacher.send(f"{address}/cancel", on=address).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Attempt.state).order_by(Attempt.number)).all()[-1] is State.CANCELLED
    assert teacher.send(f"/staff/submissions/{UUID(int=1)}/regrade", on=address).status_code == 404


def test_fault_of_ours_is_told_to_the_staff(teacher: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """On its page, and among those that could not be graded."""
    with database.writing() as session:
        one = submitted(session, ann, State.FAILED)
        session.query(Attempt).one().fault = "the disk is full"
    assert "the disk is full" in teacher.page(f"/staff/submissions/{one}")
    page = teacher.page("/staff/queue")
    assert "the disk is full" in page
    assert f'href="/staff/submissions/{one}?attempt=1"' in page
    assert "1 not graded, by our fault" in teacher.page("/staff")


def test_notebook_is_shown_as_its_code_and_other_bytes_not_at_all(
    teacher: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """Neither breaks the page."""
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": "x = 1"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    files = [
        File("a.ipynb", json.dumps(notebook).encode()),
        File("b.ipynb", b"{"),
        File("c.py", b"\xff\xfe\x00"),
        File("long.py", b"x\n" * 10_000),
    ]
    one = hand_in(database, "a", ann, files).submission_id
    page = teacher.page(f"/staff/submissions/{one}")
    assert '<li id="L0-1"># [1]</li><li id="L0-2">x = 1</li>' in page
    assert "1 byte that cannot be shown as text." in page
    assert "3 bytes that cannot be shown as text." in page
    assert page.count('<li id="L3-') == 3_000
    assert "There is more of it: download it to see all." in page
