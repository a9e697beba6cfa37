"""Whether a reference solution is graded as all correct, in the sandbox and on all cases, as a student's would be."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from grader.assignment import Assignment
from grader.errors import SandboxError
from grader.grading import grade
from grader.intake import collect_one
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
        place = f" (line {report.reason.line})" if report.reason.line else ""
        message = f"the solution cannot be run: {report.reason.message}{place}"
        yield Finding(first, "solution", "failure", message, "correct the solution")
        return
    wrong = [gradient for gradient in report.gradients if gradient.verdict != "correct"]
    for gradient in wrong:
        case = next(case for case in gradient.cases if case.verdict != "correct")
        diagnosis = "".join(f" {found.message}" for found in gradient.diagnosis[:1])
        yield Finding(
            gradient.problem,
            "solution",
            "failure",
            f"{gradient.wrt} by {gradient.function} is {gradient.verdict} on the case {case.case}: "
            f"{case.message or ''}{diagnosis}",
            "correct the solution, or the objective",
        )
    for problem in assignment.problems if not wrong else ():
        asked = [gradient for gradient in report.gradients if gradient.problem == problem.id]
        message = f"the solution is right: {len(asked)} answers in {len(asked[0].cases) if asked else 0} cases"
        yield Finding(problem.id, "solution", "ok", message)
