"""Shape rules: from the shapes of an operation's arguments to the shape of its result, or why they do not fit.

Every rule has the form `rule(unifier, options, *shapes) -> shape` and raises `Mismatch`. Rules work on unknown sizes
too: what must be equal is told to the unifier.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import TypeAlias, cast

from grader.objective.graph import Option
from grader.objective.sizes import ONE, Mismatch, Shape, Size, Unifier, show

Options: TypeAlias = Mapping[str, Option]
ShapeRule: TypeAlias = Callable[..., Shape]
Bound: TypeAlias = tuple[str | None, int]
"""A whole number in an index or a list of sizes: the value of a name in `dims` (or nothing) plus a number."""


def broadcast(unifier: Unifier, options: Options, *shapes: Shape) -> Shape:
    return unifier.broadcast(*shapes)


def same(unifier: Unifier, options: Options, shape: Shape, *others: Shape) -> Shape:
    """The first argument's shape."""
    return shape


def like_last(unifier: Unifier, options: Options, *shapes: Shape) -> Shape:
    """The last argument's shape."""
    return shapes[-1]


def scalar(unifier: Unifier, options: Options, *shapes: Shape) -> Shape:
    return ()


def matmul(unifier: Unifier, options: Options, left: Shape, right: Shape) -> Shape:
    """m×k times k×n is m×n; a vector is a row on the left and a column on the right."""
    for shape in (left, right):
        if len(shape) not in (1, 2):
            raise Mismatch(f"a matrix product takes matrices and vectors, not an array of {len(shape)} axes")
    if not unifier.same(left[-1], right[0]):
        raise Mismatch(
            f"{show(left)} times {show(right)}: the inner sizes {unifier.resolve(left[-1])} "
            f"and {unifier.resolve(right[0])} differ"
        )
    return left[:-1] + right[1:]


def transpose(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    if len(shape) > 2:
        raise Mismatch(f"only matrices and vectors have a transpose, not an array of {len(shape)} axes")
    return shape[::-1] if len(shape) == 2 else shape


def axis_of(options: Options, shape: Shape, default: int | None = None) -> int | None:
    """The axis that an operation runs along, counted from 0, or None for all."""
    axis = cast("int | None", options.get("axis", default))
    if axis is None:
        return None
    if not -len(shape) <= axis < len(shape):
        raise Mismatch(f"there is no axis {axis}: {show(shape)} has {len(shape)}")
    return axis % len(shape)


def reduce(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """All axes go, or the one that `axis` names; `keepdims` leaves a 1 in its place."""
    axis = axis_of(options, shape)
    keep = (ONE,) if options.get("keepdims") else ()
    if axis is None:
        return keep * len(shape)
    return shape[:axis] + keep + shape[axis + 1 :]


def reduce_last(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """As `reduce`, along the last axis unless `axis` says otherwise."""
    if not shape:
        raise Mismatch("this works along an axis, and a scalar has none")
    return reduce(unifier, {**options, "axis": axis_of(options, shape, -1)}, shape)


def along_axis(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """The same shape, with an axis to work along."""
    if not shape:
        raise Mismatch("this works along an axis, and a scalar has none")
    axis_of(options, shape, -1)
    return shape


def square(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    if len(shape) != 2 or not unifier.same(*shape):
        raise Mismatch(f"this needs a square matrix, not {show(unifier.resolve_shape(shape))}")
    return shape


def of_square(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """A scalar, from a square matrix."""
    square(unifier, options, shape)
    return ()


def diagonal(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """A vector becomes a diagonal matrix, a square matrix gives its diagonal."""
    if len(shape) == 1:
        return (shape[0], shape[0])
    return square(unifier, options, shape)[:1]


def column(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    if len(shape) != 1:
        raise Mismatch(f"col makes a column of a vector, not of {show(shape)}")
    return (shape[0], ONE)


def pick(unifier: Unifier, options: Options, scores: Shape, labels: Shape) -> Shape:
    """One entry from every row: as many labels as rows."""
    if len(scores) != 2 or len(labels) != 1:
        raise Mismatch(f"labels pick from the rows of a matrix, not from {show(scores)}")
    if not unifier.same(scores[0], labels[0]):
        raise Mismatch(f"{labels[0]} labels for {scores[0]} rows")
    return labels


def rows_with_labels(unifier: Unifier, options: Options, scores: Shape, labels: Shape) -> Shape:
    pick(unifier, options, scores, labels)
    return ()


def onehot(unifier: Unifier, options: Options, labels: Shape) -> Shape:
    if len(labels) != 1:
        raise Mismatch(f"onehot takes a vector of labels, not {show(labels)}")
    return (*labels, bound_size(cast(Bound, options["classes"])))


# ----- parts and sizes -----


MOST_AXES = 8
"""As many as an input may have."""


def bound_size(bound: Bound) -> Size:
    """A bound as a size."""
    return Size(bound[1], bound[0])


def reshape(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """The listed sizes, one of which may be -1: what is left over."""
    listed = [bound_size(bound) for bound in cast("tuple[Bound, ...]", options["sizes"])]
    open_axes = [axis for axis, size in enumerate(listed) if size == Size(-1)]
    if len(open_axes) > 1:
        raise Mismatch("only one size can be -1")
    if len(listed) > MOST_AXES:
        raise Mismatch(f"an array has at most {MOST_AXES} axes")
    for size in listed:
        if size != Size(-1) and unifier.resolve(size).unknown is None and unifier.resolve(size).offset < 1:
            raise Mismatch(f"a size is at least 1, or -1 for what is left over, not {unifier.resolve(size)}")
    # Leading sizes that stay as they are may stay unknown; the product of the others has to be a number.
    same_axes = 0
    while (
        same_axes < min(len(shape), len(listed))
        and listed[same_axes] != Size(-1)
        and unifier.resolve(listed[same_axes]) == unifier.resolve(shape[same_axes])
    ):
        same_axes += 1
    total = prod(unifier.pin(size) for size in shape[same_axes:])
    given = prod(unifier.pin(size) for axis, size in enumerate(listed) if axis >= same_axes and axis not in open_axes)
    rest, left_over = divmod(total, given) if given else (0, 1)
    if left_over or (not open_axes and rest != 1):
        wanted = ", ".join(map(str, listed))
        raise Mismatch(f"{show(unifier.resolve_shape(shape))} cannot be reshaped to [{wanted}]")
    return tuple(Size(rest) if axis in open_axes else size for axis, size in enumerate(listed))


def index(unifier: Unifier, options: Options, shape: Shape) -> Shape:
    """NumPy's basic indexing: a number drops the axis, a slice keeps a part of it."""
    parts = cast("tuple[Option, ...]", options["parts"])
    if len(parts) > len(shape):
        raise Mismatch(f"{len(parts)} indices for {show(shape)}")
    result: list[Size] = []
    for part, size in zip(parts, shape, strict=False):
        if is_slice(part):
            result.append(_slice(unifier, cast("tuple[Bound | None, ...]", part), size))
        else:
            _check_index(unifier, cast(Bound, part), size)
    return (*result, *shape[len(parts) :])


def is_slice(part: Option) -> bool:
    """A slice is three bounds, a number one."""
    return isinstance(part, tuple) and len(part) == 3


SMALLEST_FREE = 3
"""Unknown sizes are never drawn smaller than this, so small indices need not pin them."""


def _check_index(unifier: Unifier, bound: Bound, size: Size) -> None:
    unknown = unifier.resolve(size).unknown is not None
    if unknown and bound[0] is None and -SMALLEST_FREE <= bound[1] < SMALLEST_FREE:
        return
    at, length = unifier.pin(bound_size(bound)), unifier.pin(size)
    if not -length <= at < length:
        raise Mismatch(f"index {at} is out of range for a size of {length}")


def _slice(unifier: Unifier, bounds: tuple[Bound | None, ...], size: Size) -> Size:
    start, stop, step = bounds
    size = unifier.resolve(size)
    if step is None and size.unknown is not None and _small(start, positive=True) and _small(stop, positive=False):
        return size.plus((stop[1] if stop else 0) - (start[1] if start else 0))
    if start is None and stop is None and step is None:
        return size
    numbers = (None if bound is None else unifier.pin(bound_size(bound)) for bound in bounds)
    length = len(range(*slice(*numbers).indices(unifier.pin(size))))
    if length == 0:
        raise Mismatch(f"this part of a size of {unifier.pin(size)} is empty")
    return Size(length)


def _small(bound: Bound | None, positive: bool) -> bool:
    """Whether a slice's bound leaves an unknown size unknown: `[1:]` and `[:-1]` do."""
    if bound is None:
        return True
    return bound[0] is None and (0 <= bound[1] < SMALLEST_FREE if positive else -SMALLEST_FREE < bound[1] < 0)
