"""The table of formats: what a listing is, by its own look, and the learners in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from grader.intake import attempts, blackboard, brightspace, canvas, gradescope, moodle, named, nbgrader, plain
from grader.intake.attempts import Attempt
from grader.intake.listing import FaultySourceError, Listing
from grader.intake.submission import HandedIn


class Format(StrEnum):
    """Where submissions come from; `files` are plain files and folders."""

    files = plain.NAME
    nbgrader = nbgrader.NAME
    canvas = canvas.NAME
    moodle = moodle.NAME
    gradescope = gradescope.NAME
    blackboard = blackboard.NAME
    brightspace = brightspace.NAME


@dataclass(frozen=True)
class Options:
    """What the teacher says about the sources; `assignment` is the id, which a tree of several ones is asked for."""

    format: Format | None = None
    filename_regex: str | None = None
    assignment: str | None = None


_RECOGNISED: Mapping[Format, Callable[[Listing], bool]] = {
    Format.gradescope: gradescope.recognises,
    Format.moodle: moodle.recognises,
    Format.blackboard: blackboard.recognises,
    Format.brightspace: brightspace.recognises,
    Format.canvas: canvas.recognises,
    Format.nbgrader: nbgrader.recognises,
}
"""The more telling first."""


def learners(listing: Listing, options: Options, *, archive: str | None = None) -> Iterator[HandedIn]:
    """Everybody whose work is in a listing; `archive` is the stem of its name, if it is one."""
    if options.filename_regex is not None:
        pattern = named.compiled(options.filename_regex)
        yield from attempts.newest(named.attempts(listing, pattern))
        return
    kind, inside = _recognised(listing, options.format)
    if kind is Format.files:
        yield from plain.learners(plain.unwrapped(listing, archive) if archive is not None else listing)
        return
    found = attempts.newest(_attempts(kind, inside, options.assignment))
    if not found:
        raise FaultySourceError(f"there is nothing in it that is named as in a download from {kind.value}")
    yield from found


def _recognised(listing: Listing, wanted: Format | None) -> tuple[Format, Listing]:
    """The format and where it begins: at the top, or in the one folder there."""
    places = [listing]
    if folder := listing.only_folder():
        places.append(listing.within(folder))
    kinds = _RECOGNISED if wanted is None else [wanted] if wanted in _RECOGNISED else []
    for place in places:
        for kind in kinds:
            if _RECOGNISED[kind](place):
                return kind, place
    return wanted or Format.files, listing


def _attempts(kind: Format, listing: Listing, assignment: str | None) -> Iterable[Attempt]:
    match kind:
        case Format.nbgrader:
            return nbgrader.attempts(listing, assignment)
        case Format.canvas:
            return canvas.attempts(listing)
        case Format.moodle:
            return moodle.attempts(listing)
        case Format.gradescope:
            return gradescope.attempts(listing)
        case Format.blackboard:
            return blackboard.attempts(listing)
        case Format.brightspace:
            return brightspace.attempts(listing)
        case Format.files:
            return ()
