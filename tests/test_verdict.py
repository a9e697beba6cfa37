"""The verdict of a gradient."""

import pytest

from grader.verdict import VERDICTS, Verdict, of_gradient


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [
        (["correct", "correct"], "correct"),
        (["correct", "incorrect", "raised"], "incorrect"),
        (["timed_out", "correct"], "timed_out"),
        ([], "grader_error"),
    ],
)
def test_first_case_that_is_not_correct_decides(cases: list[Verdict], verdict: Verdict) -> None:
    """All cases must be correct, and no case at all is never a pass."""
    assert of_gradient(cases) == verdict


@pytest.mark.parametrize("verdict", [one for one in VERDICTS if one != "correct"])
def test_no_other_verdict_passes(verdict: Verdict) -> None:
    """One case of any other verdict keeps a gradient from being correct."""
    assert of_gradient(["correct", verdict]) == verdict
