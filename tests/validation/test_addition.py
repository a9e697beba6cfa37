"""Lines are added under `cases:` whatever the file looks like, and all else stays."""

import pytest

from grader.validation.addition import NotAddable, added

ITEMS = ("{name: a}", "{name: b}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cases:\n  - {name: x}  # 1\n# end\n", "cases:\n  - {name: x}  # 1\n  - {name: a}\n  - {name: b}\n# end\n"),
        ("cases:\n- name: x\n  seed: 1\nseed: 0", "cases:\n- name: x\n  seed: 1\n- {name: a}\n- {name: b}\nseed: 0"),
        ("cases: [{name: x}]\nseed: 0\n", "cases: [{name: x}, {name: a}, {name: b}]\nseed: 0\n"),
        ("cases: [\n  {name: x},\n]\n", "cases: [\n  {name: x}, {name: a}, {name: b}]\n"),
        ("seed: 0", "seed: 0\ncases:\n  - {name: a}\n  - {name: b}\n"),
        ("seed: 0\r\n", "seed: 0\r\ncases:\r\n  - {name: a}\r\n  - {name: b}\r\n"),
        ("objective: |\n  f = X\n\n# end\n", "objective: |\n  f = X\ncases:\n  - {name: a}\n  - {name: b}\n\n# end\n"),
        ("{seed: 0}\n", "{seed: 0, cases: [{name: a}, {name: b}]}\n"),
    ],
    ids=["block", "block-of-blocks", "flow", "flow-of-lines", "no-cases", "windows", "block-scalar", "all-flow"],
)  # fmt: skip
def test_added_puts_items_after_the_last(before: str, after: str) -> None:
    """Comments, line ends and the author's own way of writing stay as they are."""
    assert added(before, ITEMS, None) == after


def test_added_finds_the_problem_of_a_sheet() -> None:
    """The problem of that number, and no other."""
    one, two = "problems:\n  - id: one\n    seed: 0\n", "  - id: two\n    seed: 0\n"
    cases = "    cases:\n      - {name: a}\n      - {name: b}\n"
    assert added(one + two, ITEMS, 0) == one + cases + two
    assert added(one + two, ITEMS, 1) == one + two + cases


@pytest.mark.parametrize("text", ["", "- 1\n", "cases: 3\n"])
def test_added_refuses_what_has_no_place(text: str) -> None:
    """There is nothing to add to."""
    with pytest.raises(NotAddable):
        added(text, ITEMS, None)
