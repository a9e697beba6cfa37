"""Reverse mode on the graph: the gradient of the objective, as an expression of the same operations.

    ā  =  Σ over the uses y = op(…, a, …) of a:   op.adjoint(ȳ, y, …, a, …)

Used to explain, to name mistakes and to bound rounding, never as the reference: that is autograd's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from grader.objective.graph import Node, depends, in_order
from grader.objective.operations import TABLE, apply, number

LEAVES = ("input", "number", "size")
CONSTANTS = ("number", "size")

Contributions: TypeAlias = tuple[Node | None, ...]
"""What comes through a node to each of its arguments, in the shape of the argument; None where nothing does."""
Instead: TypeAlias = Callable[[Node, Contributions], Contributions]
"""From the gradient with respect to a node, and what comes through it, to what comes through it instead."""


def gradients(seeds: Mapping[Node, Node], wrt: Mapping[str, Node]) -> dict[str, Node]:
    """The gradient with respect to each node of `wrt`, where ∂f/∂s is given for each s of `seeds`.

    With the objective as the only seed, and 1 its gradient, these are the gradients of the objective. Upstream
    gradients are seeds too: what a seed's gradient already contains is not added to it again.

    Returns:
        By name, an expression of the shape of the variable; the number 0 where it does not matter.
    """
    sweep = Sweep(seeds)
    return {name: sweep.bar.get(node, number(0)) for name, node in wrt.items()}


@dataclass
class Sweep:
    """One way back from the seeds; `bar` is the gradient with respect to every node on it.

    `raw` and `contributions` are what comes through each node, before and after it was fitted to the arguments.
    """

    seeds: Mapping[Node, Node]
    bar: dict[Node, Node] = field(init=False)
    raw: dict[Node, Contributions] = field(default_factory=dict, init=False)
    contributions: dict[Node, Contributions] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._order = tuple(reversed(tuple(in_order(*self.seeds))))
        self._sums: dict[tuple[Node, Node], Node] = {}
        self.bar = self._back({})

    def differing(self, instead: Mapping[Node, Instead]) -> dict[Node, Node]:
        """What `bar` becomes where other contributions come through some nodes; the rest is derived as it should be.

        Raises:
            Mismatch: if what follows from them does not fit together.
        """
        return self._back(instead)

    def users(self, argument: Node) -> list[Node]:
        """The nodes on the way that are made of a node."""
        return [node for node in self._order if argument in node.arguments]

    def uses(self, argument: Node) -> int:
        """How many contributions the gradient with respect to a node is the sum of."""
        return sum(
            one is argument and contribution is not None
            for node, contributions in self.contributions.items()
            for one, contribution in zip(node.arguments, contributions, strict=True)
        )

    def _back(self, instead: Mapping[Node, Instead]) -> dict[Node, Node]:
        bar: dict[Node, Node] = {}
        for node in self._order:
            gradient = self.seeds.get(node) or bar.get(node)
            if gradient is None or node.operation in LEAVES or TABLE[node.operation].adjoint is None:
                continue
            contributions = self._through(node, gradient)
            if node in instead:
                contributions = instead[node](gradient, contributions)
            for argument, contribution in zip(node.arguments, contributions, strict=True):
                if contribution is not None:
                    bar[argument] = self._sum(bar[argument], contribution) if argument in bar else contribution
        bar.update(self.seeds)
        return bar

    def _through(self, node: Node, gradient: Node) -> Contributions:
        """The contributions of a node; those of the first way back, where they are the same."""
        first = not hasattr(self, "bar")
        if not first and self.bar.get(node) is gradient:
            return self.contributions[node]
        adjoint = TABLE[node.operation].adjoint
        assert adjoint is not None
        raw = tuple(
            None if argument.operation in CONSTANTS else contribution
            for argument, contribution in zip(node.arguments, adjoint(gradient, node, *node.arguments), strict=True)
        )
        fitted = tuple(
            # Of a gradient that was not summed where it should have been, nothing is summed later either.
            one if one is None or gradient.shape != node.shape else fit(one, argument)
            for one, argument in zip(raw, node.arguments, strict=True)
        )
        if first:
            self.raw[node], self.contributions[node] = raw, fitted
        return fitted

    def _sum(self, one: Node, other: Node) -> Node:
        if (one, other) not in self._sums:
            self._sums[one, other] = apply("add", one, other)
        return self._sums[one, other]


def fit(contribution: Node, argument: Node) -> Node:
    """A contribution in the shape of its argument: what broadcasting repeated is summed."""
    if contribution.shape == argument.shape:
        return contribution
    if contribution.rank < argument.rank:
        return apply("spread", contribution, argument)
    return apply("sum_like", contribution, argument)


def matters(seeds: Mapping[Node, Node], node: Node) -> bool:
    """Whether any seed depends on a node."""
    return any(depends(seed, node) for seed in seeds)
