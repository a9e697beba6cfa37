"""Each thing that a box may not do, tried in a box: at full isolation and without namespaces."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.sandbox import OpenSandbox
from grader.sandbox.job import Answer, Crashed, Forbidden, Missing, Raised, Returned, TimedOut

from .conftest import SHORT, CallLimits, Plan, answer, call, plan, source

DENIED = {
    "read_home": "open('/root/.bashrc')",
    "read_passwd": "open('/etc/passwd')",
    "read_environ": "open('/proc/self/environ')",
    "read_maps": "open('/proc/self/maps')",
    "list_proc": "os.listdir('/proc')",
    "list_fds": "os.listdir('/proc/self/fd')",
    "write_tmp": "open('/tmp/gradient_grader_box', 'w')",
    "write_shm": "open('/dev/shm/x', 'w')",
    "write_here": "open('x', 'w')",
    "write_stdlib": "open(os.__file__, 'r+')",
    "truncate": "os.truncate(os.__file__, 0)",
    "unlink": "os.unlink(os.__file__)",
    "mkdir": "os.mkdir('/tmp/gradient_grader_box')",
    "rename": "os.rename(os.__file__, '/tmp/gradient_grader_box')",
    "symlink": "os.symlink('/etc/passwd', '/tmp/gradient_grader_box')",
    "hardlink": "os.link(os.__file__, '/tmp/gradient_grader_box')",
    "chmod": "os.chmod(os.__file__, 0o777)",
    "chown": "os.chown(os.__file__, 0, 0)",
    "utime": "os.utime(os.__file__)",
    "xattr": "os.setxattr(os.__file__, 'user.x', b'x')",
    "flock": "fcntl.flock(1, fcntl.LOCK_EX)",
    "null_path": "open('/etc\\0passwd')",
    "long_path": "open('x' * 5000)",
    "tcp": "socket.socket()",
    "udp": "socket.socket(type=socket.SOCK_DGRAM)",
    "unix": "socket.socket(socket.AF_UNIX)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "alg": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "socketpair": "socket.socketpair()",
    "resolve": "socket.getaddrinfo('example.org', 80)",
    "fork": "os.fork()",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "subprocess": "subprocess.run(['true'])",
    "multiprocessing": "multiprocessing.Process(target=print).start()",
    "kill_parent": "os.kill(os.getppid(), 9)",
    "kill_all": "os.kill(-1, 9)",
    "kill_group": "os.killpg(0, 9)",
    "pidfd": "os.pidfd_open(os.getppid())",
    "owner": "fcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())",
    "setitimer": "signal.setitimer(signal.ITIMER_REAL, 1)",
    "affinity": "os.sched_setaffinity(0, [0])",
    "priority": "os.setpriority(os.PRIO_PROCESS, 0, 5)",
    "raise_limit": "resource.setrlimit(resource.RLIMIT_CPU, (99999, 99999))",
    "other_limit": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    "setsid": "os.setsid()",
    "setuid": "os.setuid(0)",
    "chroot": "os.chroot('/')",
    "memfd": "os.memfd_create('x')",
    "pipe": "os.pipe()",
    "shared_memory": "syscall(29, 0, 4096, 0o1600)",
    "message_queue": "syscall(68, 0, 0o1600)",
    "inotify": "syscall(253)",
    "timer": "syscall(222, 0, 0, 0)",
    "prctl": "syscall(157, 4, 1, 0, 0, 0)",
    "seccomp": "syscall(317, 0, 0, 0)",
    "clone3": "syscall(435, 0, 0)",
    "vfork": "syscall(58)",
    "clone_process": "syscall(56, 17, 0, 0, 0, 0)",
    "other_fds": "[os.fstat(fd) for fd in range(4, 1024)]",
}
"""Python statements that must raise an OSError or ValueError."""

KILLED = {
    "execve": "os.execv('/bin/true', ['true'])",
    "ptrace": "syscall(101, 0, 0, 0, 0)",
    "process_vm_readv": "syscall(310, os.getppid(), 0, 0, 0, 0, 0)",
    "bpf": "syscall(321, 0, 0, 0)",
    "userfaultfd": "syscall(323, 0)",
    "perf": "syscall(298, 0, 0, 0, 0, 0)",
    "unshare": "syscall(272, 0x10000000)",
    "setns": "syscall(308, 0, 0)",
    "mount": "syscall(165, 0, 0, 0, 0, 0)",
    "open_by_handle_at": "syscall(304, 0, 0, 0)",
    "keyctl": "syscall(250, 0, 0, 0, 0, 0)",
    "io_uring": "syscall(425, 1, 0)",
    "x32": "syscall(0x40000000 | 39)",
}
"""Statements that must end the process."""

TRIED = """
import ctypes, fcntl, multiprocessing, os, resource, signal, socket, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), "denied")
def f(X):
    {statement}
    return X
"""

numbers = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")


def tried(sandbox: OpenSandbox, statement: str, limits: CallLimits = SHORT) -> Answer:
    """What becomes of a function that tries this."""
    return answer(sandbox, TRIED.format(statement=statement), plan(call(limits=limits)))


@pytest.fixture(params=["full", "strong"])
def sandbox(request: pytest.FixtureRequest) -> OpenSandbox:
    """Both levels that batch grading accepts."""
    name = "numpy_sandbox" if request.param == "full" else "strong_sandbox"
    chosen: OpenSandbox = request.getfixturevalue(name)
    if chosen.isolation.level != request.param:
        pytest.skip(f"this machine gives {chosen.isolation.level}: {chosen.isolation.missing}")
    return chosen


@numbers
@pytest.mark.parametrize("statement", DENIED.values(), ids=DENIED.keys())
def test_box_denied_act_raises(sandbox: OpenSandbox, statement: str) -> None:
    """What a library may try by chance fails as an ordinary error, so that harmless code goes on."""
    got = tried(sandbox, statement)
    assert isinstance(got, Raised), got
    assert got.exception in (
        *("PermissionError", "FileNotFoundError", "OSError", "ValueError", "BlockingIOError", "gaierror"),
        *("NotADirectoryError", "itimer_error"),
    ), got


@numbers
@pytest.mark.parametrize("statement", KILLED.values(), ids=KILLED.keys())
def test_box_hostile_call_ends_it(sandbox: OpenSandbox, statement: str) -> None:
    """What no benign job does ends the process."""
    assert tried(sandbox, statement) == Forbidden("a system call that is not allowed")


ALLOWED = {
    "threads": "import threading; t = threading.Thread(target=print); t.start(); t.join()",
    "dev_null": "open(os.devnull, 'w').write('x')",
    "lazy_import": "import sqlite3, xml.dom.minidom, asyncio",
    "stat": "os.stat(os.__file__)",
    "read_stdlib": "open(os.__file__).read()",
    "sleep": "import time; time.sleep(0.01)",
    "abort_text": "signal.getsignal(2)",
    "numpy_extra": "import numpy.f2py, numpy.polynomial.hermite",
}


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED.keys())
def test_box_ordinary_act_works(sandbox: OpenSandbox, statement: str) -> None:
    """What homework does is let through: the check on the checks above."""
    assert isinstance(tried(sandbox, statement), Returned)


@pytest.mark.parametrize("module", ["torch", "grader", "pytest", "pip", "hypothesis"])
def test_box_other_packages_are_out_of_reach(sandbox: OpenSandbox, module: str) -> None:
    """Only what the table lists can be found, with our importer or with the student's own."""
    found = f"""
    import importlib.machinery, sys
    def f(X):
        paths = sys.path + [p + '/site-packages' for p in sys.path]
        spec = importlib.machinery.PathFinder.find_spec('{module}', paths)
        open(spec.origin)
    """
    got = answer(sandbox, found)
    assert isinstance(got, Raised)
    assert got.exception in ("PermissionError", "AttributeError", "FileNotFoundError")


def test_box_environment_is_scrubbed(numpy_sandbox: OpenSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours is in the box."""
    text = "import os\ndef f(X): return X[len([k for k in os.environ if 'TOKEN' in k or 'PYTEST' in k]):]"
    got = answer(numpy_sandbox, text)
    assert isinstance(got, Returned)
    assert got.shape == (2, 3)


def test_box_private_root_hides_other_files(numpy_sandbox: OpenSandbox) -> None:
    """At full isolation the very existence of other files cannot be seen."""
    if not numpy_sandbox.isolation.layers["private_root"]:
        pytest.skip("no private root on this machine")
    here = str(Path(__file__).resolve())
    got = tried(numpy_sandbox, f"os.stat({here!r})")
    assert isinstance(got, Raised)
    assert got.exception == "FileNotFoundError"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ctypes.string_at(0)", Crashed("signal SIGSEGV")),
        ("os.abort()", Crashed("signal SIGABRT")),
        ("signal.raise_signal(9)", Crashed("signal SIGKILL")),
        ("os._exit(3)", Crashed("the process ended (exit status 3) without an answer")),
        ("import time; time.sleep(99)", TimedOut("wall_seconds")),
        ("signal.raise_signal(signal.SIGSTOP)", TimedOut("wall_seconds")),
        ("[signal.signal(s, signal.SIG_IGN) for s in (15, 24, 14)]\n    while True: pass", TimedOut("cpu_seconds")),
        ("10 ** 10 ** 9", TimedOut("cpu_seconds")),
        ("os.write(3, b'junk junk junk'); import time; time.sleep(99)", None),
        ("os.write(3, b'\\0' * 100000)", None),
        ("os.close(3)", None),
    ],
)
def test_box_that_dies_is_named(numpy_sandbox: OpenSandbox, statement: str, expected: Answer | None) -> None:
    """Every way to end without an answer has its answer; a forged frame is a crash."""
    # The other clock is never the first, however busy the machine.
    limits = {"wall_seconds": CallLimits(5.0, 0.5), "cpu_seconds": CallLimits(0.3, 10.0)}
    got = tried(numpy_sandbox, statement, limits[expected.limit] if isinstance(expected, TimedOut) else SHORT)
    if expected is None:
        assert isinstance(got, Crashed), got
    else:
        assert got == expected


def test_box_answer_twice_is_a_crash(numpy_sandbox: OpenSandbox) -> None:
    """A well-formed frame of the student's own stands for the answer, and then ours is one too many."""
    text = """
    import json, os, struct
    def f(X):
        head = json.dumps(["answers", 0, [["missing", "forged"]], []]).encode()
        os.write(3, struct.pack("<I", len(head)) + head)
        return X
    """
    got = answer(numpy_sandbox, text)
    assert isinstance(got, (Crashed, Missing))
    assert got == Crashed("the answer was not well-formed: something after the last answer")


def test_box_flood_is_cut(numpy_sandbox: OpenSandbox) -> None:
    """Of what is printed head and tail are kept; the answer is not touched."""
    text = """
    import sys
    def f(X):
        print("head")
        for _ in range(300): print("x" * 9999)
        print("tail", file=sys.stderr)
        return X
    """
    run = numpy_sandbox.run(source(text), plan())
    assert isinstance(run.outcomes[0].answers[0], Returned)
    assert run.truncated
    assert len(run.stdout) == 64 << 10
    assert run.stdout.startswith(b"head\nxxx")
    assert run.stdout.endswith(b"xxx\ntail\n")


def test_box_thread_bomb_is_local(numpy_sandbox: OpenSandbox) -> None:
    """Threads without end stop at the memory limit, and the next box works."""
    text = """
    import threading, time
    def f(X):
        while True: threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    """
    assert not isinstance(answer(numpy_sandbox, text), Returned)
    assert isinstance(answer(numpy_sandbox, "def f(X): return X"), Returned)


def test_box_leaves_nothing_to_the_next(numpy_sandbox: OpenSandbox) -> None:
    """What one submission changed or holds, the next does not see."""
    answer(numpy_sandbox, "import math, numpy\nnumpy.marker = math.marker = 'marked by a'\ndef f(X): return X")
    text = """
    import gc, math, numpy
    def f(X):
        assert not hasattr(math, "marker") and not hasattr(numpy, "marker")
        assert not any(o == "marked by" + " a" for o in gc.get_objects() if type(o) is str)
        return X
    """
    assert isinstance(answer(numpy_sandbox, text), Returned)


def test_run_submission_seconds_bound_everything(numpy_sandbox: OpenSandbox) -> None:
    """The time of all calls together is limited too; calls that it does not reach time out unseen."""
    text = "import time\ndef f(X): time.sleep(0.3); return X"
    run = numpy_sandbox.run(source(text), plan(call(), call(), call(), submission_seconds=0.4))
    kinds = [outcome.answers[0] for outcome in run.outcomes]
    assert isinstance(kinds[0], Returned)
    assert kinds[1:] == [TimedOut("submission_seconds")] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("without", ["", "namespaces"])
def test_open_sandbox_not_root_holds_too(without: str) -> None:
    """An ordinary user gets the same levels: a namespace of one id, or none."""
    prefix = Path(sys.base_prefix).resolve()
    if any(not folder.stat().st_mode & 1 for folder in (prefix, *prefix.parents)):
        pytest.skip("the interpreter lies in a folder that is closed to others")
    script = (
        "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from grader.sandbox import open_sandbox\n"
        f"with open_sandbox('numpy', without={[without] if without else []}) as s: print(s.isolation.level)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == ("strong" if without else "full"), done.stderr


def test_box_limits_are_those_asked(numpy_sandbox: OpenSandbox) -> None:
    """Memory counts from what the box holds when it starts."""
    text = "import numpy as np\ndef f(X): np.ones((100 << 20) // 8); return X"
    assert isinstance(answer(numpy_sandbox, text, plan(memory_mb=200)), Returned)
    assert not isinstance(answer(numpy_sandbox, text, plan(memory_mb=50)), Returned)


def test_box_import_hanging_is_rejected_in_time(numpy_sandbox: OpenSandbox) -> None:
    """A submission that sleeps at import is rejected after its limit, not later."""
    start = time.monotonic()
    asked: Plan = replace(plan(call(limits=SHORT)), import_limits=CallLimits(5.0, 0.5))
    run = numpy_sandbox.run(source("import time\ntime.sleep(99)"), asked)
    assert run.rejection is not None
    assert run.rejection.code == "timed_out"
    assert time.monotonic() - start < 5
