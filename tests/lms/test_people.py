"""Who is who."""

import pytest

from grader.lms.people import Pairs, learner, pair, person
from grader.row import row
from tests.lms.class_of import right

ROWS = [
    person(own=["4711"], lms="canvas", ids=["jdoe@uni.edu"], name="Doe, Jane"),
    person(own=["4712"], lms="canvas", ids=["s-12", "31"], name="Lee, Ann", group="Team 1"),
    person(own=["4713"], lms="canvas", ids=[""], name="Lee, Ann", group="Team 1"),
    person(own=["4714"], lms="canvas", ids=["4711"], name="Bär, Zoë"),
]


def _paired(*people: tuple[str, dict[str, str]]) -> Pairs:
    return pair(ROWS, [learner(row(right(name, **lms)), lms="canvas") for name, lms in people])


def test_id_counts_before_the_name() -> None:
    """An id of the LMS, a login, a mail address."""
    assert _paired(("4712", {"name": "Zoë Bär"})).learners == {1: 0}
    assert _paired(("JDOE_uni.edu", {})).learners == {0: 0}
    assert _paired(("x", {"mail": "jdoe@uni.edu"})).learners == {0: 0}
    assert _paired(("S-12", {})).learners == {1: 0}


@pytest.mark.parametrize(
    ("source", "identity", "row"),
    [
        ("canvas", "4711", 0),
        ("gradescope", "4711", 3),
        ("moodle", "4711", None),
        ("blackboard", "S-12", 1),
        ("nbgrader", "4712", 1),
        ("canvas", "31", None),
    ],
)
def test_id_means_something_where_it_was_given(source: str, identity: str, row: int | None) -> None:
    """The number of one LMS is nobody's in another; a login or a student number is the same everywhere."""
    pairs = _paired(("x", {"format": source, "id": identity, "name": "Eve"}))
    assert pairs.learners == ({} if row is None else {row: 0})


def test_id_that_two_rows_have_is_nobody() -> None:
    """A file that is called like a student's number and like the LMS's number of another."""
    assert _paired(("4711", {})) == Pairs({}, {0: "fits several rows"}, frozenset({0, 3}))


def test_name_counts_in_either_order_and_form() -> None:
    """Case, punctuation and the form of Unicode do not matter."""
    assert _paired(("Jane Doe", {})).learners == {0: 0}
    assert _paired(("doejane", {})).learners == {0: 0}
    assert _paired(("x", {"name": "ba\u0308r, ZOE\u0308"})).learners == {3: 0}


def test_two_of_a_name_are_nobody() -> None:
    """Nobody gets the grade of a namesake."""
    pairs = _paired(("Ann Lee", {}))
    assert pairs == Pairs({}, {0: "fits several rows"}, frozenset({1, 2}))


def test_two_submissions_for_a_row_are_none() -> None:
    """Two that fit alike are both in doubt; one that fits better is not."""
    both = _paired(("4711", {"format": "canvas"}), ("x", {"mail": "jdoe@uni.edu"}))
    why = "another submission fits the same row"
    assert both == Pairs({}, {0: why, 1: why}, frozenset({0}))
    assert _paired(("Jane Doe", {}), ("jdoe_uni.edu", {})) == Pairs({0: 1}, {0: why}, frozenset())


def test_stranger_is_not_in_the_gradebook() -> None:
    """Nor anybody else's."""
    assert _paired(("Eve", {})).doubts == {0: "not in the gradebook"}


def test_group_goes_to_its_members() -> None:
    """The members who handed in themselves keep their own; the number of a group is nobody's."""
    for team in ({"name": "Team 1"}, {"name": "Team 1", "group": "Team 1"}):
        pairs = _paired(("4714", team), ("4713", {"name": "Ann Lee"}))
        assert pairs == Pairs({1: 0, 2: 1}, {}, frozenset())
    strange = _paired(("4714", {"name": "Team 2", "group": "Team 2"}))
    assert strange == Pairs({}, {0: "not in the gradebook"}, frozenset())
