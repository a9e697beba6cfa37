"""Text from outside made safe to show: control characters become visible escapes, long text keeps its head and tail.

Law: `visible` changes nothing in its own output, and its output has no character that a terminal, a browser or a
reader's eye could take for something else than it is.
"""

import unicodedata

LINE_BYTES = 2_000
"""What a quoted message may take in a report, in UTF-8."""
OUTPUT_BYTES = 64 * 1024
"""What a student's printed output may take in a report, in UTF-8."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of controls, invisible format characters (bidi, zero-width), surrogates, private use, separators."""
_INVISIBLE = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Letters, marks and variation selectors that leave no trace on the screen."""


def visible(text: str, *, limit: int = LINE_BYTES, multiline: bool = False) -> str:
    """The text with escapes such as `\\x1b` and `\\u202e`, `limit` bytes at most; `multiline` keeps \\n and \\t."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    kept = "\n\t" if multiline else ""
    return _head_and_tail("".join(_shown(char, kept) for char in _bounded(text, limit)), limit)


def visible_bytes(data: bytes, *, limit: int = OUTPUT_BYTES, multiline: bool = True) -> str:
    """Bytes that should be UTF-8; those that are not become escapes too."""
    return visible(data.decode("utf-8", "backslashreplace"), limit=limit, multiline=multiline)


def is_hidden(char: str) -> bool:
    """Whether a character would be invisible, or would act instead of being shown."""
    return unicodedata.category(char) in _HIDDEN or char in _INVISIBLE or ord(char) & 0xFFFE == 0xFFFE


def _shown(char: str, kept: str) -> str:
    if char in kept or not is_hidden(char):
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def _bounded(text: str, limit: int) -> str:
    """Text that is far too long, shortened before the work of escaping it; the cut stays for `_head_and_tail` to make.

    Every character gives at least one byte, so the head and the tail of `limit` characters hold all that will be shown.
    """
    return text if len(text) <= 4 * limit else text[: 2 * limit] + text[-2 * limit :]


def _head_and_tail(text: str, limit: int) -> str:
    data = text.encode()
    if len(data) <= limit:
        return text
    mark = " … "
    room = max(0, limit - len(mark.encode()))
    head, tail = data[: room - room // 3], data[len(data) - room // 3 :]
    return head.decode("utf-8", "ignore") + mark + tail.decode("utf-8", "ignore")
