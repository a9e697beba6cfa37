"""From a template to a page: all in it is visible text unless we made it markup, and what is not given is a fault.

what a route found ─ page(request, "sheet.html", …) ─▶ layout.html with who visits, the language, and the forms' token
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import BaseLoader, ChoiceLoader, Environment, FunctionLoader, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from grader.language import counted, spoken
from grader.language import translated as _
from grader.messages import number, word
from grader.render.html import templating
from grader.service.pages import security
from grader.service.pages.speech import switches
from grader.service.pages.static_files import address
from grader.visible import visible

MOST_SHOWN = 4 << 20
"""Bytes of one text."""


@cache
def environment() -> Environment:
    """Made once; compiled templates stay in it."""
    made = Environment(
        loader=ChoiceLoader([_Beside(), FunctionLoader(_shared)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(number=number, points=templating.points, word=word, moment=moment, line=visible)
    made.globals.update(_=_, counted=counted, language=spoken, static=address, tones=templating.TONES)
    return made


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> HTMLResponse:
    """A whole page, or a part of one that htmx asked for."""
    visitor = request.state.visitor
    text = (
        environment()
        .get_template(template)
        .render(
            **values,
            visitor=visitor,
            path=request.url.path,
            switches=list(switches(request)),
            token=security.token(visitor.secret),
            csrf=Markup('<input type="hidden" name="{}" value="{}">').format(
                security.FIELD, security.token(visitor.secret)
            ),
            notice=notices().get(request.query_params.get("done", "")),
        )
    )
    return HTMLResponse(text, status, headers)


def moment(at: datetime | None) -> Markup:
    """A time for people: in UTC, until a script of the page says it in their own."""
    if at is None:
        return Markup("–")
    shown = at.strftime("%Y-%m-%d %H:%M UTC")
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), shown)


def notices() -> dict[str, str]:
    """What a page may say was done just now, by the word in its address."""
    return {
        "signed-out": _("You have signed out."),
        "published": _("The assignment was published."),
        "policy": _("The rules were saved."),
        "overridden": _("The grade was set."),
        "undone": _("The grade is the reckoned one again."),
        "regrading": _("It will be graded once more."),
        "regrading-all": _("They will be graded once more."),
        "revoked": _("It is good for nothing any more."),
        "class": _("The class was made."),
        "webhook": _("The address was removed."),
        "removed": _("Removed from the staff."),
    }


def _seen(value: object) -> object:
    """Whatever a template writes out: text of anybody's is without characters that act instead of being shown."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, limit=MOST_SHOWN, multiline=True)
    return value


class _Beside(BaseLoader):
    """Templates are package data."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, None]:
        try:
            return (files(__package__) / "templates" / template).read_text(encoding="utf-8"), None, None
        except OSError:
            raise TemplateNotFound(template) from None


def _shared(name: str) -> str | None:
    """A template of the pages that open from disk."""
    try:
        return templating.source(name)
    except OSError:
        return None
