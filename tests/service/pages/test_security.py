"""What a browser is told to refuse, and what is refused to whoever has not read our page."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from grader.service import pages
from grader.service.api.limits import Rates
from grader.service.database import Database
from grader.service.pages import LEARNERS, STAFF, security
from grader.service.settings import Settings
from tests.service.pages.conftest import Visitor

EXAMPLES = {
    "assignment_id": "a",
    "submission_id": str(uuid4()),
    "learner_id": str(uuid4()),
    "staff_id": str(uuid4()),
    "token_id": str(uuid4()),
    "webhook_id": str(uuid4()),
    "class_id": "c",
    "code": "missing_mask",
    "label": "W",
    "name": "a.py",
    "number": "1",
    "position": "0",
}


def routes(*methods: str) -> Iterator[tuple[str, str]]:
    """A method and an address for every route."""
    for router in (*LEARNERS, *STAFF):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(set(methods).intersection(route.methods or ())):
                yield method, route.path.format(**EXAMPLES)


def test_every_answer_forbids_what_is_not_ours(nobody: Visitor) -> None:
    """Pages, redirects, files and failures alike."""
    for address in ("/sign-in", "/", "/nothing/here", "/static/pages.css", "/static/nothing", "/staff", "/?lang=xx"):
        headers = nobody.get(address).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"


def test_page_is_kept_nowhere(anns_browser: Visitor) -> None:
    """Whoever comes to this computer next must not find it."""
    assert anns_browser.get("/").headers["Cache-Control"] == "no-store"


def test_there_are_routes_to_try() -> None:
    """Else the tests below would try nothing."""
    assert len(list(routes("POST"))) >= 15
    assert len(list(routes("GET"))) >= 20


def test_form_without_a_token_is_refused(teacher: Visitor, anns_browser: Visitor) -> None:
    """Whatever else may be wrong with it; nor does a learner's token count as one of the staff's."""
    foreign = security.token(anns_browser.client.cookies["grader"])
    for data in ({}, {"csrf": foreign}):
        for method, address in routes("POST", "PUT", "PATCH", "DELETE"):
            answer = teacher.client.request(method, address, data=data)
            assert answer.status_code == 403, (method, address, data)
            assert "This page was open for too long." in answer.text


def test_form_from_elsewhere_is_refused_with_a_token_too(teacher: Visitor) -> None:
    """A browser that says where a form comes from is believed; an old one says nothing."""
    data = {"csrf": security.token(teacher.client.cookies["grader"]), "title": "T"}
    elsewhere: list[dict[str, str]] = [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ]
    for headers in elsewhere:
        assert teacher.client.post("/staff/classes", data={**data, "id": "t"}, headers=headers).status_code == 403
    ours: list[dict[str, str]] = [{}, {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}]
    for number, headers in enumerate(ours):
        answer = teacher.client.post("/staff/classes", data={**data, "id": f"t{number}"}, headers=headers)
        assert answer.status_code == 303


def test_cookie_is_for_https_only_where_people_come_by_https(database: Database, tmp_path: Path) -> None:
    """Also if the proxy in front does not say so, or is not believed."""
    by_https = Settings(data=tmp_path, public_url="https://grader.school.example")
    for settings, expected in ((by_https, True), (Settings(data=tmp_path), False)):
        answer = TestClient(pages.create(settings, database, Rates(settings)), base_url="http://testserver").get(
            "/sign-in"
        )
        cookie = answer.headers["Set-Cookie"]
        assert ("; Secure" in cookie) == cookie.startswith("__Host-grader=") == expected
        assert ("Strict-Transport-Security" in answer.headers) == expected


def test_token_counts_in_a_header_too(teacher: Visitor) -> None:
    """As htmx sends it."""
    token = security.token(teacher.client.cookies["grader"])
    answer = teacher.client.post("/staff/classes", data={"title": "T", "id": "t"}, headers={security.HEADER: token})
    assert answer.status_code == 303


def test_token_does_not_tell_the_secret(anns_browser: Visitor) -> None:
    """Pages are saved, and sent around."""
    assert anns_browser.client.cookies["grader"] not in anns_browser.page("/")


def test_learner_finds_nothing_of_the_staffs(anns_browser: Visitor) -> None:
    """Not even that it is there."""
    token = security.token(anns_browser.client.cookies["grader"])
    tried = 0
    for method, address in routes("GET", "POST"):
        if address.startswith("/staff"):
            answer = anns_browser.client.request(method, address, data={"csrf": token} if method == "POST" else None)
            assert answer.status_code == 404, (method, address)
            assert "The address is wrong, or it is not meant for you." in answer.text
            tried += 1
    assert tried > 25


def test_nobody_is_asked_to_sign_in(nobody: Visitor) -> None:
    """On every page but the one where that is done; a form is refused."""
    nobody.get("/sign-in")
    token = security.token(nobody.client.cookies["grader"])
    for method, address in routes("GET", "POST"):
        if address.startswith(("/sign-", "/static")):
            continue
        answer = nobody.client.request(method, address, data={"csrf": token} if method == "POST" else None)
        if method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), address
        else:
            assert answer.status_code == 403, address


def test_pages_leave_the_api_and_other_routes_alone(app: FastAPI, nobody: Visitor) -> None:
    """A wrong method on their address, and an address of theirs that is none, are theirs to refuse."""

    @app.get("/healthz")
    def health() -> str:
        return "well"

    assert nobody.get("/healthz").json() == "well"
    assert nobody.client.post("/healthz").json() == {"detail": "Method Not Allowed"}
    assert nobody.get("/v1/nothing").json() == {"detail": "Not Found"}
    assert "There is nothing here" in nobody.get("/v1nothing").text
