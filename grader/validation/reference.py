"""Whether the right answers are right: autograd against difference quotients, and against the derived expressions."""

from collections.abc import Iterator, Sequence

import numpy as np

from grader.compare import Target, compare
from grader.drawing import Drawn
from grader.expected import Expected
from grader.inputs import Array
from grader.problem import Function
from grader.sandbox.job import Returned
from grader.validation.differences import Differences, differences
from grader.validation.findings import Finding
from grader.validation.forward import Case
from grader.validation.material import Material

CLOSE = 1e-9
"""Both are computed in float64: they agree to this, and to what rounding does."""
AUTHORS = "the grader does not differentiate this objective as it should: please report it, with the assignment file"


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
        message = f"autograd and the derived expression differ: {_listed(derived)}"
        yield Finding(material.id, "reference", "failure", message, AUTHORS)
    else:
        yield Finding(material.id, "reference", "ok", "autograd and the derived expressions agree on every case")


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
    skipped = f", {total.at_kinks} skipped at kinks" if total.at_kinks else ""
    skipped += f", {total.coarse} too coarse to tell" if total.coarse else ""
    if where:
        message = f"autograd and central differences differ: {_listed(where)} (off by {total.worst:.1e} of the largest)"
        return Finding(material.id, "reference", "failure", message, AUTHORS)
    if not total.compared and any(True for _ in material.gradients()):
        return Finding(
            material.id,
            "reference",
            "warning",
            f"no difference quotient says whether autograd is right{skipped}",
            "add a case whose inputs are drawn, so that it is away from kinks",
        )
    message = (
        f"autograd agrees with {total.compared:,} central differences, the worst off by {total.worst:.0e}{skipped}"
    )
    return Finding(material.id, "reference", "ok", message)


def _place(function: Function, wrt: str, drawn: Drawn) -> str:
    return f"d{wrt} of {function.name} on the case {drawn.case.name}"


def _listed(places: Sequence[str]) -> str:
    """The first of some places, and how many there are."""
    return places[0] if len(places) == 1 else f"{places[0]}, and {len(places) - 1} more"
