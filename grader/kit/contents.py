"""What a kit says of each problem, taken from the students' copy alone: formulas, shapes, functions, points, numbers.

Resolved + the case of the handout ─▶ Contents        sheet and templates only lay it out
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader import signature
from grader.assignment import Assignment, Framework, InputSpec, Labels, Normal, Problem, Value
from grader.cases import CaseSpec, cases
from grader.kit.numbers import drawing
from grader.kit.texts import say
from grader.language import spoken
from grader.objective import labels_of
from grader.objective.printing import latex, latex_name
from grader.preparation import Prepared
from grader.problem import Function, Question, Resolved, resolve_all
from grader.sizing import graph_of


@dataclass(frozen=True)
class Named:
    """A name and what it stands for, in words."""

    name: str
    shape: str
    meaning: str


@dataclass(frozen=True)
class Asked:
    """A function to write; `arguments` follow the names in its parameters, `results` those in what it returns.

    `points` are by results; what is not graded has none.
    """

    signature: signature.Signature
    arguments: Mapping[str, str]
    results: Mapping[str, str]
    points: Mapping[str, float]


@dataclass(frozen=True)
class Contents:
    """One problem. `formulas` are LaTeX, the steps in order and the objective last; `drawing` is Python."""

    id: str
    title: str
    objective: str
    name: str
    formulas: tuple[str, ...]
    sizes: Mapping[str, int]
    names: tuple[Named, ...]
    functions: tuple[Asked, ...]
    framework: Framework
    by_hand: bool
    provided: tuple[str, ...]
    case: str
    drawing: tuple[str, ...]


def contents(assignment: Assignment, prepared: Prepared) -> tuple[Contents, ...]:
    """What there is to say; `prepared` knows from which seed the handout's inputs came in the end."""
    seeds = {asked.problem: asked.cases[0].seed for asked in reversed(prepared.asked)}
    return tuple(_contents(resolved, seeds[resolved.problem.id]) for resolved in resolve_all(assignment))


def one_title(title: str | Mapping[str, str] | None, otherwise: str) -> str:
    """The title in the language that is spoken, else in English, or in the first language that there is."""
    if title is None or isinstance(title, str):
        return title or otherwise
    return title.get(spoken()) or title.get("en") or next(iter(title.values()))


def _contents(resolved: Resolved, seed: int) -> Contents:
    problem = resolved.problem
    case = cases(resolved, "", fresh_seed=0)[0]
    words = _Words(resolved, case)
    sizes = {name for function in resolved.functions for name, role in function.roles.items() if role == "size"}
    lines = drawing(case, seed, problem.framework, frozenset(resolved.wrt), labels_of(resolved.graph))
    return Contents(
        id=problem.id,
        title=one_title(problem.title, problem.id),
        objective=problem.objective.strip(),
        name=resolved.graph.name,
        formulas=tuple(words.formulas()),
        sizes=case.layout.dims,
        names=tuple(words.names()),
        functions=tuple(words.asked(function) for function in resolved.functions),
        framework=problem.framework,
        by_hand=problem.policy.autograd == "forbid",
        provided=problem.provide,
        case=case.name,
        drawing=(*lines, *(f"{name} = {value}" for name, value in case.layout.dims.items() if name in sizes)),
    )


class _Words:
    """A problem at the sizes of its handout, in words."""

    def __init__(self, resolved: Resolved, case: CaseSpec) -> None:
        self._resolved, self._case = resolved, case
        self._problem: Problem = resolved.problem
        self._graph = graph_of(resolved.problem, case.layout)

    def formulas(self) -> Iterator[str]:
        graph = self._graph
        names = {node: name for name, node in graph.steps.items()}
        for name, node in {**graph.steps, graph.name: graph.objective}.items():
            yield f"{latex_name(name)} = {latex(node, names)}"

    def names(self) -> Iterator[Named]:
        for name in self._problem.input_names:
            yield Named(name, self.shape(name), self._kind(name))
        for name in (*(step for step in self._graph.steps if step != self._graph.name), self._graph.name):
            yield Named(name, self.shape(name), say("the_objective" if name == self._graph.name else "step"))

    def shape(self, name: str) -> str:
        """`10×4`, and how the teacher writes it if by names."""
        node = self._graph.node(name)
        sizes = self._case.layout.shapes[name] if node is None else tuple(size.offset for size in node.shape)
        if not sizes:
            return say("number_shape")
        if len(sizes) == 1:
            shown = say("vector_shape", size=sizes[0])
        else:
            shown = say("array_shape", sizes="×".join(map(str, sizes)))
        written = self._problem.shapes.get(name, ())
        if not any(isinstance(size, str) for size in written):
            return shown
        return say("named_shape", shape=shown, names="×".join(map(str, written)))

    def _kind(self, name: str) -> str:
        spec: InputSpec = self._case.inputs.get(name, Normal())
        facts = spec.model_dump()
        if isinstance(spec, Labels):
            facts["last"] = self._case.layout.classes[name] - 1
        kind = str(facts.get("draw", "value" if isinstance(spec, Value) else "values"))
        return say(kind, **facts)

    def asked(self, function: Function) -> Asked:
        questions = {question.name: question for question in function.questions}
        returned = signature.names(function.signature.returns)
        return Asked(
            function.signature,
            {name: self._argument(function, name) for name in function.roles},
            {name: self._result(function, questions.get(name)) for name in returned},
            {question.name: question.points for question in function.questions},
        )

    def _argument(self, function: Function, name: str) -> str:
        match function.roles[name]:
            case "input":
                return say("argument_input", shape=self.shape(name), kind=self._kind(name))
            case "step" if name == self._graph.name:
                return say("argument_objective", shape=self.shape(name))
            case "step":
                return say("argument_step", name=name, shape=self.shape(name))
            case "size":
                return say("argument_size", value=self._case.layout.dims[name])
            case "upstream":
                step = name[1:]
                return say("argument_upstream", objective=self._graph.name, name=step, shape=self.shape(step))
            case "kept":
                return say("argument_kept", function=self._producer(function, name), name=name)

    def _producer(self, function: Function, name: str) -> str:
        """The last function before this one that returns a value of this name."""
        before = self._resolved.functions[: self._resolved.functions.index(function)]
        return next(one.name for one in reversed(before) if name in signature.names(one.signature.returns))

    def _result(self, function: Function, question: Question | None) -> str:
        if question is None:
            return say("result_kept")
        shape = self.shape(question.wrt)
        if question.kind == "value":
            return say("result_value", name=question.wrt, shape=shape)
        if function.upstream:
            given = ", ".join(f"`d{step}`" for step in function.upstream)
            return say("result_product", name=question.wrt, given=given, shape=shape)
        return say("result_gradient", objective=self._graph.name, name=question.wrt, shape=shape)
