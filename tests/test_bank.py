"""The bank of a question: what single mistakes and pairs of them lead to, case by case."""

import numpy as np
import pytest

from grader.matching import Impossible, Shaped
from tests.planted import asked_for, bank_of


def codes(name: str, wrt: str) -> set[tuple[str, str | None]]:
    return {(entry.codes[0], entry.steps[0]) for entry in bank_of(asked_for(name, wrt)).entries}


@pytest.mark.parametrize(
    ("name", "wrt", "expected"),
    [
        ("relu_frobenius", "W", {("missing_mask", "H"), ("wrong_mask", "H"), ("sign", None), ("layout", None)}),
        ("two_layer_sigmoid", "w1", {("activation_derivative", "h")}),
        ("softmax_regression", "W", {("regularization", "reg ||W||_F^2"), ("index_slip", "cross_entropy(S, y)")}),
        ("bias_rows", "b", {("missing_sum", "Z"), ("collapsed_sum", "Z"), ("keepdims", None), ("wrong_axis", "Z")}),
        ("attention", "Q", {("softmax_diagonal", "P"), ("wrong_axis", "P")}),
        ("residual_norm", "x", {("norm_not_squared", "loss")}),
        ("affine_step", "W", {("ignored_upstream", None), ("swapped_gradients", "X")}),
        ("trace_form", "A", {("swapped_gradients", "X"), ("layout", None)}),
    ],
)
def test_entries_of_a_question(name: str, wrt: str, expected: set[tuple[str, str | None]]) -> None:
    """Some of them: code and step."""
    assert expected <= codes(name, wrt)


def test_values_are_arrays_shapes_or_impossible() -> None:
    """Where W is square a missing transpose has numbers; where it is not, it has none."""
    entries = bank_of(asked_for("relu_frobenius", "X")).entries
    transpose = next(entry for entry in entries if entry.codes == ("transpose",))
    assert isinstance(transpose.values[0], np.ndarray)
    assert all(isinstance(value, Impossible | Shaped) for value in transpose.values[1:])


def test_entries_differ() -> None:
    """Of the same values there are several codes, but no code twice."""
    for name, wrt in (("relu_frobenius", "W"), ("normalisation", "X")):
        seen = set()
        for entry in bank_of(asked_for(name, wrt)).entries:
            arrays = [value for value in entry.values if isinstance(value, np.ndarray)]
            key = (entry.codes, tuple(np.round(array, 9).tobytes() for array in arrays), len(arrays))
            assert not arrays or key not in seen
            seen.add(key)


def test_pairs_follow_one_another() -> None:
    """The transpose of what comes through a mask that is missing."""
    bank = bank_of(asked_for("relu_frobenius", "X"))
    case = asked_for("relu_frobenius", "X").cases[0]
    pairs = bank.pairs_at(0)
    both = [entry for entry in pairs.entries.values() if entry.codes == ("missing_mask", "transpose")]
    assert both
    assert not np.allclose(both[0].values[0], case.target.value)  # type: ignore[arg-type]
    key = next(key for key, entry in pairs.entries.items() if entry is both[0])
    whole = bank.pair(key)
    assert whole.codes == ("missing_mask", "transpose")
    assert len(whole.values) == len(asked_for("relu_frobenius", "X").cases)


def test_terms_of_a_sum() -> None:
    """Each with its part of the gradient; one that keeps a variable small is a penalty."""
    asked = asked_for("softmax_regression", "W")
    data, penalty = bank_of(asked).terms
    assert (data.penalty, penalty.penalty) == (False, True)
    for one, other, case in zip(data.values, penalty.values, asked.cases, strict=True):
        assert one is not None
        assert other is not None
        assert np.allclose(one + other, case.target.value)


def test_counts_are_lengths_and_their_products() -> None:
    """What people divide by, in every case."""
    counts = bank_of(asked_for("relu_frobenius", "W")).counts
    assert {10.0, 40.0} <= {count[0] for count in counts}
    assert len({len(count) for count in counts}) == 1


def test_masks_say_what_is_let_through() -> None:
    masks = bank_of(asked_for("relu_frobenius", "Y")).masks
    assert list(masks) == ["H"]
    assert masks["H"][0] is not None
    assert masks["H"][0].shape == (10, 4)
