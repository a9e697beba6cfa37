"""What a learner reads of a submission."""

from datetime import timedelta
from uuid import UUID

from fastapi import FastAPI

from grader.service.database import Database
from grader.service.overriding import override
from grader.service.policy import Rules, Shown, set_rules
from grader.service.tables import State, now
from tests.example_reports import FAILED, MASKLESS, REJECTED, RIGHT
from tests.service.graded import submitted
from tests.service.handed import staff
from tests.service.pages.conftest import Visitor, learner, link_of, signed_in

EVERYTHING = frozenset(Shown)


def test_report_says_what_is_wrong(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """The verdict, the mistake by name, its question, and the numbers of a public case."""
    with database.writing() as session:
        one = submitted(session, ann, MASKLESS)
    page = anns_browser.page(f"/submissions/{one}")
    assert "The mask is missing." in page
    assert "Look at H." in page
    assert "7 of 16 elements differ" in page
    assert f'href="/submissions/{one}/files/0"' in page
    assert anns_browser.get(f"/submissions/{one}/files/0").content == b"print('\xc3\xa4')\n"


def test_hidden_cases_and_diagnoses_are_shown_by_the_rules(
    anns_browser: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """Never their numbers."""
    with database.writing() as session:
        one = submitted(session, ann, MASKLESS)
    for shown, present, absent in (
        (frozenset(), "incorrect", ("The mask is missing.", "hidden case", "hidden-1")),
        ({Shown.hidden_count}, "1 hidden case is not shown", ("The mask is missing.", "hidden-1")),
        ({Shown.hidden_cases}, "hidden-1", ("is not shown", "The mask is missing.")),
        ({Shown.diagnosis}, "The mask is missing.", ("hidden-1",)),
    ):
        with database.writing() as session:
            set_rules(session, "a", Rules(shown_before=frozenset(shown)))
        page = anns_browser.page(f"/submissions/{one}")
        assert present in page
        for text in (*absent, "ValueError", "W is [1.25]"):
            assert text not in page, (shown, text)


def test_waiting_asks_again_and_again_less_often(
    anns_browser: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """By htmx, and without scripts too; who waits sees how many are before."""
    with database.writing() as session:
        submitted(session, ann, State.QUEUED)
        one = submitted(session, ann, State.QUEUED)
    page = anns_browser.page(f"/submissions/{one}")
    assert f'hx-get="/submissions/{one}/outcome?look=0" hx-trigger="load delay:1s, every 30s"' in page
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page
    assert "It waits; 1 is before it." in page
    part = anns_browser.page(f"/submissions/{one}/outcome?look=7")
    assert part.startswith('<div id="outcome"')
    assert 'outcome?look=8" hx-trigger="load delay:20s' in part


def test_part_that_is_done_asks_no_more_and_says_so(
    anns_browser: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """To whoever listens to the page."""
    with database.writing() as session:
        one = submitted(session, ann, RIGHT)
    part = anns_browser.page(f"/submissions/{one}/outcome?look=3")
    assert "hx-get" not in part
    assert 'role="status" class="aside" hx-swap-oob="innerHTML">Graded: 4 of 4 points.</p>' in part


def test_fault_of_ours_is_ours(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """No verdict, no report, no attempt."""
    with database.writing() as session:
        one = submitted(session, ann, State.FAILED)
    page = anns_browser.page(f"/submissions/{one}")
    assert "We could not grade this, and it is no fault of yours." in page
    assert FAILED.status == "grader_error"
    assert "grader_error" not in page


def test_rejected_work_has_its_reason(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """With the line."""
    with database.writing() as session:
        one = submitted(session, ann, REJECTED)
    page = anns_browser.page(f"/submissions/{one}")
    assert "The file is not valid Python: invalid syntax (line 2)" in page
    assert "could not be read" in page


def test_penalty_and_override_are_explained(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """What was reached, what is taken off, and who says otherwise."""
    with database.writing() as session:
        set_rules(session, "a", Rules(due_at=now() - timedelta(days=1, hours=1), late_percent=10))
        one = submitted(session, ann, RIGHT)
    page = anns_browser.page(f"/submissions/{one}")
    assert "2 days late: 20 % off the 4 points that were reached." in page
    assert "<dd>3.2 <small>of 4</small></dd>" in page
    with database.writing() as session:
        override(session, "a", ann, 3.5, "You were <b>ill</b>.", staff(session))
    page = anns_browser.page(f"/submissions/{one}")
    assert "Your teacher set this grade: <q>You were &lt;b&gt;ill&lt;/b&gt;.</q>" in " ".join(page.split())
    assert "<dd>3.5 <small>of 4</small></dd>" in page


def test_earlier_attempts_stand_side_by_side(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """A column for each, a row for each gradient."""
    with database.writing() as session:
        first = submitted(session, ann, MASKLESS)
        second = submitted(session, ann, RIGHT)
    page = anns_browser.page(f"/submissions/{second}")
    row = page[page.index('<tr><th scope="row">W</th><td class="bad">') :].split("</tr>")[0]
    assert row == '<tr><th scope="row">W</th><td class="bad">incorrect</td><td class="ok">correct</td>'
    assert f'href="/submissions/{first}"' in page
    assert "This one counts." in page
    assert "Another one counts." in anns_browser.page(f"/submissions/{first}")


def test_work_of_another_learner_is_not_there(
    app: FastAPI, anns_browser: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """In no way."""
    bob = signed_in(app, link_of(database, learner(database, "bob", "Bob")))
    with database.writing() as session:
        one = submitted(session, ann, RIGHT)
    for address in (f"/submissions/{one}", f"/submissions/{one}/outcome", f"/submissions/{one}/files/0"):
        assert anns_browser.get(address).status_code == 200
        assert bob.get(address).status_code == 404


def test_staff_is_led_to_its_own_page(teacher: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """Which shows more."""
    with database.writing() as session:
        one = submitted(session, ann, RIGHT)
    assert teacher.get(f"/submissions/{one}").headers["location"] == f"/staff/submissions/{one}"
