"""The derivation of an objective's gradients: the steps forward, the way back, and what it comes to.

    forward     Z = X W            H = max(Z, 0)           f = ||H − Y||_F^2
    back        dH = 2 (H − Y)     dZ = dH ⊙ 1[Z > 0]      dW = Xᵀ dZ
    closed                                                 dW = 2 Xᵀ ((H − Y) ⊙ 1[Z > 0])

Every node with a name (`naming.py`) is a step. Its gradient is the sum of what comes through the named nodes that use
it, in terms of their gradients; the closed form has gradients no more.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from grader.language import translated as _
from grader.objective import printing
from grader.objective.adjoint import gradients
from grader.objective.graph import Graph, Node, depends, in_order
from grader.objective.naming import merged, names
from grader.objective.normal_form import LIKE
from grader.objective.operations import number
from grader.objective.printing import gradient_of, latex_gradient, latex_name
from grader.objective.simplify import simplifier

LONGEST = 120
"""Operations in a closed form: one that is longer explains nothing, and goes on speaking of gradients."""


@dataclass(frozen=True)
class Line:
    """`Z = X W`, or `dZ = …` where it is a gradient."""

    name: str
    expression: Node
    is_gradient: bool = False

    @property
    def text(self) -> str:
        return f"{'d' if self.is_gradient else ''}{self.name} = {printing.text(self.expression)}"

    def latex(self, mark: str = "") -> str:
        """With a mark before the equals sign, to align it."""
        left = latex_gradient(self.name) if self.is_gradient else latex_name(self.name)
        return f"{left} {mark}= {printing.latex(self.expression)}"


@dataclass(frozen=True)
class Derivation:
    """Three lists of lines; `closed` is empty where the way back is in closed form already."""

    forward: tuple[Line, ...]
    back: tuple[Line, ...]
    closed: tuple[Line, ...]

    @property
    def parts(self) -> tuple[tuple[Line, ...], ...]:
        return tuple(part for part in (self.forward, self.back, self.closed) if part)


def derive(graph: Graph, wrt: Sequence[str], given: Collection[str] = ()) -> Derivation:
    """The derivation of the gradients with respect to inputs and steps.

    Args:
        given: steps whose gradient is handed to the student, and so may stand in a closed form.
    """
    graph = merged(graph)
    work = _Derivation(graph, wrt)
    back = tuple(work.back())
    closed = tuple(work.closed(back, given))
    said = {line.text for line in back}
    return Derivation(tuple(work.forward()), back, () if all(line.text in said for line in closed) else closed)


class _Derivation:
    """The state of one derivation: a leaf for every name, and for the gradient with respect to it."""

    def __init__(self, graph: Graph, wrt: Sequence[str]) -> None:
        self.graph = graph
        self.names = names(graph)
        self.wanted = {node: name for name in wrt if (node := graph.node(name)) is not None}
        self.leaves = {
            node: node if node.operation == "input" else Node("input", (), {"name": name}, node.shape)
            for node, name in self.names.items()
        }
        self.bars = {node: gradient_of(name, node) for node, name in self.names.items()}
        self.steps = {self.as_written(node): leaf for node, leaf in self.leaves.items() if node.arguments}
        self.forms = simplifier(self.leaves, self.steps)

    def forward(self) -> Iterator[Line]:
        """The steps as they are written, in order; a second name of something is a step too."""
        for node in in_order(*self.graph.steps.values(), self.graph.objective):
            if node in self.names and node.operation != "input":
                yield Line(self.names[node], self.as_written(node))
            for name, step in self.graph.steps.items():
                if step is node and name != self.names[node]:
                    yield Line(name, self.leaves[node])

    def as_written(self, root: Node) -> Node:
        """A node with its named parts as leaves."""
        new: dict[Node, Node] = {}
        for node in in_order(root):
            arguments = tuple(self.leaves.get(argument, new[argument]) for argument in node.arguments)
            new[node] = Node(node.operation, arguments, node.options, node.shape) if arguments else node
        return new[root]

    def back(self) -> Iterator[Line]:
        """The gradients of the steps on the way, from the objective back, then those of the inputs that are wanted."""
        objective = self.graph.objective
        order = [node for node in in_order(objective) if node in self.names and node is not objective]
        seeds = {node: self.bars[node] for node in order} | {objective: number(1)}
        on_the_way = [
            node for node in reversed(order)
            if node.operation != "input" and any(depends(node, one) for one in self.wanted)
        ]  # fmt: skip
        for node in dict.fromkeys([*on_the_way, *self.wanted]):
            others = {seed: gradient for seed, gradient in seeds.items() if seed is not node}
            yield Line(self.names[node], self.forms(gradients(others, {"": node})[""]), True)

    def closed(self, back: Sequence[Line], given: Collection[str]) -> Iterator[Line]:
        """The lines of what is wanted, with the gradients in them replaced by what they are."""
        by_name = {name: node for node, name in self.names.items()}
        known: dict[Node, Node] = {}
        for line in back:
            node = by_name[line.name]
            expression = simplifier(known, self.steps)(line.expression)
            short = _size(expression) <= LONGEST
            if short and line.name not in given:
                known[self.bars[node]] = expression
            if node in self.wanted:
                yield Line(line.name, expression if short else line.expression, True)


def _size(root: Node) -> int:
    """How many operations are printed."""
    sizes: dict[Node, int] = {}
    for node in in_order(root):
        printed = node.arguments[:-1] if node.operation in LIKE else node.arguments
        sizes[node] = 1 + sum(sizes[argument] for argument in printed)
    return sizes[root]


# ----- as a document -----


def _legend(written: str) -> list[str]:
    """What the words mean that an objective does not have, or that look unfamiliar."""
    meanings = {
        "⊙": _("A ⊙ B is the product of every element with its counterpart."),
        "1[": _("1[A > B] is 1 where A > B, and 0 elsewhere."),
        "𝟏": _("𝟏 is a column of ones."),
        "put(": _("put(A, [1:]) is 0 but for the part [1:], which is A."),
        "col(": _("col(a) is the vector a as a column."),
    }
    return [meaning for word, meaning in meanings.items() if word in written]


def as_text(derivation: Derivation) -> str:
    """Lines of text, the three parts apart, and what their words mean."""
    parts = ["\n".join(line.text for line in part) for part in derivation.parts]
    legend = _legend("\n".join(parts[1:]))
    return "\n\n".join([*parts, *(["\n".join(legend)] if legend else [])]) + "\n"


def as_latex(derivation: Derivation) -> str:
    """One `align*` for each part, to paste into a document that uses amsmath."""
    return "\n".join(f"\\begin{{align*}}\n{_rows(part)}\n\\end{{align*}}\n" for part in derivation.parts)


def as_markdown(derivation: Derivation) -> str:
    """One displayed formula for each part."""
    return "\n".join(f"$$\n\\begin{{aligned}}\n{_rows(part)}\n\\end{{aligned}}\n$$\n" for part in derivation.parts)


def _rows(part: Sequence[Line]) -> str:
    return " \\\\\n".join(f"  {line.latex('&')}" for line in part)
