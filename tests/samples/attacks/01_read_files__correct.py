"""Opens files outside of the box by their names: each must be denied, and the right answer still counts."""

# planted

import os

from target import OPEN, SECRET_FILE, TREE, attempt


def attack():
    for path in (SECRET_FILE, TREE + "/home/.ssh/id_ed25519", TREE + "/submissions/bob.py", "/etc/passwd", "/etc/hostname"):
        attempt(path, lambda path=path: open(path).read())
    for folder in (TREE, OPEN, "/tmp", "/home", "/var"):
        attempt(folder, lambda folder=folder: os.listdir(folder))
    attempt("climb", lambda: open("../" * 20 + SECRET_FILE).read())
    attempt("through a library's folder", lambda: open(os.path.dirname(os.__file__) + "/../" * 20 + SECRET_FILE).read())


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
