"""The process that is warmed up once and forked for every box.

It serves one box at a time over its control socket, and never reads a submission: descriptors pass through it.

    outside ─ "fork" + result, output, box, job ─▶ zygote ─ fork ─▶ box
    outside ◀─ "started" + pidfd ─ zygote                outside ◀─ "ended", status, CPU time, memory ─ zygote

Where many submissions follow for the same arrays and calls, a *nursery* takes the zygote's place: a fork that has read
these, and rehearsed the calls with functions of its own, so that no box has to. It holds what each of its boxes may
see, and nothing else; the zygote waits until it is dismissed.

    outside ─ "nursery" + box ─▶ zygote ─ fork ─▶ nursery, serves as above        outside ─ "dismissed" ─▶ nursery ends

Before every fork it checks that it has one thread and no descriptor but its own: what it leaks, a box inherits.
"""

import array
import contextlib
import fcntl
import gc
import json
import os
import signal
import socket
import struct
import sys
import traceback
from dataclasses import replace
from typing import Any, NoReturn

from grader.sandbox import (
    forking,
    gate,
    harness,
    importing,
    jail,
    landlock,
    namespaces,
    reach,
    rehearsal,
    seccomp,
    syscalls,
    wire,
)
from grader.sandbox.job import Box, Framework
from grader.sandbox.values import Reader
from grader.sandbox.warm import warm

FORK, STARTED, ENDED, READY, NURSERY, DISMISSED = b"F", b"S", b"E", b"R", b"N", b"D"
ENDED_FORMAT = struct.Struct("=idQ")
"""Wait status, CPU seconds, largest resident set in KiB."""

RECEIVED = (3, 4, 5, 6)
"""Where the four descriptors of a box arrive: the lowest free numbers, as the zygote's own are moved up."""

FIRST_OWN_FD = 20
WORTH_REHEARSING = 1 << 20
"""Bytes of arrays; with more of them, calls take longer than rehearsing them saves."""
WORTH_JOINING = 60
"""Joining pages takes as long as it saves in some hundred boxes; a self-check, and the canary, need far fewer."""
COLLECT_AFTER = 20_000
"""Objects that a box makes before it looks for garbage: most end before that, and copy no page to look at it."""


class Options:
    """How this zygote was asked to be."""

    def __init__(self, text: str) -> None:
        asked = json.loads(text)
        self.control = _move_up(asked["control"])
        self.framework: Framework = asked["framework"]
        self.without: frozenset[str] = frozenset(asked["without"])


class Zygote:
    """The warmed process, after `boot`; serves until its control socket closes."""

    _proc: int
    _tasks: int
    _fds: int
    _statm: int
    _maps: int
    _pagemap: int
    _fillers: list[object]

    def __init__(self, options: Options, inside: bool, missing: list[str]) -> None:
        self._options = options
        self._inside = inside
        self._missing = missing
        self._control = socket.socket(fileno=options.control)
        self._served = 0
        self._box_here: Box | None = None

    def boot(self) -> None:
        """Everything that is done once; says on the control socket what came of it."""
        os.chdir("/")
        self._open_proc()
        warm(self._options.framework)
        self._reader = Reader()
        rehearsal.rehearse(self._options.framework, self._reader)
        self._gate: gate.Gate | None = None
        if self._options.framework == "torch":
            self._gate, why = gate.make_gate(machine="machine_gate" not in self._options.without)
            self._missing += [why] if why else []
        found = reach.survey(self._options.framework)
        path = reach.import_path(self._options.framework)
        kept = self._capabilities(found)
        if self._inside:
            try:
                namespaces.enter_private_root(found)
            except OSError as error:
                raise namespaces.NamespaceError(f"private root: {error}") from error
        self._jail = jail.Jail(
            ruleset=self._make_ruleset(found),
            filter=self._make_filter(),
            zygote=os.getpid(),
            drop_uid=self._may_drop_uid(),
            kept_capabilities=kept,
        )
        jail.prepare()
        _reset_streams()
        self._own = set(os.listdir(self._fds)) - {str(RECEIVED[0])}
        self._check()
        # Here and not in the box, which would have to copy every page that it so much as counts a reference on.
        importing.forget_the_grader(self._options.framework, path)
        gc.set_threshold(COLLECT_AFTER)
        gc.collect()
        gc.freeze()
        self._send(READY + json.dumps(self._describe()).encode())

    def serve(self) -> NoReturn:
        """Forks a box for each request, until there is nobody to ask."""
        while True:
            message, fds, _, _ = socket.recv_fds(self._control, 16, len(RECEIVED))
            if not message or message == DISMISSED:
                os._exit(0)
            due = RECEIVED[:1] if message == NURSERY else RECEIVED
            if tuple(fds) != due:
                raise RuntimeError(f"descriptors {fds} arrived where {list(due)} were due")
            self._check(*fds)
            if message == NURSERY:
                self._give_way(fds[0])
                continue
            held = int(os.pread(self._statm, 32, 0).split()[0]) * _PAGE
            if self._served == WORTH_JOINING:
                self._settle()
            self._served += 1
            pid = forking.fork()
            if pid == 0:
                self._box((fds[0], fds[1], fds[2], fds[3]), held)
            for fd in fds:
                os.close(fd)
            self._attend(pid)

    def _settle(self) -> None:
        """Puts the memory in order, for the many boxes that seem to follow."""
        self._fillers = forking.fill_gaps(self._maps)
        if self._box_here:
            forking.join_code(self._maps, self._pagemap)
        forking.join_pages(self._maps)

    def _give_way(self, box_fd: int) -> None:
        """Lets a nursery serve, until it is dismissed; one that ends in any other way ends the zygote too."""
        zygote = os.getpid()
        pid = forking.fork()
        if pid == 0:
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != zygote:
                os._exit(1)
            self._become_nursery(_read_whole(box_fd))
            os.close(box_fd)
            self.serve()
        os.close(box_fd)
        if os.waitpid(pid, 0)[1] != 0:
            raise RuntimeError("the nursery ended before it was dismissed")

    def _become_nursery(self, packed: bytes) -> None:
        self._open_proc(of=self._proc)
        self._own = set(os.listdir(self._fds)) - {str(fd) for fd in RECEIVED[:2]}
        self._jail = replace(self._jail, zygote=os.getpid())
        self._box_here = wire.unpack_box(packed)
        if len(packed) <= WORTH_REHEARSING:
            rehearsal.rehearse_calls(self._options.framework, self._reader, self._box_here)
        gc.collect()
        gc.freeze()

    def _attend(self, pid: int) -> None:
        pidfd = os.pidfd_open(pid)
        try:
            self._send(STARTED, pidfd)
        finally:
            os.close(pidfd)
        _, status, usage = os.wait4(pid, 0)
        self._send(ENDED + ENDED_FORMAT.pack(status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
        # As process 1 it inherits what a box left behind, should one ever manage to fork.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def _box(self, fds: tuple[int, int, int, int], held: int) -> NoReturn:
        """The child: what it raises before the student's turn is ours, and goes to the zygote's error stream."""
        result, output, box_fd, job_fd = fds
        try:
            packed = b"" if self._box_here else _read_whole(box_fd)
            job = wire.unpack_job(_read_whole(job_fd))
            jail.leave_the_zygote(self._jail)
            memory = held + len(packed) + (job.memory_mb << 20)
            jail.limit_resources(memory_bytes=memory, cpu_seconds=job.cpu_seconds, alone=self._inside)
            quiet = job.repeated or any(step.silent for step in job.steps)
            jail.take_descriptors(result, output)
            jail.lock(self._jail, first_closed=jail.QUIET + 1 if quiet else jail.QUIET)
            work = harness.Harness(
                self._box_here or wire.unpack_box(packed),
                job,
                write=_write_result,
                silence=Silencer() if quiet else _stay_loud,
                reader=self._reader,
                gate=self._gate,
            )
        except BaseException:
            traceback.print_exc()
            end(1)
        work.run()

    def _may_drop_uid(self) -> bool:
        """Root must become somebody else, where it has the right to (a container may have taken it away)."""
        if os.geteuid() != 0:
            return False
        try:
            os.setgroups([])
        except PermissionError:
            self._missing.append("uid_drop: root without the capability to change its uid")
            return False
        return True

    def _capabilities(self, found: reach.Reach) -> tuple[int, ...]:
        """Without a private root a box that gave up root may have to pass a closed folder, as /root is."""
        if self._inside or os.geteuid() != 0 or not _behind_closed_folders(found.entries):
            return ()
        wanted = (syscalls.CAP_DAC_READ_SEARCH,)
        return wanted if syscalls.has_capabilities(*wanted) else ()

    def _make_ruleset(self, found: reach.Reach) -> int | None:
        if "landlock" in self._options.without:
            self._missing.append("landlock: left out on request")
            return None
        if landlock.abi() < 1:
            self._missing.append("landlock: not in this kernel")
            return None
        read = landlock.READ_FILE | landlock.READ_DIR
        grants = [landlock.Grant(path, read) for path in found.entries if path != "/dev/null"]
        grants += [landlock.Grant(path, landlock.READ_DIR) for path in found.folders]
        grants.append(landlock.Grant("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE))
        return _move_up(landlock.make_ruleset(grants))

    def _make_filter(self) -> seccomp.Filter | None:
        if "seccomp" in self._options.without:
            self._missing.append("seccomp: left out on request")
            return None
        return seccomp.Filter()

    def _open_proc(self, of: int | None = None) -> None:
        """Views of the process's own state, held open since a private root has no /proc; a nursery replaces them."""
        flags = os.O_RDONLY | os.O_CLOEXEC
        if of is None:
            self._proc = _move_up(os.open("/proc", flags | os.O_DIRECTORY))
        else:
            for fd in (self._tasks, self._fds, self._statm, self._maps, self._pagemap):
                os.close(fd)

        def view(name: str) -> int:
            return _move_up(os.open(f"self/{name}", flags, dir_fd=self._proc))

        self._tasks, self._fds, self._statm = view("task"), view("fd"), view("statm")
        self._maps, self._pagemap = view("maps"), view("pagemap")

    def _check(self, *received: int) -> None:
        tasks = os.listdir(self._tasks)
        if len(tasks) != 1:
            raise RuntimeError(f"{len(tasks)} threads where one is allowed")
        # Listing takes a descriptor itself, the lowest free one.
        known = {str(fd) for fd in range(RECEIVED[0], RECEIVED[0] + len(received) + 1)}
        extra = set(os.listdir(self._fds)) - self._own - known
        if extra:
            raise RuntimeError(f"unknown descriptors {sorted(extra)}")

    def _describe(self) -> dict[str, Any]:
        version = landlock.abi()
        locked = self._jail.ruleset is not None
        return {
            "missing": self._missing,
            "landlock_abi": version,
            "landlock_errata": landlock.errata(),
            "layers": {
                "no_new_privs": True,
                "landlock_fs": locked and version >= landlock.NEEDED_ABI,
                "landlock_net": locked and version >= landlock.NET_ABI,
                "landlock_scope": ["abstract_unix", "signal"] if locked and version >= landlock.SCOPE_ABI else [],
                "seccomp": {"mode": "allowlist", "sha256": self._jail.filter.sha256} if self._jail.filter else None,
                "close_range": True,
                "rlimits": {
                    "fsize": 0,
                    "core": 0,
                    "nofile": jail.LARGEST_FD,
                    "as": "per box",
                    "cpu": "per box",
                    "nproc": jail.MOST_THREADS if self._inside else None,
                },
                "namespaces": list(namespaces.KINDS) if self._inside else [],
                "private_root": self._inside,
                "cgroup": None,
                "uid_drop": self._jail.drop_uid,
                "capabilities": ["dac_read_search"] if self._jail.kept_capabilities else [],
                "autograd_gate": self._gate.kind if self._gate else None,
            },
        }

    def _send(self, message: bytes, *fds: int) -> None:
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self._control.sendmsg([message], ancillary)
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)


class Silencer:
    """Turns the process's output off, by pointing it at /dev/null, and on again."""

    def __init__(self) -> None:
        self._silent = False

    def __call__(self, silent: bool) -> None:
        if silent is not self._silent:
            harness.flush()
            source = 0 if silent else jail.QUIET
            os.dup2(source, 1)
            os.dup2(source, 2)
            self._silent = silent


_PAGE = os.sysconf("SC_PAGE_SIZE")


def _move_up(fd: int) -> int:
    """The descriptor under a number that leaves the lowest free for those of the boxes."""
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD)
    os.close(fd)
    return moved


def _read_whole(fd: int) -> bytes:
    """A sealed memory file, not moving the offset that all boxes share."""
    size = os.fstat(fd).st_size
    parts, at = [], 0
    while at < size:
        part = os.pread(fd, size - at, at)
        parts.append(part)
        at += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _write_result(data: bytes) -> None:
    harness.write_all(jail.RESULT, data)


def _stay_loud(silent: bool) -> None:
    """The silencer of a box that has nothing to be silent about."""


def _reset_streams() -> None:
    """Lines go out as they are printed, so that a box that dies has said what it said; no text fails to encode."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]


def _behind_closed_folders(paths: tuple[str, ...]) -> bool:
    """Whether some folder on the way to these paths is closed to others."""
    folders: set[str] = set()
    for path in map(os.path.realpath, paths):
        while (path := os.path.dirname(path)) not in folders and path != "/":
            folders.add(path)
    return any(not os.stat(folder).st_mode & 0o001 for folder in folders)


def end(status: int) -> NoReturn:
    """Ends at once, with what was said so far."""
    harness.flush()
    os._exit(status)
