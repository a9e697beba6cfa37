"""The reference agrees with central differences, follows upstream gradients, and refuses draws that ask nothing."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment, Problem
from grader.assignment_file import loads
from grader.errors import AssignmentError
from grader.inputs import Array
from grader.objective import labels_of
from grader.preparation import Prepared, prepare
from grader.problem import resolve
from grader.reference import Degenerate, Evaluation, TorchRandomness
from grader.sizing import graph_of, layout

SHAPES = {"X": [5, 3], "W": [3, 4], "V": [3, 3], "b": [4], "c": [5, 1], "u": [3], "P": [3, 3], "y": [5], "s": [],
          "E": [2, 3, 2]}  # fmt: skip
SPECS = {"y": {"draw": "labels", "classes": 3}, "P": {"draw": "spd"}}


def evaluation(objective: str, arrays: Mapping[str, Any] | None = None, seed: int = 0) -> Evaluation:
    data = {"objective": objective, "seed": 0, "shapes": SHAPES, "dims": {"N": 5}, "inputs": SPECS}
    asked = loads(json.dumps(data), "hw.yaml").problems[0]
    random = np.random.default_rng(seed)
    root = random.standard_normal((3, 3))
    inputs = {name: random.standard_normal(tuple(shape)) for name, shape in SHAPES.items()}
    inputs.update({"y": random.integers(0, 3, 5), "P": root @ root.T + np.eye(3), **(arrays or {})})
    return Evaluation(graph_of(asked, layout(asked, asked.dims, asked.inputs)), inputs)


def differences(work: Evaluation, name: str, upstream: Mapping[str, Array] | None = None) -> Array:
    """Σ ⟨d, s⟩ differentiated with respect to an input by central differences."""
    weights = upstream or {work.graph.name: np.ones(())}
    start = {key: value.numpy().copy() for key, value in work.inputs.items()}
    found = np.zeros_like(start[name])
    for index in np.ndindex(found.shape):
        totals = []
        for step in (1e-6, -1e-6):
            moved = {**start, name: start[name].copy()}
            moved[name][index] += step
            again = Evaluation(work.graph, moved)
            totals.append(sum(float((again.array(key) * weight).sum()) for key, weight in weights.items()))
        found[index] = (totals[0] - totals[1]) / 2e-6
    return found


OBJECTIVES = [
    "||max(X W, 0) - 2||_F^2", "x2 = X W + b\nsum(sigmoid(x2) * c)", "cross_entropy(X V, y) + 0.1 ||V||_F^2",
    "sum(max(X - col(X[y]) + 1, 0)) / N", "||softmax(X) - onehot(y, 3)||_F^2", "logdet(P) + tr(inv(P) V)",
    "||X||_F + ||u||_2 + ||W||_1", "sum(|X| * c)", "u^T V u / (u^T u)", "det(V)^2",
    "sum(logsumexp(X W) * sum(c, axis=1))",
    "mean((X - mean(X, axis=0))**2 / (1 + mean(X**2, axis=0)))", "sum(tanh(E) * E) + ||E[0] - E[1]||_F^2",
    "sum(reshape(X, [3, -1])**3) + sum(X[::-1] * X)", "sum(min(X, c) * max(X, u))", "sum(softplus(X) + sqrt(1 + X**2))",
    "sum(diag(u) V) + sum(diag(V)**2)", "s^3 + |s| + ||s||", "sum(exp(X / 2) * sin(X) + cos(X) / (2 + square(X)))",
    "(2 ||X W||_F^2 - s)^2", "sum(log(P**2 + 1)) + sum(relu(V))",
]  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_gradients_agree_with_central_differences(objective: str) -> None:
    """For every input that the objective depends on."""
    work = evaluation(objective)
    asked = [name for name in SHAPES if name not in labels_of(work.graph) and name != "y"]
    found = work.gradients(None, asked)
    assert any(expected.value.any() for expected in found.values())
    for name in asked:
        expected = differences(work, name)
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found[name].value, expected, rtol=1e-6, atol=1e-7 * scale, err_msg=name)


def test_gradients_differ_from_the_differences_of_another_objective() -> None:
    """The check above would see a factor."""
    found = evaluation("sum(X**2)").gradients(None, ["X"])["X"].value
    assert not np.allclose(found, differences(evaluation("sum(X**2) / 2"), "X"), rtol=1e-3)


# ----- upstream gradients -----

STEPS = "Z = X W + b\nH = max(Z, 0)\nf = ||H V2||_F^2 + sum(Z)".replace("V2", "W^T")


def test_upstream_gradient_gives_the_vector_jacobian_product() -> None:
    """Σ ⟨d, s⟩, differentiated."""
    work = evaluation(STEPS)
    d = np.random.default_rng(3).standard_normal((5, 4))
    found = work.gradients({"Z": d}, ["X", "W", "b"])
    np.testing.assert_allclose(found["X"].value, d @ work.array("W").T)
    np.testing.assert_allclose(found["W"].value, work.array("X").T @ d)
    np.testing.assert_allclose(found["b"].value, d.sum(0))


def test_upstream_gradient_of_a_later_step_goes_through_the_earlier_ones() -> None:
    """From H to Z, W and X."""
    work = evaluation(STEPS)
    d = np.random.default_rng(3).standard_normal((5, 4))
    found = work.gradients({"H": d}, ["Z", "W"])
    masked = d * (work.array("Z") > 0)
    np.testing.assert_allclose(found["Z"].value, masked)
    np.testing.assert_allclose(found["W"].value, work.array("X").T @ masked)
    np.testing.assert_allclose(found["W"].value, differences(work, "W", {"H": d}), atol=1e-7)


def test_upstream_gradients_of_two_steps_do_not_count_twice() -> None:
    """The gradient of Z holds what comes through H already."""
    work = evaluation(STEPS)
    random = np.random.default_rng(3)
    d = {"Z": random.standard_normal((5, 4)), "H": random.standard_normal((5, 4))}
    both = work.gradients(d, ["W"])["W"].value
    np.testing.assert_allclose(both, work.gradients({"Z": d["Z"]}, ["W"])["W"].value)
    beside = evaluation("A1 = X V\nA2 = tanh(X) * c\nsum(A1 * A2)")
    d = {"A1": random.standard_normal((5, 3)), "A2": random.standard_normal((5, 3))}
    np.testing.assert_allclose(beside.gradients(d, ["X"])["X"].value, differences(beside, "X", d), atol=1e-7)


def test_upstream_gradient_of_the_objective_is_a_factor() -> None:
    """Three times the gradient."""
    work = evaluation("||X W||_F^2")
    once, thrice = (work.gradients({"loss": np.array(factor)}, ["W"])["W"].value for factor in (1.0, 3.0))
    np.testing.assert_allclose(thrice, 3 * once)


def test_gradients_with_true_upstream_are_the_gradients() -> None:
    """Step by step or at once."""
    work = evaluation(STEPS)
    true = {"Z": work.gradients(None, ["Z"])["Z"].value}
    stepwise, whole = work.gradients(true, ["X"])["X"].value, work.gradients(None, ["X"])["X"].value
    np.testing.assert_allclose(stepwise, whole)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([("Z", ["X", "W", "b"]), ("H", ["Z", "X", "W", "b"]), ("f", ["Z", "H", "X"])]), st.integers(0, 99)
)
def test_upstream_gradients_are_linear(step: tuple[str, list[str]], seed: int) -> None:
    """The product with a sum is the sum of the products, and rounding bounds are not negative."""
    name, wrt = step
    work = evaluation(STEPS, seed=seed)
    random = np.random.default_rng(seed)
    one, two = (random.standard_normal(work.shape(name)) for _ in range(2))
    single = [work.gradients({name: given}, wrt) for given in (one, two, one + 2 * two)]
    for key in wrt:
        a, b, both = (found[key].value for found in single)
        np.testing.assert_allclose(both, a + 2 * b, atol=1e-9 * max(1, np.abs(both).max()))
        assert (single[0][key].float32 >= 0).all()


def test_value_of_a_step_and_of_the_objective() -> None:
    """With their bounds."""
    work = evaluation("Z = X W\nf = ||Z||_F^2")
    np.testing.assert_allclose(work.value("Z").value, work.array("X") @ work.array("W"))
    np.testing.assert_allclose(work.value("f").value, (work.value("Z").value ** 2).sum())
    assert (work.value("Z").float32 > 0).all()
    assert work.value("f").value.shape == ()


# ----- degenerate draws -----


def found(objective: str, kinks_happen: bool = False, wrt: str = "X", **arrays: Any) -> Degenerate | None:
    work = evaluation(objective, {name: np.asarray(array, float) for name, array in arrays.items()})
    answers = {f"gradient with respect to {wrt}": work.gradients(None, [wrt])[wrt]}
    return work.degenerate(answers, kinks_happen=kinks_happen, margin=1.0)


ONES, MIXED = np.ones((5, 3)), np.linspace(-1, 1.1, 15).reshape(5, 3)


@pytest.mark.parametrize(
    ("objective", "arrays", "expected"),
    [
        ("sum(max(X, 0)**2)", {"X": MIXED}, None),
        ("sum(max(X, 0)**2)", {"X": -ONES}, Degenerate("the gradient with respect to X is zero everywhere")),
        ("sum(max(X, 0)**2 + X)", {"X": -ONES}, Degenerate("the mask of `max(X, 0)` is all off")),
        ("sum(max(X, 0)**2)", {"X": ONES}, Degenerate("the mask of `max(X, 0)` is all on")),
        ("sum(relu(X) + X)", {"X": -ONES}, Degenerate("the mask of `relu(X)` is all off")),
        ("sum(min(X, 2))", {"X": ONES}, Degenerate("the mask of `min(X, 2)` is all off")),
        ("sum(X) relu(s)", {"X": MIXED, "s": 2.0}, None),
        ("sum(X) max(s, 0)", {"X": MIXED, "s": 2.0}, None),
        ("sum(X) (1 + relu(s))", {"X": MIXED, "s": -2.0}, None),
        ("sum(softmax(X))", {"X": MIXED}, Degenerate("the gradient with respect to X is zero everywhere")),
        ("sum(log(X))", {"X": MIXED}, Degenerate("the objective is not finite", undefined=True)),
        ("sum(sqrt(X))", {"X": ONES * 0}, Degenerate("the gradient with respect to X is not finite", undefined=True)),
        (
            "sum(|X| + X)", {"X": np.where(MIXED > 1, 0.0, MIXED)},
            Degenerate("`|X|` is within rounding of a kink"),
        ),
        (
            "sum(max(X W, 0))", {"X": MIXED, "W": np.where(np.arange(12).reshape(3, 4) % 4, -1.0, 1e-20)},
            Degenerate("`max(X W, 0)` is within rounding of a kink"),
        ),
        (
            "||X - c||_F", {"X": ONES, "c": np.ones((5, 1))},
            Degenerate("the gradient with respect to X is zero everywhere"),
        ),
        ("sum(max(X - col(X[y]) + 1, 0))", {"X": 20 * MIXED}, None),
    ],
)  # fmt: skip
def test_degenerate_names_the_reason(objective: str, arrays: dict[str, Any], expected: Degenerate | None) -> None:
    """A single element's mask is always all on or all off, and that is no reason."""
    assert found(objective, **arrays) == expected


def test_degenerate_lets_kinks_pass_where_they_are_meant() -> None:
    """A case that draws whole numbers."""
    at_kink = np.where(MIXED > 1, 0.0, MIXED)
    assert found("sum(|X| + X)", X=at_kink, kinks_happen=True) is None
    assert found("sum(|X| + X)", X=at_kink, kinks_happen=False) is not None


# ----- what the drawing makes of it -----


def prepared(**keys: Any) -> Prepared:
    return prepare(loads(json.dumps({"seed": 0, **keys}), "hw.yaml"))


def seeds(**keys: Any) -> list[int]:
    return [case.seed for case in prepared(**keys).asked[0].cases]


def first_good(condition: Any) -> int:
    """The first seed whose draw satisfies a condition."""
    return next(seed for seed in range(100) if condition(TorchRandomness(seed)))


def test_draw_with_a_dead_or_fully_alive_mask_is_replaced_by_the_next_seed() -> None:
    """And the report says which seed was used."""

    def mixed(random: TorchRandomness) -> bool:
        x = random.normal((3,))
        return bool((x > 0).any() and not (x > 0).all())

    wanted = first_good(mixed)
    start = next(s for s in range(100) if not mixed(TorchRandomness(s)))
    used = seeds(objective="sum(max(x, 0)**2)", seed=start, shapes={"x": [3]})[0]
    assert used == next(s for s in range(start, 100) if mixed(TorchRandomness(s)))
    assert used > start
    assert seeds(objective="sum(max(x, 0)**2)", seed=wanted, shapes={"x": [3]})[0] == wanted


def test_draw_of_a_scalar_relu_is_replaced_only_where_it_is_dead() -> None:
    """A mask of one element is on, or the gradient is zero."""
    alive = first_good(lambda random: random.normal(()) > 0)
    dead = first_good(lambda random: random.normal(()) < 0)
    assert seeds(objective="relu(s)", seed=alive, shapes={"s": []})[0] == alive
    assert seeds(objective="relu(s)", seed=dead, shapes={"s": []})[0] > dead


def test_draw_of_whole_numbers_may_hit_a_kink() -> None:
    """Zeros are drawn, and stay."""
    x = {"draw": "integers", "low": -1, "high": 1}
    case = {"name": "a", "seed": 1, "draws": 20}
    asked = prepared(objective="sum(max(x, 0) * w)", shapes={"x": [9], "w": [9]}, inputs={"x": x}, cases=[case])
    plan = asked.plans[0]
    assert any((array == 0).any() for name, array in plan.boxes[0].arrays.items() if name.endswith("/x"))


def test_draw_of_fixed_values_is_taken_as_it_is() -> None:
    """There is no next seed for them: the teacher means the kink."""
    asked = prepared(objective="sum(max(x, 0))", shapes={}, inputs={"x": {"values": [1, 0, 2]}})
    assert asked.asked[0].cases[0].seed == 0


def test_draw_of_a_singular_matrix_is_replaced_by_the_next_seed() -> None:
    """Half of these matrices of zeros and ones have no inverse."""
    bits = {"draw": "integers", "low": 0, "high": 1}

    def regular(seed: int) -> bool:
        return bool(np.linalg.det(TorchRandomness(seed).integers((2, 2), 0, 1)))

    start = next(seed for seed in range(100) if not regular(seed))
    used = seeds(objective="sum(inv(Q)) + sum(Q**2)", seed=start, shapes={"Q": [2, 2]}, inputs={"Q": bits})[0]
    assert used > start
    assert regular(used)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {"objective": "sum(softmax(X))", "shapes": {"X": [5, 3]}},
            "objective: the case `handout` asks no sensible question for any of the seeds 0 to 99: "
            "the gradient with respect to X is zero everywhere",
        ),
        (
            {"objective": "sum(max(exp(X), 0))", "shapes": {"X": [5, 3]}},
            "objective: the case `handout` asks no sensible question for any of the seeds 0 to 99: "
            "the mask of `max(exp(X), 0)` is all on",
        ),
        (
            {"objective": "sum(log(X))", "shapes": {"X": [5, 3]}},
            "inputs: the objective makes no sense on the inputs of the case `handout`: the objective is not finite; "
            "draw inputs that suit it, as in `inputs: {X: {draw: uniform, low: 1, high: 2}}`",
        ),
        (
            {"objective": "sum(log(x))", "inputs": {"x": {"values": [1, -1]}}},
            "inputs: the objective makes no sense on the inputs of the case `handout`: the objective is not finite; "
            "draw inputs that suit it, as in `inputs: {X: {draw: uniform, low: 1, high: 2}}`",
        ),
    ],
)
def test_draw_that_never_asks_anything_is_an_author_error(keys: dict[str, Any], expected: str) -> None:
    """The key, and the whole sentence."""
    with pytest.raises(AssignmentError) as caught:
        prepared(**keys)
    assert f"{caught.value.key}: {caught.value.problem}" == expected


def test_draw_in_a_sheet_that_never_asks_anything_names_the_problem() -> None:
    """By its place in the file."""
    good = {"id": "a", "objective": "sum(X**2)", "seed": 0, "shapes": {"X": [3]}}
    with pytest.raises(AssignmentError) as caught:
        prepare(loads(json.dumps({"problems": [good, {**good, "id": "b", "objective": "sum(softmax(X))"}]}), "hw.yaml"))
    assert caught.value.key == "problems[1].objective"


def test_randomness_goes_on_where_it_stopped() -> None:
    """One generator for all inputs of a case."""
    random = TorchRandomness(7)
    first, second = random.normal((3,)), random.normal((3,))
    assert not np.array_equal(first, second)
    assert np.array_equal(TorchRandomness(7).normal((6,)).shape, (6,))
    assert {*TorchRandomness(0).integers((200,), -1, 1).tolist()} == {-1, 0, 1}


def test_resolve_and_evaluation_agree_on_names() -> None:
    """What can be asked for can be evaluated."""
    asked = loads(json.dumps({"objective": STEPS, "seed": 0, "shapes": SHAPES, "inputs": SPECS}), "hw.yaml")
    graph = resolve(asked.problems[0]).graph
    work = evaluation(STEPS)
    assert all(work.array(name).shape == work.shape(name) for name in (*graph.inputs, *graph.steps, graph.name))


def test_labels_used_as_numbers_are_numbers() -> None:
    """Logistic regression as it is usually written: the labels weigh two logarithms, and are not differentiated."""
    asked = Problem.model_validate(
        {"id": "p", "seed": 0, "objective": "p = sigmoid(X w)\nL = -mean(y * log(p) + (1 - y) * log(1 - p))",
         "shapes": {"X": (6, 3), "w": (3,), "y": (6,)}, "inputs": {"y": {"draw": "labels", "classes": 2}}}
    )  # fmt: skip
    prepared = prepare(Assignment(id="a", title={"en": "a"}, sha256="0", problems=(asked,)))
    assert [one.wrt for one in prepared.asked] == ["X", "w"]
    arrays = prepared.plans[0].boxes[0].arrays
    X, w, y = (arrays[f"p/handout/{name}"] for name in "Xwy")
    assert y.dtype == np.int64
    residual = 1 / (1 + np.exp(-X @ w)) - y
    np.testing.assert_allclose(prepared.asked[1].cases[0].target.value, X.T @ residual / 6)


def test_read_only_answers_of_a_student_are_followed_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    """What comes from the wire cannot be written to; torch says it only once unless told otherwise."""
    own = np.ones((5, 4))
    own.setflags(write=False)
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    try:
        found = evaluation("Z = X W\nsum(Z * Z)").following(None, "W", "gradient", {"Z": own}, {"Z": own})
    finally:
        torch.set_warn_always(before)
    assert found is not None
    assert [str(one.message) for one in recwarn] == []
