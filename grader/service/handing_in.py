"""Handing in: a submission and its first attempt, both or neither, before anybody is told that it was taken.

Who asks twice with the same key gets the first answer twice, so a program that heard nothing may ask again.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grader.service.database import Database
from grader.service.tables import AssignmentVersion, Attempt, HandedFile, Learner, Submission
from grader.visible import visible

BEFORE_REGRADES = 0
REGRADE = 1
"""Somebody waits for what was handed in just now."""

MOST_NAME_BYTES = 240
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]+")


class RefusedError(Exception):
    """What was asked for cannot be done; the text says why, to whoever asked."""


class KeyReusedError(RefusedError):
    """The key was used before, for something else."""


class UnknownError(RefusedError):
    """There is no such thing."""


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
    database: Database, assignment_id: str, learner_id: UUID, files: Sequence[File], key: str | None = None
) -> Receipt:
    """Take a learner's work, to be graded on the newest version of the assignment.

    Raises:
        KeyReusedError: if the learner used the key for other work.
        RefusedError: if two of the files have one name.
        UnknownError: if there is no such assignment or learner.
    """
    if len({file.name for file in files}) < len(files):
        raise RefusedError("two of the files have the same name")
    sha256 = _hash(assignment_id, files)
    try:
        with database.writing() as session:
            return _known(session, learner_id, key, sha256) or _taken(
                session, assignment_id, learner_id, files, key, sha256
            )
    except IntegrityError:
        # The same key at the same moment: the other one was first, and is there now.
        with database.reading() as session:
            if (receipt := _known(session, learner_id, key, sha256)) is None:
                raise
            return receipt


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
        last = select(func.max(Attempt.number)).where(Attempt.submission_id == submission_id)
        number = (session.scalar(last) or 0) + 1
        version = _version(session, submission.assignment_id)
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
    session: Session, assignment_id: str, learner_id: UUID, files: Sequence[File], key: str | None, sha256: str
) -> Receipt:
    version = _version(session, assignment_id)
    if session.get(Learner, learner_id) is None:
        raise UnknownError("there is no such learner")
    submission = Submission(
        assignment_id=assignment_id,
        learner_id=learner_id,
        sha256=sha256,
        idempotency_key=key,
        files=[HandedFile(position=at, name=file.name, data=file.data) for at, file in enumerate(files)],
        attempts=[Attempt(number=1, version_id=version, priority=BEFORE_REGRADES)],
    )
    session.add(submission)
    session.flush()
    return Receipt(submission.id, new=True)


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
