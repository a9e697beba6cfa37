"""Notebooks as modules."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.notebook import NotANotebookError, Notebook, read


def _v4(*cells: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}).encode()


def _code(source: object, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def test_code_cells_in_order() -> None:
    """Code cells count, by their numbers among code cells; text, outputs and what tools add do not."""
    data = _v4(
        _code(["%matplotlib inline\n", "x = 1"], id="a"),
        {"cell_type": "markdown", "source": "def f(): pass"},
        _code("", outputs=[{"output_type": "nonsense", "data": 1e308}], tool={"x": []}),
        _code("y = '梯度'\r\nz = 2", metadata={"colab": {"x": 1}}),
    )
    found = read(data)
    assert found == Notebook(((1, "pass\nx = 1"), (3, "y = '梯度'\nz = 2")), dropped=True)
    assert json.loads(found.source) == [[1, "pass\nx = 1"], [3, "y = '梯度'\nz = 2"]]
    assert read(b"\xef\xbb\xbf" + data) == found


def test_format_3_is_brought_up_to_date() -> None:
    """Old notebooks with worksheets are read as new ones are."""
    cells = [
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": [], "collapsed": False},
        {"cell_type": "heading", "level": 1, "source": "T"},
    ]
    data = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": cells}]}
    assert read(json.dumps(data).encode()) == Notebook(((1, "x = 1\ny = 2"),))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is no notebook: it is not valid JSON"),
        (b"\xff\xfe", "is no notebook: it is not valid JSON"),
        (b"[]", "is no notebook: its JSON is no object"),
        (b"{}", "is no notebook: it has no number of its format"),
        (b'{"nbformat": 4}', "is no notebook: it has no list of cells"),
        (b'{"nbformat": 3, "worksheets": [1]}', "is no notebook: it has no list of worksheets"),
        (b'{"nbformat": 5, "cells": []}', "is a notebook of format 5, which is not known here"),
        (b'{"nbformat": ' + b"9" * 1_000_000 + b"}", "is a notebook of format 0, which is not known here"),
        (b'{"nbformat": true, "cells": []}', "is no notebook: it has no number of its format"),
        (_v4(_code({})), "is no notebook: a code cell holds something else than text"),
        (_v4(_code("a\0")), "has a null character in its code"),
        (b'{"nbformat":' * 100_000, "is no notebook: its JSON is nested too deeply"),
        (b"[" * 500_001, "is no notebook: its JSON is far too large"),
        (_v4(_code("#" * (1024**2 + 1))), "holds more code than a homework has"),
        (_v4(*[_code("x")] * 5001), "holds more code than a homework has"),
    ],
)
def test_what_is_no_notebook_is_refused(data: bytes, why: str) -> None:
    """Hostile or broken files have a reason, never a crash."""
    with pytest.raises(NotANotebookError) as caught:
        read(data)
    assert str(caught.value) == why


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(_JSON, _JSON, st.sampled_from([2, 3, 4]))
def test_any_json_is_a_notebook_or_not(cells: Any, cell: Any, version: int) -> None:
    """Nothing but NotANotebookError is ever raised."""
    sheet = {"cells": [{"cell_type": "code", "source": cell, "input": cell}]}
    for data in ({"cells": cells}, sheet, {"worksheets": [sheet]}, {"worksheets": cells}):
        with suppress(NotANotebookError):
            read(json.dumps({"nbformat": version, **data}).encode())
