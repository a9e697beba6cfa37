"""Starts processes in every way: each must be denied, and the right answer still counts."""

# planted

import os
import subprocess

from target import attempt, libc


def attack():
    attempt("fork", lambda: leave(os.fork()))
    attempt("forkpty", lambda: leave(os.forkpty()[0]))
    attempt("libc fork", lambda: leave(libc("fork")))
    attempt("posix_spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
    attempt("subprocess", lambda: subprocess.run(["/bin/true"]))
    attempt("subprocess", lambda: subprocess.check_output("true", shell=True))
    attempt("system", lambda: os.system("true") == 0 or denied())
    attempt("popen", lambda: os.popen("true").read())
    attempt("_posixsubprocess", lambda: leave(os.spawnv(os.P_NOWAIT, "/bin/true", ["true"])))
    for flags in (17, 0x4000 | 0x100 | 17, 0x10000000 | 17):
        attempt("clone", lambda flags=flags: leave(libc("syscall", 56 if os.uname().machine == "x86_64" else 220, flags, 0)))
    attempt("clone3", lambda: leave(libc("syscall", 435, bytes(88), 88)))


def leave(pid):
    if pid == 0:
        os._exit(0)
    return pid


def denied():
    raise PermissionError("it did not start")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
