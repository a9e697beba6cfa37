"""What the sandbox and the intake say, and that the table of phrases knows all of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import phrases
from grader.language import Language, speaking
from grader.phrases import PHRASES, phrase

GRADER = Path(phrases.__file__).parent
SAID_BY = {
    "Missing": 0,
    "Malformed": 0,
    "UnreadableError": 0,
    "Crashed": 0,
    "Forbidden": 0,
    "Rejection": 1,
    "BadArchiveError": 0,
    "NotANotebookError": 0,
    "problem": 2,
}
"""Calls that take a phrase, and at which place."""
FILLED_IN = {"base.__name__": "list", "result.kind": "tuple", "error.what": "is a link", "_article": "a x"}
"""What the source fills into a phrase where not anything would do."""


def _said() -> Iterator[tuple[str, str]]:
    """Every text that is written in such a call, with an `x` for what is filled in."""
    for folder in ("sandbox", "intake"):
        for path in sorted((GRADER / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    place = SAID_BY.get(name)
                    if place is not None and len(node.args) > place and (text := _text(node.args[place])):
                        yield path.name, text


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.FormattedValue(value=ast.Call(func=ast.Name(name))):
            return FILLED_IN.get(name, "x")
        case ast.FormattedValue(value=value):
            return FILLED_IN.get(ast.unparse(value), "x")
    return ""


def test_every_phrase_in_the_source_is_known() -> None:
    """Whoever lets the sandbox say something new adds it to the table."""
    said = dict(_said())
    assert {"values.py", "watch.py", "course.py", "harness.py", "archive.py", "notebook.py", "gather.py"} <= set(said)
    with speaking(Language.zh_cn):
        assert [text for _, text in _said() if phrase(text) == text] == []


def test_every_phrase_is_recognised_as_itself() -> None:
    """None hides behind an earlier one that is less telling."""
    hidden = []
    for template in PHRASES:
        said = template.replace("{what}", "the value").replace("{place}", "1").replace("{count}", "2")
        said = said.replace("{name}", "x").replace("{rest}", "").replace("{", "").replace("}", "")
        first = next(one for one in PHRASES if phrases._pattern(one).fullmatch(said))
        if first != template:
            hidden.append((template, first))
    assert hidden == []


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("a str where a tuple of 2 was asked for", "应返回含 2 项的元组，得到的是 str 类型的值"),
        ("the entry 'dW' of the dict is None", "字典中的 'dW' 项是 None"),
        ("an int64 tensor", "int64 类型的张量"),
        ("the import ended the process: signal SIGSEGV", "导入使进程终止：收到信号 SIGSEGV"),
        ("cannot be opened: the entry ../a.py leads out of the archive", "无法打开：其中的条目 ../a.py 指向压缩包之外"),
        ("a sentence of nobody's", "a sentence of nobody's"),
    ],
)
def test_phrase_is_said_in_chinese(said: str, chinese: str) -> None:
    """A phrase in a phrase too; what is not known stays as it is."""
    assert phrase(said) == said
    with speaking(Language.zh_cn):
        assert phrase(said) == chinese
