"""Text made safe to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.visible import is_hidden, visible, visible_bytes

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 中文 é 🙂", "plain, 中文 é 🙂"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x07\x00\x7f\x9b", "\\x07\\x00\\x7f\\x9b"),
        ("a\rb\nc\td", "a\\rb\\nc\\td"),
        ("\u202eevil\u2066\u200f", "\\u202eevil\\u2066\\u200f"),
        ("zero\u200bwidth\ufeff\u00ad", "zero\\u200bwidth\\ufeff\\xad"),
        ("half \ud800", "half \\ud800"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("\u3164\ufe0f\ufffe", "\\u3164\\ufe0f\\ufffe"),
    ],
)
def test_hidden_characters_become_escapes(text: str, shown: str) -> None:
    """Whatever acts or hides is written out."""
    assert visible(text) == shown


def test_lines_and_tabs_stay_where_there_are_several() -> None:
    """Text of several lines keeps them."""
    assert visible("a\n\tb\r\n", multiline=True) == "a\n\tb\\r\n"


def test_long_text_keeps_head_and_tail() -> None:
    """The beginning and the end of what is too long are shown, the middle is a mark."""
    shown = visible("a" * 500 + "b" * 500, limit=35)
    assert shown == "a" * 20 + " … " + "b" * 10


def test_bytes_that_are_no_text_become_escapes() -> None:
    """Printed output need not be UTF-8."""
    assert visible_bytes(b"ok \xff\x1b\n") == "ok \\xff\\x1b\n"


@given(ANY_TEXT, st.booleans(), st.integers(min_value=16, max_value=300))
def test_shown_text_is_harmless_bounded_and_stable(text: str, multiline: bool, limit: int) -> None:
    """No hidden character is left, the limit holds, and showing twice is showing once."""
    shown = visible(text, limit=limit, multiline=multiline)
    assert not [char for char in shown if is_hidden(char) and char not in ("\n\t" if multiline else "")]
    assert not [char for char in shown if unicodedata.category(char) in ("Cs", "Cf")]
    assert len(shown.encode()) <= limit
    assert visible(shown, limit=limit, multiline=multiline) == shown


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(data: bytes) -> None:
    """No bytes make it fail."""
    visible_bytes(data).encode()
