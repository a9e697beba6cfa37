"""From drawn cases to calls in boxes: what each function is given and asked, and what may share a process.

An array that is the answer to one call never enters a box that runs this call: a step's value given to one function
and asked of another puts the two into different boxes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from grader import signature
from grader.assignment import Framework, Limits, Problem
from grader.drawing import Drawn
from grader.inputs import Array
from grader.problem import Function, Resolved
from grader.sandbox.job import (
    Argument,
    ArrayArgument,
    Call,
    CallLimits,
    ConstantArgument,
    GroupArgument,
    GroupResult,
    Kept,
    KeptArgument,
    Result,
    Slot,
)

BoxKey: TypeAlias = tuple[Framework, bool, int, int]
"""Framework, whether autograd is forbidden, memory limit, and which of the boxes that keep answers apart."""


@dataclass(frozen=True, eq=False)
class Planned:
    """One call, with the arrays it reads; `asked` says that its answers are wanted, and not only what it keeps."""

    key: BoxKey
    call: Call
    asked: bool
    arrays: Mapping[str, Array]
    problem: Problem
    drawn: Drawn
    function: Function


def plan_case(resolved: Resolved, drawn: Drawn) -> Iterator[Planned]:
    problem, case = resolved.problem, drawn.case
    label = f"{problem.id}/{case.name}"
    for group, runs in enumerate(keep_apart(resolved.functions)):
        key = (problem.framework, problem.policy.autograd == "forbid", case.limits.memory_mb, group)
        for index, asked in runs.items():
            function = resolved.functions[index]
            arrays: dict[str, Array] = {}
            arguments = tuple(_argument(term, function, drawn, label, arrays) for term in function.signature.parameters)
            returns = _result(function.signature.returns, function, drawn if asked else None)
            call = Call(label, function.name, arguments, returns, call_limits(case.limits))
            yield Planned(key, call, asked, arrays, problem, drawn, function)


def keep_apart(functions: Sequence[Function]) -> list[dict[int, bool]]:
    """The boxes: for each the numbers of the functions that run there, and whether they are asked for answers there.

    No function is given what another is asked for in the same box. One that needs a value of the student's own runs
    where the function ran that returns it; where this one is asked for what the first is given, it runs once more, in
    the first one's box, and only for the value that it keeps.
    """
    given = [{name for name, role in function.roles.items() if role in ("step", "upstream")} for function in functions]
    returned = [set(signature.names(function.signature.returns)) for function in functions]
    boxes: list[dict[int, bool]] = []
    for index in range(len(functions)):
        needed = _producers(functions, returned, index)

        def fits(box: Mapping[int, bool], index: int = index, needed: Sequence[int] = needed) -> bool:
            return all(producer in box for producer in needed) and not any(
                given[other] & returned[index] or (asked and given[index] & returned[other])
                for other, asked in box.items()
            )

        box = next(filter(fits, boxes), None)
        if box is None:
            box = dict.fromkeys(needed, False)
            boxes.append(box)
        box[index] = True
    return boxes


def _producers(functions: Sequence[Function], returned: Sequence[set[str]], index: int) -> list[int]:
    """The functions whose own values one needs, and those that they need, in file order."""
    found: set[int] = set()
    for name, role in functions[index].roles.items():
        if role == "kept":
            producer = max(other for other in range(index) if name in returned[other])
            found |= {producer, *_producers(functions, returned, producer)}
    return sorted(found)


def _argument(term: signature.Term, function: Function, drawn: Drawn, label: str, arrays: dict[str, Array]) -> Argument:
    """What a parameter receives; the arrays it needs are added to `arrays`."""
    if isinstance(term, signature.Literally):
        return ConstantArgument(term.value)
    if isinstance(term, signature.Group):
        items = tuple(_argument(item, function, drawn, label, arrays) for item in term.items)
        return GroupArgument(term.kind, items, term.keys)
    role = function.roles[term.name]
    if role == "kept":
        return KeptArgument(term.name)
    if role == "size":
        return ConstantArgument(drawn.case.layout.dims[term.name])
    value = (
        drawn.inputs[term.name] if role == "input"
        else drawn.steps[term.name] if role == "step"
        else drawn.upstream[term.name[1:]]
    )  # fmt: skip
    if not isinstance(value, np.ndarray):
        return ConstantArgument(value)
    arrays[f"{label}/{term.name}"] = value
    return ArrayArgument(f"{label}/{term.name}")


def _result(term: signature.Term, function: Function, drawn: Drawn | None) -> Result:
    """What a result is: an answer to a question, or (where nothing was drawn to compare with) a value to keep."""
    if isinstance(term, signature.Group):
        return GroupResult(term.kind, tuple(_result(item, function, drawn) for item in term.items), term.keys)
    assert isinstance(term, signature.Name)
    answer = drawn.answers.get((function.name, term.name)) if drawn else None
    return Kept(term.name) if answer is None else Slot(term.name, answer.value.shape)


def call_limits(limits: Limits) -> CallLimits:
    return CallLimits(limits.cpu_seconds, limits.wall_seconds)
