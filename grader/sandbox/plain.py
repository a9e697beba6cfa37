"""Level `none`: a plain process for every box, on any system; for one's own code, and it says so.

The same harness and the same frames as in a locked box, over the pipes of a subprocess. What it enforces is wall
time, the bounds on what is read and, where the system has them, the limits on memory and CPU time of a process.

    ours ─ stdin: packed box, packed job ─▶ python -I -m grader.sandbox.plain ─ stdout: frames, stderr: output ─▶ ours
"""

import contextlib
import os
import platform
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from typing import IO, Any, NoReturn

from grader.errors import SandboxError
from grader.sandbox import course, harness, importing, reach, wire
from grader.sandbox.child import Ended, Event, Printed, Said
from grader.sandbox.isolation import Isolation
from grader.sandbox.job import Box, Framework, Plan, Run, Source
from grader.sandbox.values import Reader

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

CHUNK = 64 << 10
_lengths = struct.Struct("<QQ")


class PlainSandbox:
    """Starts a fresh process for every box."""

    def __init__(self, framework: Framework, *, missing: tuple[str, ...] = ()) -> None:
        self._framework: Framework = framework
        self.isolation = Isolation(
            level="none",
            arch=platform.machine(),
            kernel=platform.release(),
            layers={"rlimits": {"as": "per box", "cpu": "per box"} if resource else None},
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
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "grader.sandbox.plain"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | threads,
            start_new_session=True,
        )
        self._queue: queue.Queue[Event] = queue.Queue(maxsize=64)
        self._abandoned = False
        self._start = time.monotonic()
        process = self._process
        jobs = (
            threading.Thread(target=self._feed, args=(process.stdin, packed_box, packed_job), daemon=True),
            threading.Thread(target=self._read, args=(process.stdout, Said), daemon=True),
            threading.Thread(target=self._read, args=(process.stderr, Printed), daemon=True),
        )
        for job in jobs:
            job.start()
        threading.Thread(target=self._wait, args=(jobs,), daemon=True).start()

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
        """Where the system has a limit of its own on it, that one counts."""
        return None

    def close(self) -> None:
        """Ends what is left of it."""
        self._abandoned = True
        self.kill()
        self._process.wait()

    @staticmethod
    def _feed(pipe: IO[bytes], packed_box: bytes, packed_job: bytes) -> None:
        with contextlib.suppress(OSError), pipe:
            pipe.write(_lengths.pack(len(packed_box), len(packed_job)) + packed_box + packed_job)

    def _read(self, pipe: IO[bytes], kind: type[Said] | type[Printed]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), CHUNK):
                self._put(kind(data))

    def _wait(self, jobs: tuple[threading.Thread, ...]) -> None:
        status = self._process.wait()
        for job in jobs:
            job.join(timeout=1.0)
        # Windows has no signals: what ended there by our own hand is known to whoever did it.
        self._put(Ended(status, time.monotonic() - self._start, 0.0))

    def _put(self, event: Event) -> None:
        while not self._abandoned:
            with contextlib.suppress(queue.Full):
                self._queue.put(event, timeout=0.1)
                return


KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE")
"""Variables that an interpreter may need to start; no token of anybody's is among them."""


# ----- in the process -----


def main() -> NoReturn:
    """Takes the job from standard input, the frames' way from standard output, and works."""
    frames = os.dup(1)
    os.dup2(2, 1)
    source = sys.stdin.buffer
    box_length, job_length = _lengths.unpack(source.read(_lengths.size))
    packed, job = source.read(box_length), wire.unpack_job(source.read(job_length))
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    gate = _prepare(job.framework)
    _limit(job, len(packed))
    path = reach.import_path(job.framework)
    importing.forget_the_grader(job.framework, path)
    harness.Harness(
        wire.unpack_box(packed),
        job,
        write=lambda data: harness.write_all(frames, data),
        silence=_Silencer(),
        reader=Reader(),
        gate=gate,
    ).run()


class _Silencer:
    """Turns the process's output off and on again."""

    def __init__(self) -> None:
        self._output = os.dup(2)
        self._nothing = os.open(os.devnull, os.O_WRONLY)

    def __call__(self, silent: bool) -> None:
        harness.flush()
        for fd in (1, 2):
            os.dup2(self._nothing if silent else self._output, fd)


def _prepare(framework: Framework) -> Any:
    if framework == "numpy":
        return None
    import torch

    from grader.sandbox.gate import make_gate

    torch.set_num_threads(1)
    return make_gate()[0]


def _limit(job: wire.Job, held: int) -> None:
    """Memory where the kernel counts address space as we do, CPU time where there are limits at all."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (job.cpu_seconds, job.cpu_seconds + 1))
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as file:
            held += int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        limit = held + (job.memory_mb << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main()
