"""`grader.check` in a kernel of Jupyter, as a student meets it."""

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("nbclient", reason="the dev extra has what runs notebooks")
pytest.importorskip("ipykernel", reason="the dev extra has what runs notebooks")

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from grader.kit import make, write

ASSIGNMENT = """
objective: "||X W - Y||_F^2"
seed: 0
shapes: {X: [6, 4], W: [4, 3], Y: [6, 3]}
"""
CELLS = (
    "import torch\ndef residual(X, W, Y):\n    return X @ W - Y",
    "def grad_X(X, W, Y):\n    return 2 * residual(X, W, Y) @ W.T\ndef grad_Y(X, W, Y):\n    return [][0]",
    "import grader\ngrader.check('linear.yaml', globals(), seed=5)",
)


def run(folder: Path, *cells: str) -> list[Any]:
    """The outputs of the last cell, of a notebook in this folder."""
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],  # type: ignore[no-untyped-call]
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return list(notebook.cells[-1].outputs)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the notebook is; the kernel is this very Python."""
    (tmp_path / "linear.yaml").write_text(ASSIGNMENT)
    monkeypatch.setenv("JUPYTER_PATH", str(Path(sys.prefix) / "share" / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    return tmp_path


@pytest.mark.slow
def test_check_in_a_kernel_shows_a_table_as_html(folder: Path) -> None:
    """The table comes as HTML, the report in one line, and an exception with its line in the cell."""
    outputs = run(folder, *CELLS)
    kinds = [output.output_type for output in outputs]
    assert set(kinds) == {"display_data", "execute_result"}
    assert all("text/html" in output.data for output in outputs if output.output_type == "display_data")
    coloured = "".join(output.data["text/plain"] for output in outputs if output.output_type == "display_data")
    shown = re.sub("\x1b[^m]*m", "", coloured)
    assert [line.rstrip() for line in shown.splitlines() if line][:7] == [
        "you  1 of 3 points",
        "  gradient  function  verdict          points  cases",
        "  X         grad_X    correct             1/1    6/6",
        "  W         grad_W    missing             0/1    0/6",
        "  Y         grad_Y    raised an error     0/1    0/6",
        "  grad_W, W on case handout, seed 0: There is nothing to compare: grad_W is not defined.",
        "  Define grad_W at the top level of the file, and let it return every result it is asked for.",
    ]
    assert "grad_Y raised IndexError in cell 2, line 4: list index out of range" in " ".join(shown.split())
    assert outputs[-1].data["text/plain"] == "<Report: 1 of 3 points, 1 of 3 correct>"


@pytest.mark.slow
def test_check_in_a_kernel_knows_the_cell(folder: Path) -> None:
    """The report says in which cell the exception was raised."""
    (output,) = run(
        folder,
        *CELLS[:2],
        "import grader, io, contextlib\nreport = grader.check('linear.yaml', globals())",
        "print(report.gradients[2].cases[0].file)",
    )
    assert output.text == "cell 2\n"


@pytest.mark.slow
def test_check_interrupted_in_a_kernel_leaves_it_alive(folder: Path) -> None:
    """The button that stops a cell stops a loop that does not end."""
    stop = (
        "import grader, os, signal, threading\n"
        "threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "def grad_X(X, W, Y):\n    while True: pass\n"
        "try:\n    grader.check('linear.yaml', globals())\nexcept KeyboardInterrupt:\n    print('stopped')"
    )
    (output,) = run(folder, stop)
    assert output.text == "stopped\n"
    with pytest.raises(CellExecutionError, match="KeyboardInterrupt"):
        run(folder, stop.replace("except KeyboardInterrupt:\n    print('stopped')", "finally:\n    pass"))


@pytest.mark.slow
def test_kit_notebook_runs_in_a_kernel(folder: Path) -> None:
    """The template of a kit runs from top to bottom: the inputs are there, and nothing is written yet."""
    kit = make(folder / "linear.yaml")
    write(kit, folder / "kit")
    notebook = nbformat.read(folder / "kit" / "linear.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    codes = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert [output.text for output in run(folder / "kit", *codes[:2], "print(X.shape, float(X[0, 0]))")] == [
        "torch.Size([6, 4]) -1.1258398294448853\n"
    ]
    outputs = run(folder / "kit", *codes)
    shown = "".join(output.data["text/plain"] for output in outputs)
    assert "dX is not written yet." in shown
    assert f"grad_X raised NotImplementedError in cell 3, line {codes[2].count(chr(10)) + 1}." in shown
