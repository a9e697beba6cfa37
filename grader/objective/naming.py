"""Names for the nodes of an objective: what a person would call the parts of it in a derivation.

    ||max(X W, 0) - Y||_F^2        Z = X W    H = max(Z, 0)    loss = ||H - Y||_F^2

Inputs and the teacher's steps keep their names. Of the other nodes two kinds get one: what a nonlinear operation is
applied to, and what comes out of a function or an inverse and is used further. A capital is a matrix, a small letter a
vector or a number; several of a letter are numbered. Anything else is written out where it stands, as H - Y is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from grader.objective import shapes
from grader.objective.adjoint import LEAVES
from grader.objective.graph import Graph, Node, in_order
from grader.objective.operations import FUNCTIONS, TABLE

LINEAR = frozenset(
    {"add", "sub", "mul", "div", "neg", "matmul", "transpose", "sum", "mean", "tr", "diag"}
    | {"index", "reshape", "col", "pick", "onehot"}
)
"""Operations whose argument needs no name: the derivative does not ask where it is taken."""
TRIVIAL = frozenset({"neg", "transpose", "square", "power", "index", "col", "diag"})
"""Of something with a name, these are as short as a name."""
NORMS = frozenset({"norm", "squared_norm", "norm_1"})
RESULTS = {"softmax": "S", "inv": "B"}
"""Letters for results, other than H."""
ARGUMENTS = {**dict.fromkeys(NORMS, "R"), "inv": "A", "det": "A", "logdet": "A"}
"""Letters for arguments, other than Z."""


def names(graph: Graph) -> dict[Node, str]:
    """What every node that has a name is called; nodes that say the same have the same name.

    The objective is called `graph.name`. No name is that of an input, a step or a size, nor of a gradient (`dX`).
    """
    sizes = {str(node.options["name"]) for node in _nodes(graph) if node.operation == "size"}
    taken = {*graph.inputs, *graph.steps, graph.name, *sizes, *FUNCTIONS}
    found = _given(graph)
    same = _same(graph, found)
    letters = _letters(graph, found, same)
    for letter in dict.fromkeys(letters.values()):
        mine = [node for node, its in letters.items() if its == letter]
        numbered = (f"{letter}{number}" for number in count(1))
        candidates = numbered if len(mine) > 1 else iter([letter, *(f"{letter}{number}" for number in range(1, 99))])
        free = (name for name in candidates if not _clashes(name, taken))
        for node in mine:
            found[node] = next(free)
    return {node: found[same[node]] for node in same if same[node] in found}


def merged(graph: Graph) -> Graph:
    """The same graph, in which nodes that say the same are one."""
    same = _same(graph, _given(graph))
    new: dict[Node, Node] = {}
    for node in _nodes(graph):
        arguments = tuple(new[argument] for argument in node.arguments)
        if same[node] is node:
            new[node] = replace(node, arguments=arguments) if arguments else node
        else:
            new[node] = new[same[node]]
    steps = {name: new[node] for name, node in graph.steps.items()}
    return replace(graph, steps=steps, objective=new[graph.objective])


def _given(graph: Graph) -> dict[Node, str]:
    """The names in the text: a node with two has the first of them, and the objective its own."""
    found: dict[Node, str] = {}
    for name, node in (*graph.inputs.items(), *graph.steps.items(), (graph.name, graph.objective)):
        found.setdefault(node, name)
    return found


def _nodes(graph: Graph) -> Iterator[Node]:
    return in_order(*graph.inputs.values(), *graph.steps.values(), graph.objective)


def _same(graph: Graph, named: Mapping[Node, str]) -> dict[Node, Node]:
    """For every node the first that says the same: the text may say `X W` twice. A named one is only itself."""
    first: dict[object, Node] = {}
    same: dict[Node, Node] = {}
    for node in _nodes(graph):
        what = (node.operation, tuple(same[a] for a in node.arguments), tuple(node.options.items()), named.get(node))
        same[node] = first.setdefault(what, node)
    return same


def _letters(graph: Graph, named: Mapping[Node, str], same: Mapping[Node, Node]) -> dict[Node, str]:
    """The letters of the nodes that get a name of their own, in order."""
    found: dict[Node, str] = {}
    users: dict[Node, list[Node]] = {}
    for node in _nodes(graph):
        for argument in node.arguments:
            users.setdefault(same[argument], []).append(node)

    def short(node: Node) -> bool:
        """Whether a node is as short as a name: an input, -X, X^T, 2 X, X + 1."""
        node = same[node]
        if node.operation in LEAVES or node in named or node in found:
            return True
        if node.operation in ("add", "sub", "mul", "div"):
            constant = [argument.operation in ("number", "size") for argument in node.arguments]
            return any(constant) and all(map(short, node.arguments))
        return node.operation in TRIVIAL and short(node.arguments[0])

    def give(node: Node, letter: str) -> None:
        found.setdefault(same[node], letter if node.rank > 1 else letter.lower())

    for node in _nodes(graph):
        if node.operation in LEAVES or node.operation in LINEAR:
            continue
        for argument in node.arguments:
            if not short(argument) and (node.operation not in NORMS or _has_product(argument, named, found)):
                give(argument, _argument_letter(node, argument))
        if same[node] not in named and _is_function(node) and _used_further(node, users[same[node]]):
            give(node, RESULTS.get(node.operation, "H"))
    return {node: found[node] for node in _nodes(graph) if node in found}


def _argument_letter(node: Node, argument: Node) -> str:
    """A norm is taken of a residual R if it is a difference."""
    letter = ARGUMENTS.get(node.operation, "Z")
    return "Z" if letter == "R" and argument.operation != "sub" else letter


def _has_product(node: Node, named: Mapping[Node, str], found: Mapping[Node, str]) -> bool:
    """Whether a matrix product is written out in a node: a residual without one is short enough to be repeated."""
    if node in named or node in found:
        return False
    return node.operation == "matmul" or any(_has_product(argument, named, found) for argument in node.arguments)


def _is_function(node: Node) -> bool:
    """Whether a node is a nonlinear function of every element, or a matrix as large as its argument."""
    if node.operation in ("square", "power"):
        return False
    return node.operation in RESULTS or TABLE[node.operation].shape in (shapes.same, shapes.broadcast)


def _used_further(node: Node, users: list[Node]) -> bool:
    """Whether the derivation speaks of a result: not if it is only summed, and its derivative does without it."""
    if any(user.operation not in ("sum", "mean") for user in users):
        return True
    adjoint = TABLE[node.operation].adjoint
    if adjoint is None:
        return False
    gradient = Node("input", (), {"name": ""}, node.shape)
    contributions = (one for one in adjoint(gradient, node, *node.arguments) if one is not None)
    return node in in_order(*contributions)


def _clashes(name: str, taken: set[str]) -> bool:
    """Whether a name, or that of its gradient, stands for something else already."""
    return name in taken or f"d{name}" in taken
