"""Writes a module and imports it, and looks for one that an earlier submission wrote: neither is there."""

import sys
from importlib.machinery import SourceFileLoader

from target import OPEN, attempt


def attack():
    sys.path.insert(0, OPEN)
    sys.path_importer_cache.clear()
    attempt("write", lambda: open(OPEN + "/attack_dropping.py", "x").write("x = 1"))
    attempt("import", lambda: __import__("attack_dropping"))
    attempt("import", lambda: __import__("planted_module"))
    attempt("loader", lambda: SourceFileLoader("planted_module", OPEN + "/planted_module.py").load_module())
    sys.path.remove(OPEN)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
