"""From an assignment to all that its submissions share: what the box is asked, and the right answers, kept outside.

    Assignment ─ resolve, cases ─▶ CaseSpec ─ drawing ─▶ Drawn ─ planning ─▶ Plan (boxes of calls)     into the box
                                                               └▶ Expected ─▶ Asked                    stays here

Computed once per assignment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import numpy as np

from grader.assignment import Assignment, Framework, Visibility
from grader.bank import Bank, BankCase
from grader.cases import cases
from grader.compare import Target
from grader.drawing import draw_case
from grader.errors import AssignmentError
from grader.planning import Planned, call_limits, plan_case
from grader.problem import Question, resolve_all
from grader.sandbox.job import Box, Plan


@dataclass(frozen=True, eq=False)
class AskedCase:
    """A question on one case: where its answer comes from, and what it should be.

    `plan`, `call` and `slot` number the answer among the outcomes of a submission; `seed` is the one that was used.
    """

    name: str
    visibility: Visibility
    seed: int
    target: Target
    plan: int
    call: int
    slot: int


@dataclass(frozen=True, eq=False)
class Asked:
    """One line of the report: a gradient, or a value, that a function returns."""

    problem: str
    wrt: str
    kind: Literal["gradient", "value"]
    function: str
    upstream: tuple[str, ...]
    """The steps whose gradient the function is given."""
    points: float
    cases: tuple[AskedCase, ...]
    backing: tuple[BankCase, ...]
    """What each case was computed from."""
    bank: Callable[[], Bank] | None
    """What can go wrong with it; computed when it is asked for. None for a value, which is no gradient."""
    credit: Mapping[str, float]
    """By the code of a mistake, the share of the points that is left."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """An assignment, ready to grade submissions with."""

    id: str
    sha256: str
    plans: tuple[Plan, ...]
    asked: tuple[Asked, ...]

    @property
    def frameworks(self) -> tuple[Framework, ...]:
        """The frameworks that boxes are needed for."""
        return tuple(dict.fromkeys(plan.framework for plan in self.plans))

    @property
    def max_score(self) -> float:
        return sum(asked.points for asked in self.asked)


def wanted(assignment: Assignment) -> tuple[str, ...]:
    """The names of all functions that an assignment asks for."""
    return tuple(
        dict.fromkeys(function.name for resolved in resolve_all(assignment) for function in resolved.functions)
    )


def prepare(assignment: Assignment, *, fresh_seed: int | None = None) -> Prepared:
    """Draw the inputs, compute the references, and plan the calls.

    Args:
        fresh_seed: for a self-check: the public cases, and new random ones in place of the hidden ones.

    Raises:
        AssignmentError: if a case cannot be drawn so that it asks a sensible question.
    """
    planned: list[Planned] = []
    for index, resolved in enumerate(resolve_all(assignment)):
        try:
            for case in cases(resolved, assignment.sha256, fresh_seed):
                planned += plan_case(resolved, draw_case(resolved, case))
        except AssignmentError as error:
            key = f"problems[{index}].{error.key}" if assignment.sheet and error.key else error.key
            raise AssignmentError(error.problem, error.file, error.line, key, error.excerpt) from None
    return _assemble(assignment, planned)


def _assemble(assignment: Assignment, planned: Sequence[Planned]) -> Prepared:
    """Boxes and plans from the calls, and for every question where its answers will come from."""
    plans: list[Plan] = []
    places: dict[Planned, tuple[int, int]] = {}
    limits = [problem.limits for problem in assignment.problems]
    for kind in dict.fromkeys(item.key[:2] for item in planned):
        boxes: list[Box] = []
        position = 0
        for key in dict.fromkeys(item.key for item in planned if item.key[:2] == kind):
            inside = [item for item in planned if item.key == key]
            arrays = {name: array for item in inside for name, array in item.arrays.items()}
            boxes.append(Box(arrays, tuple(item.call for item in inside), memory_mb=key[2]))
            for item in inside:
                places[item] = (len(plans), position)
                position += 1
        most = max(limits, key=lambda limit: limit.wall_seconds)
        plans.append(
            Plan(
                framework=kind[0],
                boxes=tuple(boxes),
                forbid_autograd=kind[1],
                provided=assignment.provided,
                import_limits=call_limits(most),
                submission_seconds=max(limit.submission_seconds for limit in limits),
            )
        )
    return Prepared(assignment.id, assignment.sha256, tuple(plans), tuple(_asked(planned, places)))


def _asked(planned: Sequence[Planned], places: Mapping[Planned, tuple[int, int]]) -> Iterator[Asked]:
    by_function: dict[tuple[str, str], list[Planned]] = {}
    for item in filter(lambda item: item.asked, planned):
        by_function.setdefault((item.problem.id, item.function.name), []).append(item)
    every = list(by_function.values())
    for (problem, name), items in by_function.items():
        tolerance = items[0].problem.tolerance
        for slot, question in enumerate(items[0].function.questions):
            answered = tuple(
                AskedCase(
                    item.drawn.case.name,
                    item.drawn.case.visibility,
                    item.drawn.seed,
                    Target.of(item.drawn.answers[name, question.name], rtol=tolerance.rtol, atol=tolerance.atol),
                    *places[item],
                    slot,
                )
                for item in items
            )
            bank = partial(_bank, items, question, every) if question.kind == "gradient" else None
            yield Asked(
                problem,
                question.wrt,
                question.kind,
                name,
                items[0].function.upstream,
                question.points,
                answered,
                tuple(map(_backing, items)),
                bank and cache(bank),
                dict(items[0].problem.credit.items()),
            )


def _backing(item: Planned) -> BankCase:
    upstream = {step: item.drawn.upstream[step] for step in item.function.upstream}
    sizes = tuple(size for name in item.problem.input_names for size in np.shape(item.drawn.inputs[name]))
    return BankCase(item.drawn.evaluation, upstream or None, sizes)


def _bank(items: Sequence[Planned], question: Question, every: Sequence[Sequence[Planned]]) -> Bank:
    """The mistakes of one gradient: over the cases in which it is asked for."""
    function = items[0].function
    alike = [
        other.function
        for other, *_ in every
        if other.problem is items[0].problem and other.function.upstream == function.upstream
    ]
    asked = [one.wrt for other in alike for one in other.questions if one.kind == "gradient"]
    others = [wrt for wrt in dict.fromkeys(asked) if wrt != question.wrt]
    right = [item.drawn.answers[function.name, question.name].value for item in items]
    return Bank(question.wrt, others, list(map(_backing, items)), right)
