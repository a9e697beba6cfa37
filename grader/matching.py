"""Whether the values of a mistake are what came back, in every case: as they are, or up to a factor.

    answers ─ two projections of each ─▶ compared with those of every entry at once ─ few are left ─▶ element by element

A case may bear witness by its numbers, by the shape that came back, or by the error that whoever makes the mistake must
meet. What a projection rules out, no comparison of elements would let through.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from grader.compare import Target, looks_single
from grader.sandbox.job import Answer, Raised, Returned
from grader.verdict import Verdict

Array: TypeAlias = npt.NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]

MOST_SQUARED = 1e150
"""Larger numbers have no square, and say nothing."""


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
class Seen:
    """What came of one case."""

    answer: Answer
    verdict: Verdict
    target: Target
    public: bool

    @property
    def array(self) -> Array | None:
        """The numbers, if an array of the right shape came back."""
        return self.answer.array if isinstance(self.answer, Returned) else None


@dataclass(frozen=True)
class Room:
    """How far an answer may be from what a mistake leads to: as far as the target allows, but no less than `least`.

    Where the right answer is small, what a mistake leads to need not be.
    """

    least: float
    total: float

    @classmethod
    def of(cls, allowed: Array) -> "Room":
        least = float(allowed.mean()) if allowed.size else 0.0
        return cls(least, float(np.maximum(allowed, least).sum()))


@dataclass(frozen=True)
class Measure:
    """What is the same of all answers to a target."""

    largest: float
    mixed: Room
    float32: Room

    @classmethod
    def of(cls, target: Target) -> "Measure":
        """Made once, and kept as long as the target is."""
        found = _MEASURES.get(target)
        if found is None:
            largest = float(np.abs(target.value).max(initial=0.0))
            found = _MEASURES[target] = cls(largest, Room.of(target.allowed), Room.of(target.allowed_float32))
        return found


_MEASURES: WeakKeyDictionary[Target, Measure] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Judged:
    """A case with how far an answer may be from what a mistake leads to, as far as the target tells."""

    seen: Seen

    @cached_property
    def array(self) -> Array | None:
        """The numbers, if all of them are finite, and not too large to be squared."""
        array = self.seen.array
        return array if array is not None and bool((np.abs(array) < MOST_SQUARED).all()) else None

    @cached_property
    def single(self) -> bool:
        """Whether the answer may come from arithmetic in float32."""
        answer, array = self.seen.answer, self.array
        return array is not None and isinstance(answer, Returned) and looks_single(array, answer.dtype)

    @property
    def allowed(self) -> Array:
        return self.seen.target.allowed_float32 if self.single else self.seen.target.allowed

    @cached_property
    def measure(self) -> Measure:
        return Measure.of(self.seen.target)

    @property
    def room(self) -> Room:
        return self.measure.float32 if self.single else self.measure.mixed

    @property
    def largest(self) -> float:
        return self.measure.largest

    @cached_property
    def projections(self) -> Array:
        return projections(self.array) if self.array is not None else np.full(2, np.nan)

    def is_near(self, value: Array) -> bool:
        """Whether the answer is this, up to the tolerance of the case at the size of this value."""
        if self.array is None or self.array.shape != value.shape:
            return False
        room = np.maximum(self.allowed, self.room.least)
        return bool((np.abs(self.array - value) <= self.size(float(np.abs(value).max(initial=0.0))) * room).all())

    def size(self, largest: float) -> float:
        """How many times larger than the right answer something is, where it is larger."""
        return max(1.0, largest / self.largest) if self.largest > 0 else 1.0


def explains(values: Sequence[Value], seen: Sequence[Seen]) -> bool:
    """Whether these values, case by case, are what was seen."""
    return fits(values, [Judged(one) for one in seen])


def fits(values: Sequence[Value], judged: Sequence[Judged]) -> bool:
    """Whether a mistake leads to what was seen in every case, and to numbers or a shape in one that is wrong."""
    witness = False
    for value, one in zip(values, judged, strict=True):
        answer = one.seen.answer
        if isinstance(value, Unknown):
            continue
        if isinstance(value, Impossible):
            if not isinstance(answer, Raised) or answer.exception in ("NotImplementedError", "NameError"):
                return False
        elif isinstance(value, Shaped):
            if not isinstance(answer, Returned) or one.seen.array is not None or answer.shape != value.shape:
                return False
            witness = True
        elif not one.is_near(value):
            return False
        else:
            witness = witness or one.seen.verdict != "correct"
    return witness


# ----- many at once -----


@cache
def _signs(size: int) -> Array:
    """Of the two rows every other sign differs: those of two elements are no multiples of one another."""
    first = np.where(np.random.default_rng(size).random(size) < 0.5, -1.0, 1.0)
    return np.stack([first, np.where(np.arange(size) % 2, -first, first)])


def projections(array: Array) -> Array:
    """Two sums of all elements, each with a sign of its own."""
    return _signs(array.size) @ array.ravel()


class Cases(tuple[Judged, ...]):
    """All cases of an answer, with what is compared of them at once: for each case a number."""

    @cached_property
    def sums(self) -> Array:
        """Both projections of each."""
        return np.array([one.projections for one in self]).T[:, None]

    @cached_property
    def room(self) -> Array:
        return np.array([one.room.total for one in self])

    @cached_property
    def largest(self) -> Array:
        return np.array([0.0 if one.array is None else np.abs(one.array).max(initial=0.0) for one in self])

    @cached_property
    def arrays(self) -> npt.NDArray[np.bool_]:
        """Whether an array of the right shape came back."""
        return np.array([one.seen.array is not None for one in self])

    def sizes(self, largest: Array) -> Array:
        """How many times larger than the right answers something is, where it is larger."""
        found: Array = np.maximum(1.0, largest / self._right)
        return found

    @cached_property
    def _right(self) -> Array:
        return np.array([one.largest or np.inf for one in self])


class Sketch:
    """The projections of many entries, whose values are lists of one value for each case."""

    def __init__(self, values: Sequence[Sequence[Value]], cases: int) -> None:
        self._values = values
        self._sums = np.full((2, len(values), cases), np.nan)
        self._largest = np.zeros((len(values), cases))
        self._unknown = np.zeros((len(values), cases), bool)
        for row, one in enumerate(values):
            for place, value in enumerate(one):
                if isinstance(value, np.ndarray):
                    self._sums[:, row, place] = projections(value)
                    self._largest[row, place] = np.abs(value).max(initial=0.0)
                self._unknown[row, place] = isinstance(value, Unknown)
        self._arrays = np.isfinite(self._sums[0])
        self._both = np.abs(self._sums).sum(0)

    def near(self, cases: Cases) -> Iterator[int]:
        """The entries that are what was seen."""
        room = cases.room * cases.sizes(self._largest)
        first, second = np.abs(self._sums - cases.sums) <= room
        for row in self._rows(cases, first & second):
            if fits(self._values[row], cases):
                yield row

    def multiples(self, cases: Cases, factors: Sequence[Array] | None = None) -> list[int]:
        """The entries that may be what was seen but for a factor in each case: any, or one of those given, sorted."""
        room = cases.room * cases.sizes(cases.largest)
        (first, second), (one, other) = self._sums, cases.sums
        rows = self._rows(cases, np.abs(one * second - other * first) <= room * self._both)
        if not rows or factors is None:
            return rows
        low, high = np.sort([(one - room) / first[rows], (one + room) / first[rows]], axis=0)
        between = [
            np.searchsorted(known, low[:, place]) < np.searchsorted(known, high[:, place], "right")
            for place, known in enumerate(factors)
        ]
        return [rows[row] for row in np.flatnonzero((np.transpose(between) | ~self._arrays[rows]).all(-1))]

    def _rows(self, cases: Cases, passed: npt.NDArray[np.bool_]) -> list[int]:
        """Where every value that is an array passed, and an array was seen where there is one."""
        agree = np.where(self._arrays, passed, self._unknown | ~cases.arrays)
        rows: list[int] = np.flatnonzero(agree.all(-1)).tolist()
        return rows


# ----- factors -----


NICE = (1.0, 2.0, 0.5, 3.0, 1 / 3, 4.0, 0.25)
"""Factors that people forget; others are said as they are."""


@dataclass(frozen=True)
class Law:
    """The factors of all cases: a number, and maybe a count (a number of rows, say) that it is times or divided by."""

    factor: float
    counted: bool
    by_case: tuple[float, ...]


def factors(values: Sequence[Value], judged: Sequence[Judged]) -> list[float | None] | None:
    """By case the factor that takes the values nearest to the answer; None where none is known, or no factor can be."""
    found: list[float | None] = []
    for value, one in zip(values, judged, strict=True):
        if not isinstance(value, np.ndarray):
            found.append(None)
            continue
        square = float((value * value).sum())
        if one.array is None or square == 0.0:
            return None
        factor = float((value * one.array).sum()) / square
        if factor == 0.0 or not np.isfinite(factor):
            return None
        found.append(factor)
    return found


def law(found: Sequence[float | None], counts: Sequence[Sequence[float]]) -> Law | None:
    """What the factors of all cases have in common; `counts` has for each count its value by case."""
    known = [(place, factor) for place, factor in enumerate(found) if factor is not None]
    if not known:
        return None
    (start, beginning), *others = known
    for count in ([1.0] * len(found), *counts):
        constant = len(set(count)) == 1
        for power in (1,) if constant else (1, -1):
            first = beginning / count[start] ** power
            if any(abs(factor / count[place] ** power - first) > 3e-4 * abs(first) for place, factor in others):
                continue
            meant = nice(first)
            near = (abs(factor / count[place] ** power - meant) <= 1e-4 * abs(meant) for place, factor in known)
            if all(near) and (constant or abs(meant) in NICE):
                return Law(meant, not constant, tuple(meant * one**power for one in count))
    return None


def nice(factor: float) -> float:
    """A factor that is meant, where one is that near."""
    for one in NICE:
        for signed in (one, -one):
            if abs(factor - signed) <= 1e-4 * abs(signed):
                return signed
    return factor


def scaled(values: Sequence[Value], by_case: Sequence[float]) -> list[Value]:
    """The values, times a factor in each case."""
    return [
        factor * value if isinstance(value, np.ndarray) else value
        for factor, value in zip(by_case, values, strict=True)
    ]
