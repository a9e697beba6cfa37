"""Blocks of a sheet as Markdown: formulas between `$$`, which notebooks and the LMS render."""

import re
from collections.abc import Iterable

from grader.kit.sheet import Block, Code, Formula, Heading, Items, Paragraph, Table, Translations

CODE = re.compile(r"(`[^`]*`)")
_MARKUP = re.compile(r"([\\*_\[\]<>#$|`~])")


def markdown(blocks: Iterable[Block]) -> str:
    """A document."""
    return "\n\n".join(map(_block, blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Translations(titles):
            return " · ".join(_plain(text) for _, text in titles)
        case Paragraph(text):
            return _text(text)
        case Formula(latex):
            return f"$$\n{latex}\n$$"
        case Table(head, rows):
            lines = (head, ("---",) * len(head), *rows)
            return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
        case Items(texts):
            return "\n".join(f"- {_text(text)}" for text in texts)
        case Code(language, text):
            return f"```{language}\n{text}\n```"


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _text(text: str) -> str:
    """Everything but the code has its markup escaped."""
    return "".join(part if CODE.fullmatch(part) else _plain(part) for part in CODE.split(text))


def _cell(text: str) -> str:
    """In a table even a bar within code ends the cell."""
    return "".join(part.replace("|", r"\|") if CODE.fullmatch(part) else _plain(part) for part in CODE.split(text))
