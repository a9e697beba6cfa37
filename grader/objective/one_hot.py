"""What rows with a single one do to a product: of every row only the entry of its label is left.

    sum(onehot(y) ⊙ A, axis=1)   →   A[y]          P ⊙ onehot(y) ⊙ col(1 / P[y])   →   onehot(y)

So the gradient of a loss of probabilities comes out of the softmax as P − onehot(y).
"""

from collections.abc import Iterator
from dataclasses import replace

from grader.objective.graph import Node
from grader.objective.normal_form import Forms, Powers, Product

ONE_HOT = ("onehot", "onehot_like")


def summed(work: Forms, node: Node, a: Node) -> Node | None:
    """A sum along the rows of a product with a single one in each."""
    whole = work.factors(a)
    hot = _hot(whole, a)
    if node.operation != "sum" or node.options.get("axis") not in (1, -1) or hot is None:
        return None
    kept, picked = _apart(work, replace(whole, above=_without(whole.above, hot)), hot)
    if kept.above or kept.below:
        return None
    powers = _net(picked)
    if not powers:
        return work.product(Product(picked.number, {work.filled(1, node): 1}), node)
    above = {one: power for one, power in powers.items() if power > 0}
    below = {one: -power for one, power in powers.items() if power < 0}
    entries = work.product(Product(picked.number, above, below), hot.arguments[0])
    return work.make("col", entries) if node.options.get("keepdims") else entries


def cancelled(work: Forms, whole: Product, like: Node) -> Node | None:
    """A product in which what the labels pick is divided by itself, term by term if one factor is a sum."""
    core = whole.core
    if (hot := _hot(core, like)) is not None:
        kept, picked = _apart(work, core, hot)
        if not picked.above or _net(picked):
            return None
        return work.product(whole.coefficient.times(Product(picked.number)).times(kept), like)
    sums = [node for node, power in core.above.items() if node.operation in ("add", "sub") and power == 1]
    if len(sums) != 1 or len(core.above) < 2 or sums[0].shape != like.shape:
        return None
    rest = replace(core, above=_without(core.above, sums[0]))
    products = [(number, rest.times(work.factors(unit))) for number, unit in work.terms(sums[0])]
    if not any(cancelled(work, product, like) for _, product in products):
        return None
    terms = [(number, work.product(product, like)) for number, product in products]
    together = work.factors(work.sum(terms, like))
    return work.product(whole.coefficient.times(together), like)


def _hot(whole: Product, like: Node) -> Node | None:
    """The factor that has a single one in each row."""
    found = (node for node, power in whole.above.items() if node.operation in ONE_HOT and power == 1)
    return next((node for node in found if like.rank == 2 and node.shape == like.shape), None)


def _apart(work: Forms, core: Product, hot: Node) -> tuple[Product, Product]:
    """A product without the factors from which the labels pick entries, and these entries."""
    kept, picked = Product(), Product()
    for node, power, one in _each(core):
        entries = None if node is hot else _entries(work, node, hot)
        if entries is None:
            kept = kept.times(one)
        else:
            picked = picked.times(_raised(work.factors(entries), power))
    return kept, picked


def _entries(work: Forms, node: Node, hot: Node) -> Node | None:
    """The vector that the labels pick from a factor: of a column it is what the column repeats."""
    if node.operation == "col":
        return node.arguments[0]
    return work.make("pick", node, hot.arguments[0]) if node.shape == hot.shape else None


def _each(core: Product) -> Iterator[tuple[Node, float, Product]]:
    for node, power in core.above.items():
        yield node, power, Product(above={node: power})
    for node, power in core.below.items():
        yield node, -power, Product(below={node: power})


def _raised(whole: Product, power: float) -> Product:
    if power < 0:
        return _raised(whole.inverse(), -power)
    above, below = ({node: power * one for node, one in powers.items()} for powers in (whole.above, whole.below))
    return Product(whole.number**power, above, below)


def _net(whole: Product) -> Powers:
    """What is left when above and below cancel."""
    powers = whole.times(Product(above={node: -power for node, power in whole.below.items()})).above
    return {node: power for node, power in powers.items() if power}


def _without(powers: Powers, node: Node) -> Powers:
    return {other: power for other, power in powers.items() if other is not node}
