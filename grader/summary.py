"""What became of a class: counts over many reports, for summary.json and for the last lines in the terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import mean, median

from grader.report import AssignmentReport, GradientReport, Part, Points, Report
from grader.report_size import to_json
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


def summarize(reports: Iterable[Report]) -> Summary:
    """The summary of reports in any order."""
    ordered = sorted(reports, key=lambda report: report.submission.learner)
    status = Counter(report.status for report in ordered)
    mistakes = Counter(code for report in ordered for code in set(mistake_codes(report)))
    return Summary(
        assignment=ordered[0].assignment if ordered else None,
        submissions=len(ordered),
        status={name: status[name] for name in STATUSES},
        gradients=tuple(_gradients(ordered)),
        mistakes=dict(sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))),
        score=_score(ordered),
        grader_errors=tuple(report.submission.learner for report in ordered if report.status == "grader_error"),
        identical_wrong_answers=tuple(_identical(ordered)),
    )


def dump(summary: Summary) -> bytes:
    """The summary as JSON."""
    return to_json(summary.model_dump(mode="json"))


def mistake_codes(report: Report) -> tuple[str, ...]:
    """The codes of a report's mistakes, each once, in the order of its gradients."""
    return tuple(dict.fromkeys(found.code for gradient in report.gradients for found in gradient.diagnosis))


def _gradients(reports: Sequence[Report]) -> Iterator[GradientSummary]:
    counts: dict[tuple[str, str, str], Counter[Verdict]] = {}
    for report in reports:
        for gradient in report.gradients:
            key = (gradient.problem, gradient.wrt, gradient.function)
            counts.setdefault(key, Counter())[gradient.verdict] += 1
    for (problem, wrt, function), verdicts in counts.items():
        present = {verdict: verdicts[verdict] for verdict in VERDICTS if verdicts[verdict]}
        yield GradientSummary(problem=problem, wrt=wrt, function=function, verdicts=present)


def _identical(reports: Sequence[Report]) -> Iterator[IdenticalAnswers]:
    groups: dict[tuple[str, str, str, str], list[tuple[str, GradientReport]]] = {}
    for report in reports:
        for gradient in report.gradients:
            if gradient.fingerprint is not None:
                key = (gradient.problem, gradient.wrt, gradient.function, gradient.fingerprint)
                groups.setdefault(key, []).append((report.submission.learner, gradient))
    for (problem, wrt, function, fingerprint), members in sorted(
        groups.items(), key=lambda item: (-len(item[1]), item[0])
    ):
        if len(members) > 1:
            yield IdenticalAnswers(
                problem=problem,
                wrt=wrt,
                function=function,
                fingerprint=fingerprint,
                learners=tuple(learner for learner, _ in members),
                mistakes=tuple(dict.fromkeys(found.code for found in members[0][1].diagnosis)),
            )


def _score(reports: Sequence[Report]) -> ScoreSummary | None:
    scores = [report.score for report in reports if report.score is not None]
    if not scores:
        return None
    return ScoreSummary(
        count=len(scores),
        mean=round(mean(scores), 6),
        median=round(median(scores), 6),
        min=min(scores),
        max=max(scores),
        max_score=max(report.max_score for report in reports),
    )
