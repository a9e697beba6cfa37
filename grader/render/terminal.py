"""Reports → a terminal: tables with the verdict in colour and in words; plain text where there is no terminal.

Reports hold student text with its control characters already visible; here it is also kept from being read as markup.
"""

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.language import counted
from grader.language import translated as _
from grader.messages import word
from grader.report import CaseReport, GradientReport, IsolationReport, Report
from grader.row import Row
from grader.summary import GradientSummary, Summary
from grader.verdict import VERDICTS, Verdict

_STYLES: dict[Verdict, str] = dict.fromkeys(VERDICTS, "red") | {"correct": "green", "grader_error": "magenta"}
FEW = 5
"""So many reports are shown in full by a command that grades a class."""
MANY = 500
"""More learners than these nobody reads in a terminal, and to lay out their table would take long."""
PLAIN_WIDTH = 100
"""Columns where no terminal says how many there are."""


class _Console(Console):
    """A console that leaves it to the program what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(file: TextIO | None = None) -> Console:
    """A console on a stream; NO_COLOR and COLUMNS are honoured, and nothing is guessed to be a link or a number."""
    stream = file or sys.stdout
    asked = os.environ.get("COLUMNS", "")
    nobody_says = asked == "0" or not (asked or stream.isatty())
    width = PLAIN_WIDTH if nobody_says else None
    return _Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def report_view(report: Report) -> RenderableType:
    """One submission: a line for each gradient, then what is wrong with those that are not correct."""
    parts: list[RenderableType] = [_heading(report)]
    if report.reason is not None:
        place = _(" (line {line})", line=report.reason.line) if report.reason.line else ""
        parts.append(_indented(Text(f"{report.reason.message}{place}", style="red")))
    else:
        parts.append(_indented(_gradients(report)))
        wrong = [gradient for gradient in report.gradients if gradient.verdict != "correct"]
        parts += [_findings(gradient, _several_problems(report.gradients)) for gradient in wrong]
    parts += [
        _indented(Text(_("Warning: {message}", message=warning.message), style="yellow")) for warning in report.warnings
    ]
    if report.stdout:
        parts += [
            Text(f"  {_('Printed:')}", style="dim"),
            Padding(Text(report.stdout.rstrip("\n")), (0, 0, 0, 4), expand=False),
        ]
    return Group(*parts)


def summary_view(summary: Summary) -> RenderableType:
    """A class: how many of what, and the learners whom the grader failed."""
    line = counted(
        "{count} submission: {graded} graded, {rejected} rejected, {grader_error} grader errors",
        "{count} submissions: {graded} graded, {rejected} rejected, {grader_error} grader errors",
        summary.submissions,
        **summary.status,
    )
    parts: list[RenderableType] = [Text(line, style="bold")]
    if summary.score is not None:
        score = summary.score
        mean = round(score.mean, 2)
        parts.append(
            Text(
                _(
                    "Score: mean {mean}, median {median}, from {min} to {max} of {most}",
                    mean=points(mean),
                    median=points(score.median),
                    min=points(score.min),
                    max=points(score.max),
                    most=points(score.max_score),
                )
            )
        )
    parts.append(_verdict_counts(summary))
    if summary.mistakes:
        named = ", ".join(f"{code} {count}" for code, count in summary.mistakes.items())
        parts.append(Text(_("Mistakes: {named}", named=named)))
    if summary.grader_errors:
        failed = ", ".join(summary.grader_errors)
        parts.append(Text(_("Not graded, by a fault of the grader: {learners}", learners=failed), style="magenta"))
    return Group(*parts)


def class_view(rows: Sequence[Row], reports: Sequence[Report] = ()) -> RenderableType:
    """The learners of a class: each in full where there are `reports`, else a line for each, unless they are many."""
    if reports or not rows:
        return Group(*(Padding(report_view(report), (0, 0, 1, 0), expand=False) for report in reports))
    if len(rows) > MANY:
        return Text(_("{count} learners: a line for each is in gradebook.csv and in index.html.", count=len(rows)))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(_("learner"), overflow="fold")
    table.add_column(_("points"), justify="right")
    for column in rows[0].columns:
        table.add_column(column.label, overflow="fold")
    for row in rows:
        score = "–" if row.score is None else points(row.score)
        verdicts = (
            [Text(word(row.reason), style="red")]
            if row.reason is not None
            else [_verdict(verdict) for verdict in row.verdicts]
        )
        table.add_row(Text(row.learner), f"{score}/{points(row.max_score)}", *verdicts)
    return table


def isolation_notice(isolation: IsolationReport) -> Text | None:
    """A word of warning where submissions run with less isolation than they should."""
    if isolation.level in ("full", "strong"):
        return None
    return Text(
        _(
            "Isolation is {level} here: run only code that you trust. `grader doctor` says what is missing.",
            level=isolation.level,
        ),
        style="yellow",
    )


def points(value: float) -> str:
    """Points as a person writes them."""
    return f"{value:.10g}"


# ----- one submission -----


def _indented(part: RenderableType) -> Padding:
    """A part that belongs to the line above it, with all its lines."""
    return Padding(part, (0, 0, 0, 2), expand=False)


def _heading(report: Report) -> Text:
    score = (
        _("no score")
        if report.score is None
        else _("{score} of {most} points", score=points(report.score), most=points(report.max_score))
    )
    heading = Text.assemble((report.submission.learner, "bold"), f"  {score}")
    if report.status != "graded":
        heading.append(f"  {word(report.status)}", style="red" if report.status == "rejected" else "magenta")
    return heading


def _gradients(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in (_("gradient"), _("function"), _("verdict")):
        table.add_column(heading, overflow="fold")
    for heading in (_("points"), _("cases")):
        table.add_column(heading, overflow="fold", justify="right")
    several = _several_problems(report.gradients)
    for gradient in report.gradients:
        right = sum(case.verdict == "correct" for case in gradient.cases)
        table.add_row(
            Text(f"{gradient.problem}.{gradient.wrt}" if several else gradient.wrt),
            Text(gradient.function),
            _verdict(gradient.verdict),
            f"{'–' if gradient.score is None else points(gradient.score)}/{points(gradient.max_score)}",
            f"{right}/{len(gradient.cases)}",
        )
    return table


def _findings(gradient: GradientReport, several_problems: bool) -> RenderableType:
    """The first case that is not correct, what it says, and the mistakes that explain it."""
    text = Text()
    case = next((case for case in gradient.cases if case.verdict != "correct"), None)
    if case is not None:
        seed = "" if case.seed is None else _(", seed {seed}", seed=case.seed)
        problem = f"{gradient.problem}: " if several_problems else ""
        text.append(f"{problem}{gradient.function}, {gradient.wrt}", style="bold")
        text.append(_(" on case {case}{seed}: {message}", case=case.case, seed=seed, message=_says(case)))
    for found in gradient.diagnosis:
        text.append(f"\n{found.message}", style="cyan")
        if found.help:
            text.append(_(" {question}", question=found.help))
    if case is not None and case.help and not gradient.diagnosis:
        text.append(f"\n{case.help}", style="dim")
    return _indented(text)


def _says(case: CaseReport) -> str:
    return case.message or word(case.verdict)


# ----- a class -----


def _verdict_counts(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(_("gradient"), overflow="fold")
    table.add_column(_("function"), overflow="fold")
    table.add_column(_("verdicts"))
    several = _several_problems(summary.gradients)
    for gradient in summary.gradients:
        counts = Text(", ").join(
            Text(f"{word(verdict)} {count}", style=_STYLES[verdict]) for verdict, count in gradient.verdicts.items()
        )
        name = f"{gradient.problem}.{gradient.wrt}" if several else gradient.wrt
        table.add_row(Text(name), Text(gradient.function), counts)
    return table


def _several_problems(gradients: Sequence[GradientReport | GradientSummary]) -> bool:
    return len({gradient.problem for gradient in gradients}) > 1


def _verdict(verdict: Verdict) -> Text:
    return Text(word(verdict), style=_STYLES[verdict])
