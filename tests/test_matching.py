"""Values against answers: what is near, what is a multiple, and what the factors of all cases have in common."""

import numpy as np
import pytest

from grader.compare import Target
from grader.expected import Expected
from grader.matching import IMPOSSIBLE, UNKNOWN, Cases, Judged, Law, Seen, Shaped, Sketch, Value, explains, law, nice
from grader.sandbox.job import Answer, Raised, Returned

RIGHT = np.arange(1.0, 7.0).reshape(2, 3)
ERROR = Raised("RuntimeError", "", 1)


def target() -> Target:
    none = np.zeros(RIGHT.shape, np.float32)
    return Target.of(Expected(RIGHT, none, none), rtol=1e-5, atol=1e-8)


def came_back(array: np.ndarray) -> Answer:  # type: ignore[type-arg]
    return Returned("float64", array.shape, array if array.shape == RIGHT.shape else None)


def seen(answer: Answer) -> Seen:
    return Seen(answer, "incorrect", target(), True)


@pytest.mark.parametrize(
    ("value", "answer", "explained"),
    [
        (2 * RIGHT, came_back(2 * RIGHT), True),
        (2 * RIGHT, came_back(2 * RIGHT * (1 + 1e-7)), True),
        (2 * RIGHT, came_back(2 * RIGHT * (1 + 1e-3)), False),
        (2 * RIGHT, came_back(RIGHT.T), False),
        (2 * RIGHT, ERROR, False),
        (Shaped((3, 2)), came_back(RIGHT.T), True),
        (Shaped((3,)), came_back(RIGHT.T), False),
        (Shaped((3, 2)), ERROR, False),
        (IMPOSSIBLE, ERROR, False),  # an error alone is no witness
        (UNKNOWN, came_back(RIGHT), False),
    ],
)
def test_explains_one_case(value: Value, answer: Answer, explained: bool) -> None:
    """By numbers or by a shape; errors and what is not known agree, but are no witness."""
    assert explains([value], [seen(answer)]) == explained
    cases = Cases([Judged(seen(answer))])
    assert bool(list(Sketch([[value]], 1).near(cases))) == explained


def test_errors_agree_with_a_witness() -> None:
    """Where W is square there are numbers; where it is not, an error."""
    values: list[Value] = [2 * RIGHT, IMPOSSIBLE]
    assert explains(values, [seen(came_back(2 * RIGHT)), seen(ERROR)])
    assert not explains(values, [seen(came_back(2 * RIGHT)), seen(came_back(2 * RIGHT))])
    assert not explains(values, [seen(came_back(2 * RIGHT)), seen(Raised("NotImplementedError", "", 1))])


def test_sketch_finds_multiples() -> None:
    """By the quotients of two projections."""
    values: list[list[Value]] = [[RIGHT], [RIGHT**2], [np.sin(RIGHT)]]
    assert list(Sketch(values, 1).multiples(Cases([Judged(seen(came_back(-3 * RIGHT**2)))]))) == [1]


@pytest.mark.parametrize(
    ("factors", "found"),
    [
        (None, [0, 1, 2]),
        ([[-3.0, 3.0], [2.0]], [0, 2]),
        ([[-3.0, 3.0], [4.0]], [2]),
        ([[3.0], [2.0]], [2]),
        ([[-3.0 - 1e-3], [2.0]], [2]),
        ([[-3.0 - 1e-9], [2.0]], [0, 2]),
    ],
)
def test_sketch_finds_multiples_by_given_factors(factors: list[list[float]] | None, found: list[int]) -> None:
    """One of them in each case; what is not known rules nothing out."""
    values: list[list[Value]] = [[RIGHT, RIGHT**2], [2 * RIGHT, RIGHT**2], [UNKNOWN, UNKNOWN]]
    cases = Cases([Judged(seen(came_back(-3 * RIGHT))), Judged(seen(came_back(2 * RIGHT**2)))])
    given = None if factors is None else [np.array(one) for one in factors]
    assert Sketch(values, 2).multiples(cases, given) == found


@pytest.mark.parametrize(
    ("factors", "counts", "found"),
    [
        ([2.0, 2.0], [], Law(2.0, False, (2.0, 2.0))),
        ([2.0, 3.0], [], None),
        ([None, -0.5], [], Law(-0.5, False, (-0.5, -0.5))),
        ([0.1, 0.25], [(10.0, 4.0)], Law(1.0, True, (0.1, 0.25))),
        ([-20.0, -8.0], [(10.0, 4.0)], Law(-2.0, True, (-20.0, -8.0))),
        ([70.0, 28.0], [(10.0, 4.0)], None),  # 7 is no factor that people forget beside a count
        ([None, None], [(10.0, 4.0)], None),
    ],
)
def test_law(factors: list[float | None], counts: list[tuple[float, ...]], found: Law | None) -> None:
    """One number for all cases, or one times a count."""
    assert law(factors, counts) == found


@pytest.mark.parametrize(("factor", "meant"), [(1.99999, 2.0), (-0.500001, -0.5), (0.33333, 1 / 3), (0.7, 0.7)])
def test_nice(factor: float, meant: float) -> None:
    assert nice(factor) == meant


def test_huge_numbers_say_nothing() -> None:
    """They have no square."""
    assert Judged(seen(came_back(RIGHT * 1e300))).array is None
