"""What a problem asks: with respect to what, by which functions, for how many points; and every author error."""

import json
from typing import Any

import pytest

from grader.assignment import Assignment
from grader.assignment_file import loads
from grader.errors import AssignmentError
from grader.problem import Function, Resolved, resolve, resolve_all

THREE_STEPS = {
    "objective": "Z = X W\nH = max(Z, 0)\nf = ||H - Y||_F^2",
    "seed": 0,
    "shapes": {"X": [10, 4], "W": [4, 4], "Y": [10, 4]},
}


def load(**keys: Any) -> Assignment:
    data = {**THREE_STEPS, **keys}
    return loads(json.dumps(data, ensure_ascii=False), "hw.yaml", check=lambda problem: None)


def resolved(**keys: Any) -> Resolved:
    (problem,) = load(**keys).problems
    return resolve(problem)


def error(**keys: Any) -> str:
    """`key: sentence` of the error."""
    with pytest.raises(AssignmentError) as caught:
        resolved(**keys)
    return f"{caught.value.key}: {caught.value.problem}"


def asks(function: Function) -> list[str]:
    return [f"{q.kind} {q.wrt} {q.points:g}" for q in function.questions]


# ----- with respect to what -----


@pytest.mark.parametrize(
    ("keys", "wrt"),
    [
        ({}, ["X", "W", "Y"]),
        ({"wrt": ["W"]}, ["W"]),
        ({"wrt": ["Z", "H", "W"]}, ["Z", "H", "W"]),
        ({"shapes": {**THREE_STEPS["shapes"], "lr": []}}, ["X", "W", "Y"]),  # type: ignore[dict-item]
        ({"inputs": {"Y": {"values": [[1.0] * 4] * 10}}}, ["X", "W", "Y"]),
        ({"objective": "reg sum(X W)", "inputs": {"reg": {"value": 0.1}}}, ["X", "W"]),
        ({"objective": "reg sum(X W)", "inputs": {"reg": {"value": 0.1}}, "wrt": ["reg", "X"]}, ["reg", "X"]),
        (
            {"objective": "(w x + b)^2", "shapes": {}, "inputs": {n: {"value": 2} for n in "wxb"}},
            ["w", "x", "b"],
        ),
        (
            {"objective": "w sum(x)", "shapes": {}, "inputs": {"w": {"value": 2}, "x": {"values": [1, 2]}}},
            ["x"],
        ),
        (
            {
                "objective": "cross_entropy(X W, y)",
                "shapes": {"W": [4, 3], "X": [5, 4], "y": [5]},
                "inputs": {"y": {"draw": "labels", "classes": 3}},
            },
            ["W", "X"],
        ),
        (
            {"objective": "sum(X[y])", "shapes": {"X": [3, 2]}, "inputs": {"y": {"values": [0, 1, 1]}}},
            ["X"],
        ),
        ({"functions": ["g(X, W, Y) -> (f, dW)"]}, ["W"]),
        ({"functions": ["g(X, W, Y) -> (dY, dW)", "h(X, W, Y) -> (dW, dZ)"]}, ["Y", "W", "Z"]),
    ],
)
def test_wrt_default_is_every_input_that_varies(keys: dict[str, Any], wrt: list[str]) -> None:
    """In file order; constants only where there is nothing else; labels and unneeded inputs never."""
    assert list(resolved(**keys).wrt) == wrt


# ----- functions -----


def test_functions_default_is_one_for_each_gradient() -> None:
    """`grad_<name>(<all inputs in file order>)`, also for a step."""
    functions = resolved(wrt=["W", "Z"]).functions
    assert [function.signature.text for function in functions] == ["grad_W(X, W, Y) -> dW", "grad_Z(X, W, Y) -> dZ"]
    assert [asks(function) for function in functions] == [["gradient W 1"], ["gradient Z 1"]]


def test_functions_default_of_a_sheet_carry_the_problem_in_their_names() -> None:
    """Two problems may ask for the same variable."""
    sheet = {"problems": [{"id": "a", **THREE_STEPS, "wrt": ["W"]}, {"id": "b", **THREE_STEPS, "wrt": ["W"]}]}
    assignment = loads(json.dumps(sheet), "hw.yaml")
    assert [f.name for problem in resolve_all(assignment) for f in problem.functions] == ["a_grad_W", "b_grad_W"]


def test_function_parameters_have_roles() -> None:
    """Inputs, sizes, steps, upstream gradients, and values of the student's own."""
    functions = resolved(
        shapes={"X": ["N", 4], "W": [4, 4], "Y": ["N", 4], "lr": []},
        dims={"N": 10},
        functions=[
            "forward(X, W, N, lr, 'train') -> (H, cache)",
            "backward(dH, (Z, cache), {f: f}) -> {dW: dW, dX: dX}",
            "first(df, Y) -> dH",
        ],
    ).functions
    assert [dict(function.roles) for function in functions] == [
        {"X": "input", "W": "input", "N": "size", "lr": "input"},
        {"dH": "upstream", "Z": "step", "cache": "kept", "f": "step"},
        {"df": "upstream", "Y": "input"},
    ]
    assert [function.upstream for function in functions] == [(), ("H",), ("f",)]
    assert [asks(function) for function in functions] == [
        ["value H 0"], ["gradient W 1", "gradient X 1"], ["gradient H 1"],
    ]  # fmt: skip


def test_function_value_of_an_unnamed_objective_is_called_loss() -> None:
    """And the one of a named objective by its name."""
    functions = resolved(objective="||X W - Y||_F^2", functions=["g(X, W, Y) -> (loss, dW)"]).functions
    assert asks(functions[0]) == ["value loss 0", "gradient W 1"]
    assert resolved(objective="||X W - Y||_F^2", functions=["g(X) -> (f, dW)"]).functions[0].questions[0].wrt == "W"


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ({}, [["gradient W 1", "gradient X 1", "value f 0"], ["gradient W 1"]]),
        ({"W": 4, "f": 2}, [["gradient W 4", "gradient X 1", "value f 2"], ["gradient W 4"]]),
        ({"g": 3, "W": 4}, [["gradient W 1.5", "gradient X 1.5", "value f 0"], ["gradient W 4"]]),
        ({"g": 3, "h": 1, "X": 9}, [["gradient W 1.5", "gradient X 1.5", "value f 0"], ["gradient W 1"]]),
    ],
)
def test_points_by_variable_or_by_function(points: dict[str, float], expected: list[list[str]]) -> None:
    """A function shares its points evenly among its gradients; a value has none unless it is named."""
    functions = resolved(functions=["g(X, W, Y) -> (dW, dX, f)", "h(X, W, Y) -> dW"], points=points).functions
    assert [asks(function) for function in functions] == expected


def test_points_of_a_function_that_returns_only_values_go_to_these() -> None:
    """There is no gradient to give them to."""
    functions = resolved(functions=["g(X, W) -> (Z, H)", "h(X, W, Y) -> dW"], points={"g": 3}).functions
    assert asks(functions[0]) == ["value Z 1.5", "value H 1.5"]


# ----- author errors -----

INPUTS = "known: X, W, Y"
ERRORS: dict[str, tuple[dict[str, Any], str]] = {
    "wrt empty": ({"wrt": []}, "wrt: list at least one input or step"),
    "wrt unknown": ({"wrt": ["V"]}, f"wrt[0]: `V` is no input or step; {INPUTS}, Z, H"),
    "wrt near": (
        {"wrt": ["W", "Weight"], "shapes": {**THREE_STEPS["shapes"], "Weights": [2]}},  # type: ignore[dict-item]
        "wrt[1]: `Weight` is no input or step; did you mean `Weights`?",
    ),
    "wrt twice": ({"wrt": ["W", "W"]}, "wrt[1]: `W` is listed twice"),
    "wrt objective": ({"wrt": ["f"]}, "wrt[0]: `f` is the objective itself"),
    "wrt unneeded": (
        {"wrt": ["V"], "shapes": {**THREE_STEPS["shapes"], "V": [2]}},  # type: ignore[dict-item]
        "wrt[0]: the objective does not depend on `V`",
    ),
    "wrt labels": (
        {"objective": "sum(X[y])", "shapes": {"X": [3, 2]}, "inputs": {"y": {"values": [0, 1, 1]}}, "wrt": ["y"]},
        "wrt[0]: `y` holds labels and cannot be differentiated",
    ),
    "wrt not returned": (
        {"wrt": ["X", "W"], "functions": ["g(X) -> dX"]}, "wrt[1]: no function returns `dW`",
    ),
    "constant objective": (
        {"objective": "2"}, "objective: the objective depends on no input that could be differentiated",
    ),
    "no input": (
        {"objective": "2", "shapes": {}}, "shapes: there is no input; list them as in `shapes: {X: [10, 4]}`",
    ),
    "function's name": (
        {"shapes": {"sum": [3]}},
        "shapes.sum: `sum` is a word of the notation; a name may stand for one thing only",
    ),
    "option's name": (
        {"inputs": {"axis": {"value": 1}}},
        "inputs.axis: `axis` is a word of the notation; a name may stand for one thing only",
    ),
    "function's name for a size": (
        {"dims": {"max": 3}}, "dims.max: `max` is a word of the notation; a name may stand for one thing only",
    ),
    "input and size": (
        {"dims": {"X": 3}}, "dims.X: `X` is also an input; a name may stand for one thing only",
    ),
    "python's word": (
        {"shapes": {"lambda": []}},
        "shapes.lambda: `lambda` is a word of Python's and cannot name a parameter; write `lambda_`",
    ),
    "python's word for a step": (
        {"objective": "lambda = sum(X)\nlambda^2"},
        "objective: `lambda` is a word of Python's and cannot name a parameter; write `lambda_`",
    ),
    "other letters": ({"shapes": {"ϵ": [3]}}, "shapes.ϵ: Python reads `ϵ` as `ε`; write it so"),
    "gradient's name for an input": (
        {"objective": "sum(dX * X)", "shapes": {"X": [3], "dX": [3]}},
        "shapes.dX: `dX` is the gradient with respect to `X`; a name may stand for one thing only",
    ),
    "gradient's name for a step": (
        {"objective": "dX = 2 X\nsum(dX)", "shapes": {"X": [3]}},
        "objective: `dX` is the gradient with respect to `X`; a name may stand for one thing only",
    ),
    "gradient's name for a size": (
        {"dims": {"dZ": 3}}, "dims.dZ: `dZ` is the gradient with respect to `Z`; a name may stand for one thing only",
    ),
    "no functions": (
        {"functions": []},
        "functions: list at least one function: name(parameters) -> results, as in `grad_W(X, W, Y) -> dW`",
    ),
    "no signature": (
        {"functions": ["g(X) -> dX", "gradient of W"]},
        "functions[1]: expected name(parameters) -> results, as in `grad_W(X, W, Y) -> dW` (got `gradient of W`)",
    ),
    "same name": ({"functions": ["g(X) -> dX", "g(W) -> dW"]}, "functions[1]: `g` is listed twice"),
    "unknown parameter": (
        {"functions": ["g(X, weights) -> dX"]},
        "functions[0]: `weights` in `g` is no input, step, size or upstream gradient, and no earlier function "
        f"returns it; {INPUTS}, Z, H, dZ, dH, df",
    ),
    "parameter near": (
        {"functions": ["g(X, dz1) -> dX"], "objective": "Z1 = X W\nf = ||Z1 - Y||^2"},
        "functions[0]: `dz1` in `g` is no input, step, size or upstream gradient, and no earlier function "
        "returns it; did you mean `dZ1`?",
    ),
    "kept too late": (
        {"functions": ["g(c) -> dX", "h(X) -> (Z, c)"]},
        "functions[0]: `c` in `g` is no input, step, size or upstream gradient, and no earlier function "
        f"returns it; {INPUTS}, Z, H, dZ, dH, df",
    ),
    "answer as parameter": (
        {"functions": ["g(dX) -> dW"]},
        "functions[0]: `dX` is the answer, not an upstream gradient: X is an input",
    ),
    "literal result": ({"functions": ["g(X) -> (dX, 1)"]}, "functions[0]: results are names, not literals"),
    "result twice": ({"functions": ["g(X) -> (dX, [dX])"]}, "functions[0]: `dX` is returned twice"),
    "no result": ({"functions": ["g(X) -> ()"]}, "functions[0]: `g` returns nothing"),
    "input as result": (
        {"functions": ["g(X) -> X"]}, "functions[0]: `X` is an input, not a result; its gradient is `dX`",
    ),
    "size as result": (
        {"functions": ["g(X) -> N"], "dims": {"N": 3}}, "functions[0]: `N` is a size, not a result",
    ),
    "given what is asked": (
        {"functions": ["g(X, Z) -> (Z, dX)"]}, "functions[0]: `g` is given the `Z` that it is asked for",
    ),
    "given the gradient that is asked": (
        {"functions": ["g(dZ) -> dZ"]}, "functions[0]: `g` is given the `dZ` that it is asked for",
    ),
    "upstream without use": (
        {"functions": ["g(dZ, X) -> (dX, dY)"]}, "functions[0]: `dY`: `Z` does not depend on `Y`",
    ),
    "upstreams without use": (
        {"functions": ["g(dZ, dH) -> dY"]}, "functions[0]: `dY`: `Z` and `H` do not depend on `Y`",
    ),
    "upstream of later": ({"functions": ["g(dZ) -> dH"]}, "functions[0]: `dH`: `Z` does not depend on `H`"),
    "gradient of objective": ({"functions": ["g(X) -> df"]},
        "functions[0]: `df` is the gradient of the objective with respect to itself"),
    "gradient of labels": (
        {
            "objective": "sum(X[y])", "shapes": {"X": [3, 2]}, "inputs": {"y": {"values": [0, 1, 1]}},
            "functions": ["g(X, y) -> (dX, dy)"],
        },
        "functions[0]: `y` holds labels and cannot be differentiated",
    ),
    "misspelled gradient": (
        {"functions": ["g(X, W) -> (dX, dw)"]},
        "functions[0]: `dw` is no gradient, and no function asks for it; did you mean `dW`?",
    ),
    "nothing graded": (
        {"functions": ["g(X, W) -> out"]},
        "functions: nothing here can be graded: no function returns a gradient, such as `dX`, or a value, such as `f`",
    ),
    "points near": (
        {"points": {"grad_w": 3}, "wrt": ["W"]},
        "points.grad_w: nothing that is graded is called `grad_w`; did you mean `grad_W`?",
    ),
    "points unknown": (
        {"points": {"Q": 3}, "wrt": ["W"]}, "points.Q: nothing that is graded is called `Q`; known: W, grad_W",
    ),
    "size without value": (
        {"shapes": {"X": ["N", 3]}}, "shapes.X[0]: the size `N` has no value in `dims`; there is no `dims`",
    ),
    "size misspelled": (
        {"shapes": {"X": [3, "n"]}, "dims": {"N": 3}},
        "shapes.X[1]: the size `n` has no value in `dims`; `dims` has N",
    ),
    "drawn without shape": (
        {"inputs": {"V": {"draw": "normal"}}}, "inputs.V: `V` is drawn and needs a shape under `shapes`",
    ),
    "value with shape": (
        {"inputs": {"X": {"value": 1}}}, "shapes.X: `X` is a single `value`, so its shape is [], not [10, 4]",
    ),
    "values of another shape": (
        {"inputs": {"X": {"values": [[1, 2]]}}}, "inputs.X.values: the values have the shape [1, 2], not [10, 4]",
    ),
    "ragged values": (
        {"inputs": {"V": {"values": [[1, 2], [3]]}}},
        "inputs.V.values: the rows should all have the same length, and not be empty",
    ),
    "empty values": (
        {"inputs": {"V": {"values": []}}},
        "inputs.V.values: the rows should all have the same length, and not be empty",
    ),
    "huge value": (
        {"inputs": {"V": {"value": 10**20}}},
        "inputs.V.value: a whole number beyond 2^53 is no float; write it as 1e20",
    ),
    "huge values": (
        {"inputs": {"V": {"values": [1, 10**20]}}},
        "inputs.V.values: a whole number beyond 2^53 is no float; write it as 1e20",
    ),
    "spd not square": (
        {"inputs": {"X": {"draw": "spd"}}}, "shapes.X: `X` is spd and needs a square matrix, not [10, 4]",
    ),
    "symmetric not square": (
        {"inputs": {"X": {"draw": "symmetric"}}},
        "shapes.X: `X` is symmetric and needs a square matrix, not [10, 4]",
    ),
    "orthogonal vector": (
        {"inputs": {"V": {"draw": "orthogonal"}}, "shapes": {**THREE_STEPS["shapes"], "V": [3]}},  # type: ignore[dict-item]
        "shapes.V: `V` is orthogonal and needs a matrix, not [3]",
    ),
    "onehot scalar": (
        {"inputs": {"V": {"draw": "onehot"}}, "shapes": {**THREE_STEPS["shapes"], "V": []}},  # type: ignore[dict-item]
        "shapes.V: `V` is onehot and needs at least one axis",
    ),
    "simplex scalar": (
        {"inputs": {"V": {"draw": "simplex"}}, "shapes": {**THREE_STEPS["shapes"], "V": []}},  # type: ignore[dict-item]
        "shapes.V: `V` is simplex and needs at least one axis",
    ),
    "uniform upside down": (
        {"inputs": {"X": {"draw": "uniform", "low": 2, "high": 1}}},
        "inputs.X: low should not be above high, nor either beyond 2^53 (got 2.0 and 1.0)",
    ),
    "integers beyond floats": (
        {"inputs": {"X": {"draw": "integers", "low": 0, "high": 2**54}}},
        f"inputs.X: low should not be above high, nor either beyond 2^53 (got 0 and {2**54})",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ERRORS)
def test_resolve_of_a_file_without_sense_names_the_key(what: str) -> None:
    """The key, and the whole sentence."""
    keys, expected = ERRORS[what]
    assert error(**keys) == expected


def test_resolve_of_an_error_in_a_sheet_names_the_problem() -> None:
    """The path begins at the problem, and the line is that of the key."""
    text = (
        "problems:\n"
        "  - {id: a, objective: 'sum(X)', seed: 0, shapes: {X: [3]}}\n"
        "  - id: b\n"
        "    objective: 'sum(X)'\n"
        "    seed: 0\n"
        "    shapes: {X: [3]}\n"
        "    wrt: [V]\n"
    )
    with pytest.raises(AssignmentError) as caught:
        loads(text, "hw.yaml")
    assert str(caught.value) == ("hw.yaml:7: at problems[1].wrt[0]: `V` is no input or step; known: X\n    wrt: [V]")
