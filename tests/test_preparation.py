"""From an assignment to calls and answers: what goes into which box, and what never does."""

import json
import pickle
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import torch  # noqa: F401  # so that the time of its import counts for no test

from grader.assignment_file import loads
from grader.errors import AssignmentError
from grader.planning import keep_apart
from grader.preparation import Prepared, prepare, wanted
from grader.problem import resolve
from grader.sandbox.job import (
    Argument,
    ArrayArgument,
    Call,
    ConstantArgument,
    GroupArgument,
    Kept,
    KeptArgument,
    Result,
    Slot,
)

RELU = {"objective": "||max(X W, 0) - Y||_F^2", "seed": 0, "shapes": {"X": [10, 4], "W": [4, 4], "Y": [10, 4]}}
AFFINE = {
    "objective": "out = X W + b\nL = sum(out**2)",
    "seed": 0,
    "shapes": {"X": ["N", "D"], "W": ["D", "M"], "b": ["M"]},
    "dims": {"N": 10, "D": 4, "M": 3},
}


def prepared(*, fresh_seed: int | None = None, **keys: Any) -> Prepared:
    return prepare(loads(json.dumps(keys), "hw.yaml"), fresh_seed=fresh_seed)


def argument(term: Argument) -> str:
    match term:
        case ArrayArgument(key):
            return key.rpartition("/")[2]
        case KeptArgument(name):
            return f"kept {name}"
        case ConstantArgument(value):
            return f"={value!r}"
        case GroupArgument(kind, items, keys):
            inner = map(argument, items)
            shown = [f"{k}: {item}" for k, item in zip(keys, inner, strict=True)] if keys else inner
            return f"{kind}({', '.join(shown)})"


def result(term: Result) -> str:
    match term:
        case Slot(name, shape):
            return f"{name}{list(shape)}"
        case Kept(name):
            return f"kept {name}"
    inner = map(result, term.items)
    shown = [f"{k}: {item}" for k, item in zip(term.keys, inner, strict=True)] if term.keys else inner
    return f"{term.kind}({', '.join(shown)})"


def show(call: Call) -> str:
    return f"{call.function}({', '.join(map(argument, call.arguments))}) -> {result(call.returns)}"


def boxes(found: Prepared, case: str = "hw/handout") -> list[list[str]]:
    return [[show(call) for call in box.calls if call.case == case] for plan in found.plans for box in plan.boxes]


def given(found: Prepared, name: str, case: str = "hw/handout") -> Any:
    return next(
        box.arrays[f"{case}/{name}"] for plan in found.plans for box in plan.boxes if f"{case}/{name}" in box.arrays
    )


# ----- the calls of real courses -----

TWO_LAYERS = {
    "objective": "h = relu(X W1 + b1)\nf = ||h W2 + b2 - Y||^2",
    "shapes": {"X": [6, 3], "W1": [3, 4], "b1": [4], "W2": [4, 2], "b2": [2], "Y": [6, 2]},
}
LINEAR = {
    "objective": "f = cross_entropy(X W, y) + reg ||W||_F^2",
    "shapes": {"W": [5, 3], "X": [7, 5], "y": [7]},
    "inputs": {"y": {"draw": "labels", "classes": 3}, "reg": {"value": 0.1}},
}
COURSES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "linear classifier": (
        {**LINEAR, "functions": ["softmax_loss(W, X, y, reg) -> (f, dW)"]},
        ["softmax_loss(W, X, y, =0.1) -> tuple(f[], dW[5, 3])"],
    ),
    "naive and vectorized": (
        {**LINEAR, "functions": ["naive(W, X, y, reg) -> (f, dW)", "vectorized(W, X, y, reg) -> (f, dW)"]},
        ["naive(W, X, y, =0.1) -> tuple(f[], dW[5, 3])", "vectorized(W, X, y, =0.1) -> tuple(f[], dW[5, 3])"],
    ),
    "layer": (
        {**AFFINE, "functions": ["affine_backward(dout, (X, W, b)) -> (dX, dW, db)"]},
        ["affine_backward(dout, tuple(X, W, b)) -> tuple(dX[10, 4], dW[4, 3], db[3])"],
    ),
    "dicts": (
        {**TWO_LAYERS, "functions": ["backward({W1: W1, b1: b1}, X, Y) -> ({dW1: dW1, db1: db1}, f)"]},
        ["backward(dict(W1: W1, b1: b1), X, Y) -> tuple(dict(dW1: dW1[3, 4], db1: db1[4]), f[])"],
    ),
    "batch normalisation": (
        {
            "objective": "out = gamma * (x - mean(x, axis=0)) / sqrt(mean((x - mean(x, axis=0))**2, axis=0) + 1e-5) "
            "+ beta\nL = sum(out**3)",
            "shapes": {"x": [8, 3], "gamma": [3], "beta": [3]},
            "functions": [
                "batchnorm_forward(x, gamma, beta, {'mode': 'train'}) -> (out, cache)",
                "batchnorm_backward(dout, cache) -> (dx, dgamma, dbeta)",
            ],
        },
        [
            "batchnorm_forward(x, gamma, beta, ={'mode': 'train'}) -> tuple(out[8, 3], kept cache)",
            "batchnorm_backward(dout, kept cache) -> tuple(dx[8, 3], dgamma[3], dbeta[3])",
        ],
    ),
    "sizes, literals, nested groups": (
        {
            **AFFINE,
            "functions": ["f([X, (W, b)], N, 'relu', [1, 2], -0.5, None) -> {grads: [dW, (db,)], loss: L}"],
        },
        [
            "f(list(X, tuple(W, b)), =10, ='relu', =[1, 2], =-0.5, =None) "
            "-> dict(grads: list(dW[4, 3], tuple(db[3])), loss: L[])"
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("course", COURSES)
def test_call_of_a_real_course_has_its_arguments_and_results(course: str) -> None:
    """Groups, literals, sizes, constants and values of the student's own, in the signature's order."""
    keys, expected = COURSES[course]
    assert boxes(prepared(**{"seed": 0, **keys})) == [expected]


def test_default_functions_get_all_inputs() -> None:
    """In file order."""
    found = prepared(**RELU)
    assert boxes(found) == [
        ["grad_X(X, W, Y) -> dX[10, 4]", "grad_W(X, W, Y) -> dW[4, 4]", "grad_Y(X, W, Y) -> dY[10, 4]"]
    ]
    assert [(asked.wrt, asked.function, asked.points, len(asked.cases)) for asked in found.asked] == [
        ("X", "grad_X", 1.0, 6), ("W", "grad_W", 1.0, 6), ("Y", "grad_Y", 1.0, 6),
    ]  # fmt: skip
    assert found.max_score == 3.0


def test_constant_that_is_differentiated_arrives_as_an_array() -> None:
    """And otherwise as the number it is written as, an int as an int."""
    keys = {**LINEAR, "inputs": {**LINEAR["inputs"], "reg": {"value": 2}}}  # type: ignore[dict-item]
    functions = ["g(W, X, y, reg) -> dW"]
    assert boxes(prepared(seed=0, **keys, functions=functions)) == [["g(W, X, y, =2) -> dW[5, 3]"]]
    found = prepared(seed=0, **keys, wrt=["reg"])
    assert boxes(found) == [["grad_reg(W, X, y, reg) -> dreg[]"]]
    assert (given(found, "reg").shape, given(found, "reg").dtype) == ((), np.float64)
    assert given(found, "y").dtype == np.int64


def test_input_that_only_the_function_needs_is_drawn_and_passed() -> None:
    """A learning rate, say."""
    found = prepared(objective="x^T x", seed=0, shapes={"x": [3], "v": [5]}, functions=["step(x, v) -> dx"])
    assert boxes(found) == [["step(x, v) -> dx[3]"]]
    assert given(found, "v").shape == (5,)


def test_size_is_passed_as_that_of_the_case() -> None:
    """As an int."""
    found = prepared(**AFFINE, functions=["g(X, W, b, N) -> dW"])
    for plan in found.plans:
        for call in plan.boxes[0].calls:
            rows = plan.boxes[0].arrays[f"{call.case}/X"].shape[0]
            assert call.arguments[3] == ConstantArgument(rows)


# ----- answers stay outside -----


def answers_inside(found: Prepared) -> list[tuple[str, str]]:
    """Arrays of a box that are the answer to one of its calls."""
    leaks = []
    for number, plan in enumerate(found.plans):
        position = 0
        for box in plan.boxes:
            calls = {position + offset: call for offset, call in enumerate(box.calls)}
            position += len(box.calls)
            for asked in found.asked:
                for case in asked.cases:
                    if case.plan == number and case.call in calls and case.target.value.size > 1:
                        leaks += [
                            (asked.function, name) for name, array in box.arrays.items()
                            if array.shape == case.target.value.shape and np.array_equal(array, case.target.value)
                        ]  # fmt: skip
    return leaks


CHAIN = "Z = X W\nH = max(Z, 0)\nf = ||H - Y||_F^2"
APART: dict[str, tuple[list[str], list[list[str]]]] = {
    "nothing given": (["g(X, W) -> Z", "h(X, W, Y) -> dW"], [["g", "h"]]),
    "a step given": (["g(X, W) -> Z", "h(Z) -> H"], [["g"], ["h"]]),
    "given before it is asked": (["h(Z) -> H", "g(X, W) -> Z"], [["h"], ["g"]]),
    "every step": (["a(X, W) -> Z", "b(Z) -> H", "c(H, Y) -> f", "d(Z) -> H"], [["a", "c"], ["b", "d"]]),
    "upstream": (["a(H, Y) -> dH", "b(dH, Z) -> dZ", "c(dZ, X, W) -> (dX, dW)"], [["a", "c"], ["b"]]),
    "kept": (["a(X, W) -> (Z, c)", "b(dZ, c) -> dW"], [["a", "b"]]),
    "kept across": (
        ["a(X, W) -> (Z, c)", "b(Z) -> (H, e)", "d(dH, e) -> dZ", "g(dZ, c) -> dW"], [["a", "g"], ["b", "d"]],
    ),
    "kept beside its answer": (["a(X, W) -> (Z, c)", "b(Z, c) -> dW"], [["a"], ["(a)", "b"]]),
    "kept beside its answer, twice": (
        ["a(X, W) -> (Z, c)", "b(Z, c) -> (H, e)", "g(H, c, e) -> dW"],
        [["a"], ["(a)", "b"], ["(a)", "(b)", "g"]],
    ),
    "two kept from two boxes": (
        ["a(X, W) -> (Z, c)", "b(Z) -> (H, e)", "g(c, e) -> dW"], [["a"], ["b"], ["(a)", "(b)", "g"]],
    ),
    "the latest of the same name": (
        ["a(X) -> c", "b(c) -> (Z, c)", "g(c) -> dW"], [["a", "b", "g"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", APART)
def test_boxes_keep_what_is_given_from_what_is_asked(what: str) -> None:
    """A function that another one needs runs again where it must not be asked: in brackets here."""
    signatures, expected = APART[what]
    keys = {**RELU, "objective": CHAIN, "functions": signatures}
    resolved = resolve(loads(json.dumps(keys), "hw.yaml").problems[0])
    names = [function.name for function in resolved.functions]
    found = [
        [names[i] if asked else f"({names[i]})" for i, asked in box.items()] for box in keep_apart(resolved.functions)
    ]
    assert found == expected


@pytest.mark.parametrize("what", APART)
def test_box_never_holds_an_answer_to_its_own_calls(what: str) -> None:
    """Whatever student code finds in its memory, and every question has an answer from somewhere."""
    signatures, _ = APART[what]
    found = prepared(**{**RELU, "objective": CHAIN, "functions": signatures})
    assert answers_inside(found) == []
    for asked in found.asked:
        assert len(asked.cases) == 6
        for case in asked.cases:
            call = [call for box in found.plans[case.plan].boxes for call in box.calls][case.call]
            assert call.function == asked.function
            assert call.case == f"hw/{case.name}"


def test_box_with_an_answer_in_it_is_noticed() -> None:
    """The check above would see one."""
    found = prepared(**{**RELU, "objective": CHAIN, "functions": ["g(X, W) -> Z", "h(X, W, Y) -> dW"]})
    box = found.plans[0].boxes[0]
    box.arrays["hw/handout/Z"] = found.asked[0].cases[0].target.value  # type: ignore[index]
    assert answers_inside(found) == [("g", "hw/handout/Z")]


def test_function_that_runs_again_is_asked_for_nothing() -> None:
    """It only keeps what the other one needs."""
    found = prepared(**AFFINE, functions=["fwd(X, W, b) -> (out, cache)", "bwd(out, cache) -> dW"])
    assert boxes(found) == [
        ["fwd(X, W, b) -> tuple(out[10, 3], kept cache)"],
        ["fwd(X, W, b) -> tuple(kept out, kept cache)", "bwd(out, kept cache) -> dW[4, 3]"],
    ]


# ----- upstream gradients, limits, frameworks, sheets -----


def test_upstream_gradient_is_the_true_one_in_the_handout_and_random_elsewhere() -> None:
    """Then the answer is the vector-Jacobian product of what was given."""
    found = prepared(**AFFINE, functions=["backward(dout, X, W, b) -> dW"])
    (asked,) = found.asked
    for case in asked.cases:
        d, x, w, b = (given(found, name, f"hw/{case.name}") for name in ("dout", "X", "W", "b"))
        np.testing.assert_allclose(case.target.value, x.T @ d)
        assert np.allclose(d, 2 * (x @ w + b)) is (case.name == "handout")


def test_limits_on_memory_split_boxes_and_those_on_time_do_not() -> None:
    """A box has one limit on memory; every call its own on time."""
    cases = [{"name": "a"}, {"name": "b", "limits": {"memory_mb": 64}}, {"name": "c", "limits": {"cpu_seconds": 3}}]
    found = prepared(**RELU, cases=cases, wrt=["W"])
    (plan,) = found.plans
    assert [(box.memory_mb, [call.case for call in box.calls]) for box in plan.boxes] == [
        (1024, ["hw/a", "hw/c"]), (64, ["hw/b"]),
    ]  # fmt: skip
    assert [call.limits.cpu_seconds for box in plan.boxes for call in box.calls] == [10, 3, 10]
    calls = [call for box in plan.boxes for call in box.calls]
    assert [(case.name, calls[case.call].case) for case in found.asked[0].cases] == [
        ("a", "hw/a"), ("b", "hw/b"), ("c", "hw/c"),
    ]  # fmt: skip


def test_sheet_asks_for_everything_in_the_order_of_the_file() -> None:
    """Frameworks and policies split plans; names carry the problem."""
    sheet = {
        "problems": [
            {"id": "a", **RELU, "wrt": ["W"], "points": {"W": 4}},
            {"id": "b", **RELU, "wrt": ["X"], "framework": "numpy", "limits": {"submission_seconds": 60}},
            {"id": "c", **RELU, "wrt": ["Y"]},
            {"id": "d", **RELU, "wrt": ["Y"], "policy": {"autograd": "allow"}},
        ]
    }
    assignment = loads(json.dumps(sheet), "sheet.yaml")
    found = prepare(assignment)
    assert [(asked.problem, asked.function, asked.points) for asked in found.asked] == [
        ("a", "a_grad_W", 4.0), ("b", "b_grad_X", 1.0), ("c", "c_grad_Y", 1.0), ("d", "d_grad_Y", 1.0),
    ]  # fmt: skip
    assert [(plan.framework, plan.forbid_autograd) for plan in found.plans] == [
        ("torch", True), ("numpy", True), ("torch", False),
    ]  # fmt: skip
    assert found.frameworks == ("torch", "numpy")
    assert {plan.submission_seconds for plan in found.plans} == {120}
    assert [{case.plan for case in asked.cases} for asked in found.asked] == [{0}, {1}, {0}, {2}]
    assert wanted(assignment) == ("a_grad_W", "b_grad_X", "c_grad_Y", "d_grad_Y")
    assert found.max_score == 7.0


def test_several_values_of_a_function_have_slots_in_order() -> None:
    """Left to right, opaque ones left out."""
    found = prepared(**AFFINE, functions=["g(X, W, b) -> ({dX: dX, cache: c}, L, [dW])"])
    assert [(asked.wrt, asked.cases[0].slot) for asked in found.asked] == [("X", 0), ("L", 1), ("W", 2)]


def test_prepared_is_the_same_every_time() -> None:
    """What goes into the box, and what is expected, byte for byte."""
    made = (prepared(**RELU) for _ in range(2))
    first, second = (pickle.dumps((one.plans, [asked.cases for asked in one.asked])) for one in made)
    assert first == second
    assert b"torch.storage" not in first


def test_fresh_cases_replace_the_hidden_ones() -> None:
    """For a self-check; all of them public."""
    found = prepared(**RELU, fresh_seed=3)
    assert [case.name for case in found.asked[0].cases] == ["handout", *(f"fresh_{i}" for i in range(1, 6))]
    assert {case.visibility for case in found.asked[0].cases} == {"public"}


def test_prepare_of_an_error_in_a_case_names_its_place_in_a_sheet() -> None:
    """The path to the key."""
    sheet = {"problems": [{"id": "a", **RELU}, {"id": "b", **RELU, "cases": [{"name": "x", "dims": {"N": 3}}]}]}
    with pytest.raises(AssignmentError) as caught:
        prepare(loads(json.dumps(sheet), "hw.yaml"))
    assert caught.value.key == "problems[1].cases[0].dims.N"
    assert caught.value.problem == "there is no size `N` (known: none)"


def test_prepare_of_the_smallest_file_is_quick() -> None:
    """Nobody waits for it."""
    prepared(**RELU)
    times = []
    for _ in range(5):
        begun = perf_counter()
        prepared(**RELU)
        times.append(perf_counter() - begun)
    assert min(times) < 0.15
