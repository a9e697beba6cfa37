"""Expressions as a person would leave them."""

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from grader.objective import Graph, Node, gradients
from grader.objective.graph import in_order
from grader.objective.operations import (
    T,
    apply,
    div,
    greater,
    matmul,
    mul,
    neg,
    number,
    one_minus,
    outer,
    scaled,
    square,
    sub,
)
from grader.objective.printing import text
from grader.objective.simplify import simplify
from grader.reference import Evaluation
from grader.sizing import graph_of, layout
from tests.few_or_many import few_or_many
from tests.objective.test_adjoint import ONE_OF_EACH, inputs, objectives, problem

GRAPH = graph_of(problem("sum(X W) + s + sum(X[y])"), layout(problem("s"), {"N": 5}, problem("s").inputs))
X, W, V, P, u, c, s = (GRAPH.inputs[name] for name in "XWVPucs")
N = Node("size", (), {"name": "N", "value": 5})
ONE = number(1)
y = GRAPH.inputs["y"]
HOT = apply("onehot_like", y, X)
ROWS = apply("sum", X, axis=1)
EXP = apply("exp", X)


def add(a: Node, b: Node) -> Node:
    return apply("add", a, b)


def spread(a: Node, like: Node) -> Node:
    return apply("spread", a, like)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (mul(ONE, scaled(2, sub(X, c))), "2 (X − c)"),
        (neg(mul(ONE, scaled(2, sub(X, c)))), "−2 (X − c)"),
        (neg(neg(X)), "X"),
        (add(X, neg(c)), "X − c"),
        (add(neg(X), c), "c − X"),
        (neg(sub(X, c)), "c − X"),
        (sub(X, sub(c, u)), "X − c + u"),
        (add(X, X), "2 X"),
        (sub(scaled(2, X), scaled(2, c)), "2 X − 2 c"),
        (sub(sub(X, c), X), "−c 𝟏ᵀ"),
        (sub(X, X), "0"),
        (matmul(T(X), sub(X, X)), "0"),
        (scaled(2, mul(div(ONE, number(2)), X)), "X"),
        (scaled(0.5, scaled(0.1, X)), "0.05 X"),
        (mul(div(ONE, N), scaled(2, matmul(X, V))), "2/N X V"),
        (div(sub(X, c), N), "(X − c) / N"),
        (sub(div(X, N), div(c, N)), "(X − c) / N"),
        (sub(div(X, N), c), "X / N − c"),
        (sub(scaled(0.5, X), div(c, number(2))), "0.5 X − 1/2 c"),
        (sub(div(X, number(2)), div(c, number(2))), "1/2 (X − c)"),
        (one_minus(greater(X, c)), "1[X ≤ c]"),
        (mul(X, one_minus(greater(number(0), X))), "X ⊙ 1[X ≥ 0]"),
        (sub(greater(X, c), ONE), "1[X > c] − 1"),
        (sub(number(2), greater(X, c)), "2 − 1[X > c]"),
        (sub(X, greater(u, c)), "X − 1[u > c]"),
        (mul(HOT, div(X, X)), "onehot(y, 3)"),
        (mul(HOT, mul(X, apply("col", div(ONE, apply("pick", X, y))))), "onehot(y, 3)"),
        (mul(HOT, mul(X, apply("col", ROWS))), "onehot(y, 3) ⊙ X ⊙ col(sum(X, axis=1))"),
        (apply("sum", mul(HOT, X), axis=1), "X[y]"),
        (apply("sum", mul(X, HOT), axis=-1, keepdims=True), "col(X[y])"),
        (apply("sum", HOT, axis=1), "𝟏"),
        (apply("sum", mul(HOT, X), axis=0), "sum(onehot(y, 3) ⊙ X, axis=0)"),
        (mul(X, sub(X, mul(HOT, div(ONE, X)))), "X**2 − onehot(y, 3)"),
        (mul(s, div(X, apply("norm", X))), "s X / ||X||_F"),
        (div(mul(X, c), scaled(2, square(X))), "X ⊙ c / (2 X**2)"),
        (mul(X, X), "X**2"),
        (mul(X, square(X)), "X**3"),
        (square(neg(X)), "X**2"),
        (mul(apply("norm", X), apply("norm", X)), "||X||_F^2"),
        (T(T(X)), "X"),
        (T(u), "u"),
        (T(matmul(T(X), X)), "Xᵀ X"),
        (T(matmul(X, V)), "(X V)ᵀ"),
        (T(matmul(matmul(T(W), T(X)), X)), "Xᵀ X W"),
        (matmul(X, matmul(V, W)), "X V W"),
        (matmul(scaled(2, X), neg(V)), "−2 X V"),
        (matmul(u, V), "Vᵀ u"),
        (matmul(u, matmul(V, u)), "uᵀ V u"),
        (matmul(matmul(V, u), spread(ONE, u)), "𝟏ᵀ V u"),
        (matmul(matmul(T(V), u), u), "uᵀ V u"),
        (matmul(apply("identity_like", V), V), "V"),
        (T(apply("identity_like", V)), "I"),
        (outer(u, scaled(2, u)), "2 col(u) col(u)ᵀ"),
        (outer(spread(ONE, apply("sum", X, axis=1)), u), "𝟏 uᵀ"),
        (outer(u, spread(ONE, u)), "u 𝟏ᵀ"),
        (mul(spread(ONE, X), X), "X"),
        (mul(spread(s, X), X), "s X"),
        (mul(spread(u, X), X), "u ⊙ X"),
        (mul(apply("spread", apply("sum", X, axis=1), X, axis=1), X), "col(sum(X, axis=1)) ⊙ X"),
        (add(spread(s, X), X), "s + X"),
        (add(spread(ONE, X), spread(ONE, X)), "2 𝟏 𝟏ᵀ"),
        (apply("sum_like", scaled(2, X), u), "2 sum(X, axis=0)"),
        (apply("sum_like", X, c), "sum(X, axis=1, keepdims=1)"),
        (apply("sum_like", X, s), "sum(X)"),
        (apply("sum", mul(X, scaled(2, X))), "2 ||X||_F^2"),
        (div(X, apply("count", X, axis=0)), "1/5 X"),
        (apply("diag", apply("diag", u)), "u"),
        (apply("diag", spread(ONE, u)), "I"),
        (apply("reshape_like", c, apply("sum", X, axis=1)), "c[:, 0]"),
        (apply("power", X, exponent=1), "X"),
        (div(X, number(0)), "X / 0"),
    ],
)  # fmt: skip
def test_simplify_leaves_what_a_person_would(node: Node, expected: str) -> None:
    """Numbers fold, signs and transposes cancel, ones vanish, and coefficients stand in front."""
    assert text(simplify(node)) == expected


def check(objective: str, seed: int) -> None:
    """Every derivative of an objective is worth the same when it is simplified, and once is enough."""
    asked = problem(objective)
    graph: Graph = graph_of(asked, layout(asked, asked.dims, asked.inputs))
    evaluation = Evaluation(graph, inputs(seed))
    wrt = [name for name, node in graph.inputs.items() if name != "y" and node in in_order(graph.objective)]
    right = evaluation.gradients(None, wrt)
    derived = gradients({graph.objective: ONE}, {name: graph.inputs[name] for name in wrt})
    for name, node in derived.items():
        simple = simplify(node)
        assert simple.shape == node.shape
        assert text(simplify(simple)) == text(simple)
        values = dict(evaluation.values)
        with torch.no_grad():
            evaluation._fill(values, [simple])
        expected = right[name].value
        size = max(1.0, float(np.abs(expected).max(initial=0)))
        np.testing.assert_allclose(
            values[simple].numpy(), expected, rtol=1e-9, atol=1e-9 * size, err_msg=f"{objective}: {text(simple)}"
        )


@pytest.mark.parametrize("operation", ONE_OF_EACH)
def test_simplify_keeps_the_derivative_of_each_operation(operation: str) -> None:
    """What is left is what autograd finds, and stays as it is when simplified again."""
    check(ONE_OF_EACH[operation], 0)


@few_or_many(12, 300, objectives(), st.integers(0, 1000))
def test_simplify_keeps_the_derivatives_of_random_objectives(objective: str, seed: int) -> None:
    """Whatever is put together from the table."""
    check(objective, seed)


LEAVES = st.sampled_from(
    [HOT, EXP, greater(X, c), X, apply("relu", X), c, u, s, N, number(2), number(0.5), number(0), matmul(X, V), T(T(X))]
)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> Node:
    """A random expression, as clumsy as derivations make them."""
    if not depth:
        return draw(LEAVES)
    a, b = draw(expressions(depth=depth - 1)), draw(LEAVES if draw(st.booleans()) else expressions(depth=depth - 1))
    kind = draw(
        st.sampled_from(["add", "sub", "mul", "neg", "square", "spread", "matmul", "sum_like", "T", "div", "rows"])
    )
    if kind in ("add", "sub", "mul"):
        return apply(kind, a, b)
    if kind == "spread":
        return spread(a, X) if a.rank < 2 else a
    if kind == "matmul":
        return matmul(T(a), a) if a.rank == 2 else a
    if kind == "sum_like":
        return apply("sum_like", add(a, X), draw(st.sampled_from([u, c, s])))
    if kind == "T":
        return T(T(a)) if a.rank == 2 else T(a)
    if kind == "div":
        return div(
            a, draw(st.sampled_from([N, number(2), add(square(c), ONE), EXP, apply("col", apply("pick", EXP, y))]))
        )
    if kind == "rows":
        return apply("sum", mul(HOT, a), axis=1, keepdims=True)
    return apply(kind, a)


@st.composite
def fitting(draw: st.DrawFn) -> Node:
    """A random expression whose shapes fit."""
    try:
        return draw(expressions())
    except Exception:
        return X


@few_or_many(60, 1000, fitting(), st.integers(0, 1000))
def test_simplify_changes_no_value(node: Node, seed: int) -> None:
    """Neither value nor shape, and what is simple is left alone."""
    evaluation = Evaluation(GRAPH, inputs(seed))
    simple = simplify(node)
    assert simple.shape == node.shape
    assert text(simplify(simple)) == text(simple)
    values = {}
    with torch.no_grad():
        for one in in_order(node, simple):
            values[one] = (
                evaluation.values[GRAPH.inputs[str(one.options["name"])]]
                if one.operation == "input"
                else evaluation._value(one, values)
            )
    before, after = values[node].numpy(), values[simple].numpy()
    size = max(1.0, *(float(value.abs().max()) for value in values.values()))
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-11 * size, err_msg=f"{text(node)} → {text(simple)}")
