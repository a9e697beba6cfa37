"""Lets libraries write files: each must be denied, and the right answer still counts."""

import os
import py_compile
import shutil
import sqlite3
import tempfile
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import torch
from target import OPEN, attempt, libc


def attack():
    path = OPEN + "/attack-dropping"
    attempt("tempfile", lambda: tempfile.mkstemp(prefix="attack-dropping"))
    attempt("tempfile", lambda: tempfile.TemporaryFile())
    attempt("tempfile", lambda: tempfile.mkdtemp(prefix="attack-dropping", dir=OPEN))
    attempt("numpy.save", lambda: np.save(path, np.ones(3)))
    attempt("tofile", lambda: np.ones(3).tofile(path))
    attempt("numpy.memmap", lambda: np.memmap(path, mode="w+", shape=10))
    attempt("torch.save", lambda: torch.save(torch.ones(3), path))
    attempt("torch.from_file", lambda: torch.from_file(path, shared=True, size=100))
    attempt("sqlite3", lambda: sqlite3.connect(path).execute("create table t (x)"))
    attempt("py_compile", lambda: py_compile.compile(os.__file__, cfile=path))
    attempt("shutil", lambda: shutil.copy(os.__file__, path))
    attempt("share_memory_", lambda: torch.ones(3).share_memory_())
    attempt("SharedMemory", lambda: SharedMemory(create=True, size=100))
    attempt("libc", lambda: libc("creat", path.encode(), 0o666))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
