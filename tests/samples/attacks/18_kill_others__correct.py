"""Sends signals to the grader, its zygote, its group and everybody: each must be denied, and the right answer still
counts.
"""

# planted

import os
import signal

from target import PID, attempt, libc


def attack():
    for process in (os.getppid(), PID):
        for number in (0, signal.SIGUSR1):
            attempt("kill", lambda process=process, number=number: os.kill(process, number))
    # Only signal 0, which asks for the right and does nothing: these would be many.
    for process in (-1, 0, 1, -PID):
        attempt("kill", lambda process=process: os.kill(process, 0))
    attempt("killpg", lambda: os.killpg(os.getpgrp(), 0))
    attempt("tkill", lambda: libc("syscall", 200 if os.uname().machine == "x86_64" else 130, PID, signal.SIGUSR1))
    attempt("tgkill", lambda: libc("syscall", 234 if os.uname().machine == "x86_64" else 131, PID, PID, signal.SIGUSR1))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
