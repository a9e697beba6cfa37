"""The objective evaluated once more, without autograd: in either precision, and in another order of summation.

The second order is that of a loop over samples: partial sums are rounded one after the other, from the last to the
first.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import torch

from grader.drawing import Drawn
from grader.inputs import Array
from grader.objective import Graph, Node, gradients
from grader.objective.graph import in_order
from grader.objective.operations import TABLE
from grader.problem import Function

Tensor: TypeAlias = torch.Tensor
Values: TypeAlias = dict[Node, Tensor]
Order: TypeAlias = Callable[[Node, list[Tensor]], Tensor]
"""Computes an operation from its arguments."""

MOST_STEPS = 2
LARGE = 1_000_000
"""A product with more numbers in it than this is summed in `MOST_STEPS` blocks, not one by one."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch without its threads: for many small products they wait more than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def as_written(node: Node, arguments: list[Tensor]) -> Tensor:
    """An operation as the table computes it."""
    value: Tensor = TABLE[node.operation].value(torch, node.options, *arguments)
    return value


def one_by_one(node: Node, arguments: list[Tensor]) -> Tensor:
    """An operation whose sums are loops, from the last summand to the first."""
    first = arguments[0]
    match node.operation:
        case "matmul" if first.dim() == arguments[1].dim() == 2:
            return _product(first, arguments[1])
        case "sum":
            return _summed(first, node)
        case "mean":
            total = _summed(first, node)
            return total / (first.numel() / max(total.numel(), 1))
        case "squared_norm":
            return _looped(first * first, None)
        case "norm":
            return _looped(first * first, None).sqrt()
        case _:
            return as_written(node, arguments)


def _product(left: Tensor, right: Tensor) -> Tensor:
    """A sum of outer products, one for each column of the left."""
    inner = left.shape[1]
    few = left.numel() + right.numel() + left.shape[0] * right.shape[1] > LARGE
    size = max(1, math.ceil(inner / MOST_STEPS)) if few else 1
    total = torch.zeros(left.shape[0], right.shape[1], dtype=left.dtype)
    for start in reversed(range(0, inner, size)):
        total += left[:, start : start + size] @ right[start : start + size]
    return total


def _summed(values: Tensor, node: Node) -> Tensor:
    axis = node.options.get("axis")
    total = _looped(values, None if axis is None else int(str(axis)))
    if not node.options.get("keepdims") or not values.dim():
        return total
    return total.reshape([1] * values.dim()) if axis is None else total.unsqueeze(int(str(axis)))


def _looped(values: Tensor, axis: int | None) -> Tensor:
    """A sum along an axis, rounded after each summand as NumPy's cumulative sum is."""
    array = np.flip(values.numpy(), axis)
    running = np.cumsum(array, axis, dtype=array.dtype)
    return torch.as_tensor(np.take(running, -1, axis if axis is not None else 0))


def evaluate(
    roots: Iterable[Node],
    known: Mapping[Node, Tensor],
    *,
    dtype: torch.dtype = torch.float64,
    order: Order = as_written,
    keep: Iterable[Node] = (),
) -> Values:
    """The values of all that the roots need, where the inputs, and perhaps more, are known.

    What is in `keep` is computed nevertheless, but used with the value that is known.
    """
    used: Values = {}
    made: Values = {}
    kept = frozenset(keep)
    with torch.no_grad():
        for node in in_order(*roots):
            if node in known and node not in kept:
                used[node] = known[node]
                continue
            if node.operation in ("number", "size"):
                value = torch.tensor(node.options["value"], dtype=dtype)
            else:
                value = order(node, [used[argument] for argument in node.arguments])
                value = value.to(dtype) if value.is_floating_point() else value
            made[node] = value
            used[node] = known.get(node, value)
    return {**used, **made}


class Case:
    """A drawn case and an upstream of it: what the gradients of one function are of."""

    def __init__(self, drawn: Drawn, function: Function) -> None:
        self.drawn = drawn
        self.graph: Graph = drawn.evaluation.graph
        self.inputs: Values = {self.graph.inputs[name]: value for name, value in drawn.evaluation.inputs.items()}
        self.weights: Values = {self.node(step): torch.as_tensor(drawn.upstream[step]) for step in function.upstream}
        if not self.weights:
            self.weights = {self.graph.objective: torch.ones(drawn.evaluation.shape(self.graph.name)).double()}
        self.seeds = {node: Node("input", (), {"name": "d"}, node.shape) for node in self.weights}

    def node(self, name: str) -> Node:
        """An input or a step."""
        return self.drawn.evaluation.node(name)

    def derived(self, wrt: str, *, dtype: torch.dtype = torch.float64, order: Order = as_written) -> Array:
        """A gradient by its derived expression."""
        node = self.node(wrt)
        return self._computed(gradients(self.seeds, {wrt: node})[wrt], wrt, dtype, order)

    def value(self, name: str, *, dtype: torch.dtype = torch.float64, order: Order = as_written) -> Array:
        """The value of a step."""
        return self._computed(self.node(name), name, dtype, order)

    def _computed(self, expression: Node, like: str, dtype: torch.dtype, order: Order) -> Array:
        given = {self.seeds[node]: weight for node, weight in self.weights.items()}
        known = {node: _in(value, dtype) for node, value in {**self.inputs, **given}.items()}
        found = evaluate([expression], known, dtype=dtype, order=order)[expression]
        array: Array = found.expand(self.drawn.evaluation.shape(like)).double().numpy().copy()
        return array


def _in(value: Tensor, dtype: torch.dtype) -> Tensor:
    return value.to(dtype) if value.is_floating_point() else value
