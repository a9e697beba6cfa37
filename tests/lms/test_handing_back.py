"""What `grader grade` hands back to the LMS."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from grader.commands.app import app
from grader.commands.grade import TakesBack
from grader.lms.feedback import FEEDBACK
from tests.lms.class_of import half, right

ASSIGNMENT = 'title: Homework 1\nobjective: "||X W||_F^2"\nseed: 0\nshapes: {X: [3, 2], W: [2, 2]}\nwrt: [W]\n'
EXPORT = (
    b"Student,ID,SIS Login ID,Section,Homework 1 (7),Lab (8)\r\n"
    b"    Points Possible,,,,8,8\r\n"
    b'"Doe, Jane",11,ann,A,,\r\n'
    b'"Bear, Zoe",12,bob,A,1,\r\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with an assignment, two submissions and a gradebook, which is also where the program runs."""
    monkeypatch.chdir(tmp_path)
    Path("relu.yaml").write_text(ASSIGNMENT)
    Path("class").mkdir()
    for name in ("ann", "bob"):
        Path("class", f"{name}.py").write_text("def grad_W(X, W): pass\n")
    Path("grades.csv").write_bytes(EXPORT)

    def grade_all(*_: object, made: Any, **__: object) -> Iterator[Any]:
        yield made(half("ann", "Jane Doe_11_assignsubmission_file/doejane_11_90_ann.py"), ())
        yield made(right("bob"), ())

    monkeypatch.setattr("grader.batch.grade_all", grade_all)
    return tmp_path


def _grade(*options: str) -> Result:
    return CliRunner().invoke(app, ["grade", "relu.yaml", "class", *options])


def test_copy_of_the_gradebook_is_filled(folder: Path) -> None:
    """The column of the assignment's title; the file that was given stays as it is."""
    done = _grade("--gradebook", "grades.csv")
    assert (done.exit_code, done.stderr) == (0, "")
    assert Path("grades.csv").read_bytes() == EXPORT
    assert Path("reports/grades.csv").read_bytes() == EXPORT.replace(b"ann,A,,", b"ann,A,4,")
    assert done.stdout.splitlines()[-6:] == [
        "grades.csv in reports:",
        "Filled 1 cell of the column Homework 1 (7)",
        "Scores are scaled from 4 points to 8",
        "Left alone, already graded (--overwrite fills these too): Bear, Zoe",
        "",
        "Reports, gradebook.csv, summary.json and index.html are in reports",
    ]


def test_another_column_and_all_its_cells(folder: Path) -> None:
    """As they are asked for."""
    assert _grade("--gradebook", "grades.csv", "--column", "lab").exit_code == 0
    filled = EXPORT.replace(b"ann,A,,", b"ann,A,,4").replace(b"A,1,", b"A,1,8")
    assert Path("reports/grades.csv").read_bytes() == filled
    assert _grade("--gradebook", "grades.csv", "--overwrite").exit_code == 0
    filled = EXPORT.replace(b"ann,A,,", b"ann,A,4,").replace(b"A,1,", b"A,8,")
    assert Path("reports/grades.csv").read_bytes() == filled


def test_feedback_is_packed(folder: Path) -> None:
    """For the LMS that was named; who is not in it is told."""
    done = _grade("--feedback", "canvas")
    assert done.exit_code == 0
    with zipfile.ZipFile("reports/feedback_canvas.zip") as archive:
        assert archive.namelist() == ["doejane_11_90_ann.py"]
    assert "No feedback, no file as downloaded from Canvas: bob" in done.stdout.splitlines()

    assert _grade("--feedback", "moodle").exit_code == 0
    with zipfile.ZipFile("reports/feedback_moodle.zip") as archive:
        folder = "Jane Doe_11_assignsubmission_file_"
        assert archive.namelist() == [f"{folder}/feedback.txt", f"{folder}/feedback.html"]
        assert archive.read(f"{folder}/feedback.html").startswith(b"<!DOCTYPE html>")


def test_each_lms_can_be_asked_for() -> None:
    """The option and the table agree."""
    assert [one.value for one in TakesBack] == list(FEEDBACK)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--overwrite",), "--column and --overwrite are of use with --gradebook only"),
        (("--gradebook", "none.csv"), "none.csv: there is no such file"),
        (("--gradebook", "class"), "class: this is a folder; it should be a gradebook in CSV"),
        (
            ("--gradebook", "grades.csv", "-o", "."),
            "grades.csv: the filled copy would replace it; expected a file outside of .",
        ),
        (
            ("--gradebook", "Gradebook.csv"),
            "Gradebook.csv: the grader writes a file of this name too; expected another name",
        ),
        (
            ("--gradebook", "grades.csv", "--column", "HW9"),
            "grades.csv: expected a column HW9, found the assignments Homework 1 (7), Lab (8); "
            "--column names the one to fill",
        ),
    ],
)
def test_what_cannot_be_filled_is_2(folder: Path, options: tuple[str, ...], why: str) -> None:
    """Told before anything is graded or written."""
    Path("Gradebook.csv").write_bytes(EXPORT)
    done = _grade(*options)
    assert (done.exit_code, done.stderr) == (2, f"grader: {why}\n")
    assert not os.path.exists("reports")
