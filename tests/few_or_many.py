"""Properties of random things: of a few in the quick tests, of many in the slow ones."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

Test = Callable[..., None]


def few_or_many(few: int, many: int, *strategies: SearchStrategy[Any]) -> Callable[[Test], Test]:
    """Make a test of a function of what is drawn: `@few_or_many(10, 200, st.integers())` is there quick and slow."""

    def tests(test: Test) -> Test:
        def run(examples: int) -> None:
            settings(max_examples=examples, deadline=None)(given(*strategies)(test))()

        # Not all of `functools.wraps`: pytest is to see these parameters, not those of the test.
        run.__name__, run.__qualname__, run.__doc__ = test.__name__, test.__qualname__, test.__doc__
        run.__module__ = test.__module__
        slow = pytest.param(many, id="many", marks=pytest.mark.slow)
        marked: Test = pytest.mark.parametrize("examples", [pytest.param(few, id="few"), slow])(run)
        return marked

    return tests
