"""The tables: what is kept of assignments, learners, submissions and their grading.

    Assignment ─▶ AssignmentVersion ◀─┐            Learner ─ Person (name and mail, apart from everything else)
        ▲                             │               ▲
        └──────────── Submission ◀─ Attempt ─▶ Worker └─ Submission ─▶ HandedFile
    Token, Audit, Outbox

A learner is a random number wherever work and grades are. Times are for people; nothing is decided by them.
"""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    DateTime,
    Dialect,
    Double,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite, which knows no zones, is told the zone again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The time of day, for people."""
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, bytes: LargeBinary, float: Double}  # noqa: RUF012 — so it is read by SQLAlchemy


# ----- assignments -----


class Assignment(Table):
    """An assignment, by the id that its file gives it."""

    __tablename__ = "assignments"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class AssignmentVersion(Table):
    """The text of an assignment file as it once was; never changed."""

    __tablename__ = "assignment_versions"
    __table_args__ = (UniqueConstraint("assignment_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    number: Mapped[int]
    """Counted from 1; the newest is the one that is asked."""
    text: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)


# ----- people -----


class Learner(Table):
    """Somebody who hands in, as a random number."""

    __tablename__ = "learners"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Person(Table):
    """Who a learner is; can be erased without touching any work."""

    __tablename__ = "persons"

    learner_id: Mapped[UUID] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)
    mail: Mapped[str | None] = mapped_column(Text)


class Token(Table):
    """A secret that opens some doors, kept as its hash."""

    __tablename__ = "tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    learner_id: Mapped[UUID | None] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"), index=True)
    """Whose it is; nobody's is the staff's."""
    scopes: Mapped[str] = mapped_column(Text)
    """What it is good for, separated by spaces."""
    label: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


# ----- work -----


class Submission(Table):
    """What a learner handed in at one time."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("learner_id", "idempotency_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"), index=True)
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("learners.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of what was asked for: the assignment's id, and the names and bytes of the files."""
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=now)

    files: Mapped[list["HandedFile"]] = relationship(order_by="HandedFile.position", cascade="all, delete-orphan")
    attempts: Mapped[list["Attempt"]] = relationship(order_by="Attempt.number", cascade="all, delete-orphan")


class HandedFile(Table):
    """One file of a submission, byte for byte."""

    __tablename__ = "handed_files"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    data: Mapped[bytes]


class Worker(Table):
    """Somebody who grades, alive as long as others see its number rise."""

    __tablename__ = "workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    beat: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=now)


class State(StrEnum):
    """What an attempt is in; `queue` draws how it gets from one to another."""

    QUEUED = "queued"
    RUNNING = "running"
    GRADED = "graded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Attempt(Table):
    """One grading of a submission; a regrade is another one."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        Index("ix_attempts_next", "state", "priority", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counted from 1 for each submission."""
    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_versions.id"))
    state: Mapped[State] = mapped_column(
        Enum(State, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states]),
        default=State.QUEUED,
    )
    priority: Mapped[int] = mapped_column(default=0)
    """What is lower goes first."""
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("workers.id", ondelete="SET NULL"), index=True)
    fence: Mapped[int] = mapped_column(default=0)
    """How often it was claimed; whoever claimed it before is not listened to any more."""
    tries: Mapped[int] = mapped_column(default=0)
    """How often it was begun and neither finished nor given back."""
    fault: Mapped[str | None] = mapped_column(Text)
    """Why it is not graded, for the staff."""
    status: Mapped[str | None] = mapped_column(String(16))
    """Of the report."""
    score: Mapped[float | None]
    max_score: Mapped[float | None]
    report: Mapped[bytes | None]
    """JSON, for the staff."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


# ----- what happened -----


class Audit(Table):
    """Who saw or changed what; ids only."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(64))
    object: Mapped[str] = mapped_column(Text, index=True)
    detail: Mapped[str | None] = mapped_column(Text)


class Outbox(Table):
    """What others are to be told, written with what it tells of."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[bytes]
    tries: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(index=True)
