"""What all tests have in common."""

import os
from collections.abc import Iterator

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """The quick tests compute in one thread; the slow ones in as many as there are cores.

    Their arrays are so small that threads wait for each other longer than they work, above all on a busy machine.
    """
    if config.getoption("markexpr") == "not slow":
        os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def english() -> Iterator[None]:
    """Whatever language this machine speaks, here it speaks none, so that reports are in English."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C.UTF-8")
        yield
