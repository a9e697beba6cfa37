"""Who does the work of a batch: any executor of `concurrent.futures`, and what is to be known of it.

    here        this process: for a few submissions, or where one at a time was asked for
    processes   workers of this machine; one that dies is replaced, and its work is `lost`
    grader.cluster   workers of a Dask cluster

Workers end with the process that started them, however that one ends.
"""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Crew:
    """An executor, and how to keep it busy."""

    executor: Executor
    workers: Callable[[], int]
    """How many tasks run at a time; may change."""
    ahead: int = 2
    """Tasks that are given out for each of them, so that none waits for its next one."""
    chunk: int = 8
    """Submissions in a task, at most: one that is graded costs less than the way there and back."""
    lost: tuple[type[Exception], ...] = ()
    """What a future raises whose worker died."""


@contextmanager
def here() -> Iterator[Crew]:
    """This very thread."""
    yield Crew(_Here(), workers=lambda: 1, ahead=1, chunk=1)


@contextmanager
def processes(count: int) -> Iterator[Crew]:
    """Worker processes, which are ended at the end, whatever they are doing; their boxes end with them."""
    executor = _Processes(count)
    try:
        yield Crew(executor, workers=lambda: count, lost=(BrokenProcessPool,))
    finally:
        executor.stop()


class _Here(Executor):
    """Does what is submitted before it returns."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Processes(Executor):
    """A pool of processes; when one dies the pool is lost with all it was given, and the next task gets a new one."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        while True:
            if self._pool is None:
                # Spawned, not forked: torch may have started threads here by now. Not while interruption waits:
                # Python's own helper, which may start here, lets it through again.
                self._pool = ProcessPoolExecutor(self._count, get_context("spawn"), _start)
            try:
                with _interruption_later():
                    return self._pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self.stop()

    def stop(self) -> None:
        """End the workers now."""
        if self._pool is None:
            return
        running = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.kill()
        for process in running:
            process.join()
        self._pool = None


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


# ----- in a worker process -----


def _start() -> None:
    # Ctrl-C reaches the whole process group; it is for the process that the user talks to.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    if (parent := parent_process()) is not None:
        wait([parent.sentinel])
        os._exit(1)
