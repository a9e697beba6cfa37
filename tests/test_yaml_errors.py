"""Faults of YAML in plain words."""

import pytest
import yaml

from grader.marked_yaml import RefusalError, compose
from grader.yaml_errors import explained


def _explained(text: str) -> str:
    with pytest.raises((yaml.YAMLError, RefusalError)) as caught:
        compose(text)
    return str(explained(caught.value, text, "hw.yaml"))


@pytest.mark.parametrize(
    ("line", "start", "quoted"),
    [
        ("objective: ||max(X W, 0) - Y||_F^2", "|", 'objective: "||max(X W, 0) - Y||_F^2"'),
        ("objective: |X|", "|", 'objective: "|X|"'),
        ("objective: | X |", "|", 'objective: "| X |"'),
        ("objective: |2| X", "|", 'objective: "|2| X"'),
        ("objective: *A B", "*", 'objective: "*A B"'),
        ("objective: *A", "*", 'objective: "*A"'),
        ("objective: @x", "@", 'objective: "@x"'),
        ("objective: {A} + B", "{", 'objective: "{A} + B"'),
        ("objective: %A", "%", 'objective: "%A"'),
        ("objective: &A B", "&", 'objective: "&A B"'),
        ("objective: &A", "&", 'objective: "&A"'),
        ("objective: !A B", "!", 'objective: "!A B"'),
        ('objective: "X" W', '"', "objective: '\"X\" W'"),
        ("objective: 'X' W'", "'", "objective: \"'X' W'\""),
        ("objective: - A", "-", 'objective: "- A"'),
        ("objective: > X", ">", 'objective: "> X"'),
        ("objective: `X`", "`", 'objective: "`X`"'),
    ],
)
def test_missing_quotes_are_named_and_shown(line: str, start: str, quoted: str) -> None:
    """A formula that YAML reads as something else gets its line back, with quotes."""
    assert _explained(f"seed: 0\n{line}\nwrt: [X]\n") == (
        f"hw.yaml:2: at objective: a value that starts with `{start}` needs quotes; write this line as\n    {quoted}"
    )


def test_colon_in_a_formula_needs_quotes() -> None:
    """A value with a colon in it is shown with quotes too."""
    assert _explained("objective: X: Y") == (
        'hw.yaml:1: at objective: a value with `: ` in it needs quotes; write this line as\n    objective: "X: Y"'
    )


def test_quotes_in_a_sheet_keep_the_indentation() -> None:
    """A line inside a list is shown as it should stand there."""
    assert _explained("problems:\n  - objective: |X|\n    seed: 0") == (
        'hw.yaml:2: a value that starts with `|` needs quotes; write this line as\n      - objective: "|X|"'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\tseed: 0", "hw.yaml:1: not valid YAML: there is a tab in this line; YAML wants spaces\n    seed: 0"),
        (
            "a: {b: |X|}",
            "hw.yaml:1: not valid YAML: a value cannot start with `|` unless it is in quotes\n    a: {b: |X|}",
        ),
        (
            "shapes: {X: [10, 4]\nseed: 0",
            "hw.yaml:2: not valid YAML: a comma or a closing `}` is missing (it opens in line 1)\n    seed: 0",
        ),
        (
            "a: 1\n b: 2",
            "hw.yaml:2: not valid YAML: there is a `:` where none can be; is this line indented too far?\n    b: 2",
        ),
        (
            "objective\n\n# the seed\nseed: 0",
            "hw.yaml:1: not valid YAML: this line has no `:` between a key and its value\n    objective",
        ),
        ('title:"A"\nseed: 0', 'hw.yaml:1: not valid YAML: there is no space after the `:`\n    title:"A"'),
        (
            "a: 1\nb： 2\nc: 3",
            "hw.yaml:2: not valid YAML: there is a full-width colon in this line, where YAML wants `:` "
            "and a space\n    b： 2",
        ),
        (
            'objective: "X"\n  seed: 0',
            "hw.yaml:2: not valid YAML: this does not fit the lines above; is it indented like them?\n    seed: 0",
        ),
        (
            "title: {en: A}\nshapes:\n  X: [1]\n W: [1]",
            "hw.yaml:4: not valid YAML: this does not fit the lines above; is it indented like them?\n    W: [1]",
        ),
        ("wrt: *a", "hw.yaml:1: at wrt: aliases (`*a`) are not used here\n    wrt: *a"),
        ("wrt: &a [X]", "hw.yaml:1: at wrt: anchors (`&a`) are not used here\n    wrt: &a [X]"),
        (
            "objective: 'X\nseed: 0",
            "hw.yaml:1: not valid YAML: the quote that opens here is not closed\n    objective: 'X",
        ),
        ("a: 1\nb\n", "hw.yaml:2: not valid YAML: this line has no `:` between a key and its value\n    b"),
        (
            "- a\nb: 1",
            "hw.yaml:2: not valid YAML: this does not fit the lines above; is it indented like them?\n    b: 1",
        ),
        (
            'a: "\\q"',
            "hw.yaml:1: not valid YAML: a backslash before `q` means nothing inside double "
            'quotes; use single quotes\n    a: "\\q"',
        ),
        ("a: 1\nb: \x07", "hw.yaml:2: a control character stands here; the file should be plain text"),
        (
            "%YAML 2.0\n---\n",
            "hw.yaml:1: not valid YAML: found incompatible YAML document (version 1.* is required)\n    %YAML 2.0",
        ),
    ],
)
def test_other_faults_show_their_line(text: str, message: str) -> None:
    """A fault has a sentence without the parser's jargon, and the line as it is."""
    assert _explained(text) == message
