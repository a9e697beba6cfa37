"""Grading what an LMS gave, from the command line."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from grader.commands.app import app
from grader.commands.grade import SubmissionFormat
from grader.intake import Format
from grader.report import LmsReport, SubmissionReport
from grader.sandbox.isolation import Isolation
from tests.example_reports import RIGHT
from tests.intake.archives import entry, zipped

ASSIGNMENT = 'objective: "||max(X W, 0) - Y||_F^2"\nseed: 0\nshapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}\nwrt: [W]\n'
WORK = "def grad_W(X, W, Y): pass\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "relu.yaml").write_text(ASSIGNMENT)
    return tmp_path


def _grade(monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[Result, list[str]]:
    """The verb with a grader that finds everything right; whom it was asked to grade."""
    asked: list[str] = []

    def grade_all(_: object, submissions: Any, *, made: Any, accept: Any, **__: object) -> Iterator[Any]:
        accept(Isolation("full", "x86_64", "6"))
        for one in submissions:
            asked.append(one.learner)
            lms = LmsReport(**vars(one.lms)) if one.lms else None
            whose = SubmissionReport(learner=one.learner, sha256=one.sha256, files=one.files, lms=lms)
            yield made(RIGHT.model_copy(update={"submission": whose}), one.members)

    monkeypatch.setattr("grader.batch.grade_all", grade_all)
    return CliRunner().invoke(app, ["grade", "relu.yaml", *options]), asked


def test_work_of_a_group_is_graded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every member has a report and a row of the gradebook."""
    metadata = "submission_1:\n  :submitters:\n  - {':name': Ann, ':sid': '7'}\n  - {':name': Bob, ':sid': '8'}\n"
    Path("class.zip").write_bytes(zipped({"submission_metadata.yml": metadata, "submission_1/hw.py": WORK}))
    done, asked = _grade(monkeypatch, "class.zip")
    assert (done.exit_code, asked) == (0, ["7"])
    names = [json.loads(Path(f"reports/{one}.json").read_text())["submission"]["lms"]["name"] for one in "78"]
    assert names == ["Ann", "Bob"]
    rows = Path("reports/gradebook.csv").read_text().splitlines()[1:]
    assert [row.split(",")[:2] for row in rows] == [["7", "Ann"], ["8", "Bob"]]


def test_late_marks_stand_in_the_gradebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Canvas says of lateness comes through to the row."""
    Path("class.zip").write_bytes(zipped({"doejane_LATE_4711_9_hw.py": WORK, "roe_5_8_hw.py": WORK}))
    assert _grade(monkeypatch, "class.zip")[0].exit_code == 0
    rows = [row.split(",") for row in Path("reports/gradebook.csv").read_text().splitlines()[1:]]
    assert [(row[0], row[1], row[5]) for row in rows] == [("4711", "doejane", "yes"), ("5", "roe", "")]


def test_hostile_archive_is_2_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive and the entry are named on standard error."""
    Path("class.zip").write_bytes(entry("../../evil.py"))
    done, asked = _grade(monkeypatch, "class.zip")
    assert (done.exit_code, asked) == (2, [])
    assert done.stderr == (
        "grader: class.zip: the entry ../../evil.py leads out of the archive; the archive is refused as a whole\n"
    )
    assert sorted(os.listdir()) == ["class.zip", "relu.yaml"]


def test_format_and_names_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--format` and `--filename-regex` go to the intake."""
    Path("class.zip").write_bytes(zipped({"doejane_4711_9_hw.py": WORK}))
    assert _grade(monkeypatch, "class.zip")[1] == ["4711"]
    assert _grade(monkeypatch, "class.zip", "--format", "files", "-o", "a")[1] == ["doejane_4711_9_hw"]
    assert _grade(monkeypatch, "class.zip", "--filename-regex", "(?P<student_id>[a-z]+)_", "-o", "b")[1] == ["doejane"]
    assert [one.value for one in SubmissionFormat] == [one.value for one in Format]
