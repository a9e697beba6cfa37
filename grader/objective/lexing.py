"""Gives a token its meaning by what stands around it: bars open or close, `sum(` is a function, `XW` is X W.

A bar opens where an operand may begin, and closes where one has just ended and a bar of its kind is open:

    || max ( X W , 0 ) - Y || ^ 2          2 | a | | b |
    open                   close             open close open close
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from itertools import zip_longest
from math import isinf

from lark import Token

from grader.errors import ObjectiveError

LONGEST = 64
"""Letters that are still taken apart into names: as many as one name may have."""
ENDS_OPERAND = {
    "NAME", "NUMBER", "RPAR", "RSQB", "TRANSPOSE", "SUPERSCRIPT", "NORM_CLOSE", "ABS_CLOSE",
}  # fmt: skip
BRACKETS = {"LPAR": "RPAR", "LSQB": "RSQB"}
SPLITS_SHOWN = 4


class Lexing:
    """The pass between lark's lexer and its parser, for one line of an objective.

    Raises:
        ObjectiveError: for a name that is not known, or that is several products of known names; for a number that
            is larger than any float.
    """

    always_accept = ()

    def __init__(self, text: str, names: Collection[str], functions: Collection[str]) -> None:
        self.text = text
        self.names = names
        self.functions = functions

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Tokens of the grammar's declared kinds, in order."""
        tokens = list(stream)
        opened: list[str] = []
        before = ""
        for token, after in zip_longest(tokens, tokens[1:]):
            for new in self._one(token, after, opened, before):
                before = new.type
                yield new

    def _one(self, token: Token, after: Token | None, opened: list[str], before: str) -> Iterator[Token]:
        if token.type in BRACKETS:
            opened.append(token.type)
        elif token.type in BRACKETS.values() and opened:
            opened.pop()
        if token.type == "NAME":
            if before == "NORM_CLOSE" and token.value not in self.names and not token.value[0].isalpha():
                raise self._error(f"`{token}` is no norm; there are `_F`, `_1` and `_2`.", token)
            yield from self._name(token, after)
        elif token.type == "NUMBER" and isinf(float(token)):
            raise self._error("This number is too large.", token)
        elif token.type == "BARS":
            yield from self._bars(token, opened, before)
        elif token.type == "BAR":
            yield self._bar(token, opened, before)
        else:
            yield token

    # ----- names -----

    def _name(self, token: Token, after: Token | None) -> Iterator[Token]:
        following = after.type if after is not None else ""
        if following == "EQUAL" or token.value in self.names:
            yield token
        elif token.value in self.functions:
            if following != "LPAR":
                raise self._error(f"`{token}` is a function and needs brackets: `{token}(...)`.", token)
            yield Token.new_borrow_pos("FUNCTION", token.value, token)
        else:
            start = int(token.start_pos or 0)
            for name in self._split(token, call=following == "LPAR"):
                yield Token("NAME", name, start_pos=start, end_pos=start + len(name))
                start += len(name)

    def _split(self, token: Token, call: bool) -> list[str]:
        """The one way to read an unknown name as a product of known ones."""
        ways = splits(token.value, self.names) if len(token) <= LONGEST else []
        if len(ways) == 1:
            return ways[0]
        if ways:
            readings = " or ".join(f"`{' '.join(way)}`" for way in ways[:SPLITS_SHOWN])
            raise self._error(f"`{token}` can be read as {readings}; put a space between the names.", token)
        known = [*self.functions] if call else [*self.names]
        near = get_close_matches(token.value, known, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        if call:
            listed = ", ".join(sorted(self.functions))
            raise self._error(f"There is no function `{token}`.{hint} Known functions: {listed}.", token)
        listed = ", ".join(f"`{name}`" for name in self.names) or "none"
        raise self._error(f"`{token}` is not known.{hint} Known names: {listed}.", token)

    # ----- bars -----

    def _bars(self, token: Token, opened: list[str], before: str) -> Iterator[Token]:
        bars, power, subscript = parse_bars(token.value)
        ended, inner = before in ENDS_OPERAND, opened[-1] if opened else ""
        start = int(token.start_pos or 0)
        if ended and inner == "ABS_OPEN" and bars == "||" and not subscript:
            first, second = (Token("BAR", "|", start_pos=at, end_pos=at + 1) for at in (start, start + 1))
            yield self._bar(first, opened, before)
            yield self._bar(second, opened, "ABS_CLOSE")
        elif ended and inner == "NORM_OPEN":
            opened.pop()
            yield Token.new_borrow_pos("NORM_CLOSE", subscript, token)
            if power:
                yield Token.new_borrow_pos("SUPERSCRIPT", "²", token)
        elif subscript:
            raise self._error(f"There is no norm to close here with `{token}`.", token)
        else:
            opened.append("NORM_OPEN")
            yield Token.new_borrow_pos("NORM_OPEN", bars, token)

    def _bar(self, token: Token, opened: list[str], before: str) -> Token:
        if before in ENDS_OPERAND and opened and opened[-1] == "ABS_OPEN":
            opened.pop()
            return Token.new_borrow_pos("ABS_CLOSE", "|", token)
        opened.append("ABS_OPEN")
        return Token.new_borrow_pos("ABS_OPEN", "|", token)

    def _error(self, problem: str, token: Token) -> ObjectiveError:
        return ObjectiveError(problem, self.text, int(token.start_pos or 0), int(token.end_pos or 0))


def parse_bars(text: str) -> tuple[str, bool, str]:
    """`||`, `||_F` and `||^2_F` taken apart: the bars, whether squared, the subscript or ''."""
    match = re.fullmatch(r"(\|\||‖)(\^\s*2|²)?(?:_\{?(\w+?)\}?)?", text)
    assert match is not None, text
    return match[1], match[2] is not None, match[3] or ""


def splits(word: str, names: Collection[str]) -> list[list[str]]:
    """Every way to write a word as a sequence of known names, shortest first; at most a few dozen."""
    ways: list[list[list[str]]] = [[[]]]
    for end in range(1, len(word) + 1):
        ways.append(
            [[*way, word[start:end]] for start in range(end) if word[start:end] in names for way in ways[start]][:32]
        )
    return sorted(ways[-1], key=len)
