"""The queue, which is the table of attempts: each is claimed by one worker at a time, and its result recorded once.

    queued ─ claim ─▶ running ─ complete ─▶ graded
      ▲                │ │ └─── cancel ───▶ cancelled   (from queued too)
      │                │ └─ fault, lost ──▶ failed      no tries are left: a grader error, for the staff to see
      └────────────────┘
        give back · fault, lost while tries are left

A claim raises the attempt's *fence*, and whatever is said later is heard only with the fence it was claimed with: a
worker that was thought dead and comes back late cannot disturb the one that has its work now. Until somebody claims
it again, a late result is welcome. An attempt that was begun before is claimed alone: if it brings its worker down
once more, nobody else is near.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Update, case, func, select, update
from sqlalchemy.orm import Session

from grader.language import Language
from grader.service import presence, webhooks
from grader.service.database import Database
from grader.service.tables import Attempt, State, Submission, now
from grader.service.webhooks import Kind

LOST = "the worker that graded it died"

_BACK: dict[str, Any] = {"state": State.QUEUED, "worker_id": None, "tries": Attempt.tries - 1}
"""What an attempt becomes that is given back: as if it had not been begun."""


@dataclass(frozen=True)
class Claim:
    """An attempt that is ours as long as nobody claims it with a higher fence."""

    attempt_id: int
    fence: int
    submission_id: UUID
    version_id: int


@dataclass(frozen=True)
class Work:
    """What is to be graded for a claim: the names and bytes of a learner's files."""

    claim: Claim
    learner_id: UUID
    files: tuple[tuple[str, bytes], ...]
    language: Language | None = None
    """That the report is to be written in, if not in the assignment's."""


@dataclass(frozen=True)
class Result:
    """What became of an attempt: the report as JSON, and what is asked of it most."""

    report: bytes
    status: str
    score: float | None
    max_score: float


class Queue:
    """Attempts that wait, run and are done."""

    def __init__(self, database: Database, *, tries: int = 5) -> None:
        self.database = database
        self._tries = tries

    def claim(self, worker: UUID, limit: int) -> list[Claim]:
        """Take some of those that have waited longest; one alone, if it was begun before.

        Whoever claims has nothing in its hands. What it has nevertheless, it never heard of, since the connection was
        lost at that moment: that is given back.

        Raises:
            GoneError: if others have given the worker up.
        """
        with self.database.writing() as session:
            presence.beat(session, worker)
            unheard = update(Attempt).where(Attempt.worker_id == worker, Attempt.state == State.RUNNING)
            session.execute(unheard.values(**_BACK).execution_options(synchronize_session=False))
            return self._claim(session, worker, Attempt.tries > 0, 1) or self._claim(
                session, worker, Attempt.tries == 0, limit
            )

    def _claim(self, session: Session, worker: UUID, which: object, limit: int) -> list[Claim]:
        # A common table expression, since PostgreSQL may run a plain subquery more than once, and take too many.
        picked = (
            select(Attempt.id)
            .where(Attempt.state == State.QUEUED, which)  # type: ignore[arg-type]
            .order_by(Attempt.priority, Attempt.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("picked")
        )
        taken = (
            update(Attempt)
            .where(Attempt.id.in_(select(picked.c.id)))
            .values(
                state=State.RUNNING,
                worker_id=worker,
                fence=Attempt.fence + 1,
                tries=Attempt.tries + 1,
                started_at=now(),
            )
            .returning(Attempt.id, Attempt.fence, Attempt.submission_id, Attempt.version_id)
            .execution_options(synchronize_session=False)
        )
        return sorted((Claim(*row) for row in session.execute(taken)), key=lambda claim: claim.attempt_id)

    def work(self, claim: Claim) -> Work:
        """What a claim is about."""
        with self.database.reading() as session:
            submission = session.get(Submission, claim.submission_id)
            if submission is None:
                return Work(claim, UUID(int=0), ())  # erased meanwhile: nobody waits for what comes of it
            files = tuple((file.name, file.data) for file in submission.files)
            return Work(claim, submission.learner_id, files, _language(submission.language))

    def complete(self, claim: Claim, result: Result) -> bool:
        """Record a result; again is the same as once. False if it is no longer wanted."""
        done = self._ours(claim).values(
            state=State.GRADED,
            worker_id=None,
            fault=None,
            finished_at=now(),
            report=result.report,
            status=result.status,
            score=result.score,
            max_score=result.max_score,
        )
        with self.database.writing() as session:
            if _announced(session, done, Kind.GRADED):
                return True
            return self._recorded(session, claim, State.GRADED)

    def fault(self, claim: Claim, why: str, result: Result | None = None) -> bool:
        """Record that we failed on an attempt: it is tried again, or has failed if it was tried often enough."""
        failed = self._ours(claim).values(
            **self._faulty(why),
            worker_id=None,
            report=None if result is None else result.report,
            max_score=None if result is None else result.max_score,
        )
        with self.database.writing() as session:
            return bool(_announced(session, failed.where(Attempt.state == State.RUNNING), Kind.FAILED))

    def give_back(self, claims: Iterable[Claim]) -> None:
        """Let others have what was claimed and not begun, or not to the end, as if it never had been."""
        with self.database.writing() as session:
            for claim in claims:
                back = self._ours(claim).where(Attempt.state == State.RUNNING)
                session.execute(back.values(**_BACK))

    def give_up(self, worker: UUID, beat: int) -> bool:
        """Queue again what a silent worker had claimed; False if it was heard in the meantime."""
        with self.database.writing() as session:
            if not presence.bury(session, worker, beat):
                return False
            orphans = (
                update(Attempt)
                .where(Attempt.state == State.RUNNING, Attempt.worker_id.is_(None))
                .values(**self._faulty(LOST))
                .execution_options(synchronize_session=False)
            )
            _announced(session, orphans, Kind.FAILED)
            return True

    def cancel(self, attempt_id: int) -> bool:
        """Stop what is not done; False if it is."""
        undone = (
            update(Attempt)
            .where(Attempt.id == attempt_id, Attempt.state.in_((State.QUEUED, State.RUNNING)))
            .values(state=State.CANCELLED, worker_id=None, finished_at=now())
            .execution_options(synchronize_session=False)
        )
        with self.database.writing() as session:
            return _changed(session, undone)

    def counts(self) -> dict[State, int]:
        """How many attempts are in each state."""
        counts = dict.fromkeys(State, 0)
        with self.database.reading() as session:
            for state, count in session.execute(select(Attempt.state, func.count()).group_by(Attempt.state)):
                counts[state] = count
        return counts

    def _ours(self, claim: Claim) -> Update:
        """Those rows, one or none, in which the claim still means something."""
        return (
            update(Attempt)
            .where(
                Attempt.id == claim.attempt_id,
                Attempt.fence == claim.fence,
                Attempt.state.in_((State.RUNNING, State.QUEUED)),
            )
            .execution_options(synchronize_session=False)
        )

    def _faulty(self, why: str) -> dict[str, Any]:
        """What an attempt becomes that we failed on."""
        state = case((Attempt.tries >= self._tries, State.FAILED), else_=State.QUEUED)
        return {"state": state, "fault": why, "status": "grader_error", "score": None, "finished_at": now()}

    def _recorded(self, session: Session, claim: Claim, state: State) -> bool:
        """Whether this very claim was recorded before: the connection may have been lost after that."""
        same = (Attempt.id == claim.attempt_id, Attempt.fence == claim.fence, Attempt.state == state)
        return session.scalar(select(Attempt.id).where(*same)) is not None


def _announced(session: Session, statement: Update, kind: Kind) -> int:
    """Change attempts, and tell those who want to know which of them are done; returns how many were changed."""
    attempts = statement.returning(Attempt.id, Attempt.state)
    changed = session.execute(attempts).all()
    done = [attempt for attempt, state in changed if state in (State.GRADED, State.FAILED)]
    told = (
        select(
            Submission.id.label("submission"),
            Submission.assignment_id.label("assignment"),
            Submission.learner_id.label("learner"),
            Attempt.number.label("attempt"),
            Attempt.status,
            Attempt.score,
            Attempt.max_score,
        )
        .join(Attempt, Attempt.submission_id == Submission.id)
        .where(Attempt.id.in_(done))
        .order_by(Attempt.id)
    )
    for facts in session.execute(told).mappings() if done else ():
        webhooks.announce(session, kind, {**facts})
    return len(changed)


def _language(code: str | None) -> Language | None:
    """The language of a code; none if it is one that only a newer version knows."""
    return next((one for one in Language if one == code), None)


def _changed(session: Session, statement: Update) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return bool(result.rowcount)
