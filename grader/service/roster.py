"""A roster: a table of those who are in a class, as a school hands it out, made learners of the class.

    login,name,mail      any order of columns, others are ignored; comma, semicolon or tab; UTF-8
    ada,Ada L.,ada@…  ─▶ added (new, or only new in this class) · changed (another name or mail) · unchanged

The same roster again changes nothing. Who is in the class and not on it stays, since there is work of theirs; `missing`
says who that is.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service import people
from grader.service.refusals import RefusedError, UnknownError
from grader.service.tables import Class, Membership, Person
from grader.visible import visible

MOST_BYTES = 4 << 20
MOST_ROWS = 20_000
COLUMNS = ("login", "name", "mail")
ALSO = {"email": "mail", "e-mail": "mail"}
"""What other programs call them; were it ignored, nobody would notice that the addresses are missing."""
_DELIMITERS = ",;\t"


class RosterError(RefusedError):
    """A table that is no roster; says which line."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem if line is None else f"line {line}: {problem}")
        self.line = line


@dataclass(frozen=True)
class Entry:
    """A row: somebody in the class."""

    line: int
    login: str
    name: str | None
    mail: str | None


@dataclass(frozen=True)
class Enrolled:
    """What became of a roster; each learner on it is in one of the first three."""

    added: tuple[UUID, ...]
    changed: tuple[UUID, ...]
    unchanged: tuple[UUID, ...]
    missing: tuple[UUID, ...]
    """In the class, and not on the roster."""


def enrol(session: Session, class_id: str, data: bytes) -> Enrolled:
    """Have everybody on a roster in a class.

    Raises:
        RosterError: if it is no roster; then nothing is to be kept of the transaction.
        UnknownError: if there is no such class.
    """
    # Locked, so that two who bring the same roster at a time make each learner once.
    if session.get(Class, class_id, with_for_update=True) is None:
        raise UnknownError("there is no such class")
    before = set(people.members(session, class_id))
    entries = parse(data)
    known = _known(session, [entry.login for entry in entries])
    added, changed, unchanged = list[UUID](), list[UUID](), list[UUID]()
    for entry in entries:
        try:
            person = known.get(entry.login)
            if person is None:
                learner, other = people.create(session, entry.login, entry.name, entry.mail), True
            else:
                learner = person.learner_id
                # What the roster does not say stays as it is.
                name, mail = entry.name or person.name, entry.mail or person.mail
                other = people.change(session, learner, name=name, mail=mail)
        except RosterError:
            raise
        except RefusedError as error:
            raise RosterError(str(error), entry.line) from None
        if learner not in before:
            session.add(Membership(class_id=class_id, learner_id=learner))
            added.append(learner)
        else:
            (changed if other else unchanged).append(learner)
    session.flush()
    missing = sorted(before.difference(changed, unchanged))
    return Enrolled(tuple(added), tuple(changed), tuple(unchanged), tuple(missing))


def parse(data: bytes) -> list[Entry]:
    """The rows of a roster.

    Raises:
        RosterError: if it is none.
    """
    if len(data) > MOST_BYTES:
        raise RosterError(f"the roster is larger than {MOST_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError("this is not UTF-8; save it as CSV in UTF-8", data.count(b"\n", 0, error.start) + 1) from None
    if "\0" in text:
        raise RosterError("this is no text")
    entries: list[Entry] = []
    lines: dict[str, int] = {}
    for entry in _entries(text):
        first = lines.setdefault(entry.login, entry.line)
        if first != entry.line:
            raise RosterError(f"the login {visible(entry.login, limit=80)} stands in line {first} too", entry.line)
        if len(entries) == MOST_ROWS:
            raise RosterError(f"a roster has {MOST_ROWS} rows at most", entry.line)
        entries.append(entry)
    if not entries:
        raise RosterError("there is nobody on the roster")
    return entries


def _entries(text: str) -> Iterator[Entry]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [ALSO.get(name, name) for name in (cell.strip().casefold() for cell in next(reader, []))]
        places = {name: head.index(name) for name in COLUMNS if name in head}
        if "login" not in places:
            raise RosterError("expected a line with the names of the columns: login, and perhaps name and mail", 1)
        if any(head.count(name) > 1 for name in COLUMNS):
            raise RosterError("a column stands there twice", 1)
        for row in reader:
            cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
            if not any(cell.strip() for cell in row):
                continue
            if not cells["login"]:
                raise RosterError("the login is missing", reader.line_num)
            yield Entry(reader.line_num, cells["login"], cells.get("name") or None, cells.get("mail") or None)
    except csv.Error as error:
        raise RosterError(f"this is no table: {error}", reader.line_num) from None


def _known(session: Session, logins: list[str]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for start in range(0, len(logins), 500):  # a statement takes only so many values
        some = select(Person).where(Person.login.in_(logins[start : start + 500]))
        found |= {person.login: person for person in session.scalars(some) if person.login is not None}
    return found
