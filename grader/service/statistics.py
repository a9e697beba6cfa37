"""How a class did in an assignment, by the submissions that count: scores, gradients, and mistakes with who made them.

grades ─┬─ scores ──────────────────▶ Bar, Bar, …            a distribution in ten bars
        └─ reports ─┬─ verdicts ────▶ GradientCount          how many got each gradient right
                    └─ diagnoses ───▶ Mistake ─▶ Occurrence  the most frequent first
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import mean, median
from uuid import UUID

from sqlalchemy.orm import Session

from grader.row import Column, Row
from grader.service.grades import Grade, Standing, grades
from grader.service.results import rows_of
from grader.verdict import VERDICTS, Verdict

BARS = 10


@dataclass(frozen=True)
class Bar:
    """How many have from `low` to `high` points; `high` itself belongs to the next bar, unless it is the last."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class GradientCount:
    """How many submissions got which verdict for one gradient."""

    label: str
    problem: str
    function: str
    wrt: str
    verdicts: Mapping[Verdict, int]
    """Those that occur, in a fixed order."""

    @property
    def count(self) -> int:
        return sum(self.verdicts.values())

    @property
    def correct(self) -> float:
        """The share that is correct."""
        return self.verdicts.get("correct", 0) / self.count if self.count else 0.0


@dataclass(frozen=True)
class Occurrence:
    """A submission with a mistake, and the labels of the gradients it is in."""

    submission_id: UUID
    learner_id: UUID
    gradients: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A mistake, by its code, and the submissions that have it."""

    code: str
    submissions: tuple[Occurrence, ...]

    @property
    def count(self) -> int:
        return len(self.submissions)


@dataclass(frozen=True)
class Statistics:
    """A class at a glance."""

    learners: int
    standings: Mapping[Standing, int]
    """How many are in each standing that occurs."""
    overridden: int
    mean: float | None
    median: float | None
    max_score: float
    distribution: tuple[Bar, ...]
    gradients: tuple[GradientCount, ...]
    mistakes: tuple[Mistake, ...]


def statistics(session: Session, assignment_id: str, class_id: str | None = None) -> Statistics:
    """How a class did, or everybody."""
    everybody = grades(session, assignment_id, class_id)
    by_attempt = {grade.attempt_id: grade for grade in everybody if grade.attempt_id is not None}
    rows = [(by_attempt[attempt], found) for attempt, found in rows_of(session, by_attempt).items()]
    scores = [grade.score for grade in everybody if grade.score is not None]
    most = max((grade.max_score for grade in everybody), default=0.0)
    standings = Counter(grade.status for grade in everybody)
    return Statistics(
        learners=len(everybody),
        standings=dict(standings.most_common()),
        overridden=sum(grade.override is not None for grade in everybody),
        mean=mean(scores) if scores else None,
        median=median(scores) if scores else None,
        max_score=most,
        distribution=distribution(scores, most),
        gradients=_gradients([found for _, found in rows]),
        mistakes=_mistakes(rows),
    )


def distribution(scores: Iterable[float], most: float) -> tuple[Bar, ...]:
    """The scores in bars of the same width from 0 to `most`; what is beyond it, by an override, is in the last one."""
    if most <= 0:
        return ()
    counts = Counter(min(BARS - 1, int(score * BARS / most)) for score in scores)
    return tuple(Bar(most * bar / BARS, most * (bar + 1) / BARS, counts[bar]) for bar in range(BARS))


def _gradients(rows: Iterable[Row]) -> tuple[GradientCount, ...]:
    counts: dict[tuple[str, str, str], Counter[Verdict]] = {}
    columns: dict[tuple[str, str, str], Column] = {}
    for one in rows:
        for column, verdict in zip(one.columns, one.verdicts, strict=True):
            key = (column.problem, column.function, column.wrt)  # its label may be another in another version
            columns.setdefault(key, column)
            counts.setdefault(key, Counter())[verdict] += 1
    return tuple(
        GradientCount(columns[key].label, *key, {verdict: seen[verdict] for verdict in VERDICTS if seen[verdict]})
        for key, seen in counts.items()
    )


def _mistakes(rows: Iterable[tuple[Grade, Row]]) -> tuple[Mistake, ...]:
    found: dict[str, list[Occurrence]] = {}
    for grade, one in rows:
        assert grade.submission_id is not None, "a report is on a submission"
        for code in one.mistakes:
            labels = [column.label for column, codes in zip(one.columns, one.codes, strict=True) if code in codes]
            found.setdefault(code, []).append(Occurrence(grade.submission_id, grade.learner_id, tuple(labels)))
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Mistake(code, tuple(submissions)) for code, submissions in ordered)
