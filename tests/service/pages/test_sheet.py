"""A learner's list of assignments, and the page of one."""

from datetime import timedelta
from uuid import UUID

from grader.service.database import Database
from grader.service.policy import Rules, Shown, set_rules
from grader.service.tables import State, now
from tests.example_reports import RIGHT
from tests.service.graded import submitted
from tests.service.pages.conftest import Visitor


def rule(database: Database, rules: Rules) -> None:
    """Give the assignment these rules."""
    with database.writing() as session:
        set_rules(session, "a", rules)


def test_list_has_state_due_date_and_grade(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """Of every assignment, for this learner."""
    due = now() + timedelta(days=2)
    rule(database, Rules(due_at=due, attempts=3))
    page = anns_browser.page("/")
    assert 'href="/assignments/a">The squared norm</a>' in page
    assert "nothing handed in" in page
    assert f'<time datetime="{due.isoformat(timespec="seconds")}">{due:%Y-%m-%d %H:%M} UTC</time>' in page
    assert "3 attempts left" in page
    with database.writing() as session:
        submitted(session, ann, RIGHT)
    page = anns_browser.page("/")
    assert '<p class="big">4 <small>of 4</small></p>' in page
    assert "2 attempts left" in page


def test_assignment_that_is_not_open_is_not_there(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """Neither its title, nor its sheet, nor its files; nothing tells it from one that was never made."""
    assert "The squared norm" in anns_browser.page("/")
    rule(database, Rules(opens_at=now() + timedelta(days=1)))
    page = anns_browser.page("/")
    for secret in ("The squared norm", "/assignments/a", "opens"):
        assert secret not in page
    assert "There are no assignments yet." in page
    assert anns_browser.get("/assignments/a").status_code == 404
    assert anns_browser.get("/assignments/a/files/a.py").status_code == 404


def test_sheet_has_formulas_files_and_where_to_hand_in(anns_browser: Visitor, sheet: str) -> None:
    """What the kit says, as MathML; the field begins with the template."""
    page = anns_browser.page("/assignments/a")
    assert "<h1>The squared norm</h1>" in page
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">' in page
    for name in ("a.yaml", "a.py", "a.ipynb"):
        assert f'href="/assignments/a/files/{name}"' in page
    assert "def grad_X(X, W):" in page
    assert "raise NotImplementedError" in page
    assert "style=" not in page


def test_files_are_those_of_the_kit_and_no_others(anns_browser: Visitor, sheet: str) -> None:
    """The copy has no hidden case; whatever it is, it is kept and not opened."""
    answer = anns_browser.get("/assignments/a/files/a.yaml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.yaml"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "open" in answer.text
    assert "secret" not in answer.text
    assert anns_browser.get("/assignments/a/files/b.yaml").status_code == 404
    assert anns_browser.get("/assignments/b").status_code == 404


def test_derivation_is_shown_by_the_rules(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """Before the due date, and after it."""
    heading = "How the gradients come about"
    assert heading not in anns_browser.page("/assignments/a")
    rule(database, Rules(shown_before=frozenset({Shown.derivation})))
    assert heading in anns_browser.page("/assignments/a")
    rule(database, Rules(due_at=now() - timedelta(hours=1)))
    assert heading in anns_browser.page("/assignments/a")
    rule(database, Rules(due_at=now() - timedelta(hours=1), shown_after=frozenset()))
    assert heading not in anns_browser.page("/assignments/a")


def test_nothing_can_be_handed_in_when_it_is_closed_or_attempts_are_used(
    anns_browser: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """There is no form, and a sentence instead."""
    button = "Hand in what is written"
    assert button in anns_browser.page("/assignments/a")
    rule(database, Rules(closes_at=now() - timedelta(minutes=1)))
    page = anns_browser.page("/assignments/a")
    assert "Nothing is taken any more since" in page
    assert button not in page
    rule(database, Rules(attempts=1))
    with database.writing() as session:
        submitted(session, ann, State.QUEUED)
    page = anns_browser.page("/assignments/a")
    assert "You have handed in as often as it is allowed." in page
    assert button not in page


def test_late_work_is_announced(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """With what it costs."""
    rule(database, Rules(due_at=now() - timedelta(hours=1), late_percent=12.5))
    page = anns_browser.page("/assignments/a")
    assert "what is handed in now is late." in page
    assert "then 12.5 % off for each day" in page
