"""Writes into shared, temporary and library folders: each must be denied, and the right answer still counts."""

import os

import torch
from target import OPEN, TREE, attempt

FOLDERS = (OPEN, TREE, "/tmp", "/dev/shm", "/var/tmp", ".", os.path.dirname(os.__file__), os.path.dirname(torch.__file__))


def attack():
    for folder in FOLDERS:
        path = f"{folder}/attack-dropping"
        attempt(path, lambda path=path: open(path, "x"))
        attempt(path, lambda path=path: os.open(path, os.O_CREAT | os.O_WRONLY))
    attempt("O_TMPFILE", lambda: os.open(OPEN, os.O_TMPFILE | os.O_RDWR))
    attempt("existing", lambda: open(OPEN + "/keep.txt", "a").write("I was here"))
    attempt("results", lambda: open(OPEN + "/results.json", "w").write('{"score": 100}'))
    attempt("library", lambda: open(os.__file__, "r+"))
    attempt("device", lambda: open("/dev/shm", "w"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
