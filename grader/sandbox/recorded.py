"""A sandbox that runs nothing: a test double with the runs that it is to give, and a record of what was asked.

RecordedSandbox([run_1, run_2])          one after the other
RecordedSandbox(lambda source, plan: run)   made from what was asked
"""

from collections.abc import Callable, Iterable

from grader.sandbox.isolation import Isolation
from grader.sandbox.job import Plan, Run, Source

Answering = Callable[[Source, Plan], Run]


class RecordedSandbox:
    """Answers with given runs; `asked` lists what it was asked, in order."""

    def __init__(self, runs: Iterable[Run] | Answering, isolation: Isolation | None = None) -> None:
        self._answer: Answering = runs if callable(runs) else _one_by_one(runs)
        self.isolation = isolation or Isolation(level="none", arch="recorded", kernel="recorded")
        self.asked: list[tuple[Source, Plan]] = []

    def __enter__(self) -> "RecordedSandbox":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def run(self, source: Source, plan: Plan) -> Run:
        """The next run.

        Raises:
            LookupError: More was asked than was recorded.
        """
        self.asked.append((source, plan))
        return self._answer(source, plan)

    def close(self) -> None:
        """Nothing to close."""


def _one_by_one(runs: Iterable[Run]) -> Answering:
    left = iter(runs)

    def answer(source: Source, plan: Plan) -> Run:
        for run in left:
            return run
        raise LookupError(f"no run is recorded for {source.main}")

    return answer
