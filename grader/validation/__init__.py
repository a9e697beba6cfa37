"""Whether an assignment does what it should, shown before the deadline.

    materials ─▶ inputs ─ reference ─ float32 ─ mistakes ─ pairs ─ sizes ─ upstream ─ points ─ solution ─▶ Validation

Each check is a module that yields findings; the mistakes also make a table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from grader.assignment import Assignment
from grader.language import translated as _
from grader.validation import inputs, mistakes, pairs, points, reference, single, sizes, solution, upstream
from grader.validation.findings import Finding, MistakeRow, Validation
from grader.validation.forward import one_thread
from grader.validation.material import Material, Step, materials, silent


def validate(
    assignment: Assignment,
    *,
    solved: Path | None = None,
    isolation: Literal["auto", "none"] = "auto",
    step: Step = silent,
) -> Validation:
    """All checks of all problems.

    Args:
        solved: a file with right functions, if there is one.
        step: is told what is done next.

    Raises:
        AssignmentError: if a case cannot be drawn so that it asks a sensible question.
    """
    findings: list[Finding] = []
    table: list[MistakeRow] = []
    with one_thread():
        for material in materials(assignment, step):
            step(_("what mistakes lead to"))
            rows = tuple(mistakes.rows(material))
            table += rows
            for what, check in _checks(material, rows).items():
                step(what)
                findings += check()
    if solved is not None:
        step(_("the solution"))
        findings += solution.check(assignment, solved, isolation)
    return Validation(assignment.id, assignment.sha256, tuple(findings), tuple(table))


def _checks(material: Material, rows: Sequence[MistakeRow]) -> Mapping[str, Callable[[], Iterator[Finding]]]:
    return {
        _("the inputs"): lambda: inputs.check(material),
        _("the reference"): lambda: reference.check(material),
        _("answers in float32"): lambda: single.check(material),
        _("mistakes"): lambda: mistakes.check(material, rows),
        _("pairs of mistakes"): lambda: pairs.check(material),
        _("the sizes"): lambda: sizes.check(material),
        _("upstream gradients"): lambda: upstream.check(material),
        _("the points"): lambda: points.check(material),
    }


__all__ = ["Finding", "MistakeRow", "Validation", "validate"]
