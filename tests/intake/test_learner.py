"""Learner ids."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.learner import safe_name, unique_names
from grader.visible import is_hidden


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("alice", "alice"),
        ("张三", "张三"),
        ("Ａｌｉｃｅ", "Alice"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("a b\tc", "a_b_c"),
        ("", "learner"),
        ("...", "learner"),
        ("summary", "summary_"),
        ("GradeBook", "GradeBook_"),
        ("index.html", "index.html_"),
        ("con", "con_"),
        ("LPT1.txt", "LPT1.txt_"),
        ("console", "console"),
        ("a\u202eb\x1b[31m", "a_b_31m"),
        ("x" * 300, "x" * 80),
        ("字" * 300, "字" * 60),
        ("=cmd()", "_cmd"),
        ("a\udcffb", "a_b"),
    ],
)
def test_name_is_made_safe(name: str, safe: str) -> None:
    """A name keeps its letters and digits, and loses what a file system or a shell could trip over."""
    assert safe_name(name) == safe


def test_equal_names_are_numbered() -> None:
    """Two learners of the same name stay two, also where case makes no difference."""
    assert unique_names(["bob", "Bob", "bob-2", "bob", "Ｂｏｂ"]) == ["bob", "Bob-2", "bob-2-2", "bob-3", "Bob-4"]


@given(st.lists(st.text(max_size=30), max_size=12))
def test_ids_are_unique_and_safe(names: list[str]) -> None:
    """Whatever the names, the ids differ on every file system, and none is hidden, an option or an output of ours."""
    ids = unique_names(names)
    assert len({unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", one).casefold()) for one in ids}) == len(
        names
    )
    for one in ids:
        assert one
        assert one[0] not in "-."
        assert not set(one) & set('/\\:*?"<>|= \t\r\n@+\0')
        assert not any(map(is_hidden, one))
        assert one.casefold() not in {"summary", "gradebook", "index", "con", "nul"}
        assert len(one.encode()) <= 200
