"""The students' copy of an assignment: the same questions, and nothing from which hidden cases could be had.

Every shipped assignment and every sample goes through `leaks`, and what leaks is caught if it is planted.
"""

import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import Assignment
from grader.assignment_file import load, loads
from grader.cases import CaseSpec, cases
from grader.kit import Kit, make
from grader.kit.public import public_data, unknown_to_students, yaml_text
from grader.marked_yaml import Data, compose
from grader.problem import resolve_all

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted(ROOT.glob("assignments/*.yaml"))
SAMPLES = sorted(ROOT.glob("tests/samples/*/assignment.yaml"))
ALL = [
    *(pytest.param(path, id=path.stem) for path in SHIPPED),
    *(pytest.param(path, id=path.parent.name, marks=pytest.mark.slow) for path in SAMPLES),
]
SECRET = """
# of the teacher: dW = X^T (2 (X W - Y))
objective: "||X W - Y||_F^2"
seed: 0
shapes: {X: [N, D], W: [D, M], Y: [N, M]}
dims: {N: 10, D: 4, M: 4}
cases:
  - {name: handout, visibility: public}  # a remark
  - {name: kept, seed: 987654321}
  - {name: drawn, draws: 2, dims: {N: 7}}
  - {name: twice, visibility: public, draws: 2, seed: 41}
"""


@cache
def kit_of(path: Path) -> Kit:
    return make(path)


def copy_of(kit: Kit, folder: Path) -> Assignment:
    return loads(kit.files[f"{kit.id}.yaml"], f"{kit.id}.yaml", folder=folder)


def hidden(assignment: Assignment, secret: str) -> Iterator[CaseSpec]:
    """The hidden cases that follow from a secret."""
    for resolved in resolve_all(assignment):
        yield from (case for case in cases(resolved, secret) if case.visibility == "hidden")


def leaks(kit: Kit, original: Assignment, folder: Path) -> list[str]:
    """What of the hidden cases stands in the kit, or follows from its files as they are."""
    secret = list(hidden(original, original.sha256))
    texts = [data.decode() for data in kit.files.values()]
    numbers = {number for text in texts for number in re.findall(r"\d+", text)}
    listed = {case.name for problem in copy_of(kit, folder).problems for case in problem.cases or ()}
    found = [
        case.name
        for case in secret
        if str(case.seed) in numbers or any(re.fullmatch(rf"{re.escape(name)}(_\d+)?", case.name) for name in listed)
    ]
    for text in texts:
        for guess in (text, text.partition("\n")[2], text.lstrip("\n")):
            if sha256(guess.encode()).hexdigest() == original.sha256:
                found.append("the file")
    written = {case.seed for problem in original.problems for case in problem.cases or ()}
    seeds = {case.seed for case in hidden(original, copy_of(kit, folder).sha256)} - written
    return [*found, *(case.name for case in secret if case.seed in seeds)]


@pytest.mark.parametrize("path", ALL)
def test_kit_of_any_assignment_leaks_nothing(path: Path) -> None:
    """No hidden seed, name or file stands in any file of the kit."""
    assert leaks(kit_of(path), load(path), path.parent) == []


@pytest.mark.parametrize("path", ALL)
def test_copy_of_any_assignment_asks_the_same(path: Path) -> None:
    """Public cases and fresh ones are those of the original, with the same seeds, sizes and inputs."""
    original, copy = load(path), copy_of(kit_of(path), path.parent)
    assert (copy.id, copy.title, copy.sheet, copy.provided) == (
        original.id,
        original.title,
        original.sheet,
        original.provided,
    )
    for mine, theirs in zip(resolve_all(original), resolve_all(copy), strict=True):
        assert theirs.problem.model_copy(update={"cases": None}) == mine.problem.model_copy(update={"cases": None})
        fresh, again = cases(mine, original.sha256, 3), cases(theirs, copy.sha256, 3)
        for one, other in zip(fresh, again, strict=True):
            assert (one.name, one.seed, one.visibility) == (other.name, other.seed, other.visibility)
            assert (one.layout, one.inputs, one.limits) == (other.layout, other.inputs, other.limits)


def test_copy_leaves_out_hidden_cases_and_comments(tmp_path: Path) -> None:
    """The copy of a file with secrets, word for word."""
    (tmp_path / "secret.yaml").write_text(SECRET)
    assert make(tmp_path / "secret.yaml").files["secret.yaml"].decode() == (
        "# The students' copy of secret: the public cases, and none of the hidden ones.\n"
        "id: secret\n"
        'objective: "||X W - Y||_F^2"\n'
        "seed: 0\n"
        "shapes: {X: [N, D], W: [D, M], Y: [N, M]}\n"
        "dims: {N: 10, D: 4, M: 4}\n"
        "cases:\n"
        "  - {name: handout, visibility: public}\n"
        "  - {name: twice, visibility: public, draws: 2, seed: 41}\n"
    )


def test_copy_leaves_out_remarks_in_signatures(tmp_path: Path) -> None:
    """Even there a teacher could note the answer; a `#` that is text stays."""
    signatures = ('"grad_W(X, W, Y) -> {a: dW} # = 2 X^T R"', "\"grad_X([X, W], (Y,), '#', -1.5) -> (dX,)\"")
    (tmp_path / "secret.yaml").write_text(f"{SECRET}functions: [{', '.join(signatures)}]\n")
    assert make(tmp_path / "secret.yaml").files["secret.yaml"].decode().partition("functions:\n")[2] == (
        '  - "grad_W(X, W, Y) -> {\\"a\\": dW}"\n  - "grad_X([X, W], (Y,), \'#\', -1.5) -> (dX,)"\n'
    )


def test_copy_without_a_public_case_has_the_handout(tmp_path: Path) -> None:
    """Students check on the sheet's numbers even where the teacher lists hidden cases only."""
    text = SECRET.replace("visibility: public", "visibility: hidden")
    (tmp_path / "secret.yaml").write_text(text)
    kit = make(tmp_path / "secret.yaml")
    (resolved,) = resolve_all(copy_of(kit, tmp_path))
    assert next(case.name for case in cases(resolved, "", 1)) == "handout"
    assert resolved.problem.cases is None


# ----- planted: what leaks is caught -----


def test_leaks_of_hidden_cases_are_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that keeps them gives away their names and the seeds written there."""
    path = tmp_path / "secret.yaml"
    path.write_text(SECRET)
    assert leaks(make(path), load(path), tmp_path) == []
    monkeypatch.setattr("grader.kit.package.public_data", lambda data, identity: {"id": identity, **data})
    assert {"kept", "drawn_1", "drawn_2"} == {*leaks(make(path), load(path), tmp_path)}


def test_leaks_of_a_seed_in_a_sheet_are_caught(tmp_path: Path) -> None:
    """One number in one file is enough."""
    path = tmp_path / "secret.yaml"
    path.write_text(SECRET)
    kit, original = make(path), load(path)
    seed = next(case.seed for case in hidden(original, original.sha256) if case.name == "drawn_2")
    spoilt = Kit(kit.id, {**kit.files, "secret.md": kit.files["secret.md"] + f"{seed}\n".encode()}, False)
    assert leaks(spoilt, original, tmp_path) == ["drawn_2"]


def test_leak_of_the_whole_file_is_caught(tmp_path: Path) -> None:
    """Who has the bytes has the seeds."""
    path = tmp_path / "secret.yaml"
    path.write_text(SECRET)
    kit = Kit("secret", {"secret.yaml": SECRET.encode()}, False)
    assert "the file" in leaks(kit, load(path), tmp_path)


# ----- whether the teacher's file can be guessed -----

GUESSED = {
    "bare": ('objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [3, 4], W: [4, 5]}\n', False),
    "number_sign_in_a_text": ('title: "Sheet #3"\nobjective: "||X||_F^2"\nseed: 0\nshapes: {X: [3, 4]}\n', False),
    "comment": ('objective: "||X||_F^2"  # q7f3kx\nseed: 0\nshapes: {X: [3, 4]}\n', True),
    "comment_at_the_end": ('objective: "||X||_F^2"\nseed: 0\nshapes: {X: [3, 4]}\n# q7f3kx', True),
    "hidden_case": (
        'objective: "||X||_F^2"\nseed: 0\nshapes: {X: [3, 4]}\ncases: [{name: a}, {name: b, visibility: public}]',
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GUESSED.values(), ids=GUESSED.keys())
def test_unknown_to_students_is_a_comment_or_a_hidden_case(text: str, expected: bool) -> None:
    """All else is in the copy."""
    data = compose(text).data
    assert isinstance(data, dict)
    assert unknown_to_students(text, data, public_data(data, "x")) is expected


# ----- the writer -----

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["", "null", "True", "~", "1e5", "0x1f", "- a", "a: b", "|x|", "Z = X W\nf = sum(Z)\n", "a\nb", "a\n\n", " a\nb\n"]
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


def values(inner: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
    return st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS, inner, max_size=4)


DATA = st.recursive(st.none() | st.booleans() | NUMBERS | TEXTS, values, max_leaves=12)


@given(st.dictionaries(TEXTS, DATA, min_size=1, max_size=5))
def test_yaml_text_reads_back_as_the_same_data(data: dict[str, Data]) -> None:
    """Whatever an assignment may hold; also below `problems`."""
    assert compose(yaml_text(data)).data == data
    sheet: dict[str, Data] = {"problems": (data, data)}
    assert compose(yaml_text(sheet)).data == sheet
