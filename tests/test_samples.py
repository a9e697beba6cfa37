"""Right answers in strange styles and wrong ones of every kind, for assignments of many forms.

    samples/<assignment>/assignment.yaml
                        <what>__<verdict>.py ─ grade ─▶ Report ─ verdict of each gradient, codes of warnings
                        <what>__<verdict>/              a folder of modules
                        <what>__rejected_<code>.py

Every gradient gets the verdict in the name, but for those that a comment in the file lists, by wrt or by function and
wrt: `# verdicts: b=correct grad_w.W=raised`. Warnings are listed too: `# warnings: encoding`. Some files are in other
encodings, or have other line ends: leave their bytes as they are.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Framework
from grader.assignment_file import load
from grader.grading import grade
from grader.intake import collect
from grader.preparation import Prepared, prepare, wanted
from grader.report import Report, dump
from grader.sandbox import OpenSandbox, open_sandbox

SAMPLES = Path(__file__).parent / "samples"
SLOW = frozenset({"limits", "tall"})
"""Assignments whose samples wait for limits, or loop over many rows."""
LONG = frozenset({"deep-one_wrong_element__incorrect", "batchnorm-forgotten_sum__incorrect"})
"""Wrong answers to large objectives, which have mistakes by the hundred."""
TWICE = "relu_frobenius"
"""The assignment whose samples are graded twice in the quick tests; those of the others are in the slow ones."""


@dataclass(frozen=True)
class Sample:
    """A file or a folder, and what it says should become of it."""

    path: Path

    @property
    def outcome(self) -> str:
        """The verdict in the name, or `rejected_<code>`."""
        return self.path.stem.rpartition("__")[2]

    def expected(self, function: str, wrt: str) -> str:
        listed = dict(item.split("=") for item in self._says("verdicts"))
        return listed.get(f"{function}.{wrt}") or listed.get(wrt) or self.outcome

    @property
    def warnings(self) -> set[str]:
        return set(self._says("warnings"))

    def _says(self, what: str) -> list[str]:
        data = self.path.read_bytes() if self.path.is_file() else b""
        text = data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8", "replace")
        found = re.search(rf"^# {what}: (.*)$", text, re.MULTILINE)
        return found[1].split() if found else []


def _samples(twice: bool = False) -> list[Any]:
    found = []
    for path in sorted(SAMPLES.glob("*/*__*")):
        assignment, name = path.parent.name, f"{path.parent.name}-{path.stem}"
        if (path.parent / "assignment.yaml").exists() and not (twice and assignment in SLOW):
            slow = assignment in SLOW or name in LONG or (twice and assignment != TWICE)
            found.append(pytest.param(Sample(path), id=name, marks=[pytest.mark.slow] if slow else []))
    return found


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[dict[Framework, OpenSandbox]]:
    """One sandbox for each framework."""
    with open_sandbox("torch") as torch, open_sandbox("numpy") as numpy:
        yield {"torch": torch, "numpy": numpy}


@cache
def _prepared(folder: Path) -> tuple[Prepared, tuple[str, ...]]:
    assignment = load(folder / "assignment.yaml")
    return prepare(assignment), wanted(assignment)


def _graded(sample: Sample, sandboxes: dict[Framework, OpenSandbox], tmp_path: Path) -> Report:
    prepared, functions = _prepared(sample.path.parent)
    handed = sample.path
    if handed.is_dir():
        # A folder stands for a learner where it lies in the folder of a class.
        handed = tmp_path / "class"
        shutil.copytree(sample.path, handed / sample.path.name, dirs_exist_ok=True)
    (submission,) = collect([handed], functions)
    used = {framework: sandboxes[framework] for framework in prepared.frameworks}
    return grade(prepared, submission, used)


@pytest.mark.parametrize("sample", _samples())
def test_sample_gets_what_it_says(sample: Sample, sandboxes: dict[Framework, OpenSandbox], tmp_path: Path) -> None:
    """Verdicts, points and warnings."""
    report = _graded(sample, sandboxes, tmp_path)
    if sample.outcome.startswith("rejected_"):
        assert report.reason is not None
        assert (report.status, report.reason.code) == ("rejected", sample.outcome.removeprefix("rejected_"))
        assert {one.verdict for one in report.gradients} == {"missing"}
    else:
        assert report.status == "graded"
        found = {(one.function, one.wrt): one.verdict for one in report.gradients}
        assert found == {key: sample.expected(*key) for key in found}
    for one in report.gradients:
        assert one.score == (one.max_score if one.verdict == "correct" else 0)
    assert {warning.code for warning in report.warnings} == sample.warnings


@pytest.mark.parametrize("sample", _samples(twice=True))
def test_sample_gets_the_same_report_again(
    sample: Sample, sandboxes: dict[Framework, OpenSandbox], tmp_path: Path
) -> None:
    """Byte for byte, outside timing."""
    first, second = (_bytes(_graded(sample, sandboxes, tmp_path)) for _ in range(2))
    assert first == second


def _bytes(report: Report) -> str:
    return json.dumps({**json.loads(dump(report)), "timing": {}})
