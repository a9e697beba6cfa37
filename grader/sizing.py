"""The sizes of a problem: those of the handout, and how far they generalise.

    shapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}      ||max(X W, 0) - Y||_F^2
    unknowns        X: n×d   W: e×m   Y: p×q         d = e, n = p, m = q: three sizes are free
    drawn           X: 7×3   W: 3×5   Y: 7×5         now a missing transpose shows

A size written as 1 stays 1, names that only stand for numbers keep their value, and what the objective cannot do
without (a reshape to 28×28) stays as it is in the handout.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from grader.assignment import (
    InputSpec,
    Integers,
    Labels,
    Onehot,
    Orthogonal,
    Problem,
    Simplex,
    Spd,
    Symmetric,
    Uniform,
    Value,
    Values,
)
from grader.errors import AssignmentError, ObjectiveError
from grader.objective import Declared, Graph, Size, Unifier, elaborate
from grader.objective.sizes import Shape

Sizes: TypeAlias = tuple[int, ...]
PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73)
"""Free sizes are drawn from these: pairwise different, and so are their products; none is 1 or 2."""
LARGEST = 2**53
"""Whole numbers up to here are the same as floats."""
SPARE = 3
"""How many more primes than unknowns there are to draw from."""


@dataclass(frozen=True)
class Layout:
    """The sizes of one case: the shape of every input, the value of every name, the classes of every label."""

    shapes: Mapping[str, Sizes]
    dims: Mapping[str, int]
    classes: Mapping[str, int]


def layout(problem: Problem, dims: Mapping[str, int], inputs: Mapping[str, InputSpec]) -> Layout:
    """The sizes of a case with these values of the names and these inputs.

    Raises:
        AssignmentError: if a name has no value, or an input no shape or one that is not that of its values.
    """
    shapes: dict[str, Sizes] = {}
    classes: dict[str, int] = {}
    for name in problem.input_names:
        spec = inputs.get(name)
        declared = problem.shapes.get(name)
        key = f"shapes.{name}"
        shape = (
            None if declared is None else tuple(_value(size, dims, f"{key}[{i}]") for i, size in enumerate(declared))
        )
        if isinstance(spec, Value):
            _check_size(spec.value, f"inputs.{name}.value")
            if shape:
                raise AssignmentError(f"`{name}` is a single `value`, so its shape is [], not {list(shape)}", key=key)
            shape = ()
        elif isinstance(spec, Values):
            given = shape_of(spec.values, f"inputs.{name}.values")
            if shape not in (None, given):
                raise AssignmentError(
                    f"the values have the shape {list(given)}, not {list(shape or ())}", key=f"inputs.{name}.values"
                )
            shape = given
        written = problem.inputs.get(name)
        if shape is None and isinstance(written, Value | Values):
            # A case draws what the file gives a fixed value.
            shape = shape_of(written.values, f"inputs.{name}.values") if isinstance(written, Values) else ()
        if shape is None:
            raise AssignmentError(f"`{name}` is drawn and needs a shape under `shapes`", key=f"inputs.{name}")
        if isinstance(spec, Spd | Symmetric) and (len(shape) != 2 or shape[0] != shape[1]):
            raise AssignmentError(f"`{name}` is {spec.draw} and needs a square matrix, not {list(shape)}", key=key)
        if isinstance(spec, Onehot | Simplex) and not shape:
            raise AssignmentError(f"`{name}` is {spec.draw} and needs at least one axis", key=key)
        if isinstance(spec, Uniform | Integers) and not -LARGEST <= spec.low <= spec.high <= LARGEST:
            raise AssignmentError(
                f"low should not be above high, nor either beyond 2^53 (got {spec.low} and {spec.high})",
                key=f"inputs.{name}",
            )
        if isinstance(spec, Orthogonal) and len(shape) != 2:
            raise AssignmentError(f"`{name}` is orthogonal and needs a matrix, not {list(shape)}", key=key)
        if isinstance(spec, Labels):
            classes[name] = _value(spec.classes, dims, f"inputs.{name}.classes")
        elif isinstance(spec, Values) and (numbers := whole_numbers(spec.values)):
            classes[name] = max(numbers) + 1
        shapes[name] = shape
    return Layout(shapes, dict(dims), classes)


def _value(size: int | str, dims: Mapping[str, int], key: str) -> int:
    if isinstance(size, int):
        return size
    if size not in dims:
        known = f"; `dims` has {', '.join(dims)}" if dims else "; there is no `dims`"
        raise AssignmentError(f"the size `{size}` has no value in `dims`{known}", key=key)
    return dims[size]


def shape_of(values: object, key: str) -> Sizes:
    """The shape of nested tuples of numbers.

    Raises:
        AssignmentError: if they are ragged or empty.
    """
    if not isinstance(values, tuple):
        _check_size(values, key)
        return ()
    inner = {shape_of(item, key) for item in values}
    if len(inner) != 1:
        raise AssignmentError("the rows should all have the same length, and not be empty", key=key)
    return (len(values), *inner.pop())


def _check_size(number: object, key: str) -> None:
    if isinstance(number, int) and not -LARGEST <= number <= LARGEST:
        raise AssignmentError("a whole number beyond 2^53 is no float; write it as 1e20", key=key)


def whole_numbers(values: object) -> list[int]:
    """The numbers of a vector that could be labels; empty if it could not be."""
    if not isinstance(values, tuple):
        return []
    return [*values] if all(isinstance(item, int) and item >= 0 for item in values) else []


# ----- what the objective makes of them -----


def graph_of(problem: Problem, case: Layout) -> Graph:
    """The objective over inputs of a case's sizes.

    Raises:
        ObjectiveError: if they do not fit.
    """
    classes = {name: Size(number) for name, number in case.classes.items()}
    declared = _declared({name: tuple(map(Size, shape)) for name, shape in case.shapes.items()}, classes)
    return elaborate(problem.objective, declared, {name: Size(n) for name, n in case.dims.items()}, Unifier())


def _declared(shapes: Mapping[str, Shape], classes: Mapping[str, Size]) -> dict[str, Declared]:
    """Every input as the language wants it; those with classes can be labels."""
    return {name: Declared(shape, classes.get(name)) for name, shape in shapes.items()}


@dataclass(frozen=True)
class Free:
    """Sizes as they generalise: shapes, names and classes in terms of the unknowns that are left."""

    shapes: Mapping[str, tuple[Size, ...]]
    dims: Mapping[str, Size]
    classes: Mapping[str, Size]

    @property
    def unknowns(self) -> tuple[str, ...]:
        """In the order of the file."""
        sizes = [
            *(size for shape in self.shapes.values() for size in shape),
            *self.dims.values(),
            *self.classes.values(),
        ]
        return tuple(dict.fromkeys(size.unknown for size in sizes if size.unknown is not None))

    def draw(self, random: Random) -> Layout:
        """Sizes for the unknowns: different primes, small ones first."""
        unknowns = self.unknowns
        fixed = {size.offset for shape in self.shapes.values() for size in shape if size.unknown is None}
        pool = [prime for prime in PRIMES if prime not in fixed][: len(unknowns) + SPARE]
        values = dict(zip(unknowns, random.sample(pool, len(unknowns)), strict=True))

        def number(size: Size) -> int:
            return size.offset + (values[size.unknown] if size.unknown else 0)

        return Layout(
            {name: tuple(map(number, shape)) for name, shape in self.shapes.items()},
            {name: number(size) for name, size in self.dims.items()},
            {name: number(size) for name, size in self.classes.items()},
        )


def generalise(problem: Problem) -> Free | None:
    """How far the sizes generalise; None where nothing can vary."""
    handout: dict[str, int] = {}
    unifier = Unifier(handout=handout)
    base = layout(problem, problem.dims, problem.inputs)
    named = {size for shape in problem.shapes.values() for size in shape} | {
        spec.classes for spec in problem.inputs.values() if isinstance(spec, Labels)
    }

    def unknown(size: int | str, place: str) -> Size:
        value = problem.dims[size] if isinstance(size, str) else size
        if value == 1:
            return Size(1)
        key = size if isinstance(size, str) else place
        handout[key] = value
        return Size(0, key)

    dims = {name: unknown(name, name) if name in named else Size(value) for name, value in problem.dims.items()}
    shapes: dict[str, tuple[Size, ...]] = {}
    classes: dict[str, Size] = {}
    for name, concrete in base.shapes.items():
        spec = problem.inputs.get(name)
        if isinstance(spec, Value | Values) or name not in problem.shapes:
            shapes[name] = tuple(map(Size, concrete))
        else:
            shapes[name] = tuple(unknown(size, f"{name}.{axis}") for axis, size in enumerate(problem.shapes[name]))
        if isinstance(spec, Labels):
            classes[name] = unknown(spec.classes, f"{name}.classes")
        elif name in base.classes:
            classes[name] = Size(base.classes[name])
        square = isinstance(spec, Spd | Symmetric) or (isinstance(spec, Orthogonal) and concrete[0] == concrete[1])
        if square and not unifier.same(*shapes[name]):
            return None
    try:
        elaborate(problem.objective, _declared(shapes, classes), dims, unifier)
    except ObjectiveError:
        return None
    free = Free(
        {name: unifier.resolve_shape(shape) for name, shape in shapes.items()},
        {name: unifier.resolve(size) for name, size in dims.items()},
        {name: unifier.resolve(size) for name, size in classes.items()},
    )
    return free if free.unknowns and len(free.unknowns) + SPARE < len(PRIMES) else None


def other_sizes(problem: Problem, random: Random) -> Iterator[Layout]:
    """Sizes other than the handout's that the objective accepts, again and again; the handout's if there are none."""
    free = generalise(problem)
    handout = layout(problem, problem.dims, problem.inputs)
    while True:
        yield (
            next(filter(None, (_try(problem, free, handout, random) for _ in range(20))), handout) if free else handout
        )


def _try(problem: Problem, free: Free, handout: Layout, random: Random) -> Layout | None:
    drawn = free.draw(random)
    pairs = {
        (size, number)
        for name, shape in free.shapes.items()
        for size, number in zip(shape, drawn.shapes[name], strict=True)
        if size.unknown is not None
    }
    numbers = [number for _, number in pairs]
    if min(numbers, default=PRIMES[0]) < PRIMES[0] or len(numbers) > len({*numbers}):
        # Only a part such as A[2:] makes a size smaller than the primes are, or equal to another.
        return None
    if drawn == handout:
        return None
    try:
        graph_of(problem, drawn)
    except ObjectiveError:
        return None
    return drawn
