"""Commands to IPython are left out of notebook code, and nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.magics import without_commands


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install torch\nx = 1", "pass\nx = 1"),
        ("if x:\n    !ls\nelse:\n    %time y", "if x:\n    pass\nelse:\n    pass"),
        ("files = !ls\na, b = %sql x", "pass\npass"),
        ("?print\nprint?\nnp.sum??  # help", "pass\npass\npass"),
        ("%%time\ndef f(): pass", "pass\ndef f(): pass"),
        ("\n%%bash\nrm -rf x", ""),
        ("%%writefile x.py\ny = 1", ""),
    ],
)
def test_commands_become_pass(cell: str, python: str) -> None:
    """Every line keeps its number; a cell in another language is nothing."""
    assert without_commands(cell) == (python, True)


@pytest.mark.parametrize(
    "cell",
    [
        "x = (a\n  % b)",
        "x = a \\\n  % b",
        "x = '''\n!ls\n%time\n'''",
        's = """ \\""" \n!ls\n"""',
        "x = ['(', # [ (\n  '''\n%x''',\n  a\n  % b]",
        "# what?\nx = 1  # really?\ny = a % b != c",
        "s = 'it''s'\nt = \"a % b\"\nprint('!', s % t)",
        "x == y % 3",
    ],
)
def test_python_stays(cell: str) -> None:
    """Inside brackets and strings the same characters are Python's."""
    assert without_commands(cell) == (cell, False)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list("%!?= \n\\'\"()[]#xy.,")), max_size=60))
def test_lines_keep_their_numbers(cell: str) -> None:
    """Whatever the cell, it has as many lines as before, or none."""
    python, _ = without_commands(cell)
    assert python == "" or python.count("\n") == cell.count("\n")
