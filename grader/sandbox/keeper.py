"""The processes above a zygote: `python -I -m grader.sandbox.keeper`, which the trusted side starts.

    keeper       stays outside of the namespaces; ends when its parent ends, and all below it with it
    doorkeeper   enters them and waits (absent where there are none)
    zygote       process 1 in there

Where the namespaces cannot be made the keeper makes a second attempt without, and the zygote's report says why.
"""

import os
import select
import signal
import socket
import sys
import traceback
from typing import NoReturn

from grader.sandbox import namespaces, syscalls
from grader.sandbox.zygote import Options, Zygote, end

NO_NAMESPACES = 77
"""Exit status of an attempt that could not make its namespaces."""

REASON = 19
"""Descriptor on which such an attempt says why."""


def main() -> None:
    """The keeper: makes a zygote inside namespaces or, where that fails, one without; dies with its parent."""
    options = Options(sys.argv[1])
    parent = os.pidfd_open(os.getppid())
    wanted = "namespaces" not in options.without
    missing: list[str] = [] if wanted else ["namespaces: left out on request"]
    while True:
        reasons, reason = os.pipe()
        os.dup2(reason, REASON)
        os.close(reason)
        synchronised, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            for fd in (parent, reasons):
                os.close(fd)
            synchronised.close()
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            _attempt(options, theirs, wanted, missing)
        os.close(REASON)
        theirs.close()
        if wanted:
            _map_when_asked(synchronised, child)
        synchronised.close()
        status = _watch(child, parent)
        why = os.read(reasons, 4096).decode() if wanted else ""
        os.close(reasons)
        if not (wanted and os.waitstatus_to_exitcode(status) == NO_NAMESPACES):
            os._exit(0 if status == 0 else 1)
        wanted = False
        missing = [f"namespaces: {why}"]


def _watch(child: int, parent: int) -> int:
    """Waits for the child to end, and ends it when the parent does."""
    pidfd = os.pidfd_open(child)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(parent, select.POLLIN)
    if parent in (fd for fd, _ in poll.poll()):
        os.kill(child, signal.SIGKILL)
        os._exit(0)
    os.close(pidfd)
    return os.waitpid(child, 0)[1]


def _map_when_asked(synchronised: socket.socket, child: int) -> None:
    """The child has entered its user namespace; gives it its ids, and says how that went."""
    if not synchronised.recv(1):
        return
    try:
        namespaces.write_maps(child)
        synchronised.sendall(b".")
    except OSError as error:
        synchronised.sendall(f"id maps: {error}".encode())


def _attempt(options: Options, synchronised: socket.socket, wanted: bool, missing: list[str]) -> NoReturn:
    """The doorkeeper, then the zygote; without namespaces the zygote at once."""
    try:
        if wanted:
            try:
                syscalls.unshare(namespaces.FLAGS)
                synchronised.sendall(b".")
                answer = synchronised.recv(4096)
                if answer != b".":
                    raise namespaces.NamespaceError(answer.decode())
                namespaces.isolate_mounts()
            except OSError as error:
                raise namespaces.NamespaceError(str(error)) from error
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            child = os.fork()
            if child:
                synchronised.close()
                os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        synchronised.close()
        zygote = Zygote(options, wanted, missing)
        zygote.boot()
        zygote.serve()
    except namespaces.NamespaceError as error:
        os.write(REASON, str(error).encode())
        end(NO_NAMESPACES)
    except BaseException:
        traceback.print_exc()
        end(1)


if __name__ == "__main__":
    main()
