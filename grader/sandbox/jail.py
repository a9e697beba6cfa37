"""What a box gives up before it may touch the student's source, in the one order that works.

    zygote: signals, bounding set, no_new_privs, the limits that are the same for all
    fork ─▶ descriptors ─▶ session ─▶ uid, capabilities ─▶ parent-death signal ─▶ memory and CPU limits
         ─▶ Landlock ─▶ close_range ─▶ seccomp ─▶ the student's source

The change of uid clears the parent-death signal, so that comes later; Landlock leaves open files alone, so
descriptors are closed; seccomp is last, since it forbids all of the above. A step that fails ends the box:
nothing of the student's runs outside.
"""

import os
import resource
import signal
from dataclasses import dataclass

from grader.sandbox import landlock, namespaces, seccomp, syscalls

RESULT, QUIET = 3, 4
"""The box's descriptors beside 0, 1 and 2: where frames go, and the way back to the output while it is silent."""

LARGEST_FD = 64
STACK_BYTES = 8 << 20
MOST_THREADS = 128
"""Threads of small stacks fit into the memory by ten thousands, and would take the numbers of all other processes."""
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NOFILE: LARGEST_FD,
    resource.RLIMIT_MEMLOCK: 0,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_STACK: STACK_BYTES,
}


@dataclass(frozen=True)
class Jail:
    """All that was prepared once, in the zygote, for every box."""

    ruleset: int | None
    filter: seccomp.Filter | None
    zygote: int
    drop_uid: bool
    kept_capabilities: tuple[int, ...] = ()


def take_descriptors(result: int, output: int) -> None:
    """Puts the output on 1 and 2 and the result on its place; what else is open is closed by `lock`."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(output, QUIET)
    os.dup2(result, RESULT)


def prepare() -> None:
    """What every box inherits, done once in the zygote: it needs none of it itself."""
    os.umask(0o077)
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGXCPU):
        signal.signal(caught, signal.SIG_DFL)
    syscalls.drop_bounding_set()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    for kind, value in LIMITS.items():
        resource.setrlimit(kind, (value, value))


def leave_the_zygote(jail: Jail) -> None:
    """Session, user and capabilities; from here on the box dies with its zygote."""
    os.setsid()
    if jail.drop_uid:
        if jail.kept_capabilities:
            syscalls.prctl(syscalls.PR_SET_KEEPCAPS, 1)
        os.setresgid(namespaces.NOBODY, namespaces.NOBODY, namespaces.NOBODY)
        os.setresuid(namespaces.NOBODY, namespaces.NOBODY, namespaces.NOBODY)
    syscalls.set_capabilities(*jail.kept_capabilities)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    if os.getppid() != jail.zygote:
        os._exit(1)


def limit_resources(*, memory_bytes: int, cpu_seconds: int, alone: bool) -> None:
    """The limits that differ from box to box; before the lock, as it forbids to change them.

    The address space is limited to `memory_bytes` in all: the caller adds what the box already holds. `alone` says
    that the box's user has no processes but those of the zygote, as in a user namespace: then threads are limited.
    """
    if alone:
        resource.setrlimit(resource.RLIMIT_NPROC, (MOST_THREADS, MOST_THREADS))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # Not in the zygote, whose error stream is a file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # The soft limit is a signal that a student can ignore; the hard one, a second later, is not.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def lock(jail: Jail, *, first_closed: int) -> None:
    """The last steps: after them the process can read its own libraries, compute, and write to its pipes."""
    if jail.ruleset is not None:
        landlock.enter(jail.ruleset)
    syscalls.close_from(first_closed)
    if jail.filter is not None:
        jail.filter.install(os.getpid())
