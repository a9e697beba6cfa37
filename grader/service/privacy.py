"""What is kept of one learner: all of it given out, or all of it erased.

    login, mail address or id ─ subject ─▶ learner ─┬─ export ─▶ a zip: person, submissions with files and reports, …
                                                    └─ erase ──▶ nothing but the id, in the audit

Names and mail addresses stand in one table only, so once they are gone an id leads to nobody.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, TypeAlias
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from grader.report import dump
from grader.service import audit
from grader.service.database import Database
from grader.service.grades import grade
from grader.service.policy import rules
from grader.service.refusals import RefusedError, UnknownError
from grader.service.tables import (
    Attempt,
    Audit,
    HandedFile,
    Learner,
    Membership,
    Outbox,
    Override,
    Person,
    Submission,
    Token,
    now,
)
from grader.service.views import student_time, student_view

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Json: TypeAlias = "str | int | float | bool | None | list[Json] | dict[str, Json]"

ABOUT = """\
What the grader keeps of one learner.

person.json       login, name and mail address, as far as they are known, and the classes
grades.json       the grade of each assignment, and what the staff changed in it
submissions/      each in a folder: the files as they were handed in, and the reports as the learner may see them now
tokens.json       what signs the learner in; never the secrets, which are not kept
audit.json        who saw or changed something of the learner's
"""


@dataclass(frozen=True)
class Belongings:
    """How much there is of a learner."""

    submissions: int
    files: int
    attempts: int
    overrides: int
    tokens: int
    messages: int
    """To others, that speak of the learner."""


def subject(session: Session, text: str) -> UUID:
    """The learner whom a login, a mail address or an id means.

    Raises:
        RefusedError: if it means several.
        UnknownError: if it means nobody.
    """
    by_login = session.scalar(select(Person.learner_id).where(Person.login == text))
    if by_login is not None:
        return by_login
    by_mail = session.scalars(select(Person.learner_id).where(func.lower(Person.mail) == text.lower())).all()
    if len(by_mail) > 1:
        raise RefusedError("several learners have this mail address; say the login or the id")
    if by_mail:
        return by_mail[0]
    try:
        learner = session.get(Learner, UUID(text))
    except ValueError:
        learner = None
    if learner is None:
        raise UnknownError("there is no learner with this login, mail address or id")
    return learner.id


def belongings(session: Session, learner_id: UUID) -> Belongings:
    """How much there is of a learner."""

    def count(table: type[Submission] | type[Override] | type[Token]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(table.learner_id == learner_id)) or 0

    mine = select(Submission.id).where(Submission.learner_id == learner_id).scalar_subquery()
    files = select(func.count()).select_from(HandedFile).where(HandedFile.submission_id.in_(mine))
    attempts = select(func.count()).select_from(Attempt).where(Attempt.submission_id.in_(mine))
    return Belongings(
        submissions=count(Submission),
        files=session.scalar(files) or 0,
        attempts=session.scalar(attempts) or 0,
        overrides=count(Override),
        tokens=count(Token),
        messages=len(_messages(session, _ids(session, learner_id))),
    )


# ----- giving out -----


def export(session: Session, learner_id: UUID, file: IO[bytes]) -> None:
    """Write everything that is kept of a learner, as a zip.

    Raises:
        UnknownError: if there is no such learner.
    """
    learner = session.get(Learner, learner_id)
    if learner is None:
        raise UnknownError("there is no such learner")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", ABOUT)
        archive.writestr("person.json", _text(_person(session, learner)))
        archive.writestr("grades.json", _text(list(_grades(session, learner_id))))
        for submission in _submissions(session, learner_id):
            _add(session, archive, submission)
            session.expunge_all()  # one at a time is in memory
        archive.writestr("tokens.json", _text(list(_tokens(session, learner_id))))
        archive.writestr("audit.json", _text(list(_audit(session, learner_id))))


def _person(session: Session, learner: Learner) -> Json:
    person = session.get(Person, learner.id) or Person()
    classes = session.scalars(select(Membership.class_id).where(Membership.learner_id == learner.id))
    return {
        "id": str(learner.id),
        "login": person.login,
        "name": person.name,
        "mail": person.mail,
        "classes": list(classes.all()),
        "created_at": learner.created_at.isoformat(),
    }


def _grades(session: Session, learner_id: UUID) -> Iterator[Json]:
    handed = select(Submission.assignment_id).where(Submission.learner_id == learner_id)
    given = select(Override.assignment_id).where(Override.learner_id == learner_id)
    for assignment in sorted({*session.scalars(handed), *session.scalars(given)}):
        changes = select(Override).where(Override.learner_id == learner_id, Override.assignment_id == assignment)
        yield {
            **_plain(asdict(grade(session, assignment, learner_id))),
            "overrides": [
                {"score": one.score, "reason": one.reason, "created_at": one.created_at.isoformat()}
                for one in session.scalars(changes.order_by(Override.id))
            ],
        }


def _submissions(session: Session, learner_id: UUID) -> Iterator[UUID]:
    yield from session.scalars(
        select(Submission.id).where(Submission.learner_id == learner_id).order_by(Submission.created_at, Submission.id)
    ).all()


def _add(session: Session, archive: zipfile.ZipFile, submission_id: UUID) -> None:
    submission = session.get_one(Submission, submission_id)
    shown = rules(session, submission.assignment_id).shown(now())
    folder = f"submissions/{submission.created_at:%Y-%m-%dT%H%M%SZ}-{submission.id}"
    attempts = [
        _plain(
            {
                "number": one.number,
                "state": one.state.value,
                "status": one.status,
                "score": one.score,
                "max_score": one.max_score,
                "created_at": one.created_at,
                "finished_at": student_time(one.finished_at),
            }
        )
        for one in submission.attempts
    ]
    facts = {
        "id": submission.id,
        "assignment": submission.assignment_id,
        "created_at": submission.created_at,
        "language": submission.language,
        "idempotency_key": submission.idempotency_key,
        "sha256": submission.sha256,
    }
    archive.writestr(f"{folder}/submission.json", _text({**_plain(facts), "attempts": list(attempts)}))
    for one in submission.files:
        archive.writestr(f"{folder}/files/{one.name}", one.data)
    for attempt in submission.attempts:
        if attempt.report is not None:
            archive.writestr(f"{folder}/reports/{attempt.number}.json", dump(student_view(attempt.report, shown)))


def _tokens(session: Session, learner_id: UUID) -> Iterator[Json]:
    for one in session.scalars(select(Token).where(Token.learner_id == learner_id).order_by(Token.created_at)):
        times = {"created_at": one.created_at, "expires_at": one.expires_at, "revoked_at": one.revoked_at}
        yield {"label": one.label, "scopes": one.scopes, **_plain(times)}


def _audit(session: Session, learner_id: UUID) -> Iterator[Json]:
    for entry in _entries(session, _ids(session, learner_id)):
        one = session.get_one(Audit, entry)
        facts = {"at": one.at, "actor": one.actor, "action": one.action, "object": one.object, "detail": one.detail}
        yield _plain(facts)


def _plain(facts: Mapping[str, object]) -> dict[str, Json]:
    """Facts as JSON has them."""
    return json.loads(json.dumps(facts, default=_said))  # type: ignore[no-any-return]


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _text(data: Json) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


# ----- erasing -----


def erase(session: Session, learner_id: UUID, *, actor: str = audit.OPERATOR) -> Belongings:
    """Leave nothing of a learner but the id, in the audit; says how much there was.

    What is being graded is given up: its result finds no place any more.

    Raises:
        UnknownError: if there is no such learner.
    """
    # Locked, so that nothing is handed in meanwhile.
    if session.get(Learner, learner_id, with_for_update=True) is None:
        raise UnknownError("there is no such learner")
    there_were = belongings(session, learner_id)
    ids = _ids(session, learner_id)
    # With what hangs on them: files and attempts; person, tokens, overrides and memberships. Work goes first: after
    # that nobody records a result, and tells others of it.
    session.execute(delete(Submission).where(Submission.learner_id == learner_id))
    session.execute(delete(Learner).where(Learner.id == learner_id))
    for entry in _entries(session, ids):
        session.execute(update(Audit).where(Audit.id == entry).values(detail=None))
    for message in _messages(session, ids):
        session.execute(delete(Outbox).where(Outbox.id == message))
    audit.note(session, actor, "erase", f"learner:{learner_id}")
    session.flush()
    session.expire_all()
    return there_were


def overwrite(database: Database) -> None:
    """Have what was erased vanish from the file too: SQLite keeps it in its log until that is written back."""
    if not database.is_sqlite:
        return
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _entries(session: Session, ids: AbstractSet[str]) -> list[int]:
    """The entries of the audit that speak of a learner, or of what is the learner's."""
    rows = session.execute(select(Audit.id, Audit.actor, Audit.object, Audit.detail).execution_options(yield_per=1000))
    return [number for number, *words in rows if not ids.isdisjoint(_UUID.findall(" ".join(map(str, words))))]


def _messages(session: Session, ids: AbstractSet[str]) -> list[int]:
    """The messages to others that do."""
    rows = session.execute(select(Outbox.id, Outbox.payload).execution_options(yield_per=1000))
    return [number for number, text in rows if not ids.isdisjoint(_UUID.findall(text.decode("utf-8", "replace")))]


def _ids(session: Session, learner_id: UUID) -> set[str]:
    """What a learner, and what is the learner's, are called by others."""
    return {str(one) for one in (learner_id, *_submissions(session, learner_id))}
