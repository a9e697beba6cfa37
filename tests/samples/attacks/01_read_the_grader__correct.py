"""Imports the grader and looks for its source, its packages and the references: nothing is there to be found."""

import importlib.metadata
import sys

from target import attempt


def attack():
    for name in ("grader", "grader.reference", "grader.compare", "pydantic", "yaml", "lark", "pytest", "pip"):
        attempt(name, lambda name=name: importlib.import_module(name))
    attempt("loaded", lambda: [name for name in sys.modules if name.startswith("grader")][0])
    attempt("distribution", lambda: importlib.metadata.distribution("gradient-grader").read_text("RECORD"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
