"""Times as LMSs write them → ISO 8601, whatever the language of this machine."""

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[-T ](?P<h>\d\d)[-:](?P<m>\d\d)[-:](?P<s>\d\d)(?P<rest>\.\d+)?"
    r"(?: ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d))?"
)
_WORDS = re.compile(
    r"(?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}) (?P<h>\d{1,2}?):?(?P<m>\d\d) (?P<half>[AP])M"
)


def iso(time: str | None) -> str | None:
    """The time so that text order is the order in time; what is not understood stays as it is."""
    if time is None:
        return None
    if match := _NUMBERS.fullmatch(time.strip()):
        zone = "Z" if match["zone"] in ("Z", "UTC") else match["zone"] or ""
        return f"{match['date']}T{match['h']}:{match['m']}:{match['s']}{match['rest'] or ''}{zone}"
    if (match := _WORDS.fullmatch(time.strip())) and match["month"].lower() in _MONTHS:
        hour = int(match["h"]) % 12 + (12 if match["half"] == "P" else 0)
        month = _MONTHS.index(match["month"].lower()) + 1
        return f"{match['year']}-{month:02}-{int(match['day']):02}T{hour:02}:{match['m']}:00"
    return time


def order(time: str | None) -> tuple[str | int, ...]:
    """A key that sorts times; numbers in what is not understood count as numbers."""
    parts = re.split(r"(\d+)", iso(time) or "")
    return tuple(int(part[:18]) if at % 2 else part for at, part in enumerate(parts))
