"""What a learner has in the end: the laws of counting, and what staff, failures and regrades do to it."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import Report
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.grades import Override, counting, grade, gradebook, grades
from grader.service.overriding import override
from grader.service.people import create, create_class
from grader.service.policy import DAY, Counts, Rules, set_rules
from grader.service.results import Outcome
from grader.service.tables import Membership, State
from tests.example_reports import FAILED, MASKLESS, REJECTED, RIGHT
from tests.service.graded import submitted
from tests.service.handed import ASSIGNMENT, learner, staff

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)


def scored(score: float) -> Report:
    """A right report, worth so much."""
    return RIGHT.model_copy(update={"score": score})


# ----- which submission counts -----

RESULTS = st.one_of(
    st.tuples(st.just(State.GRADED), st.just("graded"), st.integers(0, 4).map(float)),
    st.just((State.GRADED, "rejected", 0.0)),
    st.sampled_from([State.QUEUED, State.RUNNING, State.CANCELLED, State.FAILED]).map(lambda one: (one, None, None)),
)


@st.composite
def handed_in(draw: st.DrawFn) -> list[Outcome]:
    """What one learner did, in order, some of it late."""
    made = []
    at = DUE - 2 * DAY
    for number, (state, status, score) in enumerate(draw(st.lists(RESULTS, max_size=6))):
        at += draw(st.timedeltas(timedelta(0), 2 * DAY))
        made.append(Outcome(UUID(int=number), UUID(int=0), at, number, 1, state, status, score, 4.0))
    return made


def worth(one: Outcome | None, law: Rules) -> float:
    """Points of the one that counts; less than none where none has any."""
    return -1.0 if one is None or one.score is None else law.penalised(one.score, one.handed_at)


laws = st.builds(Rules, due_at=st.just(DUE), late_percent=st.sampled_from([0.0, 10.0, 60.0]), counts=st.just("best"))


@given(handed_in(), laws)
def test_counting_best_is_worth_no_less_than_any(made: list[Outcome], law: Rules) -> None:
    """Late days included; and of equals it is the first."""
    found = counting(made, law)
    assert worth(found, law) == max((worth(one, law) for one in made), default=-1.0)
    if found is not None and found.status == "graded":
        before = made[: made.index(found)]
        assert all(worth(one, law) < worth(found, law) for one in before if one.status == "graded")


@given(handed_in(), laws)
def test_counting_last_is_the_newest_that_could_be_read(made: list[Outcome], law: Rules) -> None:
    """Whatever came after it failed, waits, or was unreadable."""
    found = counting(made, dataclasses.replace(law, counts="last"))
    read = [one for one in made if one.status == "graded"]
    assert found == (read[-1] if read else found)
    assert (found is None) == (not made)


@given(handed_in(), laws, st.sampled_from(["best", "last"]), RESULTS)
def test_counting_what_is_not_graded_never_lowers_a_grade(
    made: list[Outcome], law: Rules, counts: Counts, then: tuple[State, str | None, float | None]
) -> None:
    """Neither a fault of ours nor a file that cannot be read takes anything away."""
    state, status, score = then
    law = dataclasses.replace(law, counts=counts)
    later = Outcome(UUID(int=99), UUID(int=0), DUE + 9 * DAY, 99, 1, state, status, score, 4.0)
    if status != "graded":
        assert worth(counting([*made, later], law), law) >= worth(counting(made, law), law)


# ----- grades of a class -----


@pytest.fixture
def who(database: Database) -> UUID:
    """A learner, for whom there is an assignment worth two points."""
    publish(database, ASSIGNMENT, "a.yaml")
    return learner(database)


def test_grade_grows_with_what_is_handed_in(database: Database, who: UUID) -> None:
    """From nothing to the best of all, less for each day that it is late."""
    with database.writing() as session:
        set_rules(session, "a", Rules(due_at=DUE, late_percent=25, attempts=5))
        found = grade(session, "a", who)
        assert (found.status, found.score, found.max_score, found.used, found.left) == ("nothing", None, 2.0, 0, 5)
        submitted(session, who, State.QUEUED, at=DUE - DAY)
        found = grade(session, "a", who)
        assert (found.status, found.score, found.used, found.left) == ("waiting", None, 1, 4)
        submitted(session, who, FAILED.model_copy(update={"score": None}), State.FAILED, at=DUE - DAY)
        submitted(session, who, REJECTED, at=DUE - DAY)
        found = grade(session, "a", who)
        assert (found.status, found.score, found.reached) == ("rejected", 0.0, 0.0)
        right = submitted(session, who, State.FAILED, scored(4.0), State.QUEUED, at=DUE + DAY / 2)
        found = grade(session, "a", who)
    assert (found.status, found.score, found.reached, found.max_score) == ("graded", 3.0, 4.0, 4.0)
    assert (found.submission_id, found.attempt, found.late_days, found.handed_at) == (right, 2, 1, DUE + DAY / 2)
    assert (found.used, found.left, found.override) == (3, 2, None)


def test_grade_only_failures_is_a_grader_error(database: Database, who: UUID) -> None:
    """No points are lost, and none are given."""
    with database.writing() as session:
        submitted(session, who, State.FAILED)
        found = grade(session, "a", who)
    assert (found.status, found.score, found.used) == ("grader_error", None, 0)


def test_grade_regrade_replaces_the_earlier_attempt(database: Database, who: UUID) -> None:
    """Also by less: it is the same work, looked at again; one that fails changes nothing."""
    with database.writing() as session:
        submission = submitted(session, who, scored(4.0), scored(1.0), State.FAILED)
        found = grade(session, "a", who)
    assert (found.submission_id, found.attempt, found.score, found.status) == (submission, 2, 1.0, "graded")


def test_override_wins_until_it_is_undone(database: Database, who: UUID) -> None:
    """The penalty for being late does not touch it."""
    with database.writing() as session:
        teacher = staff(session)
        set_rules(session, "a", Rules(due_at=DUE, late_percent=50))
        submitted(session, who, scored(2.0), at=DUE + DAY)
        for score, reason in (
            (3.0, "ill"),
            (3.5, " I miscounted. "),
            (None, "not ill after all"),
            (4.0, "ill, really"),
        ):
            override(session, "a", who, score, reason, teacher)
            found = grade(session, "a", who)
            assert found.score == (1.0 if score is None else score)
            assert found.reached == 2.0
        assert isinstance(found.override, Override)
        assert (found.override.reason, found.override.staff_id) == ("ill, really", teacher)


def test_grades_of_a_class_are_those_of_its_members(database: Database, who: UUID) -> None:
    """Whoever handed in nothing too; without a class it is everybody there is anything of."""
    with database.writing() as session:
        idle, given, stranger = create(session), create(session), create(session)
        create_class(session, "c", "Class")
        session.add_all(Membership(class_id="c", learner_id=one) for one in (who, idle))
        submitted(session, who, scored(3.0))
        submitted(session, stranger, scored(1.0))
        override(session, "a", given, 2.0, "exam", staff(session))
        everybody, members = grades(session, "a"), grades(session, "a", "c")
        assert grades(session, "a", "nobody's") == []
    assert {one.learner_id: one.score for one in everybody} == {who: 3.0, stranger: 1.0, given: 2.0}
    assert {one.learner_id: one.score for one in members} == {who: 3.0, idle: None}


def test_gradebook_names_learners_and_computes_nothing(database: Database, who: UUID) -> None:
    """Logins where they are known; a cell that a spreadsheet would compute is text."""
    with database.writing() as session:
        set_rules(session, "a", Rules(due_at=DUE, late_percent=50))
        ann, eve = create(session, "ann", "=1+1"), create(session, "-eve", "Eve E.")
        submitted(session, ann, MASKLESS, at=DUE)
        submitted(session, eve, scored(3.0), at=DUE + DAY)
        submitted(session, who, State.QUEUED, at=DUE)
        table = gradebook(session, "a").decode()
    head, *rows = table.splitlines()
    assert head == "learner,name,score,max_score,status,late,W,mistakes"
    assert sorted(rows) == sorted(
        [
            "'-eve,Eve E.,1.5,4,graded,yes,correct,",
            f"{who},,,2,waiting,,,",
            "ann,'=1+1,0,4,graded,,incorrect,missing_mask",
        ]
    )
