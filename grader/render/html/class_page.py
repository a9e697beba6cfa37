"""The page of a class: how the scores spread, what went well and what went wrong, and everybody in one table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from markupsafe import Markup

from grader.language import counted
from grader.language import translated as _
from grader.messages import word
from grader.render.gradebook import columns
from grader.render.html import plots
from grader.render.html.templating import TONES, render_long, script
from grader.row import Row
from grader.summary import Summary
from grader.verdict import VERDICTS, Verdict

BINS = 10


@dataclass(frozen=True)
class Chart:
    """Numbers as a plot, if there is a library to make one, and as a table."""

    key: str
    title: str
    says: str
    """The one thing to take from it, in words; also the description of the plot."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    plot: Markup | None


def class_page(rows: Sequence[Row], summary: Summary) -> bytes:
    """The page of these rows, in any order, and their summary."""
    ordered = sorted(rows, key=attrgetter("learner"))
    sorting, digest = script("sort.js")
    names = [column.label for column in columns(ordered)]
    charts = (_scores(ordered), _success(summary, names), _verdicts(summary), _mistakes(summary))
    return render_long(
        "class.html",
        summary=summary,
        rows=ordered,
        columns=names,
        named=any(row.lms and row.lms.name for row in ordered),
        charts=[chart for chart in charts if chart is not None],
        cells={verdict: Markup('<td class="{}">{}</td>').format(TONES[verdict], word(verdict)) for verdict in VERDICTS},
        gone=Markup("<td></td>"),
        sorting=sorting,
        digest=digest,
    )


def _scores(rows: Sequence[Row]) -> Chart | None:
    """How many learners have how much of the points."""
    scored = [(row.score, row.max_score) for row in rows if row.score is not None]
    most = max((points for score, points in scored), default=0.0)
    if most <= 0:
        return None
    # A hair, so that 0.3 of 1 does not fall below three tenths.
    counts = Counter(min(int(score / most * BINS + 1e-9), BINS - 1) for score, points in scored)
    edges = [f"{most * edge / BINS:.4g}" for edge in range(BINS + 1)]
    names = [f"{low}–{high}" for low, high in pairwise(edges)]
    values = [counts[bin_] for bin_ in range(BINS)]
    full = sum(score >= points for score, points in scored)
    says = _(
        "{full} of {all} have full marks; {none} have none.",
        full=full,
        all=len(scored),
        none=sum(score == 0 for score, points in scored),
    )
    return Chart(
        key="scores",
        title=_("Scores"),
        says=says,
        heads=(_("points"), _("learners")),
        rows=tuple((name, str(value)) for name, value in zip(names, values, strict=True)),
        plot=plots.histogram("scores", _("Scores"), says, edges, values),
    )


def _success(summary: Summary, columns: Sequence[str]) -> Chart | None:
    """How often each gradient is right; submissions that the grader failed on do not count."""
    names = columns if len(columns) == len(summary.gradients) else [gradient.wrt for gradient in summary.gradients]
    rows: list[tuple[str, int, int]] = []
    for name, gradient in zip(names, summary.gradients, strict=True):
        total = sum(count for verdict, count in gradient.verdicts.items() if verdict != "grader_error")
        rows.append((name, gradient.verdicts.get("correct", 0), total))
    rated = [row for row in rows if row[2]]
    if not rated:
        return None
    hardest = min(rated, key=lambda row: row[1] / row[2])
    title = _("How often each gradient is right")
    says = _(
        "The least often right is {name}: {right} of {total}.", name=hardest[0], right=hardest[1], total=hardest[2]
    )
    shares = [(name, 100 * right / total, f"{100 * right / total:.0f} %") for name, right, total in rated]
    return Chart(
        key="success",
        title=title,
        says=says,
        heads=(_("gradient"), _("right"), _("of"), _("share")),
        rows=tuple((name, str(right), str(total), f"{100 * right / total:.1f} %") for name, right, total in rated),
        plot=plots.bars("success", title, says, shares, "ok", full=100.0),
    )


def _verdicts(summary: Summary) -> Chart | None:
    """What became of the gradients that are not right."""
    counts: Counter[Verdict] = Counter()
    for gradient in summary.gradients:
        counts.update(gradient.verdicts)
    wrong = [(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict] and verdict != "correct"]
    return _ranking(
        "verdicts",
        _("What went wrong"),
        (_("verdict"), _("gradients")),
        [(word(verdict), count) for verdict, count in wrong],
        lambda name, count: counted(
            "Most often: {name}, {count} gradient.", "Most often: {name}, {count} gradients.", count, name=name
        ),
    )


def _mistakes(summary: Summary) -> Chart | None:
    """The mistakes that were named."""
    return _ranking(
        "mistakes",
        _("Mistakes"),
        (_("mistakes"), _("learners")),
        [(word(code), count) for code, count in summary.mistakes.items()],
        lambda name, count: counted(
            "Most often: {name}, {count} learner.", "Most often: {name}, {count} learners.", count, name=name
        ),
    )


def _ranking(
    key: str,
    title: str,
    heads: tuple[str, str],
    counts: Sequence[tuple[str, int]],
    most_often: Callable[[str, int], str],
) -> Chart | None:
    ranked = sorted(counts, key=lambda item: -item[1])
    if not ranked:
        return None
    says = most_often(*ranked[0])
    shown = [(name, float(count), str(count)) for name, count in ranked[:10]]
    return Chart(
        key=key,
        title=title,
        says=says,
        heads=heads,
        rows=tuple((name, str(count)) for name, count in ranked),
        plot=plots.bars(key, title, says, shown, "bad"),
    )
