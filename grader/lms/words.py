"""What a learner reads of a report in the LMS: never more than `grader.report.student_view` has."""

import html
from textwrap import indent

from grader.messages import VERDICT_WORDS
from grader.report import GradientReport, Report, labels, student_view


def comment(report: Report) -> str:
    """A few lines of HTML for a cell of comments: each gradient with its verdict, and the mistakes behind it."""
    shown = student_view(report)
    if shown.reason is not None:
        return _html(shown.reason.message)
    lines: list[str] = []
    for label, gradient in zip(labels(shown.gradients), shown.gradients, strict=True):
        lines.append(_heading(label, gradient))
        lines += [f"{found.message} {found.help or ''}".rstrip() for found in gradient.diagnosis]
    return "<br>".join(map(_html, lines))


def text(report: Report) -> bytes:
    """The report as plain text: each gradient, what each case says, and the mistakes."""
    shown = student_view(report)
    score = "no score" if shown.score is None else f"{shown.score:.10g} of {shown.max_score:.10g} points"
    parts = [f"{shown.assignment.id}: {score}"]
    if shown.reason is not None:
        place = f" (line {shown.reason.line})" if shown.reason.line else ""
        parts.append(f"{shown.reason.message}{place}")
    else:
        parts += map(_findings, labels(shown.gradients), shown.gradients)
    parts += [f"Warning: {warning.message}" for warning in shown.warnings]
    if shown.stdout:
        parts.append("Printed:\n" + indent(shown.stdout.rstrip("\n"), "    "))
    return ("\n\n".join(parts) + "\n").encode()


def _findings(label: str, gradient: GradientReport) -> str:
    lines = [_heading(f"{label} ({gradient.function})", gradient)]
    for case in gradient.cases:
        said = " ".join(filter(None, (case.message or VERDICT_WORDS[case.verdict], case.help)))
        lines.append(f"- case {case.case}: {said}")
    lines += [f"> {found.message} {found.help or ''}".rstrip() for found in gradient.diagnosis]
    return "\n".join(lines)


def _heading(label: str, gradient: GradientReport) -> str:
    score = "–" if gradient.score is None else f"{gradient.score:.10g}"
    return f"{label}: {VERDICT_WORDS[gradient.verdict]}, {score} of {gradient.max_score:.10g} points"


def _html(paragraph: str) -> str:
    return html.escape(paragraph).replace("\n", "<br>")
