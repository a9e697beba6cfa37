"""What a regrade changed is said, and nothing else."""

import pytest

from grader.report import AssignmentReport
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.differences import Changed, difference, of_attempt
from grader.service.tables import State
from tests.example_reports import FAILED, MASKLESS, REJECTED, RIGHT, case, gradient, report
from tests.service.graded import submitted
from tests.service.handed import ASSIGNMENT, learner


def test_difference_of_the_same_is_nothing() -> None:
    """Sentences and numbers of a wrong answer may be others; what counts is what it came to."""
    for one in (RIGHT, MASKLESS, REJECTED, FAILED):
        assert difference(one, one).nothing
    assert not difference(RIGHT, RIGHT.model_copy(update={"max_score": 5.0})).nothing


def test_difference_names_verdict_score_and_mistakes() -> None:
    """Of each gradient that came out otherwise."""
    found = difference(MASKLESS, RIGHT)
    assert (found.old_score, found.new_score, found.old_status, found.new_status) == (0.0, 4.0, "graded", "graded")
    assert found.gradients == (Changed("W", "incorrect", "correct", 0.0, 4.0, ("missing_mask",), ()),)
    assert not found.nothing
    assert difference(MASKLESS, REJECTED).new_status == "rejected"


def test_difference_tells_of_gradients_that_are_new_or_gone() -> None:
    """Another version may ask for others; those that stay the same are not mentioned."""
    kept = gradient(case("correct"), verdict="correct", wrt="Y")
    old = report("a", gradient(case("correct"), verdict="correct", wrt="X"), kept)
    new = report("a", kept, gradient(case("missing"), verdict="missing", wrt="W"))
    newer = new.model_copy(update={"assignment": AssignmentReport(id="relu", sha256="c" * 64)})
    found = difference(old, newer)
    assert found.gradients == (
        Changed("W", None, "missing", None, 0.0, (), ()),
        Changed("X", "correct", None, 4.0, None, (), ()),
    )
    assert not found.same_assignment
    assert difference(old, new).same_assignment


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_of_attempt_is_against_the_newest_graded_before_it(database: Database) -> None:
    """Failures between them do not matter; the first attempt changed nothing."""
    publish(database, ASSIGNMENT, "a.yaml")
    who = learner(database)
    with database.writing() as session:
        submission = submitted(session, who, REJECTED, MASKLESS, State.FAILED, RIGHT, State.QUEUED)
        found = {number: of_attempt(session, submission, number) for number in range(1, 7)}
    assert found == {
        1: None,
        2: difference(REJECTED, MASKLESS),
        3: None,
        4: difference(MASKLESS, RIGHT),
        5: None,
        6: None,
    }
