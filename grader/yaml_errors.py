"""What is wrong with YAML that cannot be read, in plain words, with the line as it is or as it should be.

The commonest fault is a formula without quotes: `objective: ||X W - Y||_F^2` starts a block scalar, `*` an alias, `{` a
mapping. Whether quotes are the remedy is found out by trying: the line with quotes must be read without the fault.
"""

import re
from dataclasses import dataclass

import yaml

from grader.errors import AssignmentError
from grader.marked_yaml import LINE_BREAK, RefusalError, compose, dotted
from grader.visible import visible

_SENTENCES = (
    (r"found character '\\t'", "there is a tab in this line; YAML wants spaces"),
    (r"found character (.+) that cannot start any token", "a value cannot start with {0} unless it is in quotes"),
    (r"mapping values are not allowed here", "there is a `:` where none can be; is this line indented too far?"),
    (r"sequence entries are not allowed here", "there is a `- ` where none can be; is this line indented too far?"),
    (r"found unexpected end of stream", "the quote that opens here is not closed"),
    (r"could not find expected ':'", "this line has no `:` between a key and its value"),
    (r"expected ',' or '(.)', but got", "a comma or a closing {0} is missing"),
    (r"found unknown escape character '(.+)'", "a backslash before {0} means nothing inside double quotes; use single "
     "quotes"),
    (r"expected (<block end>|'<document start>')", "this does not fit the lines above; is it indented like them?"),
)  # fmt: skip
"""What PyYAML says, and what we say."""

_NO_COLON = "could not find expected ':'"
_BELOW_NO_COLON = ("mapping values are not allowed here", "expected '<document start>'")
_AT_CONTEXT = ("found unexpected end of stream", _NO_COLON)
"""Problems whose cause stands where the parser began, not where it gave up."""

_LINE = re.compile(r"(?P<head>(?:\s|- )*(?:(?P<key>[\w-]+)\s*:\s+)?)(?P<value>\S.*?)\s*")
_TEXT_KEYS = ("objective", "title")
"""Keys whose value is text, so that one that starts with `{`, `[` or a quote is meant as text too."""

_LOOK_ALIKES = {
    "：": "a full-width colon",
    "\u00a0": "a no-break space",
    "\u3000": "a full-width space",
}
"""What an editor or an input method writes in place of what YAML wants."""
_OTHER_KEYS = frozenset(
    {"cases", "credit", "dims", "framework", "functions", "inputs", "limits", "points", "policy", "problems"}
    | {"provide", "seed", "shapes", "tolerance", "wrt"}
)
"""Keys whose value is no text, so that quotes round it would only make another error."""


@dataclass(frozen=True)
class Quoted:
    """A line whose value needs quotes: its number, its key, why, and the line with them."""

    line: int
    key: str | None
    sentence: str
    text: str


def explained(error: yaml.YAMLError | RefusalError, text: str, file: str) -> AssignmentError:
    """The error as a teacher can use it."""
    if isinstance(error, RefusalError):
        candidates = [error.line] if error.quotable else []
        plain = AssignmentError(error.sentence, file, error.line, dotted(error.path) or None, excerpt(text, error.line))
    elif isinstance(error, yaml.MarkedYAMLError):
        marks = [mark.line + 1 for mark in (error.problem_mark, error.context_mark) if mark]
        problem = error.problem or "something is wrong here"
        line = marks[-1 if problem.startswith(_AT_CONTEXT) else 0] if marks else 1
        candidates = marks
        if problem.startswith(_BELOW_NO_COLON) and (above := _line_without_colon(text, line)):
            problem, line = _NO_COLON, above
        opened = f" (it opens in line {marks[-1]})" if "', but got" in problem and marks[-1] != line else ""
        sentence = (problem == _NO_COLON and _colon_that_is_none(text, line)) or _sentence(problem)
        plain = AssignmentError(f"not valid YAML: {sentence}{opened}", file, line, None, excerpt(text, line))
    else:
        position = getattr(error, "position", 0)
        line = len(LINE_BREAK.findall(text, 0, position)) + 1
        return AssignmentError("a control character stands here; the file should be plain text", file, line)
    for candidate in candidates:
        if quoted := needs_quotes(text, candidate, beyond=max(candidates)):
            return AssignmentError(quoted.sentence, file, quoted.line, quoted.key, f"    {quoted.text}")
    return plain


def needs_quotes(text: str, number: int, *, beyond: int = 0) -> Quoted | None:
    """The line with quotes round its value, if with them the text can be read `beyond` the line of the fault."""
    lines = LINE_BREAK.split(text)
    match = _LINE.fullmatch(lines[number - 1]) if number <= len(lines) else None
    if not match or not match["head"].strip():
        return None
    key, value = match["key"], match["value"]
    if value[0] in "\"'" and value.count(value[0]) == 1:
        return None
    if key in _OTHER_KEYS or _is_quoted(value):
        return None
    as_text = key in _TEXT_KEYS or "->" in value
    if value[0] in "|>*&@%`!#,?-]}" or (as_text and value[0] in "{[\"'"):
        sentence = f"a value that starts with `{value[0]}` needs quotes; write this line as"
    elif as_text and ": " in value:
        sentence = "a value with `: ` in it needs quotes; write this line as"
    else:
        return None
    line = match["head"] + _in_quotes(value)
    if not _helps("\n".join([*lines[: number - 1], line, *lines[number:]]), max(number, beyond)):
        return None
    top = key if match["head"][:1].strip() and match["head"][0] != "-" else None
    return Quoted(number, top, sentence, visible(line, limit=500))


def excerpt(text: str, number: int) -> str | None:
    """A line of the file, to be shown below a sentence."""
    lines = LINE_BREAK.split(text)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return f"    {visible(line.strip(), limit=200)}" if line.strip() else None


def _line_without_colon(text: str, number: int) -> int | None:
    """The line above this one, comments and empty lines aside, if there is a key without its `:` in it."""
    lines = LINE_BREAK.split(text)
    for above in range(number - 1, 0, -1):
        line = lines[above - 1].strip()
        if line and not line.startswith("#"):
            return None if re.search(r":(\s|$)", line) else above
    return None


def _colon_that_is_none(text: str, number: int) -> str | None:
    """What stands in a line in place of a colon and a space, if something does."""
    line = LINE_BREAK.split(text)[number - 1]
    for char, name in _LOOK_ALIKES.items():
        if char in line:
            return f"there is {name} in this line, where YAML wants `:` and a space"
    return "there is no space after the `:`" if re.match(r"\s*[\w-]+:\S", line) else None


def _is_quoted(value: str) -> bool:
    """Whether a value has good quotes already, so that the fault is elsewhere."""
    try:
        return value[0] in "\"'" and isinstance(compose(value).data, str)
    except (yaml.YAMLError, RefusalError):
        return False


def _in_quotes(value: str) -> str:
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def _helps(text: str, number: int) -> bool:
    """Whether the text can be read now, at least beyond this line."""
    try:
        compose(text)
    except RefusalError as error:
        return error.line > number
    except yaml.MarkedYAMLError as error:
        return error.problem_mark is not None and error.problem_mark.line + 1 > number
    except yaml.YAMLError:
        return False
    return True


def _sentence(problem: str) -> str:
    for pattern, sentence in _SENTENCES:
        if match := re.match(pattern, problem):
            return sentence.format(*(f"`{group.strip(chr(39))}`" for group in match.groups()))
    return problem
