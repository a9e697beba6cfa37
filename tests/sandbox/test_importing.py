"""Notebooks in the box: cells that run on their own, through the real sandbox."""

import json

from grader.sandbox import OpenSandbox
from grader.sandbox.job import Raised, Rejection, Returned, Run, Source

from .conftest import X, call, plan


def _run(sandbox: OpenSandbox, *cells: tuple[int, str], other: dict[str, bytes] | None = None) -> Run:
    modules = {"hw.ipynb": json.dumps(cells).encode(), **(other or {})}
    return sandbox.run(Source(modules, "hw.ipynb"), plan(call()))


def test_cell_that_fails_hides_nothing(numpy_sandbox: OpenSandbox) -> None:
    """Cells before and after one that fails count, also when it is not Python; where and how is said."""
    run = _run(
        numpy_sandbox,
        (1, "import numpy as np"),
        (2, "a = 1\nb = undefined\n"),
        (4, "def broken(:\n    pass"),
        (5, "exit_code = 3\nraise SystemExit(exit_code)"),
        (6, "display(3)\ndef f(X):\n    return 2 * X * a"),
    )
    assert run.rejection is None
    (returned,) = run.outcomes[0].answers
    assert isinstance(returned, Returned)
    assert returned.array is not None
    assert returned.array.tolist() == (2 * X).tolist()
    assert run.stdout.decode().splitlines() == [
        "hw.ipynb, cell 2, line 2: NameError: name 'undefined' is not defined",
        "hw.ipynb, cell 4, line 1: SyntaxError: invalid syntax",
        "hw.ipynb, cell 5, line 2: SystemExit: 3",
    ]


def test_what_is_raised_names_cell_and_line(numpy_sandbox: OpenSandbox) -> None:
    """A line is counted in its own cell."""
    run = _run(numpy_sandbox, (1, "x = 1"), (3, "\ndef f(X):\n    return X / None"))
    (raised,) = run.outcomes[0].answers
    assert isinstance(raised, Raised)
    assert (raised.exception, raised.file, raised.line) == ("TypeError", "hw.ipynb, cell 3", 3)


def test_notebook_of_which_nothing_runs_is_rejected(numpy_sandbox: OpenSandbox) -> None:
    """The first failure is the reason, with its cell and line."""
    run = _run(numpy_sandbox, (1, "x = 1\nprint 'x'"), (2, "y = z"))
    assert run.rejection == Rejection(
        "syntax_error",
        "Missing parentheses in call to 'print'. Did you mean print(...)?; this looks like Python 2, and Python 3 is "
        "needed in hw.ipynb, cell 1",
        2,
    )


def test_future_of_one_cell_holds_in_the_next(numpy_sandbox: OpenSandbox) -> None:
    """As in Jupyter, `from __future__` is for the whole notebook."""
    run = _run(
        numpy_sandbox, (1, "from __future__ import annotations"), (2, "def f(X: nowhere) -> nothing:\n    return X")
    )
    assert isinstance(run.outcomes[0].answers[0], Returned)


def test_notebooks_and_modules_import_each_other(numpy_sandbox: OpenSandbox) -> None:
    """A notebook beside the main file is a module; a `.py` of the same name comes before it."""
    other = {
        "help.ipynb": json.dumps([(1, "two = 2"), (2, "oops"), (3, "import more")]).encode(),
        "more.py": b"three = 3",
        "more.ipynb": json.dumps([(1, "three = 4")]).encode(),
    }
    cell = "from help import two, more\ndef f(X):\n    return X * two * more.three"
    run = _run(numpy_sandbox, (1, cell), other=other)
    (returned,) = run.outcomes[0].answers
    assert isinstance(returned, Returned)
    assert returned.array is not None
    assert returned.array.tolist() == (6 * X).tolist()
