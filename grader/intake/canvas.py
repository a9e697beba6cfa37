"""Canvas, "Download Submissions": one flat folder.

    doejane_LATE_4711_90210_hw.py          name, late, user id, attachment id, the student's file name
    doejane_4711_text.html                 what was typed instead
    anon_xYz12_90210_hw.py                 anonymous

A file that was handed in again comes as `hw-1.py`, `hw-2.py`; the highest number counts.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from grader.intake.attempts import Attempt
from grader.intake.listing import Item, Listing
from grader.intake.submission import Lms

NAME = "canvas"

_FILE = re.compile(
    r"^(?:(?P<name>.+?)_)??(?:(?P<late>(?i:late))_)?(?P<user>\d+|anon_[^_]+)_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<kind>text|link)\.html)$",
    re.DOTALL,
)
_AGAIN = re.compile(r"(?P<stem>.+)-(?P<number>\d{1,4})", re.DOTALL)


def recognises(listing: Listing) -> bool:
    """Every file lies at the top, and is named in this way."""
    return not listing.folders and bool(listing.items) and all(_FILE.match(item.path) for item in listing.items)


def attempts(listing: Listing) -> Iterator[Attempt]:
    """A learner for each user id."""
    users: dict[str, list[tuple[re.Match[str], Item]]] = {}
    for item in listing.items:
        if match := _FILE.match(item.path):
            users.setdefault(match["user"], []).append((match, item))
    for user, found in users.items():
        name = next((match["name"] for match, _ in found if match["name"]), None)
        late = any(match["late"] for match, _ in found)
        kept, number = _newest(found)
        person = Lms(NAME, user, name, attempt=number + 1 if number else None, late=late)
        yield Attempt((person,), tuple(kept), whole=found[0][1].path)


def _newest(found: list[tuple[re.Match[str], Item]]) -> tuple[list[tuple[str, Item]], int]:
    """Of each of the student's files the last that was handed in, and how often it was handed in again."""
    names = {match["file"] for match, _ in found}
    best: dict[str, tuple[int, int, Item]] = {}
    for match, item in found:
        if match["file"] is None:
            continue
        name, number = _numbered(match["file"], names)
        candidate = (number, int(match["attachment"]), item)
        if name not in best or candidate[:2] > best[name][:2]:
            best[name] = candidate
    return [(name, item) for name, (_, _, item) in best.items()], max((one[0] for one in best.values()), default=0)


def _numbered(file: str, names: set[str]) -> tuple[str, int]:
    """The name without the number that Canvas put there, and the number.

    `part-1.py` and `part-2.py` are two files of one student, unless there is a `part.py`. Alone, or as the last of
    several, the number goes where Python could not import the file otherwise.
    """
    path = PurePosixPath(file)
    if not (match := _AGAIN.fullmatch(path.stem)):
        return file, 0
    plain = f"{match['stem']}{path.suffix}"
    rivals = [name for name in names if name != file and _same_but_number(name, plain)]
    return (plain, int(match["number"])) if plain in names or not rivals else (file, 0)


def _same_but_number(name: str, plain: str) -> bool:
    path = PurePosixPath(name)
    match = _AGAIN.fullmatch(path.stem)
    return match is not None and f"{match['stem']}{path.suffix}" == plain
