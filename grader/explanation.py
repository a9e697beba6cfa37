"""What is said about a submission's wrong answers: that one follows from another, else which mistake explains it.

all questions, judged ─ wrong? ─▶ follow_through from wrong steps ─ else ─▶ diagnosis by the bank
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.diagnosis import Finding, Seen, diagnose
from grader.follow_through import Earlier, first_wrong, follow
from grader.preparation import Asked


@dataclass(frozen=True, eq=False)
class Judged:
    """A question with what was seen of it, case by case."""

    asked: Asked
    seen: tuple[Seen, ...]

    @property
    def wrong(self) -> bool:
        """Whether a case is neither correct nor a fault of ours."""
        return any(one.verdict not in ("correct", "grader_error") for one in self.seen)


def explanations(judged: Sequence[Judged]) -> Iterator[tuple[Finding, ...]]:
    """For each question what explains its answers; nothing for those that are right."""
    for one in judged:
        if not one.wrong:
            yield ()
            continue
        asked = one.asked
        earlier = _wrong_steps(one, judged)
        followed = follow(one.seen, asked.wrt, asked.kind, asked.backing, earlier) if earlier else ()
        found = followed or (diagnose(one.seen, asked.bank) if asked.bank else ())
        yield _with_the_beginning(found, one, [step for step in earlier if any(a is not None for a in step.arrays)])


def _with_the_beginning(found: tuple[Finding, ...], one: Judged, earlier: Sequence[Earlier]) -> tuple[Finding, ...]:
    """Where no mistake is known, at least the step from which on it goes wrong, if numbers came back for both."""
    if any(known.code != "localized" for known in found) or all(seen.array is None for seen in one.seen):
        return found
    asked = one.asked
    first = first_wrong(asked.backing[0].evaluation.graph, asked.wrt, asked.kind, earlier)
    return found if first is None else (Finding("localized", first, {"first": first}),)


def _wrong_steps(one: Judged, judged: Sequence[Judged]) -> list[Earlier]:
    """The wrong answers about steps that were given under the same conditions, in the order of the objective."""
    graph = one.asked.backing[0].evaluation.graph
    order = [*graph.steps, graph.name]
    found = [
        Earlier(other.asked.wrt, other.asked.kind, tuple(seen.array for seen in other.seen))
        for other in judged
        if other is not one and other.wrong and other.asked.wrt in order and _alike(one.asked, other.asked)
    ]
    return sorted(found, key=lambda earlier: order.index(earlier.name))


def _alike(one: Asked, other: Asked) -> bool:
    """Whether two questions are about the same problem, the same upstream gradients and the same cases."""
    return (
        one.problem == other.problem
        and one.upstream == other.upstream
        and [case.name for case in one.cases] == [case.name for case in other.cases]
    )
