"""People: who a learner is, apart from all work; and the staff."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grader.service.refusals import LastError, RefusedError, TakenError, UnknownError
from grader.service.tables import Class, Learner, Membership, Person, Staff

MOST_LOGIN, MOST_TEXT = 255, 500
"""Characters of a login; of a name or a mail address."""


def find(session: Session, login: str) -> UUID | None:
    """The learner whom the school knows by this login."""
    return session.scalar(select(Person.learner_id).where(Person.login == login))


def create(session: Session, login: str | None = None, name: str | None = None, mail: str | None = None) -> UUID:
    """A new learner; without any of these, one of whom nothing is known.

    Raises:
        RefusedError: if one of them is too long, or has a character that cannot be seen.
        TakenError: if another learner has the login.
    """
    login, name, mail = _plain("login", login, MOST_LOGIN), _plain("name", name), _plain("mail", mail)
    if login is not None and find(session, login) is not None:
        raise TakenError("another learner has this login")
    learner = Learner()
    session.add(learner)
    session.flush()
    if login or name or mail:
        session.add(Person(learner_id=learner.id, login=login, name=name, mail=mail))
        session.flush()
    return learner.id


def change(session: Session, learner_id: UUID, *, name: str | None, mail: str | None) -> bool:
    """Correct a learner's name and mail address; False if they are so already.

    Raises:
        RefusedError: as `create`.
        UnknownError: if nothing is known of the learner.
    """
    name, mail = _plain("name", name), _plain("mail", mail)
    person = session.get(Person, learner_id)
    if person is None:
        raise UnknownError("there is no such learner")
    if (person.name, person.mail) == (name, mail):
        return False
    person.name, person.mail = name, mail
    session.flush()
    return True


def named(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """What is known of some learners; those of whom nothing is are left out."""
    wanted = list(set(ids))
    found: dict[UUID, Person] = {}
    for start in range(0, len(wanted), 500):  # a statement takes only so many values
        some = select(Person).where(Person.learner_id.in_(wanted[start : start + 500]))
        found |= {person.learner_id: person for person in session.scalars(some)}
    return found


def create_staff(session: Session, name: str) -> UUID:
    """A new one of the staff.

    Raises:
        RefusedError: if the name is empty, too long, or has a character that cannot be seen.
    """
    plain = _plain("name", name)
    if plain is None:
        raise RefusedError("one of the staff needs a name")
    one = Staff(name=plain)
    session.add(one)
    session.flush()
    return one.id


def remove_staff(session: Session, staff_id: UUID) -> None:
    """Let one of the staff in no more: tokens and sessions go too, and what was made with them; grades and audit stay.

    Raises:
        LastError: if there is nobody else.
        UnknownError: if there is no such one.
    """
    # All of them locked, so that of two who remove each other one is left; what they do otherwise need not wait.
    everybody = session.scalars(select(Staff.id).order_by(Staff.id).with_for_update(key_share=True)).all()
    if staff_id not in everybody:
        raise UnknownError("there is no such one of the staff")
    if len(everybody) == 1:
        raise LastError("the last of the staff stays")
    session.execute(delete(Staff).where(Staff.id == staff_id).execution_options(synchronize_session=False))


def create_class(session: Session, class_id: str, title: str) -> None:
    """A new class, without anybody in it.

    Raises:
        RefusedError: if the title is empty, too long, or has a character that cannot be seen.
        TakenError: if there is one with that id.
    """
    plain = _plain("title", title)
    if plain is None:
        raise RefusedError("a class needs a title")
    if session.get(Class, class_id) is not None:
        raise TakenError("another class has this id")
    session.add(Class(id=class_id, title=plain))
    session.flush()


def members(session: Session, class_id: str) -> list[UUID]:
    """The learners in a class."""
    return list(session.scalars(select(Membership.learner_id).where(Membership.class_id == class_id)))


def _plain(what: str, text: str | None, most: int = MOST_TEXT) -> str | None:
    """The text without space around it; None if that is all."""
    text = (text or "").strip()
    if len(text) > most:
        raise RefusedError(f"a {what} has {most} characters at most")
    if not text.isprintable():
        raise RefusedError(f"this {what} has a character that cannot be seen")
    return text or None
