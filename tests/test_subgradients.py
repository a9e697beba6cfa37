"""The choice of subgradients nearest to an answer: found where there is one, and no nearer where there is none."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment, Problem
from grader.compare import Target, compare
from grader.preparation import prepare
from grader.sandbox.job import Returned
from grader.subgradients import HALF, Choices, bounded_least_squares, nearest

Array = npt.NDArray[np.float64]


def by_small_steps(columns: Array, wanted: Array) -> Array:
    """The same minimum by projected gradient descent: slow, and too simple to be wrong."""
    x = np.zeros(columns.shape[1])
    length = 1.0 / max(float(np.linalg.norm(columns, 2)) ** 2, 1e-12)
    for _ in range(20_000):
        x = np.clip(x - length * columns.T @ (columns @ x - wanted), -HALF, HALF)
    return x


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 30))
def test_bounded_least_squares_finds_what_lies_within(seed: int, rows: int, kinks: int) -> None:
    """Whatever can be reached exactly is reached, also with more kinks than equations."""
    random = np.random.default_rng(seed)
    columns = random.standard_normal((rows, kinks)) * random.integers(0, 2, (rows, kinks))
    wanted = columns @ random.uniform(-HALF, HALF, kinks)
    found = bounded_least_squares(columns, wanted)
    assert np.abs(found).max() <= HALF
    np.testing.assert_allclose(columns @ found, wanted, atol=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_bounded_least_squares_comes_as_near_as_can_be(seed: int) -> None:
    """Where the answer is out of reach, nothing within the bounds is nearer."""
    random = np.random.default_rng(seed)
    columns = random.standard_normal((12, 7))
    wanted = 3 * random.standard_normal(12)
    found, other = bounded_least_squares(columns, wanted), by_small_steps(columns, wanted)
    assert np.linalg.norm(columns @ found - wanted) <= np.linalg.norm(columns @ other - wanted) + 1e-6


def test_nearest_is_measured_in_units_of_what_is_allowed() -> None:
    """An element that may be off by much gives way to one that may not."""
    choices = Choices((), np.zeros(2), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose(nearest(choices, np.array([0.4, 0.0]), np.array([1e-3, 1.0])), [0.4, 0.4], atol=1e-5)


# ----- through references and comparison -----


def case_at_kinks(objective: str, **inputs: Array) -> tuple[dict[str, Array], Target]:
    """The inputs and the target for W (or X) of an objective at exact kinks."""
    specs = {name: {"values": tuple(map(tuple, array.tolist()))} for name, array in inputs.items()}
    problem = Problem.model_validate(
        {"id": "p", "seed": 0, "objective": objective, "inputs": specs, "wrt": (next(iter(inputs)),),
         "cases": ({"name": "fixed", "visibility": "public"},)}
    )  # fmt: skip
    prepared = prepare(Assignment(id="a", title={"en": "a"}, sha256="0", problems=(problem,)))
    return inputs, prepared.asked[0].cases[0].target


def verdict(answer: Array, target: Target) -> str:
    return compare(Returned("float64", answer.shape, answer), target).verdict


W = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 2.0]])
X = np.array([[1.0, -1.0], [0.0, 1.0], [2.0, 0.0], [1.0, 1.0]])
Y = np.arange(12.0).reshape(4, 3) - 5.5


@pytest.mark.parametrize("spelling", ["max(X W, 0)", "max(0, X W)", "relu(X W)"])
def test_kinks_any_derivative_of_relu_at_zero_is_right(spelling: str) -> None:
    """0, ½, 1 and anything between, each entry for itself, however relu is spelled; outside of that it is wrong."""
    _, target = case_at_kinks(f"||{spelling} - Y||_F^2", W=W, X=X, Y=Y)
    Z = X @ W
    assert (Z == 0).sum() >= 3
    residual = 2 * (np.maximum(Z, 0) - Y)
    random = np.random.default_rng(0)
    for at_zero in (0.0, 0.5, 1.0, 0.25, random.uniform(0, 1, Z.shape)):
        assert verdict(X.T @ (residual * np.where(Z == 0, at_zero, Z > 0)), target) == "correct"
    for at_zero in (-0.5, 1.5):
        assert verdict(X.T @ (residual * np.where(Z == 0, at_zero, Z > 0)), target) == "incorrect"
    for wrong in (X.T @ residual, X.T @ residual / 2, np.zeros_like(W)):
        assert verdict(wrong, target) == "incorrect"


def test_kinks_any_sign_of_zero_is_right() -> None:
    """The derivative of an absolute value at 0 lies between -1 and 1."""
    zeros = np.array([[0.0, 1.0, -2.0], [3.0, 0.0, 0.0]])
    for objective in ("sum(|A| * B)", "sum(abs(A) * B)"):
        _, target = case_at_kinks(objective, A=zeros, B=W)
        for at_zero in (-1.0, 0.0, 1.0, 0.3):
            assert verdict(W * np.where(zeros == 0, at_zero, np.sign(zeros)), target) == "correct"
        assert verdict(W * np.where(zeros == 0, 1.2, np.sign(zeros)), target) == "incorrect"


def test_kinks_ties_of_a_maximum_are_shared_in_any_way() -> None:
    """Where both arguments are equal either counts, or both in part; the parts make a whole."""
    A = np.array([[1.0, 2.0], [3.0, -1.0]])
    B = np.array([[1.0, 0.0], [3.0, -1.0]])
    C = np.array([[2.0, -3.0], [5.0, 7.0]])
    _, target = case_at_kinks("sum(max(A, B) * C)", A=A, B=B, C=C)
    for share in (0.0, 0.5, 1.0):
        assert verdict(C * np.where(A == B, share, A > B), target) == "correct"
    assert verdict(C * np.where(A == B, 2.0, A > B), target) == "incorrect"


def test_kinks_of_two_layers_may_be_chosen_alike() -> None:
    """A convention that is kept through a network is right, although its choices multiply."""
    V = np.array([[1.0, -1.0], [0.0, 1.0], [-1.0, 2.0]])
    _, target = case_at_kinks("sum(relu(relu(X W) V))", W=W, X=X, V=V)
    Z = X @ W
    H = np.maximum(Z, 0)
    U = H @ V
    for at_zero in (0.0, 0.5, 1.0):
        upper = np.where(U == 0, at_zero, U > 0)
        lower = np.where(Z == 0, at_zero, Z > 0)
        assert verdict(X.T @ ((upper @ V.T) * lower), target) == "correct"
