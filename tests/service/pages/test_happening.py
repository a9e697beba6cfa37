"""The queue and the audit."""

from uuid import UUID

from grader.service import audit
from grader.service.database import Database
from grader.service.pages import happening
from grader.service.tables import State
from tests.example_reports import RIGHT
from tests.service.graded import submitted
from tests.service.pages.conftest import Visitor


def test_queue_shows_what_waits_and_that_nobody_works_on_it(
    teacher: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """The oldest first, each leading to its work."""
    with database.writing() as session:
        one = submitted(session, ann, State.QUEUED)
        submitted(session, ann, RIGHT)
    page = teacher.page("/staff/queue")
    assert "<dt>waiting</dt><dd>1</dd>" in page
    assert "<dt>graded</dt><dd>1</dd>" in page
    assert "Nobody works on the queue: start the service with a worker." in page
    assert f'href="/staff/submissions/{one}?attempt=1"' in page


def test_audit_has_the_newest_first_page_by_page(teacher: Visitor, database: Database, monkeypatch: object) -> None:
    """Or only what happened to one thing."""
    with database.writing() as session:
        for number in range(happening.MOST + 1):
            audit.note(session, "operator", "see", f"grades:{number}")
    page = teacher.page("/staff/audit")
    assert f"grades:{happening.MOST}<" in page
    assert "grades:0<" not in page
    older = page.partition('href="?before=')[2].partition('"')[0]
    assert "grades:0<" in teacher.page(f"/staff/audit?before={older}")
    page = teacher.page("/staff/audit?object=grades:7")
    assert "grades:7<" in page
    assert "grades:8<" not in page


def test_audit_is_in_the_readers_language(teacher: Visitor, database: Database) -> None:
    """What is done has a word; what nobody has a word for stays as it is written down."""
    with database.writing() as session:
        audit.note(session, "operator", "regrade", "assignment:a")
        audit.note(session, "operator", "strange", "assignment:a")
    for language, words in (("en", "had graded again"), ("zh-CN", "要求重新评分")):
        page = teacher.page(f"/staff/audit?lang={language}")
        assert f"<td>{words}</td>" in page
        assert "<td>strange</td>" in page
