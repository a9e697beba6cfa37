"""A report as its readers may see it: the staff all of it, a learner what the rules of the assignment show by then.

report ─▶ staff_view
       └─ without what hidden cases give away ─ without what is not `shown` ─▶ student_view

How long a grading took is told by its seconds and no closer: time is what one program can tell another of what it saw.
"""

from collections.abc import Collection
from datetime import datetime

from grader import report
from grader.report import GradientReport, Report
from grader.service.policy import Shown


def staff_view(report_json: bytes) -> Report:
    """All of it."""
    return Report.model_validate_json(report_json)


def student_view(report_json: bytes, shown: Collection[Shown]) -> Report:
    """What a learner may see: score, verdicts and public cases, and beside them what is shown."""
    seen = report.student_view(staff_view(report_json))
    return seen.model_copy(update={"gradients": tuple(_gradient(one, shown) for one in seen.gradients)})


def student_time(moment: datetime | None) -> datetime | None:
    """When a grading began or ended, as a learner may know it: the second of it."""
    return None if moment is None else moment.replace(microsecond=0)


def _gradient(gradient: GradientReport, shown: Collection[Shown]) -> GradientReport:
    public = tuple(case for case in gradient.cases if case.visibility == "public")
    left_out = len(gradient.cases) - len(public)
    changes: dict[str, object] = {}
    if Shown.hidden_cases not in shown:
        changes["cases"] = public
        changes["not_shown"] = left_out if Shown.hidden_count in shown else None
    if Shown.diagnosis not in shown:
        changes["diagnosis"] = ()
    return gradient.model_copy(update=changes)
