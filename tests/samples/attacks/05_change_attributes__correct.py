"""Changes modes, times, owners and attributes of files: each must be denied, and the right answer still counts."""

import fcntl
import os

from target import OPEN, TREE, attempt


def attack():
    for path in (OPEN + "/keep.txt", TREE, os.__file__, "/"):
        attempt("chmod", lambda path=path: os.chmod(path, 0o777))
        attempt("utime", lambda path=path: os.utime(path, (1, 1)))
        attempt("chown", lambda path=path: os.chown(path, os.getuid(), os.getgid()))
        attempt("setxattr", lambda path=path: os.setxattr(path, "user.attack", b"1"))
        attempt("listxattr", lambda path=path: os.listxattr(path))
    attempt("fchmod", lambda: os.fchmod(1, 0o777))
    attempt("umask", lambda: os.umask(0))
    attempt("flock", lambda: fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_EX))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
