"""Whether the right answers are right: autograd against difference quotients, and against the derived expressions."""

from collections.abc import Iterator, Sequence

import numpy as np

from grader.compare import Target, compare
from grader.drawing import Drawn
from grader.expected import Expected
from grader.inputs import Array
from grader.language import translated as _
from grader.problem import Function
from grader.sandbox.job import Returned
from grader.validation.differences import Differences, differences
from grader.validation.findings import Finding
from grader.validation.forward import Case
from grader.validation.material import Material

CLOSE = 1e-9
"""Both are computed in float64: they agree to this, and to what rounding does."""


def check(material: Material) -> Iterator[Finding]:
    """Each gradient of each upstream once, on every case."""
    total = Differences()
    where: list[str] = []
    derived: list[str] = []
    for drawn in material.own:
        for function, wrt in _distinct(material):
            exact = drawn.answers[function.name, f"d{wrt}"]
            case = Case(drawn, function)
            found = differences(case, wrt, exact.value)
            total += found
            if found.wrong:
                where.append(_place(function, wrt, drawn))
            if not _agrees(case.derived(wrt), exact):
                derived.append(_place(function, wrt, drawn))
    yield _by_differences(material, total, where)
    if derived:
        message = _("autograd and the derived expression differ: {places}", places=_listed(derived))
        yield Finding(material.id, "reference", "failure", message, _authors())
    else:
        yield Finding(material.id, "reference", "ok", _("autograd and the derived expressions agree on every case"))


def _agrees(array: Array, exact: Expected) -> bool:
    """Whether a derived value is autograd's, but for rounding; at a kink it may be another subgradient."""
    if float(np.abs(array - exact.value).max(initial=0.0)) <= CLOSE * float(np.abs(exact.value).max(initial=0.0)):
        return True
    target = Target.of(exact, rtol=CLOSE, atol=CLOSE)
    return compare(Returned("float64", array.shape, array), target).verdict == "correct"


def _distinct(material: Material) -> list[tuple[Function, str]]:
    found = {(function.upstream, question.wrt): (function, question.wrt) for function, question in material.gradients()}
    return list(found.values())


def _by_differences(material: Material, total: Differences, where: Sequence[str]) -> Finding:
    skipped = _(", {count} skipped at kinks", count=total.at_kinks) if total.at_kinks else ""
    skipped += _(", {count} too coarse to tell", count=total.coarse) if total.coarse else ""
    if where:
        message = _(
            "autograd and central differences differ: {places} (off by {error} of the largest)",
            places=_listed(where),
            error=f"{total.worst:.1e}",
        )
        return Finding(material.id, "reference", "failure", message, _authors())
    if not total.compared and any(True for _ in material.gradients()):
        return Finding(
            material.id,
            "reference",
            "warning",
            _("no difference quotient says whether autograd is right{skipped}", skipped=skipped),
            _("add a case whose inputs are drawn, so that it is away from kinks"),
        )
    message = _(
        "autograd agrees with {count} central differences, the worst off by {error}{skipped}",
        count=f"{total.compared:,}",
        error=f"{total.worst:.0e}",
        skipped=skipped,
    )
    return Finding(material.id, "reference", "ok", message)


def _place(function: Function, wrt: str, drawn: Drawn) -> str:
    return _("d{wrt} of {function} on the case {case}", wrt=wrt, function=function.name, case=drawn.case.name)


def _listed(places: Sequence[str]) -> str:
    """The first of some places, and how many there are."""
    first, *others = places
    return _("{place}, and {count} more", place=first, count=len(others)) if others else first


def _authors() -> str:
    return _(
        "the grader does not differentiate this objective as it should: please report it, with the assignment file"
    )
