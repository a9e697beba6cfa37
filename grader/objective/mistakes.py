"""What typical mistakes make of a gradient: the derivation with one place done wrong, or two.

    dW = Xᵀ (2 (H − Y) ⊙ 1[Z > 0])     ─ the mask of H is forgotten ─▶     Xᵀ (2 (H − Y))     missing_mask at H

A slip is a contribution in the way back (`adjoint.Sweep`) that is replaced; everything after it is derived as it should
be. It comes from the operation's own row in the table, from one of the rules here, which rewrite one place of any
adjoint, or from what can happen where contributions meet. What a slip leads to need not fit together: then whoever
makes it meets an error, or an array of another shape.

Sources of what is typical: Brown and Burton, Diagnostic models for procedural bugs (1978), for the method; public
repositories of courses on neural networks, for the mistakes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TypeAlias

from grader.objective.adjoint import CONSTANTS, Contributions, Instead, Sweep, fit, gradients
from grader.objective.graph import Node, in_order
from grader.objective.operations import TABLE, T, apply, div, greater, matmul, mul, number, one_minus, scaled
from grader.objective.sizes import Mismatch

Make: TypeAlias = Callable[[], Node]
"""Makes a wrong expression; raises `Mismatch` where it does not fit together."""
Wrong: TypeAlias = tuple[str, Make]
Key: TypeAlias = tuple[object, ...]

SCALES = ("factor", "sign", "mean_vs_sum")
"""Codes of slips that only scale: two mistakes at once are found without pairing these."""


@dataclass(frozen=True, eq=False)
class Slip:
    """One place of a derivation done wrong: what comes through `node` to its argument number `index` instead.

    `key` is the same for the same slip in graphs of other sizes. `instead` is None where nothing comes through any
    more; `fits` is false where the slip is an expression that does not fit together.
    """

    code: str
    key: Key
    node: Node
    index: int
    instead: Node | None
    fits: bool = True


@dataclass(frozen=True, eq=False)
class Mistaken:
    """A gradient after one slip or two: an expression, or None where there is none to be had."""

    slips: tuple[Slip, ...]
    expression: Node | None


def slips(sweep: Sweep) -> Iterator[Slip]:
    """Every slip that the table and the rules know, in the order in which a derivation comes to them."""
    for node, raw in sweep.raw.items():
        for index, contribution in enumerate(raw):
            if contribution is None:
                continue
            place = (node.operation, node.start, node.end, index)
            seen: dict[str, int] = {}
            for code, make in _wrong(sweep, node, index, contribution):
                seen[code] = seen.get(code, -1) + 1
                key = (code, *place, seen[code])
                try:
                    instead = make()
                except Mismatch:
                    yield Slip(code, key, node, index, None, fits=False)
                else:
                    yield Slip(code, key, node, index, instead)
            if sweep.uses(node.arguments[index]) > 1:
                yield from _where_contributions_meet(sweep, node, index, place)


def mistaken(sweep: Sweep, wrt: Mapping[str, Node], *, pairs: bool = False) -> Iterator[tuple[str, Mistaken]]:
    """By the name of a variable, its gradient after every slip that changes it, or with `pairs` after every two."""
    single = list(slips(sweep))
    if not pairs:
        yield from _after(sweep, wrt, ((slip,) for slip in single))
        yield from _misread(sweep, wrt)
    else:
        shape = [slip for slip in single if slip.code not in SCALES and slip.fits]
        yield from _after(sweep, wrt, (two for two in combinations(shape, 2) if _place(two[0]) != _place(two[1])))


def _misread(sweep: Sweep, wrt: Mapping[str, Node]) -> Iterator[tuple[str, Mistaken]]:
    """The gradients of an objective in which one term of one sum is forgotten, wherever it is evaluated."""
    if len(sweep.seeds) != 1:
        return
    (objective, seed), *_ = sweep.seeds.items()
    for node in in_order(objective):
        if node.operation not in ("add", "sub"):
            continue
        for index, kept in enumerate(node.arguments):
            if kept.shape != node.shape:
                continue
            forgotten = node.arguments[1 - index]
            code = "regularization" if is_penalty(forgotten) and not node.rank else "missing_term"
            instead = kept if node.operation == "add" or index == 0 else apply("neg", kept)
            slip = Slip(code, ("misread", node.start, node.end, index), node, 1 - index, instead)
            found = gradients({_replaced(objective, node, instead): seed}, wrt)
            for name, expression in found.items():
                if expression.operation != "number":
                    yield name, Mistaken((slip,), expression)


def _replaced(root: Node, old: Node, new: Node) -> Node:
    made: dict[Node, Node] = {old: new}
    for node in in_order(root):
        arguments = tuple(made.get(argument, argument) for argument in node.arguments)
        if node is not old and arguments != node.arguments:
            made[node] = replace(node, arguments=arguments)
    return made.get(root, root)


def _place(slip: Slip) -> tuple[Node, int]:
    return slip.node, slip.index


def _after(sweep: Sweep, wrt: Mapping[str, Node], made: Iterator[tuple[Slip, ...]]) -> Iterator[tuple[str, Mistaken]]:
    for several in made:
        touched = [slip.node.arguments[slip.index] for slip in several]
        reached = {name for name, node in wrt.items() if all(_leads(one, node) for one in touched)}
        if not reached:
            continue
        try:
            bar = sweep.differing(_instead(sweep, several)) if all(slip.fits for slip in several) else None
        except Mismatch:
            bar = None
        for name in sorted(reached):
            if bar is None:
                yield name, Mistaken(several, None)
            elif wrt[name] in bar and bar[wrt[name]] is not sweep.bar.get(wrt[name]):
                yield name, Mistaken(several, bar[wrt[name]])


def _leads(through: Node, to: Node) -> bool:
    return any(node is to for node in in_order(through))


def _instead(sweep: Sweep, several: tuple[Slip, ...]) -> dict[Node, Instead]:
    by_node: dict[Node, list[Slip]] = {}
    for slip in several:
        by_node.setdefault(slip.node, []).append(slip)
    return {node: partial(_slipped, sweep, node, here) for node, here in by_node.items()}


def _slipped(sweep: Sweep, node: Node, here: Sequence[Slip], gradient: Node, right: Contributions) -> Contributions:
    """What the slips at one node let through, of a gradient that may be wrong already."""
    contributions = list(right)
    for slip in here:
        instead = slip.instead
        contributions[slip.index] = instead and _remade(instead, sweep.bar[node], gradient)
    return tuple(contributions)


def _remade(expression: Node, old: Node, new: Node) -> Node:
    """The same expression of another gradient; what the objective itself is made of is left alone."""
    if expression is old:
        return new
    if old is new or expression.end:
        return expression
    arguments = [_remade(argument, old, new) for argument in expression.arguments]
    if all(one is other for one, other in zip(arguments, expression.arguments, strict=True)):
        return expression
    return apply(expression.operation, *arguments, **expression.options)


# ----- what can go wrong at one node -----


def _wrong(sweep: Sweep, node: Node, index: int, contribution: Node) -> Iterator[Wrong]:
    """What may come through a node instead, each fitted to the argument."""
    argument = node.arguments[index]
    gradient = sweep.bar[node]
    # What broadcasting repeated is summed here too; where nothing was repeated, nobody thinks of summing.
    fitted = _fitted if contribution.shape != argument.shape else _as_it_is
    if index == 0:
        row = TABLE[node.operation]
        for code, makers in row.slips.items():
            for make in makers:
                yield code, partial(fitted, partial(make, gradient, node, *node.arguments), argument)
        if "activation_derivative" in row.slips and row.adjoint is not None:
            for later in sweep.users(node):
                if later.shape == node.shape:
                    wrong = row.adjoint(gradient, later, *node.arguments)[0]
                    if wrong is not None:
                        yield "activation_derivative", partial(_as_it_is, partial(fit, wrong, argument), argument)
    outside = frozenset((gradient, node, *node.arguments))
    for code, rewritten in _rewritten(contribution, outside):
        yield code, partial(fitted, rewritten, argument)
    if node.operation == "mul" and contribution.operation == "mul":
        penalty = is_penalty(node) and "regularization"
        other = node.arguments[1 - index]
        code = (penalty or "factor") if not other.rank and argument.rank else "inner_derivative"
        yield code, partial(fitted, lambda: contribution.arguments[0], argument)
    if contribution.shape != argument.shape and contribution.rank >= argument.rank:
        yield "missing_sum", lambda: contribution
        yield "collapsed_sum", lambda: _collapsed(contribution, argument)
        summed = sweep.contributions[node][index]
        if summed is not None:
            yield "mean_vs_sum", lambda: div(summed, apply("count", contribution, axis=0))
    elif node.operation in ("squared_norm", "norm_1", "sum", "mul") and argument.rank:
        yield "collapsed_sum", lambda: _collapsed(contribution, argument)


def _fitted(make: Make, argument: Node) -> Node:
    return fit(make(), argument)


def _as_it_is(make: Make, argument: Node) -> Node:
    return make()


def _collapsed(contribution: Node, argument: Node) -> Node:
    """A single number in every place: all of it was summed."""
    return apply("spread", apply("sum", contribution), argument)


def _where_contributions_meet(sweep: Sweep, node: Node, index: int, place: Key) -> Iterator[Slip]:
    """One of several contributions to the same gradient is forgotten, or comes with another sign or factor."""
    whole = sweep.contributions[node][index]
    assert whole is not None
    kinds: tuple[tuple[str, Node | None], ...] = (
        ("regularization" if is_penalty(node) else "missing_term", None),
        ("sign", apply("neg", whole)),
        ("factor", scaled(2, whole)),
        ("factor", scaled(0.5, whole)),
    )
    for number_, (code, instead) in enumerate(kinds):
        yield Slip(code, (code, *place, "meet", number_), node, index, instead)


def is_penalty(node: Node) -> bool:
    """Whether a term is about one variable alone, as a regularisation term is."""
    return len({one.options["name"] for one in in_order(node) if one.operation == "input" and one.rank}) == 1


# ----- one place of an expression -----


def _rewritten(expression: Node, outside: frozenset[Node]) -> Iterator[Wrong]:
    """The expression with one place of it rewritten; what is `outside` was derived before, and is left alone."""
    if expression in outside or expression.operation in CONSTANTS:
        return
    for rule in RULES:
        yield from rule(expression)
    for index, argument in enumerate(expression.arguments):
        for code, make in _rewritten(argument, outside):
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
        case "div", (rest, Node("count")):
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
        case "mul", (inner, Node("greater" | "sub", _) as mask) if _is_mask(mask):
            yield "missing_mask", lambda: inner
            yield "wrong_mask", lambda: mul(inner, _other_side(mask))
            yield "wrong_mask", lambda: mul(inner, greater(inner, number(0)))
        case "mul", (inner, Node("sign")):
            yield "missing_mask", lambda: inner


def _is_mask(node: Node) -> bool:
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
        case "mul", (left, right) if left.rank == right.rank == 2 and not _is_mask(right):
            yield "elementwise_vs_matmul", lambda: matmul(left, right)
        case "mul", (left, Node("transpose", (inner,))):
            yield "transpose", lambda: mul(left, inner)
        case "neg", (Node("transpose", (inner,)),):
            yield "transpose", lambda: apply("neg", inner)


def _turned(node: Node) -> Node:
    return node.arguments[0] if node.operation == "transpose" else T(node)


RULES: tuple[Callable[[Node], Iterator[Wrong]], ...] = (_factors, _signs, _masks, _products)
"""Each looks at one place of an adjoint and says what people write there instead."""
