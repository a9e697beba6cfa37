"""The objective as a graph of named operations: what every other use of it starts from.

f = ||max(X W, 0) - Y||_F^2        X ─┐
                                      ├ matmul ─ max ─┐
                                   W ─┘   0 ─────┘    ├ sub ─ squared_norm = f
                                                 Y ───┘
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from grader.objective.sizes import Shape, Size

Option: TypeAlias = "int | float | str | bool | tuple[Option, ...] | None"

USES_LABELS = ("pick", "onehot", "cross_entropy")
"""Operations whose last argument is an input of labels."""


@dataclass(frozen=True, eq=False)
class Node:
    """One operation applied to others; two nodes are the same only if they are the same object.

    `operation` is a key of `operations.TABLE`, or `input` (option `name`), `number` (option `value`), `size` (options
    `name` and `value`: a name in `dims` as a number, None while it is unknown). `start` and `end` are the place in the
    objective's text.
    """

    operation: str
    arguments: tuple["Node", ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    shape: Shape = ()
    start: int = 0
    end: int = 0

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclass(frozen=True)
class Declared:
    """An input as the assignment declares it.

    One with `classes` holds class numbers from 0, fewer than that: it can pick entries, and be a number as any other.
    """

    shape: Shape
    classes: Size | None = None

    @property
    def labels(self) -> bool:
        """Whether it can be used as labels."""
        return self.classes is not None


@dataclass(frozen=True)
class Graph:
    """Inputs, named steps in the order of the text, and the objective itself.

    The objective is also a step if it has a name; `name` is that name, or `loss`.
    """

    inputs: Mapping[str, Node]
    steps: Mapping[str, Node]
    objective: Node
    name: str
    text: str

    def node(self, name: str) -> Node | None:
        """The input or step of that name, the objective's own name included."""
        if name == self.name:
            return self.objective
        return self.inputs.get(name) or self.steps.get(name)


def labels_of(graph: Graph) -> frozenset[str]:
    """The inputs that the objective uses as labels."""
    nodes = in_order(*graph.steps.values(), graph.objective)
    used = [node.arguments[-1] for node in nodes if node.operation in USES_LABELS]
    return frozenset(str(node.options["name"]) for node in used)


def in_order(*roots: Node) -> Iterator[Node]:
    """All nodes that the roots need, arguments before what uses them, each once."""
    seen: set[Node] = set()
    stack: list[tuple[Node, Iterator[Node]]] = []
    for root in roots:
        stack.append((root, iter(root.arguments)))
        while stack:
            node, rest = stack[-1]
            if node in seen:
                stack.pop()
                continue
            following = next((argument for argument in rest if argument not in seen), None)
            if following is None:
                seen.add(node)
                stack.pop()
                yield node
            else:
                stack.append((following, iter(following.arguments)))


def depends(node: Node, on: Node) -> bool:
    """Whether one node is needed for the other."""
    return any(needed is on for needed in in_order(node))
