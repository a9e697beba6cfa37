"""Level none: the same answers from a plain process."""

import pytest

from grader.sandbox import PlainSandbox, open_sandbox
from grader.sandbox.job import Crashed, Forbidden, Missing, Raised, Returned, TimedOut

from .conftest import BUSY, X, call, plan, source

TEXT = """
import {framework}
print("once")
def f(X): return 2 * X
def boom(X): raise ValueError("no")
def slow(X):
    while True: pass
def dies(X):
    import os; os._exit(1)
def junk(X):
    import os
    for fd in range(3, 20):
        try: os.write(fd, b"junk" * 999)
        except OSError: pass
    return X
def derived(X):
    w = X.requires_grad_(); (w * w).sum().backward(); return w.grad
"""


def test_run_plain_each_failure_has_its_answer() -> None:
    """Values, exceptions, limits, deaths and forged frames come out as they do from a locked box."""
    names = ("f", "boom", "slow", "dies", "nothing", "junk", "f")
    with open_sandbox("numpy", isolation="none") as sandbox:
        assert sandbox.isolation.level == "none"
        assert sandbox.isolation.missing == ("everything: a plain process was asked for",)
        run = sandbox.run(source(TEXT.format(framework="numpy")), plan(*(call(name, limits=BUSY) for name in names)))
    answers = [outcome.answers[0] for outcome in run.outcomes]
    assert isinstance(answers[0], Returned)
    assert answers[0].array is not None
    assert answers[0].array.tolist() == (2 * X).tolist()
    assert answers[1] == Raised("ValueError", "no", 5)
    assert answers[2] == TimedOut("cpu_seconds")
    assert answers[3] == Crashed("the process ended (exit status 1) without an answer")
    assert answers[4] == Missing("nothing is not defined")
    assert isinstance(answers[5], Crashed)
    assert isinstance(answers[6], Returned)
    assert run.stdout.count(b"once") == 1


def test_run_plain_torch_is_out_of_reach_of_numpy() -> None:
    """The table of importable modules holds at every level."""
    run = PlainSandbox("numpy").run(source(TEXT.format(framework="torch")), plan())
    assert run.rejection is not None
    assert run.rejection.message == (
        "`import torch`: torch is not available for this assignment, whose framework is numpy"
    )


@pytest.mark.slow
def test_run_plain_autograd_is_forbidden() -> None:
    """The gate is there without a sandbox too."""
    asked = plan(call("derived"), call("f"), framework="torch", memory_mb=1024)
    run = PlainSandbox("torch").run(source(TEXT.format(framework="torch")), asked)
    assert isinstance(run.outcomes[0].answers[0], Forbidden)
    assert isinstance(run.outcomes[1].answers[0], Returned)
