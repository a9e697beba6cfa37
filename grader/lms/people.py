"""Who is who: the learners of the reports and the rows of a gradebook, paired only where there is no doubt.

Law: a row gets one learner at most, and a learner who fits two rows, or whose row another fits as well, gets none.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.row import Row

_NUMBERING = frozenset({"canvas", "moodle", "brightspace"})
"""Sources whose ids are numbers of their own making, which mean nothing elsewhere."""
_NAMING = frozenset({"gradescope", "blackboard"})
"""Sources whose ids are those of the institution: a login, a student number."""


@dataclass(frozen=True)
class Person:
    """Somebody as one side knows them, spelled so that both sides can be compared."""

    ids: frozenset[str]
    names: frozenset[str]
    group: str = ""
    is_group: bool = False
    """A group that handed in under its own name."""


def person(*, own: Iterable[str], lms: str, ids: Iterable[str], name: str, group: str = "") -> Person:
    """Somebody in a gradebook; `own` are the ids that this LMS has given, `ids` those that others use too.

    Ids count whatever their case; a name counts in either order, `Doe, Jane` or `Jane Doe`.
    """
    known = [_own(lms, one) for one in own if _id(one)] + [_id(one) for one in ids if _id(one)]
    return Person(frozenset(known), _both_orders(name), _letters(group))


def learner(row: Row, *, lms: str) -> Person:
    """The learner of a row, as the gradebooks of an LMS may know the same."""
    source = row.lms.format if row.lms else None
    identity = row.lms.id if row.lms else row.learner
    known = [_id(row.lms.mail)] if row.lms and row.lms.mail else []
    if source not in _NUMBERING:
        known.append(_id(identity))
    if source == lms or source not in _NUMBERING | _NAMING:
        known.append(_own(lms, identity))
    name, group = row.handed_in_by, _letters((row.lms and row.lms.group) or "")
    return Person(frozenset(known), _both_orders(name), group, bool(group) and _letters(name) == group)


@dataclass(frozen=True)
class Pairs:
    """The learner of each row that has one; why some learners have no row; the rows that learners with none fit."""

    learners: dict[int, int]
    doubts: dict[int, str]
    disputed: frozenset[int]


def pair(rows: Sequence[Person], learners: Sequence[Person]) -> Pairs:
    """Pair by id, else by name; a group's work goes to the rows of its members that handed in nothing else."""
    indexes = [_index(rows, keys) for keys in (_ids, _names, _groups)]
    claims: dict[int, list[tuple[int, int]]] = defaultdict(list)
    doubts: dict[int, str] = {}
    disputed: set[int] = set()
    for number, one in enumerate(learners):
        strength, found = _fitting(one, indexes)
        if not found:
            doubts[number] = "not in the gradebook"
        elif len(found) > 1 and strength != _GROUP:
            doubts[number] = "fits several rows"
            disputed |= found
        else:
            for row in found:
                claims[row].append((strength, number))
    paired: dict[int, int] = {}
    for row, claimants in claims.items():
        strongest = min(strength for strength, _ in claimants)
        best = [number for strength, number in claimants if strength == strongest]
        if len(best) == 1:
            paired[row] = best[0]
        else:
            disputed.add(row)
        for strength, number in claimants:
            if strength != _GROUP and paired.get(row) != number:
                doubts[number] = "another submission fits the same row"
    return Pairs(paired, doubts, frozenset(disputed - paired.keys()))


_ID, _NAME, _GROUP = range(3)
"""What a learner fits a row by, the strongest first."""

Index: TypeAlias = dict[str, set[int]]


def _fitting(one: Person, indexes: Sequence[Index]) -> tuple[int, set[int]]:
    groups = indexes[_GROUP]
    if one.is_group and groups:
        return _GROUP, groups.get(one.group, set())
    if (name := next((name for name in one.names if name in groups), None)) and name not in indexes[_NAME]:
        return _GROUP, groups[name]
    for strength, keys in ((_ID, one.ids), (_NAME, one.names)):
        if found := set[int]().union(*(indexes[strength].get(key, ()) for key in keys)):
            return strength, found
    return _NAME, set()


def _index(rows: Sequence[Person], keys: Callable[[Person], Iterable[str]]) -> Index:
    index: Index = defaultdict(set)
    for number, row in enumerate(rows):
        for key in keys(row):
            index[key].add(number)
    return dict(index)


def _ids(row: Person) -> Iterable[str]:
    return row.ids


def _names(row: Person) -> Iterable[str]:
    return row.names


def _groups(row: Person) -> Iterable[str]:
    return [row.group] if row.group else []


def _own(lms: str, identity: str) -> str:
    """An id that only this LMS gives; no other id is spelled like it."""
    return f"{lms}:{_id(identity)}"


def _both_orders(name: str) -> frozenset[str]:
    family, _, given = name.partition(",")
    return frozenset({_letters(name), _letters(given + family)} - {""})


def _id(text: str) -> str:
    """An id as it would stand in a file name, whatever its case."""
    return re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text).casefold()).strip("_")


def _letters(text: str) -> str:
    """A name without what programs leave out of it: space, punctuation, case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")
