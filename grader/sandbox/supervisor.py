"""The trusted side of one zygote: starts it, passes it boxes, kills by pidfd, and believes nothing they say.

    open_sandbox ─▶ returns at once, while the zygote imports
    .isolation, .run ─▶ wait for it, and for the canary
    run ─▶ a memory file with the job, two pipes ─▶ zygote ─▶ pidfd ─▶ frames, output, exit

The arrays of a box are packed once, into a sealed memory file that all its children share.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterable
from typing import Any

from grader.errors import SandboxError
from grader.sandbox import canary, course, syscalls, wire, zygote
from grader.sandbox.child import Ended, Event, MachineryError, Printed, Said, process_clock
from grader.sandbox.isolation import Isolation, level_of
from grader.sandbox.job import Box, Framework, Plan, Run, Source

BOOT_SECONDS = 120.0
ANSWER_SECONDS = 60.0
GENTLE_SECONDS = 0.2
"""Time to end in that way: killed at once, a keeper would leave its own dead to process 1, which may be this one."""
CHUNK = 64 << 10
UNDISTURBED_SECONDS = 0.02
WORTH_A_NURSERY = 5
"""Submissions in a row for the same box, before a process is kept that has read it."""
SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",  # sets of names have the same order every time
    "TORCHINDUCTOR_CACHE_DIR": "/",  # a folder that is there: torch's compiler cannot make one of its own
}
"""All that a box can see of our environment."""


class ZygoteSandbox:
    """A warmed zygote and what drives it; one per worker, not to be shared between threads."""

    def __init__(self, framework: Framework, *, without: Iterable[str] = ()) -> None:
        self._framework: Framework = framework
        self._without = tuple(sorted(without))
        self._packed: weakref.WeakKeyDictionary[Box, _PackedBox] = weakref.WeakKeyDictionary()
        self._isolation: Isolation | None = None
        self._ready: dict[str, Any] | None = None
        self._last: weakref.ref[Box] | None = None
        self._in_a_row, self._in_nursery = 0, False
        self._closed = False
        self._start()

    def __enter__(self) -> "ZygoteSandbox":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What stands between a box and this machine; waits for the zygote.

        Raises:
            SandboxError: The zygote did not start, or a probe of the canary came through.
        """
        if self._isolation is None:
            ready = self._wait()
            layers = ready["layers"]
            # The probes pass through `course.run` and so must not be asked for again by it.
            tried = canary.check(self, self._framework, layers)
            self._isolation = Isolation(
                level=level_of(layers),
                arch=syscalls.arch(),
                kernel=os.uname().release,
                landlock_abi=ready["landlock_abi"],
                landlock_errata=ready["landlock_errata"],
                layers=layers,
                missing=(*ready["missing"], "cgroup: none was lent"),
                canary=tried,
            )
        return self._isolation

    def run(self, source: Source, plan: Plan) -> Run:
        """What becomes of one submission.

        Raises:
            SandboxError: There is no sandbox to be had any more.
        """
        if plan.framework != self._framework:
            raise SandboxError(f"a {plan.framework} assignment in a sandbox for {self._framework}")
        assert self.isolation is not None
        return course.run(self, source, plan)

    def close(self) -> None:
        """Ends the zygote and all its boxes; nothing to do the second time."""
        if self._closed:
            return
        self._closed = True
        self._stop()
        self._packed.clear()

    def __del__(self) -> None:
        if hasattr(self, "_closed"):
            self.close()

    # ----- what `course` asks for -----

    def launch(self, box: Box, packed_job: bytes, framework: Framework) -> "ZygoteChild":
        """Starts a box; returns as soon as it is forked."""
        self._wait()
        box_fd = self._packed_box(box)
        self._settle(box, box_fd)
        job_fd = _sealed("job", packed_job)
        result, result_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        output, output_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            for end in (result_end, output_end):
                os.set_blocking(end, True)
            socket.send_fds(self._control, [zygote.FORK], [result_end, output_end, box_fd, job_fd])
            message, fds, _, _ = socket.recv_fds(self._control, 64, 1)
            if message != zygote.STARTED or len(fds) != 1:
                raise MachineryError(self._last_words())
        except (OSError, MachineryError) as error:
            os.close(result)
            os.close(output)
            if isinstance(error, OSError):
                raise MachineryError(f"{error}: {self._last_words()}") from error
            raise
        finally:
            for fd in (result_end, output_end, job_fd):
                os.close(fd)
        return ZygoteChild(self._control, result, output, fds[0])

    def _settle(self, box: Box, box_fd: int) -> None:
        """Gives a box that is asked for again and again a nursery; any other ends that of the one before."""
        if self._last is None or self._last() is not box:
            if self._in_nursery:
                socket.send_fds(self._control, [zygote.DISMISSED], [])
            self._last, self._in_a_row, self._in_nursery = weakref.ref(box), 0, False
        self._in_a_row += 1
        if self._in_a_row == WORTH_A_NURSERY and "nursery" not in self._without:
            socket.send_fds(self._control, [zygote.NURSERY], [box_fd])
            self._in_nursery = True

    def restart(self) -> None:
        """Starts another zygote in the place of one that failed.

        Raises:
            SandboxError: It does not start either.
        """
        self._stop()
        self._start()
        self._wait()

    # ----- the zygote -----

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ready = self._last = None
        self._in_a_row, self._in_nursery = 0, False
        options = {"control": theirs.fileno(), "framework": self._framework, "without": self._without}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        command = [sys.executable, "-sP", "-m", "grader.sandbox.keeper", json.dumps(options)]
        try:
            self._process = subprocess.Popen(
                command,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                close_fds=True,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"the sandbox's process cannot be started: {error}") from error
        finally:
            theirs.close()

    def _wait(self) -> dict[str, Any]:
        """The zygote's own report, once it is ready."""
        if self._ready is None:
            self._control.settimeout(BOOT_SECONDS)
            try:
                message = self._control.recv(1 << 16)
            except OSError as error:
                message = str(error).encode()
            if message[:1] != zygote.READY:
                self._stop()
                raise SandboxError(f"the sandbox did not start: {self._last_words()}")
            self._control.settimeout(ANSWER_SECONDS)
            ready: dict[str, Any] = json.loads(message[1:])
            self._ready = ready
        return self._ready

    def _stop(self) -> None:
        """Ends the processes: by themselves if they do, so that each waits for the one below it, else by force."""
        self._control.close()
        try:
            self._process.wait(GENTLE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        """The end of what the zygote wrote to its error stream."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-4000:].strip() or "it ended without a word"

    def _packed_box(self, box: Box) -> int:
        packed = self._packed.get(box)
        if packed is None:
            packed = self._packed[box] = _PackedBox(box)
        return packed.fd


class _PackedBox:
    """The memory file of a box; there as long as the box itself, of which it holds no reference."""

    def __init__(self, box: Box) -> None:
        self.fd = _sealed("box", wire.pack_box(box))
        self._close = os.close

    def __del__(self) -> None:
        self._close(self.fd)


class ZygoteChild:
    """One box that the zygote forked."""

    def __init__(self, control: socket.socket, result: int, output: int, pidfd: int) -> None:
        self._control, self._result, self._output, self._pidfd = control, result, output, pidfd
        self._clock = _cpu_clock(pidfd)
        self._poll = select.poll()
        for fd in (result, output, control.fileno()):
            self._poll.register(fd, select.POLLIN)
        self._end = select.poll()
        self._end.register(control.fileno(), select.POLLIN)
        self._undisturbed = True
        self._events: list[Event] = []
        self._over = False

    def next(self, timeout: float) -> Event | None:
        """What happened next; what the box still had to say comes before its end."""
        if not self._events:
            self._listen(timeout)
        return self._events.pop(0) if self._events else None

    def _listen(self, timeout: float) -> None:
        if self._undisturbed:
            # Most boxes end soon: to be woken for every frame would cost both sides more than the frame itself.
            self._undisturbed = False
            self._end.poll(min(timeout, UNDISTURBED_SECONDS) * 1000)
            timeout = 0.0
        ready = {fd for fd, _ in self._poll.poll(timeout * 1000)}
        if self._result in ready:
            self._events += self._read(self._result, Said)
        if self._output in ready:
            self._events += self._read(self._output, Printed)
        if self._control.fileno() in ready:
            ended = self._end_report()
            for fd, kind in ((self._output, Printed), (self._result, Said)):
                while more := self._read(fd, kind):
                    self._events += more
            self._events.append(ended)

    def _read(self, fd: int, kind: type[Said] | type[Printed]) -> list[Event]:
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return []
        if data:
            return [kind(data)]
        with contextlib.suppress(KeyError):
            self._poll.unregister(fd)
        return []

    def _end_report(self) -> Ended:
        try:
            message = self._control.recv(64)
        except OSError as error:
            raise MachineryError(f"the zygote is gone: {error}") from error
        if message[:1] != zygote.ENDED:
            raise MachineryError("the zygote is gone")
        self._over = True
        status, cpu, peak = zygote.ENDED_FORMAT.unpack(message[1:])
        return Ended(os.waitstatus_to_exitcode(status), cpu, peak / 1024)

    def kill(self) -> None:
        """SIGKILL, which nothing can ignore, to this process and no other of its number."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def cpu_seconds(self) -> float | None:
        """The process's own clock, read from outside."""
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return None

    def close(self) -> None:
        """Closes the pipes; a box that still lives is killed, and its end report awaited."""
        if not self._over:
            self.kill()
            with contextlib.suppress(MachineryError):
                self._end_report()
        for fd in (self._result, self._output, self._pidfd):
            os.close(fd)


def _cpu_clock(pidfd: int) -> int:
    """The clock of the process behind a pidfd: its number, as seen from here, in the kernel's encoding."""
    fd = os.open(f"/proc/self/fdinfo/{pidfd}", os.O_RDONLY)
    try:
        text = os.read(fd, 1024)
    finally:
        os.close(fd)
    pid = int(text.partition(b"Pid:")[2].split(None, 1)[0])
    return process_clock(pid)


def _sealed(name: str, data: bytes) -> int:
    """A memory file with these bytes, that nobody can change."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    at = 0
    while at < len(data):
        at += os.write(fd, data[at:] if at else data)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
    return fd
