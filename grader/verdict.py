"""The words of a report: what became of a case, of a gradient and of a submission.

A gradient's verdict is that of its first case that is not correct; no case at all is never a pass.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

Verdict: TypeAlias = Literal[
    "correct",
    "incorrect",
    "wrong_shape",
    "wrong_type",
    "not_finite",
    "missing",
    "raised",
    "timed_out",
    "out_of_memory",
    "crashed",
    "forbidden",
    "grader_error",
]
"""Of a case and of a gradient."""

Status: TypeAlias = Literal["graded", "rejected", "grader_error"]
"""Of a submission as a whole."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
STATUSES: tuple[Status, ...] = get_args(Status)


def of_gradient(cases: Iterable[Verdict]) -> Verdict:
    """The verdict of a gradient whose cases, in their order, have these verdicts."""
    seen = list(cases)
    if not seen:
        return "grader_error"
    return next((verdict for verdict in seen if verdict != "correct"), "correct")
