"""Assignments beside the shipped ones, and functions of students planted in them without a sandbox.

Python function ─ the inputs of every case ─▶ what came back ─ compare ─▶ Seen ─ diagnose ─▶ Finding
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment_file import load, loads
from grader.bank import Bank
from grader.compare import compare
from grader.diagnosis import Finding, diagnose
from grader.matching import Impossible, Seen, Shaped, Unknown, Value
from grader.preparation import Asked, Prepared, prepare
from grader.sandbox.job import (
    Answer,
    Argument,
    ArrayArgument,
    Box,
    Call,
    ConstantArgument,
    Malformed,
    Missing,
    Raised,
    Returned,
)

SHIPPED = Path(__file__).parent.parent / "assignments"

REG = {"value": 0.3}
LABELS = {"draw": "labels", "classes": "C"}
OBJECTIVES: Mapping[str, Mapping[str, Any]] = {
    "logistic_regression": {
        "objective": "h = sigmoid(X w + b)\nf = -mean(y * log(h) + (1 - y) * log(1 - h))",
        "shapes": {"X": [8, 3], "w": [3], "b": [], "y": [8]},
        "inputs": {"y": {"draw": "integers", "low": 0, "high": 1}},
        "wrt": ["X", "w", "b"],
    },
    "softmax_regression": {
        "objective": "S = X W\nf = cross_entropy(S, y) + reg ||W||_F^2",
        "shapes": {"X": ["N", "D"], "W": ["D", "C"], "y": ["N"]},
        "dims": {"N": 9, "D": 5, "C": 4},
        "inputs": {"y": LABELS, "reg": REG},
        "wrt": ["X", "W"],
    },
    "ridge": {
        "objective": "||X w - y||_2^2 + reg ||w||_2^2",
        "shapes": {"X": [8, 3], "w": [3], "y": [8]},
        "inputs": {"reg": REG},
        "wrt": ["X", "w", "y"],
    },
    "bias_rows": {
        "objective": "Z = X W + b\nf = mean((Z - Y)**2)",
        "shapes": {"X": [7, 3], "W": [3, 4], "b": [4], "Y": [7, 4]},
    },
    "three_layers": {
        "objective": "A = tanh(X W1 + b1)\nB = tanh(A W2 + b2)\nf = ||B W3 + b3 - Y||_F^2",
        "shapes": {"X": [7, 3], "W1": [3, 4], "b1": [4], "W2": [4, 5], "b2": [5], "W3": [5, 2], "b3": [2], "Y": [7, 2]},
        "wrt": ["W1", "b1", "W2", "b2", "W3", "b3"],
    },
    "quadratic_form": {
        "objective": "x^T A x + c^T x",
        "shapes": {"x": [4], "A": [4, 4], "c": [4]},
    },
    "log_determinant": {
        "objective": "logdet(P) + tr(inv(P) V)",
        "shapes": {"P": [4, 4], "V": [4, 4]},
        "inputs": {"P": {"draw": "spd"}},
    },
    "trace_form": {
        "objective": "tr(X^T A X B)",
        "shapes": {"X": [5, 3], "A": [5, 5], "B": [3, 3]},
    },
    "normalisation": {
        "objective": "m = mean(X, axis=0)\nv = mean((X - m)**2, axis=0)\nH = (X - m) / sqrt(v + 0.01)\n"
        "O = g * H + b\nf = ||O - Y||_F^2",
        "shapes": {"X": [8, 3], "g": [3], "b": [3], "Y": [8, 3]},
        "wrt": ["X", "g", "b"],
    },
    "attention": {
        "objective": "P = softmax(Q K^T)\nO = P V\nf = ||O - Y||_F^2",
        "shapes": {"Q": [5, 3], "K": [6, 3], "V": [6, 4], "Y": [5, 4]},
        "wrt": ["Q", "K", "V"],
    },
    "hinge": {
        "objective": "S = X W\nM = max(S - col(S[y]) + 1, 0)\nf = sum(M) / N + reg ||W||_F^2",
        "shapes": {"X": ["N", "D"], "W": ["D", "C"], "y": ["N"]},
        "dims": {"N": 9, "D": 5, "C": 4},
        "inputs": {"y": LABELS, "reg": REG},
        "wrt": ["X", "W"],
    },
    "lasso": {
        "objective": "0.5 ||X W - Y||_F^2 + reg ||W||_1",
        "shapes": {"X": [7, 3], "W": [3, 4], "Y": [7, 4]},
        "inputs": {"reg": REG},
        "wrt": ["W", "Y"],
    },
    "relu_integers": {
        "objective": "||max(X W, 0) - Y||_F^2",
        "shapes": {"X": [7, 3], "W": [3, 4], "Y": [7, 4]},
        "inputs": {name: {"draw": "integers", "low": -2, "high": 2} for name in "XWY"},
    },
    "two_layer_relu": {
        "objective": "H = relu(X W1 + b1)\nS = H W2 + b2\nf = cross_entropy(S, y) + reg * (||W1||_F^2 + ||W2||_F^2)",
        "shapes": {"X": ["N", "D"], "W1": ["D", "H1"], "b1": ["H1"], "W2": ["H1", "C"], "b2": ["C"], "y": ["N"]},
        "dims": {"N": 9, "D": 5, "H1": 7, "C": 4},
        "inputs": {"y": LABELS, "reg": REG},
        "wrt": ["W1", "b1", "W2", "b2"],
    },
    "residual_norm": {
        "objective": "||A x - b||_2",
        "shapes": {"A": [7, 4], "x": [4], "b": [7]},
    },
    "affine_step": {
        "objective": "Z = X W + b\nf = sum(sigmoid(Z))",
        "shapes": {"X": [7, 3], "W": [3, 4], "b": [4]},
        "functions": ["backward(dZ, X, W, b) -> (dX, dW, db)"],
    },
    "activation_steps": {
        "objective": "S = softmax(Z)\nf = sum(S * C)",
        "shapes": {"Z": [6, 4], "C": [6, 4]},
        "functions": ["softmax_backward(dS, Z) -> dZ"],
    },
}
"""What is asked beside the shipped assignments."""


@cache
def prepared(name: str) -> Prepared:
    """An assignment by its name, the shipped ones without their slow cases."""
    if name in OBJECTIVES:
        return prepare(loads(json.dumps({"id": name, "seed": 0, **OBJECTIVES[name]}), f"{name}.yaml"))
    assignment = load(SHIPPED / f"{name}.yaml")
    quick = tuple(
        one.model_copy(update={"cases": one.cases and tuple(case for case in one.cases if case.name != "large")})
        for one in assignment.problems
    )
    return prepare(assignment.model_copy(update={"problems": quick}))


NAMES = (*sorted(path.stem for path in SHIPPED.glob("*.yaml")), *OBJECTIVES)


def asked_for(name: str, wrt: str) -> Asked:
    """The question about one gradient."""
    return next(asked for asked in prepared(name).asked if asked.wrt == wrt and asked.bank is not None)


def bank_of(asked: Asked) -> Bank:
    assert asked.bank is not None
    return asked.bank()


# ----- answers -----


def answers(name: str, asked: Asked, function: Callable[..., Any]) -> list[Answer]:
    """What a function returns in every case; it gets the arguments by name, and may return that one gradient only."""
    return [_answer(function, asked, case.target.value.shape, *_call(name, case)) for case in asked.cases]


def _call(name: str, case: Any) -> tuple[Call, Box]:
    plan = prepared(name).plans[case.plan]
    return [(call, box) for box in plan.boxes for call in box.calls][case.call]


def _answer(function: Callable[..., Any], asked: Asked, shape: tuple[int, ...], call: Call, box: Box) -> Answer:
    arguments = [_argument(argument, box) for argument in call.arguments]
    try:
        with np.errstate(all="ignore"):
            return answer(function(*arguments), shape)
    except Exception as error:
        return Raised(type(error).__name__, str(error), 1)


def _argument(argument: Argument, box: Box) -> Any:
    match argument:
        case ArrayArgument(key):
            return box.arrays[key].copy()
        case ConstantArgument(value):
            return value
    raise TypeError(argument)


def answer(returned: Any, shape: tuple[int, ...]) -> Answer:
    """What the box says of a value that came back: the numbers only if the shape is right."""
    if returned is None:
        return Missing("the function returned None")
    if returned is ...:
        return Malformed("an ellipsis")
    if returned is NotImplemented:
        return Malformed("a NotImplementedType")
    array = np.asarray(returned)
    if array.size == 1 and int(np.prod(shape)) == 1:
        array = array.reshape(shape)
    kept = array.astype(np.float64) if array.shape == shape else None
    return Returned(str(array.dtype), array.shape, kept)


def planted(values: Sequence[Value]) -> list[Answer]:
    """What comes back where a mistake of the bank was made."""
    made: list[Answer] = []
    for value in values:
        match value:
            case Impossible():
                made.append(Raised("RuntimeError", "sizes do not match", 1))
            case Shaped(shape):
                made.append(Returned("float64", shape, None))
            case Unknown():
                made.append(Raised("TimeoutError", "", 1))
            case array:
                made.append(Returned("float64", array.shape, array))
    return made


# ----- diagnosis -----


def seen(asked: Asked, came_back: Sequence[Answer]) -> list[Seen]:
    """The answers with their verdicts."""
    return [
        Seen(one, _verdict(one, case.target), case.target, case.visibility == "public")
        for one, case in zip(came_back, asked.cases, strict=True)
    ]


def _verdict(one: Answer, target: Any) -> Any:
    match one:
        case Returned() | Malformed():
            return compare(one, target).verdict
        case Raised():
            return "raised"
    return "missing"


def found(asked: Asked, came_back: Sequence[Answer]) -> tuple[Finding, ...]:
    """What is said of answers."""
    return diagnose(seen(asked, came_back), lambda: bank_of(asked))


def said(name: str, wrt: str, function: Callable[..., Any]) -> tuple[Finding, ...]:
    """What is said of a function that should return one gradient."""
    asked = asked_for(name, wrt)
    return found(asked, answers(name, asked, function))
