"""What an LMS says stands in the report, and a group's work becomes a report for each member."""

import json

from grader.grading import shared
from grader.intake import Lms, Member
from grader.report import LmsReport, SubmissionReport, dump
from tests.example_reports import RIGHT


def test_members_share_a_report() -> None:
    """The same report under every member's own id, name and mail; nothing is graded twice."""
    ann, bob = Lms("gradescope", "1", "Ann", "a@x", "Ann, Bob"), Lms("gradescope", "2", "Bob", None, "Ann, Bob", 2)
    submission = SubmissionReport(learner="1", sha256="0" * 64, files=("hw.py",), lms=LmsReport(**vars(ann)))
    report = RIGHT.model_copy(update={"submission": submission})
    first, second = shared(report, [Member("2", bob)])
    assert first == report
    assert second.model_copy(update={"submission": submission}) == report
    assert json.loads(dump(second))["submission"] == {
        "learner": "2",
        "sha256": "0" * 64,
        "files": ["hw.py"],
        "lms": {"format": "gradescope", "id": "2", "name": "Bob", "group": "Ann, Bob", "attempt": 2},
    }
