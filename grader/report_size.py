"""JSON of a bounded size: texts are shortened first, then left out, and last the cases behind a verdict.

No verdict, no score and no diagnosis is ever left out, whatever a submission printed, raised or returned.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pydantic_core

from grader import messages
from grader.visible import visible

MOST_BYTES = 1_000_000

Json: TypeAlias = dict[str, Any]

_TEXTS = ("message", "help", "text", "what")


def to_json(value: object) -> bytes:
    """JSON as all our files have it: UTF-8, two spaces, one line end at the end; of plain values without NaN."""
    return pydantic_core.to_json(value, indent=2) + b"\n"


def bounded(report: Json) -> bytes:
    """The report as JSON under `MOST_BYTES`; what had to go is said in a warning."""
    body = to_json(report)
    if len(body) <= MOST_BYTES:
        return body
    code = "report_shortened"
    report["warnings"] = [*report["warnings"], {"code": code, "message": messages.warning(code)}]
    for shorten in (_shorten_output, _shorten_texts, _drop_texts, _keep_one_case):
        shorten(report)
        body = to_json(report)
        if len(body) <= MOST_BYTES:
            break
    return body


def _shorten_output(report: Json) -> None:
    report["stdout"] = visible(report["stdout"], multiline=True)


def _shorten_texts(report: Json) -> None:
    for part in _texts(report):
        for key in _TEXTS:
            if key in part:
                part[key] = visible(part[key], limit=200, multiline=True)


def _drop_texts(report: Json) -> None:
    for case in _cases(report):
        for key in _TEXTS:
            case.pop(key, None)


def _keep_one_case(report: Json) -> None:
    """The case that the verdict of a gradient comes from, or its first."""
    for gradient in report["gradients"]:
        cases = gradient["cases"]
        gradient["cases"] = [case for case in cases if case["verdict"] != "correct"][:1] or cases[:1]


def _cases(report: Json) -> Iterator[Json]:
    for gradient in report["gradients"]:
        yield from gradient["cases"]


def _texts(report: Json) -> Iterator[Json]:
    yield from _cases(report)
    for gradient in report["gradients"]:
        yield from gradient["diagnosis"]
