"""What became of a class: counts over many rows, for summary.json and for the last lines in the terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from statistics import mean, median
from typing import TypeAlias

from grader.report import AssignmentReport, Part, Points
from grader.report_size import to_json
from grader.row import Column, Row
from grader.verdict import STATUSES, VERDICTS, Status, Verdict


class GradientSummary(Part):
    """How many submissions got which verdict for one gradient; every verdict that occurs, in a fixed order."""

    problem: str
    wrt: str
    function: str
    verdicts: dict[Verdict, int]


class ScoreSummary(Part):
    """Over the submissions that have a score."""

    count: int
    mean: Points
    median: Points
    min: Points
    max: Points
    max_score: Points


class IdenticalAnswers(Part):
    """Learners whose wrong answers agree to about ten digits in every hidden case.

    That is a fact and no accusation: everybody who makes the same mistake gives the same answer. `mistakes` are the
    codes that explain it.
    """

    problem: str
    wrt: str
    function: str
    fingerprint: str
    learners: tuple[str, ...]
    mistakes: tuple[str, ...] = ()


class Summary(Part):
    """A class at a glance."""

    schema_version: int = 1
    assignment: AssignmentReport | None
    submissions: int
    status: dict[Status, int]
    gradients: tuple[GradientSummary, ...]
    mistakes: dict[str, int]
    """How many submissions have a mistake of this code."""
    score: ScoreSummary | None
    grader_errors: tuple[str, ...]
    """Learners whose submissions the grader failed on."""
    identical_wrong_answers: tuple[IdenticalAnswers, ...] = ()
    """Large groups first."""


def summarize(rows: Iterable[Row]) -> Summary:
    """The summary of rows in any order."""
    ordered = sorted(rows, key=attrgetter("learner"))
    status = Counter(row.status for row in ordered)
    mistakes = Counter(code for row in ordered for code in row.mistakes)
    return Summary(
        assignment=ordered[0].assignment if ordered else None,
        submissions=len(ordered),
        status={name: status[name] for name in STATUSES},
        gradients=tuple(_gradients(ordered)),
        mistakes=dict(sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))),
        score=_score(ordered),
        grader_errors=tuple(row.learner for row in ordered if row.status == "grader_error"),
        identical_wrong_answers=tuple(_identical(ordered)),
    )


def dump(summary: Summary) -> bytes:
    """The summary as JSON."""
    return to_json(summary.model_dump(mode="json"))


Gradient: TypeAlias = tuple[str, str, str]


def _gradient(column: Column) -> Gradient:
    """What a gradient is known by across reports; its label may be another in each."""
    return column.problem, column.wrt, column.function


def _gradients(rows: Sequence[Row]) -> Iterator[GradientSummary]:
    counts: dict[Gradient, Counter[Verdict]] = {}
    for row in rows:
        for column, verdict in zip(row.columns, row.verdicts, strict=True):
            counts.setdefault(_gradient(column), Counter())[verdict] += 1
    for (problem, wrt, function), verdicts in counts.items():
        present = {verdict: verdicts[verdict] for verdict in VERDICTS if verdicts[verdict]}
        yield GradientSummary(problem=problem, wrt=wrt, function=function, verdicts=present)


def _identical(rows: Sequence[Row]) -> Iterator[IdenticalAnswers]:
    groups: dict[tuple[Gradient, str], list[str]] = {}
    mistakes: dict[tuple[Gradient, str], tuple[str, ...]] = {}
    for row in rows:
        for column, fingerprint, codes in zip(row.columns, row.fingerprints, row.codes, strict=True):
            if fingerprint is not None:
                key = (_gradient(column), fingerprint)
                groups.setdefault(key, []).append(row.learner)
                mistakes.setdefault(key, codes)
    for key, learners in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        (problem, wrt, function), fingerprint = key
        if len(learners) > 1:
            yield IdenticalAnswers(
                problem=problem,
                wrt=wrt,
                function=function,
                fingerprint=fingerprint,
                learners=tuple(learners),
                mistakes=mistakes[key],
            )


def _score(rows: Sequence[Row]) -> ScoreSummary | None:
    scores = [row.score for row in rows if row.score is not None]
    if not scores:
        return None
    return ScoreSummary(
        count=len(scores),
        mean=round(mean(scores), 6),
        median=round(median(scores), 6),
        min=min(scores),
        max=max(scores),
        max_score=max(row.max_score for row in rows),
    )
