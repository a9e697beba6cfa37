"""The language that reports are written in: English stands in the sources, every other one in a catalogue (`locale/`).

    --lang, else the assignment, else the environment ─ chosen ─▶ speaking ─▶ translated("…"), whatever is written

A text is looked up as it stands, with its placeholders, and filled afterwards; what has no translation stays English.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations


class Language(StrEnum):
    """The languages there are, by their codes (BCP 47)."""

    en = "en"
    zh_cn = "zh-CN"

    @property
    def folder(self) -> str:
        """Where its catalogue lies, by the names that gettext uses."""
        return self.value.replace("-", "_")


_spoken: ContextVar[Language] = ContextVar("spoken", default=Language.en)


def spoken() -> Language:
    """The language of what is written now."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """What is written inside is in this language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def translated(text: str, /, **facts: object) -> str:
    """A text of ours in the language that is spoken, with its facts in the place of their names in braces."""
    found = _catalogue(spoken()).gettext(text)
    return found.format_map(facts) if facts else found


def counted(one: str, many: str, count: int, /, **facts: object) -> str:
    """The same for a text that speaks of `{count}` things."""
    return _catalogue(spoken()).ngettext(one, many, count).format_map({"count": count, **facts})


def chosen(asked: Language | None, titles: Collection[str], environment: Mapping[str, str]) -> Language:
    """The language that was asked for, else the assignment's, else the environment's.

    Args:
        titles: the languages that the assignment has a title in; it decides only by a single one that is not English,
            since a title of which no language is said counts as English.
    """
    if asked is not None:
        return asked
    only = next(iter(titles)) if len(titles) == 1 else ""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return _nearest(only) or _nearest(locale) or Language.en


def _nearest(code: str) -> Language | None:
    """The language of a code such as `zh-CN`, `zh_CN.UTF-8` or `zh`, unless it is English."""
    first = code.replace("_", "-").partition("-")[0].partition(".")[0].lower()
    return next((one for one in Language if one is not Language.en and one.partition("-")[0] == first), None)


@cache
def _catalogue(language: Language) -> "NullTranslations":
    from gettext import GNUTranslations, NullTranslations

    if language is Language.en:
        return NullTranslations()
    with (files("grader") / "locale" / language.folder / "LC_MESSAGES" / "grader.mo").open("rb") as file:
        return GNUTranslations(file)
