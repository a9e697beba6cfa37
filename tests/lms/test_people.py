"""Who is who."""

from grader.lms.people import Pairs, learner, pair, person
from tests.lms.class_of import right

ROWS = [
    person(ids=["4711", "jdoe@uni.edu"], name="Doe, Jane"),
    person(ids=["4712", "s-12"], name="Lee, Ann", group="Team 1"),
    person(ids=["4713"], name="Lee, Ann", group="Team 1"),
    person(ids=["4714"], name="Bär, Zoë"),
]


def _paired(*people: tuple[str, dict[str, str]]) -> Pairs:
    return pair(ROWS, [learner(right(name, **lms)) for name, lms in people])


def test_id_counts_before_the_name() -> None:
    """An id of the LMS, a login, a mail address."""
    assert _paired(("4711", {"name": "Zoë Bär"})).learners == {0: 0}
    assert _paired(("JDOE_uni.edu", {})).learners == {0: 0}
    assert _paired(("x", {"mail": "jdoe@uni.edu"})).learners == {0: 0}
    assert _paired(("x", {"sid": "S-12"})).learners == {1: 0}


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
    both = _paired(("4711", {}), ("x", {"mail": "jdoe@uni.edu"}))
    why = "another submission fits the same row"
    assert both == Pairs({}, {0: why, 1: why}, frozenset({0}))
    assert _paired(("Jane Doe", {}), ("4711", {})) == Pairs({0: 1}, {0: why}, frozenset())


def test_stranger_is_not_in_the_gradebook() -> None:
    """And an id that two rows have is none."""
    assert _paired(("Eve", {})).doubts == {0: "not in the gradebook"}


def test_group_goes_to_its_members() -> None:
    """The members who handed in themselves keep their own; the number of a group is nobody's."""
    for team in ({"name": "Team 1"}, {"name": "Team 1", "group": "Team 1"}):
        pairs = _paired(("4714", team), ("4713", {"name": "Ann Lee"}))
        assert pairs == Pairs({1: 0, 2: 1}, {}, frozenset())
    strange = _paired(("4714", {"name": "Team 2", "group": "Team 2"}))
    assert strange == Pairs({}, {0: "not in the gradebook"}, frozenset())
