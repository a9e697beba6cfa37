"""The derived gradients, as expressions, agree with autograd: for every operation, and for random objectives."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from grader.assignment import Problem
from grader.inputs import Input
from grader.objective import Node, adjoint, gradients, labels_of
from grader.objective.operations import FUNCTIONS, TABLE
from grader.objective.shapes import same
from grader.reference import Evaluation
from grader.sizing import graph_of, layout
from tests.few_or_many import few_or_many

SHAPES = {"X": (5, 3), "W": (3, 4), "V": (3, 3), "b": (4,), "c": (5, 1), "u": (3,), "P": (3, 3), "y": (5,), "s": ()}
DRAWN = {"y": {"draw": "labels", "classes": 3}, "P": {"draw": "spd"}}


def problem(objective: str) -> Problem:
    return Problem.model_validate(
        {"id": "t", "seed": 0, "objective": objective, "shapes": SHAPES, "dims": {"N": 5}, "inputs": DRAWN}
    )


def inputs(seed: int) -> dict[str, Input]:
    random = np.random.default_rng(seed)
    drawn: dict[str, Input] = {name: random.standard_normal(shape) for name, shape in SHAPES.items()}
    root = random.standard_normal((3, 3))
    return {**drawn, "P": root @ root.T + np.eye(3), "y": random.integers(0, 3, 5)}


def check(objective: str, seed: int = 0) -> None:
    asked = problem(objective)
    graph = graph_of(asked, layout(asked, asked.dims, asked.inputs))
    evaluation = Evaluation(graph, inputs(seed))
    wrt = [name for name in SHAPES if name not in labels_of(graph) and name != "y"]
    right = evaluation.gradients(None, wrt)
    one = Node("number", (), {"value": 1.0})
    expressions = gradients({graph.objective: one}, {name: graph.inputs[name] for name in wrt})
    values = dict(evaluation.values)
    with torch.no_grad():
        evaluation._fill(values, list(expressions.values()))
    for name in wrt:
        expected = right[name].value
        np.testing.assert_allclose(
            np.broadcast_to(values[expressions[name]].numpy(), expected.shape),
            expected,
            rtol=1e-9,
            atol=1e-9 * max(1.0, float(np.abs(expected).max(initial=0))),
            err_msg=f"{objective} with respect to {name}",
        )


ONE_OF_EACH = {
    "add": "sum((X + c) * (X + u))",
    "sub": "||X - c||_F^2",
    "mul": "sum(X * c * u)",
    "div": "sum(X / (c**2 + 1) / (2 + cos(u)))",
    "neg": "sum(-X * X)",
    "power": "sum((X**2 + 1)**-1.5 + X**3)",
    "matmul": "||X W + b||_F^2 + u^T V u + sum(X u) + sum(sin(u V)) + u^T u",
    "transpose": "||W^T X^T||_F^2 + sum(u^T * u)",
    "max": "sum(max(X, c) * X)",
    "min": "sum(min(X, u)**2)",
    "abs": "sum(|X| * X) + sum(abs(u))",
    "log": "sum(log(X**2 + 1) * c)",
    "sqrt": "sum(sqrt(X**2 + 1) * c)",
    "sum": "sum(sum(X, axis=0)**2) + ||sum(X, axis=1, keepdims=1) - c||_F^2 + sum(X)^2",
    "mean": "sum(mean(X, axis=0)**2) + ||mean(X, axis=1, keepdims=1) * X||_F^2 + mean(X**3)",
    "norm": "norm(X) * s + ||u||_2 + ||W||",
    "norm_1": "||X W||_1",
    "squared_norm": "1/2 ||X||_F^2 * s",
    "softmax": "||softmax(X) * X||_F^2 + ||softmax(X, axis=0) - c||_F^2",
    "logsumexp": "sum(logsumexp(X)**2) + sum(logsumexp(X, axis=0) * u) + ||logsumexp(X, axis=1, keepdims=1) - c||_F^2",
    "tr": "tr(V P) * s + tr(V)^2",
    "det": "det(V) * s",
    "logdet": "logdet(P)**2",
    "inv": "||inv(P) V||_F^2",
    "diag": "||diag(u) V||_F^2 + sum(diag(V)**3)",
    "index": "||X[1:] - X[:-1]||_F^2 + sum(X[:, 0]**2) + X[2, -1] * s + sum(X[::2, 1:]**3)",
    "reshape": "sum(reshape(X, [3, -1])**2) + sum(sum(reshape(W, [2, 6]), axis=0)**2) + ||reshape(X, [N, -1])||_F^2",
    "col": "||col(u) + V||_F^2",
    "pick": "sum(X[y]**2) + sum(max(X - col(X[y]) + 1, 0))",
    "onehot": "||softmax(X) - onehot(y, 3)||_F^2",
    "cross_entropy": "cross_entropy(X V, y) * s",
}
# A function of every element needs no example of its own.
ONE_OF_EACH |= {
    name: f"sum({name}(X) * c)"
    for name, row in TABLE.items()
    if row.arity == 1 and row.shape is same and name not in ONE_OF_EACH
}


@pytest.mark.parametrize("operation", ONE_OF_EACH)
@pytest.mark.parametrize("seed", range(3))
def test_adjoint_of_each_operation_agrees_with_autograd(operation: str, seed: int) -> None:
    """Every operation of the notation, in every form it has, has the derivative that autograd finds."""
    check(ONE_OF_EACH[operation], seed)


def test_adjoint_of_each_operation_every_differentiable_row_has_an_objective() -> None:
    """No operation escapes the test above."""
    differentiable = {name for name, row in TABLE.items() if row.adjoint is not None}
    assert differentiable | {"onehot"} == set(ONE_OF_EACH)
    assert set(ONE_OF_EACH) >= FUNCTIONS


def test_adjoint_of_each_operation_wrong_row_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign that is wrong in the table fails the test above."""
    wrong = replace(TABLE["sin"], adjoint=TABLE["cos"].adjoint)
    monkeypatch.setattr(adjoint, "TABLE", {**TABLE, "sin": wrong})
    with pytest.raises(AssertionError, match="with respect to X"):
        check(ONE_OF_EACH["sin"])


UNARY = ["sigmoid", "tanh", "sin", "cos", "softplus", "relu", "square", "softmax", "abs"]


@st.composite
def objectives(draw: st.DrawFn) -> str:
    """A random objective: matrices of 5×3 joined by the operations of the table, reduced at the end."""

    def matrix(depth: int) -> str:
        if depth == 0:
            return draw(st.sampled_from(["X", "X V", "X P", "c", "u", "X W W^T"]))
        kind = draw(st.sampled_from(["unary", "sum", "product", "difference", "scaled", "times V"]))
        inner = matrix(depth - 1)
        if kind == "unary":
            return f"{draw(st.sampled_from(UNARY))}(X + {inner})"
        if kind == "sum":
            return f"({inner} + {matrix(depth - 1)})"
        if kind == "product":
            return f"(({inner}) * ({matrix(depth - 1)}))"
        if kind == "difference":
            return f"({inner} - {matrix(depth - 1)} + X)"
        if kind == "scaled":
            return f"(s * ({inner}) / N)"
        return f"((X + {inner}) V)"

    whole = matrix(draw(st.integers(1, 3)))
    reduction = draw(st.sampled_from(["sum({} + X)", "mean(({}) * X)", "||{} - X||_F^2", "sum(logsumexp(X + {}))"]))
    return reduction.format(whole)


@few_or_many(15, 300, objectives(), st.integers(0, 1000))
def test_gradients_of_random_objectives_agree_with_autograd(objective: str, seed: int) -> None:
    """Whatever is put together from the table is differentiated as autograd does."""
    check(objective, seed)
