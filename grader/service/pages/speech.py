"""The language that a page speaks: the one asked for in its address, else the one asked for before, else the browser's.

?lang=zh-CN ─▶ cookie `lang` ─▶ Accept-Language ─▶ English
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.language import Language, speaking

KEY = "lang"
NAMES = {Language.en: "English", Language.zh_cn: "中文"}
"""Each as its own speakers call it."""
A_YEAR = 365 * 24 * 3600
MOST_WISHES = 20


class Speaking:
    """Has whatever answers a request speak the reader's language, and remembers one that was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        asked = _known(request.query_params.get(KEY))
        language = asked or _known(request.cookies.get(KEY)) or _wished(request.headers.get("Accept-Language", ""))

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Language", language.value)
                if asked is not None:
                    response = Response()
                    secure = scope.get("scheme") == "https"
                    response.set_cookie(KEY, asked.value, max_age=A_YEAR, samesite="lax", secure=secure, httponly=True)
                    headers.append("set-cookie", response.headers["set-cookie"])
            await send(message)

        with speaking(language):
            await self._app(scope, receive, sent)


def switches(request: Request) -> Iterator[tuple[str, str, str]]:
    """For each language its code, its name, and the address of this page in it."""
    others = [(key, value) for key, value in parse_qsl(request.url.query) if key != KEY]
    for language, name in NAMES.items():
        yield language.value, name, "?" + urlencode([*others, (KEY, language.value)])


def _known(code: str | None) -> Language | None:
    return next((one for one in Language if one.value == code), None)


def _wished(header: str) -> Language:
    """The language of the first wish that we can fulfil, by weight: `zh-TW,zh;q=0.9,en;q=0.8`."""
    wishes: list[tuple[float, str]] = []
    for part in header.split(",")[:MOST_WISHES]:
        code, _, weight = part.partition(";")
        try:
            wishes.append((float(weight.strip().removeprefix("q=") or 1), code.strip().lower()))
        except ValueError:
            continue
    for _weight, code in sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0]):
        for language in Language:
            if code.partition("-")[0] == language.value.partition("-")[0].lower():
                return language
    return Language.en
