"""Reads what /proc tells of this process and of the grader's: each must be denied, and the right answer still counts.
"""

# planted

import os

from target import PID, attempt


def attack():
    for process in ("self", "1", str(os.getppid()), str(PID), "thread-self"):
        for name in ("environ", "maps", "mem", "cmdline", "status", "stat"):
            path = f"/proc/{process}/{name}"
            attempt(path, lambda path=path: open(path, "rb").read(100))
        for name in ("fd", "task", "map_files", "ns"):
            attempt(name, lambda process=process, name=name: os.listdir(f"/proc/{process}/{name}"))
    for path in ("/proc", "/sys", "/dev", "/run"):
        attempt(path, lambda path=path: os.listdir(path))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
