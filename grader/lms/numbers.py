"""Numbers as gradebooks write them: with a decimal point, or with the comma of many countries."""

import re
from collections.abc import Iterable

DIGITS = 5
"""Behind the decimal sign, at most: what an LMS keeps."""

_DECIMALS = re.compile(r"\d(?:[\d., ]*\d)?([.,])\d{1,2}")
_GROUPING = re.compile(r"(?<=\d)[., \u00a0\u202f'’](?=\d{3}(?!\d))")


def decimal_sign(cells: Iterable[str], *, delimiter: str) -> str:
    """The sign that the cells use; where none tells, the comma between semicolons and the point elsewhere."""
    signs = [found[1] for cell in cells if (found := _DECIMALS.fullmatch(cell))]
    return signs[0] if signs else "," if delimiter == ";" else "."


def number(cell: str, decimal: str) -> float | None:
    """The number in a cell, or None; thousands may be grouped."""
    bare = _GROUPING.sub(lambda found: found[0] if found[0] == decimal else "", cell).replace(decimal, ".")
    return float(bare) if re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", bare) else None


def written(points: float, decimal: str) -> str:
    """A number without needless digits."""
    return f"{points:.{DIGITS}f}".rstrip("0").rstrip(".").replace(".", decimal)
