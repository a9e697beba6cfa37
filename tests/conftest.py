"""What all tests have in common."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def english() -> Iterator[None]:
    """Whatever language this machine speaks, here it speaks none, so that reports are in English."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C.UTF-8")
        yield
