"""Every sentence that a student or a teacher reads in a report, made from codes and facts.

A code has several templates, the most telling first; the first one whose placeholders are all known is used, and the
last needs no fact at all. So the sentence of a hidden case is the one that no fact was given for.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter
from typing import TypeAlias

from grader.errors import ReasonCode
from grader.language import translated
from grader.phrases import phrase
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
        "{function} raised {exception} in cell {cell}, line {line}: {text}",
        "{function} raised {exception} in cell {cell}, line {line}.",
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

MISTAKE: Mapping[str, Templates] = {
    "factor": (
        "One of {of} mistakes in d{wrt}: the part that comes from {step} is {factor} times what it should be.",
        "One of {of} mistakes in d{wrt}: a constant factor, at {step}.",
        "One of {of} mistakes in d{wrt}: a constant factor.",
        "The part of d{wrt} that comes from {step} is {factor} times what it should be.",
        "d{wrt} is {factor} times what it should be.",
        "d{wrt} is right except for a constant factor at {step}.",
        "d{wrt} is right except for a constant factor.",
    ),
    "sign": (
        "One of {of} mistakes in d{wrt}: a sign, at {step}.",
        "One of {of} mistakes in d{wrt}: its sign.",
        "d{wrt} is right except for a sign at {step}.",
        "d{wrt} is right except for its sign.",
    ),
    "transpose": (
        "One of {of} mistakes in d{wrt}: a transpose, missing or one too many, in the product at {step}.",
        "d{wrt} is right except for a transpose, missing or one too many, in the product at {step}.",
        "d{wrt} is right except for a transpose, missing or one too many.",
    ),
    "wrong_order": (
        "One of {of} mistakes in d{wrt}: the factors of the product at {step} stand in another order.",
        "In d{wrt} the factors of the product at {step} stand in another order.",
        "In d{wrt} the factors of a product stand in another order.",
    ),
    "inverse": (
        "One of {of} mistakes in d{wrt}: a matrix and its inverse or its transpose are mixed up at {step}.",
        "In d{wrt} a matrix and its inverse or its transpose are mixed up at {step}.",
        "In d{wrt} a matrix and its inverse or its transpose are mixed up.",
    ),
    "missing_mask": (
        "One of {of} mistakes in d{wrt}: the mask of {step} is missing.",
        "d{wrt} is right except that the mask of {step} is missing.",
        "d{wrt} is right except that a mask is missing.",
    ),
    "wrong_mask": (
        "One of {of} mistakes in d{wrt}: a mask at {step} looks at the wrong thing.",
        "d{wrt} is right except that the mask of {step} looks at the wrong thing.",
        "d{wrt} is right except that a mask looks at the wrong thing.",
    ),
    "activation_derivative": (
        "One of {of} mistakes in d{wrt}: the derivative of the function at {step}.",
        "d{wrt} is right except for the derivative of the function at {step}.",
        "d{wrt} is right except for the derivative of a function.",
    ),
    "elementwise_vs_matmul": (
        "One of {of} mistakes in d{wrt}: an elementwise product and a matrix product are mixed up at {step}.",
        "In d{wrt} an elementwise product and a matrix product are mixed up at {step}.",
        "In d{wrt} an elementwise product and a matrix product are mixed up.",
    ),
    "mean_vs_sum": (
        "One of {of} mistakes in d{wrt}: a mean and a sum are mixed up at {step}; a count is missing, or one too many.",
        "One of {of} mistakes in d{wrt}: a mean and a sum are mixed up; a count is missing, or one too many.",
        "In d{wrt} a mean and a sum are mixed up at {step}: a count is missing, or one too many.",
        "In d{wrt} a mean and a sum are mixed up: a count is missing, or one too many.",
    ),
    "missing_sum": (
        "One of {of} mistakes in d{wrt}: it is not summed over what {step} was broadcast along.",
        "d{wrt} is not summed over what {step} was broadcast along.",
        "d{wrt} is not summed over what was broadcast.",
    ),
    "collapsed_sum": (
        "One of {of} mistakes in d{wrt}: too much is summed at {step}.",
        "In d{wrt} too much is summed at {step}: one number stands where there should be many.",
        "In d{wrt} too much is summed: one number stands where there should be many.",
    ),
    "missing_term": (
        "One of {of} mistakes in d{wrt}: the term that comes from {step} is missing.",
        "d{wrt} lacks the term that comes from {step}.",
        "d{wrt} lacks a term.",
    ),
    "regularization": (
        "One of {of} mistakes in d{wrt}: the regularisation term {step} comes with {factor} times its factor.",
        "One of {of} mistakes in d{wrt}: the regularisation term {step} is missing, or its factor is wrong.",
        "In d{wrt} the regularisation term {step} comes with {factor} times its factor.",
        "In d{wrt} the regularisation term {step} is missing, or its factor is wrong.",
        "In d{wrt} the regularisation term is missing, or its factor is wrong.",
    ),
    "norm_not_squared": (
        "One of {of} mistakes in d{wrt}: a norm and its square are mixed up at {step}.",
        "In d{wrt} a norm and its square are mixed up at {step}.",
        "In d{wrt} a norm and its square are mixed up.",
    ),
    "softmax_diagonal": (
        "One of {of} mistakes in d{wrt}: only the diagonal of the derivative of the softmax {step} is used.",
        "In d{wrt} only the diagonal of the derivative of the softmax {step} is used.",
        "In d{wrt} only the diagonal of the derivative of a softmax is used.",
    ),
    "swapped_gradients": (
        "What is returned for d{wrt} is d{step}.",
        "What is returned for d{wrt} is another gradient.",
    ),
    "layout": ("d{wrt} comes transposed: the gradient has the layout of the variable.",),
    "keepdims": ("d{wrt} has an axis of length 1 too many or too few.",),
    "constant_answer": ("The same d{wrt} comes back whatever the inputs are.",),
    "unfinished": ("d{wrt} is not written yet.",),
    "finite_differences": ("d{wrt} is right to a few digits only, as a difference quotient would be.",),
    "index_slip": ("In d{wrt} an index is off by one, or a first or last one is left out.",),
    "inner_derivative": (
        "One of {of} mistakes in d{wrt}: the derivative of what is inside, at {step}, is missing.",
        "d{wrt} lacks the derivative of what is inside: the other factor of the product at {step}.",
        "d{wrt} lacks the derivative of what is inside.",
    ),
    "flattened": ("d{wrt} comes as a flat vector: the gradient has the shape of the variable.",),
    "ignored_upstream": ("d{wrt} does not use the upstream gradient.",),
    "wrong_axis": (
        "One of {of} mistakes in d{wrt}: something at {step} runs along the wrong axis.",
        "In d{wrt} something at {step} runs along the wrong axis.",
        "In d{wrt} something runs along the wrong axis.",
    ),
    "localized": (
        "It goes wrong from {first} on, and {what} comes from there.",
        "What is wrong in d{wrt} is only where {lets_through} lets something through.",
        "What is wrong in d{wrt} is only where {cuts_off} cuts something off.",
        "In a public case only the rows {rows} of d{wrt} are wrong.",
        "In a public case only the columns {columns} of d{wrt} are wrong.",
        "In a public case only the entries {entries} of d{wrt} are wrong.",
        "A part of d{wrt} is right.",
    ),
    "follow_through": (
        "{what} is right for your own {step}, which is not.",
        "What comes back is right for an earlier answer of your own, which is not.",
    ),
}
"""What the mistake is; without the formula that would be right."""

MISTAKE_HELP: Mapping[str, Templates] = {
    "factor": (
        "Differentiate the constant factors of {step} once more: which of them stays, and which one appears?",
        "Differentiate the constant factors once more: which of them stays, and which one appears?",
    ),
    "sign": (
        "Which of the two sides of a difference does {step} come from?",
        "If {wrt} grows a little, does the objective grow or fall?",
    ),
    "transpose": (
        "What are the shapes of the factors of the product at {step}, and of d{wrt}? Take sizes that differ.",
        "What are the shapes of the factors, and of d{wrt}? Take sizes that differ.",
    ),
    "wrong_order": (
        "On which side of {wrt} does the other factor stand in {step}, and where must it stand now?",
        "On which side of {wrt} does the other factor stand, and where must it stand now?",
    ),
    "inverse": ("Write the derivative of one entry: is there a division in it?",),
    "missing_mask": (
        "What happens to {step} if an entry that the function cuts off changes a little?",
        "What happens if an entry that the function cuts off changes a little?",
    ),
    "wrong_mask": ("Which array decides what {step} lets through?", "Which array decides what is let through?"),
    "activation_derivative": (
        "What is the derivative of the function at {step}, and at which value is it taken: before it, or after it?",
        "What is the derivative of the function, and at which value is it taken: before it, or after it?",
    ),
    "elementwise_vs_matmul": (
        "Does an entry of {step} depend on one entry of {wrt}, or on a whole row or column?",
        "Does an entry of the result depend on one entry of {wrt}, or on a whole row or column?",
    ),
    "mean_vs_sum": (
        "Is {step} a sum or a mean, and over how many numbers?",
        "Is it a sum or a mean, and over how many?",
    ),
    "missing_sum": (
        "How many entries of {step} does one entry of {wrt} take part in?",
        "How many entries does one entry of {wrt} take part in?",
    ),
    "collapsed_sum": (
        "Does every entry of {wrt} have the same effect on {step}?",
        "Does every entry of {wrt} have the same effect?",
    ),
    "missing_term": ("In how many places does {wrt} take part in the objective?",),
    "regularization": ("What does the regularisation term alone contribute?",),
    "norm_not_squared": (
        "Is it the norm or its square that is differentiated at {step}?",
        "Is it the norm or its square that is differentiated?",
    ),
    "softmax_diagonal": ("Does one entry of a row change only its own entry of the softmax?",),
    "swapped_gradients": ("In which order are the gradients returned?",),
    "layout": ("What is the shape of {wrt}?",),
    "keepdims": ("What is the shape of {wrt}, axis by axis?",),
    "constant_answer": ("Where does the function use its arguments?",),
    "unfinished": ("Write the function, and let it return the gradient.",),
    "finite_differences": ("Derive the formula by hand; a difference quotient is good for checking it.",),
    "index_slip": ("Write out the first and the last entry: which ones do they come from?",),
    "inner_derivative": (
        "By the chain rule the derivative of the outside comes times another: of what, in {step}?",
        "By the chain rule the derivative of the outside comes times another: of what?",
    ),
    "flattened": ("What is the shape of {wrt}, axis by axis?",),
    "ignored_upstream": ("What does the gradient that the function is given say, and where does it enter?",),
    "wrong_axis": (
        "Do the numbers that belong together in {step} stand in a row or in a column?",
        "Do the numbers that belong together stand in a row or in a column?",
    ),
    "localized": (
        "How is {first} worked out?",
        "What is different about the places where d{wrt} is wrong?",
    ),
    "follow_through": ("Repair {step} first.", "Repair the earlier step first."),
}
"""A question that leads on, and gives no formula away."""

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
_WORDS: Mapping[str, str] = dict(VERDICT_WORDS.items())


def case(verdict: Verdict, **facts: Fact) -> str:
    """The sentence for a case; with no facts, the one that a hidden case may show."""
    return _fill(CASE[verdict], facts)


def case_help(verdict: Verdict, **facts: Fact) -> str | None:
    """What to do about a verdict, if there is something to say."""
    return _fill(CASE_HELP[verdict], facts) or None


def mistake(code: str, **facts: Fact) -> str:
    """The sentence of a mistake; a code that has no sentence yet stands for itself."""
    return _fill(MISTAKE.get(code, (_plain(code),)), facts)


def mistake_help(code: str, **facts: Fact) -> str | None:
    """The question that goes with a mistake, if there is one."""
    return _fill(MISTAKE_HELP.get(code, ()), facts) or None


def reason(code: ReasonCode, **facts: Fact) -> str:
    """Why a submission was rejected."""
    return _fill(REASON[code], facts)


def rejection(code: ReasonCode, said: str) -> str:
    """Why the sandbox rejected a submission, made of what it said, or Python said to it."""
    return reason(code, text=phrase(said)) if code in ("syntax_error", "import_error") else phrase(said)


def warning(code: str, **facts: Fact) -> str:
    """The sentence of a warning; a code that has no sentence yet stands for itself."""
    return _fill(WARNING.get(code, (_plain(code),)), facts)


def word(code: str) -> str:
    """A verdict, a status, or the code of a mistake or of a reason, as a word in a table."""
    return translated(_WORDS.get(code, _plain(code)))


def number(value: float) -> str:
    """A number as a sentence shows it."""
    return f"{value + 0.0:.6g}"  # so that -0.0 is 0


def _fill(templates: Templates, facts: Mapping[str, Fact]) -> str:
    for template in templates:
        fields = _fields(template)
        if all(facts.get(field) is not None for field in fields):
            return translated(template).format_map({field: _words(field, facts[field]) for field in fields})
    return ""


def _plain(code: str) -> str:
    return code.replace("_", " ")


@cache
def _fields(template: str) -> tuple[str, ...]:
    """The facts that a template mentions."""
    return tuple(field for _, field, _, _ in Formatter().parse(template) if field is not None)


def _words(field: str, fact: Fact) -> str:
    match fact:
        case str():
            return phrase(fact) if field in ("what", "limit") else fact
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
