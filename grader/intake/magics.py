"""Notebook code as Python: lines that are commands to IPython become `pass`, so that every line keeps its number.

A line is looked at only where a statement may begin: `%` goes on with an expression inside brackets, and a `!` inside
a string is text.
"""

import re

_CELL = re.compile(r"\s*%%(\w+)")
_TRANSPARENT = frozenset({"time", "capture", "prun"})
"""Cell magics that run their cell as it is, in the notebook's own names."""
_COMMAND = re.compile(
    r"(?P<indent>\s*)(?:[%!?]|[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*\s*=\s*(?:!|%[^\W\d])|[\w.*]+\?{1,2}\s*(?:#.*)?$)"
)
_PIECE = re.compile(
    r"""#.*|(?P<long>'''|\"\"\")|"(?:[^"\\\n]|\\.)*(?:"|\\?$)|'(?:[^'\\\n]|\\.)*(?:'|\\?$)|(?P<open>[(\[{])|(?P<close>[)\]}])"""
)
_LONG_END = {quote: re.compile(rf"(?:[^\\]|\\.)*?{quote}", re.DOTALL) for quote in ("'''", '"""')}


def without_commands(cell: str) -> tuple[str, bool]:
    """The cell's Python, and whether anything was left out of it."""
    first = next((line for line in cell.split("\n") if line.strip()), "")
    if (magic := _CELL.match(first)) and magic[1] not in _TRANSPARENT:
        return "", True
    if not re.search(r"[%!?]", cell):
        return cell, False
    kept: list[str] = []
    depth, quote, goes_on, dropped = 0, "", False, False
    for line in cell.split("\n"):
        command = _COMMAND.match(line) if not (depth or quote or goes_on) else None
        if command:
            dropped = True
            kept.append(f"{command['indent']}pass")
            continue
        kept.append(line)
        depth, quote = _after(line, depth, quote)
        goes_on = not quote and line.endswith("\\")
    return "\n".join(kept), dropped


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets are open, and in which long string the next line begins."""
    at = 0
    if quote:
        if (end := _LONG_END[quote].match(line)) is None:
            return depth, quote
        at = end.end()
    while piece := _PIECE.search(line, at):
        at = piece.end()
        if piece["long"]:
            if (end := _LONG_END[piece["long"]].match(line, at)) is None:
                return depth, piece["long"]
            at = end.end()
        elif piece["open"]:
            depth += 1
        elif piece["close"]:
            depth = max(0, depth - 1)
    return depth, ""
