"""What is said of the example submissions: by file and gradient the codes, the most telling first."""

from collections.abc import Iterator, Mapping
from typing import get_args

import pytest

from grader.assignment import MistakeCode
from grader.grading import grade
from grader.intake import collect
from grader.sandbox import OpenSandbox, open_sandbox
from tests.planted import SHIPPED, prepared

SUBMISSIONS = SHIPPED.parent / "submissions"

TABLE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "affine_frobenius/diego_forgot_the_bias": dict.fromkeys("XWb", ("missing_term",)),
    "affine_frobenius/feng_factor_in_one_place": {"W": ("factor",)},
    "affine_frobenius/greta_norm_not_squared": dict.fromkeys("XWb", ("norm_not_squared",)),
    "matrix_chain_rule/cheng_ignores_dy": dict.fromkeys("XW", ("ignored_upstream",)),
    "matrix_chain_rule_left/dalia_swapped_results": dict.fromkeys("XW", ("swapped_gradients",)),
    "matrix_chain_rule_left/fan_transposed_layout": {"W": ("layout",)},
    "relu_frobenius/alice_right": {},
    "relu_frobenius/bob_missing_mask": dict.fromkeys("XW", ("missing_mask",)),
    "relu_frobenius/dana_right_float32": {},
    "relu_frobenius/hana_wrong_sign": dict.fromkeys("XW", ("sign",)),
    "relu_frobenius/ivan_missing_transpose": {"X": ("transpose",)},
    "relu_frobenius/julia_wrong_shape": {"X": ("layout",), "W": ("flattened",), "Y": ("collapsed_sum",)},
    "relu_frobenius/mei_hard_coded": {"W": ("constant_answer",)},
    "relu_frobenius/olga_mean_instead_of_sum": dict.fromkeys("XWY", ("mean_vs_sum",)),
    "relu_frobenius/rosa_unfinished": dict.fromkeys("XWY", ("unfinished",)),
    "relu_frobenius/tina_mask_of_the_residual": dict.fromkeys("XW", ("wrong_mask",)),
    "relu_frobenius/ulf_no_mask_and_no_factor_two": dict.fromkeys("XW", ("missing_mask", "factor")),
    "relu_frobenius/vera_difference_quotients": dict.fromkeys("XWY", ("finite_differences",)),
    "relu_frobenius/willi_inverse_for_transpose": {"X": ("inverse",)},
    "relu_frobenius/xenia_loop_starts_at_one": {"W": ("index_slip",)},
    "relu_frobenius/yusuf_wrong_where_cut_off": {"Y": ("localized",)},
    "relu_frobenius/zoe_factors_in_another_order": {"W": ("wrong_order",)},
    "scalar_practice/clara_inner_derivative": dict.fromkeys("wx", ("inner_derivative", "swapped_gradients")),
    "softmax_classifier/akira_right": {},
    "softmax_classifier/bettina_right_samples_one_by_one": {},
    "softmax_classifier/claudio_keeps_an_axis": {"b": ("keepdims",)},
    "softmax_classifier/dunja_bias_not_summed": {"b": ("missing_sum", "swapped_gradients")},
    "softmax_classifier/eduardo_penalty_without_its_two": {"W": ("regularization", "factor")},
    "softmax_classifier/fumiko_diagonal_of_the_softmax": {
        "S": ("softmax_diagonal",),
        **dict.fromkeys("Wb", ("follow_through",)),
    },
    "softmax_classifier/gabor_bias_summed_over_the_classes": {"b": ("wrong_axis",)},
    "softmax_classifier/hong_goes_on_from_a_wrong_step": {
        "S": ("mean_vs_sum",),
        **dict.fromkeys("Wb", ("follow_through",)),
    },
    "two_layer_sigmoid/cai_derivative_at_z": dict.fromkeys(("x", "w1", "b1"), ("activation_derivative",)),
    "two_layer_sigmoid_as_run/elif_elementwise_product": dict.fromkeys(
        ("w1", "w2"), ("elementwise_vs_matmul", "swapped_gradients")
    ),
}


def test_every_code_has_an_example() -> None:
    """One example of each mistake that can be named is told it first."""
    first = {said[0] for told in TABLE.values() for said in told.values()}
    assert first == {*get_args(MistakeCode), "localized"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[OpenSandbox]:
    with open_sandbox("torch") as opened:
        yield opened


@pytest.mark.parametrize("path", TABLE)
def test_example_submission_is_told_its_mistakes(path: str, sandbox: OpenSandbox) -> None:
    """The mistake in its name, and nothing of what is right."""
    assignment = prepared(path.partition("/")[0])
    (submission,) = collect([SUBMISSIONS / f"{path}.py"], [asked.function for asked in assignment.asked])
    report = grade(assignment, submission, {"torch": sandbox})
    found = {one.wrt: tuple(said.code for said in one.diagnosis) for one in report.gradients if one.diagnosis}
    assert found == TABLE[path]
