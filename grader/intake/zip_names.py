"""Names in a zip as text: UTF-8 where the archive says so or the bytes are, else GBK where that makes Chinese of them.

Archives made by Chinese Windows hold GBK, and nothing in them says so; what is neither is cp437, as the format has it.
"""

import unicodedata
from contextlib import suppress
from zipfile import ZipInfo

_UTF_8_FLAG = 0x800


def name_of(info: ZipInfo) -> str:
    """The entry's path with `/` between its parts, in the composed form of Unicode (macOS writes the other one)."""
    name = info.orig_filename
    if not info.flag_bits & _UTF_8_FLAG:
        with suppress(UnicodeEncodeError):
            name = guessed(name.encode("cp437"))
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def guessed(raw: bytes) -> str:
    """The text of a name whose encoding is not known."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        chinese = raw.decode("gbk")
    except UnicodeDecodeError:
        return raw.decode("cp437")
    return chinese if _is_chinese(chinese) else raw.decode("cp437")


def _is_chinese(text: str) -> bool:
    """Whether what is not ASCII is ideographs or their punctuation, and mostly common ones.

    A lone accented letter of cp437 and the ASCII letter after it would make a rare ideograph.
    """
    foreign = [char for char in text if not char.isascii()]
    common = sum(_encodes(char) for char in foreign)
    return all(unicodedata.category(char) == "Lo" or ord(char) >= 0x2010 for char in foreign) and (
        2 * common > len(foreign)
    )


def _encodes(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
