"""The signature of a student's function as a tree: names, literals, and groups of them.

    affine_backward(dout, (X, W, b)) -> (dX, dW, db)

Read with Python's own parser, as the text is Python but for the arrow; nothing is evaluated.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from math import isfinite
from typing import Literal, TypeAlias
from unicodedata import normalize

Constant: TypeAlias = "None | bool | int | float | str | list[Constant] | dict[str, Constant]"
GroupKind: TypeAlias = Literal["tuple", "list", "dict"]


@dataclass(frozen=True)
class Name:
    """A parameter or a result by name."""

    name: str


@dataclass(frozen=True, eq=False)
class Literally:
    """An argument that is passed as it stands."""

    value: Constant


@dataclass(frozen=True, eq=False)
class Group:
    """A tuple, list or dict; `keys` are those of a dict."""

    kind: GroupKind
    items: "tuple[Term, ...]"
    keys: tuple[str, ...] = ()


Term: TypeAlias = Name | Literally | Group


@dataclass(frozen=True, eq=False)
class Signature:
    """A function's name, its positional parameters and what it returns."""

    function: str
    parameters: tuple[Term, ...]
    returns: Term
    text: str


class SignatureProblem(Exception):
    """The text is not a signature; the message says why."""


FORM = "name(parameters) -> results, as in `grad_W(X, W, Y) -> dW`"


def parse(text: str) -> Signature:
    """The signature that a text describes.

    Raises:
        SignatureProblem: if it does not have the form, or holds anything but names, literals and groups.
    """
    match = re.fullmatch(r"\s*([^\W\d]\w*)\s*\((.*)\)\s*(?:->|→)\s*(.+?)\s*", text, re.DOTALL)
    if match is None:
        raise SignatureProblem(f"expected {FORM}")
    function, parameters, returns = match.groups()
    if iskeyword(function):
        raise SignatureProblem(f"`{function}` is a word of Python's and cannot name a function")
    try:
        call = _python(f"_({parameters}\n)")
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
            raise SignatureProblem("parameters are positional: names, literals, or groups of them")
        terms = tuple(_term(node) for node in call.args)
        return Signature(normalize("NFKC", function), terms, _term(_python(f"({returns}\n)")), text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SignatureProblem(f"expected {FORM}") from None


def _python(source: str) -> ast.expr:
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(source, mode="eval").body


def _term(node: ast.expr) -> Term:
    match node:
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant(value=float(value)) if not isfinite(value):
            raise SignatureProblem("a number is larger than any float")
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return Literally(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Literally(-value)
        case ast.Tuple(elts=items):
            return Group("tuple", tuple(map(_term, items)))
        case ast.List(elts=items):
            return _group("list", tuple(map(_term, items)))
        case ast.Dict(keys=keys, values=values):
            named = tuple(map(_key, keys))
            twice = next((name for name in named if named.count(name) > 1), None)
            if twice is not None:
                raise SignatureProblem(f"the key `{twice}` is there twice")
            return _group("dict", tuple(map(_term, values)), named)
    raise SignatureProblem(f"`{ast.unparse(node)}` is neither a name, a literal nor a group of these")


def _key(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Constant(value=str() as name):
            return name
    raise SignatureProblem("the keys of a dict are names")


def _group(kind: Literal["list", "dict"], items: tuple[Term, ...], keys: tuple[str, ...] = ()) -> Term:
    """A group, or the literal that it is where all its items are literals."""
    if not all(isinstance(item, Literally) for item in items):
        return Group(kind, items, keys)
    values = [item.value for item in items if isinstance(item, Literally)]
    return Literally(values if kind == "list" else dict(zip(keys, values, strict=True)))


def names(term: Term) -> Iterator[str]:
    """The names in a term, left to right."""
    if isinstance(term, Name):
        yield term.name
    elif isinstance(term, Group):
        for item in term.items:
            yield from names(item)


def has_literal(term: Term) -> bool:
    """Whether there is a literal anywhere in a term."""
    if isinstance(term, Group):
        return any(map(has_literal, term.items))
    return isinstance(term, Literally)
