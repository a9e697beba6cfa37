"""From a case to its inputs: arrays drawn in file order from an explicit seed.

Normal inputs are drawn as the student's notebook draws them, with float32 `torch.randn` after `torch.manual_seed`, so
that both show the same numbers; then they are float64.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.assignment import (
    InputSpec,
    Integers,
    Labels,
    Normal,
    Onehot,
    Orthogonal,
    Simplex,
    Spd,
    Symmetric,
    Uniform,
    Value,
    Values,
)
from grader.cases import CaseSpec

Array: TypeAlias = npt.NDArray[Any]
Input: TypeAlias = "Array | int | float"
"""An array; or a number, for an input that is passed as it is written."""


class Randomness(Protocol):
    """A source of random numbers that has been seeded; each call goes on where the last one stopped."""

    def normal(self, shape: tuple[int, ...]) -> Array:
        """Standard normals, float32 numbers in float64."""

    def uniform(self, shape: tuple[int, ...]) -> Array:
        """Uniform on [0, 1), float32 numbers in float64."""

    def integers(self, shape: tuple[int, ...], low: int, high: int) -> Array:
        """Whole numbers from low to high, both included, int64."""


def draw(
    case: CaseSpec, *, differentiated: frozenset[str], labels: frozenset[str], random: Randomness
) -> dict[str, Input]:
    """The inputs of a case, in file order.

    A constant that is differentiated becomes a 0-d array; what the objective uses as labels is of integer type.
    """
    drawn: dict[str, Input] = {}
    for name, shape in case.layout.shapes.items():
        spec = case.inputs.get(name, Normal())
        value = _DRAWN[type(spec)](spec, shape, random, case.layout.classes.get(name, 0))
        if isinstance(spec, Value) and name in differentiated:
            value = np.asarray(value, np.float64)
        drawn[name] = np.asarray(value, np.int64) if name in labels else value
    return drawn


def is_drawn(spec: InputSpec) -> bool:
    """Whether another seed gives other values."""
    return not isinstance(spec, Value | Values)


def _integers(spec: Integers, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    return random.integers(shape, spec.low, spec.high).astype(np.float64)


def _uniform(spec: Uniform, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    scaled = random.uniform(shape) * (spec.high - spec.low) + spec.low
    return scaled.astype(np.float32).astype(np.float64)


def _onehot(spec: Onehot, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    return np.eye(shape[-1])[random.integers(shape[:-1], 0, shape[-1] - 1)]


def _simplex(spec: Simplex, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    positive: Array = np.exp(random.normal(shape))
    rows: Array = positive / positive.sum(-1, keepdims=True)
    return rows


def _spd(spec: Spd, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    root = random.normal(shape)
    return root @ root.T / shape[0] + np.eye(shape[0])


def _symmetric(spec: Symmetric, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    drawn = random.normal(shape)
    return (drawn + drawn.T) / 2


def _orthogonal(spec: Orthogonal, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    tall = random.normal(shape if shape[0] >= shape[1] else shape[::-1])
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T


def _values(spec: Values, shape: tuple[int, ...], random: Randomness, classes: int) -> Array:
    return np.array(spec.values, np.float64)


_DRAWN: Mapping[type[Any], Callable[..., Input]] = {
    Normal: lambda spec, shape, random, classes: random.normal(shape),
    Uniform: _uniform,
    Integers: _integers,
    Labels: lambda spec, shape, random, classes: random.integers(shape, 0, classes - 1),
    Onehot: _onehot,
    Simplex: _simplex,
    Spd: _spd,
    Symmetric: _symmetric,
    Orthogonal: _orthogonal,
    Value: lambda spec, shape, random, classes: spec.value,
    Values: _values,
}
