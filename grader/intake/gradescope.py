"""Gradescope, "Export Submissions": a folder for each submission, and a file that says whose they are.

    submission_metadata.yml         submission_12345: {":submitters": [{":name": …, ":sid": …, ":email": …}], …}
    submission_12345/hw.py

The keys are Ruby symbols and keep their colon. A group is one submission of several submitters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from grader.errors import SubmissionError
from grader.intake.attempts import Attempt
from grader.intake.listing import FaultySourceError, Listing
from grader.intake.submission import Lms
from grader.intake.times import iso

NAME = "gradescope"

METADATA = ("submission_metadata.yml", "submission_metadata.yaml")
MOST_METADATA_BYTES = 64 * 1024**2
MOST_DEPTH = 60

# Every scalar stays the text that it is (ids keep their zeros), and a tag of Ruby's means nothing.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def recognises(listing: Listing) -> bool:
    """The metadata lie at the top."""
    return any(item.path in METADATA for item in listing.items)


def attempts(listing: Listing) -> Iterator[Attempt]:
    """A submission for each entry of the metadata; a folder that has none is its own learner."""
    metadata = _metadata(listing)
    folders = listing.by_top()
    metadata |= {folder: {} for folder in folders if folder not in metadata}
    for folder, facts in metadata.items():
        time = _text(facts, "created_at")
        submitters = _submitters(facts)
        group = ", ".join(str(_text(one, "name") or _id(one, folder)) for one in submitters)
        people = {
            person.id: person
            for one in submitters
            if (person := _person(one, folder, group if len(submitters) > 1 else None, time))
        } or {folder: Lms(NAME, folder, time=iso(time))}
        yield Attempt(
            tuple(people.values()),
            tuple((item.path, item) for item in folders.get(folder, Listing(())).items),
            (iso(time) or "", _number(folder)),
            f"{folder}/",
        )


def _metadata(listing: Listing) -> dict[str, Mapping[str, Any]]:
    item = next((item for item in listing.items if item.path in METADATA), None)
    if item is None:
        return {}
    try:
        text = item.read(MOST_METADATA_BYTES).decode("utf-8-sig")
        _check_depth(text)
        loaded = yaml.load(text, _Loader)
    except (yaml.YAMLError, SubmissionError, UnicodeDecodeError, RecursionError) as error:
        what = str(error).partition("\n")[0][:200]
        raise FaultySourceError(f"{item.path} of the Gradescope export cannot be read: {what}") from None
    if not isinstance(loaded, dict):
        raise FaultySourceError(f"{item.path} of the Gradescope export does not say whose submissions they are")
    return {str(key).lstrip(":"): facts if isinstance(facts, dict) else {} for key, facts in loaded.items()}


def _check_depth(text: str) -> None:
    """Raise where the loader, which recurses in C, would overrun its stack."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise yaml.YAMLError("it is nested too deeply")


def _submitters(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = facts.get(":submitters", facts.get("submitters"))
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _person(one: Mapping[str, Any], folder: str, group: str | None, time: str | None) -> Lms:
    return Lms(NAME, _id(one, folder), _text(one, "name"), _text(one, "email"), group, time=iso(time))


def _id(one: Mapping[str, Any], folder: str) -> str:
    """The student's number; without one the mail address, the name, at last the submission's."""
    return _text(one, "sid") or _text(one, "email") or _text(one, "name") or folder


def _text(facts: Mapping[str, Any], key: str) -> str | None:
    value = facts.get(f":{key}", facts.get(key))
    text = value.strip() if isinstance(value, str) else ""
    return None if text in ("", "~", "null") else text


def _number(folder: str) -> int:
    digits = re.search(r"\d{1,18}$", folder)
    return int(digits[0]) if digits else 0
