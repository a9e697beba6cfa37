"""Assignments as the staff sees them: publishing, versions, rules."""

from datetime import UTC, datetime

import pytest
from httpx import Response
from sqlalchemy import select

from grader.service.database import Database
from grader.service.policy import Rules, Shown, rules, set_rules
from grader.service.proving import Finding, Proof
from grader.service.tables import AssignmentVersion, Audit
from tests.service.pages.conftest import SHEET, Visitor

PROVEN = Proof("a", True, True, 1.0, (Finding("a", "mistakes", "ok", "the cases reject all"),))
UNPROVEN = Proof("a", True, False, 0.5, (Finding("a", "sizes", "failure", "a transpose is hidden", "add a case"),))


def proved(monkeypatch: pytest.MonkeyPatch, proof: Proof) -> None:
    """Proving takes a process, and seconds; what it finds is tried elsewhere."""
    monkeypatch.setattr("grader.service.pages.assignments.validated", lambda *_, **__: proof)


def upload(teacher: Visitor, data: bytes = SHEET, **fields: object) -> Response:
    """Send the form."""
    return teacher.send("/staff/assignments", on="/staff", files=[("file", ("a.yaml", data))], **fields)


def test_proven_assignment_is_published_with_what_was_found(
    teacher: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows findings, the text and what learners get."""
    proved(monkeypatch, PROVEN)
    answer = upload(teacher)
    assert answer.headers["location"] == "/staff/assignments/a/text?done=published"
    page = teacher.page(answer.headers["location"])
    for text in ("The assignment was published.", "the cases reject all", "The squared norm", "a.ipynb", "<math "):
        assert text in page
    assert teacher.get("/staff/assignments/a/versions/1").content == SHEET
    assert teacher.get("/staff/assignments/a/versions/2").status_code == 404
    assert "secret" not in teacher.page("/staff/assignments/a/files/a.yaml")
    assert "/staff/assignments/a" in teacher.page("/staff")
    with database.reading() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "publish")).one()
    assert entry.actor.startswith("staff:")


def test_unproven_assignment_is_published_only_if_asked_for(
    teacher: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it is said what is wrong, and what to change."""
    proved(monkeypatch, UNPROVEN)
    answer = upload(teacher)
    assert answer.status_code == 422
    for text in ("Not published", "a transpose is hidden", "add a case", "50 % of the known mistakes are rejected"):
        assert text in answer.text
    with database.reading() as session:
        assert session.scalars(select(AssignmentVersion)).all() == []
    assert upload(teacher, unproven="true").status_code == 303
    assert "not proven" in teacher.page("/staff/assignments/a/text")


def test_file_that_is_no_assignment_is_refused_with_its_line(teacher: Visitor) -> None:
    """As `grader validate` would say it."""
    answer = upload(teacher, b"objective: X +\nseed: 0\nshapes: {X: [2]}\n")
    assert answer.status_code == 422
    assert "a.yaml:1: at objective:" in answer.text


def test_upload_says_that_proving_may_take_long(teacher: Visitor) -> None:
    """Before it is sent, and by a script of ours from then on; without one, the first is there all the same."""
    page = teacher.page("/staff")
    assert "This takes some seconds, and with many cases a minute or more." in page
    assert 'data-working="It is being proved. Leave this page open until the next one comes."' in page
    assert '<p role="status"></p>' in page
    script = page.partition('src="/static/working.js')[2].partition('"')[0]
    assert teacher.get(f"/static/working.js{script}").status_code == 200


def test_rules_are_kept_as_they_were_entered(teacher: Visitor, database: Database, sheet: str) -> None:
    """In UTC, with the boxes that were ticked."""
    answer = teacher.send(
        "/staff/assignments/a/rules",
        on="/staff/assignments/a/rules",
        due_at="2030-01-02T03:04",
        late_percent="12,5",
        attempts="3",
        counts="last",
        shown_before=["hidden_count"],
        shown_after=["diagnosis", "derivation"],
    )
    assert answer.headers["location"] == "/staff/assignments/a?done=policy"
    with database.reading() as session:
        assert rules(session, "a") == Rules(
            due_at=datetime(2030, 1, 2, 3, 4, tzinfo=UTC),
            late_percent=12.5,
            attempts=3,
            counts="last",
            shown_before=frozenset({Shown.hidden_count}),
            shown_after=frozenset({Shown.diagnosis, Shown.derivation}),
        )
    page = teacher.page("/staff/assignments/a/rules")
    assert 'name="due_at" value="2030-01-02T03:04"' in page
    assert 'name="shown_before" value="hidden_count" checked' in page
    assert 'name="shown_before" value="diagnosis">' in page


def test_rules_that_make_no_sense_are_refused(teacher: Visitor, database: Database, sheet: str) -> None:
    """With a sentence, and nothing is changed."""
    address = "/staff/assignments/a/rules"
    for fields, sentence in (
        ({"attempts": "many"}, "A number or a time cannot be read."),
        ({"due_at": "tomorrow"}, "A number or a time cannot be read."),
        ({"late_percent": "nan"}, "the penalty is a percentage from 0 to 100"),
        ({"opens_at": "2030-01-02T00:00", "due_at": "2030-01-01T00:00"}, "an assignment opens before it is due"),
    ):
        answer = teacher.send(address, on=address, **fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert teacher.send("/staff/assignments/b/rules", on=address).status_code == 404
    with database.reading() as session:
        assert rules(session, "a") == Rules()


def test_rules_that_are_refused_stay_in_the_form(teacher: Visitor, database: Database, sheet: str) -> None:
    """Nobody has to enter all of them again for one that is wrong; those there were are not shown for them."""
    address = "/staff/assignments/a/rules"
    with database.writing() as session:
        set_rules(session, "a", Rules(attempts=7, late_percent=5.0))
    answer = teacher.send(
        address,
        on=address,
        opens_at="2030-01-02T00:00",
        due_at="2030-01-01T00:00",
        late_percent="12,5",
        attempts='<3"',
        counts="last",
        shown_after=["derivation"],
    )
    assert answer.status_code == 422
    for text in (
        'name="opens_at" value="2030-01-02T00:00"',
        'name="due_at" value="2030-01-01T00:00"',
        'name="closes_at" value=""',
        'name="late_percent" inputmode="decimal" value="12,5"',
        'name="attempts" inputmode="numeric" value="&lt;3&#34;"',
        '<option value="last" selected>',
        'name="shown_after" value="derivation" checked>',
        'name="shown_after" value="diagnosis">',
        'name="shown_before" value="diagnosis">',
    ):
        assert text in answer.text
    page = teacher.page(address)
    assert 'name="attempts" inputmode="numeric" value="7"' in page
    assert 'name="late_percent" inputmode="decimal" value="5"' in page
