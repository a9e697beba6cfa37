"""Bytes of a Python file as text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.text import NotTextError, Text, decode

CHINESE = "# 梯度\ndef grad_W():\n    pass\n"


@pytest.mark.parametrize(
    "data",
    [
        CHINESE.encode(),
        codecs.BOM_UTF8 + CHINESE.encode(),
        CHINESE.encode("utf-16"),
        codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"),
        CHINESE.encode("utf-32"),
        CHINESE.replace("\n", "\r\n").encode(),
        CHINESE.replace("\n", "\r").encode(),
    ],
)
def test_marks_and_line_ends_make_no_difference(data: bytes) -> None:
    """However the editor saved it, the text is the same, and nothing was guessed."""
    assert decode(data) == Text(CHINESE)


@pytest.mark.parametrize("cookie", ["# -*- coding: gbk -*-", "#!/usr/bin/python\n# vim: set fileencoding=gbk :"])
def test_coding_cookie_is_honoured(cookie: str) -> None:
    """An encoding that the file names is no guess."""
    text = f"{cookie}\n{CHINESE}"
    assert decode(text.encode("gbk")) == Text(text)


@pytest.mark.parametrize("cookie", ["nonsense", "hex", "punycode", "utf-8", "ascii", "undefined"])
def test_wrong_cookie_is_passed_over(cookie: str) -> None:
    """A cookie that is wrong, or no encoding of text, does not hide what the bytes are."""
    text = f"# coding: {cookie}\n{CHINESE}"
    assert decode(text.encode("gb18030")) == Text(text, "GB18030")


def test_cookie_below_code_is_a_comment() -> None:
    """Only where Python looks for a cookie it is one."""
    text = f"x = 1\n# coding: latin-1\n{CHINESE}"
    assert decode(text.encode()) == Text(text)


@pytest.mark.parametrize(
    "data", [b"a\0b", b"\x89PNG\r\n\x1a\n\xff\xff", codecs.BOM_UTF8 + b"\xff", codecs.BOM_UTF16_LE + b"a", b"\xff\xff"]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    """NULs and bytes that fit no encoding are no text."""
    with pytest.raises(NotTextError):
        decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_not(data: bytes) -> None:
    """Text is always UTF-8 with plain line ends; nothing else is ever raised."""
    try:
        text = decode(data)
    except NotTextError:
        return
    assert text.source.decode() == text.text
    assert "\r" not in text.text
    assert "\0" not in text.text
