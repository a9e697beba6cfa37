"""Moodle, "Download all submissions": a folder for each participant, or flat if the teacher wanted that.

    Jane Doe_4711_assignsubmission_file/hw.py            name, participant id; older ones have a `_` at the end
    Participant_4711_assignsubmission_file_/hw.py        blind marking, in the site's language
    Team A_12_assignsubmission_file/hw.py                a group, with its id; the default group has none
    Jane Doe_4711_assignsubmission_file_hw.py            flat

The participant id belongs to the assignment: it is not the user's.
"""

import re
from collections.abc import Iterator

from grader.intake.attempts import Attempt
from grader.intake.listing import Item, Listing
from grader.intake.submission import Lms

NAME = "moodle"

_PATH = re.compile(
    r"^(?P<name>[^/]*?)(?:_(?P<participant>\d+))?_assign(?P<sub>submission|feedback)_"
    r"(?P<plugin>file|onlinetext|comments)_?(?:/(?P<path>.+)|_(?P<flat>.+))?$",
    re.DOTALL,
)


def recognises(listing: Listing) -> bool:
    """Everything at the top is named in this way."""
    tops = listing.tops()
    return bool(tops) and all(_PATH.match(top) for top in tops)


def attempts(listing: Listing) -> Iterator[Attempt]:
    """A learner for each participant id, or for each name where there is none."""
    found: dict[tuple[str, str | None], list[tuple[str, Item]]] = {}
    wholes: dict[tuple[str, str | None], str] = {}
    for folder in listing.folders:
        if "/" not in folder and (match := _PATH.match(folder)) and match["sub"] == "submission":
            found.setdefault((match["name"], match["participant"]), [])
            wholes.setdefault((match["name"], match["participant"]), f"{folder}/")
    for item in listing.items:
        match = _PATH.match(item.path)
        if match is None or match["sub"] != "submission":
            continue
        held = found.setdefault((match["name"], match["participant"]), [])
        wholes.setdefault((match["name"], match["participant"]), item.path)
        path = match["path"] or match["flat"]
        if path and match["plugin"] == "file":
            held.append((path, item))
    for (name, participant), items in found.items():
        person = Lms(NAME, participant or name, name or None)
        yield Attempt((person,), tuple(items), whole=wholes[name, participant])
