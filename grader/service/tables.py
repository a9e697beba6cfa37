"""The tables: what is kept of assignments, learners, submissions and their grading.

    Assignment ─▶ AssignmentVersion ◀─┐            Learner ─ Person (name and mail, apart from everything else)
      ▲   ▲  └─ Policy                │             ▲  ▲ └─ Membership ─▶ Class
      │   └────────── Submission ◀─ Attempt ─▶ Worker  └─ Submission ─▶ HandedFile
      └────────────── Override (a grade that the staff gave)
    Staff and Learner ◀─ Token · Audit · Outbox ◀─ Delivery ─▶ Webhook

A learner is a random number wherever work and grades are. Times are for people, and for the rules of an assignment;
nothing else is decided by them.
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
    max_score: Mapped[float]
    proof: Mapped[bytes | None]
    """What validating it found, as JSON, if it was validated."""
    created_at: Mapped[datetime] = mapped_column(default=now)

    modules: Mapped[list["ProvidedModule"]] = relationship(order_by="ProvidedModule.name", cascade="all, delete-orphan")


class ProvidedModule(Table):
    """A module of the teacher's that learners' code may import; belongs to its version, and is never changed."""

    __tablename__ = "provided_modules"

    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_versions.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    source: Mapped[bytes]


class Policy(Table):
    """When work is taken, what of it counts, and what is shown; an assignment without one has the defaults."""

    __tablename__ = "policies"

    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """After it nothing is taken; without one, late work is taken for ever."""
    late_percent: Mapped[float] = mapped_column(default=0.0)
    """Of the points that were reached, taken off for every day that has begun after `due_at`."""
    attempts: Mapped[int | None]
    """How often a learner may hand in; what could not be read does not count."""
    counts: Mapped[str] = mapped_column(String(8), default="best")
    """`best` or `last`."""
    shown_before: Mapped[str] = mapped_column(Text, default="hidden_count diagnosis")
    """Until it is due: words of `policy.Shown`, separated by spaces."""
    shown_after: Mapped[str] = mapped_column(Text, default="hidden_count hidden_cases diagnosis derivation")


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
    login: Mapped[str | None] = mapped_column(String(255), unique=True)
    """What the school knows the learner by."""
    name: Mapped[str | None] = mapped_column(Text)
    mail: Mapped[str | None] = mapped_column(Text)


class Class(Table):
    """Learners who are taught together."""

    __tablename__ = "classes"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Membership(Table):
    """A learner in a class."""

    __tablename__ = "memberships"

    class_id: Mapped[str] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(
        ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Staff(Table):
    """Somebody who teaches."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Token(Table):
    """A secret that opens some doors, kept as its hash."""

    __tablename__ = "tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    learner_id: Mapped[UUID | None] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    """Whose it is: a learner's, or one of the staff's."""
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("tokens.id", ondelete="CASCADE"), index=True)
    """The token of a program that it was made with, and is taken back with."""
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
    __table_args__ = (
        UniqueConstraint("learner_id", "idempotency_key"),
        Index("ix_submissions_of", "assignment_id", "learner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("learners.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of what was asked for: the assignment's id, and the names and bytes of the files."""
    language: Mapped[str | None] = mapped_column(String(16))
    """That the report is to be written in; the assignment's, if it is not said."""
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


class Override(Table):
    """A grade that one of the staff gave in place of the reckoned one; the newest counts, without a score it undoes."""

    __tablename__ = "overrides"
    __table_args__ = (Index("ix_overrides_of", "assignment_id", "learner_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    score: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


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


class Webhook(Table):
    """An address that wants to be told of what happens."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes]
    """What its messages are signed with."""
    kinds: Mapped[str] = mapped_column(Text)
    """Of events, separated by spaces."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class Outbox(Table):
    """What others are to be told, written with what it tells of."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[bytes]

    deliveries: Mapped[list["Delivery"]] = relationship(cascade="all, delete-orphan")


class Delivery(Table):
    """A message on its way to one address."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("outbox_id", "webhook_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    """What the receiver knows the message by, however often it comes."""
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(default=now, index=True)
    """When it is tried again; never, once it has arrived or was given up."""
    delivered_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)
    """What came of the last try, if it did not arrive."""
