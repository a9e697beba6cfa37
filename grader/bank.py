"""The mistake bank of a question: the answers, case by case, that typical mistakes lead to.

    slips of the derivation ─ Evaluation.mistakes ─▶ Entry: code, step, a Value for each case
    what people do with a finished gradient ─ FINISHED ─▶ Entry

Computed when a wrong answer asks for it first, and then kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.matching import IMPOSSIBLE, NICE, UNKNOWN, Array, Impossible, Shape, Shaped, Sketch, Unknown, Value
from grader.objective import Node
from grader.objective.graph import in_order
from grader.objective.mistakes import Mistaken, is_penalty
from grader.objective.naming import names
from grader.objective.operations import TABLE

if TYPE_CHECKING:  # torch is imported only where references are computed
    from grader.reference import Evaluation

__all__ = [
    "FINISHED",
    "IMPOSSIBLE",
    "MOST_ELEMENTS",
    "MOST_INSIDE",
    "SAME",
    "UNKNOWN",
    "Array",
    "Bank",
    "BankCase",
    "Entry",
    "Impossible",
    "Pairs",
    "Shape",
    "Shaped",
    "Term",
    "Unknown",
    "Value",
]  # fmt: skip

Key: TypeAlias = tuple[object, ...]

MOST_ELEMENTS = 5_000
MOST_INSIDE = 50_000
"""Of a larger gradient, or one with larger arrays on the way, no wrong answers are kept: its case bears no witness."""
MOST_PAIRS, MOST_NUMBERS = 2_000, 2_000_000
"""So many pairs of mistakes are tried at most, with so many numbers in each case."""
SAME = 1e-9
"""Arrays that differ by less, in terms of their largest element, are the same answer."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A mistake, and what it leads to in each case; `codes` has two for two mistakes at once.

    `steps` are the names of the steps where the mistakes are made, None where that is the gradient as a whole.
    """

    codes: tuple[str, ...]
    steps: tuple[str | None, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Term:
    """A part of a gradient that comes from one term of the objective."""

    step: str
    penalty: bool
    """Whether the term is about one variable alone."""
    values: tuple[Array | None, ...]


@dataclass(frozen=True, eq=False)
class Pairs:
    """What two mistakes at once lead to in one case."""

    keys: tuple[Key, ...]
    entries: Mapping[Key, Entry]
    sketch: Sketch


@dataclass(frozen=True, eq=False)
class BankCase:
    """A case as the bank needs it."""

    evaluation: "Evaluation"
    upstream: Mapping[str, Array] | None
    sizes: tuple[int, ...]
    """The lengths of its inputs' axes, one input after the other."""


class Bank:
    """What can go wrong with one gradient of one function, over its cases."""

    def __init__(self, wrt: str, others: Sequence[str], cases: Sequence[BankCase], right: Sequence[Array]) -> None:
        """`others` are the variables whose gradients may be taken for this one; `right` are the right answers."""
        self._wrt, self._others = wrt, tuple(others)
        self._cases, self._right = tuple(cases), tuple(right)
        self._pairs: dict[int, Pairs] = {}

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Single mistakes, none of which gives the right answer in all cases, and no two of which the same."""
        return tuple(_distinct([*self._derived(), *self._finished()], self._right))

    @cached_property
    def sketch(self) -> Sketch:
        return Sketch([entry.values for entry in self.entries], len(self._cases))

    @cached_property
    def right(self) -> Sketch:
        """The right answers, as if they were the only entry."""
        return Sketch([self._right], len(self._cases))

    def knows(self, place: int) -> bool:
        """Whether anything is computed for a case."""
        return self._known[place]

    @cached_property
    def _known(self) -> tuple[bool, ...]:
        both = zip(self._right, self._cases, strict=True)
        return tuple(one.size <= MOST_ELEMENTS and case.evaluation.largest <= MOST_INSIDE for one, case in both)

    def pairs_at(self, place: int) -> Pairs:
        """Two mistakes of the derivation at once, as they show in one case."""
        if place not in self._pairs:
            most = min(MOST_PAIRS, MOST_NUMBERS // max(1, self._right[place].size))
            found = {
                key: self._entry_of(mistake, (value,))
                for key, mistake, value in islice(self._derived_at(place, pairs=True), most)
                if isinstance(value, np.ndarray) and not _same([value], [self._right[place]])
            }
            sketch = Sketch([entry.values for entry in found.values()], 1)
            self._pairs[place] = Pairs(tuple(found), found, sketch)
        return self._pairs[place]

    def pair(self, key: Key) -> Entry:
        """Two mistakes at once, over all cases."""
        places = range(len(self._cases))
        by_case = {place: self.pairs_at(place).entries.get(key) for place in places if self.knows(place)}
        known = [entry for entry in by_case.values() if entry is not None]
        values = tuple(entry.values[0] if (entry := by_case.get(place)) else UNKNOWN for place in places)
        return replace(known[0], values=values)

    @cached_property
    def counts(self) -> tuple[tuple[float, ...], ...]:
        """Numbers of rows, columns and entries that people divide by; of each its value by case."""
        by_case = [_counts(sizes) for sizes in self._sizes]
        return tuple(dict.fromkeys(tuple(map(float, count)) for count in zip(*by_case, strict=True)))

    @cached_property
    def factors(self) -> tuple[Array, ...]:
        """By case the factors that people forget, of either sign, also times a count or divided by it; sorted."""
        found = []
        for place in range(len(self._cases)):
            counts = [count[place] for count in self.counts]
            sizes = np.outer(NICE, [1.0, *counts, *(1 / count for count in counts)])
            found.append(np.unique([-sizes, sizes]))
        return tuple(found)

    @cached_property
    def masks(self) -> Mapping[str, tuple[npt.NDArray[np.bool_] | None, ...]]:
        """By the step that masks, which of its entries it lets through, by case."""
        found: dict[str, list[npt.NDArray[np.bool_] | None]] = {}
        for place, case in enumerate(self._cases):
            for node in in_order(case.evaluation.graph.objective):
                side = (kink := TABLE[node.operation].kink if node.operation in TABLE else None) and kink.side
                if side:
                    values = [case.evaluation.values[argument] for argument in node.arguments]
                    by_case = found.setdefault(self._step(node), [None] * len(self._cases))
                    by_case[place] = np.asarray(side(None, node.options, *values).numpy())
        return {step: tuple(by_case) for step, by_case in found.items()}

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The parts of the gradient that come from each term, if the objective is a sum."""
        found: dict[tuple[str, int, int], dict[int, tuple[Node, Array]]] = {}
        for place, case in enumerate(self._cases):
            if not self.knows(place):
                continue
            for node, array in case.evaluation.terms(case.upstream, self._wrt):
                found.setdefault((node.operation, node.start, node.end), {})[place] = (node, array)
        made = []
        for by_case in found.values():
            node = next(iter(by_case.values()))[0]
            values = tuple(by_case[place][1] if place in by_case else None for place in range(len(self._cases)))
            if any(value is not None and value.any() for value in values):
                made.append(Term(self._step(node), is_penalty(node, self._cases[0].evaluation.graph.objective), values))
        return tuple(made)

    # ----- mistakes of the derivation -----

    def _derived(self) -> Iterator[Entry]:
        found: dict[Key, tuple[Mistaken, dict[int, Value]]] = {}
        for place in range(len(self._cases)):
            for key, mistake, value in self._derived_at(place, pairs=False) if self.knows(place) else ():
                found.setdefault(key, (mistake, {}))[1][place] = value
        for mistake, by_case in found.values():
            values = tuple(by_case.get(place, UNKNOWN) for place in range(len(self._cases)))
            yield self._entry_of(mistake, values)

    def _derived_at(self, place: int, *, pairs: bool) -> Iterator[tuple[Key, Mistaken, Value]]:
        case, shape = self._cases[place], self._right[place].shape
        for _, mistake, array in case.evaluation.mistakes(case.upstream, [self._wrt], pairs=pairs):
            yield tuple(slip.key for slip in mistake.slips), mistake, _value(array, shape)

    def _entry_of(self, mistake: Mistaken, values: tuple[Value, ...]) -> Entry:
        codes, steps = zip(*((slip.code, self._step(slip.node)) for slip in mistake.slips), strict=True)
        return Entry(codes, steps, values)

    def _step(self, node: Node) -> str:
        """A step by its name, else by what the objective says there."""
        named = next((found[node] for found in self._names if node in found), None)
        return named or " ".join(self._cases[0].evaluation.graph.text[node.start : node.end].split())

    @cached_property
    def _names(self) -> list[dict[Node, str]]:
        return [names(case.evaluation.graph) for case in self._cases]

    # ----- mistakes with a finished gradient -----

    def _finished(self) -> Iterator[Entry]:
        sizes = self._sizes
        for code, make in FINISHED:
            made = [list(make(right, counts)) for right, counts in zip(self._right, sizes, strict=True)]
            for variant in range(max(map(len, made), default=0)):
                values = [arrays[variant] if variant < len(arrays) else None for arrays in made]
                yield self._entry(code, None, values)
        for other in self._others:
            yield self._entry(
                "swapped_gradients", other, [case.evaluation.gradient(case.upstream, other) for case in self._cases]
            )
        if all(case.upstream for case in self._cases):
            true = [case.evaluation.gradient(None, self._wrt) for case in self._cases]
            ones = [
                case.evaluation.gradient(
                    {step: np.ones_like(g) for step, g in (case.upstream or {}).items()}, self._wrt
                )
                for case in self._cases
            ]
            for ignored in (true, ones):
                yield self._entry("ignored_upstream", None, ignored)

    @cached_property
    def _sizes(self) -> list[list[int]]:
        """By case the lengths of axes that are not the same in all cases, or not 1."""
        lengths = dict.fromkeys(zip(*(case.sizes for case in self._cases), strict=True))
        kept = [length for length in lengths if set(length) != {1}]
        return [[length[place] for length in kept] for place in range(len(self._cases))]

    def _entry(self, code: str, step: str | None, arrays: Sequence[Array | None]) -> Entry:
        """An entry of arrays; of cases that are too large, and of those with none, nothing is known."""
        values = tuple(
            UNKNOWN if array is None or not self.knows(place) else _value(array, self._right[place].shape)
            for place, array in enumerate(arrays)
        )
        return Entry((code,), (step,), values)


Finished: TypeAlias = Callable[[Array, Sequence[int]], Iterator[Array]]


def _transposed(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    if right.ndim == 2:
        yield right.T


def _counted(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    """Divided or multiplied by a number of rows, columns or entries."""
    for count in _counts(sizes):
        yield right / count
        yield right * count


def _counts(sizes: Sequence[int]) -> list[int]:
    return [*sizes, *(one * other for one, other in combinations(sizes, 2))]


def _collapsed(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    if right.size > 1:
        yield np.asarray(right.sum())
        yield np.full_like(right, right.sum())
        yield np.full_like(right, right.mean())
        for axis in range(right.ndim if right.ndim > 1 else 0):
            yield np.broadcast_to(right.sum(axis, keepdims=True), right.shape)
            yield np.broadcast_to(right.mean(axis, keepdims=True), right.shape)


def _shifted(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    """Every index off by one, or a first or last one left out."""
    for axis in range(right.ndim):
        if right.shape[axis] > 1:
            for by in (1, -1):
                yield np.roll(right, by, axis)
                missed = right.copy()
                missed[(slice(None),) * axis + (0 if by == 1 else -1,)] = 0
                yield missed


def _deepened(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    if right.ndim == 1 and right.size > 1:
        yield right[None]
        yield right[:, None]
    if right.ndim == 2 and 1 in right.shape and right.size > 1:
        yield right.ravel()


def _summed(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    """Summed over an axis that the variable has."""
    for axis in range(right.ndim):
        if right.shape[axis] > 1:
            yield right.sum(axis)


def _flattened(right: Array, sizes: Sequence[int]) -> Iterator[Array]:
    if right.ndim > 1 and right.size > 1:
        yield right.ravel()


FINISHED: tuple[tuple[str, Finished], ...] = (
    ("sign", lambda right, sizes: iter([-right])),
    ("factor", lambda right, sizes: iter([right / 2, right * 2])),
    ("layout", _transposed),
    ("keepdims", _deepened),
    ("flattened", _flattened),
    ("mean_vs_sum", _counted),
    ("collapsed_sum", _collapsed),
    ("collapsed_sum", _summed),
    ("index_slip", _shifted),
)
"""What people do with the gradient as a whole, by its code."""


def _value(array: Array | None, shape: Shape) -> Value:
    """What comes back: an array of the right shape, only the shape of another, or nothing."""
    if array is None or not np.isfinite(array).all():
        return IMPOSSIBLE
    if array.shape != shape:
        # One number stands for a shape of one element, whatever its axes are.
        if array.size == 1 and int(np.prod(shape)) == 1:
            return array.reshape(shape)
        return Shaped(array.shape)
    return array


def _distinct(entries: Sequence[Entry], right: Sequence[Array]) -> Iterator[Entry]:
    """Entries that differ from the right answers and from all before them; codes of the same values stay together."""
    kept: list[Entry] = []
    places: dict[tuple[object, ...], list[int]] = {}
    for entry in entries:
        if not any(map(_says_something, entry.values, right)) or _same(entry.values, right):
            continue
        alike = places.setdefault(_print(entry.values), [])
        twin = next((place for place in alike if _same(entry.values, kept[place].values)), None)
        if twin is None:
            alike.append(len(kept))
            kept.append(entry)
        elif len(entry.codes) == 1 and entry.codes[0] not in kept[twin].codes and len(kept[twin].codes) == 1:
            places.setdefault(("twin", twin), []).append(len(kept))
            kept.append(replace(entry, values=kept[twin].values))
    yield from kept


def _says_something(value: Value, right: Array) -> bool:
    """Whether a value is a shape, or numbers that are more than the rounding of zero."""
    if isinstance(value, np.ndarray):
        return float(np.abs(value).max(initial=0.0)) > SAME * float(np.abs(right).max(initial=0.0))
    return isinstance(value, Shaped)


def _print(values: Sequence[Value]) -> tuple[object, ...]:
    """The same for values that are the same up to rounding, mostly."""
    return tuple(
        f"{float(np.abs(value).sum()):.6e}" if isinstance(value, np.ndarray)
        else value.shape if isinstance(value, Shaped) else type(value).__name__
        for value in values
    )  # fmt: skip


def _same(values: Sequence[Value], others: Sequence[Value]) -> bool:
    for one, other in zip(values, others, strict=True):
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            if float(np.abs(one - other).max(initial=0.0)) > SAME * float(np.abs(other).max(initial=0.0)):
                return False
        elif isinstance(one, Shaped) and isinstance(other, Shaped):
            if one.shape != other.shape:
                return False
        elif isinstance(one, Unknown) or isinstance(other, Unknown):
            continue
        elif type(one) is not type(other):
            return False
    return True
