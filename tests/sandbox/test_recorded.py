"""The test double answers what it was told to, and remembers what it was asked."""

import pytest

from grader.sandbox import RecordedSandbox
from grader.sandbox.job import Run

from .conftest import plan, source


def test_recorded_list_one_by_one() -> None:
    """Runs are given in order; one too many is an error that names the submission."""
    first, second = Run(()), Run((), broken="x")
    asked, text = plan(), source("def f(X): return X")
    with RecordedSandbox([first, second]) as sandbox:
        assert sandbox.run(text, asked) is first
        assert sandbox.run(text, asked) is second
        assert sandbox.asked == [(text, asked)] * 2
        with pytest.raises(LookupError, match=r"no run is recorded for alice\.py"):
            sandbox.run(text, asked)


def test_recorded_function_sees_what_is_asked() -> None:
    """A run may be made from the submission."""
    sandbox = RecordedSandbox(lambda source, plan: Run((), broken=source.main))
    assert sandbox.run(source(""), plan()).broken == "alice.py"
    assert sandbox.isolation.level == "none"
