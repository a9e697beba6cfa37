"""Whether the cases reject every mistake of the bank: a table of mistake × case.

own cases    reject the mistake?     ─ no ─▶  a failure: the sizes, the draws or the tolerance are to blame
other cases  is it one at all?       ─ no ─▶  it gives the right answer by mathematics, and is not in the bank
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from grader.bank import UNKNOWN, Impossible, Shaped, Unknown, Value
from grader.compare import Target, compare
from grader.drawing import Drawn
from grader.inputs import Array
from grader.language import translated as _
from grader.problem import Function, Question
from grader.sandbox.job import Returned
from grader.validation.findings import Finding, MistakeRow, Outcome, Tried
from grader.validation.material import Material

STRONG = 100.0
"""An error of less, in terms of what is allowed, is rejected by little: other draws may accept it."""
NOTHING = 1e-3
"""An error of less, in terms of what is allowed, is that of rounding."""
SHOWN = 5


def rows(material: Material) -> Iterator[MistakeRow]:
    """Every mistake in every gradient, on every case; the numbers of the handout, copied, are one too."""
    for function, question in material.gradients():
        known = material.banks[function.name, question.name]

        @cache
        def target(drawn: Drawn, function: Function = function, question: Question = question) -> Target:
            return material.target(drawn, function, question)

        for entry in known.bank.entries:
            values = dict(zip(known.own, entry.values, strict=False))
            tried = tuple(_tried(drawn, values.get(drawn, UNKNOWN), target) for drawn in material.own)
            yield MistakeRow(material.id, function.name, question.wrt, entry.codes[0], entry.steps[0], tried)
        yield from _copied(material, function, question, target)


def _copied(
    material: Material, function: Function, question: Question, target: Callable[[Drawn], Target]
) -> Iterator[MistakeRow]:
    """The answer to the first public case, whatever the inputs; nothing wrong where there can be no others."""
    public = next((drawn for drawn in material.own if drawn.case.visibility == "public"), None)
    if public is not None and material.others:
        numbers = public.answers[function.name, question.name].value

        def answer(drawn: Drawn) -> Value:
            shape = drawn.answers[function.name, question.name].value.shape
            return numbers if numbers.shape == shape else Shaped(numbers.shape)

        tried = tuple(_tried(drawn, answer(drawn), target) for drawn in material.own)
        yield MistakeRow(material.id, function.name, question.wrt, "constant_answer", None, tried)


def _tried(drawn: Drawn, value: Value, targets: Callable[[Drawn], Target]) -> Tried:
    """What the comparison says of a wrong answer, also to one that was computed in float32."""
    name, hidden = drawn.case.name, drawn.case.visibility == "hidden"
    if isinstance(value, Unknown):
        return Tried(name, hidden, "unknown")
    if isinstance(value, Shaped | Impossible):
        return Tried(name, hidden, "rejected")
    target = targets(drawn)
    error = _error(value, target)
    wrong, wrong_in_float32 = (
        compare(Returned(dtype, value.shape, value), target).verdict != "correct" for dtype in ("float64", "float32")
    )
    outcome: Outcome = "accepted" if not wrong else "rejected" if wrong_in_float32 and error >= STRONG else "weak"
    return Tried(name, hidden, outcome, error)


@np.errstate(all="ignore")
def _error(value: Array, target: Target) -> float:
    """The largest error in terms of what is allowed, at most 10^300."""
    error = np.abs(value - target.value) / target.allowed
    return float(np.nan_to_num(error, nan=0.0, posinf=1e300).max(initial=0.0))


def check(material: Material, found: Sequence[MistakeRow]) -> Iterator[Finding]:
    """What the table says: one line for all that are rejected, and one for each that is not, or hardly."""
    missed = _grouped([row for row in found if not row.rejected])
    for group in missed[:SHOWN]:
        yield Finding(material.id, "mistakes", "failure", _missed(group), _remedy(group[0]))
    if len(missed) > SHOWN:
        yield Finding(material.id, "mistakes", "failure", _("{count} more mistakes pass", count=len(missed) - SHOWN))
    weak = _grouped([row for row in found if row.weak])
    for group in weak[:SHOWN]:
        most = max(one.error or 0.0 for one in group[0].tried)
        message = (
            _(
                "{mistake} passes in float32, which rounds more than the mistake changes",
                mistake=_counted(group),
            )
            if most >= STRONG
            else _(
                "{mistake} is rejected by little: its error is {times} times what is allowed",
                mistake=_counted(group),
                times=f"{most:.3g}",
            )
        )
        yield Finding(material.id, "mistakes", "warning", message, _("add a case in which the mistake changes more"))
    if len(weak) > SHOWN:
        yield Finding(
            material.id, "mistakes", "warning", _("{count} more are rejected by little", count=len(weak) - SHOWN)
        )
    if found and not missed:
        message = (
            _("the cases reject all of {count} known mistakes by the hidden ones alone", count=len(found))
            if any(one.hidden for one in found[0].tried)
            else _("the cases reject all of {count} known mistakes", count=len(found))
        )
        yield Finding(material.id, "mistakes", "ok", message)


def _grouped(rows: Sequence[MistakeRow]) -> list[list[MistakeRow]]:
    """Mistakes of the same name, which differ in what exactly is done wrong."""
    groups: dict[str, list[MistakeRow]] = {}
    for row in rows:
        groups.setdefault(named(row), []).append(row)
    return list(groups.values())


def _counted(group: Sequence[MistakeRow]) -> str:
    name = named(group[0])
    return _("{mistake} ({count} forms of it)", mistake=name, count=len(group)) if len(group) > 1 else name


def named(row: MistakeRow) -> str:
    """A mistake as a sentence begins with it."""
    facts = {"code": row.code, "wrt": row.wrt, "function": row.function}
    if row.step:
        return _("`{code}` at {step} in d{wrt} of {function}", step=row.step, **facts)
    return _("`{code}` in d{wrt} of {function}", **facts)


def _counting(row: MistakeRow) -> Sequence[Tried]:
    """The cases that count: the hidden ones, if there are any."""
    return [one for one in row.tried if one.hidden] or row.tried


def _missed(group: Sequence[MistakeRow]) -> str:
    """How it is that a mistake is not rejected."""
    mistake, row = _counted(group), group[0]
    unknown = all(one.outcome == "unknown" for one in _counting(row))
    if any(one.hidden for one in row.tried):
        if unknown:
            return _("{mistake} may pass: all hidden cases are too large to know", mistake=mistake)
        return _("{mistake} passes in all hidden cases", mistake=mistake)
    if unknown:
        return _("{mistake} may pass: all cases are too large to know", mistake=mistake)
    return _("{mistake} passes in all cases", mistake=mistake)


def _remedy(row: MistakeRow) -> str:
    counting = _counting(row)
    if row.code == "constant_answer" and not any(one.hidden for one in row.tried):
        return _("add hidden cases, or leave `cases` out: then there are five")
    if any((one.error or 0.0) > NOTHING for one in counting if one.outcome == "accepted"):
        return _("take a smaller `rtol` and `atol` under `tolerance`, or cases in which the mistake changes more")
    if all(one.outcome == "unknown" for one in counting):
        return _("add a smaller case: what mistakes lead to is not computed for cases this large")
    return _("add cases of other sizes, all different and none 1 or 2, or with other inputs; `--fix` proposes some")
