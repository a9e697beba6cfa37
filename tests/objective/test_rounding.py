"""The rounding bounds: every correct float32 computation is within them, and they stay far below any mistake."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from grader.assignment import Problem
from grader.compare import Target, compare
from grader.expected import Expected
from grader.objective.operations import TABLE
from grader.objective.rounding import FLOAT32, MIXED, inherited
from grader.reference import Evaluation
from grader.sandbox.job import Returned
from grader.sizing import graph_of, layout

Arrays = Mapping[str, Any]


def evaluation(objective: str, arrays: Arrays) -> Evaluation:
    problem = Problem.model_validate(
        {"id": "t", "seed": 0, "objective": objective, "shapes": {name: a.shape for name, a in arrays.items()}}
    )
    return Evaluation(graph_of(problem, layout(problem, {}, {})), arrays)


def relu_frobenius(rows: int, seed: int, scale: float = 1.0) -> tuple[Arrays, Expected]:
    random = np.random.default_rng(seed)
    shapes = {"X": (rows, 4), "W": (4, 3), "Y": (rows, 3)}
    arrays = {n: scale * random.standard_normal(s).astype(np.float32).astype(np.float64) for n, s in shapes.items()}
    return arrays, evaluation("||max(X W, 0) - Y||_F^2", arrays).gradients(None, ["W"])["W"]


def single(arrays: Arrays) -> dict[str, Any]:
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def at_once(arrays: Arrays) -> Any:
    a = single(arrays)
    z = a["X"] @ a["W"]
    return a["X"].T @ (2 * (np.maximum(z, 0) - a["Y"]) * (z > 0))


def row_by_row(arrays: Arrays) -> Any:
    a = single(arrays)
    total = np.zeros(a["W"].shape, np.float32)
    for x, y in zip(a["X"], a["Y"], strict=True):
        z = x @ a["W"]
        total += np.outer(x, 2 * (np.maximum(z, 0) - y) * (z > 0))
    return total


def backwards(arrays: Arrays) -> Any:
    return row_by_row({**arrays, "X": arrays["X"][::-1], "Y": arrays["Y"][::-1]})


def rounded_inputs(arrays: Arrays) -> Any:
    z = arrays["X"] @ arrays["W"]
    residual = (2 * (np.maximum(z, 0) - arrays["Y"]) * (z > 0)).astype(np.float32)
    return (arrays["X"].T @ residual.astype(np.float64)).astype(np.float64)


def verdict(answer: Any, expected: Expected) -> str:
    target = Target.of(expected, rtol=1e-5, atol=1e-8)
    returned = Returned(str(answer.dtype), answer.shape, answer.astype(np.float64))
    return compare(returned, target).verdict


ROWS = [10, 100, 1000, pytest.param(10_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("computed", [at_once, row_by_row, backwards, rounded_inputs])
def test_gradient_in_float32_is_accepted_in_any_order(computed: Any, rows: int, scale: float) -> None:
    """The same formula, with the rows together, one by one, or from the last to the first."""
    for seed in range(3 if rows < 10_000 else 1):
        arrays, expected = relu_frobenius(rows, seed, scale)
        assert verdict(computed(arrays), expected) == "correct"


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("rows", ROWS)
def test_gradient_in_float32_that_forgets_a_row_is_refused(rows: int, scale: float) -> None:
    """The widening never hides a mistake, not even a thousandth of the data."""
    for seed in range(3):
        arrays, expected = relu_frobenius(rows, seed, scale)
        short = {**arrays, "X": arrays["X"][1:], "Y": arrays["Y"][1:]}
        assert verdict(at_once(short), expected) == "incorrect"


OBJECTIVES = [
    "sum(exp(X W))", "sum(sigmoid(X W) * Y)", "mean((tanh(X W) - Y)**2)", "sum(softmax(X W) * Y)",
    "sum(logsumexp(X W))", "||X W - Y||_F", "||X W - Y||_1", "sum(log(1 + (X W)**2))", "sum(X W / (2 + cos(Y)))",
    "sum(softplus(X W) * sqrt(1 + Y**2))", "sum((X W)**3)", "sum(sum(X W, axis=0)**2)", "tr(inv(W W^T) X^T X) / 100",
    "sum(sin(X W)[1:] * Y[:-1])", "mean(mean(X W, axis=1, keepdims=1) * Y)", "det(W W^T) + logdet(W W^T)",
]  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_bound_holds_for_autograd_in_float32(objective: str) -> None:
    """What torch makes of the same objective in float32 is within the bounds, element by element."""
    for seed in range(5):
        random = np.random.default_rng(seed)
        shapes = {"X": (9, 3), "W": (3, 5), "Y": (9, 5)}
        arrays = {name: random.standard_normal(s).astype(np.float32).astype(np.float64) for name, s in shapes.items()}
        exact = evaluation(objective, arrays)
        wrt = [name for name in shapes if name in objective]
        expected = exact.gradients(None, wrt)
        rough = evaluation(objective, arrays)
        rough.inputs = {name: value.float() for name, value in rough.inputs.items()}
        found = rough._autograd({rough.graph.name: np.ones((), np.float32)}, wrt)
        for name in wrt:
            error = np.abs(found[name].double().numpy() - expected[name].value)
            assert (error <= expected[name].float32 + 1e-30).all(), name
            assert expected[name].float32.max() < 0.05 * np.abs(expected[name].value).max()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_bound_of_mixed_arithmetic_is_the_smaller(objective: str) -> None:
    """Sums in float64 do not drift."""
    random = np.random.default_rng(1)
    arrays = {n: random.standard_normal(s) for n, s in {"X": (9, 3), "W": (3, 5), "Y": (9, 5)}.items()}
    wrt = [name for name in arrays if name in objective]
    for expected in evaluation(objective, arrays).gradients(None, wrt).values():
        assert (expected.mixed <= expected.float32).all()
        assert (expected.mixed >= 0).all()


def test_bound_of_equal_terms_allows_for_their_drift() -> None:
    """Adding 0.1 ten thousand times in float32 is off by more than random terms would be."""
    arrays = {"x": np.full(10_000, np.float64(np.float32(0.1)))}
    expected = evaluation("sum(x)", arrays).value("loss")
    total = np.float32(0)
    for term in arrays["x"].astype(np.float32):
        total += term
    assert abs(float(total) - 1000.0) > 0.05
    assert verdict(np.asarray(total), expected) == "correct"
    assert verdict(np.asarray(np.float32(1002)), expected) == "incorrect"


def test_bound_of_numbers_that_float32_holds_is_zero_before_anything_is_computed() -> None:
    """Normal draws are float32 numbers."""
    found = evaluation("x^T x", {"x": np.array([0.5, 2.0, -1.0])})
    assert not found.errors[FLOAT32][found.graph.inputs["x"]].any()
    found = evaluation("x^T x", {"x": np.array([0.1, 0.2, 0.3])})
    assert found.errors[MIXED][found.graph.inputs["x"]].all()


def test_inherited_errors_are_never_more_than_their_sum() -> None:
    """Few errors add up, many cancel."""
    one = torch.tensor(1.0)
    assert inherited(one, one) == 1
    assert inherited(torch.tensor(10_000.0), torch.tensor(10_000.0)) == 600


def test_rule_of_every_operation_exists() -> None:
    """No operation escapes."""
    assert all(callable(row.rounding) for row in TABLE.values())
