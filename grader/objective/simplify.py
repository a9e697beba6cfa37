"""Expressions as a person would leave them: the same value, with nothing that need not be there.

    (Xᵀ dZ)ᵀ   →   dZᵀ X          I A   →   A          mean's 1/count   →   1/N          A (B C)   →   A B C

A rule for each operation, which knows that its arguments are simplified already. Products and sums have forms of their
own (`normal_form.py`), rows with a single one have rules of their own (`one_hot.py`), and a coefficient comes out of
whatever is linear.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from typing import cast

from grader.objective import one_hot
from grader.objective.graph import Node
from grader.objective.normal_form import ONCE, Forms, Product, Rule
from grader.objective.operations import apply
from grader.objective.sizes import ONE

LINEAR = frozenset(
    {"transpose", "sum", "mean", "index", "reshape", "col", "diag", "scatter", "reshape_like", "sum_like"}
)
"""Coefficients come out of these."""
SLICE = (None, None, None)


def simplify(node: Node) -> Node:
    """An expression of the same value and shape, as a person would leave it."""
    return simplifier()(node)


def simplifier(known: Mapping[Node, Node] | None = None, steps: Mapping[Node, Node] | None = None) -> Forms:
    """Simplifies several expressions, so that what they share stays shared.

    Args:
        known: nodes to be replaced.
        steps: operations that have a name, and the node that stands for each.
    """
    return Forms(RULES, one_hot.cancelled, known, steps)


# ----- rules for single operations: each gives the simpler node, or None where there is nothing to do -----


def _product(work: Forms, node: Node) -> Node:
    return work.product(work.factors(node), node)


def _sum(work: Forms, node: Node) -> Node:
    left, right = (work.terms(argument) for argument in node.arguments)
    sign = -1 if node.operation == "sub" else 1
    return work.sum([*left, *((sign * factor, unit) for factor, unit in right)], node)


def _linear(work: Forms, node: Node) -> Node | None:
    """f(2 A) = 2 f(A), then what holds for this f."""
    argument, *others = node.arguments
    whole = work.factors(argument)
    if not whole.number:
        return work.filled(0, node)
    core = work.product(whole.core, argument) if argument.rank else argument
    if core is not argument:
        inner = work.make(node.operation, core, *others, **node.options)
        return work.product(whole.coefficient.times(work.factors(inner)), node)
    return OF_LINEAR[node.operation](work, node, argument) if node.operation in OF_LINEAR else None


def _transpose(work: Forms, node: Node, a: Node) -> Node | None:
    match a.operation, a.arguments:
        case _ if node.rank < 2:
            return a
        case "transpose", (inner,):
            return inner
        case "outer", (b, c):
            return work.make("outer", c, b)
        case "matmul", _ if 2 * sum(factor.operation == "transpose" for factor in _chain(a)) + 1 >= len(_chain(a)):
            turned = [work.make("transpose", factor) for factor in reversed(_chain(a))]
            return reduce(lambda b, c: work.make("matmul", b, c), turned)
        case "identity_like" | "diag", _:
            return a
        case "spread", (one, _) if not one.rank:
            return work.filled(1, node)
    return None


def _chain(node: Node) -> list[Node]:
    """The factors of a product of matrices."""
    return [*_chain(node.arguments[0]), node.arguments[1]] if node.operation == "matmul" and node.rank == 2 else [node]


def _same_if_ones(work: Forms, node: Node, a: Node) -> Node | None:
    """A part of ones is ones."""
    return work.filled(1, node) if a.operation == "spread" and not a.arguments[0].rank else None


def _reduction(work: Forms, node: Node, a: Node) -> Node | None:
    if node.operation == "sum" and not node.options and a.operation == "square":
        return work.product(work.factors(apply("squared_norm", *a.arguments)), node)
    return a if not a.rank else one_hot.summed(work, node, a)


def _diag(work: Forms, node: Node, a: Node) -> Node | None:
    if a.operation == "diag" and node.rank == 1:
        return a.arguments[0]
    if node.rank == 2 and a.operation == "spread" and not a.arguments[0].rank:
        return work.make("identity_like", node)
    return None


def _reshape_like(work: Forms, node: Node, a: Node) -> Node | None:
    if a.shape == node.shape:
        return a
    if a.rank == 2 and node.rank == 1 and a.shape[1] == ONE:
        return work.make("index", a, parts=(SLICE, (None, 0)))
    return _same_if_ones(work, node, a)


def _sum_like(work: Forms, node: Node, a: Node) -> Node | None:
    """What broadcasting repeated, summed: over leading axes, and over those where the shape has a 1."""
    while a.rank > node.rank:
        a = work.make("sum", a) if not node.rank else work.make("sum", a, axis=0)
    for axis, (size, wanted) in enumerate(zip(a.shape, node.shape, strict=True)):
        if size != wanted:
            a = work.make("sum", a, axis=axis, keepdims=True)
    return a


def _spread(work: Forms, node: Node) -> Node | None:
    given, like = node.arguments
    if given.shape == like.shape:
        return given
    if given.operation == "spread" and not given.arguments[0].rank:
        return work.keyed_spread(given.arguments[0], like)
    if not given.rank:
        return work.product(work.factors(given).times(Product(above={work.filled(1, node): 1})), node)
    whole = work.factors(given)
    core = work.product(whole.core, given)
    if core is given:
        return work.keyed_spread(given, like, **node.options)
    return work.product(
        whole.coefficient.times(Product(above={work.make("spread", core, like, **node.options): 1})), node
    )


def _matmul(work: Forms, node: Node) -> Node | None:
    left, right = node.arguments
    wholes = work.factors(left), work.factors(right)
    if not wholes[0].number or not wholes[1].number:
        return work.filled(0, node)
    cores = [work.product(whole.core, argument) for whole, argument in zip(wholes, node.arguments, strict=True)]
    if cores != [left, right]:
        outside = wholes[0].coefficient.times(wholes[1].coefficient)
        return work.product(outside.times(work.factors(work.make("matmul", *cores))), node)
    if left.rank == 1:
        return _row(work, node, left, right)
    match left.operation, right.operation:
        case "identity_like", _:
            return right
        case _, "identity_like":
            return left
        case "col", "transpose" if right.arguments[0].operation == "col":
            return work.make("outer", left.arguments[0], right.arguments[0].arguments[0])
        case "spread", "transpose" if left.shape[1] == ONE and right.arguments[0].operation == "col":
            return work.keyed_spread(right.arguments[0].arguments[0], node, axis=0)
        case "col", "spread" if right.shape[0] == ONE:
            return work.keyed_spread(left.arguments[0], node, axis=1)
        case "spread", "spread" if left.shape[1] == ONE:
            return work.filled(1, node)
        case _, "matmul" if right.arguments[0].rank == 2:
            return work.make("matmul", work.make("matmul", left, right.arguments[0]), right.arguments[1])
    return None


def _row(work: Forms, node: Node, left: Node, right: Node) -> Node | None:
    """A vector times a matrix is Aᵀ v, for a gradient is no row; but vᵀ A w stays a row times a column."""
    if right.rank == 2:
        return work.make("matmul", work.make("transpose", right), left)
    for one, other in ((right, left), (left, right)):
        if one.operation == "matmul":
            (matrix, column), row = one.arguments, other
            if matrix.operation == "transpose":
                row, matrix, column = column, matrix.arguments[0], other
            return work.plain("matmul", work.plain("matmul", row, matrix), column)
    return None


def _power(work: Forms, node: Node) -> Node | None:
    (base,) = node.arguments
    exponent = cast(float, node.options.get("exponent", 2))
    whole = work.factors(base)
    if exponent == 1:
        return base
    if exponent > 0 and not whole.number:
        return work.filled(0, node)
    if exponent == 2 and whole.number and (whole.number != 1 or base.operation == "norm"):
        rest = work.product(replace(whole, number=ONCE), base)
        return work.product(Product(whole.number**2, {rest: 2}), node)
    return work.plain("square", base) if exponent == 2 else None


def _count(work: Forms, node: Node) -> Node | None:
    (like,) = node.arguments
    axis = cast("int | None", node.options.get("axis"))
    sizes = like.shape if axis is None else (like.shape[axis],)
    if any(size.unknown for size in sizes):
        return None
    return work.number(reduce(lambda total, size: total * size.offset, sizes, ONCE))


OF_LINEAR: Mapping[str, Callable[[Forms, Node, Node], Node | None]] = {
    "transpose": _transpose,
    "sum": _reduction,
    "mean": _reduction,
    "index": _same_if_ones,
    "reshape": _same_if_ones,
    "col": _same_if_ones,
    "diag": _diag,
    "reshape_like": _reshape_like,
    "sum_like": _sum_like,
}
RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("neg", "mul", "div"), _product),
    **dict.fromkeys(("add", "sub"), _sum),
    **dict.fromkeys(LINEAR, _linear),
    **dict.fromkeys(("square", "power"), _power),
    "spread": _spread,
    "matmul": _matmul,
    "count": _count,
}
