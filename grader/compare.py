"""Whether an answer is right, and if not how not: type, shape, finite, value, in this order.

    right    ⇔    |actual − expected| ≤ rtol·|expected| + atol·s + widening     in every element

with s the largest |expected|, and the widening what rounding may have done (`grader.objective.rounding`), capped at a
share of s. Written as "not right unless ≤" throughout, so that a NaN is never right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from grader.expected import Expected
from grader.sandbox.job import Malformed, Returned
from grader.subgradients import Choices, nearest
from grader.verdict import Verdict

Array: TypeAlias = npt.NDArray[np.float64]

MOST_WIDENED = {"float32": 0.05, "mixed": 1e-3}
"""However badly conditioned a case is, an answer that is off by this share of the largest element is wrong."""
SINGLE = frozenset({"float32", "float16", "bfloat16"})


@dataclass(frozen=True, eq=False)
class Target:
    """The right answer with the error that is allowed in every element; made once, compared with many times.

    `allowed` is for arithmetic in float64 or partly in float32, `allowed_float32` for all of it in float32.
    """

    value: Array
    allowed: Array
    allowed_float32: Array
    choices: Choices | None = None

    @classmethod
    def of(cls, expected: Expected, *, rtol: float, atol: float) -> "Target":
        size = np.abs(expected.value)
        largest = float(size.max(initial=0.0))
        base = rtol * size + atol * largest

        def widened(bound: npt.NDArray[np.float32], share: float) -> Array:
            # Where the reference is zero everywhere there is nothing to take a share of: rounding alone decides.
            return base + (np.minimum(bound, share * largest) if largest > 0 else bound)

        return cls(
            expected.value,
            widened(expected.mixed, MOST_WIDENED["mixed"]),
            widened(expected.float32, MOST_WIDENED["float32"]),
            expected.choices,
        )


@dataclass(frozen=True)
class Comparison:
    """What was found, as data; a field is None where the comparison did not get that far.

    The worst element is the one with the largest error in terms of what is allowed there, or the first that is not
    finite. `max_rel_error` is over the elements whose expected value is not zero.
    """

    verdict: Verdict
    what: str | None = None
    shape: tuple[int, ...] | None = None
    expected_shape: tuple[int, ...] | None = None
    dtype: str | None = None
    max_abs_error: float | None = None
    max_rel_error: float | None = None
    worst_index: tuple[int, ...] | None = None
    worst_actual: float | None = None
    worst_expected: float | None = None
    mismatched: int | None = None
    total: int | None = None


@np.errstate(all="ignore")  # whatever a student returns, overflow and NaN included, has its verdict
def compare(answer: Returned | Malformed, target: Target) -> Comparison:
    """The comparison of what came back with what is right."""
    if isinstance(answer, Malformed):
        return Comparison("wrong_type", what=answer.what)
    if answer.array is None or answer.array.shape != target.value.shape:
        return Comparison("wrong_shape", shape=answer.shape, expected_shape=target.value.shape, dtype=answer.dtype)
    found = _compare(answer.array, answer.dtype, target)
    if target.choices is not None and found.verdict == "incorrect":
        for other in _other_choices(answer.array, target, target.choices):
            chosen = _compare(answer.array, answer.dtype, other)
            if chosen.verdict == "correct":
                return chosen
    return found


def _other_choices(actual: Array, target: Target, choices: Choices) -> Iterator[Target]:
    """The same target with other subgradients at the kinks of its case."""
    for value in choices.uniform:
        yield replace(target, value=value)
    if len(choices.directions):
        yield replace(target, value=nearest(choices, actual, target.allowed))


def _compare(actual: Array, dtype: str, target: Target) -> Comparison:
    """An array of the right shape."""
    expected = target.value
    error = np.abs(actual - expected)
    right = _right(actual, dtype, error, target)
    if right.all():
        return Comparison(
            "correct",
            dtype=dtype,
            max_abs_error=float(error.max(initial=0.0)),
            max_rel_error=_relative(error, expected),
            mismatched=0,
            total=actual.size,
        )
    return _mismatch(actual, dtype, error, right, target)


def _right(actual: Array, dtype: str, error: Array, target: Target) -> npt.NDArray[np.bool_]:
    """Which elements are right."""
    right = error <= target.allowed
    if not right.all() and looks_single(actual, dtype):
        right = error <= target.allowed_float32
    # A tolerance may excuse an error, but never certify an answer that says nothing.
    if not actual.any() and target.value.any():
        return np.asarray(target.value == 0)
    return right


def _mismatch(actual: Array, dtype: str, error: Array, right: npt.NDArray[np.bool_], target: Target) -> Comparison:
    finite = np.isfinite(actual)
    excess = np.where(right, -1.0, error / target.allowed)
    worst = int(np.argmax(excess) if finite.all() else np.argmin(finite))
    seen = error[finite]
    return Comparison(
        "incorrect" if finite.all() else "not_finite",
        dtype=dtype,
        max_abs_error=float(seen.max()) if seen.size else None,
        max_rel_error=_relative(seen, target.value[finite]),
        worst_index=tuple(map(int, np.unravel_index(worst, actual.shape))),
        worst_actual=float(actual.flat[worst]),
        worst_expected=float(target.value.flat[worst]),
        mismatched=int((~right).sum()),
        total=actual.size,
    )


def _relative(error: Array, expected: Array) -> float | None:
    size = np.abs(expected)
    nonzero = size > 0
    if nonzero.all():
        return float((error / size).max()) if size.size else None
    return float((error[nonzero] / size[nonzero]).max()) if nonzero.any() else None


def looks_single(actual: Array, dtype: str) -> bool:
    """Whether an answer may have been computed in float32 throughout.

    Its own type says so, or all its numbers are float32 numbers; whole numbers are that in any arithmetic, and so
    say nothing.
    """
    if dtype in SINGLE:
        return True
    return bool((actual == actual.astype(np.float32)).all()) and not bool((actual == np.round(actual)).all())


# ----- a map of the errors -----


MAP_SIDE = 16
"""A map has so many rows and columns at most."""
FARTHEST = 99.9


@np.errstate(all="ignore")
def error_map(answer: Returned, target: Target) -> tuple[tuple[float, ...], ...] | None:
    """How wrong an answer is where: error over allowed error in powers of ten, to one decimal; 0 where it is right.

    Shape (n,) makes one row, (n, m) makes n rows. What is longer than `MAP_SIDE` is cut into so many blocks, block k of
    n elements being n·k // MAP_SIDE up to the next, and a block is as wrong as its worst element. Other shapes have no
    map.
    """
    actual, expected = answer.array, target.value
    if actual is None or actual.shape != expected.shape or actual.ndim not in (1, 2) or not actual.size:
        return None
    error = np.abs(actual - expected)
    right = _right(actual, answer.dtype, error, target)
    powers = np.nan_to_num(np.log10(error / target.allowed), nan=FARTHEST, posinf=FARTHEST)
    wrong = np.where(right, 0.0, np.clip(powers, 0.1, FARTHEST)).reshape(-1, actual.shape[-1])
    for axis, length in enumerate(wrong.shape):
        count = min(length, MAP_SIDE)
        wrong = np.maximum.reduceat(wrong, [length * k // count for k in range(count)], axis=axis)
    return tuple(tuple(map(float, row)) for row in wrong.round(1))
