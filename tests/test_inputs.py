"""What is drawn, and that a notebook draws the same."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from grader.assignment import Value
from grader.assignment_file import loads
from grader.cases import cases
from grader.inputs import Input, draw, is_drawn
from grader.objective import labels_of
from grader.problem import resolve
from grader.reference import TorchRandomness


def drawn(seed: int = 0, **keys: Any) -> dict[str, Input]:
    assignment = loads(json.dumps({"seed": seed, **keys}), "hw.yaml")
    resolved = resolve(assignment.problems[0])
    handout = cases(resolved, assignment.sha256)[0]
    return draw(
        handout,
        differentiated=frozenset(resolved.wrt),
        labels=labels_of(resolved.graph),
        random=TorchRandomness(handout.seed),
    )


def one(shape: list[int], seed: int = 0, **spec: Any) -> Any:
    """A single input of that kind."""
    return drawn(seed, objective="sum(X)", shapes={"X": shape}, inputs={"X": spec})["X"]


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**63 - 1])
def test_normals_are_those_of_a_notebook(seed: int) -> None:
    """`torch.manual_seed(seed)`, then `torch.randn` for every input in file order."""
    found = drawn(seed, objective="||max(X W, 0) - Y||_F^2", shapes={"X": [10, 4], "W": [4, 4], "Y": [10, 4]})
    torch.manual_seed(seed)
    for name, shape in (("X", (10, 4)), ("W", (4, 4)), ("Y", (10, 4))):
        expected = torch.randn(shape)
        assert np.array_equal(found[name], expected.double().numpy())  # type: ignore[arg-type]
        assert found[name].dtype == np.float64  # type: ignore[union-attr]


def test_draws_of_all_kinds_follow_one_another_in_file_order() -> None:
    """First the order of `shapes`, then names that stand only under `inputs`; constants draw nothing."""
    found = drawn(
        objective="k + v + sum(S[y]) + sum(u) + b + sum(c)",
        shapes={"u": [3], "S": [5, 3], "y": [5], "b": []},
        inputs={"k": {"value": 7}, "v": {"value": 0.5}, "c": {"values": [1, 2]}, "u": {"draw": "uniform"},
                "y": {"draw": "labels", "classes": 3}},
    )  # fmt: skip
    torch.manual_seed(0)
    assert list(found) == ["u", "S", "y", "b", "k", "v", "c"]
    assert np.array_equal(found["u"], torch.rand(3).double().numpy())
    assert np.array_equal(found["S"], torch.randn(5, 3).double().numpy())
    assert np.array_equal(found["y"], torch.randint(0, 3, (5,)).numpy())
    assert np.array_equal(found["b"], torch.randn(()).double().numpy())


def test_values_stay_as_they_are_written() -> None:
    """A constant is the Python number of the file; one that is differentiated is a 0-d array."""
    written = {"k": {"value": 7}, "v": {"value": 0.5}, "c": {"values": [[1, 2], [3, 4]]}}
    found = drawn(objective="k v sum(c) sum(X)", shapes={"X": [3]}, inputs=written)
    assert (found["k"], type(found["k"]), found["v"], type(found["v"])) == (7, int, 0.5, float)
    assert found["c"].dtype == np.float64  # type: ignore[union-attr]
    assert np.array_equal(found["c"], [[1, 2], [3, 4]])
    found = drawn(objective="k v sum(c) sum(X)", shapes={"X": [3]}, inputs=written, wrt=["k"])
    assert isinstance(found["k"], np.ndarray)
    assert (found["k"].shape, found["k"].dtype, float(found["k"])) == ((), np.float64, 7.0)
    assert found["v"] == 0.5
    assert type(found["v"]) is float


def test_labels_are_of_integer_type_however_they_are_made() -> None:
    """Drawn, or written as values."""
    shapes = {"S": [400, 7]}
    found = drawn(objective="sum(S[y])", shapes={**shapes, "y": [400]}, inputs={"y": {"draw": "labels", "classes": 7}})
    assert found["y"].dtype == np.int64  # type: ignore[union-attr]
    assert {*found["y"].tolist()} == {*range(7)}  # type: ignore[union-attr]
    found = drawn(objective="sum(S[y])", shapes={"S": [3, 2]}, inputs={"y": {"values": [0, 1, 1]}})
    assert found["y"].dtype == np.int64  # type: ignore[union-attr]
    found = drawn(objective="sum(S y)", shapes={"S": [2, 3]}, inputs={"y": {"values": [0, 1, 1]}})
    assert found["y"].dtype == np.float64  # type: ignore[union-attr]


def test_normal_has_its_law() -> None:
    """Mean 0, variance 1, numbers that float32 holds."""
    found = one([100, 100], draw="normal")
    assert abs(found.mean()) < 0.05
    assert abs(found.std() - 1) < 0.05
    assert np.array_equal(found, found.astype(np.float32))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 2), (-3, 5.5), (2, 2)])
def test_uniform_has_its_law(low: float, high: float) -> None:
    """Within its bounds, all over them."""
    found = one([100, 100], draw="uniform", low=low, high=high)
    assert found.min() >= low
    assert found.max() <= high
    assert abs(found.mean() - (low + high) / 2) < 0.05 * (high - low) + 1e-12
    assert np.array_equal(found, found.astype(np.float32))


@pytest.mark.parametrize(("low", "high"), [(-2, 2), (0, 0), (-1, 1), (5, 9)])
def test_integers_have_their_law(low: int, high: int) -> None:
    """Whole numbers as floats, both ends included."""
    found = one([100, 20], draw="integers", low=low, high=high)
    assert found.dtype == np.float64
    assert {*found.ravel().tolist()} == {*map(float, range(low, high + 1))}


@pytest.mark.parametrize("shape", [[6, 4], [4], [2, 5, 3]])
def test_onehot_has_a_single_one_in_every_row(shape: list[int]) -> None:
    """And zeros."""
    found = one(shape, draw="onehot")
    assert found.shape == tuple(shape)
    assert {*found.ravel().tolist()} == {0.0, 1.0}
    assert (found.sum(-1) == 1).all()


@pytest.mark.parametrize("shape", [[6, 4], [4], [2, 5, 3]])
def test_simplex_rows_are_positive_and_sum_to_one(shape: list[int]) -> None:
    """A probability distribution in every row."""
    found = one(shape, draw="simplex")
    assert found.shape == tuple(shape)
    assert (found > 0).all()
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-14)


@pytest.mark.parametrize("size", [1, 3, 20])
def test_spd_is_symmetric_and_positive_definite(size: int) -> None:
    """And well conditioned."""
    found = one([size, size], draw="spd")
    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() >= 1 - 1e-12
    assert np.linalg.cond(found) < 100


def test_symmetric_is_its_own_transpose() -> None:
    """Exactly."""
    found = one([6, 6], draw="symmetric")
    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() < 0


@pytest.mark.parametrize("shape", [[4, 4], [6, 3], [3, 6], [1, 1]])
def test_orthogonal_has_orthonormal_columns_or_rows(shape: list[int]) -> None:
    """Of the longer side there are too many."""
    found = one(shape, draw="orthogonal")
    assert found.shape == tuple(shape)
    small = found.T @ found if shape[0] >= shape[1] else found @ found.T
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-14)


def test_draw_of_another_seed_gives_other_numbers_unless_the_spec_is_fixed() -> None:
    """What `is_drawn` says."""
    kinds = ["normal", "uniform", "integers", "onehot", "simplex", "spd", "symmetric", "orthogonal"]
    for kind in kinds:
        assert not np.array_equal(one([9, 9], 0, draw=kind), one([9, 9], 1, draw=kind)), kind
        assert np.array_equal(one([9, 9], 3, draw=kind), one([9, 9], 3, draw=kind)), kind
    assert not is_drawn(Value(value=1))
