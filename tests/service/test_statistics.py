"""A class at a glance, by the submissions that count and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import DiagnosisReport
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.overriding import override
from grader.service.people import create, create_class
from grader.service.statistics import Bar, GradientCount, Mistake, Occurrence, distribution, statistics
from grader.service.tables import Membership
from tests.example_reports import MASKLESS, REJECTED, RIGHT, case, gradient, report
from tests.service.graded import submitted
from tests.service.handed import ASSIGNMENT, staff


@given(st.lists(st.floats(0, 12)), st.floats(1, 10))
def test_distribution_counts_each_score_once(scores: list[float], most: float) -> None:
    """In its own bar; what is above the most is in the last one."""
    bars = distribution(scores, most)
    assert sum(bar.count for bar in bars) == len(scores)
    assert [bar.low for bar in bars[1:]] == [bar.high for bar in bars[:-1]]
    assert distribution([most, most + 1], most)[-1].count == 2


def test_distribution_of_nothing_is_empty() -> None:
    """An assignment without points has no bars."""
    assert distribution([0.0], 0.0) == ()
    assert distribution([0.0, 0.1, 1.0], 1.0)[:2] == (Bar(0.0, 0.1, 1), Bar(0.1, 0.2, 1))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_statistics_lead_from_a_mistake_to_the_submissions(database: Database) -> None:
    """An earlier, worse attempt of somebody who has it right by now is no mistake any more."""
    publish(database, ASSIGNMENT, "a.yaml")
    twice = DiagnosisReport(code="factor", message="It is twice as much.")
    doubled = report("fay", gradient(case("incorrect"), verdict="incorrect", diagnosis=(twice,)))
    with database.writing() as session:
        ann, bob, cyd, dan, eve, fay = (create(session) for _ in range(6))
        create_class(session, "c", "C")
        session.add_all(Membership(class_id="c", learner_id=one) for one in (ann, bob, cyd, dan))
        submitted(session, ann, MASKLESS)
        submitted(session, ann, RIGHT)
        masked = submitted(session, bob, MASKLESS)
        submitted(session, cyd, REJECTED)
        submitted(session, fay, doubled)
        submitted(session, eve, MASKLESS)
        override(session, "a", bob, 3.0, "nearly", staff(session))
        found = statistics(session, "a", "c")
        everybody = statistics(session, "a")
        nobody = statistics(session, "a", "d")
    assert (found.learners, found.overridden) == (4, 1)
    assert found.standings == {"graded": 2, "rejected": 1, "nothing": 1}
    assert (found.mean, found.median, found.max_score) == (pytest.approx(7 / 3), 3.0, 4.0)
    assert [bar.count for bar in found.distribution] == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1]
    assert found.gradients == (GradientCount("W", "relu", "grad_W", "W", {"correct": 1, "incorrect": 1, "missing": 1}),)
    assert (found.gradients[0].count, found.gradients[0].correct) == (3, pytest.approx(1 / 3))
    assert found.mistakes == (Mistake("missing_mask", (Occurrence(masked, bob, ("W",)),)),)
    assert [(one.code, one.count) for one in everybody.mistakes] == [("missing_mask", 2), ("factor", 1)]
    assert (nobody.learners, nobody.mean, nobody.distribution, nobody.mistakes) == (0, None, (), ())
