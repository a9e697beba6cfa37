"""Reports to show and to count: one learner is right, one wrong, one rejected, and one the grader failed on."""

from collections.abc import Iterable
from typing import Any

from grader.report import (
    AssignmentReport,
    CaseReport,
    ComparisonReport,
    DiagnosisReport,
    GradientReport,
    IsolationReport,
    ReasonReport,
    Report,
    SubmissionReport,
    WarningReport,
)
from grader.row import Row, row
from grader.verdict import Verdict


def case(verdict: Verdict, *, name: str = "handout", visibility: str = "public", **facts: Any) -> CaseReport:
    """A case of `grad_W`, with its sentence."""
    built = CaseReport(case=name, visibility=visibility, seed=7, verdict=verdict, **facts)
    return built.explained(function="grad_W", wrt="W")


WRONG = ComparisonReport(
    max_abs_error=1.5,
    max_rel_error=0.2,
    worst_index=(0, 3),
    worst_actual=2.5,
    worst_expected=4.0,
    mismatched=7,
    total=16,
)


def gradient(*cases: CaseReport, verdict: Verdict, wrt: str = "W", **more: Any) -> GradientReport:
    """A gradient worth four points."""
    score = None if verdict == "grader_error" else 4.0 if verdict == "correct" else 0.0
    facts = {
        "problem": "relu",
        "wrt": wrt,
        "function": f"grad_{wrt}",
        "verdict": verdict,
        "score": score,
        "max_score": 4.0,
    }
    return GradientReport(cases=cases, **{**facts, **more})


def report(learner: str, *gradients: GradientReport, **more: Any) -> Report:
    """A report of the assignment `relu`."""
    scores = [one.score for one in gradients]
    facts: dict[str, Any] = {
        "assignment": AssignmentReport(id="relu", sha256="a" * 64),
        "submission": SubmissionReport(learner=learner, sha256="b" * 64, files=(f"{learner}.py",)),
        "status": "graded",
        "score": None if None in scores else sum(score or 0.0 for score in scores),
        "max_score": sum(one.max_score for one in gradients),
        "gradients": gradients,
        "isolation": IsolationReport(level="full", layers={"seccomp": True}),
    }
    return Report(**{**facts, **more})


RIGHT = report(
    "ann", gradient(case("correct"), case("correct", name="hidden-1", visibility="hidden"), verdict="correct")
)
MASKLESS = report(
    "bob",
    gradient(
        case("incorrect", comparison=WRONG),
        case("raised", name="hidden-1", visibility="hidden", exception="ValueError", text="W is [1.25]", line=3),
        verdict="incorrect",
        diagnosis=(DiagnosisReport(code="missing_mask", step="H", message="The mask is missing.", help="Look at H."),),
    ),
    stdout="W = 1.25\n",
    warnings=(WarningReport(code="mentions_autograd", message="bob.py mentions autograd."),),
)
REJECTED = report(
    "cyd",
    gradient(case("missing", what="the submission was rejected"), verdict="missing"),
    status="rejected",
    reason=ReasonReport(code="syntax_error", message="The file is not valid Python: invalid syntax", line=2),
)
FAILED = report("dan", gradient(case("grader_error"), verdict="grader_error"), status="grader_error")
CLASS = (RIGHT, MASKLESS, REJECTED, FAILED)


def rows_of(reports: Iterable[Report]) -> list[Row]:
    """What the tables of a class need of them."""
    return [row(one) for one in reports]
