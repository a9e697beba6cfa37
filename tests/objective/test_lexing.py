"""What a token means by what stands around it: bars, functions and names that are written together."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ObjectiveError
from grader.objective.lexing import Lexing, parse_bars, splits
from grader.objective.operations import FUNCTIONS
from grader.objective.syntax import _parser

NAMES = ("X", "W", "A", "AB", "B", "x", "s", "N")


def tokens(text: str, names: tuple[str, ...] = NAMES) -> list[tuple[str, str]]:
    return [(token.type, str(token)) for token in Lexing(text, names, FUNCTIONS).process(_parser().lex(text))]


def kinds(text: str) -> str:
    return " ".join(kind for kind, _ in tokens(text))


def message(text: str, names: tuple[str, ...] = NAMES) -> str:
    with pytest.raises(ObjectiveError) as caught:
        tokens(text, names)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("||X||", "NORM_OPEN NAME NORM_CLOSE"),
        ("‖X‖", "NORM_OPEN NAME NORM_CLOSE"),
        ("|s|", "ABS_OPEN NAME ABS_CLOSE"),
        ("|x||s|", "ABS_OPEN NAME ABS_CLOSE ABS_OPEN NAME ABS_CLOSE"),
        ("2|s||s|", "NUMBER ABS_OPEN NAME ABS_CLOSE ABS_OPEN NAME ABS_CLOSE"),
        ("||x||||x||", "NORM_OPEN NAME NORM_CLOSE NORM_OPEN NAME NORM_CLOSE"),
        ("||x|| |s|", "NORM_OPEN NAME NORM_CLOSE ABS_OPEN NAME ABS_CLOSE"),
        ("||x|||s|", "NORM_OPEN NAME NORM_CLOSE ABS_OPEN NAME ABS_CLOSE"),
        ("|s-||x|||", "ABS_OPEN NAME _MINUS NORM_OPEN NAME NORM_CLOSE ABS_CLOSE"),
        ("|||x|-s||", "NORM_OPEN ABS_OPEN NAME ABS_CLOSE _MINUS NAME NORM_CLOSE"),
        ("|(s)|", "ABS_OPEN LPAR NAME RPAR ABS_CLOSE"),
        ("(|s|)", "LPAR ABS_OPEN NAME ABS_CLOSE RPAR"),
        ("||X^T||", "NORM_OPEN NAME TRANSPOSE NORM_CLOSE"),
        ("||X[0]||", "NORM_OPEN NAME LSQB NUMBER RSQB NORM_CLOSE"),
    ],
)
def test_bars_open_where_an_operand_begins_and_close_where_one_ended(text: str, expected: str) -> None:
    """Norms and absolute values nest and stand side by side."""
    assert kinds(text) == expected


@pytest.mark.parametrize("bars", ["||", "‖"])
@pytest.mark.parametrize(
    ("ending", "subscript", "squared"),
    [
        ("", "", False),
        ("_F", "F", False),
        ("_1", "1", False),
        ("_2", "2", False),
        ("_{F}", "F", False),
        ("^2_F", "F", True),
        ("²_F", "F", True),
        ("^ 2_2", "2", True),
    ],
)
def test_bars_at_the_end_carry_subscript_and_square(bars: str, ending: str, subscript: str, squared: bool) -> None:
    """`||A||_F`, `||A||²_F`: the square may stand before the subscript."""
    square = [("SUPERSCRIPT", "²")] if squared else []
    assert tokens(f"{bars}X{bars}{ending}")[2:] == [("NORM_CLOSE", subscript), *square]
    assert parse_bars(f"{bars}{ending}") == (bars, squared, subscript)


@pytest.mark.parametrize("ending", ["_F^2", "_F²", "_F ²", "_F^ 2"])
def test_bars_square_after_the_subscript_is_a_power(ending: str) -> None:
    """`||A||_F^2` is read by the parser, as any power is."""
    assert tokens(f"||X||{ending}")[2] == ("NORM_CLOSE", "F")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("XW", ["X", "W"]),
        ("WX", ["W", "X"]),
        ("XXW", ["X", "X", "W"]),
        ("xs", ["x", "s"]),
        ("sN", ["s", "N"]),
        ("X", ["X"]),
        ("AB", ["AB"]),
    ],
)
def test_name_unknown_with_one_split_is_a_product(text: str, expected: list[str]) -> None:
    """`XW` is X W; a name that is known is never split."""
    assert tokens(text) == [("NAME", name) for name in expected]


def test_name_split_places_are_those_of_its_parts() -> None:
    """A later error can mark the part."""
    found = list(Lexing("s XW", NAMES, FUNCTIONS).process(_parser().lex("s XW")))
    assert [(token.start_pos, token.end_pos) for token in found] == [(0, 1), (2, 3), (3, 4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "s + ABX",
            "`ABX` can be read as `AB X` or `A B X`; put a space between the names.\n    s + ABX\n        ^^^",
        ),
        (
            "foo",
            "`foo` is not known. Known names: `X`, `W`, `A`, `AB`, `B`, `x`, `s`, `N`.\n    foo\n    ^^^",
        ),
        (
            "XQ",
            "`XQ` is not known. Did you mean `X`? Known names: `X`, `W`, `A`, `AB`, `B`, `x`, `s`, `N`.\n"
            "    XQ\n    ^^",
        ),
        ("relu X", "`relu` is a function and needs brackets: `relu(...)`.\n    relu X\n    ^^^^"),
        (
            "reluu(X)",
            "There is no function `reluu`. Did you mean `relu`? "
            f"Known functions: {', '.join(sorted(FUNCTIONS))}.\n    reluu(X)\n    ^^^^^",
        ),
        ("||_F X||", "There is no norm to close here with `||_F`.\n    ||_F X||\n    ^^^^"),
        ("||X||_3", "`_3` is no norm; there are `_F`, `_1` and `_2`.\n    ||X||_3\n         ^^"),
        ("||X||_inf", "`_inf` is no norm; there are `_F`, `_1` and `_2`.\n    ||X||_inf\n         ^^^^"),
        ("||x||₂", "`₂` is no norm; there are `_F`, `_1` and `_2`.\n    ||x||₂\n         ^"),
        ("1e999 s", "This number is too large.\n    1e999 s\n    ^^^^^"),
    ],
)
def test_token_without_meaning_is_refused(text: str, expected: str) -> None:
    """The whole message, with the place marked."""
    assert message(text) == expected


def test_name_unknown_without_any_names_says_none() -> None:
    """An objective over nothing."""
    assert message("X", ()) == "`X` is not known. Known names: none.\n    X\n    ^"


def test_function_name_that_an_input_has_is_the_input() -> None:
    """What is declared goes before the table, so that a split never finds a function."""
    assert tokens("sum X", ("sum", "X")) == [("NAME", "sum"), ("NAME", "X")]


def test_name_before_an_equal_sign_is_never_split() -> None:
    """`XW = ...` names a step."""
    assert tokens("XW = X W")[0] == ("NAME", "XW")


@given(st.lists(st.sampled_from(["X", "W", "s"]), min_size=1, max_size=20))
def test_splits_of_single_letters_is_the_word_itself(names: list[str]) -> None:
    """Where no name begins another there is exactly one way."""
    assert splits("".join(names), ["X", "W", "s"]) == [names]


@given(st.text("ab", max_size=12))
def test_splits_are_exactly_the_ways_to_join_names(word: str) -> None:
    """Every way found spells the word, no way is found twice, shortest first."""
    ways = splits(word, ["a", "ab", "b", "ba"])
    assert all("".join(way) == word for way in ways)
    assert len({tuple(way) for way in ways}) == len(ways)
    assert ways == sorted(ways, key=len)
    assert ways


@pytest.mark.parametrize("word", ["s" * 9_999, "ab" * 4_999, "XW" * 4_000])
def test_name_of_ten_thousand_letters_is_refused_at_once(word: str) -> None:
    """Splitting is bounded: this took ten seconds."""
    begun = perf_counter()
    assert message(word, ("s", "a", "b", "ab", "X", "W")).startswith(f"`{word}` is not known.")
    assert perf_counter() - begun < 0.5
