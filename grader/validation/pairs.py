"""Mistakes that the cases cannot tell apart: both would be named, and a student does not know which it was.

Two that lead to the same numbers in the other cases as well are one mistake by mathematics, and not reported.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from grader.bank import SAME, Entry, Impossible, Shaped, Unknown, Value
from grader.compare import Target
from grader.inputs import Array
from grader.language import translated as _
from grader.problem import Function, Question
from grader.validation.findings import Finding
from grader.validation.material import Material

SHOWN = 5


def check(material: Material) -> Iterator[Finding]:
    """The pairs of each gradient, the first few of them."""
    found = [pair for function, question in material.gradients() for pair in _pairs(material, function, question)]
    for message in found[:SHOWN]:
        change = _("add a case of other sizes, all different, or a smaller `rtol` under `tolerance`")
        yield Finding(material.id, "pairs", "warning", message, change)
    if len(found) > SHOWN:
        message = _("{count} more pairs cannot be told apart", count=len(found) - SHOWN)
        yield Finding(material.id, "pairs", "warning", message)
    if not found:
        yield Finding(material.id, "pairs", "ok", _("the cases tell all known mistakes apart"))


def _pairs(material: Material, function: Function, question: Question) -> Iterator[str]:
    known = material.banks[function.name, question.name]
    count = len(known.own)
    allowed = [_allowed(material.target(drawn, function, question)) for drawn in known.own]
    exact = [SAME * _largest(drawn.answers[function.name, question.name].value) for drawn in known.others]
    for one, other in combinations(known.bank.entries, 2):
        if (one.codes, one.steps) == (other.codes, other.steps) or not _known(one.values[:count]):
            continue
        if not _alike(one.values[:count], other.values[:count], allowed):
            continue
        if not _alike(one.values[count:], other.values[count:], exact) or not known.others:
            yield _(
                "no case tells {one} and {other} apart in d{wrt} of {function}",
                one=_named(one),
                other=_named(other),
                wrt=question.wrt,
                function=function.name,
            )


def _named(entry: Entry) -> str:
    code, step = entry.codes[0], entry.steps[0]
    return _("`{code}` at {step}", code=code, step=step) if step else f"`{code}`"


def _known(values: Sequence[Value]) -> bool:
    return any(isinstance(value, np.ndarray | Shaped) for value in values)


def _allowed(target: Target) -> float:
    return float(target.allowed.max(initial=0.0))


def _largest(array: Array) -> float:
    return float(np.abs(array).max(initial=0.0))


def _alike(values: Sequence[Value], others: Sequence[Value], allowed: Sequence[float]) -> bool:
    return all(_same(one, other, far) for one, other, far in zip(values, others, allowed, strict=True))


def _same(one: Value, other: Value, allowed: float) -> bool:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return _largest(one - other) <= max(allowed, SAME * _largest(other))
    if isinstance(one, Shaped) and isinstance(other, Shaped):
        return one.shape == other.shape
    return isinstance(one, Impossible) and isinstance(other, Impossible)
