"""The text of an objective as a tree: one small type for each form of the notation, with its place in the text."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from lark import Lark, Token, Transformer, Tree, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken, v_args
from lark.tree import Meta

from grader.errors import ObjectiveError
from grader.objective.lexing import Lexing

MOST_NESTED = 150
"""Levels of an expression; a sum of as many terms is that deep, too."""
EXACT_DIGITS = 15
"""Whole numbers of so many digits are the same as floats."""


@dataclass(frozen=True)
class Form:
    """Base of all forms; `start` and `end` are offsets into the objective's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Number(Form):
    value: int | float


@dataclass(frozen=True)
class Name(Form):
    name: str


@dataclass(frozen=True)
class Binary(Form):
    """`kind` is add, subtract, matmul, times, divide or beside (two factors side by side)."""

    kind: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Negative(Form):
    operand: "Expression"


@dataclass(frozen=True)
class Transpose(Form):
    operand: "Expression"


@dataclass(frozen=True)
class Power(Form):
    """`elementwise` for `**`; `^` is for scalars and norms."""

    base: "Expression"
    exponent: "Expression"
    elementwise: bool


@dataclass(frozen=True)
class Norm(Form):
    """`subscript` is F, 1, 2 or empty."""

    operand: "Expression"
    subscript: str


@dataclass(frozen=True)
class Absolute(Form):
    operand: "Expression"


@dataclass(frozen=True)
class Slice(Form):
    start_at: "Expression | None"
    stop_at: "Expression | None"
    step: "Expression | None"


@dataclass(frozen=True)
class Parts(Form):
    """`A[1:, 0]`, or `A[y]` with labels."""

    operand: "Expression"
    parts: "tuple[Expression | Slice, ...]"


@dataclass(frozen=True)
class Sizes(Form):
    """`[N, -1]`, the second argument of reshape."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Keyword(Form):
    """`axis=0`, an option of a call."""

    name: str
    value: "Expression"


@dataclass(frozen=True)
class Call(Form):
    function: str
    arguments: "tuple[Expression | Sizes, ...]"
    keywords: tuple[Keyword, ...]


Expression: TypeAlias = Number | Name | Binary | Negative | Transpose | Power | Norm | Absolute | Parts | Call


@dataclass(frozen=True)
class Line:
    """One line: an expression, with the name it is given if it has one."""

    name: str | None
    name_start: int
    expression: Expression


class _Build(Transformer[Token, Any]):
    """Lark's tree into forms; spans come from lark's own positions."""


def _rule(build: Callable[..., Any]) -> Any:
    """A method `name(self, meta, children)` that passes the span and the children on."""

    @v_args(meta=True)
    def method(self: _Build, meta: Meta, children: list[Any]) -> Any:
        return build(meta.start_pos, meta.end_pos, *children)

    return method


def _number(start: int, end: int, token: str) -> Number:
    whole = token.isdecimal() and len(token) <= EXACT_DIGITS
    return Number(start, end, int(token) if whole else float(token))


def _call(start: int, end: int, function: str, *arguments: Any) -> Call:
    given = [argument for argument in arguments if argument is not None]
    return Call(
        start,
        end,
        str(function),
        tuple(argument for argument in given if not isinstance(argument, Keyword)),
        tuple(argument for argument in given if isinstance(argument, Keyword)),
    )


def _binary(kind: str) -> Any:
    return _rule(lambda start, end, left, *right: Binary(start, end, kind, left, right[-1]))


_SUPERSCRIPTS = {"²": 2, "³": 3}


def _power(start: int, end: int, base: Expression, exponent: Any) -> Power:
    if isinstance(exponent, Token):
        exponent = Number(end - 1, end, _SUPERSCRIPTS[exponent])
    return Power(start, end, base, exponent, elementwise=False)


_RULES: dict[str, Any] = {
    "step": _rule(lambda start, end, name, expression: Line(str(name), start, expression)),
    "number": _rule(_number),
    "name": _rule(lambda start, end, name: Name(start, end, str(name))),
    "add": _binary("add"),
    "subtract": _binary("subtract"),
    "matmul": _binary("matmul"),
    "times": _binary("times"),
    "divide": _binary("divide"),
    "beside": _binary("beside"),
    "negative": _rule(Negative),
    "positive": _rule(lambda start, end, operand: operand),
    "transpose": _rule(lambda start, end, operand, mark: Transpose(start, end, operand)),
    "elementwise_power": _rule(lambda start, end, base, exponent: Power(start, end, base, exponent, elementwise=True)),
    "power": _rule(_power),
    "norm": _rule(lambda start, end, bar, operand, close: Norm(start, end, operand, str(close))),
    "absolute": _rule(lambda start, end, bar, operand, close: Absolute(start, end, operand)),
    "slice": _rule(lambda start, end, *bounds: Slice(start, end, *(*bounds, None, None, None)[:3])),
    "parts": _rule(lambda start, end, operand, *parts: Parts(start, end, operand, parts)),
    "sizes": _rule(lambda start, end, *items: Sizes(start, end, tuple(item for item in items if item is not None))),
    "keyword": _rule(lambda start, end, name, value: Keyword(start, end, str(name), value)),
    "call": _rule(_call),
}
_Forms = type("_Forms", (_Build,), _RULES)


@cache
def _grammar() -> str:
    return Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")


@cache
def _terminal_names() -> dict[str, str]:
    """What the parser may expect, in words."""
    return {
        "NUMBER": "a number", "NAME": "a name", "FUNCTION": "a function", "LPAR": "`(`", "RPAR": "`)`",
        "LSQB": "`[`", "RSQB": "`]`", "COMMA": "`,`", "EQUAL": "`=`", "PLUS": "`+`", "_MINUS": "`-`",
        "NORM_OPEN": "`||`", "NORM_CLOSE": "the closing `||`", "ABS_OPEN": "`|`", "ABS_CLOSE": "the closing `|`",
        "TIMES": "`*`", "AT": "`@`", "SLASH": "`/`", "COLON": "`:`", "$END": "the end",
    }  # fmt: skip


_OPERAND = {"NUMBER", "NAME", "FUNCTION", "LPAR", "NORM_OPEN", "ABS_OPEN", "PLUS", "_MINUS"}
_CLOSERS = ("NORM_CLOSE", "ABS_CLOSE", "RPAR", "RSQB", "COMMA")


def _expected(kinds: Collection[str]) -> str:
    """The shortest true account of what could have stood here."""
    names = _terminal_names()
    if {*kinds} >= {"NUMBER", "NAME", "FUNCTION", "LPAR"} and "TIMES" not in kinds:
        return "a name, a number or `(`"
    closers = [names[kind] for kind in _CLOSERS if kind in kinds]
    if "TIMES" in kinds or "PLUS" in kinds:
        return " or ".join(["an operator", *closers]) if closers else "an operator or the end"
    return " or ".join(names.get(kind, kind) for kind in sorted(kinds)) or "the end"


class _Bars:
    """Keeps the raw bars among lark's terminals, though no rule uses them before `Lexing` has told them apart."""

    always_accept = ("BARS", "BAR")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@cache
def _parser() -> Lark:
    return Lark(
        _grammar(),
        parser="lalr",
        lexer="basic",
        postlex=_Bars(),
        propagate_positions=True,
        maybe_placeholders=True,
    )


def parse_line(text: str, start: int, end: int, names: Collection[str], functions: Collection[str]) -> Line:
    """The form of `text[start:end]`, one line of an objective.

    Raises:
        ObjectiveError: if it is not in the notation, or names something unknown.
    """
    # Everything outside the line is blanked, so that lark's positions are positions in the whole text.
    source = " " * start + text[start:end]
    lexing = Lexing(text, names, functions)
    parser = _parser().parse_interactive()
    try:
        last = None
        for token in lexing.process(_parser().lex(source)):
            parser.feed_token(token)
            last = token
        tree = parser.feed_eof(last)  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        at = int(error.pos_in_stream or 0)
        raise ObjectiveError(f"`{text[at]}` is not part of the notation.", text, at, at + 1) from None
    except UnexpectedEOF as error:
        raise ObjectiveError(f"Expected {_expected(error.expected)}.", text, end, end + 1) from None
    except UnexpectedToken as error:
        at = end if error.token.type == "$END" else int(error.token.start_pos or 0)
        stop = end + 1 if error.token.type == "$END" else int(error.token.end_pos or at + 1)
        expected = _expected(parser.accepts())  # type: ignore[no-untyped-call]
        raise ObjectiveError(f"Expected {expected} here.", text, at, stop) from None
    if _depth(tree) > MOST_NESTED:
        raise ObjectiveError("This is nested too deeply.", text, start, end)
    built = _Forms().transform(tree)
    return built if isinstance(built, Line) else Line(None, start, built)


def _depth(tree: Tree[Token]) -> int:
    """How many levels a tree has, found without recursion."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
    return depth


def lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines of an objective: a line break ends one unless a bracket is open; `#` begins a comment.

    Blank lines are left out.
    """
    text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), text)
    found: list[tuple[int, int]] = []
    depth, begin, at = 0, 0, 0
    while at <= len(text):
        char = text[at] if at < len(text) else "\n"
        depth += (char in "([") - (char in ")]")
        if char in "\n;" and (depth <= 0 or at == len(text)):
            if text[begin:at].strip():
                found.append((begin, at))
            begin, depth = at + 1, 0
        at += 1
    return found
