"""Lines added under `cases:` of an assignment file, and nothing else of it touched.

cases:                                        cases: [{name: handout}]
  - {name: handout, visibility: public}                              ╰─ , {…} goes here
  # a comment                                 (no cases)
  - {name: tall, dims: {N: 7}}  # another        a key `cases:` at the end of the problem
╰─ a line goes here
"""

from collections.abc import Sequence

import yaml


class NotAddable(Exception):
    """The file is written in a way to which nothing can be added here."""


def added(text: str, items: Sequence[str], problem: int | None) -> str:
    """The text with more items under `cases:`, of the problem of that number in a sheet.

    Raises:
        NotAddable: if the place is not to be found.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if problem is not None:
        listed = _value(root, "problems")
        if not isinstance(listed, yaml.SequenceNode):
            raise NotAddable
        root = listed.value[problem]
    if not isinstance(root, yaml.MappingNode):
        raise NotAddable
    found = _value(root, "cases")
    if found is None:
        return _with_key(text, root, items)
    if not isinstance(found, yaml.SequenceNode):
        raise NotAddable
    if found.flow_style:
        return _inside(text, found, ", ".join(items))
    indent = " " * found.start_mark.column
    return _below(text, found, [f"{indent}- {item}" for item in items])


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value  # type: ignore[no-any-return]
    return None


def _with_key(text: str, mapping: yaml.MappingNode, items: Sequence[str]) -> str:
    if mapping.flow_style:
        return _inside(text, mapping, f"cases: [{', '.join(items)}]")
    indent = " " * mapping.start_mark.column
    return _below(text, mapping, [f"{indent}cases:", *(f"{indent}  - {item}" for item in items)])


def _inside(text: str, node: yaml.CollectionNode, more: str) -> str:
    """More before the bracket that closes a collection."""
    close = node.end_mark.index - 1
    before = text[:close].rstrip()
    comma = "" if before.endswith((",", "[", "{")) else ","
    return f"{before}{comma} {more}{text[close:]}"


def _below(text: str, node: yaml.Node, lines: Sequence[str]) -> str:
    """Lines after the last one of a node."""
    end = len(text[: _end(node)].rstrip())
    newline = "\r\n" if "\r\n" in text else "\n"
    stop = text.find("\n", end)
    before, after = (text + newline, "") if stop < 0 else (text[: stop + 1], text[stop + 1 :])
    return before + "".join(line + newline for line in lines) + after


def _end(node: yaml.Node) -> int:
    """Where a node ends, without the comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)
