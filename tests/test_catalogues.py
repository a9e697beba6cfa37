"""Every sentence of a report is there in every language, and says the same."""

import re
from string import Formatter

import pytest

from grader.language import Language
from tests import catalogues
from tests.catalogues import TRANSLATED, Text

CHINESE = re.compile(r"[一-鿿]")


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_has_every_text_and_no_other(language: Language) -> None:
    """Whoever adds a sentence translates it: `python -m tests.catalogues` makes room for it in the catalogue."""
    catalogue = catalogues.read(language)
    assert {one.id for one in catalogue if one.id} == set(catalogues.texts())
    assert catalogues.untranslated(catalogue) == []
    assert [one.id for one in catalogue if one.fuzzy] == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_mentions_the_same_facts(language: Language) -> None:
    """What stands in braces is filled in, in whatever order; a plural may say a number in words."""
    for one in catalogues.read(language):
        for form in one.string if isinstance(one.string, tuple) else (one.string,):
            assert _facts(str(form)) == _facts(one.id if isinstance(one.id, str) else one.id[1]), form


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_catalogue_is_up_to_date(language: Language) -> None:
    """The program reads what was edited: `python -m tests.catalogues` compiles it."""
    edited: dict[object, str] = {}
    for one in catalogues.read(language):
        if isinstance(one.id, tuple):
            edited |= {(one.id[0], form): said for form, said in enumerate(one.string)}
        elif one.id:
            edited[one.id] = str(one.string)
    compiled = catalogues.compiled(language)
    compiled.pop("")
    assert compiled == edited


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_names_nobody_and_no_time(language: Language) -> None:
    """The head has what is needed to read the file, so that the same translations are the same bytes."""
    head = catalogues.files(language)[0].read_text(encoding="utf-8").split("\n\n")[0]
    assert re.findall(r'^"([\w-]+):', head, re.MULTILINE) == [
        "Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip


def test_extraction_finds_code_templates_and_tables() -> None:
    """One text of each kind of source."""
    found: set[Text] = set(catalogues.texts())
    assert {
        "The values are wrong.",
        "missing mask",
        "{name} is not defined",
        "Warning: {message}",
        "Printed output",
        ("{count} learner", "{count} learners"),
    } <= found


def test_chinese_is_chinese() -> None:
    """Whatever is more than signs and names has a Chinese character."""
    for one in catalogues.read(Language.zh_cn):
        text = one.id if isinstance(one.id, str) else one.id[0]
        words = re.search("[A-Za-z]", re.sub(r"{\w+}|`[^`]*`|\bof\b", "", text))
        assert not words or CHINESE.search(str(one.string)), text


def _facts(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
