"""One submission from its source to its report.

Submission ─ sandbox.run ─▶ Run ─ outcomes ─▶ Answer ─ compare ─▶ CaseReport ─▶ GradientReport ─▶ Report
"""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from grader import __version__, messages
from grader.assignment import Framework
from grader.compare import compare, error_map
from grader.diagnosis import Finding, Seen
from grader.errors import SubmissionError
from grader.explanation import Judged, explanations
from grader.fingerprint import fingerprint
from grader.intake import Lms, Member, Submission
from grader.language import spoken
from grader.preparation import Asked, AskedCase, Prepared
from grader.report import (
    AssignmentReport,
    CaseReport,
    ComparisonReport,
    DiagnosisReport,
    ErrorMapReport,
    GradientReport,
    IsolationReport,
    LmsReport,
    ReasonReport,
    Report,
    SubmissionReport,
    WarningReport,
    gradient_verdict,
)
from grader.sandbox import OpenSandbox
from grader.sandbox.isolation import Level, weakest
from grader.sandbox.job import (
    Answer,
    Broken,
    Crashed,
    Forbidden,
    Malformed,
    Missing,
    Outcome,
    OutOfMemory,
    Raised,
    Returned,
    Run,
    TimedOut,
)
from grader.verdict import Verdict
from grader.visible import visible_bytes


def grade(prepared: Prepared, submission: Submission, sandboxes: Mapping[Framework, OpenSandbox]) -> Report:
    """Run a submission's functions and compare what they return with the references.

    Nothing that a student can do raises here: it becomes a verdict, or a `rejected` report.
    """
    runs: list[Run] = []
    rejection: SubmissionError | None = None
    if isinstance(submission.source, SubmissionError):
        rejection = submission.source
    else:
        runs = [sandboxes[plan.framework].run(submission.source, plan) for plan in prepared.plans]
        rejected = next((run.rejection for run in runs if run.rejection), None)
        if rejected is not None:
            message = messages.rejection(rejected.code, rejected.message)
            rejection = SubmissionError(rejected.code, message, rejected.line)
    isolation = _isolation(sandboxes)
    broken = next((run.broken for run in runs if run.broken), None)
    answered = [_answered(asked, runs, rejection, broken) for asked in prepared.asked]
    explained = [()] * len(answered) if broken or rejection else explanations([one.judged for one in answered])
    gradients = tuple(_gradient(one, findings) for one, findings in zip(answered, explained, strict=True))
    failed = any(gradient.score is None for gradient in gradients)
    return Report(
        assignment=AssignmentReport(id=prepared.id, sha256=prepared.sha256),
        submission=SubmissionReport(
            learner=submission.learner, sha256=submission.sha256, files=submission.files, lms=_lms(submission.lms)
        ),
        status="grader_error" if failed else "rejected" if rejection else "graded",
        score=None if failed else sum(gradient.score or 0.0 for gradient in gradients),
        max_score=prepared.max_score,
        reason=None if failed or rejection is None else _reason(rejection),
        gradients=gradients,
        stdout="".join(visible_bytes(run.stdout, multiline=True) for run in runs),
        warnings=tuple(_warnings(prepared, submission, runs, isolation.level)),
        isolation=isolation,
        environment={**dict(_environment()), "language": spoken().value},
        timing={
            "wall_seconds": round(sum(run.wall_seconds for run in runs), 6),
            "cpu_seconds": round(sum(run.cpu_seconds for run in runs), 6),
            "peak_memory_mb": round(max((run.peak_memory_mb for run in runs), default=0.0), 1),
        },
    )


def shared(report: Report, members: Sequence[Member]) -> Iterator[Report]:
    """The report for everybody whose work it is: a group's members get the same one under their own names."""
    yield report
    for member in members:
        whose = report.submission.model_copy(update={"learner": member.learner, "lms": _lms(member.lms)})
        yield report.model_copy(update={"submission": whose})


def _lms(lms: Lms | None) -> LmsReport | None:
    return None if lms is None else LmsReport(**asdict(lms))


@dataclass(frozen=True, eq=False)
class _Answered:
    """One question with its answers and the verdict of each case."""

    asked: Asked
    answers: tuple[Answer, ...]
    cases: tuple[CaseReport, ...]

    @property
    def judged(self) -> Judged:
        return Judged(
            self.asked,
            tuple(
                Seen(answer, case.verdict, asked.target, case.visibility == "public")
                for answer, case, asked in zip(self.answers, self.cases, self.asked.cases, strict=True)
            ),
        )


def _answered(asked: Asked, runs: Sequence[Run], rejection: SubmissionError | None, broken: str | None) -> _Answered:
    """All cases of one question. Without a run to look at, its answers are missing, or the grader's fault."""
    stand_in: Answer | None = (
        Broken(broken) if broken else Missing("the submission was rejected") if rejection else None
    )
    answers = tuple(stand_in or runs[case.plan].outcomes[case.call].answers[case.slot] for case in asked.cases)
    cases = [_case(asked, case, answer) for case, answer in zip(asked.cases, answers, strict=True)]
    return _Answered(asked, answers, _mapped(cases, asked, answers))


def _gradient(answered: _Answered, findings: Sequence[Finding]) -> GradientReport:
    asked, cases = answered.asked, answered.cases
    verdict = gradient_verdict(cases)
    share = 1.0 if verdict == "correct" else max((asked.credit.get(found.code, 0.0) for found in findings), default=0.0)
    return GradientReport(
        problem=asked.problem,
        wrt=asked.wrt,
        function=asked.function,
        verdict=verdict,
        score=None if verdict == "grader_error" else asked.points * share,
        max_score=asked.points,
        cases=cases,
        diagnosis=tuple(_diagnosis(finding, asked) for finding in findings),
        fingerprint=_fingerprint(cases, answered.answers),
    )


def _diagnosis(finding: Finding, asked: Asked) -> DiagnosisReport:
    """A finding in words."""
    what = asked.wrt if asked.kind == "value" else f"d{asked.wrt}"
    facts = {"what": what, "wrt": asked.wrt, "step": finding.step, **finding.facts}
    return DiagnosisReport(
        code=finding.code,
        step=finding.step,
        message=messages.mistake(finding.code, **facts),
        help=messages.mistake_help(finding.code, **facts),
    )


def _mapped(cases: Sequence[CaseReport], asked: Asked, answers: Sequence[Answer]) -> tuple[CaseReport, ...]:
    """The cases, the first of them that is not correct with a map of its errors."""
    mapped = list(cases)
    first = next((index for index, case in enumerate(cases) if case.verdict != "correct"), None)
    if first is not None and cases[first].verdict == "incorrect" and isinstance(answer := answers[first], Returned):
        rows = error_map(answer, asked.cases[first].target)
        if rows is not None:
            found = ErrorMapReport(shape=answer.shape, rows=rows)
            mapped[first] = cases[first].model_copy(update={"error_map": found})
    return tuple(mapped)


def _fingerprint(cases: Sequence[CaseReport], answers: Sequence[Answer]) -> str | None:
    """Of the answers in the hidden cases, if all of them are arrays and one is incorrect."""
    hidden = [(case, answer) for case, answer in zip(cases, answers, strict=True) if case.visibility == "hidden"]
    if not any(case.verdict == "incorrect" for case, _ in hidden):
        return None
    arrays = [
        answer.array
        for case, answer in hidden
        if isinstance(answer, Returned) and case.verdict in ("correct", "incorrect")
    ]
    known = [array for array in arrays if array is not None]
    return fingerprint(known) if len(known) == len(hidden) else None


def _case(asked: Asked, case: AskedCase, answer: Answer) -> CaseReport:
    """The verdict of one answer, with the facts behind it."""

    def report(verdict: Verdict, **facts: Any) -> CaseReport:
        case_report = CaseReport(case=case.name, visibility=case.visibility, seed=case.seed, verdict=verdict, **facts)
        return case_report.explained(function=asked.function, wrt=asked.wrt)

    match answer:
        case Returned() | Malformed():
            found = compare(answer, case.target)
            numbers = {name: getattr(found, name) for name in ComparisonReport.model_fields}
            comparison = ComparisonReport(**numbers) if found.total is not None else None
            return report(
                found.verdict,
                comparison=comparison,
                what=found.what,
                shape=found.shape,
                expected_shape=found.expected_shape,
                dtype=found.dtype,
            )
        case Missing(why):
            return report("missing", what=why)
        case Raised(exception, message, line, file):
            return report("raised", exception=exception, text=message or None, line=line, file=file)
        case TimedOut(limit):
            return report("timed_out", limit=limit)
        case OutOfMemory():
            return report("out_of_memory")
        case Crashed(why):
            return report("crashed", what=why)
        case Forbidden(what, line):
            return report("forbidden", what=what, line=line)
        case Broken(why):
            return report("grader_error", what=why)


def _reason(rejection: SubmissionError) -> ReasonReport:
    return ReasonReport(code=rejection.code, message=rejection.message, line=rejection.line)


def _warnings(prepared: Prepared, submission: Submission, runs: Sequence[Run], level: Level) -> Iterator[WarningReport]:
    """What costs no point, each thing once."""
    forbidden = any(plan.forbid_autograd for plan in prepared.plans)
    for code, message in submission.warnings:
        if code != "mentions_autograd" or forbidden:
            yield WarningReport(code=code, message=message)
    for module in dict.fromkeys(module for run in runs for module in run.stand_ins):
        yield WarningReport(code="stand_in_module", message=messages.warning("stand_in_module", module=module))
    for function, argument in dict.fromkeys(_changed(prepared, runs)):
        message = messages.warning("mutates_inputs", function=function, argument=argument)
        yield WarningReport(code="mutates_inputs", message=message)
    if level in ("degraded", "none"):
        yield WarningReport(code="weak_isolation", message=messages.warning("weak_isolation", level=level))
    if any(run.truncated for run in runs):
        yield WarningReport(code="output_truncated", message=messages.warning("output_truncated"))


def _changed(prepared: Prepared, runs: Sequence[Run]) -> Iterator[tuple[str, str]]:
    """Functions and the arguments that they changed in place."""
    for plan, run in zip(prepared.plans, runs, strict=False):
        calls = (call for box in plan.boxes for call in box.calls)
        outcome: Outcome
        for call, outcome in zip(calls, run.outcomes, strict=False):
            for key in outcome.changed:
                yield call.function, key.rpartition("/")[2]


def _isolation(sandboxes: Mapping[Framework, OpenSandbox]) -> IsolationReport:
    """The weakest of the sandboxes that were used."""
    isolation = weakest([sandbox.isolation for sandbox in sandboxes.values()])
    return IsolationReport(level=isolation.level, layers=dict(isolation.layers), missing=isolation.missing)


@cache
def _environment() -> tuple[tuple[str, str], ...]:
    """The versions that a grade may depend on."""
    found = {"grader": __version__, "python": platform.python_version(), "platform": platform.machine()}
    for package in ("numpy", "torch"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return tuple(found.items())
