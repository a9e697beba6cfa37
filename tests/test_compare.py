"""A comparison accepts every right computation, in float64 or float32, and no wrong one; and says how it differs."""

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pytest

from grader.assignment import Assignment, Problem
from grader.compare import Comparison, Target, compare, error_map, looks_single
from grader.expected import Expected
from grader.preparation import prepare
from grader.reference import Evaluation
from grader.sandbox.job import Malformed, Returned
from grader.sizing import graph_of, layout
from grader.verdict import Verdict

Array = npt.NDArray[np.float64]
ROWS = [1, 2, 3, 10, 100, 1000, pytest.param(10_000, marks=pytest.mark.slow)]
SCALES = [(1, 1, 1), (1e-4, 1, 1e-4), (1e4, 1, 1e4), (1e-4, 1e-4, 1e-8), (1e4, 1e4, 1e8), (1, 1, 1e4)]
"""Of X, of W and of Y; Y is never so small that it would not matter."""


def returned(array: npt.ArrayLike, dtype: str | None = None) -> Returned:
    given = np.asarray(array)
    return Returned(dtype or str(given.dtype), given.shape, given.astype(np.float64))


def target(value: npt.ArrayLike, rtol: float = 1e-5, atol: float = 1e-8, bound: float = 0.0) -> Target:
    array = np.asarray(value, np.float64)
    bounds = np.full(array.shape, bound, np.float32)
    return Target.of(Expected(array, bounds, bounds), rtol=rtol, atol=atol)


def of_objective(objective: str, wrt: str, **inputs: Array) -> Target | None:
    """The target of a gradient, as the grader makes it; None where the draw would be replaced by another."""
    labels = {"y": {"draw": "labels", "classes": 3}} if "y" in inputs else {}
    problem = Problem.model_validate(
        {"id": "t", "seed": 0, "objective": objective, "inputs": labels,
         "shapes": {name: np.shape(array) for name, array in inputs.items()}}
    )  # fmt: skip
    evaluation = Evaluation(graph_of(problem, layout(problem, {}, problem.inputs)), inputs)
    expected = evaluation.gradients(None, [wrt])[wrt]
    if evaluation.degenerate({wrt: expected}, kinks_happen=False, margin=1):
        return None
    return Target.of(expected, rtol=1e-5, atol=1e-8)


def drawn(seed: int, *shapes_and_scales: tuple[tuple[int, ...], float]) -> list[Array]:
    """Normals as the grader draws them: float32 numbers in float64."""
    random = np.random.default_rng(seed)
    return [
        (scale * random.standard_normal(shape)).astype(np.float32).astype(np.float64)
        for shape, scale in shapes_and_scales
    ]


# ----- right ways to compute one gradient -----


def closed_form(X: Array, W: Array, Y: Array) -> Array:
    Z = X @ W
    return X.T @ (2 * (np.maximum(Z, 0) - Y) * (Z > 0))


def row_by_row(X: Array, W: Array, Y: Array) -> Array:
    total = np.zeros(W.shape, X.dtype)
    for x, y in zip(X, Y, strict=True):
        z = x @ W
        total += np.outer(x, 2 * (np.maximum(z, 0) - y) * (z > 0)).astype(X.dtype)
    return total


def last_row_first(X: Array, W: Array, Y: Array) -> Array:
    return row_by_row(X[::-1], W, Y[::-1])


def by_einsum(X: Array, W: Array, Y: Array) -> Array:
    Z = np.einsum("ij,jk->ik", X, W)
    return np.einsum("ni,nk->ik", X, 2 * np.where(Z > 0, Z - Y, 0))


def multiplied_out(X: Array, W: Array, Y: Array) -> Array:
    mask = (X @ W > 0).astype(X.dtype)
    return 2 * (X.T @ (mask * (X @ W))) - 2 * (X.T @ (mask * Y))


def multiplied_out_row_by_row(X: Array, W: Array, Y: Array) -> Array:
    first, second = np.zeros(W.shape, X.dtype), np.zeros(W.shape, X.dtype)
    for x, y in zip(X, Y, strict=True):
        mask = (x @ W > 0).astype(X.dtype)
        first += np.outer(x, mask * (x @ W))
        second += np.outer(x, mask * y)
    return 2 * first - 2 * second


def in_blocks(X: Array, W: Array, Y: Array) -> Array:
    parts = [closed_form(X[i : i + 7], W, Y[i : i + 7]) for i in range(0, len(X), 7)]
    return np.add.reduce(parts)  # type: ignore[no-any-return]


RIGHT = [
    closed_form, row_by_row, last_row_first, by_einsum, multiplied_out, multiplied_out_row_by_row, in_blocks,
]  # fmt: skip


def right_answers(X: Array, W: Array, Y: Array) -> Iterator[tuple[str, npt.NDArray[np.floating]]]:
    single = [array.astype(np.float32) for array in (X, W, Y)]
    for function in RIGHT:
        yield function.__name__, function(X, W, Y)
        yield f"{function.__name__} in float32", function(*single)
    yield "float32 returned as float64", closed_form(*single).astype(np.float64)
    Z = (single[0] @ single[1]).astype(np.float64)
    yield "only the product in float32", X.T @ (2 * (np.maximum(Z, 0) - Y) * (Z > 0))


def wrong_answers(X: Array, W: Array, Y: Array) -> Iterator[tuple[str, npt.NDArray[np.floating]]]:
    Z = X @ W
    G = 2 * (np.maximum(Z, 0) - Y) * (Z > 0)
    right, rows = X.T @ G, len(X)
    yield "without the factor", right / 2
    yield "without the mask", X.T @ (2 * (np.maximum(Z, 0) - Y))
    yield "mask on the residual", X.T @ (2 * (Z * (Z > 0) - Y * (np.maximum(Z, 0) - Y > 0)) * (Z > 0))
    yield "zeros", np.zeros_like(right)
    yield "sign", -right
    yield "off by a thousandth", right * (1 + 1e-3)
    yield "mean with n + 1", right * (rows / (rows + 1))
    yield "off by a thousandth, in float32", (right * (1 + 1e-3)).astype(np.float32)
    if rows > 2:
        yield "without the last row", X[:-1].T @ G[:-1]
        yield "without the first row", X[1:].T @ G[1:]
        yield "without the last row, in float32", (X[:-1].T @ G[:-1]).astype(np.float32)
        yield "one element wrong", np.where(np.arange(right.size).reshape(right.shape) == 5, right * 1.01, right)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("scales", SCALES)
def test_compare_right_and_wrong_computations_told_apart(rows: int, scales: tuple[float, float, float]) -> None:
    """Loops, einsum, float32, other orders and equal forms are right; mistakes are not, at every size and scale."""
    tried = 0
    for seed in range(12):
        X, W, Y = drawn(seed, ((rows, 4), scales[0]), ((4, 3), scales[1]), ((rows, 3), scales[2]))
        aim = of_objective("||max(X W, 0) - Y||_F^2", "W", X=X, W=W, Y=Y)
        if aim is None:
            continue
        tried += 1
        for name, answer in right_answers(X, W, Y):
            assert compare(returned(answer), aim).verdict == "correct", (name, seed)
        largest = np.abs(aim.value).max()
        for name, answer in wrong_answers(X, W, Y):
            if np.abs(answer - aim.value).max() > 1e-5 * largest:
                assert compare(returned(answer), aim).verdict == "incorrect", (name, seed)
        if tried == 3:
            break
    assert tried


@pytest.mark.parametrize("rows", [1, 10, 1000, 10_000])
def test_compare_equal_terms_added_in_float32_are_right(rows: int) -> None:
    """Ten thousand times 1/n, added one after the other in float32, is off by far more than random terms are."""
    X, W, b = drawn(0, ((rows, 4), 1), ((4, 3), 1), ((3,), 1))
    aim = of_objective("mean(X W + b)", "b", X=X, W=W, b=b)
    assert aim is not None
    total = np.zeros(3, np.float32)
    for _ in range(rows):
        total += np.float32(1 / (3 * rows))
    assert compare(returned(total), aim).verdict == "correct"
    assert compare(returned(total.astype(np.float64)), aim).verdict == "correct"
    assert compare(returned(np.full(3, 1 / 3 * (1 + 1e-3))), aim).verdict == "incorrect"


def softmax(S: npt.NDArray[np.floating], shift: bool = True) -> npt.NDArray[np.floating]:
    E = np.exp(S - S.max(1, keepdims=True)) if shift else np.exp(S)
    return E / E.sum(1, keepdims=True)  # type: ignore[no-any-return]


@pytest.mark.parametrize("rows", [2, 10, 1000, 10_000])
@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_compare_softmax_regression_in_any_precision_is_right(rows: int, precision: type[np.floating]) -> None:
    """Softmax with and without the shift, with loops or one-hot rows; only the diagonal of its Jacobian is wrong."""
    X, W = drawn(1, ((rows, 4), 1), ((4, 3), 1))
    y = np.random.default_rng(1).integers(0, 3, rows)
    aim = of_objective("cross_entropy(X W, y)", "W", X=X, W=W, y=y)
    assert aim is not None
    x, w = X.astype(precision), W.astype(precision)
    for shift in (True, False):
        P = softmax(x @ w, shift)
        P[np.arange(rows), y] -= 1
        assert compare(returned(x.T @ P / rows), aim).verdict == "correct"
    loop = np.zeros(W.shape, precision)
    for i in range(rows):
        p = softmax((x[i] @ w)[None])[0]
        for j in range(3):
            loop[:, j] += x[i] * (p[j] - (j == y[i])) / rows
    assert compare(returned(loop), aim).verdict == "correct"
    P = softmax(X @ W)
    for wrong in (X.T @ (P - np.eye(3)[y]), X.T @ (P * (1 - P)) / rows, X.T @ P / rows):
        assert compare(returned(wrong), aim).verdict == "incorrect"


def test_compare_saturated_sigmoid_in_either_form_is_right() -> None:
    """s(1 − s) loses all digits where s is 1 in float32, and so does nothing else that matters."""
    X, W, G = drawn(2, ((50, 4), 10), ((4, 3), 1), ((50, 3), 1))
    aim = of_objective("sum(sigmoid(X W) * G)", "W", X=X, W=W, G=G)
    assert aim is not None
    for precision in (np.float64, np.float32):
        x, w, g = (array.astype(precision) for array in (X, W, G))
        Z = x @ w
        S = 1 / (1 + np.exp(-Z))
        assert compare(returned(x.T @ (g * S * (1 - S))), aim).verdict == "correct"
        E = np.exp(-np.abs(Z))
        assert compare(returned(x.T @ (g * E / (1 + E) ** 2)), aim).verdict == "correct"
    assert compare(returned(X.T @ (G / (1 + np.exp(-(X @ W))))), aim).verdict == "incorrect"


# ----- the order of the stages, and what each says -----


def test_compare_malformed_is_wrong_type() -> None:
    """What is no array of numbers is never compared."""
    assert compare(Malformed("a str"), target([1.0])) == Comparison("wrong_type", what="a str")


def test_compare_other_shape_is_wrong_shape_before_any_number() -> None:
    """A shape is never broadcast, and its numbers are not looked at."""
    found = compare(Returned("float32", (1, 2), None), target([1.0, 2.0]))
    assert found == Comparison("wrong_shape", shape=(1, 2), expected_shape=(2,), dtype="float32")
    assert compare(returned([[1.0, 2.0]]), target([1.0, 2.0])).verdict == "wrong_shape"


def test_compare_nan_and_infinity_are_not_finite() -> None:
    """The first element that is not finite is the worst, whatever the others are."""
    found = compare(returned([1.0, np.inf, 30.0]), target([1.0, 2.0, 3.0]))
    assert asdict(found) == {
        "verdict": "not_finite", "what": None, "shape": None, "expected_shape": None, "dtype": "float64",
        "max_abs_error": 27.0, "max_rel_error": 9.0, "worst_index": (1,), "worst_actual": np.inf,
        "worst_expected": 2.0, "mismatched": 2, "total": 3,
    }  # fmt: skip
    assert compare(returned([np.nan] * 3), target([1.0, 2.0, 3.0])).verdict == "not_finite"
    assert compare(returned([np.nan]), target([np.nan])).verdict == "not_finite"


def test_compare_wrong_values_named_by_worst_element() -> None:
    """The worst element is the one furthest outside of what is allowed for it."""
    found = compare(returned([[1.0, 2.5], [3.0, 4.4]]), target([[1.0, 2.0], [3.0, 4.0]]))
    assert found == Comparison(
        "incorrect", dtype="float64", max_abs_error=0.5, max_rel_error=0.25, worst_index=(0, 1), worst_actual=2.5,
        worst_expected=2.0, mismatched=2, total=4,
    )  # fmt: skip


def test_compare_within_tolerance_is_correct_and_just_outside_is_not() -> None:
    """The rule as it is written: rtol of the element, plus atol of the largest."""
    aim = target([1.0, 1e4], rtol=1e-3, atol=1e-6)
    assert compare(returned([1.0 + 1e-3 + 1e-2 - 1e-9, 1e4]), aim).verdict == "correct"
    assert compare(returned([1.0 + 1e-3 + 1e-2 + 1e-9, 1e4]), aim).verdict == "incorrect"


def test_compare_zeros_never_pass_for_a_reference_that_is_not_zero() -> None:
    """However large the tolerance and the rounding bound are."""
    huge = Expected(np.array([1e-9, 2e-9]), np.full(2, 1.0, np.float32), np.full(2, 1.0, np.float32))
    aim = Target.of(huge, rtol=0.99, atol=0.99)
    found = compare(returned([0.0, 0.0]), aim)
    assert (found.verdict, found.mismatched, found.total) == ("incorrect", 2, 2)
    assert compare(returned([0.0, -0.0]), target([0.0, 0.0])).verdict == "correct"


def test_compare_reference_zero_everywhere_allows_rounding_only() -> None:
    """There is nothing to be relative to; the rounding bound alone counts."""
    aim = target([0.0, 0.0], bound=1e-6)
    assert compare(returned([1e-7, 0.0]), aim).verdict == "correct"
    assert compare(returned([1e-5, 0.0]), aim).verdict == "incorrect"


def test_compare_badly_conditioned_case_still_rejects() -> None:
    """The widening is capped at a share of the largest element."""
    wide = Expected(np.array([1.0, 1.0]), np.full(2, 9.0, np.float32), np.full(2, 9.0, np.float32))
    aim = Target.of(wide, rtol=1e-5, atol=1e-8)
    assert compare(returned([1.002, 1.0]), aim).verdict == "incorrect"
    assert compare(returned(np.array([1.04, 1.0], np.float32)), aim).verdict == "correct"
    assert compare(returned(np.array([1.06, 1.0], np.float32)), aim).verdict == "incorrect"


def test_looks_single_by_type_or_by_numbers_but_not_by_whole_numbers() -> None:
    """Float32 that was turned into float64 still has float32's digits; 3.0 says nothing."""
    assert looks_single(np.array([0.1]), "float32")
    assert looks_single(np.array([float(np.float32(0.1))]), "float64")
    assert not looks_single(np.array([0.1]), "float64")
    assert not looks_single(np.array([3.0, 10_000.0]), "float64")


# ----- a map of the errors -----


def test_error_map_is_in_powers_of_ten_of_what_is_allowed() -> None:
    """Right elements are 0, wrong ones at least 0.1, and what is not a number or off by everything has a limit too."""
    expected = target([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]], rtol=1e-3, atol=0.0)
    found = error_map(returned([[1.0, 1.0005, 1.0011], [2.0, 1.0, np.nan]]), expected)
    assert found == ((0.0, 0.0, 0.1), (3.0, 99.9, 99.9))


def test_error_map_of_a_large_array_has_blocks_as_wrong_as_their_worst_element() -> None:
    """At most 16 by 16, whatever the shape."""
    actual = np.ones((40, 17))
    actual[39, 0] = 2.0
    found = error_map(returned(actual), target(np.ones((40, 17)), rtol=1e-3, atol=0.0))
    assert found is not None
    assert (len(found), {len(row) for row in found}) == (16, {16})
    assert [(i, j) for i, row in enumerate(found) for j, power in enumerate(row) if power] == [(15, 0)]


@pytest.mark.parametrize(("shape", "size"), [((3,), (1, 3)), ((1, 3), (1, 3)), ((3, 1), (3, 1))])
def test_error_map_has_the_shape_of_the_array(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    """A vector is one row."""
    found = error_map(returned(np.full(shape, 2.0)), target(np.ones(shape)))
    assert found is not None
    assert (len(found), len(found[0])) == size


def test_error_map_is_for_vectors_and_matrices() -> None:
    """A number has none, nor has an array without elements, one of many dimensions, or one of another shape."""
    for shape in ((), (0, 2), (2, 2, 2)):
        assert error_map(returned(np.ones(shape)), target(np.zeros(shape))) is None
    assert error_map(returned(np.ones(2)), target(np.zeros(3))) is None


@pytest.mark.parametrize(
    ("direction", "verdict"),
    [
        ((0.0, 0.0), "correct"),
        ((1.0, 0.0), "correct"),
        ((0.6, -0.8), "correct"),
        ((-0.3, 0.2), "correct"),
        ((0.6, 0.9), "incorrect"),
        ((1.0, 1.0), "incorrect"),
        ((1e6, 0.0), "incorrect"),
    ],
)
def test_compare_norm_at_zero_any_direction_within_the_unit_ball_is_right(
    direction: tuple[float, float], verdict: Verdict
) -> None:
    """∂(3‖X‖ + ⟨X, C⟩) at X = 0 is C + 3u with ‖u‖ ≤ 1, and nothing else."""
    problem = Problem.model_validate(
        {
            "id": "p",
            "objective": "3 ||X||_2 + sum(X * C)",
            "seed": 0,
            "shapes": {"X": (2,), "C": (2,)},
            "inputs": {"X": {"values": (0, 0)}, "C": {"values": (1, 2)}},
            "wrt": ("X",),
            "cases": ({"name": "handout", "visibility": "public"},),
        }
    )
    prepared = prepare(Assignment(id="a", title={"en": "a"}, sha256="1" * 64, problems=(problem,)))
    answer = np.array([1.0, 2.0]) + 3 * np.array(direction)
    assert compare(Returned("float64", (2,), answer), prepared.asked[0].cases[0].target).verdict == verdict
