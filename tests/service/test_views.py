"""A learner sees what is shown, and nothing of what is not, in any combination."""

from collections.abc import Iterable
from itertools import chain, combinations

import pytest

from grader.report import Report, dump, student_view
from grader.service import views
from grader.service.policy import Shown
from tests.example_reports import MASKLESS, RIGHT

ALL = [frozenset(some) for some in chain.from_iterable(combinations(Shown, size) for size in range(len(Shown) + 1))]
HIDDEN = ("1.25", "ValueError", "W =")
"""What only the hidden case of the report knows."""


def seen(report: Report, shown: Iterable[Shown]) -> Report:
    """As a learner sees it."""
    return views.student_view(dump(report), frozenset(shown))


def test_staff_view_is_all_of_it() -> None:
    """Also what hidden cases give away."""
    assert views.staff_view(dump(MASKLESS)) == MASKLESS


@pytest.mark.parametrize("shown", ALL)
def test_student_view_shows_what_is_shown_and_no_more(shown: frozenset[Shown]) -> None:
    """Score, verdict and public cases are always there."""
    found = seen(MASKLESS, shown)
    (gradient,) = found.gradients
    assert (found.score, gradient.verdict, gradient.cases[0].comparison) == (
        0.0,
        "incorrect",
        MASKLESS.gradients[0].cases[0].comparison,
    )
    assert [case.case for case in gradient.cases] == ["handout", "hidden-1"][: 1 + (Shown.hidden_cases in shown)]
    counted = Shown.hidden_count in shown and Shown.hidden_cases not in shown
    assert gradient.not_shown == (1 if counted else None)
    assert [one.code for one in gradient.diagnosis] == (["missing_mask"] if Shown.diagnosis in shown else [])
    text = dump(found).decode()
    assert [word for word in HIDDEN if word in text] == []
    assert ("hidden-1" in text) == (Shown.hidden_cases in shown)
    assert ("mask" in text) == (Shown.diagnosis in shown)


def test_student_view_everything_shown_is_that_of_the_command_line() -> None:
    """One law for what a hidden case gives away."""
    assert seen(RIGHT, Shown) == student_view(RIGHT)
