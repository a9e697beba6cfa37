"""Wrong keys and values of an assignment file, in plain words."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from grader.assignment import (
    Case,
    CaseLimits,
    Integers,
    Labels,
    Limits,
    Policy,
    ProblemFile,
    SheetFile,
    Tolerance,
    Uniform,
    Value,
    Values,
)
from grader.assignment_file import loads
from grader.errors import AssignmentError
from grader.key_errors import EXPECTED, pattern


def _error(text: str) -> str:
    with pytest.raises(AssignmentError) as caught:
        loads(text, "hw.yaml", check=lambda problem: None)
    return str(caught.value)


NAME = "it should be a name: letters, digits and underscores, not a digit first, at most 64"
DRAWS = "normal, uniform, integers, labels, onehot, simplex, spd, symmetric, orthogonal"
ID = "letters, digits, `_` and `-`, not a sign first, at most 64"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "shapes: {X: [0]}",
            "shapes.X[0]: expected a size: a whole number from 1 to 1000000, or a name, got the number 0",
        ),
        (
            "shapes: {X: [N, a-b]}",
            "shapes.X[1]: expected a size: a whole number from 1 to 1000000, or a name, got the text `a-b`",
        ),
        ("shapes: {X: 3}", "shapes.X: expected a list of at most 8 sizes, as in [10, 4] or [N, D], got the number 3"),
        ("shapes: [1]", "shapes: expected names with their sizes, as in {X: [10, 4]}, got a list"),
        ("shapes: {1: [1]}", f"shapes.1: `1` cannot be used here; {NAME}"),
        ("dims: {N: 1e3}", "dims.N: expected a whole number from 1 to 1000000, got the number 1000.0"),
        (
            "inputs: {X: {draw: unifrom}}",
            f"inputs.X.draw: expected one of {DRAWS}, got the text `unifrom`; did you mean `uniform`?",
        ),
        ("inputs: {X: {draw: [3]}}", f"inputs.X.draw: expected one of {DRAWS}, got a list"),
        (
            "inputs: {X: {draw: uniform, low: a}}",
            "inputs.X.low: expected a number; a whole one for integers, got the text `a`",
        ),
        ("inputs: {X: {draw: uniform, hihg: 1}}", "inputs.X.hihg: there is no key `hihg` here; did you mean `high`?"),
        ("inputs: {X: {value: 0.1, foo: 1}}", "inputs.X.foo: there is no key `foo` here (known: value)"),
        ("inputs: {X: {value: 1, draw: normal}}", "inputs.X.draw: there is no key `draw` here (known: value)"),
        ("policy: {mode: x}", "policy.mode: there is no key `mode` here (known: autograd)"),
        (
            "inputs: {X: {values: [[1, a], [2, 3]]}}",
            "inputs.X.values[0][1]: expected numbers, or nested lists of numbers, got the text `a`",
        ),
        ("inputs: {X: {values: true}}", "inputs.X.values: expected numbers, or nested lists of numbers, got true"),
        (
            "inputs: {X: 3}",
            "inputs.X: expected how the input is made, as in {draw: uniform}, {value: 0.1} or "
            "{values: [[1, 2], [3, 4]]}, got the number 3",
        ),
        ("tolerance: {rtol: 1_0}", "tolerance.rtol: expected a number from 0 to below 1, got the text `1_0`"),
        ("tolerance: {rtol: .nan}", "tolerance.rtol: expected a number from 0 to below 1, got the number nan"),
        ("tolerance: {rtl: 1e-5}", "tolerance.rtl: there is no key `rtl` here; did you mean `rtol`?"),
        ("tolerance: 1e-5", "tolerance: expected tolerances, as in {rtol: 1e-5, atol: 1e-8}, got the number 1e-05"),
        ("credit: {facto: 0.5}", "credit.facto: `facto` is no code of a mistake; did you mean `factor`?"),
        ("points: {W: a}", "points.W: expected a number from 0 to 1000000, got the text `a`"),
        ("title: {en: 3}", "title.en: expected a text of at most 200 characters, got the number 3"),
        ("title: {english: x}", "title.english: `english` is no code of a language, as `en` and `zh-CN` are"),
        (
            "cases: []",
            "cases: expected a list of at least one case, as in [{name: handout, visibility: "
            "public}], got an empty list",
        ),
        (
            "cases: [{name: a b}]",
            "cases[0].name: expected a name of letters, digits, `_`, `.` and `-`, at most 64, got the text `a b`",
        ),
        (
            "cases: [{name: a}, {name: b, dims: {N: x}}]",
            "cases[1].dims.N: expected a whole number from 1 to 1000000, got the text `x`",
        ),
        (
            "cases: [{name: b, limits: {memory: 3}}]",
            "cases[0].limits.memory: there is no key `memory` here; did you mean `memory_mb`?",
        ),
        (
            "cases: [{name: b, visibility: pubic}]",
            "cases[0].visibility: expected public or hidden, got the text `pubic`; did you mean `public`?",
        ),
        ("wrt: W", "wrt: expected a list of names, as in [W, X], got the text `W`"),
        ("policy: {autograd: no}", "policy.autograd: expected forbid or allow, got the text `no`"),
        ("framework: jax", "framework: expected torch or numpy, got the text `jax`"),
        (
            "functions: [~]",
            'functions[0]: expected a signature of at most 1000 characters, as in "grad_W(X, W, Y) -> dW", got nothing',
        ),
        ("objetive: x", "objetive: there is no key `objetive` here; did you mean `objective`?"),
        ("id: a b", f"id: expected {ID}, got the text `a b`"),
        ("limits:", "limits: expected limits, as in {cpu_seconds: 10, memory_mb: 1024}, got nothing"),
    ],
)
def test_wrong_value_says_what_was_expected(line: str, message: str) -> None:
    """One sentence names the line, the path, what was expected and what stands there."""
    assert _error(f"objective: X\nseed: 0\n{line}\n") == f"hw.yaml:3: at {message}\n    {line}"


def test_missing_key_is_named() -> None:
    """A key that is missing is named with what it should hold."""
    assert _error("seed: 0") == (
        "hw.yaml:1: at objective: this key is missing; it should hold a text of 1 to 10000 "
        'characters, as in "||X W - Y||_F^2"'
    )
    assert _error("objective: X\nseed: 0\ninputs:\n  y: {draw: labels}\n") == (
        "hw.yaml:4: at inputs.y.classes: this key is missing; it should hold a number of "
        "classes: a whole number from 1 "
        "to 1000000, or a name"
    )


def test_misspelt_key_comes_before_the_missing_one() -> None:
    """A misspelt key explains why another one is missing, so it is what the error names."""
    assert _error("seed: 0\nobjetive: X") == (
        "hw.yaml:2: at objetive: there is no key `objetive` here; did you mean `objective`?\n    objetive: X"
    )


def test_first_of_many_errors_in_file_order() -> None:
    """Of several wrong values the one that stands first in the file is named."""
    assert _error("seed: x\nobjective: X\nwrt: W\nshapes: 3") == (
        "hw.yaml:1: at seed: expected a whole number from 0 to 2^63 - 1, got the text `x`\n    seed: x"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "objective: {A}\nseed: 0",
            '1: at objective: a value that starts with `{` needs quotes; write this line as\n    objective: "{A}"',
        ),
        (
            "objective: [A]\nseed: 0",
            '1: at objective: a value that starts with `[` needs quotes; write this line as\n    objective: "[A]"',
        ),
        (
            "objective: # A\nseed: 0",
            '1: at objective: a value that starts with `#` needs quotes; write this line as\n    objective: "# A"',
        ),
        (
            "functions:\n  - f({W: W}) -> dW",
            '2: at functions[0]: a value with `: ` in it needs quotes; write this line as\n      - "f({W: W}) -> dW"',
        ),
        (
            "objective:\nseed: 0",
            '1: at objective: expected a text of 1 to 10000 characters, as in "||X W - Y||_F^2", got nothing\n'
            "    objective:",
        ),
    ],
)
def test_text_that_yaml_reads_as_something_else_needs_quotes(text: str, message: str) -> None:
    """Valid YAML that is no text, where a text without quotes was meant, is shown with quotes."""
    assert _error(text) == f"hw.yaml:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("problems: []", "1: at problems: expected a list of 1 to 100 problems, got an empty list\n    problems: []"),
        (
            "problems: [3]",
            "1: at problems[0]: expected a problem with its own `id`, `objective`, `seed` and "
            "`shapes`, got the number 3\n    problems: [3]",
        ),
        (
            "objective: X\nproblems: [{id: a, objective: X, seed: 0}]",
            "1: at objective: in a file with `problems`, `objective` belongs to each of them, not to the top\n"
            "    objective: X",
        ),
        ("problems:\n  - {objective: X, seed: 0}", f"2: at problems[0].id: this key is missing; it should hold {ID}"),
        (
            "problems:\n  - id: a\n    objective: X\n    seed: 0\n    shapes: {X: 3}",
            "5: at problems[0].shapes.X: expected a list of at most 8 sizes, as in [10, 4] or [N, "
            "D], got the number 3\n    shapes: {X: 3}",
        ),
    ],
)
def test_sheet_errors_name_the_problem(text: str, message: str) -> None:
    """In a sheet the path begins with the problem's place in the list."""
    assert _error(text) == f"hw.yaml:{message}"


def _places(model: type[BaseModel], prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    nested: dict[str, type[BaseModel]] = {"tolerance": Tolerance, "policy": Policy}
    for name in model.model_fields:
        yield (*prefix, name)
        if name in nested:
            yield from _places(nested[name], (*prefix, name))
        if name == "limits":
            yield from _places(CaseLimits if "cases" in prefix else Limits, (*prefix, name))
        if name == "cases":
            yield from _places(Case, (*prefix, name, 0))
        if name == "problems":
            yield from _places(ProblemFile, (*prefix, name, 0))
        if name == "inputs":
            for spec in (Uniform, Integers, Labels, Value, Values):
                yield from _places(spec, (*prefix, name, "X"))


@pytest.mark.parametrize("model", [ProblemFile, SheetFile])
def test_every_key_has_its_expectation(model: type[BaseModel]) -> None:
    """A key that the types gain must be put into words too."""
    assert {pattern(path) for path in _places(model)} <= set(EXPECTED)


def test_text_that_is_too_long_needs_no_quotes() -> None:
    """A block of text is text already."""
    assert _error("objective: |\n" + "  X\n" * 6000 + "seed: 0").startswith(
        'hw.yaml:1: at objective: expected a text of 1 to 10000 characters, as in "||X W - '
        'Y||_F^2", got the text `X\\nX'
    )


def test_many_errors_are_no_burden() -> None:
    """The first of very many errors is found without comparing each with each."""
    many = ", ".join(["a"] * 20_000)
    assert _error(f"objective: X\nseed: 0\ninputs: {{X: {{values: [{many}]}}}}").startswith(
        "hw.yaml:3: at inputs.X.values[0]: expected numbers, or nested lists of numbers, got the text `a`\n"
    )
