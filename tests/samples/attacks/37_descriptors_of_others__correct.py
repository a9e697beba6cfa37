"""Opens the descriptors and memory of other processes by their names: each must be denied, and the right answer still
counts.
"""

# planted

import os

from target import PID, attempt


def attack():
    parent = os.getppid()
    for process in {1, PID, *range(max(parent - 20, 1), parent + 20)} - {os.getpid()}:
        for name in (*(f"fd/{number}" for number in range(64)), "mem", "maps", "environ", "root/etc/passwd", "cwd"):
            for flags in (os.O_RDONLY, os.O_WRONLY):
                path = f"/proc/{process}/{name}"
                try:
                    os.open(path, flags)
                    print("REACHED:", path)
                except OSError:
                    pass
    for path in ("/dev/tty", "/dev/ptmx", "/dev/mem", "/dev/zero", "/dev/kmsg", "/dev/pts/0"):
        attempt(path, lambda path=path: open(path, "rb"))


calls = []


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    if not calls:
        calls.append(True)
        attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
