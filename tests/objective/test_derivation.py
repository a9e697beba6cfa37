"""The derivation of gradients, step by step."""

import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from grader.inputs import Input
from grader.objective import Graph, Node
from grader.objective.derivation import Line, as_latex, as_markdown, as_text, derive
from grader.objective.graph import in_order
from grader.objective.operations import TABLE
from grader.reference import Evaluation
from grader.sizing import graph_of, layout
from tests.few_or_many import few_or_many
from tests.objective.test_adjoint import ONE_OF_EACH, inputs, objectives, problem
from tests.objective.test_naming import graph as network

SHEET = "Z = X W\nH = max(Z, 0)\nf = ||H - Y||_F^2"


def graph(objective: str) -> Graph:
    asked = problem(objective)
    return graph_of(asked, layout(asked, asked.dims, asked.inputs))


def test_derivation_of_the_first_sheet_is_the_textbooks() -> None:
    """The five gradients that the sheet asks for on the way, and their closed forms."""
    assert as_text(derive(network(SHEET), ["W", "X", "Y"])) == (
        "Z = X W\n"
        "H = max(Z, 0)\n"
        "f = ||H − Y||_F^2\n"
        "\n"
        "dH = 2 (H − Y)\n"
        "dZ = dH ⊙ 1[Z > 0]\n"
        "dW = Xᵀ dZ\n"
        "dX = dZ Wᵀ\n"
        "dY = −2 (H − Y)\n"
        "\n"
        "dW = 2 Xᵀ ((H − Y) ⊙ 1[Z > 0])\n"
        "dX = 2 ((H − Y) ⊙ 1[Z > 0]) Wᵀ\n"
        "dY = −2 (H − Y)\n"
        "\n"
        "A ⊙ B is the product of every element with its counterpart.\n"
        "1[A > B] is 1 where A > B, and 0 elsewhere.\n"
    )


def test_derivation_without_names_in_the_text_is_the_same() -> None:
    """Steps that the teacher did not name get their names."""
    named, unnamed = (as_text(derive(network(text), ["W", "Y"])) for text in (SHEET, "||max(X W, 0) - Y||_F^2"))
    assert unnamed.replace("loss", "f") == named


def test_derivation_as_latex_aligns_the_equals_signs() -> None:
    """What LaTeX needs, and nothing else."""
    assert as_latex(derive(network(SHEET), ["W"])) == (
        "\\begin{align*}\n"
        "  Z &= X \\, W \\\\\n"
        "  H &= \\max(Z, 0) \\\\\n"
        "  f &= \\|H - Y\\|_F^2\n"
        "\\end{align*}\n"
        "\n"
        "\\begin{align*}\n"
        "  \\bar{H} &= 2 \\, (H - Y) \\\\\n"
        "  \\bar{Z} &= \\bar{H} \\odot \\mathbf{1}[Z > 0] \\\\\n"
        "  \\bar{W} &= X^\\top \\, \\bar{Z}\n"
        "\\end{align*}\n"
        "\n"
        "\\begin{align*}\n"
        "  \\bar{W} &= 2 \\, X^\\top \\, ((H - Y) \\odot \\mathbf{1}[Z > 0])\n"
        "\\end{align*}\n"
    )


def test_derivation_as_markdown_is_displayed_formulas() -> None:
    """The same rows, between dollars."""
    latex, markdown = (render(derive(network(SHEET), ["W"])) for render in (as_latex, as_markdown))
    converted = latex.replace("\\begin{align*}", "$$\n\\begin{aligned}").replace("\\end{align*}", "\\end{aligned}\n$$")
    assert markdown == converted


@pytest.mark.parametrize(
    ("objective", "wrt", "expected"),
    [
        (
            "f = cross_entropy(X W + b, y)",
            "Wb",
            ["dZ = 1/5 (softmax(Z) − onehot(y, 4))", "dW = Xᵀ dZ", "db = sum(dZ, axis=0)"],
        ),
        ("f = u^T P u", "Pu", ["dP = col(u) col(u)ᵀ", "du = Pᵀ u + P u"]),
        ("f = 1/N ||X W - Y||_F^2", "WY", ["dR = 2/N R", "dW = Xᵀ dR", "dY = −dR"]),
        ("f = logdet(P)", "P", ["dP = inv(P)ᵀ"]),
        ("f = tr(X P X^T)", "XP", ["dX = X P + X Pᵀ", "dP = Xᵀ X"]),
        ("f = mean(X)", "X", ["dX = 1/15 𝟏 𝟏ᵀ"]),
        ("f = sum(softmax(X) * X)", "X", ["dS = X", "dX = S + S ⊙ (dS − sum(dS ⊙ S, axis=1, keepdims=1))"]),
        (
            "f = ||sigmoid(X W) V||_F^2",
            "XWV",
            ["dZ2 = 2 Z2", "dH = dZ2 Vᵀ", "dZ1 = dH ⊙ H ⊙ (1 − H)", "dX = dZ1 Wᵀ", "dW = Xᵀ dZ1", "dV = Hᵀ dZ2"],
        ),
        (
            "f = ||max(X W, 0)||_1 + ||max(X W, 0)||_F^2",
            "W",
            ["dH = 2 H + sign(H)", "dZ = dH ⊙ 1[Z > 0]", "dW = Xᵀ dZ"],
        ),
        ("Q = X W\nR = Q\nf = sum(Q * R)", "QW", ["dQ = 2 Q", "dW = Xᵀ dQ"]),
    ],
)
def test_derivation_goes_back_as_a_person_would(objective: str, wrt: str, expected: list[str]) -> None:
    """Classics of the textbooks: each line is one step, in terms of the one before."""
    assert [line.text for line in derive(network(objective), list(wrt)).back] == expected


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("Q = softmax(X V)\np = Q[y]\nf = -mean(log(p))", "dV = 1/5 Xᵀ (Q − onehot(y, 3))"),
        ("f = -sum(log(softmax(X V)[y]))", "dV = Xᵀ (S − onehot(y, 3))"),
        ("f = -1/N sum(onehot(y, 3) * log(softmax(X V)))", "dV = Xᵀ (S − onehot(y, 3)) / N"),
        ("Z = X V\nQ = softmax(Z)\nf = cross_entropy(Z, y)", "dV = 1/5 Xᵀ (Q − onehot(y, 3))"),
        (
            "Q = softmax(X V, axis=0)\nf = -mean(log(Q[y]))",
            "dV = 1/5 Xᵀ (Q ⊙ sum(onehot(y, 3), axis=0, keepdims=1) − onehot(y, 3))",
        ),
        ("f = mean((softmax(X V)[y] - 1)**2)", "dV = 2/5 Xᵀ (S ⊙ (onehot(y, 3) ⊙ col(z) − col(z ⊙ S[y])))"),
        ("f = sum(sigmoid(X V)[y])", "dV = Xᵀ (onehot(y, 3) ⊙ H ⊙ (1 − H))"),
    ],
)
def test_derivation_of_a_loss_of_probabilities_is_the_classic(objective: str, expected: str) -> None:
    """However the loss is written, the softmax leaves the probabilities less the labels."""
    assert [line.text for line in derive(graph(objective), ["V"]).closed] == [expected]
    check(objective, 3)


def test_derivation_with_a_gradient_that_is_given_ends_there() -> None:
    """What the student is handed may stand in a closed form, and then there is nothing to add to the way back."""
    derivation = derive(network("Q = X W\nf = sum(Q**2)"), ["W"], given=["Q"])
    assert as_text(derivation) == "Q = X W\nf = sum(Q**2)\n\ndQ = 2 Q\ndW = Xᵀ dQ\n"


def test_derivation_too_long_for_a_closed_form_is_in_steps() -> None:
    """Many paths to one input: their sum in full would fill pages."""
    layers = "\n".join(f"H{i + 1} = sin(H{i}) * H{i} + cos(H{i}) * H{i}" for i in range(20))
    derivation = derive(network(f"H0 = X\n{layers}\nf = sum(H20)"), ["X"])
    assert len(as_text(derivation)) < 10_000


def values_of(
    lines: tuple[Line, ...], given: dict[str, torch.Tensor], evaluation: Evaluation
) -> dict[str, torch.Tensor]:
    """What the lines come to, one after the other."""
    known = dict(given)
    for line in lines:
        values: dict[Node, torch.Tensor] = {}
        for node in in_order(line.expression):
            named = node.operation == "input"
            values[node] = known[str(node.options["name"])] if named else evaluation._value(node, values)
        known[f"d{line.name}" if line.is_gradient else line.name] = values[line.expression]
    return known


def check(objective: str, seed: int) -> None:
    asked = graph(objective)
    drawn: dict[str, Input] = inputs(seed)
    evaluation = Evaluation(asked, drawn)
    wrt = [name for name, node in asked.inputs.items() if name != "y" and node in in_order(asked.objective)]
    right = evaluation.gradients(None, wrt)
    derivation = derive(asked, wrt)
    given = {name: evaluation.values[node] for name, node in asked.inputs.items()}
    with torch.no_grad():
        forward = values_of(derivation.forward, given, evaluation)
        back = values_of(derivation.back, forward, evaluation)
        found = [back, values_of(derivation.closed, back, evaluation)]
    np.testing.assert_allclose(forward[asked.name], evaluation.array(asked.name))
    for name in wrt:
        expected = right[name].value
        size = max(1.0, float(np.abs(expected).max(initial=0)))
        for one in found:
            np.testing.assert_allclose(one[f"d{name}"].expand(expected.shape), expected, rtol=1e-9, atol=1e-9 * size)
    for part in derivation.parts:
        for line in part:
            assert line.latex().count("{") == line.latex().count("}")
            MathTextParser("path").parse(f"${line.latex()}$")


@pytest.mark.parametrize("operation", ONE_OF_EACH)
def test_derivation_of_each_operation_is_worth_what_autograd_finds(operation: str) -> None:
    """Every line computes what it says, both ways end at the right gradient, and the LaTeX can be set."""
    check(ONE_OF_EACH[operation], 0)


@few_or_many(8, 200, objectives(), st.integers(0, 1000))
def test_derivation_of_random_objectives_is_worth_what_autograd_finds(objective: str, seed: int) -> None:
    """Whatever is put together from the table."""
    check(objective, seed)


def test_derivation_every_operation_can_be_written() -> None:
    """A row without a notation is a call, and no row is forgotten above."""
    assert {name for name, row in TABLE.items() if row.adjoint is not None} <= set(ONE_OF_EACH)
