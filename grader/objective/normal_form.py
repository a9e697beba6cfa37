"""The forms to which products and sums are brought, so that a person would write them so.

    product     ± number · scalars / scalars · arrays / arrays          1 · (2 (H − Y)) · −1   →   −2 (H − Y)
    sum         ± number · term ± number · term …                       −Y + 2 H + Y − H       →   H

Like factors are a power, like terms are one, a positive one comes first, and ones that broadcasting makes good for are
left out. Nodes in their form that say the same are the same object. Shapes never change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import TypeAlias, cast

from grader.objective.graph import Node, Option, in_order
from grader.objective.operations import apply, number
from grader.objective.sizes import Shape, Unifier

Exact: TypeAlias = Fraction | float
"""Whole numbers and their quotients stay exact; what is written with a point is a float."""
Powers: TypeAlias = Mapping[Node, float]

LIKE = frozenset({"spread", "identity_like", "onehot_like", "count", "scatter", "reshape_like", "sum_like"})
"""Words whose last argument only lends its shape."""
SIZES = ("size", "count")
ONCE: Exact = Fraction(1)


@dataclass(frozen=True)
class Product:
    """`number · above / below`: what is multiplied, with exponents, scalars and arrays apart."""

    number: Exact = ONCE
    above: Powers = field(default_factory=dict)
    below: Powers = field(default_factory=dict)

    def times(self, other: "Product") -> "Product":
        return Product(self.number * other.number, _joined(self.above, other.above), _joined(self.below, other.below))

    def inverse(self) -> "Product":
        return Product(1 / self.number, self.below, self.above)

    @property
    def coefficient(self) -> "Product":
        """The part that is a scalar."""
        return Product(self.number, _only(self.above, scalar=True), _only(self.below, scalar=True))

    @property
    def core(self) -> "Product":
        """The part that is an array."""
        return Product(ONCE, _only(self.above, scalar=False), _only(self.below, scalar=False))


def _joined(one: Powers, other: Powers) -> Powers:
    return {node: one.get(node, 0) + other.get(node, 0) for node in (*one, *other)}


def _only(powers: Powers, scalar: bool) -> Powers:
    return {node: exponent for node, exponent in powers.items() if (node.rank == 0) is scalar}


Rule: TypeAlias = Callable[["Forms", Node], Node | None]
"""From a node with simplified arguments to a simpler one, or None where there is nothing to do."""


Shortcut: TypeAlias = Callable[["Forms", Product, Node], Node | None]
"""From a product, and a node of its shape, to what is simpler than the product; or None."""


class Forms:
    """Brings expressions into their forms, by a rule for each operation.

    Args:
        known: nodes that are to be replaced.
        steps: operations on what stands in expressions, and the name that stands for each.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        shortcut: Shortcut,
        known: Mapping[Node, Node] | None = None,
        steps: Mapping[Node, Node] | None = None,
    ) -> None:
        self.rules, self.shortcut = rules, shortcut
        self.known: dict[Node, Node] = dict(known or {})
        self.made: dict[object, Node] = {}
        for node, name in (steps or {}).items():
            if node.operation not in rules:
                self.made[self.key(node.operation, node.arguments, node.options)] = name

    def __call__(self, root: Node) -> Node:
        for node in in_order(root):
            if node not in self.known:
                arguments = [self.known[argument] for argument in node.arguments]
                self.known[node] = (
                    self.make(node.operation, *arguments, **node.options) if arguments else self.leaf(node)
                )
        return self.known[root]

    # ----- nodes -----

    def leaf(self, node: Node) -> Node:
        value = node.options.get("value") if node.operation == "number" else None
        key = ("input", node) if value is None else ("number", exact(cast(float, value)))
        return self.made.setdefault(key, node)

    def make(self, operation: str, *arguments: Node, **options: Option) -> Node:
        """The simplified form of an operation on simplified arguments."""
        key = self.key(operation, arguments, options)
        if key not in self.made:
            node = apply(operation, *arguments, **options)
            rule = self.rules.get(operation)
            simpler = (rule(self, node) if rule else None) or node
            self.made[key] = self.known[node] = self.known[simpler] = simpler
        return self.made[key]

    @staticmethod
    def key(operation: str, arguments: Sequence[Node], options: Mapping[str, Option]) -> object:
        *others, last = arguments
        return (operation, *others, last.shape if operation in LIKE else last, *options.items())

    def plain(self, operation: str, *arguments: Node, **options: Option) -> Node:
        """A node that is in its last form already."""
        key = ("plain", operation, arguments, *options.items())
        if key not in self.made:
            self.made[key] = apply(operation, *arguments, **options)
        return self.made[key]

    def number(self, value: Exact) -> Node:
        whole = isinstance(value, Fraction) and value.denominator == 1
        return self.leaf(number(int(value) if whole else float(value)))

    def filled(self, value: int, like: Node) -> Node:
        """A number at every place of a shape."""
        return self.number(Fraction(value)) if not like.rank else self.keyed_spread(self.number(Fraction(value)), like)

    def keyed_spread(self, given: Node, like: Node, **options: Option) -> Node:
        key = ("spread", given, like.shape, *options.items())
        if key not in self.made:
            self.made[key] = apply("spread", given, like, **options)
        return self.made[key]

    # ----- products -----

    def factors(self, node: Node) -> Product:
        """A simplified node as a product."""
        match node.operation:
            case "number":
                return Product(exact(cast(float, node.options["value"])))
            case "neg":
                return Product(Fraction(-1)).times(self.factors(node.arguments[0]))
            case "mul":
                return self.factors(node.arguments[0]).times(self.factors(node.arguments[1]))
            case "div":
                below = self.factors(node.arguments[1])
                if below.number:
                    return self.factors(node.arguments[0]).times(below.inverse())
            case "square":
                return Product(above={node.arguments[0]: 2})
            case "squared_norm":
                return Product(above={self.plain("norm", *node.arguments): 2})
            case "power" if cast(float, node.options["exponent"]) > 0:
                return Product(above={node.arguments[0]: cast(float, node.options["exponent"])})
            case "spread" if not node.arguments[0].rank and node.arguments[0].options.get("value") != 1:
                return self.factors(node.arguments[0]).times(Product(above={self.filled(1, node): 1}))
        return Product(above={node: 1})

    def product(self, whole: Product, like: Node) -> Node:
        """The node of a product, of the shape of `like`."""
        if not whole.number:
            return self.filled(0, like)
        if (shorter := self.shortcut(self, whole, like)) is not None:
            return shorter
        whole = self.without_ones(whole, like.shape)
        if whole.number < 0:
            return self.negative(self.product(replace(whole, number=-whole.number), like))
        top, bottom = _parts(whole.number)
        over, under = ([self.number(one)] if one != 1 else [] for one in (top, bottom))
        over += self.raised(whole.coefficient.above)
        under += self.raised(whole.coefficient.below)
        arrays, divisors = self.raised(whole.core.above), self.raised(whole.core.below)
        if divisors:
            return self.plain("div", self.chain([*over, *arrays]), self.chain([*under, *divisors]))
        if not arrays:
            arrays, over = over[-1:], over[:-1]
        core = self.chain(arrays)
        if not under:
            return self.chain([self.chain(over), core]) if over else core
        symbols = whole.coefficient.below
        if symbols and (not over or any(node.operation not in SIZES for node in symbols)):
            return self.plain("div", self.chain([*over, core]) if over else core, self.chain(under))
        if not over and core.operation == "number":
            return self.plain("div", core, self.chain(under))
        return self.plain("mul", self.plain("div", self.chain(over), self.chain(under)), core)

    def chain(self, factors: list[Node]) -> Node:
        """Factors side by side; none of them is 1."""
        return reduce(lambda a, b: self.plain("mul", a, b), factors) if factors else self.number(ONCE)

    def raised(self, powers: Powers) -> list[Node]:
        def power(node: Node, exponent: float) -> Node:
            if exponent == 1:
                return node
            if exponent == 2 and node.operation == "norm":
                return self.plain("squared_norm", *node.arguments)
            return self.plain("square", node) if exponent == 2 else self.plain("power", node, exponent=exponent)

        return [power(node, exponent) for node, exponent in powers.items()]

    def without_ones(self, whole: Product, shape: Shape) -> Product:
        """A product in which broadcasting does what can be left to it."""
        above = dict(whole.above)
        for node in [*above]:
            if node.operation != "spread":
                continue
            ones = node.arguments[0].options.get("value") == 1
            narrow = None if ones else self.narrow(node)
            if not ones and (narrow is None or above[node] != 1):
                continue
            rest: Powers = {}
            for other, exponent in above.items():
                instead = narrow if other is node else other
                rest = rest if instead is None else _joined(rest, {instead: exponent})
            if _broadcast([*rest, *whole.below]) == shape:
                above = dict(rest)
        return replace(whole, above=above)

    def narrow(self, spread: Node) -> Node | None:
        """What was spread, in a shape that broadcasting would spread in the same way; None if it has none."""
        given, like = spread.arguments
        axis = cast("int | None", spread.options.get("axis"))
        if axis is None or spread.options.get("keepdims") or axis % like.rank == 0:
            return given
        return self.make("col", given) if like.rank == 2 else None

    def without_core(self, node: Node) -> Node | None:
        """The scalar of which a node is a multiple of ones; None if it is not."""
        whole = self.factors(node)
        ones = [
            other.operation == "spread" and other.arguments[0].options.get("value") == 1 for other in whole.core.above
        ]
        only = node.rank and ones == [True] and not whole.core.below
        return self.product(whole.coefficient, self.number(ONCE)) if only else None

    # ----- sums -----

    def negative(self, node: Node) -> Node:
        """−A; −(A − B) is B − A."""
        if node.operation in ("add", "sub"):
            return self.sum([(-factor, unit) for factor, unit in self.terms(node)], node)
        return node.arguments[0] if node.operation == "neg" else self.plain("neg", node)

    def terms(self, node: Node) -> list[tuple[Exact, Node]]:
        """A simplified node as a sum: numbers, and what each is a multiple of."""
        match node.operation:
            case "add":
                return [*self.terms(node.arguments[0]), *self.terms(node.arguments[1])]
            case "sub":
                minus = [(-factor, unit) for factor, unit in self.terms(node.arguments[1])]
                return [*self.terms(node.arguments[0]), *minus]
        whole = self.factors(node)
        return [(whole.number, self.product(replace(whole, number=ONCE), node))]

    def sum(self, terms: Iterable[tuple[Exact, Node]], like: Node) -> Node:
        """The node of a sum, of the shape of `like`."""
        found, before = self.collected(terms), None
        while found != before:
            before = found
            found = self.without_spreads(self.collected(self.flat(found)), like.shape)
        if not found:
            return self.filled(0, like)
        if (mask := self.other_mask(found)) is not None and mask.shape == like.shape:
            return mask
        outside = self.outside(found)
        if outside != Product():
            inside = [(factor / outside.number, self.without(outside.below, unit)) for unit, factor in found.items()]
            return self.product(outside.times(self.factors(self.sum(inside, like))), like)
        first: Node = next((unit for unit, factor in found.items() if factor > 0), next(iter(found)))
        written = self.multiple(found[first], first)
        for unit, factor in found.items():
            if unit is not first:
                written = self.plain("add" if factor > 0 else "sub", written, self.multiple(_size(factor), unit))
        return written if written.shape == like.shape else self.make("spread", written, like)

    def other_mask(self, found: Mapping[Node, Exact]) -> Node | None:
        """1 − 1[A > B] as 1[A ≤ B]."""
        masks = [unit for unit, factor in found.items() if factor == -1 and unit.operation == "greater"]
        if masks and [factor for unit, factor in found.items() if unit.options.get("value") == 1] == [1]:
            return self.plain("at_most", *masks[0].arguments) if len(found) == 2 else None
        return None

    def outside(self, found: Mapping[Node, Exact]) -> Product:
        """What every term of a sum is divided by: a number, or scalars."""
        if len(found) < 2:
            return Product()
        first, *others = (self.factors(unit).coefficient.below for unit in found)
        below = {node: power for node, power in first.items() if all(other.get(node) == power for other in others)}
        sizes = {_size(factor) for factor in found.values()}
        size = sizes.pop() if len(sizes) == 1 else ONCE
        return Product(size if _parts(size)[1] != 1 else ONCE, below=below)

    def without(self, below: Powers, unit: Node) -> Node:
        """A term times what it is divided by."""
        whole = self.factors(unit)
        rest = {node: power for node, power in whole.below.items() if node not in below}
        return self.product(replace(whole, below=rest), unit)

    @staticmethod
    def collected(terms: Iterable[tuple[Exact, Node]]) -> dict[Node, Exact]:
        """Like terms as one."""
        found: dict[Node, Exact] = {}
        for factor, unit in terms:
            found[unit] = found.get(unit, 0) + factor
        return {unit: factor for unit, factor in found.items() if factor}

    def flat(self, found: Mapping[Node, Exact]) -> Iterator[tuple[Exact, Node]]:
        """A sum within a sum is the same sum."""
        for unit, factor in found.items():
            if _size(factor) == 1 and unit.operation in ("add", "sub"):
                yield from ((factor * inner, part) for inner, part in self.terms(unit))
            else:
                yield factor, unit

    def multiple(self, factor: Exact, unit: Node) -> Node:
        whole = self.factors(unit)
        return self.product(replace(whole, number=whole.number * factor), unit)

    def without_spreads(self, found: dict[Node, Exact], shape: Shape) -> dict[Node, Exact]:
        """A sum in which broadcasting does what can be left to it."""
        for node in [*found]:
            narrow = self.narrow(node) if node.operation == "spread" else self.without_core(node)
            if narrow is None:
                continue
            rest = [(factor, narrow if other is node else other) for other, factor in found.items()]
            if _broadcast(unit for _, unit in rest) == shape:
                found = self.collected(rest)
        return found


def exact(value: float) -> Exact:
    return Fraction(int(value)) if abs(value) < 1e15 and value == int(value) else float(value)


def _size(value: Exact) -> Exact:
    return -value if value < 0 else value


def _parts(value: Exact) -> tuple[Exact, Exact]:
    if isinstance(value, float):
        return value, 1.0
    return Fraction(value.numerator), Fraction(value.denominator)


def _broadcast(nodes: Iterable[Node]) -> Shape:
    return Unifier().broadcast(*(node.shape for node in nodes))
