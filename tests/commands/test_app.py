"""The program as a user meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from grader import __version__
from grader.commands.app import app

PLAIN = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "TERM": "dumb"}


def _run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=PLAIN, timeout=60, check=False, **options)  # type: ignore[call-overload, no-any-return]


VERBS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def test_help_names_every_verb() -> None:
    """The program's help lists its verbs and an example."""
    done = _run("--help")
    assert done.returncode == 0
    assert VERBS == ["check", "derive", "doctor", "grade", "kit", "privacy", "schema", "serve", "validate"]
    assert all(f" {verb} " in done.stdout for verb in VERBS)
    assert "Start with: grader check ASSIGNMENT my_solution.py" in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_teaches_by_an_example(verb: str) -> None:
    """Each verb says in a sentence what it does, explains its options and shows an example."""
    command = get_command(app).commands[verb]  # type: ignore[attr-defined]
    assert command.help.rstrip().endswith(".")
    assert command.epilog.startswith(f"Example: grader {verb}")
    assert all(getattr(parameter, "help", None) for parameter in command.params)


def test_version() -> None:
    """The version is one line."""
    assert _run("--version").stdout == f"grader {__version__}\n"


@pytest.mark.parametrize(
    "arguments", ["frobnicate", "grade", "check hw.yaml", "schema nonsense", "grade --jobs 0 a b", "check --what a b"]
)
def test_wrong_usage_is_2(arguments: str) -> None:
    """What cannot be understood is wrong usage, without a traceback."""
    done = _run(*arguments.split())
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_starting_imports_nothing_heavy() -> None:
    """Help must not wait for torch, numpy or pydantic."""
    code = (
        "import sys, grader.commands.app as a\n"
        "heavy = {'torch', 'numpy', 'pydantic', 'yaml', 'lark'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("asked", "threads"), [({}, "1"), ({"OMP_NUM_THREADS": "3"}, "3")], ids=["silent", "asked"])
def test_main_computes_in_one_thread_unless_asked(asked: dict[str, str], threads: str) -> None:
    """Torch finds it in the environment, here and in all workers."""
    code = (
        "import os, grader.commands, grader.commands.app as app\n"
        "app.run = lambda: print(os.environ['OMP_NUM_THREADS'], os.environ['OPENBLAS_NUM_THREADS'])\n"
        "grader.commands.main()"
    )
    environment = {name: value for name, value in PLAIN.items() if not name.endswith("_NUM_THREADS")} | asked
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == (f"{threads} 1\n", "")


def test_closed_pipe_is_quiet() -> None:
    """A reader that stops reading is no reason to complain."""
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [sys.executable, "-m", "grader", "schema", "report"], stdout=writer, stderr=subprocess.PIPE, env=PLAIN
    ) as process:
        os.close(writer)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_unknown_assignment_is_2(tmp_path: Path) -> None:
    """An assignment that is not there is one sentence."""
    done = _run("check", "relu", "x.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "grader: there is no file relu, and no assignment in a folder assignments/ here\n",
    )
