"""What typical mistakes make of a gradient: the derivation with one place done wrong, or two.

    dW = Xᵀ (2 (H − Y) ⊙ 1[Z > 0])     ─ the mask of H is forgotten ─▶     Xᵀ (2 (H − Y))     missing_mask at H

A slip is a contribution in the way back (`adjoint.Sweep`) that is replaced; everything after it is derived as it should
be. It comes from the operation's own row in the table, from one of the rules here, which rewrite one place of any
adjoint, or from what can happen where contributions meet. What a slip leads to need not fit together: then whoever
makes it meets an error, or an array of another shape.

Sources of what is typical: Brown and Burton, Diagnostic models for procedural bugs (1978), for the method; public
repositories of courses on neural networks, for the mistakes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, combinations
from typing import TypeAlias

from grader.objective.adjoint import Contributions, Instead, Sweep, fit, gradients
from grader.objective.graph import Node, in_order
from grader.objective.operations import TABLE, apply, div, greater, mul, number, scaled
from grader.objective.rewriting import Make, Wrong, along_others, is_mask, rewritten
from grader.objective.sizes import Mismatch

Key: TypeAlias = tuple[object, ...]

SCALES = ("factor", "sign", "mean_vs_sum")
"""Codes of slips that only scale: where a gradient is no sum, two mistakes are found without pairing these."""


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
            own = _where_it_comes_through(sweep, node, index, contribution)
            met = _where_contributions_meet(sweep, node, index) if sweep.uses(node.arguments[index]) > 1 else ()
            # What is wrong with a penalty is known by that first, whichever of its factors it is.
            yield from chain(met, own) if _is_part_of_penalty(sweep, node) else chain(own, met)


def _where_it_comes_through(sweep: Sweep, node: Node, index: int, contribution: Node) -> Iterator[Slip]:
    """Each thing that can go wrong with one contribution, whatever else its argument gets."""
    seen: dict[str, int] = {}
    for code, make in _wrong(sweep, node, index, contribution):
        seen[code] = seen.get(code, -1) + 1
        key = (code, *_at_place(node, index), seen[code])
        try:
            instead = make()
        except Mismatch:
            yield Slip(code, key, node, index, None, fits=False)
        else:
            yield Slip(code, key, node, index, instead)


def mistaken(sweep: Sweep, wrt: Mapping[str, Node], *, pairs: bool = False) -> Iterator[tuple[str, Mistaken]]:
    """By the name of a variable, its gradient after every slip that changes it, or with `pairs` after every two."""
    single = list(slips(sweep))
    if not pairs:
        yield from _after(sweep, wrt, ((slip,) for slip in single))
        yield from _misread(sweep, wrt)
    else:
        branches = any(sweep.uses(node) > 1 for node in sweep.bar)
        telling = [slip for slip in single if slip.fits and (branches or slip.code not in SCALES)]
        yield from _after(sweep, wrt, (two for two in combinations(telling, 2) if _place(two[0]) != _place(two[1])))


def _misread(sweep: Sweep, wrt: Mapping[str, Node]) -> Iterator[tuple[str, Mistaken]]:
    """The gradients of an objective that is another one in one place, wherever it is evaluated."""
    if len(sweep.seeds) != 1:
        return
    (objective, seed), *_ = sweep.seeds.items()
    for node in in_order(objective):
        for number_, (code, instead) in enumerate(_readings(node, objective)):
            if instead.shape != node.shape:
                continue
            slip = Slip(code, ("misread", node.start, node.end, number_), node, 0, instead)
            for name, expression in gradients({_replaced(objective, node, instead): seed}, wrt).items():
                if expression.operation != "number":
                    yield name, Mistaken((slip,), expression)


def _readings(node: Node, objective: Node) -> Iterator[tuple[str, Node]]:
    """What people evaluate in place of a node: a sum without a term, or a function that is not applied."""
    match node.operation, node.arguments:
        case "add", (left, right):
            for kept, forgotten in ((left, right), (right, left)):
                yield ("regularization" if is_penalty(forgotten, objective) else "missing_term"), kept
        case "sub", (left, right):
            yield ("regularization" if is_penalty(right, objective) else "missing_term"), left
            yield "missing_term", apply("neg", right)
            yield "sign", apply("add", left, right)
        case "max" | "min" | "relu", (inner, *_):
            yield "missing_mask", inner
        case "softmax", (inner,):
            yield "activation_derivative", inner
            yield from along_others(node)
        case "mean", (inner,):
            yield "mean_vs_sum", apply("sum", inner, **node.options)
        case operation, (inner,) if "activation_derivative" in TABLE[operation].slips:
            yield "activation_derivative", inner


def _replaced(root: Node, old: Node, new: Node) -> Node:
    made: dict[Node, Node] = {old: new}
    for node in in_order(root):
        arguments = tuple(made.get(argument, argument) for argument in node.arguments)
        if node is not old and arguments != node.arguments:
            made[node] = replace(node, arguments=arguments)
    return made.get(root, root)


def _at_place(node: Node, index: int) -> Key:
    return (node.operation, node.start, node.end, index)


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
        if "activation_derivative" in row.slips:
            for later in sweep.users(node):
                yield "activation_derivative", partial(_at, later, gradient, node)
            yield "activation_derivative", partial(_at, node, contribution, node)
    yield from _other_masks(sweep, node, index, contribution)
    outside = frozenset((gradient, node, *node.arguments))
    for code, make in rewritten(contribution, outside):
        yield code, partial(fitted, make, argument)
    if node.operation == "mul" and contribution.operation == "mul":
        constant = not node.arguments[1 - index].rank and (argument.rank or _is_constant(node.arguments[1 - index]))
        code = "factor" if constant else "inner_derivative"
        code = "regularization" if _is_part_of_penalty(sweep, node) else code
        yield code, partial(fitted, lambda: contribution.arguments[0], argument)
    if contribution.shape != argument.shape and contribution.rank >= argument.rank:
        yield "missing_sum", lambda: contribution
        yield "collapsed_sum", lambda: _collapsed(contribution, argument)
        summed = sweep.contributions[node][index]
        if summed is not None:
            yield "mean_vs_sum", lambda: div(summed, apply("count", contribution, axis=0))
        for along in range(1, contribution.rank):
            yield "wrong_axis", partial(apply, "sum", contribution, axis=along)
    elif node.operation in ("squared_norm", "norm_1", "sum", "mul") and argument.rank:
        yield "collapsed_sum", lambda: _collapsed(contribution, argument)


def _at(value: Node, gradient: Node, node: Node) -> Node:
    """What would come through a function with this value."""
    adjoint = TABLE[node.operation].adjoint
    contribution = adjoint(gradient, value, *node.arguments)[0] if adjoint else None
    if contribution is None or value.shape != node.shape or gradient.shape != node.shape:
        raise Mismatch("the value of a function has the shape of its gradient")
    return fit(contribution, node.arguments[0])


def _other_masks(sweep: Sweep, node: Node, index: int, contribution: Node) -> Iterator[Wrong]:
    """The mask of another array in place of the right one, and a mask where none belongs."""
    argument = node.arguments[index]
    masks = TABLE[node.operation].kink is not None and _is_masked(contribution)
    for other in in_order(*sweep.seeds):
        if masks and other.rank and other is not argument and other is not node:
            yield "wrong_mask", partial(_masked_by, other, contribution.arguments[0], argument)
        elif not masks and other.operation in ("max", "relu"):
            yield "wrong_mask", partial(_masked_by, other, contribution, argument)


def _masked_by(other: Node, gradient: Node, argument: Node) -> Node:
    """Whether the shapes agree depends on the sizes; the slips of all cases are numbered alike."""
    if not other.shape == gradient.shape == argument.shape:
        raise Mismatch("a mask has the shape of what it masks")
    return mul(gradient, greater(other, number(0)))


def _is_masked(contribution: Node) -> bool:
    return contribution.operation == "mul" and is_mask(contribution.arguments[1])


def _fitted(make: Make, argument: Node) -> Node:
    return fit(make(), argument)


def _as_it_is(make: Make, argument: Node) -> Node:
    return make()


def _collapsed(contribution: Node, argument: Node) -> Node:
    """A single number in every place: all of it was summed."""
    return apply("spread", apply("sum", contribution), argument)


def _where_contributions_meet(sweep: Sweep, node: Node, index: int) -> Iterator[Slip]:
    """One of several contributions to the same gradient is forgotten, or comes with another sign or factor."""
    whole = sweep.contributions[node][index]
    assert whole is not None
    penalty = _is_part_of_penalty(sweep, node)
    kinds: tuple[tuple[str, Node | None], ...] = (
        ("regularization" if penalty else "missing_term", None),
        ("sign", apply("neg", whole)),
        ("regularization" if penalty else "factor", scaled(2, whole)),
        ("regularization" if penalty else "factor", scaled(0.5, whole)),
    )
    for number_, (code, instead) in enumerate(kinds):
        yield Slip(code, (code, *_at_place(node, index), "meet", number_), node, index, instead)


def is_penalty(term: Node, objective: Node) -> bool:
    """Whether a term of an objective only keeps variables small: a number made of norms of one variable each."""
    inside = in_order(term)
    small = any(node.operation in ("squared_norm", "norm", "norm_1", "square", "power", "abs") for node in inside)
    alone = all(len(_variables(node)) <= 1 for node in in_order(term) if node.rank)
    return not term.rank and small and alone and _variables(term) < _variables(objective)


def _is_part_of_penalty(sweep: Sweep, node: Node) -> bool:
    return any(is_penalty(node, objective) for objective in sweep.seeds)


def _variables(node: Node) -> frozenset[object]:
    return frozenset(one.options["name"] for one in in_order(node) if one.operation == "input" and one.rank)


def _is_constant(node: Node) -> bool:
    return not any(one.operation == "input" for one in in_order(node))
