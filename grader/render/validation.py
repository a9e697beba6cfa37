"""What validating an assignment found → a terminal: a verdict, a line for each check, a table of mistake × case."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.language import translated as _
from grader.validation.findings import Check, Finding, MistakeRow, Tried, Validation, Verdict
from grader.visible import visible

_STYLES: dict[Verdict, str] = {"ok": "green", "warning": "yellow", "failure": "red"}
MOST_CASES = 10
"""A table with more columns is not read; then there is one for the public cases and one for the hidden ones."""


def validation_view(found: Validation) -> RenderableType:
    """One assignment: whether it is proven, what each check says, and which case rejects which mistake."""
    count = len(found.mistakes)
    rejected = sum(row.rejected for row in found.mistakes)
    heading = Text.assemble(
        (found.assignment, "bold"),
        "  ",
        (_("proven"), "bold green") if found.proven else (_("not proven"), "bold red"),
        "  ",
        _(
            "{rejected} of {count} known mistakes are rejected ({share})",
            rejected=rejected,
            count=count,
            share=percent(found.score),
        ),
    )
    problems = list(dict.fromkeys(finding.problem for finding in found.findings))
    parts: list[RenderableType] = [heading]
    for problem in problems:
        if len(problems) > 1:
            parts.append(Text(f"  {problem}", style="bold"))
        parts.append(
            Padding(_findings([one for one in found.findings if one.problem == problem]), (0, 0, 0, 2), expand=False)
        )
        rows = [row for row in found.mistakes if row.problem == problem]
        if rows:
            parts.append(Padding(_table(rows), (1, 0, 0, 2), expand=False))
    return Group(*parts)


def percent(share: float) -> str:
    """A share in percent, 100 only if it is all."""
    return f"{int(share * 1000) / 10:.10g} %"


def _findings(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    verdicts, checks = _verdicts(), _checks()
    for finding, following in zip(findings, [*findings[1:], None], strict=True):
        text = Text(visible(finding.message, limit=1000))
        if finding.change and (following is None or following.change != finding.change):
            text.append(f"\n→ {visible(finding.change, limit=1000)}", style="cyan")
        table.add_row(Text(verdicts[finding.verdict], style=_STYLES[finding.verdict]), checks[finding.check], text)
    return table


def _verdicts() -> dict[Verdict, str]:
    """The verdicts as words."""
    return {"ok": _("ok"), "warning": _("warning"), "failure": _("failure")}


def _checks() -> dict[Check, str]:
    """The checks as words."""
    return {
        "reference": _("reference"),
        "inputs": _("inputs"),
        "mistakes": _("mistakes"),
        "pairs": _("pairs"),
        "sizes": _("sizes"),
        "float32": "float32",
        "upstream": _("upstream"),
        "points": _("points"),
        "solution": _("solution"),
    }


def _table(rows: Sequence[MistakeRow]) -> Table:
    """The mistakes by gradient and code: in each case how many of them it rejects, and which is rejected least."""
    columns = _columns(rows[0].tried)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in (_("gradient"), _("mistake")):
        table.add_column(heading, overflow="fold")
    for heading in (*columns, _("least")):
        table.add_column(heading, overflow="fold", justify="right")
    several = len({row.function for row in rows if row.wrt == rows[0].wrt}) > 1
    groups: dict[tuple[str, str], list[MistakeRow]] = {}
    for row in rows:
        gradient = f"{row.function} d{row.wrt}" if several else f"d{row.wrt}"
        groups.setdefault((gradient, row.code), []).append(row)
    last = ""
    for (gradient, code), group in groups.items():
        cells = [_cell([[row.tried[place] for place in places] for row in group]) for places in columns.values()]
        table.add_row("" if gradient == last else gradient, code, *cells, _least(group))
        last = gradient
    return table


def _columns(tried: Sequence[Tried]) -> dict[str, list[int]]:
    """The headings, each with the numbers of its cases."""
    if len(tried) <= MOST_CASES:
        return {one.case: [place] for place, one in enumerate(tried)}
    found: dict[str, list[int]] = {}
    for place, one in enumerate(tried):
        found.setdefault(_("hidden") if one.hidden else _("public"), []).append(place)
    return found


def _cell(group: Sequence[Sequence[Tried]]) -> Text:
    """How many of some mistakes are rejected, of those of which something is known."""
    known = [tried for tried in group if any(one.outcome != "unknown" for one in tried)]
    if not known:
        return Text("–", style="dim")
    rejected = sum(any(one.outcome in ("rejected", "weak") for one in tried) for tried in known)
    return Text(f"{rejected}/{len(known)}", style="green" if rejected == len(known) else "yellow")


def _least(group: Sequence[MistakeRow]) -> Text:
    """The error, in terms of what is allowed, of the mistake that is rejected least, where it is rejected most."""
    if not all(row.rejected for row in group):
        return Text(_("passes"), style="red")
    least = min(map(_most, group))
    return Text(_("shape") if least == float("inf") else f"{least:.0e}")


def _most(row: MistakeRow) -> float:
    return max(_errors(row), default=0.0)


def _errors(row: MistakeRow) -> Iterator[float]:
    for one in row.tried:
        if one.outcome in ("rejected", "weak"):
            yield float("inf") if one.error is None else one.error
