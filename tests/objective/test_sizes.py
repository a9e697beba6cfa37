"""Sizes that may be unknown, and what the unifier learns about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.objective.sizes import Mismatch, Size, Unifier, show

N, M = Size(0, "n"), Size(0, "m")


@pytest.mark.parametrize(
    ("size", "expected"), [(Size(3), "3"), (N, "n"), (N.plus(-1), "n-1"), (N.plus(2), "n+2"), (Size(3).plus(-1), "2")]
)
def test_size_is_shown_as_people_write_it(size: Size, expected: str) -> None:
    """A number, an unknown, or an unknown plus a number."""
    assert str(size) == expected


@pytest.mark.parametrize(
    ("shape", "expected"), [((), "scalar"), ((4,), "vector of 4"), ((10, 4), "10×4"), ((2, 3, 4), "2×3×4")]
)
def test_shape_is_shown_as_people_write_it(shape: tuple[int, ...], expected: str) -> None:
    """Rows times columns."""
    assert show(tuple(map(Size, shape))) == expected


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        (Size(3), Size(3), True),
        (Size(3), Size(4), False),
        (N, Size(3), True),
        (Size(3), N, True),
        (N, M, True),
        (N, N, True),
        (N, N.plus(1), False),
        (N.plus(1), M, True),
    ],
)
def test_same_says_whether_two_sizes_can_be_equal(one: Size, other: Size, fits: bool) -> None:
    """And makes them so."""
    unifier = Unifier()
    assert unifier.same(one, other) is fits
    assert (unifier.resolve(one) == unifier.resolve(other)) is fits


def test_same_offset_is_carried_over() -> None:
    """n + 1 = 5 makes n 4; n = m - 2 keeps the two apart by 2."""
    unifier = Unifier()
    assert unifier.same(N.plus(1), Size(5))
    assert unifier.resolve(N) == Size(4)
    unifier = Unifier()
    assert unifier.same(N, M.plus(-2))
    assert unifier.same(M, Size(7))
    assert unifier.resolve(N) == Size(5)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(-2, 2)), max_size=8))
def test_same_keeps_everything_it_was_told(told: list[tuple[str, str, int]]) -> None:
    """Whatever the order, what was made equal stays equal."""
    unifier = Unifier()
    kept = [(Size(0, a), Size(k, b)) for a, b, k in told if unifier.same(Size(0, a), Size(k, b))]
    assert all(unifier.resolve(one) == unifier.resolve(other) for one, other in kept)


def test_pin_takes_the_number_of_the_handout_for_good() -> None:
    """Where only a number will do."""
    unifier = Unifier(handout={"n": 10})
    assert unifier.pin(N.plus(-1)) == 9
    assert unifier.resolve(N) == Size(10)
    assert unifier.pin(Size(3)) == 3


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (((10, 4), (4,)), (10, 4)),
        (((10, 4), (1, 4)), (10, 4)),
        (((10, 1), (1, 4)), (10, 4)),
        (((), (4,)), (4,)),
        (((), ()), ()),
        (((2, 3, 4), (3, 1)), (2, 3, 4)),
        (((4,), (10, 4), ()), (10, 4)),
    ],
)
def test_broadcast_follows_numpy(shapes: tuple[tuple[int, ...], ...], expected: tuple[int, ...]) -> None:
    """Aligned at the last axis, a 1 stretches."""
    given_shapes = [tuple(map(Size, shape)) for shape in shapes]
    assert Unifier().broadcast(*given_shapes) == tuple(map(Size, expected))


def test_broadcast_of_sizes_that_differ_is_refused() -> None:
    """With both shapes, and the sizes that clash."""
    with pytest.raises(Mismatch, match=r"^10×4 and vector of 10 do not fit together: 4 is not 10$"):
        Unifier().broadcast((Size(10), Size(4)), (Size(10),))


def test_broadcast_of_unknowns_makes_them_equal() -> None:
    """A bias row is as long as a row."""
    unifier = Unifier()
    assert unifier.broadcast((N, M), (Size(0, "k"),)) == (N, M) or unifier.resolve(Size(0, "k")) == unifier.resolve(M)
    assert unifier.resolve(Size(0, "k")) == unifier.resolve(M)
    assert unifier.broadcast((N, M), (Size(1), M)) == (N, unifier.resolve(M))
