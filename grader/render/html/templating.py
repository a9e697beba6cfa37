"""The templates: whatever a report says is text, and a page may load and run nothing but what it brings along."""

import base64
import hashlib
import io
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from grader.language import counted, spoken, translated
from grader.messages import number, word
from grader.verdict import VERDICTS, Verdict

TONES: dict[Verdict, str] = dict.fromkeys(VERDICTS, "bad") | {"correct": "ok", "grader_error": "us"}
"""Whose matter a verdict is, as a class of the style sheet; the words always stand beside the colour."""
PIECES = 512
"""Of a template's output, written together."""


class _Beside(BaseLoader):
    """Templates are package data."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, None]:
        try:
            return source(template), None, None
        except OSError:
            raise TemplateNotFound(template) from None


@cache
def source(name: str) -> str:
    """The text of a file among the templates."""
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Made once; compiled templates stay in it."""
    made = Environment(
        loader=_Beside(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(number=number, points=points, page=page_of, word=word)
    made.globals.update(_=translated, counted=counted, language=spoken, tones=TONES)
    return made


def render(template: str, **values: object) -> bytes:
    """A whole page."""
    return environment().get_template(template).render(values).encode()


def render_long(template: str, **values: object) -> bytes:
    """A whole page that may be long: made piece by piece, so that it costs little more memory than it has bytes."""
    pieces = environment().get_template(template).stream(values)
    pieces.enable_buffering(PIECES)
    whole = io.BytesIO()
    pieces.dump(whole, encoding="utf-8")
    return whole.getvalue()


def points(value: float) -> str:
    """Points, to the hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def page_of(learner: str) -> str:
    """The address of a learner's page, from the page of the class; `./` so that no id is ever taken for a scheme."""
    return f"./{quote(learner, safe='')}.html"


@cache
def script(name: str) -> tuple[Markup, str]:
    """A script to put into a page, and its hash for the page's content security policy."""
    text = source(name)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"sha256-{digest}"  # our own file, and hashed as it is
