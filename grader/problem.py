"""What a problem asks: its objective as a graph, its functions with their names looked up, its points.

Here a file that is well-formed is checked for sense: every error is an `AssignmentError` with the key that is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from keyword import iskeyword
from typing import Literal, TypeAlias
from unicodedata import normalize

from grader import signature
from grader.assignment import Assignment, Labels, Problem, Value
from grader.errors import AssignmentError
from grader.objective import Graph, Node, labels_of
from grader.objective.adjoint import matters
from grader.objective.operations import FUNCTIONS
from grader.signature import Signature, SignatureProblem
from grader.sizing import Layout, graph_of, layout

Role: TypeAlias = Literal["input", "step", "size", "upstream", "kept"]
RESERVED = FUNCTIONS | {"axis", "keepdims"}


@dataclass(frozen=True)
class Question:
    """One array that a function returns: the gradient with respect to `wrt`, or the value of the step `wrt`."""

    wrt: str
    kind: Literal["gradient", "value"]
    name: str
    """As the signature says it: `dW`, `f`."""
    points: float


@dataclass(frozen=True, eq=False)
class Function:
    """A function that students write. `roles` says what each name among its parameters is."""

    signature: Signature
    roles: Mapping[str, Role]
    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        return self.signature.function

    @property
    def upstream(self) -> tuple[str, ...]:
        """The steps whose gradient it is given."""
        return tuple(name[1:] for name, role in self.roles.items() if role == "upstream")


@dataclass(frozen=True, eq=False)
class Resolved:
    """A problem that makes sense. `graph` and `handout` are those of the handout's sizes."""

    problem: Problem
    graph: Graph
    handout: Layout
    wrt: tuple[str, ...]
    functions: tuple[Function, ...]


def resolve_all(assignment: Assignment) -> tuple[Resolved, ...]:
    """Every problem of an assignment, resolved."""
    return tuple(resolve(problem, sheet=assignment.sheet) for problem in assignment.problems)


def resolve(problem: Problem, *, sheet: bool = False) -> Resolved:
    """A problem with its objective parsed and its functions looked up; `sheet` is one among several.

    Raises:
        AssignmentError: with the key, relative to the problem, that makes no sense.
        ObjectiveError: with the place in the objective.
    """
    if not problem.input_names:
        raise AssignmentError("there is no input; list them as in `shapes: {X: [10, 4]}`", key="shapes")
    for name in problem.input_names:
        _check_name(name, f"shapes.{name}" if name in problem.shapes else f"inputs.{name}")
        if name in problem.dims:
            raise AssignmentError(f"`{name}` is also an input; a name may stand for one thing only", key=f"dims.{name}")
    for name in problem.dims:
        _check_name(name, f"dims.{name}")
    handout = layout(problem, problem.dims, problem.inputs)
    graph = graph_of(problem, handout)
    _check_gradient_names(problem, graph)
    wrt = _wrt(problem, graph)
    functions = tuple(_functions(problem, graph, wrt, sheet))
    if problem.wrt is None and problem.functions is not None:
        wrt = tuple(dict.fromkeys(q.wrt for f in functions for q in f.questions if q.kind == "gradient"))
    _check_points(problem, functions)
    return Resolved(problem, graph, handout, wrt, functions)


# ----- names -----


def _check_name(name: str, key: str) -> None:
    if name in RESERVED:
        raise AssignmentError(f"`{name}` is a word of the notation; a name may stand for one thing only", key=key)
    if iskeyword(name):
        raise AssignmentError(f"`{name}` is a word of Python's and cannot name a parameter; write `{name}_`", key=key)
    if normalize("NFKC", name) != name:
        raise AssignmentError(f"Python reads `{name}` as `{normalize('NFKC', name)}`; write it so", key=key)


def _check_gradient_names(problem: Problem, graph: Graph) -> None:
    """That `dX` is the gradient with respect to X, and nothing else."""
    for name in graph.steps.keys() | {graph.name}:
        _check_name(name, "objective")
    names = [*graph.inputs, *graph.steps, graph.name]
    for name in (*names, *problem.dims):
        if name[0] == "d" and name[1:] in names:
            place = next((part for part in ("shapes", "inputs", "dims") if name in getattr(problem, part)), None)
            raise AssignmentError(
                f"`{name}` is the gradient with respect to `{name[1:]}`; a name may stand for one thing only",
                key=f"{place}.{name}" if place else "objective",
            )


# ----- with respect to what -----


def _wrt(problem: Problem, graph: Graph) -> tuple[str, ...]:
    seeds = {graph.objective: graph.objective}
    labels = labels_of(graph)

    def real(name: str) -> bool:
        return name not in labels and not isinstance(problem.inputs.get(name), Labels)

    if problem.wrt is None:
        candidates = [name for name in problem.input_names if real(name)]
        varying = [name for name in candidates if not isinstance(problem.inputs.get(name), Value)]
        wrt = tuple(name for name in varying or candidates if matters(seeds, graph.inputs[name]))
        if not wrt and problem.functions is None:
            raise AssignmentError("the objective depends on no input that could be differentiated", key="objective")
        return wrt
    if not problem.wrt:
        raise AssignmentError("list at least one input or step", key="wrt")
    for index, name in enumerate(problem.wrt):
        key = f"wrt[{index}]"
        node = graph.node(name)
        if node is None:
            raise AssignmentError(f"`{name}` is {_unknown(name, [*graph.inputs, *graph.steps])}", key=key)
        if not real(name):
            raise AssignmentError(f"`{name}` holds labels and cannot be differentiated", key=key)
        if not matters(seeds, node):
            raise AssignmentError(f"the objective does not depend on `{name}`", key=key)
        if node is graph.objective:
            raise AssignmentError(f"`{name}` is the objective itself", key=key)
        if name in problem.wrt[:index]:
            raise AssignmentError(f"`{name}` is listed twice", key=key)
    return problem.wrt


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
    return f"no input or step; {hint}"


# ----- functions -----


def _functions(problem: Problem, graph: Graph, wrt: tuple[str, ...], sheet: bool) -> Iterator[Function]:
    if problem.functions is None:
        prefix = f"{problem.id}_" if sheet else ""
        parameters = ", ".join(problem.input_names)
        texts = [f"{prefix}grad_{name}({parameters}) -> d{name}" for name in wrt]
    else:
        texts = list(problem.functions)
        if not texts:
            raise AssignmentError(f"list at least one function: {signature.FORM}", key="functions")
    kept: dict[str, str] = {}
    seen: set[str] = set()
    parsed: list[tuple[str, Signature]] = []
    for index, text in enumerate(texts):
        key = f"functions[{index}]"
        try:
            parsed.append((key, signature.parse(text)))
        except SignatureProblem as problem_found:
            raise AssignmentError(f"{problem_found} (got `{text}`)", key=key) from None
    for key, found in parsed:
        if found.function in seen:
            raise AssignmentError(f"`{found.function}` is listed twice", key=key)
        seen.add(found.function)
        roles = {name: _role(problem, graph, found, name, kept, key) for name in _parameters(found)}
        upstream = [name[1:] for name, role in roles.items() if role == "upstream"]
        questions = list(_questions(problem, graph, found, upstream, kept, key))
        yield Function(found, roles, _with_points(problem, found.function, questions))
    if problem.wrt is not None and problem.functions is not None:
        _check_all_asked(problem, parsed)
    _check_kept(graph, parsed, kept)


def _parameters(found: Signature) -> list[str]:
    return [name for term in found.parameters for name in signature.names(term)]


def _role(problem: Problem, graph: Graph, found: Signature, name: str, kept: Mapping[str, str], key: str) -> Role:
    if name in graph.inputs:
        return "input"
    if name in problem.dims:
        return "size"
    if name in kept:
        return "kept"
    if name in graph.steps or name == graph.name:
        return "step"
    if name.startswith("d") and (name[1:] in graph.steps or name[1:] == graph.name):
        return "upstream"
    if name.startswith("d") and name[1:] in graph.inputs:
        raise AssignmentError(f"`{name}` is the answer, not an upstream gradient: {name[1:]} is an input", key=key)
    known = [*graph.inputs, *graph.steps, *problem.dims, *kept, *(f"d{step}" for step in (*graph.steps, graph.name))]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
    raise AssignmentError(
        f"`{name}` in `{found.function}` is no input, step, size or upstream gradient, "
        f"and no earlier function returns it; {hint}",
        key=key,
    )


def _questions(
    problem: Problem, graph: Graph, found: Signature, upstream: list[str], kept: dict[str, str], key: str
) -> Iterator[Question]:
    """What a function's results are; its own values are added to `kept`."""
    if signature.has_literal(found.returns):
        raise AssignmentError("results are names, not literals", key=key)
    names = list(signature.names(found.returns))
    for name in names:
        if names.count(name) > 1:
            raise AssignmentError(f"`{name}` is returned twice", key=key)
    seeds: dict[Node, Node] = {}
    for step in upstream or [graph.name]:
        node = graph.node(step)
        assert node is not None
        seeds[node] = node
    for name in names:
        variable = name[1:] if name.startswith("d") else ""
        if name in graph.inputs:
            raise AssignmentError(f"`{name}` is an input, not a result; its gradient is `d{name}`", key=key)
        if name in problem.dims:
            raise AssignmentError(f"`{name}` is a size, not a result", key=key)
        if name in _parameters(found) and name not in kept:
            raise AssignmentError(f"`{found.function}` is given the `{name}` that it is asked for", key=key)
        if name in graph.steps or name == graph.name:
            yield Question(name, "value", name, 0.0)
        elif variable == graph.name:
            raise AssignmentError(f"`{name}` is the gradient of the objective with respect to itself", key=key)
        elif variable and (variable in graph.steps or variable in graph.inputs):
            node = graph.node(variable)
            assert node is not None
            if not matters(seeds, node) or node in seeds:
                given = " and ".join(f"`{step}`" for step in upstream or [graph.name])
                does = "do" if len(upstream) > 1 else "does"
                raise AssignmentError(f"`{name}`: {given} {does} not depend on `{variable}`", key=key)
            if variable in labels_of(graph):
                raise AssignmentError(f"`{variable}` holds labels and cannot be differentiated", key=key)
            yield Question(variable, "gradient", name, 0.0)
        else:
            kept[name] = found.function
    if not names:
        raise AssignmentError(f"`{found.function}` returns nothing", key=key)


def _with_points(problem: Problem, function: str, questions: list[Question]) -> tuple[Question, ...]:
    """Points by the function's name, shared evenly by its gradients; else by the variable's; else 1, a value 0."""
    graded = [question for question in questions if question.kind == "gradient"] or questions
    total = problem.points.get(function)

    def points(question: Question) -> float:
        if total is not None:
            return total / len(graded) if question in graded else 0.0
        return problem.points.get(question.wrt, float(question.kind == "gradient"))

    return tuple(replace(question, points=points(question)) for question in questions)


def _check_points(problem: Problem, functions: tuple[Function, ...]) -> None:
    known = list(dict.fromkeys([*(q.wrt for f in functions for q in f.questions), *(f.name for f in functions)]))
    for name in problem.points:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
            raise AssignmentError(f"nothing that is graded is called `{name}`; {hint}", key=f"points.{name}")


def _check_all_asked(problem: Problem, parsed: list[tuple[str, Signature]]) -> None:
    returned = {name for _, found in parsed for name in signature.names(found.returns)}
    for index, name in enumerate(problem.wrt or ()):
        if f"d{name}" not in returned:
            raise AssignmentError(f"no function returns `d{name}`", key=f"wrt[{index}]")


def _check_kept(graph: Graph, parsed: list[tuple[str, Signature]], kept: Mapping[str, str]) -> None:
    """That what no function asks for is not a gradient misspelled, and that something is graded."""
    wanted = {name for _, found in parsed for name in _parameters(found)}
    gradients = {f"d{name}".lower(): f"d{name}" for name in (*graph.inputs, *graph.steps)}
    for key, found in parsed:
        for name in signature.names(found.returns):
            if name in kept and name not in wanted and name.lower() in gradients:
                raise AssignmentError(
                    f"`{name}` is no gradient, and no function asks for it; did you mean `{gradients[name.lower()]}`?",
                    key=key,
                )
    if all(name in kept for _, found in parsed for name in signature.names(found.returns)):
        raise AssignmentError(
            f"nothing here can be graded: no function returns a gradient, such as `d{next(iter(graph.inputs))}`, "
            f"or a value, such as `{graph.name}`",
            key="functions",
        )
