"""The report: what became of one submission, first as codes and numbers, then as sentences made from them.

    Report ─ gradients ─▶ GradientReport ─ cases ─▶ CaseReport ─ comparison ─▶ ComparisonReport
                                         ─ diagnosis ─▶ DiagnosisReport
`dump` writes the same bytes for the same report, and never much. What does not apply is left out.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
)

from grader import messages
from grader.errors import ReasonCode
from grader.language import Language, speaking
from grader.report_size import bounded
from grader.verdict import Status, Verdict, of_gradient
from grader.visible import OUTPUT_BYTES, visible

SCHEMA_VERSION: Final = 1

Number: TypeAlias = Annotated[
    float,
    PlainSerializer(lambda value: value if math.isfinite(value) else str(value), when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}),
]
"""A float; JSON has no word for those that are not finite, so they stand as "nan", "inf" and "-inf"."""

Points: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]

Line: TypeAlias = Annotated[str, BeforeValidator(lambda text: visible(text) if isinstance(text, str) else text)]
"""Text that may quote a student: one line, escapes visible."""

Paragraph: TypeAlias = Annotated[
    str, BeforeValidator(lambda text: visible(text, multiline=True) if isinstance(text, str) else text)
]
"""Text of several lines that may quote a student."""

Output: TypeAlias = Annotated[
    str,
    BeforeValidator(lambda text: visible(text, limit=OUTPUT_BYTES, multiline=True) if isinstance(text, str) else text),
]
"""What a student printed: head and tail."""


class Part(BaseModel):
    """Frozen; an optional field that is None is left out of the JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        return {key: value for key, value in handler(self).items() if value is not None or fields[key].is_required()}


# ----- a case -----


class ComparisonReport(Part):
    """How far an array is from the expected one; the worst element is the one furthest outside its tolerance."""

    max_abs_error: Number | None = None
    max_rel_error: Number | None = None
    worst_index: tuple[int, ...] | None = None
    worst_actual: Number | None = None
    worst_expected: Number | None = None
    mismatched: int | None = None
    total: int | None = None


class ErrorMapReport(Part):
    """How wrong an array of one or two dimensions is where; `rows` is the array, or blocks of it if it is large."""

    shape: tuple[int, ...]
    rows: tuple[tuple[float, ...], ...]
    """The error over what is allowed, in powers of ten, of the worst element of each block; 0 where all are right."""


class CaseReport(Part):
    """One gradient on one case: the verdict, the facts behind it, and the sentence that `explained` makes of them."""

    case: Line
    visibility: Literal["public", "hidden"]
    seed: int | None = None
    verdict: Verdict
    comparison: ComparisonReport | None = None
    message: Paragraph | None = None
    help: Line | None = None
    shape: tuple[int, ...] | None = None
    """Of the answer."""
    expected_shape: tuple[int, ...] | None = None
    dtype: Line | None = None
    exception: Line | None = None
    """The type of the exception that was raised."""
    text: Paragraph | None = None
    """What the exception says."""
    line: int | None = None
    """In the student's own source."""
    file: Line | None = None
    limit: Line | None = None
    """The limit that was reached."""
    what: Line | None = None
    """What came back, was tried or ended the process, in words."""
    error_map: ErrorMapReport | None = None
    """Of the first case of a gradient that is not correct."""

    @property
    def cell(self) -> int | None:
        """The number of the notebook's cell, if that is what the line is counted in."""
        found = re.fullmatch(r"(?:.*, )?cell (\d+)", self.file or "", re.DOTALL)
        return int(found[1]) if found else None

    def explained(self, *, function: str, wrt: str) -> Self:
        """The same case with `message` and `help` made from its facts."""
        numbers = dict(self.comparison) if self.comparison else {}
        numbers["worst_index"] = numbers.get("worst_index") or None
        facts = {name: getattr(self, name) for name in _CASE_FACTS}
        return self.model_copy(
            update={
                "message": messages.case(self.verdict, **numbers, **facts, function=function, wrt=wrt),
                "help": messages.case_help(self.verdict, function=function, wrt=wrt),
            }
        )

    def hidden(self) -> Self:
        """What a student may know of a hidden case: its name, its verdict and a sentence without numbers."""
        return type(self)(
            case=self.case, visibility=self.visibility, verdict=self.verdict, message=messages.case(self.verdict)
        )


_CASE_FACTS = ("shape", "expected_shape", "dtype", "exception", "text", "cell", "line", "limit", "what")
"""What a sentence about a case may mention, beside the numbers of the comparison."""


# ----- a gradient -----


class DiagnosisReport(Part):
    """A mistake that explains the answer, and the step it was made at."""

    code: str
    step: Line | None = None
    message: Paragraph
    help: Paragraph | None = None


class GradientReport(Part):
    """What one function returned for one variable, over all cases."""

    problem: str
    wrt: str
    function: str
    verdict: Verdict
    score: Points | None
    max_score: Points
    cases: tuple[CaseReport, ...]
    diagnosis: tuple[DiagnosisReport, ...] = ()
    fingerprint: str | None = None
    """The same for wrong answers that agree to about ten digits in all hidden cases."""
    not_shown: int | None = None
    """How many hidden cases a view leaves out; what they came to is in the verdict nevertheless."""


def gradient_verdict(cases: Iterable[CaseReport]) -> Verdict:
    """The verdict of the first case that is not correct."""
    return of_gradient(case.verdict for case in cases)


def labels(gradients: Sequence[GradientReport]) -> tuple[str, ...]:
    """A short name for each gradient, unique among them: `W`, else `grad_W.W`, else `problem.grad_W.W`."""
    candidates = (
        [gradient.wrt for gradient in gradients],
        [f"{gradient.function}.{gradient.wrt}" for gradient in gradients],
        [f"{gradient.problem}.{gradient.function}.{gradient.wrt}" for gradient in gradients],
    )
    return next((tuple(names) for names in candidates if len(set(names)) == len(names)), tuple(candidates[-1]))


# ----- a submission -----


class AssignmentReport(Part):
    """Which assignment, in which version."""

    id: str
    sha256: str | None = None
    """Of the whole file; hidden seeds derive from it, so that students are not shown it."""


class LmsReport(Part):
    """What the LMS that a submission comes from says of it, each thing as far as it says it."""

    format: str
    id: Line
    """What it knows the learner by."""
    name: Line | None = None
    mail: Line | None = None
    group: Line | None = None
    attempt: int | None = None
    """Counted from 1; the newest was graded."""
    late: bool | None = None
    time: Line | None = None
    """ISO 8601, or as it was written where that is not understood."""


class SubmissionReport(Part):
    """Whose submission, and the files as they were handed in."""

    learner: str
    sha256: str
    files: tuple[Line, ...]
    lms: LmsReport | None = None


class ReasonReport(Part):
    """Why a submission was rejected as a whole."""

    code: ReasonCode
    message: Paragraph
    line: int | None = None


class WarningReport(Part):
    """Something that costs no point."""

    code: str
    message: Line


class IsolationReport(Part):
    """How strong the sandbox was, and what each of its layers did."""

    level: Literal["full", "strong", "degraded", "none"]
    layers: dict[str, JsonValue] = {}
    missing: tuple[str, ...] = ()


class Report(Part):
    """What became of one submission: the whole truth, for the staff."""

    schema_version: Literal[1] = SCHEMA_VERSION
    assignment: AssignmentReport
    submission: SubmissionReport
    status: Status
    score: Points | None
    max_score: Points
    reason: ReasonReport | None = None
    gradients: tuple[GradientReport, ...]
    stdout: Output = ""
    warnings: tuple[WarningReport, ...] = ()
    isolation: IsolationReport
    environment: dict[str, str] = {}
    timing: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}

    @property
    def language(self) -> Language:
        """What its sentences are written in; who adds some, or shows it, speaks the same."""
        return next((one for one in Language if one == self.environment.get("language")), Language.en)


def dump(report: Report) -> bytes:
    """The report as JSON, under `report_size.MOST_BYTES`; the same bytes for the same report."""
    with speaking(report.language):
        return bounded(report.model_dump(mode="json"))


def student_view(report: Report) -> Report:
    """The report without what gives a hidden case away: its seed, inputs, output, numbers, exceptions, time, memory."""
    with speaking(report.language):
        gradients = tuple(
            gradient.model_copy(
                update={
                    "cases": tuple(case if case.visibility == "public" else case.hidden() for case in gradient.cases),
                    "fingerprint": None,
                }
            )
            for gradient in report.gradients
        )
    hides = any(case.visibility == "hidden" for gradient in gradients for case in gradient.cases)
    changes = {"gradients": gradients, "assignment": report.assignment.model_copy(update={"sha256": None})}
    # How long it took and what it held are numbers that a submission chooses, like what it prints.
    return report.model_copy(update={**changes, **({"stdout": "", "timing": {}} if hides else {})})


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    schema = Report.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Report of gradient-grader"}
