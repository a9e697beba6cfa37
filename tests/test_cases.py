"""The cases of a problem: their sizes, seeds and inputs."""

import json
from typing import Any

import pytest

from grader.assignment import Normal, Value, Values
from grader.assignment_file import loads
from grader.cases import CaseSpec, cases, derived_seed
from grader.errors import AssignmentError
from grader.problem import resolve

RELU = {
    "objective": "||max(X W, 0) - Y||_F^2",
    "seed": 5,
    "shapes": {"X": ["N", 4], "W": [4, 4], "Y": ["N", 4]},
    "dims": {"N": 10},
}


def made(*, fresh_seed: int | None = None, comment: str = "", **keys: Any) -> tuple[CaseSpec, ...]:
    assignment = loads(json.dumps({**RELU, **keys}) + f"\n# {comment}", "hw.yaml")
    (problem,) = assignment.problems
    return cases(resolve(problem), assignment.sha256, fresh_seed)


def error(**keys: Any) -> str:
    with pytest.raises(AssignmentError) as caught:
        made(**keys)
    return f"{caught.value.key}: {caught.value.problem}"


def test_cases_by_default_are_the_handout_and_five_hidden_ones_of_other_sizes() -> None:
    """The handout has the file's seed, its sizes, and the true upstream gradients."""
    handout, *hidden = made()
    assert (handout.name, handout.visibility, handout.seed, handout.true_upstream) == ("handout", "public", 5, True)
    assert handout.layout.shapes == {"X": (10, 4), "W": (4, 4), "Y": (10, 4)}
    assert [case.name for case in hidden] == ["hidden_1", "hidden_2", "hidden_3", "hidden_4", "hidden_5"]
    assert {case.visibility for case in hidden} == {"hidden"}
    assert not any(case.true_upstream for case in hidden)
    assert all(case.layout != handout.layout for case in hidden)
    assert len({case.seed for case in (handout, *hidden)}) == 6


def test_cases_listed_replace_the_default_ones() -> None:
    """A name alone is the handout's sizes; hidden unless it says otherwise."""
    (one,) = made(cases=[{"name": "one"}])
    assert (one.visibility, one.true_upstream, one.layout.shapes["X"]) == ("hidden", False, (10, 4))


def test_case_overrides_what_it_names_and_nothing_else() -> None:
    """Seed, sizes, inputs and limits."""
    plain, other = made(
        inputs={"Y": {"draw": "uniform"}},
        limits={"cpu_seconds": 7, "memory_mb": 512},
        cases=[
            {"name": "plain", "visibility": "public"},
            {
                "name": "other", "seed": 3, "dims": {"N": 6}, "inputs": {"X": {"draw": "integers"}},
                "limits": {"memory_mb": 2048},
            },
        ],
    )  # fmt: skip
    assert (plain.seed, plain.layout.dims, plain.limits.memory_mb) == (5, {"N": 10}, 512)
    assert {name: spec.draw for name, spec in plain.inputs.items()} == {"Y": "uniform"}  # type: ignore[union-attr]
    assert (other.seed, other.layout.dims) == (3, {"N": 6})
    assert other.layout.shapes == {"X": (6, 4), "W": (4, 4), "Y": (6, 4)}
    assert {name: spec.draw for name, spec in other.inputs.items()} == {  # type: ignore[union-attr]
        "Y": "uniform", "X": "integers",
    }  # fmt: skip
    assert (other.limits.memory_mb, other.limits.cpu_seconds, other.limits.wall_seconds) == (2048, 7, 30)


@pytest.mark.parametrize(
    ("case", "names", "seeds"),
    [
        ({"name": "a", "draws": 3, "seed": 8}, ["a_1", "a_2", "a_3"], [8, 9, 10]),
        ({"name": "a", "draws": 2, "visibility": "public"}, ["a_1", "a_2"], [5, 6]),
        ({"name": "a", "draws": 1, "seed": 2**63 - 1}, ["a"], [2**63 - 1]),
    ],
)
def test_draws_make_as_many_cases_with_seeds_one_after_the_other(
    case: dict[str, Any], names: list[str], seeds: list[int]
) -> None:
    """From the case's own seed, or for a public one from the file's."""
    found = made(cases=[case])
    assert [each.name for each in found] == names
    assert [each.seed for each in found] == seeds


def test_hidden_seeds_derive_from_the_whole_file() -> None:
    """A comment more, and all of them and the sizes are others; the same file, the same ones."""

    def seeds(comment: str) -> list[int]:
        return [case.seed for case in made(comment=comment)[1:]]

    assert seeds("a") == seeds("a")
    assert not {*seeds("a")} & {*seeds("b")}
    drawn = [[case.layout.shapes for case in made(comment=comment)[1:]] for comment in ("a", "b")]
    assert drawn[0] != drawn[1]
    listed = [made(comment=comment, cases=[{"name": "x", "draws": 2}]) for comment in ("a", "b")]
    assert len({case.seed for found in listed for case in found}) == 4


def test_derived_seed_depends_on_every_argument() -> None:
    """And not on how they are joined."""
    assert derived_seed("s", "a", "b") != derived_seed("s", "ab")
    assert derived_seed("s", "a", "b") != derived_seed("t", "a", "b")
    assert 0 <= derived_seed("s", "a") < 2**31


def test_fresh_cases_stand_in_for_the_hidden_ones() -> None:
    """The public cases stay; the fresh ones are public, and depend on their seed alone."""
    first, again, other = (made(fresh_seed=seed) for seed in (1, 1, 2))
    assert [case.name for case in first] == ["handout", "fresh_1", "fresh_2", "fresh_3", "fresh_4", "fresh_5"]
    assert {case.visibility for case in first} == {"public"}
    assert [case.true_upstream for case in first] == [True] + [False] * 5
    assert [case.seed for case in first] == [case.seed for case in again]
    assert not {case.seed for case in first[1:]} & {case.seed for case in other[1:]}
    hidden = {case.seed for case in made()[1:]}
    assert not hidden & {case.seed for case in first}


def test_fresh_cases_leave_out_the_hidden_ones_that_are_listed() -> None:
    """They would give them away."""
    found = made(fresh_seed=1, cases=[{"name": "a", "visibility": "public"}, {"name": "b"}])
    assert [case.name for case in found[:2]] == ["a", "fresh_1"]
    assert len(found) == 6


# ----- where every input has fixed values -----


def fixed(**keys: Any) -> tuple[CaseSpec, ...]:
    numbers = {"w": {"value": 2}, "x": {"values": [1, 2]}, "b": {"value": 3}}
    return made(objective="sum((w x + b)**2)", shapes={}, dims={}, inputs=numbers, **keys)


def test_hidden_cases_of_fixed_values_draw_normals_of_the_same_shapes() -> None:
    """What is not differentiated keeps its value."""
    handout, hidden, *_ = fixed()
    assert [type(spec) for spec in handout.inputs.values()] == [Value, Values, Value]
    assert {name: type(spec) for name, spec in hidden.inputs.items()} == {"w": Value, "x": Normal, "b": Value}
    assert hidden.layout.shapes == {"w": (), "x": (2,), "b": ()}
    _, hidden, *_ = fixed(wrt=["w", "x"])
    assert {name: type(spec) for name, spec in hidden.inputs.items()} == {"w": Normal, "x": Normal, "b": Value}


def test_hidden_cases_of_fixed_labels_keep_the_labels() -> None:
    """A label is not a number to be drawn."""
    found = made(
        objective="sum(S[y])", shapes={}, dims={},
        inputs={"S": {"values": [[1, 2], [3, 4]]}, "y": {"values": [0, 1]}},
    )  # fmt: skip
    assert {name: type(spec) for name, spec in found[1].inputs.items()} == {"S": Normal, "y": Values}


def test_cases_listed_of_fixed_values_keep_them() -> None:
    """Unless a case says otherwise itself."""
    same, drawn = fixed(cases=[{"name": "same"}, {"name": "drawn", "inputs": {"w": {"draw": "normal"}}}])
    assert [type(spec) for spec in same.inputs.values()] == [Value, Values, Value]
    assert [type(spec) for spec in drawn.inputs.values()] == [Normal, Values, Value]


def test_hidden_cases_with_one_drawn_input_keep_the_fixed_ones() -> None:
    """Then there is something to draw."""
    found = made(inputs={"W": {"values": [[1.0] * 4] * 4}})
    assert {type(case.inputs["W"]) for case in found} == {Values}
    assert {case.layout.shapes["W"] for case in found} == {(4, 4)}


# ----- author errors -----


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([{"name": "a", "dims": {"M": 3}}], "cases[0].dims.M: there is no size `M` (known: N)"),
        (
            [{"name": "a"}, {"name": "b", "inputs": {"V": {"draw": "normal"}}}],
            "cases[1].inputs.V: there is no input `V` (known: X, W, Y)",
        ),
        ([{"name": "a"}, {"name": "a"}], "cases[1].name: there are two cases named `a`"),
        ([{"name": "a_2"}, {"name": "a", "draws": 2}], "cases[1].name: there are two cases named `a_2`"),
        (
            [{"name": "a", "inputs": {"X": {"values": [[1, 2]]}}}],
            "cases[0].inputs.X.values: the values have the shape [1, 2], not [10, 4]",
        ),
        (
            [{"name": "a", "inputs": {"X": {"draw": "spd"}}}],
            "shapes.X: `X` is spd and needs a square matrix, not [10, 4]",
        ),
        (
            [{"name": "a", "inputs": {"X": {"draw": "integers", "low": 3}}}],
            "cases[0].inputs.X: low should not be above high, nor either beyond 2^53 (got 3 and 2)",
        ),
        (
            [{"name": "a"}, {"name": "large", "dims": {"N": 1_000_000}}, {"name": "b"}],
            None,
        ),
    ],
)
def test_case_without_sense_names_the_key(listed: list[dict[str, Any]], expected: str | None) -> None:
    """The key, and the whole sentence; a million rows are fine."""
    if expected is None:
        assert len(made(cases=listed)) == 3
    else:
        assert error(cases=listed) == expected


def test_case_whose_sizes_do_not_fit_shows_the_place_in_the_objective() -> None:
    """The sizes of the handout did fit."""
    shapes = {"X": ["N", "D"], "W": [4, 4], "Y": ["N", 4]}
    assert error(shapes=shapes, dims={"N": 10, "D": 4}, cases=[{"name": "a"}, {"name": "b", "dims": {"D": 3}}]) == (
        "cases[1]: with the sizes of this case, `X W`: 10×3 times 4×4: the inner sizes 3 and 4 differ.\n"
        "    ||max(X W, 0) - Y||_F^2\n"
        "          ^^^"
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {"cases": [{"name": "a", "dims": {"N": 100_000}}], "objective": "sum(X X^T)"},
            "cases[0]: `X X^T` would have 10,000,000,000 numbers; more than 50,000,000 are too many",
        ),
        (
            {"objective": "sum(X)", "shapes": {"X": [1_000_000, 1_000_000]}, "dims": {}},
            "shapes: `X` would have 1,000,000,000,000 numbers; more than 50,000,000 are too many",
        ),
        (
            {
                "objective": "sum(onehot(y, 100000000) * 2) + sum(X)", "shapes": {"X": [3], "y": [3]}, "dims": {},
                "inputs": {"y": {"draw": "labels", "classes": 3}},
            },
            "shapes: `onehot(y, 100000000)` would have 300,000,000 numbers; more than 50,000,000 are too many",
        ),
    ],
)  # fmt: skip
def test_case_too_large_for_memory_is_refused_before_it_is_drawn(keys: dict[str, Any], expected: str) -> None:
    """A file from the network cannot exhaust the machine."""
    assert error(**keys) == expected
