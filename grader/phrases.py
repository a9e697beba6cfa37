"""What the sandbox and the intake say in their own words, recognised, so that it can be said in another language.

    "dW is None" ─ matches "{what} is None" ─▶ its translation "{what} 是 None" ─▶ "dW 是 None"

They know of no language: what they say is a fact, and stands in the report as it is. The sentence that mentions it has
it translated. What is not in the table, such as what Python says itself, stays as it was said.
"""

import re
from collections.abc import Sequence
from functools import cache
from string import Formatter

from grader.language import Language, spoken, translated

PHRASES: tuple[str, ...] = (
    # ----- of an answer -----
    "the function returned None",
    "the submission was rejected",
    "{name} is not defined",
    "{name} is not a function",
    "{name}, which it needs, was not returned by an earlier call",
    "{what} was left out",
    "{what} is None",
    "the entry {key} of the dict",
    "entry {place} of {count}",
    "the value",
    "{what} where a dict was asked for",
    "{what} where a tuple of {count} was asked for",
    "{what} where a list of {count} was asked for",
    "a tuple of {length} where {count} were asked for",
    "a list of {length} where {count} were asked for",
    "{what} that cannot be read",
    "a tensor on the meta device, which has no numbers",
    "an object array nested more than {depth} deep",
    "a tuple nested more than {depth} deep",
    "a list nested more than {depth} deep",
    "a ragged tuple",
    "a ragged list",
    "a tuple of more than {count} dimensions",
    "a list of more than {count} dimensions",
    "a masked array",
    "a text array",
    "a bytes array",
    "a datetime array",
    "a timedelta array",
    "a record array",
    "an int too large for a float",
    "a {name} tensor",
    "an {name} tensor",
    "a {name} array",
    "an {name} array",
    # ----- of a process -----
    "the answer was not well-formed: {what}",
    "the process did not end",
    "the process ended (exit status {status}) without an answer",
    "signal {name}",
    "the import failed when repeated: {what}",
    "a system call that is not allowed",
    "differentiation by the framework (reverse mode)",
    "differentiation by the framework (forward mode)",
    "differentiation by the framework (symbolic, in a compiled function)",
    "differentiation by the framework (a node of the graph was called)",
    # ----- of an import -----
    "the import reached the limit on {limit}",
    "the import reached the memory limit",
    "the memory limit was reached while the submission was imported",
    "the import ended the process: {what}",
    "{what}; this looks like Python 2, and Python 3 is needed",
    "`import {name}`: {module} is not available for this assignment, whose framework is numpy{rest}",
    "`import {name}`: there is no module {module} in the grader's sandbox{rest}",
    # ----- of a file, after its name -----
    "is empty",
    "has no code in it",
    "has no Python file in it",
    "is not text in UTF-8, nor in any other encoding that was tried",
    "has a null character in its code",
    "is a link, not a file",
    "is a folder, not a file",
    "is a pipe, not a file",
    "is a socket, not a file",
    "is a device, not a file",
    "{limit} Python files or {size}",
    # ----- of a notebook, after its name -----
    "holds more code than a homework has",
    "is no notebook: its JSON is far too large",
    "is no notebook: its JSON is nested too deeply",
    "is no notebook: it is not valid JSON",
    "is no notebook: its JSON is no object",
    "is no notebook: it has no number of its format",
    "is a notebook of format {version}, which is not known here",
    "is no notebook: it has no list of worksheets",
    "is no notebook: it has no list of cells",
    "is no notebook: a code cell holds something else than text",
    "is no notebook that can be read: {why}",
    # ----- of an archive, after its name -----
    "cannot be opened: the entry {name} {what}",
    "is an archive of a kind that is not opened; use a zip",
    "is an archive within an archive",
    "is not a zip archive that can be read ({why})",
    "is not a zip archive, or its end is cut off",
    "has more than {count} entries",
    "is there twice",
    "is both a file and a folder",
    "would unpack to far more than it holds (a zip bomb)",
    "unpacks to far more than it holds (a zip bomb)",
    "has a null character in its name",
    "has a name of more than {count} characters",
    "has an absolute path",
    "leads out of the archive",
    "has an empty part in its path",
    "lies more than {count} folders deep",
    "is a link",
    "is a device or a pipe",
    "is encrypted",
    "is compressed in a way that is not supported",
    "cannot be read ({why})",
    # ----- a value by its type, which anything could be taken for -----
    "a {name}",
    "an {name}",
)
"""Their sentences, with `{what}` where another one of them stands; the first that matches is taken."""


def phrase(said: str, table: Sequence[str] = PHRASES) -> str:
    """What was said, in the language that is spoken; others may have a table of their own."""
    if spoken() is Language.en:
        return said
    for template in table:
        found = _pattern(template).fullmatch(said)
        if found is not None:
            facts = found.groupdict()
            return translated(template).format_map(facts | {"what": phrase(facts.get("what", ""), table)})
    return said


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What a filled template looks like; a type is one word, a line is a number, and only the rest may be nothing."""
    parts = [
        re.escape(text) + ("" if field is None else f"(?P<{field}>{_FIELDS.get(field, '.+')})")
        for text, field, _, _ in Formatter().parse(template)
    ]
    return re.compile("".join(parts), re.DOTALL)


_FIELDS = {"name": r"\S+", "line": r"\d+", "rest": r".*"}
