"""Whether a wrong answer follows from the student's own earlier ones: that mistake is theirs, and is not made twice.

    dZ wrong, dW wrong        dW = Xᵀ · (the student's dZ)  in every case?  ─▶  follow_through, from dZ

Steps and their gradients that a submission returns are put in the place of the true ones, and what is asked is worked
out again from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.bank import UNKNOWN, Array, BankCase, Value
from grader.diagnosis import Finding, Seen, explains
from grader.objective.adjoint import gradients
from grader.objective.graph import Graph, depends, in_order
from grader.objective.operations import number

Kind: TypeAlias = Literal["gradient", "value"]


@dataclass(frozen=True, eq=False)
class Earlier:
    """A step of the student's own that is wrong: its value or its gradient, in the cases in which it came back."""

    name: str
    kind: Kind
    arrays: Sequence[Array | None]


def follow(
    seen: Sequence[Seen], wrt: str, kind: Kind, cases: Sequence[BankCase], earlier: Sequence[Earlier]
) -> tuple[Finding, ...]:
    """The finding that an answer follows from earlier ones, if it does so in every case.

    Args:
        wrt: what is asked for: the gradient with respect to it, or its value.
        earlier: wrong answers to other questions, in the order of the objective; those that what is asked does not
            come from are left out.
    """
    used = [one for one in earlier if _comes_from(cases[0].evaluation.graph, wrt, kind, one)]
    backwards = [one for one in used if one.kind == "gradient"]
    # A function that gives gradients back may have the right values of the steps, whatever another one returned.
    for some in (used, backwards) if len(backwards) < len(used) else (used,):
        if some and explains(_worked_out(wrt, kind, cases, some), seen):
            return (Finding("follow_through", _nearest(some)),)
    return ()


def _worked_out(wrt: str, kind: Kind, cases: Sequence[BankCase], used: Sequence[Earlier]) -> list[Value]:
    """What would be right in each case if these steps were what came back for them."""
    values: list[Value] = []
    for place, case in enumerate(cases):
        own: dict[Kind, dict[str, Array]] = {"value": {}, "gradient": {}}
        for one in used:
            if (array := one.arrays[place]) is not None:
                own[one.kind][one.name] = array
        found = case.evaluation.following(case.upstream, wrt, kind, own["value"], own["gradient"])
        values.append(UNKNOWN if found is None else found)
    return values


def first_wrong(graph: Graph, wrt: str, kind: Kind, earlier: Sequence[Earlier]) -> str | None:
    """Where it began to go wrong: the first wrong step that an answer is worked out from; None if there is none.

    Values come first, in the order of the objective, then gradients, in the opposite order.
    """
    used = [one for one in earlier if _comes_from(graph, wrt, kind, one)]
    values = [one.name for one in used if one.kind == "value"]
    backwards = [f"d{one.name}" for one in reversed(used) if one.kind == "gradient"]
    return next(iter([*values, *backwards]), None)


def _comes_from(graph: Graph, wrt: str, kind: Kind, earlier: Earlier) -> bool:
    """Whether an answer is worked out from an earlier one: gradients also from the values that are in their formula."""
    asked, step = graph.node(wrt), graph.node(earlier.name)
    if asked is None or step is None or (asked is step and kind == earlier.kind):
        return False
    if kind == "value":
        return earlier.kind == "value" and depends(asked, step)
    if earlier.kind == "gradient":
        return depends(step, asked)
    formula = gradients({graph.objective: number(1)}, {wrt: asked})[wrt]
    return any(node is step for node in in_order(formula))


def _nearest(used: Sequence[Earlier]) -> str:
    """The one that the answer is worked out from directly: `used` is in the order of the objective."""
    backwards = [one.name for one in used if one.kind == "gradient"]
    return f"d{backwards[0]}" if backwards else used[-1].name
