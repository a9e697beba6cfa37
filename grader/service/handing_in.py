"""Handing in: a submission and its first attempt, both or neither, before anybody is told that it was taken.

    known by its key? ─ open? ─ attempts left? ─▶ taken                     one after the other for each learner

Who asks twice with the same key gets the first answer twice, so a program that heard nothing may ask again.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from grader.language import Language
from grader.service.database import Database
from grader.service.policy import rules
from grader.service.refusals import (
    AttemptsUsedError,
    ClosedError,
    KeyReusedError,
    RefusedError,
    UnknownError,
    WaitingError,
)
from grader.service.results import WAITING, outcomes
from grader.service.tables import (
    Assignment,
    AssignmentVersion,
    Attempt,
    HandedFile,
    Learner,
    State,
    Submission,
    now,
)
from grader.visible import visible

BEFORE_REGRADES = 0
REGRADE = 1
"""Somebody waits for what was handed in just now."""
REGRADED_AT_A_TIME = 200
"""In one transaction: those who hand in meanwhile wait for its end."""

MOST_WAITING = 20
"""Of one learner, in all assignments: nobody fills the disk, or keeps others waiting."""
MOST_NAME_BYTES = 240
MOST_KEY = 255
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class File:
    """A file as it is handed in; the name is that of a file, without a folder."""

    name: str
    data: bytes

    def __post_init__(self) -> None:
        try:
            short = len(self.name.encode()) <= MOST_NAME_BYTES
        except UnicodeEncodeError:
            short = False
        if not short or not _NAME.fullmatch(self.name) or self.name in (".", ".."):
            raise RefusedError(f"{visible(self.name, limit=80)} is no name of a file")


@dataclass(frozen=True)
class Receipt:
    """What was taken; not `new` if it had been before."""

    submission_id: UUID
    new: bool


def hand_in(
    database: Database,
    assignment_id: str,
    learner_id: UUID,
    files: Sequence[File],
    key: str | None = None,
    language: Language | None = None,
) -> Receipt:
    """Take a learner's work, to be graded on the newest version of the assignment.

    Args:
        key: what a program says that may ask again; the same work with the same key is taken once.
        language: that the report is to be written in, if not in the assignment's.

    Raises:
        AttemptsUsedError: if the learner has handed in as often as the rules of the assignment allow.
        ClosedError: if by its rules it is too early or too late.
        KeyReusedError: if the learner used the key for other work.
        RefusedError: if two of the files have one name, or the key is too long.
        UnknownError: if there is no such assignment or learner.
        WaitingError: if `MOST_WAITING` submissions of the learner wait already.
    """
    if len({file.name for file in files}) < len(files):
        raise RefusedError("two of the files have the same name")
    if key is not None and not 1 <= len(key) <= MOST_KEY:
        raise RefusedError(f"an Idempotency-Key has from 1 to {MOST_KEY} characters")
    sha256 = _hash(assignment_id, files)
    with database.writing() as session:
        # Locked, so that of two at a time the second finds what the first has done; the learner's other rows are free.
        if session.get(Learner, learner_id, with_for_update={"key_share": True}) is None:
            raise UnknownError("there is no such learner")
        known = _known(session, learner_id, key, sha256)
        return known or _taken(session, assignment_id, learner_id, files, key, sha256, language)


def regrade(database: Database, submission_id: UUID) -> int:
    """One more attempt of a submission, on the newest version of its assignment; returns its number.

    Raises:
        UnknownError: if there is no such submission.
    """
    with database.writing() as session:
        # Locked, so that two regrades at a time get two numbers.
        submission = session.get(Submission, submission_id, with_for_update=True)
        if submission is None:
            raise UnknownError("there is no such submission")
        return _again(session, submission_id, _version(session, submission.assignment_id))


def regrade_all(database: Database, assignment_id: str) -> int:
    """One more attempt of every submission that is not graded on the newest version, nor waits for it; says how many.

    One whose every attempt the staff stopped stays so, unless somebody asks for that one: see `regrade`.

    Raises:
        UnknownError: if there is no such assignment.
    """
    count = 0
    while True:
        with database.writing() as session:
            # Locked, so that two who ask for it at a time get it once.
            session.get(Assignment, assignment_id, with_for_update={"key_share": True})
            version = _version(session, assignment_id)
            some = session.scalars(_not_on(assignment_id, version).limit(REGRADED_AT_A_TIME).with_for_update()).all()
            for submission_id in some:
                _again(session, submission_id, version)
        if not some:
            return count
        count += len(some)


def behind(session: Session, assignment_id: str) -> int:
    """How many submissions `regrade_all` would have graded once more.

    Raises:
        UnknownError: if there is no such assignment.
    """
    others = _not_on(assignment_id, _version(session, assignment_id)).subquery()
    return session.scalar(select(func.count()).select_from(others)) or 0


def _not_on(assignment_id: str, version: int) -> Select[UUID]:
    """The submissions that are not graded on a version, nor wait for it, and were not stopped every time."""
    its = Attempt.submission_id == Submission.id
    on_it = (
        its,
        Attempt.version_id == version,
        Attempt.state.in_((State.GRADED, *WAITING)),
    )
    not_stopped = exists().where(its, Attempt.state != State.CANCELLED)
    others = select(Submission.id).where(Submission.assignment_id == assignment_id, ~exists().where(*on_it))
    return others.where(not_stopped).order_by(Submission.id)


def _again(session: Session, submission_id: UUID, version: int) -> int:
    last = select(func.max(Attempt.number)).where(Attempt.submission_id == submission_id)
    number = (session.scalar(last) or 0) + 1
    session.add(Attempt(submission_id=submission_id, number=number, version_id=version, priority=REGRADE))
    return number


def _known(session: Session, learner_id: UUID, key: str | None, sha256: str) -> Receipt | None:
    """The receipt that was given for the key."""
    if key is None:
        return None
    where = (Submission.learner_id == learner_id, Submission.idempotency_key == key)
    before = session.execute(select(Submission.id, Submission.sha256).where(*where)).one_or_none()
    if before is None:
        return None
    if before.sha256 != sha256:
        raise KeyReusedError("this Idempotency-Key was used before, for other work")
    return Receipt(before.id, new=False)


def _taken(
    session: Session,
    assignment_id: str,
    learner_id: UUID,
    files: Sequence[File],
    key: str | None,
    sha256: str,
    language: Language | None,
) -> Receipt:
    version = _version(session, assignment_id)
    at = now()
    _refuse(session, assignment_id, learner_id, at)
    submission = Submission(
        assignment_id=assignment_id,
        learner_id=learner_id,
        sha256=sha256,
        language=language,
        idempotency_key=key,
        created_at=at,
        files=[HandedFile(position=place, name=file.name, data=file.data) for place, file in enumerate(files)],
        attempts=[Attempt(number=1, version_id=version, priority=BEFORE_REGRADES)],
    )
    session.add(submission)
    session.flush()
    return Receipt(submission.id, new=True)


def _refuse(session: Session, assignment_id: str, learner_id: UUID, at: datetime) -> None:
    """Raise if too much waits, or the rules of the assignment say so."""
    submitted = select(func.count()).select_from(Submission).join(Attempt)
    first = (Submission.learner_id == learner_id, Attempt.number == 1, Attempt.state.in_(WAITING))
    waiting = session.scalar(submitted.where(*first)) or 0
    if waiting >= MOST_WAITING:
        raise WaitingError(f"{waiting} submissions wait to be graded; the next one is taken when one of them is")
    law = rules(session, assignment_id)
    if law.opens_at is not None and at < law.opens_at:
        raise ClosedError(f"nothing is taken before {law.opens_at.isoformat(timespec='seconds')}")
    if law.closes_at is not None and at >= law.closes_at:
        raise ClosedError(f"nothing is taken any more since {law.closes_at.isoformat(timespec='seconds')}")
    if law.attempts is not None:
        used = sum(one.uses_one_up for one in outcomes(session, assignment_id, learner_id))
        if used >= law.attempts:
            raise AttemptsUsedError(f"all attempts are used: {used} of {law.attempts}")


def _version(session: Session, assignment_id: str) -> int:
    newest = (
        select(AssignmentVersion.id)
        .where(AssignmentVersion.assignment_id == assignment_id)
        .order_by(AssignmentVersion.number.desc())
        .limit(1)
    )
    version = session.scalar(newest)
    if version is None:
        raise UnknownError(f"there is no assignment {visible(assignment_id, limit=80)}")
    return version


def _hash(assignment_id: str, files: Sequence[File]) -> str:
    whole = hashlib.sha256(assignment_id.encode())
    for file in files:
        whole.update(f"\0{file.name}\0{hashlib.sha256(file.data).hexdigest()}".encode())
    return whole.hexdigest()


__all__ = [
    "AttemptsUsedError",
    "ClosedError",
    "File",
    "KeyReusedError",
    "Receipt",
    "RefusedError",
    "UnknownError",
    "WaitingError",
    "behind",
    "hand_in",
    "regrade",
    "regrade_all",
]
