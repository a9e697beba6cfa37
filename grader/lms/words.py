"""What a learner reads of a report in the LMS: never more than `grader.report.student_view` has."""

import html

from grader.messages import VERDICT_WORDS
from grader.report import Report, labels, student_view


def comment(report: Report) -> str:
    """A few lines of HTML for a cell of comments: each gradient with its verdict, and the mistakes behind it."""
    shown = student_view(report)
    if shown.reason is not None:
        return html.escape(shown.reason.message).replace("\n", "<br>")
    lines = []
    for label, gradient in zip(labels(shown.gradients), shown.gradients, strict=True):
        score = "–" if gradient.score is None else f"{gradient.score:.10g}"
        lines.append(f"{label}: {VERDICT_WORDS[gradient.verdict]}, {score} of {gradient.max_score:.10g} points")
        lines += [f"{found.message} {found.help or ''}".strip() for found in gradient.diagnosis]
    return "<br>".join(html.escape(line).replace("\n", "<br>") for line in lines)
