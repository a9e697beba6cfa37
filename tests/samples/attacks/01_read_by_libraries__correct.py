"""Lets libraries open a file outside of the box: each must be denied, and the right answer still counts."""

import glob
import linecache
import os
import pathlib
import runpy
import sqlite3

import numpy as np
import torch
from target import SECRET_FILE, TREE, attempt, libc


def attack():
    attempt("os.open", lambda: os.open(SECRET_FILE, os.O_RDONLY))
    attempt("pathlib", lambda: pathlib.Path(SECRET_FILE).read_bytes())
    attempt("numpy.fromfile", lambda: np.fromfile(SECRET_FILE, np.uint8))
    attempt("numpy.memmap", lambda: np.memmap(SECRET_FILE, mode="r"))
    attempt("torch.load", lambda: torch.load(SECRET_FILE))
    attempt("torch.from_file", lambda: torch.from_file(SECRET_FILE, size=4, dtype=torch.uint8))
    attempt("sqlite3", lambda: sqlite3.connect(SECRET_FILE).execute("select * from sqlite_master").fetchall())
    attempt("runpy", lambda: runpy.run_path(TREE + "/submissions/bob.py"))
    attempt("libc", lambda: libc("open", SECRET_FILE.encode(), 0))
    attempt("glob", lambda: glob.glob(TREE + "/**", recursive=True)[1:] or denied())
    attempt("linecache", lambda: linecache.getlines(SECRET_FILE) or denied())


def denied():
    raise PermissionError("nothing was found")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
