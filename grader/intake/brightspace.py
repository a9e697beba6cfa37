"""Brightspace, the download of an assignment: a folder for each attempt, or flat.

    39786-640693 - Jane Doe - Oct 10, 2025 1022 AM/hw.py         ids, name, when
    39786-640693 - Jane Doe - Oct 10, 2025 1022 AM - hw.py

The date is in the site's language; one that is not understood counts by its numbers.
"""

import re
from collections.abc import Iterator

from grader.intake.attempts import Attempt
from grader.intake.listing import Item, Listing
from grader.intake.submission import Lms
from grader.intake.times import iso, order

NAME = "brightspace"

_PATH = re.compile(
    r"^(?P<ids>\d+-\d+) ?- (?P<name>[^/]+?) ?- (?P<ts>[A-Z][a-z]{2} \d{1,2}, \d{4} \d{3,4} [AP]M)"
    r"(?:(?: ?- |/)(?P<file>.+))?$",
    re.DOTALL,
)
_ANY_LANGUAGE = re.compile(
    r"^(?P<ids>\d+-\d+) ?- (?P<name>[^/]+?) ?- (?P<ts>(?=[^/]*\d{4})[^/]*?\d{3,4}(?: ?\w\.?\w\.?(?= ?-|/|$))?)"
    r"(?:(?: ?- |/)(?P<file>.+))?$",
    re.DOTALL,
)


def recognises(listing: Listing) -> bool:
    """Everything at the top is named in this way, but for the page that shows it all."""
    tops = [top for top in listing.tops() if top != "index.html"]
    return bool(tops) and all(_match(top) for top in tops)


def attempts(listing: Listing) -> Iterator[Attempt]:
    """One for each folder, or for each beginning of a name."""
    found: dict[tuple[str, str, str], list[tuple[str, Item]]] = {}
    for folder in listing.folders:
        if "/" not in folder and (match := _match(folder)):
            found.setdefault((match["ids"], match["name"], match["ts"]), [])
    for item in listing.items:
        if match := _match(item.path):
            held = found.setdefault((match["ids"], match["name"], match["ts"]), [])
            if match["file"]:
                held.append((match["file"], item))
    for (ids, name, time), items in sorted(found.items()):
        person = Lms(NAME, ids, name, time=iso(_with_minutes(time)))
        yield Attempt((person,), tuple(items), order(_with_minutes(time)), f"{ids} - {name} - {time}/")


def _match(path: str) -> re.Match[str] | None:
    return _PATH.match(path) or _ANY_LANGUAGE.match(path)


def _with_minutes(time: str) -> str:
    """`908 AM` as `9:08 AM`."""
    return re.sub(r"\b(\d{1,2})(\d\d)( [AP]M)$", r"\1:\2\3", time)
