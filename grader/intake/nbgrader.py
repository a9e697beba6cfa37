"""nbgrader's tree: `submitted/<student>/<assignment>/…`, with the time in `timestamp.txt`."""

from collections.abc import Iterator

from grader.errors import SubmissionError
from grader.intake.attempts import Attempt
from grader.intake.listing import FaultySourceError, Item, Listing
from grader.intake.submission import Lms
from grader.intake.times import iso

NAME = "nbgrader"

ROOT = "submitted"
_TIME = "timestamp.txt"


def recognises(listing: Listing) -> bool:
    """A course's folder, or students' folders with nothing but assignments in them, one of which has its time."""
    if ROOT in listing.folders and any(item.path.startswith(f"{ROOT}/") for item in listing.items):
        return True
    depths = [item.path.count("/") for item in listing.items]
    return min(depths, default=0) >= 2 and any(_is_time(item) for item in listing.items)


def attempts(listing: Listing, assignment: str | None = None) -> Iterator[Attempt]:
    """The work of each student on one assignment: the only one there is, or the one of this name."""
    if ROOT in listing.folders:
        listing = listing.within(ROOT)
    names = sorted({folder.split("/")[1] for folder in listing.folders if folder.count("/") == 1})
    if len(names) > 1:
        if assignment not in names:
            raise FaultySourceError(
                f"there are several assignments in nbgrader's tree ({', '.join(names)}), and none of them is "
                f"{assignment}; give one assignment's files, or rename the assignment file"
            )
        names = [str(assignment)]
    for student, inside in listing.by_top().items():
        works = inside.by_top()
        for name in names:
            work = works.get(name, Listing(()))
            time = _time(work)
            items = tuple((item.path, item) for item in work.items)
            if items or name in inside.folders:
                yield Attempt((Lms(NAME, student, time=iso(time)),), items, whole=f"{student}/{name}/")


def _is_time(item: Item) -> bool:
    return item.path.count("/") == 2 and item.name == _TIME


def _time(work: Listing) -> str | None:
    item = next((item for item in work.items if item.path == _TIME), None)
    if item is None:
        return None
    try:
        return item.read(1000).decode("utf-8", "replace").strip()[:100] or None
    except SubmissionError:
        return None
