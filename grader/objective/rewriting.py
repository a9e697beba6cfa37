"""Rules for one place of an adjoint: what people write there instead.

    Xᵀ (2 (H − Y) ⊙ 1[Z > 0])     ─ a mask is forgotten ─▶     Xᵀ (2 (H − Y))
                                  ─ a transpose is ─▶          X (2 (H − Y) ⊙ 1[Z > 0])

Each rule looks at one node; `rewritten` takes it to every place of an expression.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias, cast

from grader.objective.adjoint import CONSTANTS
from grader.objective.graph import Node
from grader.objective.operations import TABLE, T, apply, div, greater, matmul, mul, number, one_minus

Make: TypeAlias = Callable[[], Node]
"""Makes a wrong expression; raises `Mismatch` where it does not fit together."""
Wrong: TypeAlias = tuple[str, Make]


def rewritten(expression: Node, outside: frozenset[Node]) -> Iterator[Wrong]:
    """The expression with one place of it rewritten; what is `outside` was derived before, and is left alone."""
    if expression in outside or expression.operation in CONSTANTS:
        return
    for rule in RULES:
        yield from rule(expression)
    for index, argument in enumerate(expression.arguments):
        for code, make in rewritten(argument, outside):
            yield code, partial(_with, expression, index, make)


def _with(expression: Node, index: int, make: Make) -> Node:
    arguments = (*expression.arguments[:index], make(), *expression.arguments[index + 1 :])
    return apply(expression.operation, *arguments, **expression.options)


def _factors(node: Node) -> Iterator[Wrong]:
    match node.operation, node.arguments:
        case "mul", (Node("number") as value, rest) | (rest, Node("number") as value):
            yield "factor", lambda: rest
            yield "factor", lambda: mul(number(_value(value) * _value(value)), rest)
        case "div", (rest, Node("mul", (Node("number"), below))):
            yield "factor", lambda: div(rest, below)
        case "div", (rest, Node("count" | "size")):
            yield "mean_vs_sum", lambda: rest


def _value(node: Node) -> float:
    value = node.options["value"]
    assert isinstance(value, int | float)
    return float(value)


def _signs(node: Node) -> Iterator[Wrong]:
    match node.operation, node.arguments:
        case "neg", (inner,):
            yield "sign", lambda: inner
        case "sub", (left, right):
            yield "sign", lambda: apply("add", left, right)
            if left.operation not in CONSTANTS:
                yield "missing_term", lambda: left


def _masks(node: Node) -> Iterator[Wrong]:
    match node.operation, node.arguments:
        case "mul", (inner, Node("greater" | "sub", _) as mask) if is_mask(mask):
            yield "missing_mask", lambda: inner
            yield "wrong_mask", lambda: mul(inner, _other_side(mask))
            yield "wrong_mask", lambda: mul(inner, greater(inner, number(0)))
        case "mul", (inner, Node("sign")):
            yield "missing_mask", lambda: inner


def is_mask(node: Node) -> bool:
    return node.operation == "greater" or (node.operation == "sub" and node.arguments[1].operation == "greater")


def _other_side(mask: Node) -> Node:
    return one_minus(mask) if mask.operation == "greater" else mask.arguments[1]


def _products(node: Node) -> Iterator[Wrong]:
    match node.operation, node.arguments:
        case "matmul", (left, right):
            yield "transpose", lambda: matmul(_turned(left), right)
            yield "transpose", lambda: matmul(left, _turned(right))
            yield "wrong_order", lambda: matmul(right, left)
            yield "elementwise_vs_matmul", lambda: mul(left, right)
            yield "elementwise_vs_matmul", lambda: mul(_turned(left), right)
            yield "elementwise_vs_matmul", lambda: mul(left, _turned(right))
            if left.operation == "transpose":
                yield "inverse", lambda: matmul(apply("inv", left.arguments[0]), right)
            if right.operation == "transpose":
                yield "inverse", lambda: matmul(left, apply("inv", right.arguments[0]))
        case "mul", (left, right) if left.rank == right.rank == 2 and not is_mask(right):
            yield "elementwise_vs_matmul", lambda: matmul(left, right)
        case "mul", (left, Node("transpose", (inner,))):
            yield "transpose", lambda: mul(left, inner)
        case "neg", (Node("transpose", (inner,)),):
            yield "transpose", lambda: apply("neg", inner)
        case "transpose", (Node("matmul", (left, right)),):
            yield "transpose", lambda: matmul(_turned(right), left)
            yield "transpose", lambda: matmul(right, _turned(left))
            yield "wrong_order", lambda: matmul(_turned(left), _turned(right))


def _turned(node: Node) -> Node:
    return node.arguments[0] if node.operation == "transpose" else T(node)


def _axes(node: Node) -> Iterator[Wrong]:
    match node.operation:
        case "sum" | "softmax" | "logsumexp" if node.options.get("axis") is not None or node.operation != "sum":
            for code, other in along_others(node):
                yield code, partial(_itself, other)
            if node.options.get("keepdims"):
                yield "collapsed_sum", lambda: apply("sum", node.arguments[0])


def _labels(node: Node) -> Iterator[Wrong]:
    if node.operation == "onehot_like":
        yield "index_slip", lambda: apply("rolled", node, by=1)
        yield "index_slip", lambda: apply("rolled", node, by=-1)


def _arguments(node: Node) -> Iterator[Wrong]:
    """What goes into a function, where what comes out of it is wanted."""
    for index, argument in enumerate(node.arguments):
        if argument.end and argument.operation in TABLE and len(argument.arguments) == 1:
            row, inner = TABLE[argument.operation], argument.arguments[0]
            if row.slips.keys() & {"activation_derivative"} and inner.shape == argument.shape:
                yield "activation_derivative", partial(_with, node, index, partial(_itself, inner))


def _itself(node: Node) -> Node:
    return node


def along_others(node: Node) -> Iterator[tuple[str, Node]]:
    """The same along another axis."""
    rank = node.arguments[0].rank
    for axis in range(rank):
        if axis != cast(int, node.options.get("axis", -1)) % rank:
            yield "wrong_axis", apply(node.operation, *node.arguments, **{**node.options, "axis": axis})


RULES: tuple[Callable[[Node], Iterator[Wrong]], ...] = (
    _factors, _signs, _masks, _products, _axes, _labels, _arguments,
)  # fmt: skip
"""Each looks at one place of an adjoint and says what people write there instead."""
