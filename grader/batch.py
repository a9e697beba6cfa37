"""Many submissions, graded by a crew: each once, whatever becomes of those who do the work.

    submissions ─ chunk ─▶ worker: station (references, warm sandbox) ─ grade ─ made ─▶ results, in the order done
                     └─ lost with its worker? ─▶ one by one ─▶ alone, while nothing else runs ─▶ grader error

Two things are never believed at once. A worker that died takes nobody with it: what it had not finished runs again, at
last alone, so that whoever brought it down is told from who was only near, and is a grader error then. And a limit on
wall time may have been reached because everything else was running too: such a submission runs once more alone, after
all others, and what comes of that counts.
"""

import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Literal, TypeAlias, TypeVar, overload

from grader import __version__
from grader.assignment import Assignment, Framework
from grader.crew import Crew, here, processes
from grader.errors import AuthorError, SandboxError
from grader.grading import grade
from grader.intake import Member, Submission
from grader.language import Language, speaking, spoken
from grader.preparation import Prepared, prepare
from grader.report import Report
from grader.sandbox import Isolation, OpenSandbox, open_sandbox
from grader.sandbox.isolation import weakest
from grader.sandbox.job import Plan, Run, Source
from grader.sandbox.recorded import RecordedSandbox

SMALL_BATCH = 40
"""So many submissions are graded right here: to start workers would take longer."""
TRIES = 3
"""Times that a submission may be lost with its worker."""
MOST_LOST = 100
"""Of such times, before it is no longer believed that any worker will ever finish anything."""
PATIENCE_SECONDS = 0.5
"""A worker that is slower hands back what it has of its chunk."""

T = TypeVar("T")
IsolationMode: TypeAlias = Literal["auto", "none"]
Sandboxes: TypeAlias = Mapping[Framework, OpenSandbox]
Accept: TypeAlias = Callable[[Isolation], None]
Made: TypeAlias = Callable[[Report, Sequence[Member]], T]
"""What is made of a report where it was graded, for who handed it in and the other members of the group."""


def accept_any(isolation: Isolation) -> None:
    """Run submissions whatever stands between them and the machine."""


def the_report(report: Report, members: Sequence[Member]) -> Report:
    """The report as it is."""
    return report


def open_sandboxes(stack: ExitStack, assignment: Assignment, mode: IsolationMode = "auto") -> Sandboxes:
    """A sandbox for every framework of an assignment, closed with the stack; returns while they still start."""
    frameworks = dict.fromkeys(problem.framework for problem in assignment.problems)
    return {framework: stack.enter_context(open_sandbox(framework, isolation=mode)) for framework in frameworks}


@overload
def grade_all(
    assignment: Assignment,
    submissions: Sequence[Submission],
    *,
    jobs: int | None = None,
    mode: IsolationMode = "auto",
    accept: Accept = accept_any,
    by: AbstractContextManager[Crew] | None = None,
) -> Generator[Report, None, None]: ...


@overload
def grade_all(
    assignment: Assignment,
    submissions: Sequence[Submission],
    *,
    made: Made[T],
    jobs: int | None = None,
    mode: IsolationMode = "auto",
    accept: Accept = accept_any,
    by: AbstractContextManager[Crew] | None = None,
) -> Generator[T, None, None]: ...


def grade_all(
    assignment: Assignment,
    submissions: Sequence[Submission],
    *,
    made: Made[Any] = the_report,
    jobs: int | None = None,
    mode: IsolationMode = "auto",
    accept: Accept = accept_any,
    by: AbstractContextManager[Crew] | None = None,
) -> Generator[Any, None, None]:
    """What is made of each submission's report, as they are done.

    Args:
        submissions: an own copy of the list is made, and becomes empty as they are done.
        made: is called by the worker; like `accept`, a function of a module, so that others than this process find it.
        jobs: how many workers; by default one for a small batch, else one for each core.
        accept: told the isolation before anything is graded with it; raises to refuse it.
        by: the crew, if not workers of this machine.

    Raises:
        AssignmentError: if the assignment makes no sensible case.
        SandboxError: if there is no sandbox to be had.
    """
    if not submissions:
        return
    order = Order(assignment, mode, accept, made, __version__, spoken())
    waiting = deque(submissions)
    del submissions
    if by is None:
        jobs = jobs or (1 if len(waiting) <= SMALL_BATCH else os.cpu_count() or 1)
        by = here() if jobs == 1 else processes(jobs)
    try:
        with by as working:
            yield from _scheduled(order, waiting, working)
    finally:
        leave()


# ----- where it is graded -----


@dataclass(frozen=True)
class Order(Generic[T]):
    """What a worker must know of a batch; sent with every chunk, since it is small and workers come and go."""

    assignment: Assignment
    mode: IsolationMode
    accept: Accept
    made: Made[T]
    version: str
    language: Language = Language.en
    """Of the reports on submissions that do not ask for another one."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What was made of a report; nothing where we failed, and `why`."""

    made: T | None
    doubtful: bool
    """Whether the submission should run once more, alone."""
    why: str = ""


class Station:
    """What a thread that grades keeps from one submission to the next: a sandbox is not for two threads."""

    def __init__(self, order: Order[Any]) -> None:
        self.order = order
        self._stack = ExitStack()
        with ExitStack() as stack:
            # The sandbox starts in another process while references are computed here.
            self._sandboxes = open_sandboxes(stack, order.assignment, order.mode)
            self._prepared = prepare(order.assignment)
            order.accept(weakest([sandbox.isolation for sandbox in self._sandboxes.values()]))
            self._stack = stack.pop_all()

    def grade(self, submission: Submission) -> Done[Any]:
        """Grade a submission, and make of its report what is wanted."""
        with speaking(submission.language or self.order.language):
            report = grade(self._prepared, submission, self._sandboxes)
            return Done(self.order.made(report, submission.members), doubtful(report, self._prepared))

    def close(self) -> None:
        """End the sandbox."""
        self._stack.close()


class _Kept(threading.local):
    station: Station | None = None


_kept = _Kept()


def work(order: Order[T], chunk: Sequence[Submission]) -> list[Done[T]]:
    """Grade a chunk, or the beginning of it if that takes long.

    Raises:
        AuthorError: if the grader is another one here than where the order comes from.
        SandboxError: if there is no sandbox to be had here.
    """
    if order.version != __version__:
        raise AuthorError(
            f"a worker has version {__version__} of the grader and here it is {order.version}; "
            "expected the same everywhere"
        )
    end = time.monotonic() + PATIENCE_SECONDS
    done: list[Done[T]] = []
    for submission in chunk:
        station = _station(order)
        try:
            done.append(station.grade(submission))
        except SandboxError as error:
            leave()
            done.append(Done(None, doubtful=True, why=str(error)))
        except Exception as error:
            # A mistake of ours that one submission brings to light is not to cost the whole class.
            done.append(Done(None, doubtful=True, why=f"{type(error).__name__}: {error}"))
        if time.monotonic() >= end:
            break
    return done


def leave() -> None:
    """Close what this thread keeps."""
    station, _kept.station = _kept.station, None
    if station is not None:
        station.close()


def _station(order: Order[Any]) -> Station:
    if _kept.station is None or _kept.station.order != order:
        leave()
        _kept.station = Station(order)
    return _kept.station


def doubtful(report: Report, prepared: Prepared) -> bool:
    """Whether a fault of the grader, or a limit on wall time, decided; a limit on CPU time is the same under load."""
    if report.status == "grader_error":
        return True
    if report.reason is not None:
        cpu_seconds = min(plan.import_limits.cpu_seconds for plan in prepared.plans)
        return report.reason.code == "timed_out" and report.timing["cpu_seconds"] < cpu_seconds
    return any(
        case.limit in ("wall_seconds", "submission_seconds") for gradient in report.gradients for case in gradient.cases
    )


# ----- where it is told who does what -----


def _scheduled(order: Order[T], waiting: deque[Submission], crew: Crew) -> Iterator[T]:
    """Give out chunks, never more than the crew can soon begin with, and take what comes back."""
    single: deque[Submission] = deque()
    alone: deque[Submission] = deque()
    tries: Counter[str] = Counter()
    finished = False

    @cache
    def prepared() -> Prepared:
        return prepare(order.assignment)

    def failed(submission: Submission, why: str) -> T:
        with speaking(submission.language or order.language):
            return order.made(_failed(prepared(), submission, why), submission.members)

    given: dict[Future[list[Done[T]]], tuple[Submission, ...]] = {}
    while waiting or single or alone or given:
        most = max(1, crew.ahead * crew.workers())
        while len(given) < most and (chunk := _next(single, waiting, crew)):
            given[crew.executor.submit(work, order, chunk)] = chunk
        last = not given
        if last:
            chunk = (alone.popleft(),)
            given[crew.executor.submit(work, order, chunk)] = chunk
        for future in wait(given, return_when=FIRST_COMPLETED).done:
            chunk = given.pop(future)
            try:
                results = future.result()
            except crew.lost:
                if not finished and sum(tries.values()) > MOST_LOST:
                    raise SandboxError("workers die before they have graded anything") from None
                for submission in chunk:
                    tries[submission.learner] += 1
                    if tries[submission.learner] >= TRIES:
                        yield failed(submission, "the worker process died")
                    else:
                        (single if len(chunk) > 1 else alone).append(submission)
                continue
            except CancelledError:
                raise SandboxError("the workers are gone; what they graded is kept, so run the same again") from None
            finished = True
            waiting.extendleft(reversed(chunk[len(results) :]))
            for submission, result in zip(chunk, results, strict=False):
                if result.doubtful and not last:
                    alone.append(submission)
                elif result.made is None:
                    yield failed(submission, result.why)
                else:
                    yield result.made


def _next(single: deque[Submission], waiting: deque[Submission], crew: Crew) -> tuple[Submission, ...]:
    """The next chunk: smaller ones at the end, so that nobody waits for another's last."""
    if single:
        return (single.popleft(),)
    size = min(crew.chunk, max(1, len(waiting) // (2 * crew.ahead * max(1, crew.workers()))), len(waiting))
    return tuple(waiting.popleft() for _ in range(size))


def _failed(prepared: Prepared, submission: Submission, why: str) -> Report:
    """The report on a submission that the machinery failed on."""

    def run(source: Source, plan: Plan) -> Run:
        return Run((), broken=why)

    return grade(prepared, submission, {framework: RecordedSandbox(run) for framework in prepared.frameworks})
