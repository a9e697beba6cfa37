"""A student's own look at a solution."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.commands.app import app

ASSIGNMENT = """
objective: "||max(X W, 0) - Y||_F^2"
seed: 0
shapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}
framework: numpy
"""
RIGHT = """
import numpy as np
def grad_X(X, W, Y): return 2 * (np.maximum(X @ W, 0) - Y) * (X @ W > 0) @ W.T
def grad_W(X, W, Y): return X.T @ (2 * (np.maximum(X @ W, 0) - Y) * (X @ W > 0))
def grad_Y(X, W, Y): return -2 * (np.maximum(X @ W, 0) - Y)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with an assignment and a right solution, which is also where the program runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "relu.yaml").write_text(ASSIGNMENT)
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text(RIGHT.replace(" * (X @ W > 0)", "", 1))
    return tmp_path


def test_right_solution_succeeds() -> None:
    """Exit code 0 says that everything is correct, and the seed can be used again."""
    done = CliRunner().invoke(app, ["check", "relu.yaml", "right.py", "--seed", "5"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "right  3 of 3 points"
    assert done.stdout.splitlines()[-1] == "The random cases were drawn with --seed 5."


@pytest.mark.usefixtures("warm")
def test_wrong_solution_fails() -> None:
    """One wrong gradient is enough for exit code 1; its worst element is shown."""
    done = CliRunner().invoke(app, ["check", "relu.yaml", "wrong.py"])
    assert done.exit_code == 1
    assert "grad_X, X on case handout, seed 0: " in done.stdout
    assert "got " in done.stdout


@pytest.mark.usefixtures("warm")
def test_same_seed_gives_the_same_report() -> None:
    """As JSON, a check with a seed is reproducible but for its timing, and another seed draws other cases."""

    def check(*options: str) -> dict[str, object]:
        done = CliRunner().invoke(app, ["check", "relu.yaml", "wrong.py", "--json", *options])
        assert done.exit_code == 1
        report: dict[str, object] = json.loads(done.stdout)
        del report["timing"]
        return report

    first = check("--seed", "5")
    assert check("--seed", "5") == first
    assert check("--seed", "6")["gradients"] != first["gradients"]
    assert all(case["visibility"] == "public" for one in first["gradients"] for case in one["cases"])  # type: ignore[attr-defined]


@pytest.mark.usefixtures("warm")
def test_folder_of_modules_is_one_solution(folder: Path) -> None:
    """A solution in several files is checked as it will be graded."""
    (folder / "mine").mkdir()
    (folder / "mine" / "hw.py").write_text(
        "from tools import *\n" + RIGHT.replace("np.maximum(X @ W, 0)", "hidden(X, W)")
    )
    (folder / "mine" / "tools.py").write_text("import numpy as np\ndef hidden(X, W): return np.maximum(X @ W, 0)\n")
    assert CliRunner().invoke(app, ["check", "relu.yaml", "mine"]).exit_code == 0


def test_isolation_below_strong_is_said() -> None:
    """A self-check runs anywhere, and says what it ran in."""
    done = CliRunner().invoke(app, ["check", "relu.yaml", "right.py", "--isolation", "none"])
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "Isolation is none here: run only code that you trust. `grader doctor` says what is missing."
    ]


@pytest.mark.usefixtures("warm")
def test_rejected_solution_is_not_correct(folder: Path) -> None:
    """A file that cannot be imported fails the check, with the reason."""
    (folder / "broken.py").write_text("def grad_W(:\n")
    done = CliRunner().invoke(app, ["check", "relu.yaml", "broken.py"])
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "broken  0 of 3 points  rejected"
    assert "--seed" not in done.stdout


def test_missing_solution_is_wrong_usage() -> None:
    """A file that is not there is one sentence."""
    done = CliRunner().invoke(app, ["check", "relu.yaml", "none.py"])
    assert (done.exit_code, done.stderr) == (2, "grader: there is no file or folder none.py\n")
