"""Sizes that may be unknown, and the unifier that learns which of them are the same.

    X : n×d,  W : e×m,  Y : p×q      X W needs d = e;  X W − Y needs n = p and m = q

A size is a number, an unknown, or an unknown plus a number (`A[1:]` has n − 1 rows). With every size a number the
same code checks an objective; with unknowns it finds out how far the sizes of a sheet generalise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Size:
    """`unknown + offset`, or just `offset` where there is no unknown."""

    offset: int
    unknown: str | None = None

    def __str__(self) -> str:
        if self.unknown is None:
            return str(self.offset)
        return self.unknown if not self.offset else f"{self.unknown}{self.offset:+d}"

    def plus(self, number: int) -> "Size":
        return Size(self.offset + number, self.unknown)


Shape: TypeAlias = tuple[Size, ...]
ONE = Size(1)


def show(shape: Shape) -> str:
    """A shape as people write it: `10×4`, `4` for a vector, `scalar`."""
    if not shape:
        return "scalar"
    return "×".join(map(str, shape)) if len(shape) > 1 else f"vector of {shape[0]}"


class Mismatch(Exception):
    """Shapes that do not fit; the text is the sentence, without the place."""


@dataclass
class Unifier:
    """What has been learned about the unknowns: each is free, or stands for another size."""

    known: dict[str, Size] = field(default_factory=dict)
    handout: Mapping[str, int] = field(default_factory=dict)
    """What each unknown is in the handout, for where only a number will do."""

    def resolve(self, size: Size) -> Size:
        """The size in terms of unknowns that are still free."""
        while size.unknown is not None and size.unknown in self.known:
            size = self.known[size.unknown].plus(size.offset)
        return size

    def resolve_shape(self, shape: Shape) -> Shape:
        return tuple(map(self.resolve, shape))

    def same(self, one: Size, other: Size) -> bool:
        """Make two sizes equal; False where they cannot be."""
        one, other = self.resolve(one), self.resolve(other)
        if one == other:
            return True
        if one.unknown is None:
            one, other = other, one
        if one.unknown is None or one.unknown == other.unknown:
            return False
        self.known[one.unknown] = other.plus(-one.offset)
        return True

    def pin(self, size: Size) -> int:
        """The size as a number: an unknown becomes what it is in the handout, for good."""
        size = self.resolve(size)
        if size.unknown is None:
            return size.offset
        number = self.handout[size.unknown]
        self.known[size.unknown] = Size(number)
        return number + size.offset

    def broadcast(self, *shapes: Shape) -> Shape:
        """The common shape by NumPy's rule: aligned at the last axis, a 1 stretches.

        Raises:
            Mismatch: if two sizes differ and neither is 1.
        """
        rank = max(map(len, shapes), default=0)
        result = [ONE] * rank
        for shape in shapes:
            for axis, given in enumerate(shape, start=rank - len(shape)):
                size, so_far = self.resolve(given), self.resolve(result[axis])
                if so_far == ONE:
                    result[axis] = size
                elif size != ONE and not self.same(size, so_far):
                    raise Mismatch(f"{' and '.join(map(show, shapes))} do not fit together: {so_far} is not {size}")
        return tuple(result)
