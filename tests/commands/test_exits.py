"""Exceptions and the codes and sentences they become."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.commands.exits import Stopped, exit_codes
from grader.errors import AssignmentError, AuthorError, GraderError, ObjectiveError, SandboxError, SubmissionError

ASSIGNMENT = "assignments/relu_frobenius.yaml"
RIGHT = "submissions/relu_frobenius/alice_right.py"
FAULT = "grader: this is a fault of the grader, not of a submission ({}); GRADER_DEBUG=1 shows where\n"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (AuthorError("no such column"), 2, "grader: no such column\n"),
        (AssignmentError("expected 1", "hw.yaml", 3, "seed"), 2, "grader: hw.yaml:3: at seed: expected 1\n"),
        (ObjectiveError("`Q`?", "sum(Q)", 4, 5), 2, "grader: `Q`?\n    sum(Q)\n        ^\n"),
        (SandboxError("no processes left"), 3, "grader: no processes left\n"),
        (ValueError("bad\x1b[31m"), 3, FAULT.format("ValueError: bad\\x1b[31m")),
        (MemoryError(), 3, FAULT.format("MemoryError")),
        (RecursionError("deep"), 3, FAULT.format("RecursionError: deep")),
        (SubmissionError("empty", "nothing"), 3, FAULT.format("SubmissionError: nothing")),
        (GraderError("odd"), 3, FAULT.format("GraderError: odd")),
        (KeyboardInterrupt(), 130, "grader: interrupted\n"),
        (Stopped("interrupted; 3 of 4 reports are in out"), 130, "grader: interrupted; 3 of 4 reports are in out\n"),
    ],
)
def test_every_exception_is_a_code_and_a_sentence(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose fault it was decides the code, and no traceback is shown."""
    monkeypatch.delenv("GRADER_DEBUG", raising=False)
    monkeypatch.setattr("signal.signal", lambda number, action: None)
    with pytest.raises(SystemExit) as caught, exit_codes():
        raise error
    assert caught.value.code == code
    assert capsys.readouterr() == ("", said)


def test_debugging_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """GRADER_DEBUG shows where a fault of ours is."""
    monkeypatch.setenv("GRADER_DEBUG", "1")
    with pytest.raises(SystemExit), exit_codes():
        raise ValueError("bad")
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_exit_inside_is_left_alone() -> None:
    """A verb may end the program with a code of its own."""
    with pytest.raises(SystemExit) as caught, exit_codes():
        raise SystemExit(1)
    assert caught.value.code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell")
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("{grader} --version >&-", 0, ""),
        ("{grader} schema report <&- >&-", 0, ""),
        ("{grader} schema nonsense 2>&-", 2, ""),
        pytest.param(
            "{grader} grade {assignment} {right} --jobs 2 -o ../out <&- >&- 2>&-", 0, "", marks=pytest.mark.slow
        ),
        (
            "rmdir ../gone && {grader} schema report",
            2,
            "grader: the current folder is gone; change to one that is there\n",
        ),
    ],
)
def test_what_a_program_stands_on_may_be_missing(line: str, code: int, said: str, tmp_path: Path) -> None:
    """A closed stream or a folder that was deleted is not a fault of the grader."""
    (tmp_path / "gone").mkdir()
    assignment, right = (os.path.abspath(path) for path in (ASSIGNMENT, RIGHT))
    command = f"{sys.executable} -c 'from grader.commands import main; main()'"
    script = "cd gone && " + line.format(grader=command, assignment=assignment, right=right)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_both_signals_that_ask_for_an_end_are_one_line(number: str) -> None:
    """What a service manager sends ends the program as Ctrl-C does, with everything put in order."""
    program = (
        "import os, signal, grader.commands.app as app, grader.commands as commands\n"
        f"app.run = lambda: os.kill(os.getpid(), signal.{number})\n"
        "commands.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "grader: interrupted\n")
