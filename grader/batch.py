"""Many submissions, on worker processes that each keep a warm sandbox.

    prepare (here, once) ─▶ Prepared ─▶ worker ─ grade ─▶ Report      in the order in which they are done
                                    └─▶ worker ─ grade ─▶ Report

A small batch is graded right here, with one sandbox: starting workers would take longer. A worker that dies takes no
submission with it: what it had not finished is given to a new one, twice at most, and is then a grader error. Workers
end with the process that started them, however that one ends.
"""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Literal, TypeAlias

from grader.assignment import Assignment, Framework
from grader.grading import grade
from grader.intake import Submission
from grader.preparation import Prepared, prepare
from grader.report import Report
from grader.sandbox import Isolation, OpenSandbox, open_sandbox
from grader.sandbox.isolation import weakest
from grader.sandbox.job import Plan, Run, Source
from grader.sandbox.recorded import RecordedSandbox

SMALL_BATCH = 40
TRIES = 3

IsolationMode: TypeAlias = Literal["auto", "none"]
Sandboxes: TypeAlias = Mapping[Framework, OpenSandbox]


def open_sandboxes(stack: ExitStack, assignment: Assignment, mode: IsolationMode = "auto") -> Sandboxes:
    """A sandbox for every framework of an assignment, closed with the stack; returns while they still start."""
    frameworks = dict.fromkeys(problem.framework for problem in assignment.problems)
    return {framework: stack.enter_context(open_sandbox(framework, isolation=mode)) for framework in frameworks}


def grade_all(
    assignment: Assignment,
    submissions: Sequence[Submission],
    *,
    jobs: int | None = None,
    mode: IsolationMode = "auto",
    accept: Callable[[Isolation], None] = lambda isolation: None,
) -> Generator[Report, None, None]:
    """Reports as they are done.

    Args:
        jobs: how many workers; by default one for a small batch, else one for each core.
        accept: told the isolation before anything is graded; raises to refuse it.

    Raises:
        AssignmentError: if the assignment makes no sensible case.
        SandboxError: if there is no sandbox to be had.
    """
    if not submissions:
        return
    with ExitStack() as stack:
        # The sandbox starts in another process while references are computed here.
        sandboxes = open_sandboxes(stack, assignment, mode)
        prepared = prepare(assignment)
        accept(weakest([sandbox.isolation for sandbox in sandboxes.values()]))
        workers = jobs or (1 if len(submissions) <= SMALL_BATCH else os.cpu_count() or 1)
        if workers == 1:
            for submission in submissions:
                yield grade(prepared, submission, sandboxes)
            return
        stack.pop_all().close()
        yield from _in_workers(assignment, prepared, submissions, workers, mode)


# ----- workers -----


class _Worker:
    """What a worker process keeps from one submission to the next."""

    prepared: Prepared
    sandboxes: Sandboxes
    stack: ExitStack


def _start(assignment: Assignment, prepared: Prepared, mode: IsolationMode) -> None:
    # Ctrl-C reaches the whole process group; it is for the process that the user talks to.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    Thread(target=_end_with_parent, daemon=True).start()
    _Worker.prepared = prepared
    _Worker.stack = ExitStack()
    _Worker.sandboxes = open_sandboxes(_Worker.stack, assignment, mode)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    if (parent := parent_process()) is not None:
        wait([parent.sentinel])
        os._exit(1)


def _grade(submission: Submission) -> Report:
    return grade(_Worker.prepared, submission, _Worker.sandboxes)


def _in_workers(
    assignment: Assignment, prepared: Prepared, submissions: Sequence[Submission], workers: int, mode: IsolationMode
) -> Iterator[Report]:
    left = list(submissions)
    for _ in range(TRIES):
        # Spawned, not forked: torch may have started threads here by now.
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _start, (assignment, prepared, mode))
        done: set[str] = set()
        try:
            with _interruption_later():
                futures: dict[Future[Report], Submission] = {
                    pool.submit(_grade, submission): submission for submission in left
                }
            for future in as_completed(futures):
                report = future.result()
                done.add(report.submission.learner)
                yield report
        except BrokenProcessPool:
            left = [submission for submission in left if submission.learner not in done]
            continue
        finally:
            _stop(pool)
        return
    for submission in left:
        yield grade(prepared, submission, _broken(assignment))


@contextmanager
def _interruption_later() -> Iterator[None]:
    """Ctrl-C waits; processes that are started meanwhile begin deaf to it, and are so until they ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the workers now, whatever they are doing; their boxes end with them."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def _broken(assignment: Assignment) -> Sandboxes:
    """Sandboxes that say for every submission that the machinery failed."""

    def run(source: Source, plan: Plan) -> Run:
        return Run((), broken="the worker process died")

    return {problem.framework: RecordedSandbox(run) for problem in assignment.problems}
