"""Whatever workers, learners and staff do, in any order: the queue keeps its promises.

A model remembers what was promised: a result once recorded stays, nobody records with an old fence, tries are bounded.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy import select

from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.handing_in import File, hand_in, regrade
from grader.service.presence import GoneError, come
from grader.service.queue import Claim, Queue
from grader.service.results import current
from grader.service.schema import migrate
from grader.service.tables import Attempt, State, Submission, Worker
from tests.service.benches import result
from tests.service.handed import ASSIGNMENT, RIGHT, learner

TRIES = 3


class QueueMachine(RuleBasedStateMachine):
    """Several workers, of which any may be slow, silent or repeat what it said."""

    submissions = Bundle("submissions")
    workers = Bundle("workers")
    claims = Bundle("claims")

    @initialize(target=workers)
    def open(self) -> object:
        self.folder = TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name, 'grader.sqlite3')}")
        migrate(self.database)
        publish(self.database, ASSIGNMENT, "a.yaml")
        self.who = learner(self.database)
        self.queue = Queue(self.database, tries=TRIES)
        self.newest: dict[int, int] = {}
        self.recorded: dict[int, bytes] = {}
        self.cancelled: set[int] = set()
        self.hand_in_work("a")
        self.hand_in_work("b")
        return multiple(*(come(self.database) for _ in range(3)))

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    @rule(target=submissions, key=st.sampled_from("abc"))
    def hand_in(self, key: str) -> UUID:
        return self.hand_in_work(key)

    def hand_in_work(self, key: str) -> UUID:
        return hand_in(self.database, "a", self.who, [File("s.py", RIGHT)], key).submission_id

    @rule(submission=submissions)
    def regrade(self, submission: UUID) -> None:
        regrade(self.database, submission)

    @rule(target=workers)
    def come(self) -> UUID:
        return come(self.database)

    @rule(target=claims, worker=workers, limit=st.integers(1, 3))
    def claim(self, worker: UUID, limit: int) -> object:
        try:
            claims = self.queue.claim(worker, limit)
        except GoneError:
            return multiple()
        assert len(claims) <= limit
        for claim in claims:
            assert claim.attempt_id not in self.recorded
            assert claim.attempt_id not in self.cancelled
            assert claim.fence == self.newest.get(claim.attempt_id, 0) + 1
            self.newest[claim.attempt_id] = claim.fence
        return multiple(*claims)

    @rule(worker=consumes(workers))
    def fall_silent(self, worker: UUID) -> None:
        with self.database.reading() as session:
            found = session.get(Worker, worker)
        if found is not None:
            assert self.queue.give_up(worker, found.beat)

    @rule(claim=claims)
    def complete(self, claim: Claim) -> None:
        report = result(claim).report
        if self.queue.complete(claim, result(claim)):
            assert claim.fence == self.newest[claim.attempt_id]
            assert self.recorded.setdefault(claim.attempt_id, report) == report

    @rule(claim=claims)
    def fault(self, claim: Claim) -> None:
        if self.queue.fault(claim, "no room"):
            assert claim.fence == self.newest[claim.attempt_id]
            assert claim.attempt_id not in self.recorded

    @rule(claim=claims)
    def give_back(self, claim: Claim) -> None:
        self.queue.give_back([claim])

    @rule(claim=claims)
    def cancel(self, claim: Claim) -> None:
        if self.queue.cancel(claim.attempt_id):
            assert claim.attempt_id not in self.recorded
            self.cancelled.add(claim.attempt_id)

    @invariant()
    def promises_are_kept(self) -> None:
        if not hasattr(self, "recorded"):
            return
        with self.database.reading() as session:
            attempts = session.scalars(select(Attempt)).all()
            graded = {one.id: one.report for one in attempts if one.state == State.GRADED}
            assert graded == self.recorded
            alive = set(session.scalars(select(Worker.id)))
            for one in attempts:
                assert (one.state == State.RUNNING) == (one.worker_id is not None)
                assert one.worker_id is None or one.worker_id in alive
                assert 0 <= one.tries <= TRIES
                assert one.state != State.FAILED or (one.tries == TRIES and one.status == "grader_error")
                assert one.state != State.QUEUED or one.tries < TRIES
            for submission in session.scalars(select(Submission.id)):
                mine = [one for one in attempts if one.submission_id == submission]
                best = max((one.number for one in mine if one.state == State.GRADED), default=None)
                found = current(session, submission)
                assert best is None or (found is not None and found.number == best)


TestQueueMachine = pytest.mark.slow(QueueMachine.TestCase)
TestQueueMachine.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
