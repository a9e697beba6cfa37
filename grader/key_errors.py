"""What is wrong with the keys of an assignment file, in plain words: what a place should hold, and what stands there.

The sentences come from a table of places, not from the types that were tried there, so a value that may be a number or
a name has one sentence. A test holds the table against the types of `grader.assignment`.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError

from grader import assignment
from grader.errors import AssignmentError
from grader.marked_yaml import Data, Document, KeyPath, dotted
from grader.visible import visible
from grader.yaml_errors import excerpt, needs_quotes

_DRAWS: Mapping[str, type[BaseModel]] = {
    "normal": assignment.Normal,
    "uniform": assignment.Uniform,
    "integers": assignment.Integers,
    "labels": assignment.Labels,
    "onehot": assignment.Onehot,
    "simplex": assignment.Simplex,
    "spd": assignment.Spd,
    "symmetric": assignment.Symmetric,
    "orthogonal": assignment.Orthogonal,
}
_NAME = "a name: letters, digits and underscores, not a digit first, at most 64"
_ID = "letters, digits, `_` and `-`, not a sign first, at most 64"
_SIZE = "a whole number from 1 to 1000000"
_SECONDS = "a number of seconds above 0, at most 3600"
_CHOICES: Mapping[str, Sequence[str]] = {
    "framework": get_args(assignment.Framework),
    "policy.autograd": ("forbid", "allow"),
    "cases[].visibility": get_args(assignment.Visibility),
    "inputs.*.draw": tuple(_DRAWS),
}
EXPECTED: Mapping[str, str] = {
    "": "keys with values, such as `objective`, `seed` and `shapes`",
    "id": _ID,
    "title": "a text of at most 200 characters, or one for each language, as in {en: Title, zh-CN: 标题}",
    "title.*": "a text of at most 200 characters",
    "objective": 'a text of 1 to 10000 characters, as in "||X W - Y||_F^2"',
    "seed": "a whole number from 0 to 2^63 - 1",
    "shapes": "names with their sizes, as in {X: [10, 4]}",
    "shapes.*": "a list of at most 8 sizes, as in [10, 4] or [N, D]",
    "shapes.*[]": f"a size: {_SIZE}, or a name",
    "dims": "names with their numbers, as in {N: 10}",
    "dims.*": _SIZE,
    "inputs": "names with how they are made, as in {X: {draw: uniform}}",
    "inputs.*": "how the input is made, as in {draw: uniform}, {value: 0.1} or {values: [[1, 2], [3, 4]]}",
    "inputs.*.draw": f"one of {', '.join(_DRAWS)}",
    "inputs.*.low": "a number; a whole one for integers",
    "inputs.*.high": "a number; a whole one for integers",
    "inputs.*.classes": f"a number of classes: {_SIZE}, or a name",
    "inputs.*.value": "a number",
    "inputs.*.values": "numbers, or nested lists of numbers",
    "wrt": "a list of names, as in [W, X]",
    "wrt[]": _NAME,
    "framework": "torch or numpy",
    "provide": "a list of file names, as in [helpers.py]",
    "provide[]": "the name of a Python file beside this one, as in helpers.py",
    "functions": 'a list of signatures, as in ["grad_W(X, W, Y) -> dW"]',
    "functions[]": 'a signature of at most 1000 characters, as in "grad_W(X, W, Y) -> dW"',
    "cases": "a list of at least one case, as in [{name: handout, visibility: public}]",
    "cases[]": "a case, as in {name: handout, visibility: public}",
    "cases[].name": "a name of letters, digits, `_`, `.` and `-`, at most 64",
    "cases[].visibility": "public or hidden",
    "cases[].draws": "a whole number from 1 to 100",
    "points": "names with their points, as in {W: 4}",
    "points.*": "a number from 0 to 1000000",
    "credit": "codes of mistakes with their share of the points, as in {factor: 0.5}",
    "credit.*": "a number from 0 to 1",
    "tolerance": "tolerances, as in {rtol: 1e-5, atol: 1e-8}",
    "tolerance.rtol": "a number from 0 to below 1",
    "tolerance.atol": "a number from 0 to below 1",
    "policy": "a policy, as in {autograd: forbid}",
    "policy.autograd": "forbid or allow",
    "limits": "limits, as in {cpu_seconds: 10, memory_mb: 1024}",
    "limits.cpu_seconds": _SECONDS,
    "limits.wall_seconds": _SECONDS,
    "limits.memory_mb": "a whole number from 16 to 1048576",
    "limits.submission_seconds": "a number of seconds above 0, at most 86400",
    "problems": "a list of 1 to 100 problems",
    "problems[]": "a problem with its own `id`, `objective`, `seed` and `shapes`",
}
"""What each place should hold; `*` is any name, `[]` any item."""


def first_error(error: ValidationError, document: Document, text: str, file: str) -> AssignmentError:
    """The first wrong place in the file, as a teacher can use it."""
    found = [_place(entry["loc"], entry["type"], document.data) for entry in error.errors(include_url=False)]
    # A value that may be one of several types is also blamed as a whole, although only a part of it is wrong.
    outer = {path[:depth] for path, _ in found for depth in range(len(path))}
    kind_order = [(kind == "missing", _line(path, kind, document), path, kind) for path, kind in found]
    _, line, path, kind = min((entry for entry in kind_order if entry[2] not in outer), key=lambda entry: entry[:2])
    is_text = isinstance(_at(path, document.data), str)
    if pattern(path) in ("objective", "functions[]") and not is_text and (quoted := needs_quotes(text, line)):
        return AssignmentError(quoted.sentence, file, quoted.line, dotted(path), f"    {quoted.text}")
    shown = None if kind == "missing" else excerpt(text, line)
    return AssignmentError(_sentence(kind, path, document.data), file, line, dotted(path) or None, shown)


def pattern(path: KeyPath) -> str:
    """The place in the table that a path belongs to."""
    inner = path[2:] if path[:1] == ("problems",) and len(path) > 2 else path
    if inner[:1] == ("cases",) and len(inner) > 2 and inner[2] in ("seed", "dims", "inputs", "limits"):
        inner = inner[2:]
    named = inner[:1] and inner[0] in ("title", "shapes", "dims", "inputs", "points", "credit")
    text = "".join(
        "[]" if isinstance(part, int) else ".*" if named and depth == 1 else f".{part}"
        for depth, part in enumerate(inner)
    ).removeprefix(".")
    return "inputs.*.values" if text.startswith("inputs.*.values") else text


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?`, if something known is near."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _place(location: Sequence[str | int], kind: str, data: Data) -> tuple[KeyPath, str]:
    """Where in the file an error belongs, and its kind."""
    path = _path(location, data)
    match kind:
        case "missing":
            return (*path, location[-1]), kind
        case "union_tag_invalid":
            return (*path, "draw"), kind
        case _:
            return path, "key" if location[-1:] == ("[key]",) else kind


def _path(location: Sequence[str | int], data: Data) -> KeyPath:
    """The part of an error's location that stands in the file; the rest are names of types that were tried."""
    path: KeyPath = ()
    tagged = False
    for part in location:
        if pattern(path) == "inputs.*" and not tagged:
            tagged = True
        elif (isinstance(data, dict) and isinstance(part, str) and part in data) or (
            isinstance(data, tuple) and isinstance(part, int) and part < len(data)
        ):
            path, data = (*path, part), data[part]  # type: ignore[index]
    return path


def _sentence(kind: str, path: KeyPath, data: Data) -> str:
    place, value = pattern(path), _at(path, data)
    match kind:
        case "extra_forbidden":
            return _unknown_key(path, data)
        case "key":
            return _wrong_key(path)
        case "missing":
            return f"this key is missing; it should hold {EXPECTED[place]}"
        case _:
            near = nearest(value, _CHOICES[place]) if place in _CHOICES and isinstance(value, str) else ""
            return f"expected {EXPECTED[place]}, got {_got(value)}{near}"


def _unknown_key(path: KeyPath, data: Data) -> str:
    key, parent = str(path[-1]), path[:-1]
    if not parent and key in assignment.Problem.model_fields and isinstance(data, dict) and "problems" in data:
        return f"in a file with `problems`, `{key}` belongs to each of them, not to the top"
    known = _known_keys(parent, data)
    hint = nearest(key, known) or f" (known: {', '.join(known)})"
    return f"there is no key `{visible(key, limit=80)}` here{hint}"


def _wrong_key(path: KeyPath) -> str:
    key = str(path[-1])
    shown = visible(key, limit=80)
    match pattern(path):
        case "credit.*":
            return f"`{shown}` is no code of a mistake{nearest(key, get_args(assignment.MistakeCode))}"
        case "title.*":
            return f"`{shown}` is no code of a language, as `en` and `zh-CN` are"
        case _:
            return f"`{shown}` cannot be used here; it should be {_NAME}"


def _known_keys(path: KeyPath, data: Data) -> Iterable[str]:
    """The keys that a mapping at this place may have."""
    place = pattern(path)
    if place == "inputs.*":
        spec = _at(path, data)
        if isinstance(spec, dict) and (only := [key for key in ("value", "values") if key in spec]):
            return only[:1]
        draw = str(spec.get("draw", "normal")) if isinstance(spec, dict) else "normal"
        fields = _DRAWS[draw].model_fields if draw in _DRAWS else ()
        return tuple(dict.fromkeys(("draw", "value", "values", *fields)))
    if not path:
        sheet = isinstance(data, dict) and "problems" in data
        return assignment.SheetFile.model_fields if sheet else (*assignment.ProblemFile.model_fields, "problems")
    models: Mapping[str, type[BaseModel]] = {
        "problems[]": assignment.Problem,
        "cases[]": assignment.Case,
        "tolerance": assignment.Tolerance,
        "policy": assignment.Policy,
        "limits": assignment.CaseLimits if "cases" in path else assignment.Limits,
    }
    return models[place].model_fields


def _line(path: KeyPath, kind: str, document: Document) -> int:
    place = document.place(path)
    return place.key_line if kind in ("extra_forbidden", "key") else place.line


def _at(path: KeyPath, data: Data) -> Data:
    for part in path:
        if isinstance(data, dict) and isinstance(part, str):
            data = data.get(part)
        elif isinstance(data, tuple) and isinstance(part, int):
            data = data[part]
    return data


def _got(value: Data) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {visible(str(value), limit=40)}"
        case str():
            return f"the text `{visible(value, limit=80)}`" if value else "an empty text"
        case tuple():
            return "a list" if value else "an empty list"
        case _:
            return "keys with values" if value else "an empty mapping"
