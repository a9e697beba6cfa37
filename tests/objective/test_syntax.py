"""The text of an objective as forms: precedence, places, lines, and nothing outside the notation."""

from dataclasses import fields
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import ObjectiveError
from grader.objective import syntax
from grader.objective.operations import FUNCTIONS
from grader.objective.syntax import MOST_NESTED, lines, parse_line

NAMES = ("A", "B", "X", "W", "x", "y", "s", "t", "N", "T")


def parse(text: str) -> Any:
    return parse_line(text, 0, len(text), NAMES, FUNCTIONS).expression


SIGNS = {"add": "+", "subtract": "-", "matmul": "@", "times": "*", "divide": "/", "beside": "·"}


def show(form: Any) -> str:
    """A form with all its brackets."""
    match form:
        case syntax.Number():
            return str(form.value)
        case syntax.Name():
            return form.name
        case syntax.Binary():
            return f"({show(form.left)} {SIGNS[form.kind]} {show(form.right)})"
        case syntax.Negative():
            return f"(-{show(form.operand)})"
        case syntax.Transpose():
            return f"{show(form.operand)}^T"
        case syntax.Power():
            return f"({show(form.base)}{'**' if form.elementwise else '^'}{show(form.exponent)})"
        case syntax.Norm():
            return f"||{show(form.operand)}||{form.subscript and '_' + form.subscript}"
        case syntax.Absolute():
            return f"|{show(form.operand)}|"
        case syntax.Slice():
            return ":".join("" if part is None else show(part) for part in (form.start_at, form.stop_at, form.step))
        case syntax.Parts():
            return f"{show(form.operand)}[{', '.join(map(show, form.parts))}]"
        case syntax.Sizes():
            return f"[{', '.join(map(show, form.items))}]"
        case syntax.Keyword():
            return f"{form.name}={show(form.value)}"
        case syntax.Call():
            return f"{form.function}({', '.join(map(show, (*form.arguments, *form.keywords)))})"
    raise AssertionError(form)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A + B - X", "((A + B) - X)"),
        ("A − B", "(A - B)"),
        ("A B X", "((A · B) · X)"),
        ("A * B @ X / W y", "((((A * B) @ X) / W) · y)"),
        ("A ⊙ B ∘ X", "((A * B) * X)"),
        ("A + B X", "(A + (B · X))"),
        ("1/2 ||X||_F^2", "((1 / 2) · (||X||_F^2))"),
        ("-A B", "((-A) · B)"),
        ("-x^2", "(-(x^2))"),
        ("-x**2", "(-(x**2))"),
        ("+A", "A"),
        ("A - -B", "(A - (-B))"),
        ("A * -B", "(A * (-B))"),
        ("2 s^2 t", "((2 · (s^2)) · t)"),
        ("s²t³", "((s^2) · (t^3))"),
        ("s^1/2", "((s^1) / 2)"),
        ("s^(1/2)", "(s^(1 / 2))"),
        ("s^-1 t", "((s^(-1)) · t)"),
        ("s**-2", "(s**(-2))"),
        ("A^T B", "(A^T · B)"),
        ("Aᵀ B", "(A^T · B)"),
        ("A' B", "(A^T · B)"),
        ("A′ B", "(A^T · B)"),
        ("A^⊤ B", "(A^T · B)"),
        ("A^{T} B", "(A^T · B)"),
        ("A ^ T B", "(A^T · B)"),
        ("A^TB", "(A^T · B)"),
        ("x^TAx", "((x^T · A) · x)"),
        ("A^TT", "(A^T · T)"),
        ("A^T^T", "A^T^T"),
        ("(A B)^T", "(A · B)^T"),
        ("A^T**2", "(A^T**2)"),
        ("A[0]^T", "A[0]^T"),
        ("‖X W‖²_F", "(||(X · W)||_F^2)"),
        ("‖X W‖_F²", "(||(X · W)||_F^2)"),
        ("||x||", "||x||"),
        ("|x| |y|", "(|x| · |y|)"),
        ("A[1:]", "A[1::]"),
        ("A[:, 0]", "A[::, 0]"),
        ("A[::2, -1]", "A[::2, (-1)]"),
        ("A[:-1][0]", "A[:(-1):][0]"),
        ("A[N-1:N]", "A[(N - 1):N:]"),
        ("reshape(A, [N, -1])", "reshape(A, [N, (-1)])"),
        ("reshape(A, [N, 2,])", "reshape(A, [N, 2])"),
        ("reshape(A, [])", "reshape(A, [])"),
        ("sum(A, axis=0, keepdims=1)", "sum(A, axis=0, keepdims=1)"),
        ("max(A, 0)", "max(A, 0)"),
        (".5 s", "(0.5 · s)"),
        ("1. s", "(1.0 · s)"),
        ("1e-3 s", "(0.001 · s)"),
        ("2s", "(2 · s)"),
        ("\t( s \u00a0+\u3000t )\r", "(s + t)"),
    ],
)
def test_precedence_is_that_of_python(text: str, expected: str) -> None:
    """All products from left to right, signs before them, powers and transposes tightest."""
    assert show(parse(text)) == expected


def test_place_of_every_form_is_its_text() -> None:
    """Errors and derivations quote what was written."""
    text = "sum((A B)^T * A[1:, 0]**2, axis=0) + ||x||_2^2 - |s|"
    found: list[str] = []

    def walk(form: Any) -> None:
        found.append(text[form.start : form.end])
        for field in fields(form):
            value = getattr(form, field.name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, syntax.Form):
                    walk(item)

    walk(parse(text))
    for part in ("A B", "(A B)^T", "A[1:, 0]", "1:", "A[1:, 0]**2", "axis=0", "||x||_2", "||x||_2^2", "|s|", text):
        assert part in found


def test_number_is_whole_where_it_is_written_so() -> None:
    """As long as a float can hold it."""
    assert [type(parse(text).value) for text in ("3", "3.0", "1e3", "9" * 15, "9" * 16)] == [
        int, float, float, int, float,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \n# only this\n", []),
        ("Z = X\nZ", ["Z = X", "Z"]),
        ("Z = X\r\nZ\r\n", ["Z = X\r", "Z\r"]),
        ("\n\n  Z = X  # a (comment\n\n sum(Z) # b\n", ["  Z = X  # a (comment", " sum(Z) # b"]),
        ("sum(X\n+ W)\nx", ["sum(X\n+ W)", "x"]),
        ("X[1:,\n0] # (\nx", ["X[1:,\n0] # (", "x"]),
        ("sum(X # ) no end yet\n)\nx", ["sum(X # ) no end yet\n)", "x"]),
        ("sum(X\nx", ["sum(X\nx"]),
        ("X)\nx", ["X)", "x"]),
    ],
)
def test_lines_end_at_a_break_unless_a_bracket_is_open(text: str, expected: list[str]) -> None:
    """Comments and blank lines are nothing."""
    assert [text[start:end] for start, end in lines(text)] == expected


def test_comment_at_the_end_of_a_line_is_skipped() -> None:
    """What it says is not read."""
    assert show(parse("A + B  # = C @ ??? ' || ")) == "(A + B)"


OPERAND = "Expected a name, a number or `(` here."
REFUSED = [
    ("", "Expected a name, a number or `(` here.", 0, 1),
    ("A +", OPERAND, 3, 1),
    ("* A", OPERAND, 0, 1),
    ("A * * B", OPERAND, 4, 1),
    ("A // B", OPERAND, 3, 1),
    ("A ** ", "Expected `(` or a name or a number or `-` here.", 5, 1),
    ("(A", "Expected an operator or `)` here.", 2, 1),
    ("A)", "Expected an operator or the end here.", 1, 1),
    ("sum(A", "Expected an operator or `)` or `,` here.", 5, 1),
    ("sum(A,)", OPERAND, 6, 1),
    ("max(A,, 0)", OPERAND, 6, 1),
    ("A[]", OPERAND, 2, 1),
    ("A[0", "Expected an operator or `]` or `,` here.", 3, 1),
    ("A, B", "Expected an operator or the end here.", 1, 1),
    ("[A]", OPERAND, 0, 1),
    ("||A", "Expected an operator or the closing `||` here.", 3, 1),
    ("|A", "Expected an operator or the closing `|` here.", 2, 1),
    ("A||", OPERAND, 3, 1),
    ("||A|", OPERAND, 4, 1),
    ("Z == A", OPERAND, 3, 1),
    ("A = B = X", "Expected an operator or the end here.", 6, 1),
    ("x.T", "`.` is not part of the notation.", 1, 1),
    ("A.shape", "`.` is not part of the notation.", 1, 1),
    ("x < y", "`<` is not part of the notation.", 2, 1),
    ("'A'", OPERAND, 0, 1),
    ('"A"', '`"` is not part of the notation.', 0, 1),
    ("A % B", "`%` is not part of the notation.", 2, 1),
    ("{A}", "`{` is not part of the notation.", 0, 1),
    ("A & B", "`&` is not part of the notation.", 2, 1),
    ("~A", "`~` is not part of the notation.", 0, 1),
    ("A!", "`!` is not part of the notation.", 1, 1),
    ("$A$", "`$` is not part of the notation.", 0, 1),
    ("\\frac{A}{2}", "`\\` is not part of the notation.", 0, 1),
    ("A[..., 0]", "`.` is not part of the notation.", 2, 1),
    ("A · B", "`·` is not part of the notation.", 2, 1),
    ("A\0", "`\0` is not part of the notation.", 1, 1),
    ("\u202eA", "`\u202e` is not part of the notation.", 0, 1),
    ("A\u200bB", "`\u200b` is not part of the notation.", 1, 1),
    ("A := B", "Expected an operator or the end here.", 2, 1),
]


@pytest.mark.parametrize(("text", "problem", "start", "width"), REFUSED, ids=[row[0] for row in REFUSED])
def test_text_outside_the_notation_is_refused(text: str, problem: str, start: int, width: int) -> None:
    """The whole message, with the place marked."""
    with pytest.raises(ObjectiveError) as caught:
        parse(text)
    assert str(caught.value) == f"{problem}\n    {text}\n    {' ' * start}{'^' * width}"


@pytest.mark.parametrize(
    "text", ["lambda A: A", "A if x else y", "eval(A)", "__import__(A)", "A.__class__()", "A not B"]
)
def test_python_beyond_the_notation_is_refused(text: str) -> None:
    """There is no way from an objective to code."""
    with pytest.raises(ObjectiveError):
        parse(text)


NESTED = {
    "brackets": lambda n: "(" * n + "s" + ")" * n,
    "calls": lambda n: "exp(" * n + "s" + ")" * n,
    "signs": lambda n: "-" * n + "s",
    "sums": lambda n: "+".join(["s"] * n),
    "products": lambda n: " ".join(["s"] * n),
    "transposes": lambda n: "s" + "'" * n,
    "powers": lambda n: "s" + "²" * n,
    "parts": lambda n: "s" + "[0]" * n,
    "norms": lambda n: "||s-" * n + "s" + "||" * n,
    "exponents": lambda n: "s^(" * n + "s" + ")" * n,
}


@pytest.mark.parametrize("kind", NESTED)
def test_nesting_has_a_limit_of_its_own(kind: str) -> None:
    """Long before the interpreter's: what may be written does not depend on who calls."""
    assert parse(NESTED[kind](60))
    text = NESTED[kind](2000)
    begun = process_time()
    if kind == "brackets":
        assert parse(text)
    else:
        with pytest.raises(ObjectiveError) as caught:
            parse(text)
        assert caught.value.problem == "This is nested too deeply."
    assert process_time() - begun < 1


def test_nesting_limit_is_exact() -> None:
    """One term more is too many."""
    assert parse(NESTED["sums"](MOST_NESTED))
    with pytest.raises(ObjectiveError):
        parse(NESTED["sums"](MOST_NESTED + 1))


SOUP = st.lists(
    st.sampled_from(
        [
            "A",
            "x",
            "s",
            "XW",
            "Q",
            "2",
            "1e999",
            "9" * 30,
            "(",
            ")",
            "[",
            "]",
            "||",
            "|",
            "‖",
            "_F",
            "_F^2",
            "^",
            "**",
            "^T",
            "ᵀ",
            "'",
            "²",
            "+",
            "-",
            "−",
            "*",
            "⊙",
            "/",
            "@",
            ",",
            ":",
            "=",
            "sum(",
            "max(",
            "reshape(",
            "axis=0",
            "\n",
            " ",
            "#",
            "\0",
            "\u202e",
            ".",
            "{",
            "}",
            "\\",
            "é",
            "\u0301",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=300, deadline=1000)
@given(st.one_of(SOUP, st.text(max_size=60)))
def test_parse_of_anything_gives_forms_or_an_objective_error(text: str) -> None:
    """Never another exception, and never a hang."""
    refused = None
    try:
        for start, end in lines(text):
            assert isinstance(parse_line(text, start, end, NAMES, FUNCTIONS).expression, syntax.Form)
    except ObjectiveError as error:
        refused = error
    assert refused is None or (0 <= refused.start <= len(text) and "^" in refused.marked())
