"""The students' package, from the command to a check of what they made of it."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

import grader
from grader.commands.app import app
from grader.kit import make

ROOT = Path(__file__).parent.parent.parent
RIGHT = sorted(next(folder.glob("*_right*.py")) for folder in ROOT.glob("submissions/*/"))
LINEAR = """
# a secret: q7f3kx
title: Linear regression
objective: "||X W - Y||_F^2"
seed: 0
shapes: {X: [6, 4], W: [4, 3], Y: [6, 3]}
framework: numpy
"""
SOLVED = """
import numpy as np
def grad_X(X, W, Y): return 2 * (X @ W - Y) @ W.T
def grad_W(X, W, Y): return 2 * X.T @ (X @ W - Y)
def grad_Y(X, W, Y): return -2 * (X @ W - Y)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the teacher is, with an assignment."""
    (tmp_path / "linear.yaml").write_text(LINEAR)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_kit_says_what_it_wrote(folder: Path) -> None:
    """Five files, readable by others, and nothing else in the folder."""
    out, err = run("kit", "linear.yaml", "-o", "kit")
    assert out == "linear.yaml, linear.md, linear.html, linear.py, linear.ipynb are in kit\n"
    assert err == ""
    assert sorted(os.listdir("kit")) == ["linear.html", "linear.ipynb", "linear.md", "linear.py", "linear.yaml"]


@pytest.mark.usefixtures("folder")
def test_kit_of_a_file_that_can_be_guessed_warns() -> None:
    """A file without any comment is as good as published; what to add is random letters, others each time."""
    Path("bare.yaml").write_text(LINEAR.replace("# a secret: q7f3kx\n", ""))
    warnings = [run("kit", "bare.yaml", "-o", place)[1] for place in ("one", "two")]
    assert re.fullmatch(
        r"Whoever has the kit can guess bare\.yaml byte for byte, and compute its hidden cases\. "
        r"Add a comment that nobody can guess, such as `# [0-9a-f]{8}`\.\n",
        warnings[0],
    )
    assert warnings[0] != warnings[1]


@pytest.mark.usefixtures("folder")
def test_kit_does_not_overwrite_work() -> None:
    """Exit code 2 and one sentence; with --force the template is new again."""
    run("kit", "linear.yaml", "-o", "kit")
    Path("kit/linear.py").write_text("my work")
    _, err = run("kit", "linear.yaml", "-o", "kit", code=2)
    assert err == (
        "grader: kit is not empty, and work that is in it could be lost; "
        "expected a new folder, or --force to replace the files of the kit\n"
    )
    assert Path("kit/linear.py").read_text() == "my work"
    run("kit", "linear.yaml", "-o", "kit", "--force")
    assert Path("kit/linear.py").read_bytes() == make(Path("linear.yaml")).files["linear.py"]


@pytest.mark.usefixtures("folder")
def test_kit_of_a_faulty_assignment_writes_nothing() -> None:
    """The error is that of the assignment, with its line."""
    Path("wrong.yaml").write_text("objective: '||X V||_F^2'\nseed: 0\nshapes: {X: [3, 4]}\n")
    _, err = run("kit", "wrong.yaml", "-o", "kit", code=2)
    assert err.startswith("grader: wrong.yaml:1: at objective: `V` is not known.")
    Path("zero.yaml").write_text("seed: 0\nshapes: {X: [3, 4]}\nobjective: 'sum(softmax(X))'\n")
    _, err = run("kit", "zero.yaml", "-o", "kit", code=2)
    assert err.startswith("grader: zero.yaml:3: at objective: the case `handout` asks no sensible question")
    assert not Path("kit").exists()


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_kit_into_a_folder_without_rights_is_one_sentence() -> None:
    """No traceback."""
    Path("locked").mkdir()
    Path("locked").chmod(stat.S_IRUSR | stat.S_IXUSR)
    _, err = run("kit", "linear.yaml", "-o", "locked", code=2)
    assert err == "grader: locked cannot be written: Permission denied\n"


@pytest.mark.usefixtures("folder", "warm")
def test_kit_checks_what_students_make_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that the sheet names: the template is not written yet, a solution is correct; as a notebook, too."""
    run("kit", "linear.yaml", "-o", "kit")
    monkeypatch.chdir("kit")
    command = re.search(r"```sh\ngrader (.*)\n```", Path("linear.md").read_text())
    assert command is not None
    out, _ = run(*command[1].split(), code=1)
    assert "dX is not written yet." in out
    Path("linear.py").write_text(SOLVED)
    run(*command[1].split())
    notebook = json.loads(Path("linear.ipynb").read_text())
    stubs = [cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("def grad_")]
    for cell, solution in zip(stubs, SOLVED.strip().splitlines()[1:], strict=True):
        cell["source"] = [solution]
    Path("linear.ipynb").write_text(json.dumps(notebook))
    out, _ = run("check", "linear.yaml", "linear.ipynb")
    assert "Printed:" not in out


@pytest.mark.parametrize("solution", RIGHT, ids=lambda path: path.parent.name)
def test_kit_of_a_shipped_assignment_accepts_a_right_submission(
    solution: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the copy as on the original, with the numbers of the handout."""
    monkeypatch.chdir(tmp_path)
    name = solution.parent.name
    run("kit", str(ROOT / "assignments" / f"{name}.yaml"), "-o", "kit")
    space: dict[str, object] = {"__name__": "mine"}
    exec(compile(solution.read_text(), str(solution), "exec"), space)
    reports = [
        grader.check(path, space, seed=4) for path in (f"kit/{name}.yaml", ROOT / "assignments" / f"{name}.yaml")
    ]
    assert {gradient.verdict for gradient in reports[0].gradients} == {"correct"}
    cases = [[(case.case, case.seed) for one in report.gradients for case in one.cases] for report in reports]
    assert cases[0] == cases[1]
