"""A notebook as the sandbox takes it: its code cells in order, without outputs and without commands to IPython.

    .ipynb ─ JSON, nbformat ─▶ code cells ─ magics ─▶ Notebook ─▶ module source `[[number, code], …]` as JSON

The box runs each cell on its own. Cells are numbered from 1, code cells only, as a reader counts them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.intake.magics import without_commands

MOST_BYTES = 20 * 1024**2
MOST_CODE_BYTES = 1024**2
MOST_CELLS = 5_000
_MOST_OPENED = 500_000
_MOST_ITEMS = 5_000_000
"""Brackets and commas of the JSON: what an honest notebook with large plots does not reach, and memory can hold."""


class NotANotebookError(Exception):
    """The bytes are no notebook that can be read; the text goes on after the file's name."""


@dataclass(frozen=True)
class Notebook:
    """The code cells by their numbers; `dropped` where a magic or a shell line was left out."""

    cells: tuple[tuple[int, str], ...]
    dropped: bool = False

    @property
    def text(self) -> str:
        """All code together, for who only looks for names."""
        return "\n".join(code for _, code in self.cells)

    @property
    def source(self) -> bytes:
        """As a module of `Source`."""
        return json.dumps(self.cells, ensure_ascii=False).encode("utf-8", "replace")


def read(data: bytes) -> Notebook:
    """The notebook in these bytes."""
    codes = _codes(_reduced(_parsed(data)))
    if len(codes) > MOST_CELLS or sum(map(len, codes)) > MOST_CODE_BYTES:
        raise NotANotebookError("holds more code than a homework has")
    cells: list[tuple[int, str]] = []
    dropped = False
    for number, code in enumerate(codes, start=1):
        if "\0" in code:
            raise NotANotebookError("has a null character in its code")
        python, left_out = without_commands(code.replace("\r\n", "\n").replace("\r", "\n"))
        dropped = dropped or left_out
        if python.strip():
            cells.append((number, python))
    return Notebook(tuple(cells), dropped)


def _parsed(data: bytes) -> Mapping[str, Any]:
    if data.count(b"[") + data.count(b"{") > _MOST_OPENED or data.count(b",") > _MOST_ITEMS:
        raise NotANotebookError("is no notebook: its JSON is far too large")
    try:
        # Floats and ints are of no interest here, and converting huge ones would take long.
        whole = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=_small)
    except RecursionError:
        raise NotANotebookError("is no notebook: its JSON is nested too deeply") from None
    except ValueError:
        raise NotANotebookError("is no notebook: it is not valid JSON") from None
    if not isinstance(whole, dict):
        raise NotANotebookError("is no notebook: its JSON is no object")
    return whole


def _small(digits: str) -> int:
    return int(digits) if len(digits) < 10 else 0


def _reduced(whole: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook with nothing but its code cells: what students' tools write around them does not matter."""
    version = whole.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        raise NotANotebookError("is no notebook: it has no number of its format")
    if version not in (2, 3, 4):
        raise NotANotebookError(f"is a notebook of format {version}, which is not known here")
    if version == 4:
        return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": _code_cells(whole, "source", version)}
    worksheets = whole.get("worksheets")
    if not isinstance(worksheets, list) or not all(isinstance(sheet, dict) for sheet in worksheets):
        raise NotANotebookError("is no notebook: it has no list of worksheets")
    sheets = [{"cells": _code_cells(sheet, "input", version), "metadata": {}} for sheet in worksheets]
    return {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


def _code_cells(holder: Mapping[str, Any], key: str, version: int) -> list[dict[str, Any]]:
    cells = holder.get("cells", [] if version < 4 else None)
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotANotebookError("is no notebook: it has no list of cells")
    return [_code_cell(cell, key, version) for cell in cells if cell.get("cell_type") == "code"]


def _code_cell(cell: Mapping[str, Any], key: str, version: int) -> dict[str, Any]:
    code = cell.get(key, "")
    if isinstance(code, list) and all(isinstance(line, str) for line in code):
        code = "".join(code)
    if not isinstance(code, str):
        raise NotANotebookError("is no notebook: a code cell holds something else than text")
    common = {"cell_type": "code", "metadata": {}, "outputs": [], key: code}
    return common | ({"execution_count": None} if version == 4 else {"language": "python", "collapsed": False})


def _codes(reduced: dict[str, Any]) -> list[str]:
    """The cells' code by way of nbformat: brought to today's format, and checked against its schema."""
    import nbformat

    try:
        notebook = nbformat.convert(nbformat.from_dict(reduced), 4)  # type: ignore[no-untyped-call]
        notebook.nbformat_minor = 4
        for cell in notebook.cells:
            cell.pop("id", None)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, ValueError, KeyError, AttributeError, TypeError) as error:
        what = str(error).partition("\n")[0][:200]
        raise NotANotebookError(f"is no notebook that can be read: {what}") from None
    return [str(cell.source) for cell in notebook.cells]
