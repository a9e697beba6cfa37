"""The assignments of the sheets: their printed numbers, their sizes, and the examples of the author's guide.

    figures/*.json ─ Printed ─┐
    assignments/*.yaml ─ drawn, evaluated ─┴─▶ which printed numbers differ: none, and each one if it is changed

A tensor is printed with 4 decimals throughout or, where its numbers differ much in size, each with 5 significant
digits; a trailing zero that the figure files do not keep still counts as a digit.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment import Assignment, ProblemFile, SheetFile
from grader.assignment_file import load, loads, located
from grader.cases import cases
from grader.errors import AssignmentError
from grader.inputs import Array, draw
from grader.objective import labels_of
from grader.preparation import Prepared, prepare
from grader.problem import Resolved, resolve_all
from grader.reference import Evaluation, TorchRandomness
from grader.sandbox.job import ArrayArgument
from grader.sizing import graph_of

ROOT = Path(__file__).parent.parent
ASSIGNMENTS = ROOT / "assignments"
FIGURES = Path(__file__).parent / "golden" / "figures"
NAMES = sorted(path.stem for path in ASSIGNMENTS.glob("*.yaml"))

PRINTED_BY = {
    "relu_frobenius": "relu_frobenius",
    "affine_frobenius": "affine_frobenius",
    "two_layer_sigmoid": "two_layer_sigmoid_as_run",
}
"""For each figure file of a notebook the assignment that its numbers belong to."""

HALF_A_UNIT = 0.5
FLOAT32_UNIT = {"two_layer_sigmoid": 1.0}
"""Units of the last digit that the source's own rounding takes: its sums over 100 samples are of float32."""


# ----- what is printed, and what is computed -----


def _figure(name: str) -> dict[str, Any]:
    """A figure file with its numbers as they are written."""
    figure: dict[str, Any] = json.loads((FIGURES / f"{name}.json").read_text(), parse_float=Decimal)
    return figure


@dataclass(frozen=True)
class Printed:
    """A printed tensor, or its first rows: its numbers, row after row, and the unit of the last digit of each."""

    numbers: tuple[Decimal, ...]
    units: tuple[float, ...]

    @classmethod
    def of(cls, nested: Any) -> "Printed":
        numbers = tuple(_flat(nested))
        decimals = max(-int(number.as_tuple().exponent) for number in numbers)
        units = (1e-4 if decimals <= 4 else 10.0 ** (number.adjusted() - 4) for number in numbers)
        return cls(numbers, tuple(units))

    def differing(self, values: Array, slack: float) -> list[int]:
        """Places where the values, rounded as printed, would show something else; in units of the last digit."""
        flat = values.ravel()[: len(self.numbers)]
        pairs = zip(self.numbers, self.units, flat, strict=True)
        return [
            place
            for place, (number, unit, value) in enumerate(pairs)
            if not abs(float(value) - float(number)) <= (HALF_A_UNIT + slack) * unit
        ]


def _flat(nested: Any) -> Iterator[Decimal]:
    if isinstance(nested, list):
        for item in nested:
            yield from _flat(item)
    else:
        yield Decimal(nested)


def _tensors(figure: Mapping[str, Any]) -> dict[str, Printed]:
    """The printed tensors of a figure file by their names: X, Z, f, grad_W, grad_b_first_rows."""
    meaning = ("source", "objective", "objective_as_written", "objective_as_run", "note", "seed", "order", "shapes")
    return {name: Printed.of(value) for name, value in figure.items() if name not in meaning}


@dataclass(frozen=True)
class Handout:
    """An assignment's public case, drawn and evaluated."""

    resolved: Resolved
    evaluation: Evaluation

    def value(self, name: str) -> Array:
        """What a figure file calls X, Z, f, grad_W or grad_b_first_rows."""
        name = name.removesuffix("_first_rows")
        if not name.startswith("grad_"):
            return self.evaluation.array(name)
        wrt = name.removeprefix("grad_")
        return self.evaluation.gradients(None, [wrt])[wrt].value


@cache
def _assignment(name: str) -> Assignment:
    return load(ASSIGNMENTS / f"{name}.yaml")


def _handout(assignment: Assignment) -> Handout:
    (resolved,) = resolve_all(assignment)
    case = cases(resolved, assignment.sha256)[0]
    assert (case.name, case.visibility) == ("handout", "public")
    graph = graph_of(resolved.problem, case.layout)
    inputs = draw(
        case,
        differentiated=frozenset(resolved.wrt),
        labels=labels_of(graph),
        random=TorchRandomness(case.seed),
    )
    return Handout(resolved, Evaluation(graph, inputs))


@cache
def _handout_of(name: str) -> Handout:
    return _handout(_assignment(name))


PRINTED = [(figure, name) for figure in PRINTED_BY for name in _tensors(_figure(figure))]


# ----- the notebooks -----


@pytest.mark.parametrize(("figure", "name"), PRINTED)
def test_printed_tensor_is_reproduced(figure: str, name: str) -> None:
    """Every printed input, step, value and gradient is that of the assignment, to its last digit."""
    printed = _tensors(_figure(figure))[name]
    value = _handout_of(PRINTED_BY[figure]).value(name)
    assert printed.differing(value, FLOAT32_UNIT.get(figure, 0)) == []


@pytest.mark.parametrize(("figure", "name"), PRINTED)
def test_each_changed_digit_is_noticed(figure: str, name: str) -> None:
    """A printed number that is off by four units of its last digit differs, and no other one does."""
    printed = _tensors(_figure(figure))[name]
    value = _handout_of(PRINTED_BY[figure]).value(name)
    for place, unit in enumerate(printed.units):
        for direction in (-4, 4):
            numbers = list(printed.numbers)
            numbers[place] += Decimal(direction * unit)
            wrong = Printed(tuple(numbers), printed.units)
            assert wrong.differing(value, FLOAT32_UNIT.get(figure, 0)) == [place]


@pytest.mark.parametrize("figure", PRINTED_BY)
def test_assignment_draws_what_the_notebook_draws(figure: str) -> None:
    """Seed, order and shapes are those of the notebook, and the handout uses this very seed."""
    printed = _figure(figure)
    (resolved,) = resolve_all(_assignment(PRINTED_BY[figure]))
    assert resolved.problem.seed == printed["seed"]
    assert list(resolved.problem.input_names) == printed["order"]
    assert {name: list(shape) for name, shape in resolved.handout.shapes.items()} == printed["shapes"]
    assert resolved.wrt == tuple(printed["order"])


@pytest.mark.parametrize(
    ("figure", "key", "assignment"),
    [
        ("relu_frobenius", "objective", "relu_frobenius"),
        ("affine_frobenius", "objective", "affine_frobenius"),
        ("two_layer_sigmoid", "objective_as_run", "two_layer_sigmoid_as_run"),
        ("two_layer_sigmoid", "objective_as_written", "two_layer_sigmoid"),
    ],
)
def test_sheet_sentence_is_the_same_objective(figure: str, key: str, assignment: str) -> None:
    """The objective as the sheet writes it, in one line, has the value and the gradients of the assignment."""
    printed = _figure(figure)
    names = {name.lower(): name for name in printed["order"]}  # the text writes X where the program has x
    objective = re.sub(r"\w+", lambda word: names.get(word[0].lower(), word[0]), printed[key])
    content = {"objective": objective, "seed": printed["seed"], "shapes": printed["shapes"]}
    stated = _handout(loads(json.dumps(content), "stated.yaml"))
    ours = _handout_of(assignment)
    name = stated.resolved.graph.name
    np.testing.assert_allclose(stated.value(name), ours.value(ours.resolved.graph.name), rtol=1e-13)
    for wrt in printed["order"]:
        np.testing.assert_allclose(stated.value(f"grad_{wrt}"), ours.value(f"grad_{wrt}"), rtol=1e-12, atol=1e-12)


def test_text_of_two_layers_is_not_what_printed_its_numbers() -> None:
    """With b1 inside the sigmoid, as the text says, every printed number but the inputs is another one."""
    for name, printed in _tensors(_figure("two_layer_sigmoid")).items():
        differing = printed.differing(_handout_of("two_layer_sigmoid").value(name), 1.0)
        assert len(differing) > 0.9 * len(printed.numbers), name


# ----- scalars -----


SCALAR_STEPS = {0: "scalar_practice", 1: "accumulated_gradients"}
"""The steps that are assignments; the third, without accumulation, is an objective of its own."""


def _scalar_gradients(step: int, printed: Mapping[str, Any]) -> dict[str, float]:
    if step in SCALAR_STEPS:
        handout = _handout_of(SCALAR_STEPS[step])
    else:
        text = json.dumps(
            {"objective": printed["objective"], "seed": 0, "inputs": {n: {"value": v} for n, v in SCALARS.items()}}
        )
        handout = _handout(loads(text, "step.yaml"))
    return {name: float(handout.value(f"grad_{name}")) for name in printed["grads"]}


SCALARS = {"w": 2, "x": 1, "b": 3}


@pytest.mark.parametrize("step", [0, 1, 2])
def test_scalar_practice_is_exact(step: int) -> None:
    """10, 20, 10; with the second objective added 11, 22, 11; the second one alone 1, 2, 1."""
    printed = _figure("scalar_practice")["steps"][step]
    expected = {name: float(value) for name, value in printed["grads"].items()}
    assert _scalar_gradients(step, printed) == expected
    for name in expected:
        assert _scalar_gradients(step, printed) != {**expected, name: expected[name] + 1}


def test_scalars_are_those_of_the_sheet() -> None:
    """Both scalar assignments stand at x = 1, w = 2, b = 3, and the first has the sheet's objective."""
    stated = json.dumps(
        {
            "objective": _figure("scalar_practice")["steps"][0]["objective"],
            "seed": 0,
            "inputs": {name: {"value": value} for name, value in SCALARS.items()},
        }
    )
    assert float(_handout(loads(stated, "stated.yaml")).value("loss")) == 25.0
    for name, value in (("scalar_practice", 25.0), ("accumulated_gradients", 30.0)):
        handout = _handout_of(name)
        assert {wrt: float(handout.value(wrt)) for wrt in SCALARS} == SCALARS
        assert float(handout.value(handout.resolved.graph.name)) == value


# ----- the matrix chain rule -----


CHAIN_RULES = {0: "matrix_chain_rule", 1: "matrix_chain_rule_left"}


def _without_large(assignment: Assignment) -> Assignment:
    """The assignment without its slow case."""
    problems = tuple(
        problem.model_copy(update={"cases": tuple(case for case in problem.cases or () if case.name != "large")})
        if problem.cases
        else problem
        for problem in assignment.problems
    )
    return assignment.model_copy(update={"problems": problems})


@cache
def _prepared(name: str) -> Prepared:
    return prepare(_without_large(_assignment(name)))


def _given(prepared: Prepared, plan: int, call: int) -> dict[str, Array]:
    """The arrays that a call receives, by the name of its parameter."""
    placed = [(box, one) for box in prepared.plans[plan].boxes for one in box.calls]
    box, found = placed[call]
    keys = [argument.key for argument in found.arguments if isinstance(argument, ArrayArgument)]
    return {key.rpartition("/")[2]: box.arrays[key] for key in keys}


def _closed_form(text: str, given: Mapping[str, Array]) -> Array:
    """The product that a statement such as `X^T dL/dY` stands for."""
    left, right = text.split()

    def factor(word: str) -> Array:
        name = word.removesuffix("^T").replace("dL/dY", "dY")
        return given[name].T if word.endswith("^T") else given[name]

    product: Array = factor(left) @ factor(right)
    return product


def _holds(statement: Mapping[str, str], prepared: Prepared) -> bool:
    """Whether the closed forms of both gradients give the references of every case."""
    found = []
    for asked in prepared.asked:
        for case in asked.cases:
            given = _given(prepared, case.plan, case.call)
            try:
                closed = _closed_form(statement[f"grad_{asked.wrt}"], given)
                found.append(
                    closed.shape == case.target.value.shape and np.allclose(closed, case.target.value, rtol=1e-12)
                )
            except ValueError:
                found.append(False)
    assert len(found) >= 10
    return all(found)


@pytest.mark.parametrize("index", CHAIN_RULES)
def test_chain_rule_statement_holds(index: int) -> None:
    """The lecture's closed forms are the references; those for the product the other way round are not."""
    statements = _figure("matrix_chain_rule")["statements"]
    prepared = _prepared(CHAIN_RULES[index])
    assert _holds(statements[index], prepared)
    assert not _holds(statements[1 - index], prepared)
    for wrt in ("X", "W"):
        transposed = " ".join(reversed(statements[index][f"grad_{wrt}"].split()))
        assert not _holds({**statements[index], f"grad_{wrt}": transposed}, prepared)


@pytest.mark.parametrize("index", CHAIN_RULES)
def test_chain_rule_is_stated_for_the_sizes_of_the_lecture(index: int) -> None:
    """Y is the lecture's product, L is elementwise in it, and the handout has N = 2, D = 4, M = 3."""
    figure = _figure("matrix_chain_rule")
    (problem,) = _assignment(CHAIN_RULES[index]).problems
    assert problem.objective.splitlines()[0] == f"Y = {figure['statements'][index]['Y']}"
    assert problem.dims == figure["derived_for"]


def test_upstream_gradient_is_true_in_the_handout_and_random_in_hidden_cases() -> None:
    """In the handout dY is 2 Y; elsewhere a function that uses 2 Y is wrong."""
    for name, order in (("matrix_chain_rule", "XW"), ("matrix_chain_rule_left", "WX")):
        prepared = _prepared(name)
        for case in prepared.asked[0].cases:
            given = _given(prepared, case.plan, case.call)
            true = np.allclose(given["dY"], 2 * given[order[0]] @ given[order[1]])
            assert true == (case.name == "handout")


def test_large_case_has_room_for_the_closed_form_only() -> None:
    """The sizes are those of the lecture's remark: the Jacobian is far beyond the limit, the products are within."""
    remark = _figure("matrix_chain_rule")["scale_remark"]
    (problem,) = _assignment("matrix_chain_rule").problems
    large = next(case for case in problem.cases or () if case.name == "large")
    n, d, m = (remark[size] for size in "NDM")
    assert large.dims == {"N": n, "D": d, "M": m}
    assert large.limits.memory_mb == 2048
    assert large.visibility == "hidden"
    megabyte = 2**20
    assert n * m * n * d * 4 / megabyte > 50 * large.limits.memory_mb
    assert 4 * d * m * 8 / megabyte < large.limits.memory_mb


@pytest.mark.slow
def test_closed_form_holds_in_the_large_case() -> None:
    """At N = 64 and D = M = 4096 the references are the closed forms too."""
    large = tuple(
        problem.model_copy(update={"cases": tuple(case for case in problem.cases or () if case.name == "large")})
        for problem in _assignment("matrix_chain_rule").problems
    )
    prepared = prepare(_assignment("matrix_chain_rule").model_copy(update={"problems": large}))
    statement = _figure("matrix_chain_rule")["statements"][0]
    for asked in prepared.asked:
        (case,) = asked.cases
        closed = _closed_form(statement[f"grad_{asked.wrt}"], _given(prepared, case.plan, case.call))
        assert (np.abs(closed - case.target.value) <= case.target.allowed).all()


# ----- every assignment -----


def test_every_figure_has_an_assignment() -> None:
    """No figure file is left without an assignment that reproduces it."""
    covered = {*PRINTED_BY, "scalar_practice", "matrix_chain_rule"}
    assert {path.stem for path in FIGURES.glob("*.json")} == covered


@pytest.mark.parametrize("name", NAMES)
def test_assignment_has_titles_points_and_cases_of_other_sizes(name: str) -> None:
    """Each has a title in both languages, points, one public case, and hidden ones that tell apart what it does not."""
    assignment = _assignment(name)
    prepared = _prepared(name)
    assert assignment.id == name
    assert set(assignment.title) == {"en", "zh-CN"}
    assert prepared.max_score > 0
    assert all(asked.points > 0 for asked in prepared.asked)
    for asked in prepared.asked:
        assert [case.visibility for case in asked.cases] == ["public"] + ["hidden"] * (len(asked.cases) - 1)
        assert len(asked.cases) >= 5
        public, *hidden = (case.target.value for case in asked.cases)
        assert all(not np.array_equal(public, value) for value in hidden)
        if public.size > 1:
            assert all(value.shape != public.shape for value in hidden)
            assert all(value.ndim != 2 or value.shape[0] != value.shape[1] for value in hidden)


# ----- the author's guide -----


GUIDE = (ASSIGNMENTS / "README.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
ERRORS = re.findall(r"^```yaml wrong\n(.*?)^```\n+```text\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def _whole(block: str) -> str:
    """A block of the guide as a file: one that shows a single key stands below the smallest file."""
    return block if re.search(r"^(objective|problems):", block, re.MULTILINE) else BLOCKS[0] + block


@pytest.mark.parametrize("block", BLOCKS)
def test_example_of_the_guide_works(block: str, tmp_path: Path) -> None:
    """Every YAML block is a file, or a part of one, that loads and can be graded with."""
    (tmp_path / "helpers.py").write_text("scale = 2\n")
    prepared = prepare(loads(_whole(block), "example.yaml", folder=tmp_path))
    assert prepared.asked


@pytest.mark.parametrize(("block", "message"), ERRORS)
def test_error_of_the_guide_is_what_the_grader_says(
    block: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every faulty example is refused with the very words that stand below it."""
    monkeypatch.chdir(tmp_path)
    path = Path("homework.yaml")
    path.write_text(block)
    with pytest.raises(AssignmentError) as caught:
        _prepare_file(path)
    assert str(caught.value) == message.rstrip("\n")


def _prepare_file(path: Path) -> None:
    """As the commands do it: what shows only when a case is drawn gets its place in the file too."""
    assignment = load(path)
    try:
        prepare(assignment)
    except AssignmentError as error:
        raise located(error, path) from None


def test_guide_shows_every_key() -> None:
    """A key that can be written is shown in an example."""
    shown = "\n".join(BLOCKS)
    for key in {*SheetFile.model_fields, *ProblemFile.model_fields}:
        assert re.search(rf"^\s*(- )?\{{?{key}:", shown, re.MULTILINE), key


def test_guide_names_every_assignment() -> None:
    """The folder's files are all listed."""
    for name in NAMES:
        assert f"{name}.yaml" in GUIDE
