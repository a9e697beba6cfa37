"""Expressions as text and as LaTeX."""

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from grader.objective import Graph
from grader.objective.operations import T, apply, div, greater, matmul, mul, neg, number, one_minus, scaled, sub
from grader.objective.printing import gradient_of, latex, latex_gradient, latex_name, text
from grader.reference import Evaluation
from grader.sizing import graph_of, layout
from tests.few_or_many import few_or_many
from tests.objective.test_adjoint import ONE_OF_EACH, inputs, objectives, problem


def graph(objective: str) -> Graph:
    asked = problem(objective)
    return graph_of(asked, layout(asked, asked.dims, asked.inputs))


def is_mathematics(formula: str) -> None:
    """That a formula is LaTeX, as far as matplotlib knows it."""
    MathTextParser("path").parse(f"${formula}$")


def check_read_back(objective: str) -> None:
    asked = graph(objective)
    written = text(asked.objective)
    values = [Evaluation(one, inputs(0)).array("loss") for one in (asked, graph(written))]
    np.testing.assert_allclose(values[1], values[0], rtol=1e-12, err_msg=written)


@pytest.mark.parametrize("operation", ONE_OF_EACH)
def test_text_of_each_operation_is_the_language_itself(operation: str) -> None:
    """What is printed means the same when it is read, and its LaTeX is well-formed."""
    check_read_back(ONE_OF_EACH[operation])
    is_mathematics(latex(graph(ONE_OF_EACH[operation]).objective))


@few_or_many(15, 300, objectives())
def test_text_of_random_objectives_is_the_language_itself(objective: str) -> None:
    """Whatever is nested in whatever, no bracket is missing."""
    check_read_back(objective)


@pytest.mark.parametrize(
    "objective",
    [
        "sum(X W ⊙ X W + b)",
        "sum((X − c) ⊙ (c − X) / (c + 1))",
        "||Wᵀ (X V)ᵀ||_F^2",
        "uᵀ V P u − 1/2 ||u||_2^2",
        "sum(X − (c − u) − 2 X ⊙ c)",
        "sum(2 (X − c) ⊙ X)",
        "sum((X[1:])ᵀ) − sum(X[1:]**3) + s^3",
        "X[2, -1]^2 + sum(X[:, ::2])",
        "sum(exp(−X) ⊙ (−X))",
        "2/N s sum(X) / (s + 1)",
    ],
)
def test_text_has_no_bracket_too_many(objective: str) -> None:
    """Objectives that are written with the fewest brackets are printed as they are."""
    expected = objective.replace("X W ⊙ X W", "X W ⊙ (X W)").replace("(X[1:])ᵀ", "X[1:]ᵀ")
    assert text(graph(expected).objective) == expected


X, W, u = (graph("sum(X W) + sum(u)").inputs[name] for name in "XWu")
UPSTREAM = gradient_of("Z1", matmul(X, W))


@pytest.mark.parametrize(
    ("node", "expected", "in_latex"),
    [
        (matmul(T(X), UPSTREAM), "Xᵀ dZ1", r"X^\top \, \bar{Z}_{1}"),
        (scaled(2, greater(X, number(0))), "2 * 1[X > 0]", r"2 \, \mathbf{1}[X > 0]"),
        (greater(number(0), X), "1[X < 0]", r"\mathbf{1}[X < 0]"),
        (apply("at_most", X, number(0)), "1[X ≤ 0]", r"\mathbf{1}[X \leq 0]"),
        (apply("at_most", number(0), X), "1[X ≥ 0]", r"\mathbf{1}[X \geq 0]"),
        (mul(UPSTREAM, one_minus(UPSTREAM)), "dZ1 ⊙ (1 − dZ1)", r"\bar{Z}_{1} \odot (1 - \bar{Z}_{1})"),
        (neg(scaled(2, sub(X, X))), "−2 (X − X)", r"-2 \, (X - X)"),
        (apply("identity_like", T(matmul(T(X), X))), "I", "I"),
        (apply("onehot_like", graph("sum(X[y])").inputs["y"], X), "onehot(y, 3)", r"\operatorname{onehot}(y)"),
        (div(X, apply("count", X)), "X / (5 * 3)", r"\frac{X}{5 \cdot 3}"),
        (apply("spread", number(1), X), "𝟏 𝟏ᵀ", r"\mathbf{1} \, \mathbf{1}^\top"),
        (apply("spread", number(0), X), "0", "0"),
        (apply("spread", u, X, axis=0), "𝟏 uᵀ", r"\mathbf{1} \, u^\top"),
        (apply("spread", u, T(X), axis=1), "u 𝟏ᵀ", r"u \, \mathbf{1}^\top"),
        (apply("scatter", X, X, parts=((None, (None, 1), None),)), "put(X, [:1])", r"\operatorname{put}_{:1}(X)"),
        (apply("reshape_like", X, T(X)), "reshape(X, [3, 5])", r"\operatorname{reshape}(X, [3, 5])"),
        (apply("outer", u, u), "col(u) col(u)ᵀ", r"u \, u^\top"),
        (apply("sign", X), "sign(X)", r"\operatorname{sign}(X)"),
        (apply("sum_like", X, u), "sum(X, to=[3])", r"\operatorname{sum}_{[3]}(X)"),
        (apply("softmax", X, axis=-1), "softmax(X, axis=1)", r"\operatorname{softmax}(X, \mathrm{axis}=1)"),
        (apply("inv", apply("inv", T(matmul(T(X), X)))), "inv(inv((Xᵀ X)ᵀ))", r"(((X^\top \, X)^\top)^{-1})^{-1}"),
        (scaled(-1e-20, X), "(−1e-20) X", r"(-1 \cdot 10^{-20}) \, X"),
    ],
)
def test_words_of_adjoints_are_written_as_people_do(node, expected, in_latex) -> None:  # type: ignore[no-untyped-def]
    """Masks, identities, ones: in text and in LaTeX, which is well-formed."""
    assert (text(node), latex(node)) == (expected, in_latex)
    is_mathematics(latex(node))


@pytest.mark.parametrize(
    ("name", "expected", "gradient"),
    [
        ("X", "X", r"\bar{X}"),
        ("w1", "w_{1}", r"\bar{w}_{1}"),
        ("W_out", r"W_{\mathrm{out}}", r"\bar{W}_{\mathrm{out}}"),
        ("W_out2", r"W_{\mathrm{out},2}", r"\bar{W}_{\mathrm{out},2}"),
        ("out", r"\mathrm{out}", r"\overline{\mathrm{out}}"),
        ("beta", r"\beta", r"\bar{\beta}"),
        ("β", r"\beta", r"\bar{\beta}"),
        ("Λ_1", r"\Lambda_{1}", r"\bar{\Lambda}_{1}"),
        ("a_b_c", r"a_{\mathrm{b\_c}}", r"\bar{a}_{\mathrm{b\_c}}"),
    ],
)
def test_latex_name_has_its_index_below(name: str, expected: str, gradient: str) -> None:
    """Digits and what follows an underscore are an index, Greek letters are commands, words upright."""
    assert (latex_name(name), latex_gradient(name)) == (expected, gradient)
    is_mathematics(f"{expected} {gradient}")
