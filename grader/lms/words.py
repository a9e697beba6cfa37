"""What a learner reads of a report in the LMS, in its language: never more than `grader.report.student_view` has."""

import html
from collections.abc import Iterable
from textwrap import indent

from grader.language import speaking
from grader.language import translated as _
from grader.messages import word
from grader.report import DiagnosisReport, GradientReport, Report, labels, student_view


def comment(report: Report) -> str:
    """A few lines of HTML for a cell of comments: each gradient with its verdict, and the mistakes behind it."""
    shown = student_view(report)
    if shown.reason is not None:
        return _html(shown.reason.message)
    lines: list[str] = []
    with speaking(report.language):
        for label, gradient in zip(labels(shown.gradients), shown.gradients, strict=True):
            lines += [_heading(label, gradient), *_mistakes(gradient.diagnosis)]
    return "<br>".join(map(_html, lines))


def text(report: Report) -> bytes:
    """The report as plain text: each gradient, what each case says, and the mistakes."""
    with speaking(report.language):
        return ("\n\n".join(_parts(student_view(report))) + "\n").encode()


def _parts(shown: Report) -> list[str]:
    name = shown.assignment.id
    parts = [
        _("{name}: no score", name=name)
        if shown.score is None
        else _("{name}: {score} of {most} points", name=name, score=_points(shown.score), most=_points(shown.max_score))
    ]
    if shown.reason is not None:
        place = _(" (line {line})", line=shown.reason.line) if shown.reason.line else ""
        parts.append(f"{shown.reason.message}{place}")
    else:
        parts += map(_findings, labels(shown.gradients), shown.gradients)
    parts += [_("Warning: {message}", message=warning.message) for warning in shown.warnings]
    if shown.stdout:
        parts.append("\n".join([_("Printed:"), indent(shown.stdout.rstrip("\n"), "    ")]))
    return parts


def _findings(label: str, gradient: GradientReport) -> str:
    lines = [_heading(_("{label} ({function})", label=label, function=gradient.function), gradient)]
    for case in gradient.cases:
        said = _with_more(case.message or word(case.verdict), case.help)
        lines.append(_("- case {case}: {message}", case=case.case, message=said))
    lines += [f"> {said}" for said in _mistakes(gradient.diagnosis)]
    return "\n".join(lines)


def _mistakes(diagnosis: Iterable[DiagnosisReport]) -> list[str]:
    return [_with_more(found.message, found.help) for found in diagnosis]


def _with_more(message: str, more: str | None) -> str:
    """A sentence, and the one that goes with it."""
    return message + (_(" {question}", question=more) if more else "")


def _heading(label: str, gradient: GradientReport) -> str:
    return _(
        "{label}: {verdict}, {score} of {most} points",
        label=label,
        verdict=word(gradient.verdict),
        score="–" if gradient.score is None else _points(gradient.score),
        most=_points(gradient.max_score),
    )


def _points(value: float) -> str:
    return f"{value:.10g}"


def _html(paragraph: str) -> str:
    return html.escape(paragraph).replace("\n", "<br>")
