"""Where attempts are graded: the crew of a batch for each assignment that was asked for lately, kept warm.

    works of one version ─ intake ─▶ submissions ─ batch.grade_all on its crew ─▶ reports ─▶ results

The only module of the service that knows how grading is done. Each version has worker processes of its own, whose
references and sandboxes stay from one handful of attempts to the next; that used longest ago makes room.
"""

import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec, TypeVar

from grader.assignment import Assignment
from grader.batch import accept_any, grade_all
from grader.cluster import joined
from grader.crew import Crew, processes
from grader.errors import AuthorError, SandboxError
from grader.intake import Submission, collect_one
from grader.language import chosen, speaking
from grader.preparation import wanted
from grader.report import Report, dump
from grader.sandbox import Isolation, open_sandbox
from grader.service.queue import Claim, Result, Work

P = ParamSpec("P")
T = TypeVar("T")


def refuse_weak(isolation: Isolation) -> None:
    """Raise unless other people's code can be run at this level."""
    if isolation.level not in ("full", "strong"):
        raise SandboxError(
            f"isolation is only {isolation.level} on this machine, and submissions are other people's code; "
            "`grader doctor` says what to do, and the setting `allow_degraded` grades nevertheless"
        )


def check_isolation(*, allow_degraded: bool = False) -> str:
    """The level at which submissions would be run on this machine.

    Raises:
        SandboxError: if that is too weak, and not allowed.
    """
    with open_sandbox("numpy") as sandbox:
        if not allow_degraded:
            refuse_weak(sandbox.isolation)
        return sandbox.isolation.level


def check_cluster(address: str) -> None:
    """Look whether a cluster is there.

    Raises:
        AuthorError: if it is not, or has no workers that are like us.
    """
    with joined(address):
        pass


@dataclass(frozen=True)
class _Station:
    """All that is kept of one version."""

    assignment: Assignment
    crew: Crew
    stack: ExitStack


class Stations:
    """Grades on this machine, `jobs` at a time, or on a cluster, with at most `warm` assignments ready."""

    def __init__(
        self,
        load: Callable[[int], Assignment],
        *,
        jobs: int = 1,
        warm: int = 3,
        allow_degraded: bool = False,
        nice: int = 0,
        cluster: str | None = None,
    ) -> None:
        self._load = load
        self._crew = partial(_cluster, cluster) if cluster else partial(_niced, jobs, nice)
        self._warm = warm
        self._accept = accept_any if allow_degraded else refuse_weak
        self._stations: OrderedDict[int, _Station] = OrderedDict()
        self._closed = False

    def grade(self, version_id: int, works: Iterable[Work]) -> Iterator[tuple[Claim, Result]]:
        """The result of each, as they are done.

        Raises:
            AuthorError: if the assignment can no longer be read.
            SandboxError: if there is no sandbox to be had.
        """
        station = self._station(version_id)
        given: dict[str, Work] = {}
        submissions: list[Submission] = []
        for work in works:
            name = str(work.claim.attempt_id)
            submissions.append(replace(submission(work, station.assignment), learner=name))
            given[name] = replace(work, files=())  # not kept any longer than it is needed
        by = nullcontext(station.crew)
        try:
            for report in grade_all(station.assignment, submissions, accept=self._accept, by=by):
                work = given[report.submission.learner]
                yield work.claim, _result(report, str(work.learner_id))
        except SandboxError:
            # What is broken is made anew: a cluster that is gone may be back.
            if self._stations.pop(version_id, None) is not None:
                station.stack.close()
            raise

    def close(self) -> None:
        """End all that grades, whatever it is doing."""
        self._closed = True
        while self._stations:
            self._stations.popitem()[1].stack.close()

    def _station(self, version_id: int) -> _Station:
        if version_id not in self._stations:
            assignment = self._load(version_id)
            while len(self._stations) >= self._warm:
                self._stations.popitem(last=False)[1].stack.close()
            with ExitStack() as stack:
                crew = stack.enter_context(self._crew())
                crew = replace(crew, executor=_UntilClosed(crew.executor, lambda: self._closed))
                self._stations[version_id] = _Station(assignment, crew, stack.pop_all())
        self._stations.move_to_end(version_id)
        return self._stations[version_id]


@contextmanager
def _niced(jobs: int, nice: int) -> Iterator[Crew]:
    """Processes of this machine, which step back behind whoever answers requests."""
    if sys.platform != "linux":
        nice = 0  # it would be the whole service that steps back
    with processes(jobs) as crew, ThreadPoolExecutor(1, "nice", os.nice, (nice,)) as starter:
        yield replace(crew, executor=_By(starter, crew.executor)) if nice else crew


@contextmanager
def _cluster(address: str) -> Iterator[Crew]:
    """The workers of a cluster; that it is away just now is no fault of what was handed in."""
    with ExitStack() as stack:
        try:
            crew = stack.enter_context(joined(address))
        except AuthorError as error:
            raise SandboxError(str(error)) from None
        yield crew


class _By(Executor):
    """An executor that is used by a thread of its own: processes are as nice as the thread that starts them."""

    def __init__(self, thread: ThreadPoolExecutor, executor: Executor) -> None:
        self._thread = thread
        self._executor = executor

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        return self._thread.submit(self._executor.submit, fn, *args, **kwargs).result()


class _UntilClosed(Executor):
    """An executor that takes nothing more at the end: who lost his worker then would start another one."""

    def __init__(self, executor: Executor, closed: Callable[[], bool]) -> None:
        self._executor = executor
        self._closed = closed

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        if self._closed():
            raise SandboxError("the service stops")
        return self._executor.submit(fn, *args, **kwargs)


def submission(work: Work, assignment: Assignment) -> Submission:
    """The files of a learner, read as those of a class are: from a folder, which is gone afterwards."""
    language = chosen(work.language, assignment.title, {})
    with TemporaryDirectory(prefix="grader-") as folder, speaking(language):
        place = Path(folder, str(work.learner_id))
        place.mkdir()
        for name, data in work.files:
            (place / name).write_bytes(data)
        path = place / work.files[0][0] if len(work.files) == 1 else place
        read = collect_one(path, wanted(assignment))
    files = tuple(name for name, _ in work.files) if len(work.files) > 1 else read.files
    return replace(read, files=files, language=language)


def _result(report: Report, learner: str) -> Result:
    report = report.model_copy(update={"submission": report.submission.model_copy(update={"learner": learner})})
    return Result(dump(report), report.status, report.score, report.max_score)
