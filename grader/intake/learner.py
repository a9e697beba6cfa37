"""Learner ids: names made safe as file names on every system, and unique there.

Letters and digits of any script stay, so that a class recognises its names; what stays is the same after NFKC, and two
ids never differ in case alone.
"""

import re
import unicodedata
from collections.abc import Iterable

from grader.visible import is_hidden

MOST_CHARACTERS = 80
MOST_BYTES = 180
"""With `.json` and a number behind it, well below the 255 bytes that file systems allow."""

_RESERVED = re.compile(r"(summary|gradebook|index|con|prn|aux|nul|(com|lpt)[0-9])(\..*)?", re.IGNORECASE)
"""Our own outputs, and the names of devices on Windows, whatever ending they have."""

_SAFE_MARKS = frozenset("-_.")


def safe_name(name: str) -> str:
    """The name as a safe file name, not yet unique."""
    normal = unicodedata.normalize("NFKC", name)
    safe = unicodedata.normalize("NFKC", "".join(char if _is_safe(char) else "_" for char in normal))
    safe = re.sub(r"_{2,}", "_", safe).lstrip("-.").rstrip("._ ")
    safe = _cut(safe) or "learner"
    if unicodedata.combining(safe[0]):
        safe = "_" + safe
    return f"{safe}_" if _RESERVED.fullmatch(safe) else safe


def unique_names(names: Iterable[str]) -> list[str]:
    """Safe names in the same order; a name that is taken gets the first free number behind it."""
    taken: set[str] = set()
    unique = []
    for name in names:
        safe = candidate = safe_name(name)
        number = 1
        while _key(candidate) in taken:
            number += 1
            candidate = f"{safe}-{number}"
        taken.add(_key(candidate))
        unique.append(candidate)
    return unique


def _is_safe(char: str) -> bool:
    return char in _SAFE_MARKS or (unicodedata.category(char)[0] in "LNM" and not is_hidden(char))


def _cut(name: str) -> str:
    name = name[:MOST_CHARACTERS].encode()[:MOST_BYTES].decode("utf-8", "ignore")
    return name.rstrip("._ ")


def _key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
