"""Reports → gradebook.csv: a row for each learner, a column for the verdict of each gradient.

Whatever a cell holds, a spreadsheet takes it for text: a cell that could begin a formula gets an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from grader.report import Report, labels
from grader.summary import mistake_codes
from grader.visible import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def gradebook(reports: Iterable[Report]) -> bytes:
    """The table as CSV in UTF-8, rows by learner."""
    ordered = sorted(reports, key=lambda report: report.submission.learner)
    most = max(ordered, key=lambda report: len(report.gradients), default=None)
    verdicts = labels(most.gradients) if most else ()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(harmless, ["learner", "name", "score", "max_score", "status", "late", *verdicts, "mistakes"]))
    for report in ordered:
        writer.writerow(map(harmless, _row(report)))
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell as text that no spreadsheet computes."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def lms_facts(report: Report) -> Mapping[str, object]:
    """What the LMS knows of who handed it in, where it came from one: name, mail, group, lateness and the like."""
    facts = getattr(report.submission, "lms", None) or {}
    return facts if isinstance(facts, Mapping) else vars(facts)


def handed_in_by(report: Report) -> str:
    """The learner's name in the LMS, else the name of the file or folder that was handed in."""
    if name := lms_facts(report).get("name"):
        return str(name)
    first = report.submission.files[0] if report.submission.files else ""
    folder, slash, _ = first.partition("/")
    return folder if slash else PurePosixPath(first).stem


def _row(report: Report) -> list[str]:
    return [
        report.submission.learner,
        visible(handed_in_by(report)),  # a line end in a name would end the row
        "" if report.score is None else _points(report.score),
        _points(report.max_score),
        report.status,
        _late(report),
        *(gradient.verdict for gradient in report.gradients),
        " ".join(mistake_codes(report)),
    ]


def _late(report: Report) -> str:
    late = lms_facts(report).get("late")
    return "yes" if late is True else str(late or "")


def _points(points: float) -> str:
    return f"{points:.10g}"
