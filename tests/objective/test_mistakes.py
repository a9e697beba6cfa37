"""Slips: what the table and the rules make of one place of a derivation."""

import json

import pytest

from grader.assignment_file import loads
from grader.objective.adjoint import Sweep
from grader.objective.graph import Graph, Node, in_order
from grader.objective.mistakes import is_penalty, mistaken, slips
from grader.objective.rewriting import RULES
from grader.sizing import graph_of, layout

SHAPES = {"X": [5, 3], "W": [3, 4], "b": [4], "Y": [5, 4], "y": [5], "Z": [5, 4], "s": []}


def graph(objective: str) -> Graph:
    used = {name: shape for name, shape in SHAPES.items() if name in objective}
    inputs = {"y": {"draw": "labels", "classes": 4}} if "y" in used else {}
    data = {"objective": objective, "seed": 0, "shapes": used, "inputs": inputs}
    asked = loads(json.dumps(data), "hw.yaml").problems[0]
    return graph_of(asked, layout(asked, asked.dims, asked.inputs))


def sweep(graph: Graph) -> Sweep:
    return Sweep({graph.objective: Node("input", (), {"name": "d f"})})


def codes(objective: str) -> set[str]:
    return {slip.code for slip in slips(sweep(graph(objective)))}


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("||max(X W, 0) - Y||_F^2", {"missing_mask", "wrong_mask", "transpose", "wrong_order", "factor", "sign"}),
        ("||sigmoid(Z) - Y||_F^2", {"activation_derivative", "sign", "factor", "norm_not_squared"}),
        ("sum(softmax(Z) * Y)", {"softmax_diagonal", "wrong_axis", "activation_derivative"}),
        ("mean((X W + b - Y)**2)", {"missing_sum", "collapsed_sum", "mean_vs_sum", "wrong_axis"}),
        ("cross_entropy(X W, y)", {"index_slip", "mean_vs_sum", "missing_term", "transpose"}),
        ("||X W - Y||_F^2 + s * ||W||_F^2", {"regularization", "factor", "collapsed_sum"}),
    ],
)
def test_slips_of_an_objective(objective: str, expected: set[str]) -> None:
    """The codes of typical mistakes, from the rows of the table and from the rules."""
    assert expected <= codes(objective)


def test_penalty_without_its_two_is_first_of_all_a_penalty() -> None:
    """A factor it is as well."""
    found = [slip.code for slip in slips(sweep(graph("||X W - Y||_F^2 + s * ||W||_F^2"))) if slip.node.start > 0]
    assert found.index("regularization") < found.index("factor")
    assert "factor" in found


def test_keys_are_the_same_for_other_sizes_and_never_twice() -> None:
    """So that the values of a mistake are found again in every case."""
    found = [slip.key for slip in slips(sweep(graph("||max(X W + b, 0) - Y||_F^2")))]
    assert len(set(found)) == len(found)


def test_pairs_take_the_second_slip_of_the_first_ones_gradient() -> None:
    """A missing mask, and then a product elementwise: neither is in the expression of the other alone."""
    whole = graph("||max(X W, 0) - Y||_F^2")
    made = mistaken(sweep(whole), {"W": whole.inputs["W"], "X": whole.inputs["X"]}, pairs=True)
    both = {tuple(slip.code for slip in one.slips): one.expression for _, one in made}
    assert {("norm_not_squared", "missing_mask"), ("sign", "missing_mask")} & both.keys()
    expression = both["norm_not_squared", "missing_mask"]
    assert expression is not None
    operations = {node.operation for node in in_order(expression)}
    assert "norm" in operations
    assert "greater" not in operations


def test_every_mistake_is_another_expression() -> None:
    """Never the derivation itself."""
    whole = graph("||max(X W, 0) - Y||_F^2")
    made = sweep(whole)
    for name, mistake in mistaken(made, {"W": whole.inputs["W"], "X": whole.inputs["X"]}):
        assert mistake.expression is not made.bar[whole.inputs[name]]


@pytest.mark.parametrize(
    ("objective", "index", "penalty"),
    [
        ("||X W - Y||_F^2 + s * ||W||_F^2", 1, True),
        ("||X W - Y||_F^2 + s * ||W||_F^2", 0, False),
        ("||X W - Y||_F^2 + ||W||_1", 1, True),
        ("||X W - Y||_F^2 + sum(W)", 1, False),
        ("||X W - Y||_F^2 + s * (||W||_F^2 + ||X||_F^2)", 1, True),
    ],
)
def test_is_penalty(objective: str, index: int, penalty: bool) -> None:
    """Made of norms of one variable each, beside a term with others."""
    root = graph(objective).objective
    assert is_penalty(root.arguments[index], root) == penalty


def test_whole_objective_is_no_penalty() -> None:
    root = graph("||W||_F^2").objective
    assert not is_penalty(root, root)


def test_rules_look_at_one_place() -> None:
    """None says anything of an input."""
    assert all(not list(rule(graph("sum(X)").inputs["X"])) for rule in RULES)
