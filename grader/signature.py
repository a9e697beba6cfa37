"""The signature of a student's function as a tree: names, literals, and groups of them.

    affine_backward(dout, (X, W, b)) -> (dX, dW, db)

Read with Python's own parser, as the text is Python but for the arrow; nothing is evaluated.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

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
    arguments = _python(f"_({parameters}\n)")
    if not isinstance(arguments, ast.Call) or arguments.keywords:
        raise SignatureProblem("parameters are positional: names, literals, or groups of them")
    return Signature(function, tuple(_term(node) for node in arguments.args), _term(_python(f"({returns}\n)")), text)


def _python(source: str) -> ast.expr:
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SignatureProblem(f"expected {FORM}") from None


def _term(node: ast.expr) -> Term:
    match node:
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return Literally(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Literally(-value)
        case ast.Tuple(elts=items):
            return Group("tuple", tuple(map(_term, items)))
        case ast.List(elts=items):
            return _group("list", tuple(map(_term, items)))
        case ast.Dict(keys=keys, values=values):
            return _group("dict", tuple(map(_term, values)), tuple(map(_key, keys)))
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
