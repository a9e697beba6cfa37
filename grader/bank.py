"""The mistake bank of a question: the answers, case by case, that typical mistakes lead to.

    slips of the derivation ─ Evaluation.mistakes ─▶ Entry: code, step, a Value for each case
    what people do with a finished gradient ─ FINISHED ─▶ Entry

Computed when a wrong answer asks for it first, and then kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.objective import Node
from grader.objective.mistakes import Slip, is_penalty
from grader.objective.naming import names

if TYPE_CHECKING:  # torch is imported only where references are computed
    from grader.reference import Evaluation

Array: TypeAlias = npt.NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]

MOST_ELEMENTS = 5_000
MOST_INSIDE = 50_000
"""Of a larger gradient, or one with larger arrays on the way, no wrong answers are kept: its case bears no witness."""
SAME = 1e-9
"""Arrays that differ by less, in terms of their largest element, are the same answer."""


@dataclass(frozen=True, eq=False)
class Shaped:
    """A mistake whose answer is an array of another shape; its numbers never come out of the box."""

    shape: Shape


class Unknown:
    """Nothing is known of this case, for or against."""


class Impossible:
    """What the mistake leads to cannot be computed: whoever makes it meets an error."""


Value: TypeAlias = Array | Shaped | Unknown | Impossible
UNKNOWN, IMPOSSIBLE = Unknown(), Impossible()


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

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Single mistakes, none of which gives the right answer in all cases, and no two of which the same."""
        return tuple(_distinct([*self._derived(pairs=False), *self._finished()], self._right))

    @cached_property
    def pairs(self) -> tuple[Entry, ...]:
        """Two mistakes of the derivation at once, that no single one gives as well."""
        known = self.entries
        together = _distinct([*known, *self._derived(pairs=True)], self._right)
        return tuple(entry for entry in together if len(entry.codes) > 1)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The parts of the gradient that come from each term, if the objective is a sum."""
        found: dict[tuple[str, int, int], dict[int, tuple[Node, Array]]] = {}
        for place, case in enumerate(self._cases):
            if self._too_large(place):
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

    def _derived(self, *, pairs: bool) -> Iterator[Entry]:
        found: dict[tuple[object, ...], tuple[tuple[Slip, ...], dict[int, Value]]] = {}
        for place, case in enumerate(self._cases):
            if self._too_large(place):
                continue
            shape = self._right[place].shape
            for name, mistake, array in case.evaluation.mistakes(case.upstream, [self._wrt], pairs=pairs):
                if name == self._wrt:
                    key = tuple(slip.key for slip in mistake.slips)
                    found.setdefault(key, (mistake.slips, {}))[1][place] = _value(array, shape)
        for slips, by_case in found.values():
            yield Entry(
                tuple(slip.code for slip in slips),
                tuple(self._step(slip.node) for slip in slips),
                tuple(by_case.get(place, UNKNOWN) for place in range(len(self._cases))),
            )

    def _too_large(self, place: int) -> bool:
        return self._right[place].size > MOST_ELEMENTS or self._cases[place].evaluation.largest > MOST_INSIDE

    def _step(self, node: Node) -> str:
        """A step by its name, else by what the objective says there."""
        named = next((found[node] for found in self._names if node in found), None)
        return named or " ".join(self._cases[0].evaluation.graph.text[node.start : node.end].split())

    @cached_property
    def _names(self) -> list[dict[Node, str]]:
        return [names(case.evaluation.graph) for case in self._cases]

    # ----- mistakes with a finished gradient -----

    def _finished(self) -> Iterator[Entry]:
        lengths = [
            length
            for length in dict.fromkeys(zip(*(case.sizes for case in self._cases), strict=True))
            if set(length) != {1}
        ]
        sizes = [[length[place] for length in lengths] for place in range(len(self._cases))]
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

    def _entry(self, code: str, step: str | None, arrays: Sequence[Array | None]) -> Entry:
        """An entry of arrays; of cases that are too large, and of those with none, nothing is known."""
        values = tuple(
            UNKNOWN if array is None or self._too_large(place) else _value(array, self._right[place].shape)
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
        if not any(isinstance(value, np.ndarray | Shaped) for value in entry.values) or _same(entry.values, right):
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
