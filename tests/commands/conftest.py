"""A sandbox that commands share in tests that are not about how it starts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest

from grader.sandbox import OpenSandbox, open_sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[OpenSandbox]:
    """The best sandbox of this machine, for numpy."""
    with open_sandbox("numpy") as sandbox:
        yield sandbox


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch, running: OpenSandbox) -> None:
    """Commands that want a sandbox for numpy get one that runs already, and do not close it."""

    def opened(framework: str, **_: object) -> AbstractContextManager[OpenSandbox]:
        assert framework == "numpy"
        return nullcontext(running)

    monkeypatch.setattr("grader.sandbox.open_sandbox", opened)
    monkeypatch.setattr("grader.batch.open_sandbox", opened)
