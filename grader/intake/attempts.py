"""Of several attempts of a learner the newest counts, by date and number; members of a group share one work."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from grader.intake.gather import gathered
from grader.intake.listing import Item
from grader.intake.submission import HandedIn, Lms


@dataclass(frozen=True)
class Attempt:
    """One time that somebody handed in; `items` are by the learner's own paths.

    `order` grows with time among the attempts of the same learner. `people` are all who handed it in.
    """

    people: tuple[Lms, ...]
    items: tuple[tuple[str, Item], ...]
    order: tuple[str | int, ...] = ()
    whole: str = ""
    """What all of it together is called where it comes from."""


def newest(attempts: Iterable[Attempt]) -> list[HandedIn]:
    """What counts for each learner, in the order in which the learners are first met."""
    by_learner: dict[str, list[tuple[Attempt, Lms]]] = {}
    for attempt in attempts:
        for person in attempt.people:
            by_learner.setdefault(person.id, []).append((attempt, person))
    chosen: dict[int, tuple[Attempt, list[Lms]]] = {}
    for tries in by_learner.values():
        tries.sort(key=lambda one: one[0].order)
        attempt, person = tries[-1]
        if len(tries) > 1 and person.attempt is None:
            person = replace(person, attempt=len(tries))
        chosen.setdefault(id(attempt), (attempt, []))[1].append(person)
    return [_handed_in(attempt, people) for attempt, people in chosen.values()]


def _handed_in(attempt: Attempt, people: list[Lms]) -> HandedIn:
    first, *others = people
    whole = attempt.whole or f"{first.name or first.id}/"
    found = gathered(((f"{first.id}/{path}", item) for path, item in attempt.items), whole)
    return HandedIn(first.id, found.files, found.error, found.left_out, first, tuple(others), whole)
