"""Reports of an earlier run hold while nothing changed, and a regrade says what did."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader import __version__
from grader.intake import Submission
from grader.report import Report, dump
from grader.resume import change, earlier, holds
from grader.row import row
from grader.sandbox.job import Source
from tests.example_reports import FAILED, MASKLESS, RIGHT


def submission(report: Report) -> Submission:
    """The submission that a report is on."""
    told = report.submission
    return Submission(told.learner, told.files, Source({"a.py": b""}, "a.py"), told.sha256)


def fresh(report: Report) -> Report:
    """As this version of the grader would have written it."""
    return report.model_copy(update={"environment": {"grader": __version__}})


def test_earlier_reads_whole_reports_only(tmp_path: Path) -> None:
    """A report that is cut off, a folder, a link or somebody else's is as good as none."""
    (tmp_path / "ann.json").write_bytes(dump(RIGHT))
    (tmp_path / "bob.json").write_bytes(dump(MASKLESS)[:-20])
    (tmp_path / "cyd.json").mkdir()
    (tmp_path / "dan.json").symlink_to(tmp_path / "ann.json")
    (tmp_path / "eve.json").write_bytes(dump(RIGHT))
    found = [earlier(tmp_path, learner) for learner in ("ann", "bob", "cyd", "dan", "eve", "nobody")]
    assert found == [RIGHT, None, None, None, None, None]


def test_holds_until_something_changes() -> None:
    """The submission, its name, the assignment and the grader; a fault of the grader never holds."""
    report = fresh(RIGHT)
    sha256 = report.assignment.sha256
    assert holds(report, submission(RIGHT), sha256)
    assert not holds(report, submission(RIGHT), "another")
    assert not holds(report, replace(submission(RIGHT), sha256="another"), sha256)
    assert not holds(report, replace(submission(RIGHT), files=("another.py",)), sha256)
    assert not holds(RIGHT.model_copy(update={"environment": {"grader": "0.0"}}), submission(RIGHT), sha256)
    assert not holds(fresh(FAILED), submission(FAILED), sha256)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (RIGHT, RIGHT, None),
        (MASKLESS, RIGHT, "ann: 0 → 4 points, W incorrect → correct"),
        (RIGHT, FAILED, "dan: 4 → no points, graded → grader error, W correct → grader error"),
    ],
)
def test_change_is_told_in_a_line(old: Report, new: Report, told: str | None) -> None:
    """Points first, then the status, then every verdict that is another now."""
    assert change(row(old), row(new)) == told
