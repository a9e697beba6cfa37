"""Every way through the drawing at the top of `grader.service.queue`."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from grader.service.database import Database
from grader.service.handing_in import regrade
from grader.service.presence import GoneError, come
from grader.service.queue import LOST, Claim, Queue
from grader.service.results import current
from grader.service.tables import Attempt, Outbox, State, Submission, Worker
from grader.service.webhooks import Kind, subscribe
from tests.service.benches import result
from tests.service.handed import assert_each_has_one_result, handed_in, states


def attempt(database: Database, claim: Claim) -> Attempt:
    """As it is now."""
    with database.reading() as session:
        return session.get_one(Attempt, claim.attempt_id)


def lose(queue: Queue, worker: UUID) -> None:
    """Let others see that a worker is silent."""
    with queue.database.reading() as session:
        beat = session.get_one(Worker, worker).beat
    assert queue.give_up(worker, beat)


def test_claim_oldest_go_first_and_nobody_twice(database: Database) -> None:
    """What one has, no other gets; in the end there is nothing."""
    handed_in(database, 5)
    queue = Queue(database)
    workers = [come(database) for _ in range(4)]
    claims = [queue.claim(worker, 2) for worker in workers]
    assert [[claim.attempt_id for claim in taken] for taken in claims] == [[1, 2], [3, 4], [5], []]
    assert attempt(database, claims[1][0]).worker_id == workers[1]


def test_claim_what_the_worker_never_heard_of_is_claimed_again(database: Database) -> None:
    """The connection may be lost when the claim is made and not yet told; it costs no try."""
    handed_in(database, 3)
    queue = Queue(database)
    worker = come(database)
    unheard = queue.claim(worker, 2)
    heard = queue.claim(worker, 3)
    assert [(claim.attempt_id, claim.fence) for claim in heard] == [(1, 2), (2, 2), (3, 1)]
    assert [attempt(database, claim).tries for claim in heard] == [1, 1, 1]
    assert not queue.complete(unheard[0], result(unheard[0]))


def test_claim_many_at_once_each_attempt_has_one_worker(database: Database) -> None:
    """Replicas do not wait for one another for long, and share nothing."""
    handed_in(database, 60)
    queue = Queue(database)

    def all_of_mine(_: int) -> list[int]:
        worker, mine = come(database), []
        while taken := queue.claim(worker, 3):
            mine += [claim.attempt_id for claim in taken if queue.complete(claim, result(claim))]
        return mine

    with ThreadPoolExecutor(4) as threads:
        found = [one for mine in threads.map(all_of_mine, range(4)) for one in mine]
    assert sorted(found) == list(range(1, 61))


def test_claim_regrades_come_after_what_was_handed_in(database: Database) -> None:
    """Whoever handed in just now waits for it."""
    one, two = handed_in(database, 2)
    queue = Queue(database)
    worker = come(database)
    (claim,) = queue.claim(worker, 1)
    assert queue.complete(claim, result(claim))
    regrade(database, one)
    assert [taken.submission_id for taken in queue.claim(worker, 2)] == [two, one]


def test_claim_by_a_worker_that_was_given_up_raises(database: Database) -> None:
    """It would not be watched any more."""
    handed_in(database, 1)
    queue = Queue(database)
    worker = come(database)
    lose(queue, worker)
    with pytest.raises(GoneError):
        queue.claim(worker, 1)
    assert states(database) == {State.QUEUED: 1}


def test_work_has_the_files_as_handed_in(database: Database) -> None:
    """With whose they are."""
    handed_in(database, 1)
    queue = Queue(database)
    (claim,) = queue.claim(come(database), 1)
    work = queue.work(claim)
    assert [name for name, _ in work.files] == ["s.py"]
    assert work.files[0][1].endswith(b"# 0\n")


def test_complete_twice_is_the_same_as_once(database: Database) -> None:
    """The first answer may have been lost."""
    submissions = handed_in(database, 1)
    queue = Queue(database)
    (claim,) = queue.claim(come(database), 1)
    assert queue.complete(claim, result(claim))
    assert queue.complete(claim, result(claim))
    assert_each_has_one_result(database, submissions)


def test_complete_with_an_old_fence_is_not_heard(database: Database) -> None:
    """Once another has the attempt, nothing its former worker says counts."""
    submissions = handed_in(database, 1)
    queue = Queue(database)
    late, other = come(database), come(database)
    (old,) = queue.claim(late, 1)
    lose(queue, late)
    (new,) = queue.claim(other, 1)
    assert (old.attempt_id, old.fence, new.fence) == (new.attempt_id, 1, 2)
    assert not queue.complete(old, result(old))
    assert not queue.fault(old, "late")
    queue.give_back([old])
    assert attempt(database, new).worker_id == other
    assert queue.complete(new, result(new))
    assert not queue.complete(old, result(old))
    assert attempt(database, new).report == result(new).report
    assert_each_has_one_result(database, submissions)


def test_complete_late_but_before_anybody_else_is_welcome(database: Database) -> None:
    """The work is done, and the fence is still the newest."""
    submissions = handed_in(database, 1)
    queue = Queue(database)
    late = come(database)
    (claim,) = queue.claim(late, 1)
    lose(queue, late)
    assert states(database) == {State.QUEUED: 1}
    assert queue.complete(claim, result(claim))
    assert_each_has_one_result(database, submissions)


def test_give_back_costs_no_try(database: Database) -> None:
    """It was not the attempt's fault; twice is the same as once."""
    handed_in(database, 2)
    queue = Queue(database)
    worker = come(database)
    claims = queue.claim(worker, 2)
    queue.give_back(claims)
    queue.give_back(claims)
    assert [(attempt(database, claim).state, attempt(database, claim).tries) for claim in claims] == [
        (State.QUEUED, 0)
    ] * 2
    assert len(queue.claim(worker, 2)) == 2


def test_give_up_worker_that_was_heard_keeps_its_attempts(database: Database) -> None:
    """To claim is a sign of life."""
    handed_in(database, 1)
    queue = Queue(database)
    worker = come(database)
    queue.claim(worker, 1)
    assert not queue.give_up(worker, 0)
    assert states(database) == {State.RUNNING: 1}


def test_claim_what_was_lost_before_is_claimed_alone(database: Database) -> None:
    """So whoever brings its worker down again takes nobody with it."""
    handed_in(database, 4)
    queue = Queue(database)
    killed = come(database)
    queue.claim(killed, 2)
    lose(queue, killed)
    claims = [queue.claim(come(database), 4) for _ in range(4)]
    assert [[claim.attempt_id for claim in taken] for taken in claims] == [[1], [2], [3, 4], []]


def test_fault_until_no_tries_are_left_is_a_grader_error(database: Database) -> None:
    """It costs no points, and the staff see why; the other submissions are as they were."""
    bad, good = handed_in(database, 2)
    queue = Queue(database, tries=3)
    worker = come(database)
    first, second = queue.claim(worker, 2)
    assert queue.complete(second, result(second))
    claim = first
    for tries in (1, 2, 3):
        assert attempt(database, claim).tries == tries
        assert queue.fault(claim, "no room", result(claim, "grader_error"))
        assert not queue.fault(claim, "no room", result(claim, "grader_error"))
        if tries < 3:
            (claim,) = queue.claim(worker, 2)
    found = attempt(database, claim)
    assert (found.state, found.status, found.score, found.max_score) == (State.FAILED, "grader_error", None, 1.0)
    assert (found.fault, found.report) == ("no room", result(claim).report)
    assert queue.claim(worker, 2) == []
    with database.reading() as session:
        results = [current(session, submission) for submission in (bad, good)]
    assert [None if one is None else one.status for one in results] == ["grader_error", "graded"]


def test_give_up_until_no_tries_are_left_is_a_grader_error(database: Database) -> None:
    """What brings down every worker that begins it must end."""
    handed_in(database, 1)
    queue = Queue(database, tries=2)
    for _ in range(2):
        worker = come(database)
        (claim,) = queue.claim(worker, 1)
        lose(queue, worker)
    found = attempt(database, claim)
    assert (found.state, found.status, found.fault, found.tries) == (State.FAILED, "grader_error", LOST, 2)


def test_current_failed_regrade_takes_no_grade_away(database: Database) -> None:
    """The newest attempt that is graded counts, in whatever order they are done."""
    (submission,) = handed_in(database, 1)
    for _ in range(3):
        regrade(database, submission)
    queue = Queue(database, tries=1)
    first, second, third, fourth = queue.claim(come(database), 4)

    def which() -> int | None:
        with database.reading() as session:
            found = current(session, submission)
            return None if found is None else found.number

    assert which() is None
    queue.fault(first, "no room")
    assert which() == 1
    queue.complete(third, result(third))
    assert which() == 3
    queue.complete(second, result(second))
    assert which() == 3
    queue.fault(fourth, "no room")
    assert which() == 3


def test_cancel_what_runs_is_heard_no_more(database: Database) -> None:
    """What is done stays done."""
    handed_in(database, 2)
    queue = Queue(database)
    first, second = queue.claim(come(database), 2)
    assert queue.cancel(first.attempt_id)
    assert not queue.complete(first, result(first))
    assert queue.complete(second, result(second))
    assert not queue.cancel(second.attempt_id)
    assert queue.counts() == {
        State.QUEUED: 0,
        State.RUNNING: 0,
        State.GRADED: 1,
        State.FAILED: 0,
        State.CANCELLED: 1,
    }


def told(database: Database) -> list[tuple[str, object]]:
    """The kind and the facts of all that was announced."""
    with database.reading() as session:
        rows = session.execute(select(Outbox.kind, Outbox.payload).order_by(Outbox.id)).all()
    return [(kind, json.loads(payload)["data"]) for kind, payload in rows]


def test_complete_is_announced_once(database: Database) -> None:
    """With the result, in the same transaction; a result that is not wanted is not told of."""
    (submission,) = handed_in(database, 1)
    queue = Queue(database)
    late, other = come(database), come(database)
    (old,) = queue.claim(late, 1)
    lose(queue, late)
    (claim,) = queue.claim(other, 1)
    with database.writing() as session:
        subscribe(session, "https://lms.example.org/hook", list(Kind))
    assert queue.complete(claim, result(claim))
    assert queue.complete(claim, result(claim))
    assert not queue.complete(old, result(old))
    with database.reading() as session:
        learner = session.get_one(Submission, submission).learner_id
    facts = {"submission": str(submission), "assignment": "a", "learner": str(learner), "attempt": 1}
    graded = {"status": "graded", "score": 1.0, "max_score": 1.0}
    assert told(database) == [("submission.graded", {**facts, **graded})]


def test_failure_is_announced_when_it_is_final(database: Database) -> None:
    """Whether it was said, or its worker fell silent."""
    handed_in(database, 2)
    queue = Queue(database, tries=2)
    with database.writing() as session:
        subscribe(session, "https://lms.example.org/hook", [Kind.FAILED])
    worker = come(database)
    for claim in queue.claim(worker, 2):
        assert queue.fault(claim, "no room")
    assert told(database) == []
    (claim,) = queue.claim(worker, 2)
    assert queue.fault(claim, "no room")
    assert [kind for kind, _ in told(database)] == ["submission.failed"]
    assert [claim.attempt_id for claim in queue.claim(worker, 2)] == [2]
    lose(queue, worker)
    failed = [facts for _, facts in told(database)]
    assert [(facts["status"], facts["score"]) for facts in failed] == [("grader_error", None)] * 2  # type: ignore[index]


def test_claim_index_is_used(database: Database) -> None:
    """Also behind many that are done, the next one is found at once."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL decides by what is in the table")
    statement = select(Attempt.id).where(Attempt.state == State.QUEUED).order_by(Attempt.priority, Attempt.id).limit(1)
    with database.reading() as session:
        compiled = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert [row[3] for row in plan] == ["SEARCH attempts USING COVERING INDEX ix_attempts_next (state=?)"]
