"""A worker finishes what it can, gives back the rest, and blames nobody for what its machine cannot do."""

import threading
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from grader.errors import SandboxError
from grader.service.database import Database
from grader.service.queue import Claim, Queue, Result, Work
from grader.service.tables import Attempt, State
from grader.service.tables import Worker as WorkerRow
from tests.service.benches import QuickBench, result
from tests.service.handed import assert_each_has_one_result, handed_in, states
from tests.service.replica import until, working


def test_run_all_that_waits_is_graded(database: Database) -> None:
    """In the order that it was handed in, each once; a worker that is stopped leaves no trace."""
    submissions = handed_in(database, 20)
    bench = QuickBench()
    with working(Queue(database), bench):
        until(lambda: states(database)[State.GRADED] == 20)
    assert [(claim.attempt_id, claim.fence) for claim in bench.graded] == [(number, 1) for number in range(1, 21)]
    assert_each_has_one_result(database, submissions)
    with database.reading() as session:
        assert session.scalars(select(WorkerRow.id)).all() == []


def test_stop_what_is_not_finished_is_given_back(database: Database) -> None:
    """What runs is finished, and the rest waits as if it had never been claimed."""
    handed_in(database, 8)
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Claim) -> None:
        begun.set()
        go_on.wait(10.0)

    with working(Queue(database), QuickBench(before=wait)) as worker:
        begun.wait(10.0)
        threading.Timer(0.2, go_on.set).start()
        worker.stop(10.0)
        assert states(database) == {State.GRADED: 1, State.QUEUED: 7}
    with database.reading() as session:
        assert session.scalars(select(Attempt.tries)).all() == [1] + [0] * 7


def test_stop_what_takes_too_long_is_given_back_too(database: Database) -> None:
    """Whoever stops us does not wait for ever; the late result is welcome if nobody else has begun."""
    submissions = handed_in(database, 1)
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Claim) -> None:
        begun.set()
        go_on.wait(10.0)

    with working(Queue(database), QuickBench(before=wait)) as worker:
        begun.wait(10.0)
        worker.stop(0.1)
        assert states(database) == {State.QUEUED: 1}
        go_on.set()
    assert_each_has_one_result(database, submissions)


def test_run_machine_that_cannot_grade_costs_nobody_a_try(database: Database) -> None:
    """A sandbox that cannot be had is no fault of what was handed in; when it can be had all is graded."""
    submissions = handed_in(database, 3)
    troubles = iter([SandboxError("no namespaces"), OSError(28, "No space left on device"), SandboxError("no")])

    def fail(_: Claim) -> None:
        if (trouble := next(troubles, None)) is not None:
            raise trouble

    with working(Queue(database, tries=1), QuickBench(before=fail)):
        until(lambda: states(database)[State.GRADED] == 3)
    assert_each_has_one_result(database, submissions)


def test_run_attempt_that_we_fail_on_is_the_only_grader_error(database: Database) -> None:
    """The others that were claimed with it get what they earned."""
    handed_in(database, 6)

    def fail(claim: Claim) -> None:
        if claim.attempt_id == 3:
            raise KeyError("a mistake of ours")

    with working(Queue(database, tries=2), QuickBench(before=fail)):
        until(lambda: states(database) == {State.GRADED: 5, State.FAILED: 1})
    with database.reading() as session:
        found = session.get_one(Attempt, 3)
    assert (found.state, found.status, found.fault) == (State.FAILED, "grader_error", "KeyError: 'a mistake of ours'")


class FaultyBench:
    """Reports that it failed."""

    def grade(self, version_id: int, works: Iterable[Work]) -> Iterator[tuple[Claim, Result]]:
        for work in list(works):
            yield work.claim, result(work.claim, "grader_error")


def test_run_report_of_a_grader_error_is_kept_for_the_staff(database: Database) -> None:
    """After the last try."""
    handed_in(database, 1)
    with working(Queue(database, tries=2), FaultyBench()):
        until(lambda: states(database) == {State.FAILED: 1})
    with database.reading() as session:
        found = session.get_one(Attempt, 1)
    assert found.fault == "the grader failed, as the report says"
    assert found.report is not None
    assert found.report.startswith(b'{"attempt": 1, "fence": 2}')


def test_run_worker_that_was_given_up_comes_back(database: Database) -> None:
    """What it had in its hands it finishes, unless another was faster; nothing is recorded twice."""
    submissions = handed_in(database, 30)
    queue = Queue(database)

    def give_up(claim: Claim) -> None:
        if claim.attempt_id in (3, 12):
            with database.reading() as session:
                (worker,) = session.execute(select(WorkerRow.id, WorkerRow.beat)).all()
            queue.give_up(worker.id, worker.beat)

    with working(queue, QuickBench(before=give_up)):
        until(lambda: states(database)[State.GRADED] == 30)
    assert_each_has_one_result(database, submissions)
