"""Level `none`: a plain process for every box, on any system; for one's own code, and it says so.

The same harness and the same frames as in a locked box, over the pipes of a subprocess. What it enforces is wall
time, the bounds on what is read and, where the system has them, the limits on memory and CPU time of a process.

    ours ─ stdin: packed box, packed job ─▶ plain_box ─ stdout: frames, stderr: output ─▶ ours
"""

import contextlib
import os
import platform
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import IO

from grader.errors import SandboxError
from grader.sandbox import course, wire
from grader.sandbox.child import Ended, Event, Printed, Said, process_clock
from grader.sandbox.isolation import Isolation
from grader.sandbox.job import Box, Framework, Plan, Run, Source

CHUNK = 64 << 10
RSS_PER_MB = (1 << 20) if sys.platform == "darwin" else (1 << 10)


class PlainSandbox:
    """Starts a fresh process for every box."""

    def __init__(self, framework: Framework, *, missing: tuple[str, ...] = ()) -> None:
        self._framework: Framework = framework
        self.isolation = Isolation(
            level="none",
            arch=platform.machine(),
            kernel=platform.release(),
            layers={"rlimits": {"as": "per box", "cpu": "per box"} if os.name == "posix" else None},
            missing=missing or ("everything: a plain process was asked for",),
        )

    def __enter__(self) -> "PlainSandbox":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def run(self, source: Source, plan: Plan) -> Run:
        """What becomes of one submission, run with the rights of whoever runs this."""
        if plan.framework != self._framework:
            raise SandboxError(f"a {plan.framework} assignment in a sandbox for {self._framework}")
        return course.run(self, source, plan)

    def close(self) -> None:
        """Nothing to close: no process outlives its box."""

    def launch(self, box: Box, packed_job: bytes, framework: Framework) -> "PlainChild":
        """Starts a process for a box."""
        return PlainChild(wire.pack_box(box), packed_job)

    def restart(self) -> None:
        """Nothing to restart."""


class PlainChild:
    """One process; threads turn its pipes into events, since not every system can poll a pipe."""

    def __init__(self, packed_box: bytes, packed_job: bytes) -> None:
        environment = {name: value for name, value in os.environ.items() if name in KEPT_ENVIRONMENT}
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        environment["PYTHONHASHSEED"] = "0"  # sets of names have the same order every time
        self._process = subprocess.Popen(
            [sys.executable, "-sP", "-m", "grader.sandbox.plain_box"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._queue: queue.Queue[Event] = queue.Queue(maxsize=64)
        self._abandoned = False
        process = self._process
        jobs = (
            threading.Thread(target=self._feed, args=(process.stdin, packed_box, packed_job), daemon=True),
            threading.Thread(target=self._read, args=(process.stdout, Said), daemon=True),
            threading.Thread(target=self._read, args=(process.stderr, Printed), daemon=True),
        )
        for job in jobs:
            job.start()
        self._waiter = threading.Thread(target=self._wait, args=(jobs,), daemon=True)
        self._waiter.start()

    def next(self, timeout: float) -> Event | None:
        """What happened next."""
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None

    def kill(self) -> None:
        """Ends the process and, where sessions exist, all that it started."""
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def cpu_seconds(self) -> float | None:
        """The process's own clock where it can be read; elsewhere its own limit, if any, must do."""
        if sys.platform != "linux":
            return None
        try:
            return time.clock_gettime(process_clock(self._process.pid))
        except OSError:
            return None

    def close(self) -> None:
        """Ends what is left of it."""
        self._abandoned = True
        self.kill()
        self._waiter.join()

    @staticmethod
    def _feed(pipe: IO[bytes], packed_box: bytes, packed_job: bytes) -> None:
        with contextlib.suppress(OSError), pipe:
            pipe.write(wire.LENGTHS.pack(len(packed_box), len(packed_job)) + packed_box + packed_job)

    def _read(self, pipe: IO[bytes], kind: type[Said] | type[Printed]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), CHUNK):
                self._put(kind(data))

    def _wait(self, jobs: tuple[threading.Thread, ...]) -> None:
        cpu, peak = 0.0, 0.0
        if os.name == "posix":
            _, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / RSS_PER_MB
        for job in jobs:
            job.join(timeout=1.0)
        self._put(Ended(self._process.wait(), cpu, peak))

    def _put(self, event: Event) -> None:
        while not self._abandoned:
            with contextlib.suppress(queue.Full):
                self._queue.put(event, timeout=0.1)
                return


KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE")
"""Variables that an interpreter may need to start; no token of anybody's is among them."""
