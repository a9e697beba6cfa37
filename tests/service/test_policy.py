"""The rules of an assignment, and the laws that every one of them keeps."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.policy import DAY, Rules, Shown, rules, set_rules
from grader.service.refusals import RefusedError, UnknownError
from tests.service.handed import ASSIGNMENT

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("after", "days"),
    [(-DAY, 0), (timedelta(0), 0), (timedelta(microseconds=1), 1), (DAY, 1), (DAY + SECOND, 2), (30 * DAY, 30)],
)
def test_late_days_count_each_day_that_has_begun(after: timedelta, days: int) -> None:
    """Nobody is late at the very moment that it is due."""
    assert Rules(due_at=DUE).late_days(DUE + after) == days


def test_late_days_in_another_zone_are_the_same() -> None:
    """A day is 24 hours, wherever somebody is."""
    late = DUE + DAY + SECOND
    assert Rules(due_at=DUE).late_days(late.astimezone(timezone(timedelta(hours=-11)))) == 2
    assert Rules().late_days(late) == 0


@given(
    score=st.floats(0, 1000),
    percent=st.floats(0, 100),
    earlier=st.timedeltas(-10 * DAY, 400 * DAY),
    wait=st.timedeltas(timedelta(0), 400 * DAY),
)
def test_penalised_never_gains_by_waiting(score: float, percent: float, earlier: timedelta, wait: timedelta) -> None:
    """What is left is between nothing and all; on time it is all."""
    law = Rules(due_at=DUE, late_percent=percent)
    first, second = law.penalised(score, DUE + earlier), law.penalised(score, DUE + earlier + wait)
    assert 0 <= second <= first <= score
    assert earlier > timedelta(0) or first == score


def test_penalised_takes_percents_of_what_was_reached() -> None:
    """For each day, until nothing is left."""
    law = Rules(due_at=DUE, late_percent=40)
    assert [law.penalised(10.0, DUE + days * DAY) for days in range(4)] == [10.0, 6.0, pytest.approx(2.0), 0.0]


def test_shown_changes_when_it_is_due() -> None:
    """Without a due date it stays what it is before."""
    law = Rules(due_at=DUE)
    assert law.shown(DUE - SECOND) == {Shown.hidden_count, Shown.diagnosis}
    assert law.shown(DUE) == set(Shown)
    assert Rules().shown(DUE) == Rules().shown_before


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"due_at": datetime(2026, 11, 30)},
            "a time needs its offset from UTC, as in 2026-11-30T23:59:00+01:00",
        ),
        (
            {"due_at": DUE, "closes_at": DUE - SECOND},
            "an assignment opens before it is due, and closes no sooner than that",
        ),
        (
            {"opens_at": DUE, "closes_at": DUE - SECOND},
            "an assignment opens before it is due, and closes no sooner than that",
        ),
        ({"late_percent": 100.1}, "the penalty is a percentage from 0 to 100 of the points that were reached"),
        ({"late_percent": float("nan")}, "the penalty is a percentage from 0 to 100 of the points that were reached"),
        ({"attempts": 0}, "the number of attempts is from 1 to 1000, or is left out"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(wrong: dict[str, object], message: str) -> None:
    """By whoever makes them, so that none are ever kept."""
    with pytest.raises(RefusedError) as error:
        Rules(**wrong)  # type: ignore[arg-type]
    assert str(error.value) == message


def test_set_rules_are_the_rules_then(database: Database) -> None:
    """Until they are set there are defaults; times come back in UTC."""
    publish(database, ASSIGNMENT, "a.yaml")
    east = timezone(timedelta(hours=8))
    law = Rules(
        opens_at=(DUE - DAY).astimezone(east),
        due_at=DUE.astimezone(east),
        closes_at=DUE + DAY,
        late_percent=12.5,
        attempts=3,
        counts="last",
        shown_before=frozenset(),
        shown_after=frozenset({Shown.derivation, Shown.hidden_cases}),
    )
    with database.writing() as session:
        assert rules(session, "a") == Rules()
        for one in (Rules(), law):
            set_rules(session, "a", one)
    with database.writing() as session:
        assert rules(session, "a") == law
        with pytest.raises(UnknownError) as error:
            set_rules(session, "b", law)
    assert str(error.value) == "there is no such assignment"
