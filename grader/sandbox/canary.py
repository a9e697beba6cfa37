"""Probes of a sandbox that has just started: hostile calls that each must be denied, and a benign one that must work.

They are a submission like any other and take the same way, so what holds for them holds for a student's. A probe
returns 1 where it was denied, 0 where it came through; some must end the process. Each names the layers any one of
which stops it: a probe whose layers are all missing is left out, since the report of the layers says that already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from grader.errors import SandboxError
from grader.sandbox import course
from grader.sandbox.child import Launcher
from grader.sandbox.job import (
    Answer,
    ArrayArgument,
    Box,
    Call,
    CallLimits,
    Forbidden,
    Framework,
    Plan,
    Returned,
    Slot,
    Source,
)


@dataclass(frozen=True)
class Probe:
    """One hostile act: the Python expression, the layers that deny it, and whether it ends the process."""

    name: str
    layers: tuple[str, ...]
    expression: str
    deadly: bool = False


FILES = ("landlock_fs", "private_root")

PROBES = (
    Probe("read_passwd", FILES, "open('/etc/passwd').read()"),
    Probe("read_environment", FILES, "open('/proc/self/environ', 'rb').read()"),
    Probe("read_memory", FILES, "open('/proc/self/mem', 'rb')"),
    Probe("list_proc", FILES, "os.listdir('/proc/1')"),
    Probe("list_root", FILES, "os.listdir('/var')"),
    Probe("write_tmp", FILES, "open('/tmp/grader-canary', 'w')"),
    Probe("write_shm", FILES, "open('/dev/shm/grader-canary', 'w')"),
    Probe("write_library", FILES, "open(os.__file__, 'a')"),
    Probe("unlink", ("seccomp",), "os.unlink('/tmp/grader-canary')"),
    Probe("fork", ("seccomp",), "os.fork() or os._exit(0)"),
    Probe("inet_socket", ("seccomp",), "socket.socket()"),
    Probe("unix_socket", ("seccomp",), "socket.socket(socket.AF_UNIX)"),
    Probe("socket_pair", ("seccomp",), "socket.socketpair()"),
    Probe("kill_parent", ("seccomp",), "os.kill(os.getppid(), 0)"),
    Probe("memory_file", ("seccomp",), "os.memfd_create('x')"),
    Probe("pipe", ("seccomp",), "os.pipe()"),
    Probe("chmod", ("seccomp",), "os.chmod('/', 0o777)"),
    Probe("limits", ("seccomp",), "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"),
    Probe("async_signal", ("seccomp",), "fcntl.fcntl(1, fcntl.F_SETOWN, os.getpid())"),
    Probe("foreign_descriptor", ("close_range",), "[os.fstat(fd) for fd in range(4, 64) if _exists(fd)][0]"),
    Probe("environment", ("close_range",), "_environment()"),
    Probe("ptrace", ("seccomp",), "libc.ptrace(0, 0, 0, 0)", deadly=True),
    Probe("execute", ("seccomp",), "os.execv('/bin/true', ['true'])", deadly=True),
    Probe("new_namespace", ("seccomp",), "libc.unshare(0x10000000)", deadly=True),
)

PRELUDE = """
import ctypes, fcntl, os, resource, socket
libc = ctypes.CDLL(None)

def _exists(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True

def _environment():
    if len(os.environ) > 16:
        return "more than a box needs to know"
    raise OSError("scrubbed")

def benign(x):
    import decimal, sqlite3
    return (x @ x.T) + float(decimal.Decimal(0))
"""

PROBE = """
def {name}():
    try:
        {expression}
    except (OSError, IndexError, ValueError):
        return 1.0
    return 0.0
"""

LIMITS = CallLimits(5.0, 20.0)


class Probed(Launcher, Protocol):
    """What is probed: anything that starts boxes."""


def check(launcher: Probed, framework: Framework, layers: Mapping[str, Any]) -> dict[str, int]:
    """Makes all probes that these layers should stop; how many passed.

    Raises:
        SandboxError: A probe came through, or the benign call did not.
    """
    probes = [probe for probe in PROBES if any(layers.get(layer) for layer in probe.layers)]
    text = PRELUDE + "".join(PROBE.format(name=probe.name, expression=probe.expression) for probe in probes)
    calls = [Call("canary", "benign", (ArrayArgument("x"),), Slot("x", (2, 2)), LIMITS)]
    calls += [Call("canary", probe.name, (), Slot("denied", ()), LIMITS) for probe in probes]
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    plan = Plan(framework, (Box({"x": x}, tuple(calls), memory_mb=256),))
    result = course.run(launcher, Source({"canary.py": text.encode()}, "canary.py"), plan)
    if result.broken is not None or result.rejection is not None:
        raise SandboxError(f"the sandbox's own check could not be run: {result.broken or result.rejection}")
    answers = [outcome.answers[0] for outcome in result.outcomes]
    failed = [probe.name for probe, answer in zip(probes, answers[1:], strict=True) if not _denied(probe, answer)]
    benign = answers[0]
    if not isinstance(benign, Returned) or benign.array is None or not np.array_equal(benign.array, x @ x.T):
        failed.append(f"benign ({benign})")
    if failed:
        raise SandboxError(f"the sandbox does not hold: {', '.join(failed)}")
    return {"passed": len(answers), "failed": 0}


def _denied(probe: Probe, answer: Answer) -> bool:
    if probe.deadly:
        return isinstance(answer, Forbidden)
    return isinstance(answer, Returned) and answer.array is not None and float(answer.array) == 1.0
