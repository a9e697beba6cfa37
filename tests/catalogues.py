"""The catalogues of translations, which a command renews and a test compares with the sources.

    grader/**.py, templates ─ Babel finds _("…") ─┐
    tables of sentences ──────────────────────────┴─▶ texts ─▶ grader/locale/<language>/…/grader.po ─▶ grader.mo

Renew them with `python -m tests.catalogues`, which tells what is left to be translated.
"""

import gettext
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader import messages
from grader.kit.texts import TEXTS
from grader.language import Language
from grader.phrases import PHRASES
from grader.service.pages.words import REFUSALS
from grader.verdict import STATUSES

GRADER = Path(messages.__file__).parent
TRANSLATED = tuple(language for language in Language if language is not Language.en)

Text: TypeAlias = str | tuple[str, str]
"""A text as it stands in the source; for things that are counted, for one and for many."""

METHODS = [("**.py", "python"), ("**/templates/*.html", "jinja2")]
KEYWORDS = {"_": None, "translated": None, "counted": (1, 2)}


def texts() -> tuple[Text, ...]:
    """Everything that has to be translated, each once, in the order of the sources."""
    return tuple(dict.fromkeys([*_sentences(), *PHRASES, *REFUSALS, *_marked()]))


def _sentences() -> Iterator[str]:
    """The tables of messages and of the kit, and the codes that are shown as words."""
    tables = [table for name, table in vars(messages).items() if name.isupper() and isinstance(table, Mapping)]
    for table in (*tables, TEXTS):
        for entry in table.values():
            yield from (entry,) if isinstance(entry, str) else entry
    for code in (*messages.MISTAKE, *messages.REASON, *STATUSES):
        yield code.replace("_", " ")


def _marked() -> Iterator[Text]:
    """What stands in a call of `_`, `translated` or `counted`."""
    found = extract_from_dir(GRADER, METHODS, keywords=KEYWORDS, comment_tags=())
    for _, _, text, _, _ in found:
        yield text


def files(language: Language) -> tuple[Path, Path]:
    """The catalogue of a language to be edited, and the same as it is read by the program."""
    folder = GRADER / "locale" / language.folder / "LC_MESSAGES"
    return folder / "grader.po", folder / "grader.mo"


class _Plain(Catalog):
    """A catalogue whose head says what must be known to read it, and nothing of who made it, when and with what."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def read(language: Language) -> Catalog:
    """The catalogue of a language as it was edited; empty where there is none yet."""
    path = files(language)[0]
    with BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale=language.folder)


def renewed(language: Language) -> tuple[bytes, bytes]:
    """Both files: all texts there are and no others, with the translations there are."""
    before = read(language)
    after = _Plain(locale=language.folder, header_comment="", fuzzy=False)
    for text in texts():
        known = before.get(text)
        after.add(text, known.string if known is not None and known.id == text and not known.fuzzy else None)
    written, compiled = BytesIO(), BytesIO()
    write_po(written, after, width=120)
    write_mo(compiled, after)
    return written.getvalue().lstrip(), compiled.getvalue()


def untranslated(catalogue: Catalog) -> list[Text]:
    """What has no translation, or not in every plural."""
    return [
        one.id
        for one in catalogue
        if one.id and not (all(one.string) if isinstance(one.string, (tuple, list)) else one.string)
    ]


def compiled(language: Language) -> dict[str, str]:
    """What the program reads."""
    with files(language)[1].open("rb") as file:
        found: dict[str, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    return found


def main() -> None:
    """Renew all catalogues."""
    for language in TRANSLATED:
        for path, data in zip(files(language), renewed(language), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for text in untranslated(read(language)):
            print(f"{language}: no translation of {text!r}")


if __name__ == "__main__":
    main()
