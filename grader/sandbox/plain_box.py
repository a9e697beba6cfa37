"""The process of a box at level `none`: `python -I -m grader.sandbox.plain_box`, started by `plain`.

It prepares what a zygote would have prepared, sets the limits that the system has, and hands over to the harness.
"""

import os
import sys
from typing import NoReturn

from grader.sandbox import harness, importing, reach, wire
from grader.sandbox.gate import Gate, make_gate
from grader.sandbox.job import Framework
from grader.sandbox.values import Reader

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]


def main() -> NoReturn:
    """Takes the job from standard input, the frames' way from standard output, and works."""
    frames = os.dup(1)
    os.dup2(2, 1)
    source = sys.stdin.buffer
    box_length, job_length = wire.LENGTHS.unpack(source.read(wire.LENGTHS.size))
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


def _prepare(framework: Framework) -> Gate | None:
    if framework == "numpy":
        return None
    import torch

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
