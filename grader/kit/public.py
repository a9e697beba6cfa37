"""The students' copy of an assignment file: the same questions without hidden cases, written anew without comments.

    data as written ─ public_data ─▶ data without hidden cases ─ yaml_text ─▶ text that reads back as the same data

Hidden seeds derive from every byte of the teacher's file. The copy must therefore not be enough to guess that file:
`unknown_to_students` says whether the file has anything that the copy does not tell.
"""

import json
import re
from collections.abc import Iterator, Mapping

import yaml

from grader.kit.terms import signature_text
from grader.marked_yaml import Data
from grader.signature import parse

_PLAIN = re.compile(r"[^\W\d]\w*(-\w+)*")
"""Texts that need no quotes, unless they are words of YAML's own."""
_WORDS = re.compile(r"null|true|false", re.IGNORECASE)
_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_BLOCK = re.compile("(?:[^\\s][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*\n)+")


def public_data(data: Mapping[str, Data], identity: str) -> dict[str, Data]:
    """What students may know of an assignment file; `identity` is its id, whatever the copy is called."""
    public = {"id": identity, **data}
    problems = public.get("problems")
    if isinstance(problems, tuple):
        public["problems"] = tuple(_public_problem(problem) for problem in problems)
    return _public_problem(public)


def _public_problem(problem: Data) -> dict[str, Data]:
    """Without the hidden cases; if no case is left, without the key, which makes the handout the public case."""
    assert isinstance(problem, dict)
    functions = problem.get("functions")
    if isinstance(functions, tuple):
        problem = {**problem, "functions": tuple(map(_without_remarks, functions))}
    cases = problem.get("cases")
    if not isinstance(cases, tuple):
        return problem
    left = tuple(case for case in cases if isinstance(case, dict) and case.get("visibility") == "public")
    return {key: left if key == "cases" else value for key, value in problem.items() if key != "cases" or left}


def _without_remarks(function: Data) -> Data:
    """A signature is read as Python, which lets a comment stand in it."""
    return signature_text(parse(function)) if isinstance(function, str) and "#" in function else function


def unknown_to_students(text: str, data: Mapping[str, Data], public: Mapping[str, Data]) -> bool:
    """Whether a file has comments, or hidden cases written out; else its copy tells all that is in it."""
    return _has_comment(text) or {**data, "id": None} != {**public, "id": None}


def _has_comment(text: str) -> bool:
    """Between the tokens of YAML stands nothing but white space and comments."""
    end = 0
    for token in yaml.scan(text, yaml.SafeLoader):
        if "#" in text[end : token.start_mark.index]:
            return True
        end = max(end, token.end_mark.index)
    return "#" in text[end:]


# ----- data as YAML -----


def yaml_text(data: Mapping[str, Data]) -> str:
    """Data as `marked_yaml` reads it, one key a line."""
    return "".join(f"{line}\n" for line in _lines(data))


def _lines(data: Mapping[str, Data]) -> Iterator[str]:
    for key, value in data.items():
        name = _text(key)
        if isinstance(value, str) and "\n" in value and _BLOCK.fullmatch(value if value[-1] == "\n" else f"{value}\n"):
            yield f"{name}: {'|' if value.endswith(chr(10)) else '|-'}"
            yield from (f"  {line}" for line in value.removesuffix("\n").split("\n"))
        elif key == "problems" and isinstance(value, tuple):
            yield f"{name}:"
            for problem in value:
                assert isinstance(problem, dict)
                for number, line in enumerate(_lines(problem)):
                    yield f"{'    ' if number else '  - '}{line}"
        elif isinstance(value, tuple) and value and all(isinstance(item, str | dict) for item in value):
            yield f"{name}:"
            yield from (f"  - {_flow(item)}" for item in value)
        else:
            yield f"{name}: {_flow(value)}"


def _flow(value: Data) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_text(key)}: {_flow(item)}" for key, item in value.items()) + "}"
        case tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str():
            return _text(value)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text):
        return text
    return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
