"""Reverse mode on the graph: the gradient of the objective, as an expression of the same operations.

    ā  =  Σ over the uses y = op(…, a, …) of a:   op.adjoint(ȳ, y, …, a, …)

Used to explain and to bound rounding, never as the reference: that is autograd's.
"""

from collections.abc import Mapping

from grader.objective.graph import Node, depends, in_order
from grader.objective.operations import TABLE, apply, number

LEAVES = ("input", "number", "size")


def gradients(seeds: Mapping[Node, Node], wrt: Mapping[str, Node]) -> dict[str, Node]:
    """The gradient with respect to each node of `wrt`, where ∂f/∂s is given for each s of `seeds`.

    With the objective as the only seed, and 1 its gradient, these are the gradients of the objective. Upstream
    gradients are seeds too: what a seed's gradient already contains is not added to it again.

    Returns:
        By name, an expression of the shape of the variable; the number 0 where it does not matter.
    """
    bar: dict[Node, Node] = {}
    order = list(in_order(*seeds))
    for node in reversed(order):
        gradient = seeds.get(node) or bar.get(node)
        if gradient is None or node.operation in LEAVES:
            continue
        adjoint = TABLE[node.operation].adjoint
        if adjoint is None:
            continue
        contributions = adjoint(gradient, node, *node.arguments)
        for argument, contribution in zip(node.arguments, contributions, strict=True):
            if contribution is None or argument.operation in ("number", "size"):
                continue
            fitting = _fit(contribution, argument)
            bar[argument] = fitting if argument not in bar else apply("add", bar[argument], fitting)
    bar.update(seeds)
    return {name: bar.get(node, number(0)) for name, node in wrt.items()}


def _fit(contribution: Node, argument: Node) -> Node:
    """A contribution in the shape of its argument: what broadcasting repeated is summed."""
    if contribution.shape == argument.shape:
        return contribution
    if contribution.rank < argument.rank:
        return apply("spread", contribution, argument)
    return apply("sum_like", contribution, argument)


def matters(seeds: Mapping[Node, Node], node: Node) -> bool:
    """Whether any seed depends on a node."""
    return any(depends(seed, node) for seed in seeds)
