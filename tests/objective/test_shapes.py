"""The shape rules agree with what numpy and torch do, and work on unknown sizes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.objective import shapes
from grader.objective.operations import TABLE, part_value, scatter_value
from grader.objective.sizes import Mismatch, Shape, Size, Unifier

ANY = st.lists(st.integers(1, 4), max_size=3).map(tuple)
N, M = Size(0, "n"), Size(0, "m")


def sizes(shape: tuple[int, ...]) -> Shape:
    return tuple(map(Size, shape))


def rule(operation: str, *given_shapes: tuple[int, ...], **options: Any) -> tuple[int, ...] | None:
    """The shape by the rule, or None if it is refused."""
    try:
        found = TABLE[operation].shape(Unifier(), options, *map(sizes, given_shapes))
    except Mismatch:
        return None
    return tuple(size.offset for size in found)


def made(operation: str, *given_shapes: tuple[int, ...], **options: Any) -> tuple[int, ...] | None:
    """The shape of what torch makes, or None if it refuses."""
    random = torch.Generator().manual_seed(0)
    values = [torch.rand(shape, dtype=torch.float64, generator=random) for shape in given_shapes]
    try:
        return tuple(TABLE[operation].value(torch, options, *values).shape)
    except (RuntimeError, IndexError):
        return None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["add", "mul", "max", "div"]), ANY, ANY)
def test_rule_of_elementwise_operations_agrees_with_torch(
    operation: str, a: tuple[int, ...], b: tuple[int, ...]
) -> None:
    """What broadcasts, and to what."""
    assert rule(operation, a, b) == made(operation, a, b)


@settings(max_examples=60, deadline=None)
@given(ANY, ANY)
def test_rule_of_matmul_agrees_with_torch(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """For matrices and vectors; there are no stacks of matrices here."""
    if not {len(a), len(b)} <= {1, 2}:
        assert rule("matmul", a, b) is None
    else:
        assert rule("matmul", a, b) == made("matmul", a, b)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["sum", "mean", "logsumexp", "softmax"]), ANY, st.none() | st.integers(-4, 3), st.booleans())
def test_rule_along_an_axis_agrees_with_torch(
    operation: str, shape: tuple[int, ...], axis: int | None, keepdims: bool
) -> None:
    """The axis goes, or stays as a 1."""
    assume(shape or (axis is None and operation in ("sum", "mean")))
    options = {} if axis is None else {"axis": axis}
    if operation != "softmax":
        options["keepdims"] = keepdims
    assert rule(operation, shape, **options) == made(operation, shape, **options)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["tr", "det", "inv", "diag", "col", "transpose", "norm", "exp"]), ANY)
def test_rule_of_matrix_operations_refuses_at_least_what_torch_does(operation: str, shape: tuple[int, ...]) -> None:
    """And gives the shape that torch gives otherwise."""
    found = rule(operation, shape)
    assert found is None or found == made(operation, shape)


BOUND = st.none() | st.integers(-6, 6).map(lambda number: (None, number))
STEP = st.none() | st.integers(-3, 3).filter(bool).map(lambda number: (None, number))
PART = st.integers(-5, 5).map(lambda number: (None, number)) | st.tuples(BOUND, BOUND, STEP)


def numpy_part(part: Any) -> int | slice:
    return part[1] if len(part) == 2 else slice(*(None if bound is None else bound[1] for bound in part))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple), st.lists(PART, min_size=1, max_size=3).map(tuple)
)
def test_rule_of_parts_agrees_with_numpy(shape: tuple[int, ...], parts: Any) -> None:
    """Steps backwards too, which torch does not know; an empty part is refused."""
    array = np.arange(np.prod(shape), dtype=float).reshape(shape)
    try:
        expected = array[tuple(map(numpy_part, parts))]
    except IndexError:
        assert rule("index", shape, parts=parts) is None
        return
    if expected.size == 0:
        assert rule("index", shape, parts=parts) is None
        return
    assert rule("index", shape, parts=parts) == expected.shape
    np.testing.assert_array_equal(part_value(torch, {"parts": parts}, torch.from_numpy(array)).numpy(), expected)
    whole = np.zeros(shape)
    whole[tuple(map(numpy_part, parts))] = expected
    back = scatter_value(torch, {"parts": parts}, torch.as_tensor(expected.copy()), torch.from_numpy(array))
    np.testing.assert_array_equal(back.numpy(), whole)


@settings(max_examples=100, deadline=None)
@given(ANY, st.lists(st.integers(-2, 12), max_size=3))
def test_rule_of_reshape_agrees_with_torch(shape: tuple[int, ...], listed: list[int]) -> None:
    """One size may be left open."""
    bounds = tuple((None, size) for size in listed)
    assume(0 not in listed)
    found = rule("reshape", shape, sizes=bounds)
    assert found == made("reshape", shape, sizes=bounds)


@pytest.mark.parametrize(
    ("work", "left"),
    [
        (lambda u: shapes.index(u, {"parts": (((None, 1), None, None),)}, (N, M)), (N.plus(-1), M)),
        (lambda u: shapes.index(u, {"parts": ((None, (None, -2), None),)}, (N, M)), (N.plus(-2), M)),
        (lambda u: shapes.index(u, {"parts": ((None, 2), (None, -1))}, (N, M)), ()),
        (lambda u: shapes.index(u, {"parts": ((None, None, None), (None, 5))}, (N, M)), (N,)),
        (lambda u: shapes.index(u, {"parts": ((None, None, (None, 2)),)}, (N, M)), (Size(5), M)),
        (lambda u: shapes.index(u, {"parts": ((None, (None, 5), None),)}, (N, M)), (Size(5), M)),
        (lambda u: shapes.reshape(u, {"sizes": (("n", 0), (None, -1))}, (N, M, Size(3))), (N, Size(24))),
        (lambda u: shapes.reshape(u, {"sizes": ((None, -1),)}, (N, M)), (Size(80),)),
        (lambda u: shapes.matmul(u, {}, (N, M), (M, Size(2))), (N, Size(2))),
        (lambda u: shapes.square(u, {}, (N, M)), (M, M)),
        (lambda u: shapes.onehot(u, {"classes": ("m", 0)}, (N,)), (N, M)),
    ],
)
def test_rule_leaves_unknown_what_need_not_be_a_number(work: Callable[[Unifier], Shape], left: Shape) -> None:
    """The handout has n = 10 and m = 8; only what cannot do without is pinned to that."""
    unifier = Unifier(handout={"n": 10, "m": 8})
    found = work(unifier)
    assert unifier.resolve_shape(found) == unifier.resolve_shape(left)


def test_rule_that_pins_does_so_for_good() -> None:
    """A reshape to 80 entries keeps both sizes of the handout."""
    unifier = Unifier(handout={"n": 10, "m": 8})
    shapes.reshape(unifier, {"sizes": ((None, 80),)}, (N, M))
    assert unifier.resolve_shape((N, M)) == (Size(10), Size(8))
