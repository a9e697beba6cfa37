"""A table in CSV whose cells can be changed while every other byte stays what it was.

Law: `Table.parse(data).edited({})` is `data`; an edit changes the bytes of its own cell only, and keeps its quotes.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

Place: TypeAlias = tuple[int, int]
"""Row and column, from 0."""

DELIMITERS = ",;\t"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_QUOTED = r'"[^"]*+(?:""[^"]*+)*+(?:"|\Z)'
_LINE_END = r"\r\n|\r|\n"


@dataclass(frozen=True)
class Table:
    """Rows of cells as they stand in the file, with what stands between them."""

    raw: tuple[tuple[str, ...], ...]
    ends: tuple[str, ...]
    """What ends each row: a line end, or nothing at the end of the file."""
    delimiter: str
    encoding: str
    mark: bytes
    """The byte order mark, or nothing."""
    tail: bytes = b""
    """Half a character at the end of UTF-16."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The table in any bytes; what is not text in the encoding is kept as it is."""
        mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
        body = data[len(mark) :]
        tail = body[len(body) // 2 * 2 :] if encoding.startswith("utf-16") else b""
        body = body[: len(body) - len(tail)]
        text = body.decode(encoding, "surrogateescape" if encoding == "utf-8" else "surrogatepass")
        if text.encode(encoding, _errors(encoding)) != body:  # surrogates that happen to make a pair
            encoding, text = "latin-1", body.decode("latin-1")
        delimiter = _delimiter(text)
        raw, ends = _split(text, delimiter)
        return cls(raw, ends, delimiter, encoding, mark, tail)

    @cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What the cells say."""
        return tuple(tuple(map(_said, row)) for row in self.raw)

    def cell(self, row: int, column: int | None) -> str:
        """What a cell says without space around it; nothing where there is no cell."""
        if column is None or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column].strip()

    def edited(self, edits: Mapping[Place, str]) -> bytes:
        """The file with other words in some cells; a row that is too short for its edit is filled up."""
        raw = [list(row) for row in self.raw]
        for (row, column), text in edits.items():
            raw[row] += [""] * (column + 1 - len(raw[row]))
            if _said(raw[row][column]) != text:
                raw[row][column] = self._written(text, like=raw[row][column])
        whole = "".join(self.delimiter.join(row) + end for row, end in zip(raw, self.ends, strict=True))
        return self.mark + whole.encode(self.encoding, _errors(self.encoding)) + self.tail

    def _written(self, text: str, *, like: str) -> str:
        if like.startswith('"') or text != text.strip() or any(char in text for char in f'"\r\n{self.delimiter}'):
            return '"' + text.replace('"', '""') + '"'
        return text


def _errors(encoding: str) -> str:
    return {"utf-8": "surrogateescape", "latin-1": "strict"}.get(encoding, "surrogatepass")


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first row that is not blank, outside quotes."""
    first = re.match(rf"(?:{_QUOTED}|[^\r\n\"])*", text.lstrip("\r\n \t"))
    bare = re.sub(_QUOTED, "", first[0] if first else "")
    return max(DELIMITERS, key=bare.count)


def _split(text: str, delimiter: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    cell = re.compile(rf"((?:{_QUOTED})?+[^{delimiter}\r\n]*+)({delimiter}|{_LINE_END}|\Z)")
    rows: list[tuple[str, ...]] = []
    ends: list[str] = []
    row: list[str] = []
    position = 0
    while position < len(text) or row:
        found = cell.match(text, position)
        assert found is not None, "every text is a cell and what follows it"
        row.append(found[1])
        position = found.end()
        if found[2] != delimiter:
            rows.append(tuple(row))
            ends.append(found[2])
            row = []
    return tuple(rows), tuple(ends)


def _said(raw: str) -> str:
    """What a cell says: without the quotes around it, and with those inside it single."""
    if not raw.startswith('"'):
        return raw
    quoted = re.match(_QUOTED, raw)
    assert quoted is not None, "a quote begins a quoted cell"
    inside = quoted[0][1:-1] if quoted[0].endswith('"') and len(quoted[0]) > 1 else quoted[0][1:]
    return inside.replace('""', '"') + raw[quoted.end() :]
