"""Anything else whose names say whose a file is: nbgrader's way, a regular expression with named groups.

`student_id` must be there; `file_id`, `first_name`, `last_name`, `email` and `timestamp` may. It is tried on the whole
path, then on the file's name alone. A file that it does not match is a learner of its own, as nobody's work is lost.
"""

import re
from collections.abc import Iterator

from grader.errors import AuthorError
from grader.intake.attempts import Attempt
from grader.intake.gather import WORK
from grader.intake.listing import FaultySourceError, Item, Listing
from grader.intake.submission import Lms
from grader.intake.times import iso, order

NAME = "named"


def compiled(expression: str) -> re.Pattern[str]:
    """The expression, if it can be used."""
    try:
        pattern = re.compile(expression)
    except (re.error, RecursionError, OverflowError) as error:
        raise AuthorError(f"--filename-regex is no regular expression: {error}") from None
    if "student_id" not in pattern.groupindex:
        raise AuthorError("--filename-regex has no group (?P<student_id>…), which says whose a file is")
    return pattern


def attempts(listing: Listing, pattern: re.Pattern[str]) -> Iterator[Attempt]:
    """One for each student and time."""
    found: dict[tuple[str, str], list[tuple[str, Item, dict[str, str | None]]]] = {}
    strangers: list[Item] = []
    for item in listing.items:
        match = pattern.match(item.path) or pattern.match(item.name)
        if match is None or not match["student_id"]:
            strangers += [item] if item.suffix in WORK else []
            continue
        groups = match.groupdict()
        key = (match["student_id"], groups.get("timestamp") or "")
        found.setdefault(key, []).append((groups.get("file_id") or item.name, item, groups))
    if not found:
        raise FaultySourceError("--filename-regex matches none of the files")
    for (student, time), files in found.items():
        facts = {key: value for _, _, groups in files for key, value in groups.items() if value}
        name = " ".join(part for key in ("first_name", "last_name") if (part := facts.get(key)))
        person = Lms(NAME, student, name or None, facts.get("email"), time=iso(time) or None)
        items = tuple((_with_ending(path, item), item) for path, item, _ in files)
        yield Attempt((person,), items, order(time), f"{student}/")
    for item in strangers:
        yield Attempt((Lms(NAME, item.path),), ((item.name, item),), whole=item.path)


def _with_ending(file_id: str, item: Item) -> str:
    """nbgrader's `file_id` may come without the ending."""
    return file_id if file_id.lower().endswith(item.suffix) else f"{file_id}{item.suffix}"
