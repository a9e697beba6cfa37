"""Blackboard, "Assignment File Download": one flat folder.

    Homework 1_jd123_attempt_2024-09-23-21-00-05_hw.py       assignment, user, when, the student's file name
    Homework 1_jd123_attempt_2024-09-23-21-00-05.txt         who it was, and what the files were called

Where the `.txt` says something else than a name, it is right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.errors import SubmissionError
from grader.intake.attempts import Attempt
from grader.intake.listing import Item, Listing
from grader.intake.submission import Lms
from grader.intake.times import iso, order

NAME = "blackboard"

MOST_TEXT_BYTES = 4 * 1024**2

_FILE = re.compile(
    r"^(?P<assignment>.+?)_(?P<user>[^_]+)_attempt_(?P<ts>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)$",
    re.DOTALL,
)
_WHO = re.compile(r"^Name:[ \t]*(?P<name>.*?)[ \t]*\((?P<user>[^()]*)\)[ \t]*$", re.MULTILINE)
_MAPPED = re.compile(
    r"^[ \t]*Original filename:[ \t]*(?P<original>.+?)[ \t]*\n[ \t]*Filename:[ \t]*(?P<name>.+?)[ \t]*$", re.M
)


@dataclass
class _Handed:
    """What belongs to one attempt."""

    user: str
    time: str
    name: str | None = None
    items: list[tuple[str, Item]] = field(default_factory=list)
    originals: dict[str, str] = field(default_factory=dict)


def recognises(listing: Listing) -> bool:
    """Every file lies at the top, and is named in this way."""
    return not listing.folders and bool(listing.items) and all(_FILE.match(item.path) for item in listing.items)


def attempts(listing: Listing) -> Iterator[Attempt]:
    """One for each user and time."""
    found: dict[str, _Handed] = {}
    for item in listing.items:
        match = _FILE.match(item.path)
        if match is None:
            continue
        stem = f"{match['assignment']}_{match['user']}_attempt_{match['ts']}"
        handed = found.setdefault(stem, _Handed(match["user"], match["ts"]))
        if match["file"] is None:
            _read(item, handed, f"{match['assignment']}_{match['user']}")
        else:
            handed.items.append((match["file"], item))
    for stem, handed in found.items():
        items = tuple((handed.originals.get(item.path, path), item) for path, item in handed.items)
        person = Lms(NAME, handed.user, handed.name, time=iso(handed.time))
        yield Attempt((person,), items, order(handed.time), stem)


def _read(item: Item, handed: _Handed, before: str) -> None:
    """What the text file of an attempt says; one that cannot be read says nothing."""
    try:
        text = item.read(MOST_TEXT_BYTES).decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except SubmissionError:
        return
    if who := _WHO.search(text):
        handed.name = who["name"] or None
        if before.endswith(f"_{who['user']}"):  # user names may have underscores
            handed.user = who["user"]
    # A comment of the student's stands before the list of files, which is the last thing.
    files = text.rpartition("\nFiles:")[2]
    handed.originals = {
        mapped["name"]: mapped["original"].replace("\\", "/").rpartition("/")[2] for mapped in _MAPPED.finditer(files)
    }
