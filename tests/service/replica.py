"""Workers as others see them: in threads of ours, and in processes, which can be killed.

python -m tests.service.replica URL SECONDS     grades nothing, so many seconds each, and says what it begins
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from grader.service.database import Database
from grader.service.queue import Claim, Queue
from grader.service.worker import Bench, Worker
from tests.service.benches import QuickBench

LEASE_SECONDS = 1.5
PATIENCE_SECONDS = 60.0


@contextmanager
def working(queue: Queue, bench: Bench, batch: int = 8) -> Iterator[Worker]:
    """A worker in a thread, which is stopped at the end."""
    worker = Worker(queue, bench, batch=batch, lease_seconds=LEASE_SECONDS, idle_seconds=0.01)
    thread = Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop(10.0)
        thread.join(10.0)


@contextmanager
def replica(url: str, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process, once it has begun with something."""
    command = [sys.executable, "-m", "tests.service.replica", url, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()}) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(b"begins ")
            yield process
        finally:
            process.kill()


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.02)


def _main(url: str, seconds: float) -> None:
    def begins(claim: Claim) -> None:
        print(f"begins {claim.attempt_id}", flush=True)

    bench = QuickBench(seconds, begins)
    Worker(Queue(Database(url)), bench, batch=8, lease_seconds=LEASE_SECONDS, idle_seconds=0.01).run()


if __name__ == "__main__":
    _main(sys.argv[1], float(sys.argv[2]))
