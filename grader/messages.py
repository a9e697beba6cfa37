"""Every sentence that a student or a teacher reads in a report, made from codes and facts.

A code has several templates, the most telling first; the first one whose placeholders are all known is used, and the
last needs no fact at all. So the sentence of a hidden case is the one that no fact was given for.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter
from typing import TypeAlias

from grader.errors import ReasonCode
from grader.verdict import Verdict

Fact: TypeAlias = "str | int | float | Sequence[int] | None"
Templates: TypeAlias = tuple[str, ...]

CASE: Mapping[Verdict, Templates] = {
    "correct": ("Correct.",),
    "incorrect": (
        "{mismatched} of {total} elements differ; the worst is at {worst_index}: got {worst_actual}, expected "
        "{worst_expected}.",
        "The value is wrong: got {worst_actual}, expected {worst_expected}.",
        "{mismatched} of {total} elements differ, the worst by {max_abs_error}.",
        "The values are wrong.",
    ),
    "wrong_shape": (
        "The shape is {shape}, but {wrt} has the shape {expected_shape}.",
        "The shape is {shape}; expected was {expected_shape}.",
        "The shape is wrong.",
    ),
    "wrong_type": ("Not an array of real numbers: {what}.", "No array of real numbers came back."),
    "not_finite": (
        "{mismatched} of {total} elements differ; the worst is at {worst_index}: got {worst_actual}, expected "
        "{worst_expected}.",
        "The value is {worst_actual}.",
        "Some elements are infinite or not a number.",
    ),
    "missing": ("There is nothing to compare: {what}.", "There is nothing to compare."),
    "raised": (
        "{function} raised {exception} in line {line}: {text}",
        "{function} raised {exception} in line {line}.",
        "{function} raised {exception}: {text}",
        "{function} raised {exception}.",
        "{exception}: {text}",
        "{exception} was raised.",
        "An exception was raised.",
    ),
    "timed_out": ("The limit `{limit}` was reached.", "A time limit was reached."),
    "out_of_memory": ("The memory limit was reached.",),
    "crashed": ("The submission crashed: {what}.", "The submission crashed."),
    "forbidden": (
        "Not allowed here: {what} (line {line}).",
        "Not allowed here: {what}.",
        "Something was tried that is not allowed here.",
    ),
    "grader_error": ("The grader failed, through no fault of the submission.",),
}
"""What became of a case, in a sentence."""

CASE_HELP: Mapping[Verdict, Templates] = {
    "correct": (),
    "incorrect": (),
    "wrong_shape": ("The gradient of a scalar has the shape of the variable it is taken with respect to.",),
    "wrong_type": ("Return a tensor, an array, a number or nested lists of numbers.",),
    "not_finite": ("Look for a division by zero, the logarithm of zero, or an overflow in exp.",),
    "missing": ("Define {function} at the top level of the file, and let it return every result it is asked for.",),
    "raised": (),
    "timed_out": ("Look for a loop that does not end, or replace loops over elements by operations on whole arrays.",),
    "out_of_memory": ("Look for an array that is far larger than the inputs.",),
    "crashed": (),
    "forbidden": ("Derive the gradient by hand, and compute it with ordinary array operations.",),
    "grader_error": ("Tell the staff; the submission will be graded again.",),
}
"""What to do about it."""

REASON: Mapping[ReasonCode, Templates] = {
    "syntax_error": ("The file is not valid Python: {text}", "The file is not valid Python."),
    "import_error": ("The file could not be imported: {text}", "The file could not be imported."),
    "not_text": ("{file} {what}.", "The file is not text."),
    "too_large": ("{file} is larger than {limit}.", "The file is too large."),
    "empty": ("{file} {what}.", "There is nothing to grade."),
    "timed_out": ("The import did not end within its time limit.",),
    "out_of_memory": ("The import reached the memory limit.",),
    "crashed": ("The submission crashed during its import: {what}.", "The submission crashed during its import."),
    "archive": ("{file} {what}.", "The archive could not be read."),
}
"""Why a submission was rejected as a whole."""

WARNING: Mapping[str, Templates] = {
    "mentions_autograd": (
        "{file}, line {line}: the source mentions automatic differentiation ({what}).",
        "The source mentions automatic differentiation.",
    ),
    "encoding": ("{file} is not UTF-8; it was read as {encoding}.", "The file is not UTF-8."),
    "several_files": (
        "{count} files define equally many of the functions asked for; {file} was graded.",
        "Several files define equally many of the functions asked for.",
    ),
    "unreadable_file": ("A file was left out: {why}", "A file was left out."),
    "mutates_inputs": ("{function} changes its argument {argument} in place.", "A function changes its arguments."),
    "stand_in_module": (
        "The module {module} was replaced by one that does nothing.",
        "A module was replaced by one that does nothing.",
    ),
    "magic_dropped": ("Notebook commands were left out.",),
    "weak_isolation": (
        "Graded at isolation {level}, where a submission can do more than it should.",
        "Graded where a submission can do more than it should.",
    ),
    "output_truncated": ("The printed output was too long; its middle is left out.",),
    "report_shortened": ("The report was too large; its longest texts are shortened or left out.",),
}
"""What a submission should know, although it costs no point."""

VERDICT_WORDS: Mapping[Verdict, str] = {
    "correct": "correct",
    "incorrect": "incorrect",
    "wrong_shape": "wrong shape",
    "wrong_type": "wrong type",
    "not_finite": "not finite",
    "missing": "missing",
    "raised": "raised an error",
    "timed_out": "timed out",
    "out_of_memory": "out of memory",
    "crashed": "crashed",
    "forbidden": "forbidden",
    "grader_error": "grader error",
}
"""A verdict as a word in a table."""


def case(verdict: Verdict, **facts: Fact) -> str:
    """The sentence for a case; with no facts, the one that a hidden case may show."""
    return _fill(CASE[verdict], facts)


def case_help(verdict: Verdict, **facts: Fact) -> str | None:
    """What to do about a verdict, if there is something to say."""
    return _fill(CASE_HELP[verdict], facts) or None


def reason(code: ReasonCode, **facts: Fact) -> str:
    """Why a submission was rejected."""
    return _fill(REASON[code], facts)


def warning(code: str, **facts: Fact) -> str:
    """The sentence of a warning; a code that has no sentence yet stands for itself."""
    return _fill(WARNING.get(code, (code.replace("_", " "),)), facts)


def number(value: float) -> str:
    """A number as a sentence shows it."""
    return f"{value + 0.0:.6g}"  # so that -0.0 is 0


def _fill(templates: Templates, facts: Mapping[str, Fact]) -> str:
    for template in templates:
        fields = _fields(template)
        if all(facts.get(field) is not None for field in fields):
            return template.format_map({field: _words(facts[field]) for field in fields})
    return ""


@cache
def _fields(template: str) -> tuple[str, ...]:
    """The facts that a template mentions."""
    return tuple(field for _, field, _, _ in Formatter().parse(template) if field is not None)


def _words(fact: Fact) -> str:
    match fact:
        case str():
            return fact
        case float():
            return number(fact)
        case int():
            return str(fact)
        case None:
            return ""
        case [single]:
            return f"({single},)"
        case several:
            return f"({', '.join(map(str, several))})"
