"""Bytes of a Python file as text, however the student's editor wrote it.

In this order: a byte order mark decides (UTF-8, UTF-16); else a coding cookie; else it is UTF-8, or GB18030 with a
warning. Whatever has a NUL in it is no text.
"""

import codecs
import re
from dataclasses import dataclass

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_LINE_END = re.compile("\r\n|\r")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The longer marks first: that of UTF-32 begins like that of UTF-16."""


_SLOW = ("punycode", "idna")
"""Encodings that take quadratic time, and that nobody writes programs in."""


class NotTextError(Exception):
    """The bytes are no text in any encoding that is tried."""


@dataclass(frozen=True)
class Text:
    """Source with `\\n` line ends and no mark; `guessed` is the encoding, if nothing in the file named it."""

    text: str
    guessed: str | None = None

    @property
    def source(self) -> bytes:
        return self.text.encode()


def decode(data: bytes) -> Text:
    """The text of a Python file."""
    text, guessed = _decoded(data)
    text = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
    if "\0" in text:
        raise NotTextError
    return Text(text, guessed)


def _decoded(data: bytes) -> tuple[str, str | None]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if (text := _tried(data, encoding)) is None:
                raise NotTextError
            return text, None
    if b"\0" in data:
        raise NotTextError
    cookie = _cookie(data)
    if cookie and (text := _tried(data, cookie)) is not None:
        return text, None
    for encoding, guessed in (("utf-8", None), ("gb18030", "GB18030")):
        if (text := _tried(data, encoding)) is not None:
            return text, guessed
    raise NotTextError


def _cookie(data: bytes) -> str | None:
    """The encoding that one of the first two lines names, if Python would look at it."""
    for line in re.split(rb"\r\n|\r|\n", data[:4096])[:2]:
        if match := _COOKIE.match(line):
            return match[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None


def _tried(data: bytes, encoding: str) -> str | None:
    """The text, if the bytes are one in this encoding; what is no encoding of text gives none."""
    try:
        if codecs.lookup(encoding).name in _SLOW:
            return None
        text = data.decode(encoding)
        text.encode()
    except (LookupError, ValueError):
        return None
    return text
