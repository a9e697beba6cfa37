"""The templates that students fill in: a module and a notebook with every function as a stub.

A stub unpacks groups among its parameters, says what each name is, and raises `NotImplementedError`, which the grader
takes for what it is: not written yet.
"""

import json
from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import Any

from grader import signature
from grader.assignment import Assignment
from grader.kit.contents import Asked, Contents, one_title
from grader.kit.markdown import markdown
from grader.kit.sheet import Heading, Paragraph, check_call, check_command, question, title
from grader.kit.terms import written
from grader.kit.texts import say
from grader.signature import Group, Literally, Name, Term

MAIN = 'if __name__ == "__main__":'


def module(assignment: Assignment, problems: Sequence[Contents]) -> str:
    """The template as a Python file."""
    first = one_title(assignment.title, assignment.id)
    objectives = "\n\n".join(problem.objective for problem in problems)
    command = say("check_by_command", command=check_command(assignment))
    parts = [
        _docstring(f"{first}\n\n{indent(objectives, '    ')}\n\n{say('rule_any_size')}\n\n{command}\n"),
        "\n".join(_imports(problems)),
        *(stub(function) for problem in problems for function in problem.functions),
        f"{MAIN}  # {say('check_by_running')}\n{indent(check_call(assignment), '    ')}",
    ]
    return parts[0] + "\n\n" + "\n\n\n".join(parts[1:]) + "\n"


def notebook(assignment: Assignment, problems: Sequence[Contents]) -> str:
    """The template as a notebook: the question, the handout's inputs, a cell for each function, the check."""
    cells = [
        _cell("markdown", markdown(title(assignment))),
        _cell("code", "\n".join(_imports(problems))),
    ]
    for problem in problems:
        heading = [Heading(2, problem.title)] if assignment.sheet else []
        cells.append(_cell("markdown", markdown([*heading, *question(problem, level=3 if assignment.sheet else 2)])))
        cells.append(_cell("code", _drawing(problem)))
        cells += [_cell("code", stub(function)) for function in problem.functions]
    cells.append(_cell("markdown", markdown([Heading(2, say("check")), Paragraph(say("check_command"))])))
    main = f"{MAIN}  # {say('check_by_running')}"
    cells.append(_cell("code", f"{main}\n{indent(check_call(assignment), '    ')}"))
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, start=1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": numbered,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, source: str) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, **code, "source": source.rstrip("\n").splitlines(keepends=True)}


def _imports(problems: Sequence[Contents]) -> Iterator[str]:
    """What the framework needs, and the modules that are given."""
    lines = {"torch": "import torch", "numpy": "import numpy as np"}
    yield from dict.fromkeys(lines[problem.framework] for problem in problems)
    yield from dict.fromkeys(f"import {name.removesuffix('.py')}" for problem in problems for name in problem.provided)


def _drawing(problem: Contents) -> str:
    """The handout's inputs, where the notebook is open and not where it is graded if there is no torch."""
    drawn = f"# {say('drawn', case=problem.case)}"
    if problem.framework == "torch":
        return "\n".join([drawn, *problem.drawing])
    lines = indent("\n".join(["import torch\n", drawn, *problem.drawing]), "    ")
    return f"{MAIN}  # {say('draw_here_only')}\n{lines}"


# ----- a function -----


def stub(function: Asked) -> str:
    """A function that is not written yet, with all that is known of it."""
    parameters = _parameters(function.signature.parameters)
    unpacked = [line for name, term in parameters if not isinstance(term, Name) for line in _unpacking(term, name)]
    body = [_docstring(_described(function, parameters)), *unpacked, "raise NotImplementedError"]
    head = f"def {function.signature.function}({', '.join(name for name, _ in parameters)}):"
    return "\n".join([head, indent("\n".join(body), "    ")])


def _parameters(terms: Sequence[Term]) -> list[tuple[str, Term]]:
    """A name for each parameter, no two the same: its own, or one for a group or a literal."""
    taken = {name for term in terms for name in signature.names(term)}
    found: list[tuple[str, Term]] = []
    for term in terms:
        wanted = term.name if isinstance(term, Name) else "option" if isinstance(term, Literally) else "group"
        own = isinstance(term, Name) and wanted not in {name for name, _ in found}
        candidates = (f"{wanted}_{number}" for number in range(2, len(terms) + len(taken) + 3))
        free = wanted if own or wanted not in taken else next(name for name in candidates if name not in taken)
        taken.add(free)
        found.append((free, term))
    return found


def _unpacking(term: Term, source: str) -> Iterator[str]:
    """The lines that give every name in a group its value."""
    if not isinstance(term, Group) or not any(signature.names(term)):
        return
    if term.kind == "dict":
        for key, item in zip(term.keys, term.items, strict=True):
            yield from _assigned(item, f"{source}[{json.dumps(key, ensure_ascii=False)}]", source)
        return
    targets = [item.name if isinstance(item, Name) else f"{source}_{at}" for at, item in enumerate(term.items, start=1)]
    yield f"{', '.join(targets)}{',' if len(targets) == 1 else ''} = {source}"
    for target, item in zip(targets, term.items, strict=True):
        yield from _unpacking(item, target)


def _assigned(item: Term, value: str, source: str) -> Iterator[str]:
    if isinstance(item, Name):
        yield f"{item.name} = {value}"
    elif isinstance(item, Group):
        inner = f"{source}_inner"
        yield f"{inner} = {value}"
        yield from _unpacking(item, inner)


def _described(function: Asked, parameters: Sequence[tuple[str, Term]]) -> str:
    """The docstring of a stub."""
    returned = written(function.signature.returns)
    lines = [say("docstring_first", what=returned), "", "Args:"]
    for name, term in parameters:
        if not isinstance(term, Name):
            meaning = say("argument_literal", value=written(term)) if isinstance(term, Literally) else written(term)
            lines.append(f"    {name}: {meaning}")
    lines += [_item(name, meaning) for name, meaning in function.arguments.items()]
    lines += ["", "Returns:", *(_item(name, meaning) for name, meaning in function.results.items())]
    return "\n".join(lines if function.signature.parameters else [lines[0], *lines[3:]]).replace("`", "") + "\n"


def _item(name: str, meaning: str) -> str:
    return f"    {say('item', name=name, meaning=meaning)}"


def _docstring(text: str) -> str:
    """Text as a docstring, whatever stands in it; one line if it has one."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}"""'
