"""Grading a class from the command line."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from grader import batch
from grader.commands.app import app
from grader.commands.grade import _progress
from grader.errors import AssignmentError, SandboxError
from grader.report import Report
from grader.sandbox.isolation import Isolation, Level
from tests.example_reports import CLASS, FAILED, MASKLESS, RIGHT

ASSIGNMENT = 'objective: "||max(X W, 0) - Y||_F^2"\nseed: 0\nshapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}\nwrt: [W]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with an assignment and two submissions, which is also where the program runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "relu.yaml").write_text(ASSIGNMENT)
    (tmp_path / "class").mkdir()
    for name in ("ann", "bob"):
        (tmp_path / "class" / f"{name}.py").write_text("def grad_W(X, W, Y): pass\n")
    return tmp_path


def _grade(
    monkeypatch: pytest.MonkeyPatch,
    *outcomes: Report | BaseException,
    level: Level = "full",
    options: tuple[str, ...] = (),
) -> Result:
    """The verb with a grader that gives these reports, or fails like this, at this level of isolation."""

    def grade_all(*_: object, made: Any, accept: Any, **__: object) -> Iterator[Any]:
        accept(Isolation(level, "x86_64", "6", missing=("seccomp: not there",)))
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            yield made(outcome, ())

    monkeypatch.setattr("grader.batch.grade_all", grade_all)
    monkeypatch.setattr("signal.signal", lambda number, action: None)
    return CliRunner().invoke(app, ["grade", "relu.yaml", "class", *options])


def test_class_becomes_reports_and_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report for each learner, the gradebook and the summary are written; the terminal gets learners and summary."""
    done = _grade(monkeypatch, MASKLESS, RIGHT)
    assert (done.exit_code, done.stderr) == (0, "")
    assert sorted(os.listdir("reports")) == [
        "ann.html", "ann.json", "bob.html", "bob.json", "gradebook.csv", "index.html", "summary.json",
    ]  # fmt: skip
    assert 'href="./ann.html"' in Path("reports/index.html").read_text()
    assert "The mask is missing." in Path("reports/bob.html").read_text()
    assert json.loads(Path("reports/bob.json").read_text())["gradients"][0]["verdict"] == "incorrect"
    assert json.loads(Path("reports/summary.json").read_text())["submissions"] == 2
    assert Path("reports/gradebook.csv").read_text().splitlines()[1] == "ann,ann,4,4,graded,,correct,"
    assert done.stdout.splitlines()[0].rstrip() == "ann  4 of 4 points"
    assert "2 submissions: 2 graded, 0 rejected, 0 grader errors" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == "Reports, gradebook.csv, summary.json and index.html are in reports"


def test_grader_error_that_remains_is_3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reports are written, and the exit code says that not everybody has a score."""
    done = _grade(monkeypatch, *CLASS)
    assert done.exit_code == 3
    assert Path("reports/dan.json").exists()
    assert "Not graded, by a fault of the grader: dan" in done.stdout


@pytest.mark.parametrize("level", ["degraded", "none"])
def test_weak_isolation_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, level: Level) -> None:
    """Other people's code does not run below strong, unless asked for."""
    done = _grade(monkeypatch, RIGHT, level=level)
    assert done.exit_code == 3
    assert done.stderr == (
        f"grader: isolation is only {level} on this machine (seccomp: not there), and submissions are other people's "
        "code; `grader doctor` says what to do, and --allow-degraded grades nevertheless\n"
    )
    assert os.listdir("reports") == []
    assert _grade(monkeypatch, RIGHT, level=level, options=("--allow-degraded",)).exit_code == 0


def test_interruption_keeps_what_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is one line, and the reports so far stay."""
    done = _grade(monkeypatch, RIGHT, KeyboardInterrupt())
    assert (done.exit_code, done.stderr) == (130, "grader: interrupted; 1 of 2 reports are in reports\n")
    assert sorted(os.listdir("reports")) == ["ann.html", "ann.json"]


def test_fault_found_late_names_its_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An assignment that fails when its inputs are drawn is an error in the file."""
    done = _grade(monkeypatch, AssignmentError("nothing to draw", key="shapes.X"))
    assert (done.exit_code, done.stderr) == (
        2,
        "grader: relu.yaml:3: at shapes.X: nothing to draw\n    shapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}\n",
    )


def test_sandbox_that_breaks_is_3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machinery cannot do is nobody's wrong usage."""
    done = _grade(monkeypatch, SandboxError("no processes left"))
    assert (done.exit_code, done.stderr) == (3, "grader: no processes left\n")


def test_output_that_cannot_be_written_is_2(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An output folder that is a file is wrong usage."""
    done = _grade(monkeypatch, RIGHT, options=("-o", "relu.yaml"))
    assert (done.exit_code, done.stderr) == (2, "grader: relu.yaml is no folder, so no reports can be put there\n")


def test_output_folder_is_no_learner(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that lie among the submissions are not handed in."""
    seen: list[str] = []

    def grade_all(_: object, submissions: Any, **__: object) -> Iterator[Report]:
        seen.extend(one.learner for one in submissions)
        yield from ()

    monkeypatch.setattr("grader.batch.grade_all", grade_all)
    for _ in range(2):
        assert CliRunner().invoke(app, ["grade", "relu.yaml", "class", "-o", "class/out"]).exit_code == 0
    assert seen == ["ann", "bob"] * 2


def test_output_of_another_run_is_no_learner(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told by what we write, and said; a folder that only looks like it is a learner's."""
    assert _grade(monkeypatch, RIGHT, MASKLESS, options=("-o", "class/monday")).exit_code == 0
    (folder / "class" / "cyd").mkdir()
    for name in ("summary.json", "gradebook.csv"):
        (folder / "class" / "cyd" / name).write_text("learner,points\n")
    seen: list[str] = []

    def grade_all(_: object, submissions: Any, **__: object) -> Iterator[Any]:
        seen.extend(one.learner for one in submissions)
        yield from ()

    monkeypatch.setattr("grader.batch.grade_all", grade_all)
    done = CliRunner().invoke(app, ["grade", "relu.yaml", "class"])
    assert seen == ["ann", "bob", "cyd"]
    seen.clear()
    assert done.stdout.startswith("class/monday is the output of another run, and no submission.\n")
    done = CliRunner().invoke(app, ["grade", "relu.yaml", "class", "-o", "class/monday"])
    assert "another run" not in done.stdout


def test_same_file_twice_is_graded_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is spelled."""
    seen: list[str] = []

    def grade_all(_: object, submissions: Any, **__: object) -> Iterator[Any]:
        seen.extend(one.learner for one in submissions)
        yield from ()

    monkeypatch.setattr("grader.batch.grade_all", grade_all)
    spelled = ["class/ann.py", str(folder / "class/ann.py"), "class/../class/ann.py"]
    assert CliRunner().invoke(app, ["grade", "relu.yaml", *spelled]).exit_code == 0
    assert seen == ["ann"]


class Screen(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """On a terminal; else nothing at all."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    screen = Screen(terminal)
    monkeypatch.setattr("sys.stderr", screen)
    with _progress(20) as advance:
        for _ in range(10):
            time.sleep(0.02)
            advance()
        time.sleep(0.2)
    shown = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", screen.getvalue())
    if terminal:
        assert re.search(r"Grading \S+ +10/20 [\d.]+/s 0:00:0\d", shown), shown
    else:
        assert screen.getvalue() == ""


def test_real_class_is_graded_and_interrupted(folder: Path) -> None:
    """The whole way, once: a right answer gets its points, and Ctrl-C during an endless one is one line."""
    right = "def grad_W(X, W, Y):\n    H = (X @ W).clamp(min=0)\n    return X.T @ (2 * (H - Y) * (X @ W > 0))\n"
    (folder / "class" / "ann.py").write_text(right)
    (folder / "class" / "bob.py").write_text("import time\ndef grad_W(X, W, Y):\n    time.sleep(25)\n")
    command = [sys.executable, "-m", "grader", "grade", "relu.yaml", "class"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not Path("reports/ann.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "grader: interrupted; 1 of 2 reports are in reports\n")
    report = json.loads(Path("reports/ann.json").read_text())
    assert (report["score"], report["max_score"]) == (1.0, 1.0)


def test_failed_learner_has_no_score_in_the_gradebook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours leaves the cell empty."""
    _grade(monkeypatch, FAILED)
    assert Path("reports/gradebook.csv").read_text().splitlines()[1] == "dan,dan,,4,grader_error,,grader_error,"


@pytest.mark.usefixtures("warm")
def test_second_run_grades_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports hold while nothing changed; a new file, a changed one and --regrade are graded, and changes told."""
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text('objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [3, 2], W: [2, 2]}\nframework: numpy\n')
    Path("class").mkdir()
    right = "def grad_X(X, W): return 2 * X @ W @ W.T\ndef grad_W(X, W): return 2 * X.T @ X @ W\n"
    Path("class/ann.py").write_text(right)
    Path("class/bob.py").write_text(right.replace("2 * X.T", "X.T"))
    asked: list[list[str]] = []
    real = batch.grade_all

    def counted(assignment: Any, submissions: Any, **options: Any) -> Any:
        asked.append([one.learner for one in submissions])
        return real(assignment, submissions, **options)

    monkeypatch.setattr("grader.batch.grade_all", counted)

    def run(*options: str) -> str:
        done = CliRunner().invoke(app, ["grade", "a.yaml", "class", *options])
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    run()
    first = Path("reports/ann.json").read_bytes()
    Path("class/bob.py").write_text(right)
    Path("class/cyd.py").write_text(right)
    assert "1 of 3 were graded before and are unchanged (--regrade grades them again)." in run()
    Path("reports/cyd.json").write_bytes(Path("reports/cyd.json").read_bytes()[:100])
    run()
    assert "The regrade changed nothing." in run("--regrade")
    Path("class/bob.py").write_text("def grad_X(X, W): return X\n" + right)
    Path("class/ann.py").write_text(right.replace("2 * X @", "X @"))
    assert "Changed by the regrade:\nann: 2 → 1 points, X correct → incorrect\n" in run("--regrade")
    assert asked == [["ann", "bob"], ["bob", "cyd"], ["cyd"], ["ann", "bob", "cyd"], ["ann", "bob", "cyd"]]
    assert json.loads(first)["score"] == 2
