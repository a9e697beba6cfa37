"""The assignment file from bytes to types."""

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import Limits, Problem, Tolerance, Uniform
from grader.assignment_file import find, load, loads, located
from grader.errors import AssignmentError, AuthorError, ObjectiveError

SMALLEST = 'objective: "||max(X W, 0) - Y||_F^2"\nseed: 0\nshapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}\n'


def _accept(problem: Problem) -> None:
    """Every problem makes sense."""


def _error(text: str | bytes, name: str = "hw.yaml", **options: Any) -> str:
    with pytest.raises(AssignmentError) as caught:
        loads(text, name, **{"check": _accept, **options})
    return str(caught.value)


def test_smallest_file_gets_its_defaults() -> None:
    """The file's name gives id and title, everything else has a default."""
    assignment = loads(SMALLEST, "relu_frobenius.yaml", check=_accept)
    (problem,) = assignment.problems
    assert (assignment.id, assignment.title, problem.id) == (
        "relu_frobenius",
        {"en": "relu_frobenius"},
        "relu_frobenius",
    )
    assert problem.shapes == {"X": (10, 4), "W": (4, 4), "Y": (10, 4)}
    assert list(problem.shapes) == ["X", "W", "Y"]
    assert assignment.sha256 == hashlib.sha256(SMALLEST.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("a b.v2.yaml", "a-b-v2"),
        ("作业.yaml", "assignment"),
        ("-x-.yaml", "x"),
        ("été.yaml", "ete"),
        ("x" * 99, "x" * 64),
    ],
)
def test_id_is_the_file_name_made_safe(name: str, identity: str) -> None:
    """An id has only letters, digits, `_` and `-`."""
    assert loads(SMALLEST, name, check=_accept).id == identity


def test_title_may_be_one_text_or_one_per_language() -> None:
    """A plain title is English."""
    assert loads(SMALLEST + "title: ReLU", "hw.yaml", check=_accept).title == {"en": "ReLU"}
    both = loads(SMALLEST + "title: {en: ReLU, zh-CN: 回归}", "hw.yaml", check=_accept)
    assert both.title == {"en": "ReLU", "zh-CN": "回归"}


def test_bom_and_line_ends_make_no_difference() -> None:
    """UTF-8 with a BOM and DOS line ends is read like any other."""
    windows = b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode()
    assert loads(windows, "hw.yaml", check=_accept).problems == loads(SMALLEST, "hw.yaml", check=_accept).problems


def test_sheet_defaults_merge_under_each_problem() -> None:
    """What stands at the top holds for every problem, key by key, unless the problem says otherwise."""
    sheet = loads(
        "id: week3\nframework: numpy\ntolerance: {rtol: 1e-3, atol: 1e-6}\nlimits: {cpu_seconds: 5}\n"
        "credit: {sign: 0.5}\n"
        "problems:\n"
        "  - {id: a, objective: X, seed: 0}\n"
        "  - {id: b, objective: X, seed: 1, framework: torch, tolerance: {rtol: 1e-4}, credit: {factor: 0.1},\n"
        "     limits: {memory_mb: 64}, inputs: {X: {draw: uniform}}}\n",
        "hw.yaml",
        check=_accept,
    )
    first, second = sheet.problems
    assert sheet.id == "week3"
    assert (first.framework, second.framework) == ("numpy", "torch")
    assert (first.tolerance, second.tolerance) == (Tolerance(rtol=1e-3, atol=1e-6), Tolerance(rtol=1e-4, atol=1e-6))
    assert (first.limits, second.limits) == (Limits(cpu_seconds=5), Limits(cpu_seconds=5, memory_mb=64))
    assert (first.credit, second.credit) == ({"sign": 0.5}, {"sign": 0.5, "factor": 0.1})
    assert second.inputs == {"X": Uniform(draw="uniform")}


def test_two_problems_cannot_share_an_id() -> None:
    """The second of two equal ids is named."""
    assert _error("problems:\n  - {id: a, objective: X, seed: 0}\n  - {id: a, objective: X, seed: 0}\n") == (
        "hw.yaml:3: at problems[1].id: another problem has the id `a` too\n    - {id: a, objective: X, seed: 0}"
    )


def test_two_problems_cannot_ask_for_the_same_function() -> None:
    """A file of a learner's can define it only once."""
    text = (
        "problems:\n"
        "  - {id: a, objective: sum(X), seed: 0, functions: ['grad(X) -> dX']}\n"
        "  - {id: b, objective: sum(X), seed: 0, functions: ['grad (X) -> dX']}\n"
    )
    assert _error(text) == (
        "hw.yaml:3: at problems[1].functions[0]: the problem `a` asks for a function `grad` too\n"
        "    - {id: b, objective: sum(X), seed: 0, functions: ['grad (X) -> dX']}"
    )


# ----- what makes no sense -----


def test_check_errors_get_their_line_and_full_path() -> None:
    """An error about a key of a problem is put in its place in the file."""

    def refuse(problem: Problem) -> None:
        raise AssignmentError("W is never used", key="shapes.W")

    assert _error("objective: X\nseed: 0\nshapes:\n  X: [2]\n  W: [2]\n", check=refuse) == (
        "hw.yaml:5: at shapes.W: W is never used\n    W: [2]"
    )
    sheet = "problems:\n  - id: a\n    objective: X\n    seed: 0\n    shapes: {W: [2]}\n"
    assert _error(sheet, check=refuse) == (
        "hw.yaml:5: at problems[0].shapes.W: W is never used\n    shapes: {W: [2]}"
    )  # fmt: skip


def test_objective_errors_keep_their_marks_and_find_their_line() -> None:
    """A place in an objective of several lines is a line of the file."""

    def refuse(problem: Problem) -> None:
        start = problem.objective.index("Q")
        raise ObjectiveError("`Q` is not known.", problem.objective, start, start + 1)

    assert _error("seed: 0\nobjective: |\n  Z = X W\n\n  f = sum(Q)\n", check=refuse) == (
        "hw.yaml:5: at objective: `Q` is not known.\n    f = sum(Q)\n            ^"
    )
    assert _error('seed: 0\nobjective: "sum(Q)"\n', check=refuse) == (
        "hw.yaml:2: at objective: `Q` is not known.\n    sum(Q)\n        ^"
    )


# ----- files -----


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "hw.yaml: the file is empty"),
        (b"# nothing\n", "hw.yaml: the file is empty"),
        (b"- a\n", "hw.yaml:1: expected keys with values, such as `objective`, `seed` and `shapes`\n    - a"),
        (b"a\x00b", "hw.yaml: this is a binary file; it should be YAML text in UTF-8"),
        (b"a: b\nc: \xff", "hw.yaml:2: the file is not UTF-8; save it as UTF-8 text"),
        (b"a" * 300_000, "hw.yaml: the file is larger than 256 KiB"),
    ],
)
def test_unreadable_content_is_one_sentence(data: bytes, message: str) -> None:
    """What is no text, or too much of it, is said plainly."""
    assert _error(data) == message


def test_missing_file_folder_and_pipe_are_one_sentence(tmp_path: Path) -> None:
    """A path that is no file is said plainly."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "big.yaml").write_bytes(b"#" * 300_000)
    for name, sentence in {
        "missing.yaml": "there is no such file",
        "folder.yaml": "this is a folder; it should be a YAML file",
        "pipe.yaml": "this is a pipe; it should be a YAML file",
        "big.yaml": "the file is larger than 256 KiB",
        "a\0b": "there is no such file",
    }.items():
        with pytest.raises(AssignmentError) as caught:
            load(tmp_path / name, check=_accept)
        assert caught.value.problem == sentence
        assert caught.value.file is not None
        assert "\0" not in caught.value.file


def test_provided_modules_are_read_and_hashed(tmp_path: Path) -> None:
    """A module beside the file comes with the assignment, and changes its hash."""
    path = tmp_path / "hw.yaml"
    path.write_text(SMALLEST + "provide: [helpers.py]\n")
    (tmp_path / "helpers.py").write_text("a = 1\n")
    first = load(path, check=_accept)
    (tmp_path / "helpers.py").write_text("a = 2\n")
    assert first.provided == {"helpers.py": b"a = 1\n"}
    assert load(path, check=_accept).sha256 != first.sha256


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../up.py", "expected the plain name of a Python module beside this file, got `../up.py`"),
        ("data.csv", "expected the plain name of a Python module beside this file, got `data.csv`"),
        ("none.py", "there is no file `none.py` beside this one"),
        ("link.py", "`link.py` is a link; it should be a Python file"),
        ("folder.py", "`folder.py` is a folder; it should be a Python file"),
        ("big.py", "`big.py` is larger than 1024 KiB"),
        ("old.py", "`old.py` is not valid Python: line 2: invalid syntax"),
    ],
)
def test_module_that_cannot_be_provided_is_named(tmp_path: Path, name: str, message: str) -> None:
    """Only plain Python files beside the assignment can be provided."""
    (tmp_path / "real.py").write_text("")
    (tmp_path / "link.py").symlink_to("real.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "old.py").write_text("x = 1\nx = (=)\n")
    (tmp_path / "big.py").write_bytes(b"#" * (1024 * 1024 + 1))
    line = f"provide: [real.py, {name}]"
    assert _error(SMALLEST + line, folder=tmp_path) == f"hw.yaml:4: at provide[1]: {message}\n    {line}"


def test_signature_that_yaml_cuts_at_its_commas_needs_quotes() -> None:
    """In a list on one line a comma ends the value, unless it is in quotes."""
    line = "functions: [grad_W(X, W, Y) -> dW]"
    sentence = 'a signature needs quotes here, as in ["grad_W(X, W, Y) -> dW"]'
    assert _error(SMALLEST + line) == f"hw.yaml:4: at functions[0]: {sentence}\n    {line}"


def test_folded_objective_is_told_to_be_one_line() -> None:
    """After `>` the steps of an objective are no longer lines; the error says so."""
    text = "objective: >\n  Z = X W\n  f = ||Z||_F^2\nseed: 0\nshapes: {X: [3, 2], W: [2, 2]}\n"
    with pytest.raises(AssignmentError, match=r"\(`>` makes one line of several; `\|` keeps them\)"):
        loads(text, "hw.yaml")


# ----- names -----


def test_assignment_is_found_by_path_or_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is taken as it is, an id stands for a file under assignments/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "assignments").mkdir()
    (tmp_path / "assignments" / "relu.yaml").write_text(SMALLEST)
    (tmp_path / "own.yaml").write_text(SMALLEST)
    assert find("relu") == Path("assignments/relu.yaml")
    assert find("own.yaml") == Path("own.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_assignment_out_of_reach_is_named(tmp_path: Path) -> None:
    """A folder that may not be entered is no fault of the grader."""
    (tmp_path / "shut").mkdir(mode=0)
    with pytest.raises(AuthorError, match=r"hw\.yaml cannot be read: Permission denied"):
        find(str(tmp_path / "shut" / "hw.yaml"))


def test_unknown_assignment_lists_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error about a name says what was meant, perhaps."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    cases = {
        "relu": "there is no file relu, and no assignment in a folder assignments/ here",
        "x/relu.yaml": "there is no file x/relu.yaml",
        "folder": "folder is a folder; give the assignment's YAML file, or its id",
    }
    for name, message in cases.items():
        with pytest.raises(AuthorError) as caught:
            find(name)
        assert str(caught.value) == message
    (tmp_path / "assignments").mkdir()
    for identity in ("relu_frobenius", "relu_norm", "softmax"):
        (tmp_path / "assignments" / f"{identity}.yaml").write_text(SMALLEST)
    with pytest.raises(AuthorError) as caught:
        find("relu_frobenus")
    assert str(caught.value) == (
        "there is no assignment relu_frobenus; under assignments/ the nearest are: relu_frobenius, relu_norm"
    )


# ----- any file -----

_LINES = st.sampled_from(
    ["objective: ", "seed: ", "shapes: ", "  X: ", "inputs:", "problems:", "  - ", "cases: ", "title: ", "provide: "]
)
_VALUES = st.sampled_from(
    ["0", "x", "[1, N]", "{a: 1}", "||X||", "*A", "{draw: q}", "", "|", "'", '"\\x', "- 1", "1e999"]
)


@given(
    st.one_of(
        st.binary(max_size=80), st.lists(st.tuples(_LINES, _VALUES)).map(lambda pairs: "\n".join(map("".join, pairs)))
    )
)
def test_no_file_causes_another_error(data: bytes | str) -> None:
    """Whatever a file holds, it is an assignment or an AssignmentError."""
    with contextlib.suppress(AssignmentError):
        loads(data, "hw.yaml", check=_accept)


def test_real_problems_are_resolved() -> None:
    """Without another check, the objective itself is read."""
    assert loads(SMALLEST, "hw.yaml").sheet is False
    assert loads("problems:\n  - {id: a, objective: sum(X), seed: 0, shapes: {X: [2]}}", "hw.yaml").sheet is True
    with pytest.raises(AssignmentError) as caught:
        loads(SMALLEST.replace("Y|", "Q|"), "hw.yaml")
    assert (caught.value.line, caught.value.key) == (1, "objective")


def test_error_that_is_found_later_gets_its_place(tmp_path: Path) -> None:
    """An error about a key is put in its place in the file, and one about a file that is gone still names it."""
    path = tmp_path / "hw.yaml"
    path.write_text(SMALLEST)
    late = AssignmentError("no sensible draw", key="shapes.W")
    shown = SMALLEST.splitlines()[2]
    assert str(located(late, path)) == f"{path}:3: at shapes.W: no sensible draw\n    {shown}"
    path.unlink()
    assert str(located(late, path)) == f"{path}: at shapes.W: no sensible draw"
