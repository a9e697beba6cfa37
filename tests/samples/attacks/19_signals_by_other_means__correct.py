"""Has the kernel send signals for it: each way must be denied, and the right answer still counts."""

import fcntl
import os
import signal

from target import PID, attempt, libc

F_SETSIG = 10


def attack():
    for descriptor in (0, 1, 3):
        for owner in (PID, os.getppid(), -PID):
            attempt("F_SETOWN", lambda d=descriptor, o=owner: fcntl.fcntl(d, fcntl.F_SETOWN, o))
        attempt("F_SETSIG", lambda d=descriptor: fcntl.fcntl(d, F_SETSIG, signal.SIGUSR1))
        attempt("FIOASYNC", lambda d=descriptor: fcntl.ioctl(d, 0x5452, b"\1\0\0\0"))
        attempt("FIOSETOWN", lambda d=descriptor: fcntl.ioctl(d, 0x8901, PID.to_bytes(4, "little")))
    attempt("pidfd", lambda: signal.pidfd_send_signal(os.pidfd_open(PID), signal.SIGUSR1))
    attempt("sigqueue", lambda: libc("sigqueue", PID, signal.SIGUSR1, 0))
    attempt("timer_create", lambda: libc("timer_create", 0, None, bytes(8)))
    attempt("setitimer", lambda: signal.setitimer(signal.ITIMER_REAL, 0.01))
    attempt("alarm", lambda: libc("syscall", 37, 1) if os.uname().machine == "x86_64" else denied())
    attempt("lease", lambda: fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), 1024, fcntl.F_RDLCK))
    attempt("notify", lambda: fcntl.fcntl(os.open(os.path.dirname(os.__file__), os.O_RDONLY), 1026, 1))


def denied():
    raise PermissionError("there is no such call")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
