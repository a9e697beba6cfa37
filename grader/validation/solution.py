"""Whether a reference solution is graded as all correct, in the sandbox and on all cases, as a student's would be."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from grader.assignment import Assignment
from grader.errors import SandboxError
from grader.grading import grade
from grader.intake import collect_one
from grader.language import translated as _
from grader.messages import word
from grader.preparation import prepare, wanted
from grader.sandbox import open_sandbox
from grader.validation.findings import Finding


def check(assignment: Assignment, file: Path, isolation: Literal["auto", "none"] = "auto") -> Iterator[Finding]:
    """One finding for each gradient that is not right, or one for all.

    Raises:
        SandboxError: if the machinery failed, which says nothing about the solution.
    """
    submission = collect_one(file, wanted(assignment))
    prepared = prepare(assignment)
    with ExitStack() as stack:
        report = grade(
            prepared,
            submission,
            {one: stack.enter_context(open_sandbox(one, isolation=isolation)) for one in prepared.frameworks},
        )
    if report.status == "grader_error":
        raise SandboxError("the solution could not be run, through no fault of its own; try again")
    first = assignment.problems[0].id
    if report.reason is not None:
        place = _(" (line {line})", line=report.reason.line) if report.reason.line else ""
        message = _("the solution cannot be run: {why}", why=f"{report.reason.message}{place}")
        yield Finding(first, "solution", "failure", message, _("correct the solution"))
        return
    wrong = [gradient for gradient in report.gradients if gradient.verdict != "correct"]
    for gradient in wrong:
        case = next(case for case in gradient.cases if case.verdict != "correct")
        diagnosis = "".join(_(" {question}", question=found.message) for found in gradient.diagnosis[:1])
        yield Finding(
            gradient.problem,
            "solution",
            "failure",
            _(
                "{wrt} by {function} on the case {case} ({verdict}): {message}",
                wrt=gradient.wrt,
                function=gradient.function,
                case=case.case,
                verdict=word(gradient.verdict),
                message=f"{case.message or ''}{diagnosis}",
            ),
            _("correct the solution, or the objective"),
        )
    for problem in assignment.problems if not wrong else ():
        asked = [gradient for gradient in report.gradients if gradient.problem == problem.id]
        message = _(
            "the solution is right: {answers} answers in {cases} cases",
            answers=len(asked),
            cases=len(asked[0].cases) if asked else 0,
        )
        yield Finding(problem.id, "solution", "ok", message)
