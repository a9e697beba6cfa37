"""Sentences made from codes and facts."""

from typing import get_args

import pytest

from grader import messages
from grader.errors import ReasonCode
from grader.verdict import VERDICTS, Verdict


@pytest.mark.parametrize(
    ("verdict", "facts", "sentence"),
    [
        ("incorrect", {"mismatched": 7, "total": 16, "worst_index": (0, 3), "worst_actual": 1.5, "worst_expected": 2.0},
         "7 of 16 elements differ; the worst is at (0, 3): got 1.5, expected 2."),
        ("incorrect", {"worst_actual": 1.5, "worst_expected": 2.0, "mismatched": 1, "total": 1},
         "The value is wrong: got 1.5, expected 2."),
        ("incorrect", {}, "The values are wrong."),
        ("wrong_shape", {"shape": (3,), "expected_shape": (3, 1), "wrt": "b"},
         "The shape is (3,), but b has the shape (3, 1)."),
        ("wrong_shape", {}, "The shape is wrong."),
        ("raised", {"function": "grad_W", "exception": "ValueError", "text": "{no}", "line": 3},
         "grad_W raised ValueError in line 3: {no}"),
        ("raised", {"function": "grad_W", "exception": "ValueError", "text": "no", "line": 3, "cell": 2},
         "grad_W raised ValueError in cell 2, line 3: no"),
        ("raised", {}, "An exception was raised."),
        ("timed_out", {"limit": "cpu_seconds"}, "The limit `cpu_seconds` was reached."),
        ("missing", {"what": "grad_W is not defined"}, "There is nothing to compare: grad_W is not defined."),
    ],
)  # fmt: skip
def test_most_telling_sentence_for_the_facts(verdict: Verdict, facts: dict[str, messages.Fact], sentence: str) -> None:
    """A sentence says all that is known, and one without facts gives nothing away."""
    assert messages.case(verdict, **facts) == sentence


def test_every_code_has_a_sentence_without_facts() -> None:
    """Each verdict and each reason can be said of a hidden case too."""
    assert set(messages.CASE) == set(messages.CASE_HELP) == set(messages.VERDICT_WORDS) == set(VERDICTS)
    assert set(messages.REASON) == set(get_args(ReasonCode))
    for verdict in VERDICTS:
        assert messages.case(verdict).endswith(".")
    for code in get_args(ReasonCode):
        assert messages.reason(code).endswith(".")
    for warning in messages.WARNING:
        assert messages.warning(warning).endswith(".")


def test_new_warning_stands_for_itself() -> None:
    """A code without a sentence is shown as words."""
    assert messages.warning("late_by_a_day") == "late by a day"
