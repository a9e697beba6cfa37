"""What the parts of an objective are called in a derivation."""

import pytest

from grader.assignment import Problem
from grader.objective import Graph
from grader.objective.graph import in_order
from grader.objective.naming import names
from grader.sizing import graph_of, layout

SHAPES = {
    "X": (5, 3), "W": (3, 4), "V": (4, 2), "b": (4,), "Y": (5, 4), "P": (3, 3), "u": (3,), "w": (), "x": (), "y": (5,),
}  # fmt: skip


def graph(objective: str, **more: tuple[int, ...]) -> Graph:
    problem = Problem.model_validate(
        {
            "id": "t", "seed": 0, "objective": objective, "shapes": {**SHAPES, **more}, "dims": {"N": 5},
            "inputs": {"y": {"draw": "labels", "classes": 4}},
        }
    )  # fmt: skip
    return graph_of(problem, layout(problem, problem.dims, problem.inputs))


def automatic(objective: str, **more: tuple[int, ...]) -> dict[str, str]:
    """The names that are not in the text, with the place of the text that each stands for."""
    asked = graph(objective, **more)
    given = {*asked.inputs, *asked.steps, asked.name}
    found = names(asked)
    nodes = in_order(asked.objective)
    return {
        found[node]: asked.text[node.start : node.end] for node in nodes if found.get(node, asked.name) not in given
    }


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("||max(X W, 0) - Y||_F^2", {"Z": "X W", "H": "max(X W, 0)"}),
        ("||sigmoid(X W + b) V||_F^2", {"Z1": "X W + b", "H": "sigmoid(X W + b)", "Z2": "sigmoid(X W + b) V"}),
        ("||tanh(tanh(X W) V)||_1", {"Z1": "X W", "H1": "tanh(X W)", "Z2": "tanh(X W) V", "H2": "tanh(tanh(X W) V)"}),
        ("||softmax(X P X^T) X||_F^2", {"Z1": "X P X^T", "S": "softmax(X P X^T)", "Z2": "softmax(X P X^T) X"}),
        ("cross_entropy(X W + b, y)", {"Z": "X W + b"}),
        ("||X W - Y||_F^2", {"R": "X W - Y"}),
        ("(w x + 1)^2", {"z": "w x + 1"}),
        ("logdet(P + X^T X)", {"A": "P + X^T X"}),
        ("||inv(P) u||_2", {"B": "inv(P)", "z": "inv(P) u"}),
    ],
)
def test_names_of_nonlinear_parts_are_a_persons(objective: str, expected: dict[str, str]) -> None:
    """Z goes into a function and H comes out; a residual is R, a softmax S, an inverse B; vectors are small."""
    assert automatic(objective) == expected


@pytest.mark.parametrize(
    "objective", ["sum(sin(X))", "||X||_F^2", "sum(log(X**2 + 1))", "tr(X P X^T)", "||2 X - 1||_1", "sum(max(-X, 0))"]
)
def test_names_of_short_parts_are_not_needed(objective: str) -> None:
    """An input, its transpose, square or multiple needs no name, nor what is only summed."""
    assert automatic(objective) == {}


def test_names_of_steps_are_the_teachers() -> None:
    """What has a name in the text gets no other, and the objective has its own."""
    asked = graph("Q = X W\nK = max(Q, 0)\nf = ||K - Y||_F^2")
    found = names(asked)
    assert [found[asked.steps[name]] for name in "QK"] == ["Q", "K"]
    assert found[asked.objective] == "f"
    assert set(found.values()) == {*SHAPES, "Q", "K", "f"}


def test_names_of_what_is_said_twice_are_the_same() -> None:
    """`X W` is Z wherever it is written."""
    found = names(graph("||max(X W, 0) - Y||_F^2 + sum(sin(X W))"))
    assert sorted(name for name in found.values() if name in "ZH") == ["H", "Z", "Z"]


@pytest.mark.parametrize(("taken", "expected"), [(("Z",), "Z1"), (("Z", "Z1"), "Z2"), (("dZ",), "Z1"), (("H",), "Z")])
def test_names_avoid_those_that_stand_for_something(taken: tuple[str, ...], expected: str) -> None:
    """Neither a name nor that of its gradient is an input's."""
    assert expected in automatic("||max(X W, 0) - Y||_F^2", **dict.fromkeys(taken, (2,)))
