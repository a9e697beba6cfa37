"""From an assignment to all that its submissions share: what the box is asked, and the right answers, kept outside.

    Assignment ─ resolve, cases ─▶ CaseSpec ─ draw, reference ─▶ arrays ─▶ Plan (boxes of calls)     into the box
                                                              └▶ Expected ─▶ Asked                   stays here

Computed once per assignment. An array that is the answer to one call never enters a box that runs this call: a step's
value given to one function and asked of another puts the two into different boxes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from grader import signature
from grader.assignment import Assignment, Framework, Limits, Problem, Visibility
from grader.cases import CaseSpec, cases
from grader.compare import Target
from grader.errors import AssignmentError
from grader.expected import Expected
from grader.inputs import Array, Input, draw, is_drawn
from grader.objective import labels_of
from grader.problem import Function, Question, Resolved, resolve_all
from grader.sandbox.job import (
    Argument,
    ArrayArgument,
    Box,
    Call,
    CallLimits,
    ConstantArgument,
    GroupArgument,
    GroupResult,
    Kept,
    KeptArgument,
    Plan,
    Result,
    Slot,
)
from grader.sizing import graph_of

if TYPE_CHECKING:  # torch is imported only where references are computed, not where submissions are graded
    from grader.reference import Evaluation, TorchRandomness

MOST_DRAWS = 100
STRICT_DRAWS = 30
"""After so many draws near a kink, only the rounding of float64 is kept away from: large cases always come near one."""


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
    function: str
    points: float
    cases: tuple[AskedCase, ...]


@dataclass(frozen=True, eq=False)
class Prepared:
    """An assignment, ready to grade submissions with; holds no torch object and can be sent to other processes."""

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
    planned: list[_Planned] = []
    for index, resolved in enumerate(resolve_all(assignment)):
        try:
            for case in cases(resolved, assignment.sha256, fresh_seed):
                planned += _plan_case(resolved, _draw(resolved, case))
        except AssignmentError as error:
            key = f"problems[{index}].{error.key}" if assignment.sheet and error.key else error.key
            raise AssignmentError(error.problem, error.file, error.line, key, error.excerpt) from None
    return _assemble(assignment, planned)


# ----- drawing -----


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A case with its inputs, its steps and its answers. Answers are by function and the name in its signature."""

    case: CaseSpec
    seed: int
    inputs: Mapping[str, Input]
    upstream: Mapping[str, Array]
    steps: Mapping[str, Array]
    answers: Mapping[tuple[str, str], Expected]


def _draw(resolved: Resolved, case: CaseSpec) -> _Drawn:
    """The case's inputs from its seed, or from the first seed after it that makes no degenerate question."""
    from grader.reference import Evaluation, TorchRandomness

    problem = resolved.problem
    graph = graph_of(problem, case.layout)
    labels = labels_of(graph)
    specs = [case.inputs.get(name) for name in problem.input_names]
    varies = any(spec is None or is_drawn(spec) for spec in specs) or not case.true_upstream
    kinks_happen = any(getattr(spec, "draw", None) == "integers" for spec in specs)
    steps = [name for name in (*graph.steps, graph.name) if _is_used(resolved, name)]
    why = ""
    for attempt in range(MOST_DRAWS):
        seed = case.seed + attempt
        random = TorchRandomness(seed)
        inputs = draw(case, differentiated=frozenset(resolved.wrt), labels=labels, random=random)
        evaluation = Evaluation(graph, inputs)
        upstream = _upstream(resolved, case, evaluation, random)
        answers = dict(_answers(resolved, evaluation, upstream))
        checked = {_words(question): answers[name, question.name] for name, question in _all_questions(resolved)}
        margin = 1.0 if attempt < STRICT_DRAWS else 2.0**-20
        found = evaluation.degenerate(checked, kinks_happen=kinks_happen or not varies, margin=margin)
        if found is None or not varies:
            if found is not None and "finite" in found.why:
                break
            values = {name: evaluation.array(name) for name in steps}
            return _Drawn(case, seed, inputs, upstream, values, answers)
        why = found.why
        if "finite" in why and attempt >= 10:
            break
    else:
        raise AssignmentError(
            f"the case `{case.name}` asks no sensible question for any of the seeds {case.seed} to {seed}: {why}",
            key="objective",
        )
    raise AssignmentError(
        f"the objective makes no sense on the inputs of the case `{case.name}`: {found.why if found else why}; "
        "draw inputs that suit it, as in `inputs: {X: {draw: uniform, low: 1, high: 2}}`",
        key="inputs",
    )


def _words(question: Question) -> str:
    return f"gradient with respect to {question.wrt}" if question.kind == "gradient" else f"value of {question.wrt}"


def _all_questions(resolved: Resolved) -> Iterator[tuple[str, Question]]:
    for function in resolved.functions:
        for question in function.questions:
            yield function.name, question


def _is_used(resolved: Resolved, step: str) -> bool:
    return any(function.roles.get(step) == "step" for function in resolved.functions)


def _upstream(
    resolved: Resolved, case: CaseSpec, evaluation: "Evaluation", random: "TorchRandomness"
) -> dict[str, Array]:
    """The upstream gradients that functions ask for: the objective's own, or random ones."""
    graph = resolved.graph
    asked = {step for function in resolved.functions for step in function.upstream}
    names = [name for name in (*graph.steps, graph.name) if name in asked]
    if not case.true_upstream:
        return {name: random.normal(evaluation.shape(name)) for name in names}
    inner = [name for name in names if name != graph.name]
    true = evaluation.gradients(None, inner) if inner else {}
    return {name: true[name].value if name in true else np.ones(evaluation.shape(name)) for name in names}


def _answers(
    resolved: Resolved, evaluation: "Evaluation", upstream: Mapping[str, Array]
) -> Iterator[tuple[tuple[str, str], Expected]]:
    known: dict[tuple[str, ...], dict[str, Expected]] = {}
    for function in resolved.functions:
        wrt = [question.wrt for question in function.questions if question.kind == "gradient"]
        done = known.setdefault(function.upstream, {})
        missing = [name for name in wrt if name not in done]
        if missing:
            given = {step: upstream[step] for step in function.upstream} or None
            done.update(evaluation.gradients(given, missing))
        for question in function.questions:
            answer = done[question.wrt] if question.kind == "gradient" else evaluation.value(question.wrt)
            yield (function.name, question.name), answer


# ----- planning -----

BoxKey: TypeAlias = tuple[Framework, bool, int, int]
"""Framework, whether autograd is forbidden, memory limit, and which of the boxes that keep answers apart."""


@dataclass(frozen=True, eq=False)
class _Planned:
    """One call, with the arrays it reads; `asked` says that its answers are wanted, and not only what it keeps."""

    key: BoxKey
    call: Call
    asked: bool
    arrays: Mapping[str, Array]
    problem: Problem
    drawn: _Drawn
    function: Function


def _plan_case(resolved: Resolved, drawn: _Drawn) -> Iterator[_Planned]:
    problem, case = resolved.problem, drawn.case
    label = f"{problem.id}/{case.name}"
    for group, runs in enumerate(keep_apart(resolved.functions)):
        key = (problem.framework, problem.policy.autograd == "forbid", case.limits.memory_mb, group)
        for index, asked in runs.items():
            function = resolved.functions[index]
            arrays: dict[str, Array] = {}
            arguments = tuple(_argument(term, function, drawn, label, arrays) for term in function.signature.parameters)
            returns = _result(function.signature.returns, function, drawn if asked else None)
            call = Call(label, function.name, arguments, returns, _call_limits(case.limits))
            yield _Planned(key, call, asked, arrays, problem, drawn, function)


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


def _argument(
    term: signature.Term, function: Function, drawn: _Drawn, label: str, arrays: dict[str, Array]
) -> Argument:
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


def _result(term: signature.Term, function: Function, drawn: _Drawn | None) -> Result:
    """What a result is: an answer to a question, or (where nothing was drawn to compare with) a value to keep."""
    if isinstance(term, signature.Group):
        return GroupResult(term.kind, tuple(_result(item, function, drawn) for item in term.items), term.keys)
    assert isinstance(term, signature.Name)
    answer = drawn.answers.get((function.name, term.name)) if drawn else None
    return Kept(term.name) if answer is None else Slot(term.name, answer.value.shape)


def _call_limits(limits: Limits) -> CallLimits:
    return CallLimits(limits.cpu_seconds, limits.wall_seconds)


def _assemble(assignment: Assignment, planned: Sequence[_Planned]) -> Prepared:
    """Boxes and plans from the calls, and for every question where its answers will come from."""
    plans: list[Plan] = []
    places: dict[_Planned, tuple[int, int]] = {}
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
                import_limits=_call_limits(most),
                submission_seconds=max(limit.submission_seconds for limit in limits),
            )
        )
    return Prepared(assignment.id, assignment.sha256, tuple(plans), tuple(_asked(planned, places)))


def _asked(planned: Sequence[_Planned], places: Mapping[_Planned, tuple[int, int]]) -> Iterator[Asked]:
    by_function: dict[tuple[str, str], list[_Planned]] = {}
    for item in filter(lambda item: item.asked, planned):
        by_function.setdefault((item.problem.id, item.function.name), []).append(item)
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
            yield Asked(problem, question.wrt, name, question.points, answered)
