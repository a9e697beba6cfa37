"""A class at a glance."""

import json

from grader.report import DiagnosisReport, GradientReport
from grader.summary import dump, summarize
from tests.example_reports import CLASS, MASKLESS, case, gradient, report, rows_of


def test_summary_counts_everything_once() -> None:
    """Counts by status, verdict and mistake, and the scores of those that have one; the order is no matter."""
    assert json.loads(dump(summarize(rows_of(reversed(CLASS))))) == {
        "schema_version": 1,
        "assignment": {"id": "relu", "sha256": "a" * 64},
        "submissions": 4,
        "status": {"graded": 2, "rejected": 1, "grader_error": 1},
        "gradients": [
            {
                "problem": "relu",
                "wrt": "W",
                "function": "grad_W",
                "verdicts": {"correct": 1, "incorrect": 1, "missing": 1, "grader_error": 1},
            }
        ],
        "mistakes": {"missing_mask": 1},
        "score": {"count": 3, "mean": 1.333333, "median": 0.0, "min": 0.0, "max": 4.0, "max_score": 4.0},
        "grader_errors": ["dan"],
        "identical_wrong_answers": [],
    }


def test_mistake_counts_once_for_each_learner() -> None:
    """A learner who makes a mistake in two gradients has made it once."""
    twice = MASKLESS.model_copy(update={"gradients": MASKLESS.gradients * 2})
    assert summarize(rows_of([twice])).mistakes == {"missing_mask": 1}


def test_summary_of_nothing() -> None:
    """No reports are no reason to fail."""
    assert summarize([]).score is None


def test_identical_wrong_answers_are_listed_together() -> None:
    """Two or more learners, the same gradient and the same fingerprint make a group; large groups come first."""
    found = (DiagnosisReport(code="missing_mask", message="The mask is missing."),)

    def wrong(fingerprint: str | None, wrt: str = "W", diagnosis: tuple[DiagnosisReport, ...] = ()) -> GradientReport:
        return gradient(case("incorrect"), verdict="incorrect", wrt=wrt, fingerprint=fingerprint, diagnosis=diagnosis)

    learners = [
        report("eve", wrong("1", diagnosis=found), wrong("2", "X")),
        report("ann", wrong("1", diagnosis=found), wrong("2", "X")),
        report("bob", wrong("1", diagnosis=found), wrong("3", "X")),
        report("cyd", wrong("4"), wrong(None, "X")),
        report("dan", wrong("2"), wrong(None, "X")),
    ]
    groups = json.loads(dump(summarize(rows_of(learners))))["identical_wrong_answers"]
    assert groups == [
        {
            "problem": "relu",
            "wrt": "W",
            "function": "grad_W",
            "fingerprint": "1",
            "learners": ["ann", "bob", "eve"],
            "mistakes": ["missing_mask"],
        },
        {
            "problem": "relu",
            "wrt": "X",
            "function": "grad_X",
            "fingerprint": "2",
            "learners": ["ann", "eve"],
            "mistakes": [],
        },
    ]
