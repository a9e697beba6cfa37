"""Answers that follow from a student's own earlier ones, and those that only look like it."""

from collections.abc import Callable

import numpy as np
import pytest

from grader.assignment import Assignment, Problem
from grader.follow_through import Earlier, Kind, first_wrong
from grader.grading import grade
from grader.inputs import Array
from grader.intake import Submission
from grader.preparation import Prepared, prepare
from grader.report import Report
from grader.sandbox.isolation import Isolation
from grader.sandbox.job import Answer, Outcome, Returned, Run, Source
from grader.sandbox.recorded import RecordedSandbox
from tests.objective.test_derivation import graph

Function = Callable[[Array, Array, Array], tuple[Array, ...]]
ANN = Submission("ann", ("ann.py",), Source({"ann.py": b""}, "ann.py"), "0" * 64)
FULL = Isolation(level="full", arch="x86_64", kernel="6.18")
LAYERS = "Z = X W\nH = max(Z, 0)\nf = ||H - Y||_F^2"


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    problem = Problem.model_validate(
        {
            "id": "p",
            "objective": LAYERS,
            "seed": 0,
            "shapes": {"X": (5, 3), "W": (3, 4), "Y": (5, 4)},
            "functions": ("forward(X, W, Y) -> (Z, H, f)", "backward(X, W, Y) -> (dH, dZ, dW, dX)"),
            "credit": {"follow_through": 0.5},
        }
    )
    return prepare(Assignment(id="a", title={"en": "a"}, sha256="1" * 64, problems=(problem,)))


def graded(
    prepared: Prepared, forward: Callable[..., tuple[Array, ...]], backward: Callable[..., tuple[Array, ...]]
) -> Report:
    """The report on functions of the inputs, as the box would have called them."""
    outcomes = []
    for box in prepared.plans[0].boxes:
        for call in box.calls:
            arguments = [box.arrays[f"{call.case}/{name}"] for name in "XWY"]
            results = (forward if call.function == "forward" else backward)(*arguments)
            answers: list[Answer] = [Returned("float64", np.shape(one), np.asarray(one, float)) for one in results]
            outcomes.append(Outcome(tuple(answers)))
    return grade(prepared, ANN, {"torch": RecordedSandbox([Run(tuple(outcomes))], FULL)})


def forward(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
    Z = X @ W
    H = np.maximum(Z, 0)
    return Z, H, np.asarray(((H - Y) ** 2).sum())


def backward(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
    Z, H, _ = forward(X, W, Y)
    dH = 2 * (H - Y)
    dZ = dH * (Z > 0)
    return dH, dZ, X.T @ dZ, dZ @ W.T


def said(report: Report) -> dict[str, tuple[str, float | None, list[str]]]:
    """Verdict, points and sentences for everything that is wrong."""
    found: dict[str, tuple[str, float | None, list[str]]] = {}
    for gradient in report.gradients:
        name = gradient.wrt if gradient.function == "forward" else f"d{gradient.wrt}"
        if gradient.verdict != "correct":
            found[name] = gradient.verdict, gradient.score, [one.message for one in gradient.diagnosis]
    return found


def test_right_answers_nothing_is_said(prepared: Prepared) -> None:
    """Neither that they follow, nor anything else."""
    assert said(graded(prepared, forward, backward)) == {}


def test_wrong_gradient_of_a_step_later_ones_follow_from_it(prepared: Prepared) -> None:
    """The mistake is named once, where it is made; what is right from there has its share of the points."""

    def mistaken(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        dH = 2 * (forward(X, W, Y)[1] - Y)
        return dH, dH, X.T @ dH, dH @ W.T

    assert said(graded(prepared, forward, mistaken)) == {
        "dZ": (
            "incorrect",
            0.0,
            ["dZ is right except that the mask of H is missing.", "What is returned for dZ is dH."],
        ),
        "dW": ("incorrect", 0.5, ["dW is right for your own dZ, which is not."]),
        "dX": ("incorrect", 0.5, ["dX is right for your own dZ, which is not."]),
    }


def test_second_mistake_after_the_first_does_not_follow(prepared: Prepared) -> None:
    """A gradient that is wrong also for the student's own step is not excused by it."""

    def mistaken(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        dH = 2 * (forward(X, W, Y)[1] - Y)
        return dH, dH, -3.3 * X.T @ dH + 1, dH @ W.T

    found = said(graded(prepared, forward, mistaken))
    assert found["dW"] == ("incorrect", 0.0, ["It goes wrong from dZ on, and dW comes from there."])
    assert found["dX"][1] == 0.5


def test_wrong_value_of_a_step_objective_and_gradients_follow_from_it(prepared: Prepared) -> None:
    """Whoever cuts off at one instead of zero is consistent from there on."""

    def value(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        Z = X @ W
        H = np.maximum(Z, 0) + 0.25
        return Z, H, np.asarray(((H - Y) ** 2).sum())

    def gradient(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        Z, H, _ = value(X, W, Y)
        dH = 2 * (H - Y)
        return dH, dH * (Z > 0), X.T @ (dH * (Z > 0)), dH * (Z > 0) @ W.T

    found = said(graded(prepared, value, gradient))
    assert found["H"][2] == []
    assert found["f"][2] == ["f is right for your own H, which is not."]
    assert [found[name][2] for name in ("dH", "dZ", "dW", "dX")] == [
        ["dH is right for your own H, which is not."],
        ["dZ is right for your own dH, which is not."],
        ["dW is right for your own dZ, which is not."],
        ["dX is right for your own dZ, which is not."],
    ]


def test_wrong_value_that_is_not_used_gradients_follow_from_their_own(prepared: Prepared) -> None:
    """Whoever returns a wrong H, and works out the gradients from a right one, is consistent in the gradients."""

    def value(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        Z, H, f = forward(X, W, Y)
        return Z + 0.25, H, f

    def gradient(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        Z, H, _ = forward(X, W, Y)
        dH = H - Y
        return dH, dH * (Z > 0), X.T @ (dH * (Z > 0)), dH * (Z > 0) @ W.T

    found = said(graded(prepared, value, gradient))
    assert found["dH"][2] == ["dH is right except for a constant factor at f."]
    assert [found[name][2] for name in ("dZ", "dW", "dX")] == [
        ["dZ is right for your own dH, which is not."],
        ["dW is right for your own dZ, which is not."],
        ["dX is right for your own dZ, which is not."],
    ]


def test_all_wrong_from_the_start_each_follows_from_the_one_before(prepared: Prepared) -> None:
    """With a factor missing in dH, dZ follows from dH, and dW from dZ."""

    def mistaken(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
        Z, H, _ = forward(X, W, Y)
        dZ = (H - Y) * (Z > 0)
        return H - Y, dZ, X.T @ dZ, dZ @ W.T

    assert {name: messages for name, (_, _, messages) in said(graded(prepared, forward, mistaken)).items()} == {
        "dH": ["dH is right except for a constant factor at f."],
        "dZ": ["dZ is right for your own dH, which is not."],
        "dW": ["dW is right for your own dZ, which is not."],
        "dX": ["dX is right for your own dZ, which is not."],
    }


@pytest.mark.parametrize(
    ("wrt", "kind", "wrong", "first"),
    [
        ("Z", "gradient", ["L"], None),
        ("Z", "gradient", ["Q", "L"], "Q"),
        ("X", "gradient", ["L"], None),
        ("L", "value", ["Q"], "Q"),
        ("f", "value", ["L"], "L"),
    ],
)
def test_gradient_comes_from_values_in_its_formula_only(wrt: str, kind: Kind, wrong: list[str], first: str) -> None:
    """The derivative of a logarithm asks what is inside, not what comes out of it."""
    layers = graph("Z = X V\nQ = softmax(Z)\nL = -sum(log(Q[y]))\nf = 3 L")
    assert first_wrong(layers, wrt, kind, [Earlier(name, "value", ()) for name in wrong]) == first
