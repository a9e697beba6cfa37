"""Who may do what: every route of the application is asked by those who may not, and none of them lets them in.

The walk knows an object of the staff and of each learner for every name of an id in a path. A route with an id that it
does not know fails here until somebody says whose that is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from grader.service import access, pages, tokens
from grader.service.access import Scope
from grader.service.api.door import Door
from grader.service.tables import Table
from tests.service.api.school import Pupil, School, school
from tests.service.pages.conftest import Visitor

LEARNERS_OWN = {
    "/v1/submissions/{submission_id}",
    "/v1/submissions/{submission_id}/report",
    "/v1/submissions/{submission_id}/attempts",
    "/v1/submissions/{submission_id}/attempts/{number}",
    "/v1/submissions/{submission_id}/attempts/{number}/report",
    "/v1/submissions/{submission_id}/files",
    "/v1/submissions/{submission_id}/files/{position}",
    "/v1/assignments/{assignment_id}/grades/{learner_id}",
    "/v1/tokens/{token_id}",
}
"""What learners may see of their own, and of nobody else's."""
EVERYBODYS = {
    "/v1/me",
    "/v1/assignments",
    "/v1/assignments/{assignment_id}",
    "/v1/assignments/{assignment_id}/public",
    "/v1/assignments/{assignment_id}/policy",
    "/v1/submissions",
    "/v1/tokens",
}
"""What every learner may ask for, and gets what is there for him."""
BODIES: dict[str, dict[str, Any]] = {
    "assignments.post": {"content": b"objective: x", "headers": {"Content-Type": "application/yaml"}},
    "policies.put": {"json": {"late_percent": 10}},
    "grades.put_override": {"json": {"score": 100, "reason": "please"}},
    "learners.post": {"json": {"login": "eve"}},
    "learners.post_link": {"json": {"hours": 1}},
    "classes.post": {"json": {"id": "c2", "title": "Another"}},
    "classes.post_roster": {"content": b"login\neve\n", "headers": {"Content-Type": "text/csv"}},
    "staff.post": {"json": {"name": "Eve"}},
    "staff.post_link": {"json": {"hours": 1}},
    "webhooks.post": {"json": {"url": "https://eve.example/", "kinds": ["submission.graded"]}},
    "submissions.post": {"json": {"assignment": "relu_frobenius", "files": {"s.py": {"text": ""}}}},
    "tokens.post": {"json": {"scopes": ["read"]}},
    "grades.delete_override": {"params": {"reason": "please"}},
}
"""What is sent where something is; it is well-formed, so that only who asks is wrong."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One school for the whole walk: nothing may change anything in it."""
    one = school(tmp_path_factory.mktemp("school"))
    yield one
    one.database.close()


def routes(of: School) -> list[APIRoute]:
    """Every route of the API; the pages are looked at by tests of their own."""
    return [route for route in of.app.routes if isinstance(route, APIRoute) and route.path.startswith("/v1/")]


def path(of: School, route: APIRoute, whose: Pupil, **names: str) -> str:
    """The address of somebody's objects; `names` are those of things that the staff publish."""
    ids: dict[str, object] = {
        "assignment_id": "relu_frobenius",
        "submission_id": whose.graded,
        "learner_id": whose.id,
        "token_id": whose.token_id,
        "class_id": "c1",
        # Who asks may remove even herself, and would be nobody from then on.
        "staff_id": UUID(int=0) if route.unique_id == "staff.delete" else of.staff_id,
        "webhook_id": of.webhook_id,
        "number": 1,
        "position": 0,
        **names,
    }
    unknown = set(route.param_convertors) - set(ids)
    assert not unknown, f"{route.path}: nobody has said whose {unknown} is; say it here"
    return route.path.format(**ids)


def ask(of: School, route: APIRoute, secret: str | None, whose: Pupil) -> httpx.Response:
    """A request that is right in everything, but in who asks."""
    (method,) = route.methods
    more = {
        key: dict(value) if isinstance(value, dict) else value for key, value in BODIES.get(route.unique_id, {}).items()
    }
    headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {secret}"} if secret else {})}
    client = TestClient(of.app, raise_server_exceptions=False)
    return client.request(method, path(of, route, whose), headers=headers, **more)


def counts(session: Session) -> dict[str, int]:
    """How much there is of everything."""
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Table.metadata.tables.items()
    }


def test_routes_of_the_api_each_have_a_door(here: School) -> None:
    """Nobody has added a route that does not ask who comes, and there are as many as we know of."""
    assert len(routes(here)) >= 50
    assert all(type(route) is Door for route in routes(here))
    assert all(len(route.methods) == 1 for route in routes(here))


def test_routes_nobody_gets_in_without_a_token(here: School) -> None:
    """Whatever is asked, with whatever body, and whatever cookie."""
    with here.database.reading() as session:
        before = counts(session)
    for route in routes(here):
        for secret in (None, here.secret + "x"):
            answer = ask(here, route, secret, here.ada)
            assert answer.status_code == 401, route.path
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), route.path
    with here.database.reading() as session:
        assert counts(session) == before


def walk(here: School) -> None:
    """Ask for all of Bob's with Ada's token."""
    with here.database.reading() as session:
        before = counts(session)
    reached: set[str] = set()
    for route in routes(here):
        (method,) = route.methods
        if route.unique_id in ("tokens.post", "submissions.post"):
            continue  # these have no id in the path: see below
        answer = ask(here, route, here.ada.secret, here.bob)
        if route.path in EVERYBODYS and method == "GET":
            assert answer.status_code == 200, route.path
            assert str(here.bob.id) not in answer.text
            assert str(here.bob.graded) not in answer.text
            assert str(here.bob.token_id) not in answer.text
            continue
        assert answer.status_code in (403, 404), f"{method} {route.path}: {answer.text}"
        if route.path in LEARNERS_OWN and method == "GET":
            assert answer.status_code == 404, route.path
            assert ask(here, route, here.ada.secret, here.ada).status_code == 200, route.path
            reached.add(route.path)
    assert reached == LEARNERS_OWN
    with here.database.reading() as session:
        assert counts(session) == before


def test_routes_another_learners_objects_are_not_there(here: School) -> None:
    """A learner's token never reaches another learner's object, and changes nothing; it does reach his own."""
    walk(here)


def test_walk_finds_an_object_that_is_not_looked_after(here: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would find nothing, ever."""
    monkeypatch.setattr(access, "_may_see", lambda holder, learner_id: True)
    with pytest.raises(AssertionError, match="GET /v1/submissions/"):
        walk(here)


def test_walk_finds_a_list_that_is_not_looked_after(here: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a list show what one of its items would not."""
    monkeypatch.setattr(access, "own_submissions", lambda holder: true())
    with pytest.raises(AssertionError):
        walk(here)


def test_walk_fails_for_an_id_that_nobody_has_spoken_for(here: School) -> None:
    """So that whoever adds a route has to say whose its objects are."""
    route = Door("/v1/secrets/{secret_id}", lambda secret_id: secret_id, methods=["GET"])
    with pytest.raises(AssertionError, match=r"nobody has said whose {'secret_id'} is; say it here"):
        ask(here, route, here.ada.secret, here.bob)


def test_routes_another_learners_ids_in_a_body_or_query_are_not_there(here: School) -> None:
    """Nor are objects reached by naming them elsewhere than in the path."""
    client = TestClient(here.app)
    ada = {"Authorization": f"Bearer {here.ada.secret}"}
    work = {"assignment": "b", "files": {"s.py": {"text": ""}}, "learner": str(here.bob.id)}
    assert client.post("/v1/submissions", headers=ada, json=work).status_code == 404
    form = {"assignment": "b", "learner": str(here.bob.id)}
    files = [("files", ("s.py", b""))]
    assert client.post("/v1/submissions", headers=ada, data=form, files=files).status_code == 404
    token = {"scopes": ["read"], "learner": str(here.bob.id)}
    assert client.post("/v1/tokens", headers=ada, json=token).status_code == 403
    assert (
        client.post("/v1/tokens", headers=ada, json={"scopes": ["read"], "staff": str(here.staff_id)}).status_code
        == 403
    )
    assert client.get("/v1/tokens", headers=ada, params={"learner": str(here.bob.id)}).status_code == 403
    assert client.get("/v1/tokens", headers=ada, params={"staff": str(here.staff_id)}).status_code == 403
    found = client.get("/v1/submissions", headers=ada, params={"learner": str(here.bob.id)})
    assert found.json() == {"items": [], "next": None}
    report = f"/v1/submissions/{here.ada.graded}/report"
    assert client.get(report, headers=ada, params={"view": "staff"}).status_code == 403


@pytest.mark.slow
def test_routes_a_token_without_the_scope_is_refused(tmp_path: Path) -> None:
    """Each route asks for exactly one scope, or for all; a token that has all the others is not let in."""
    here = school(tmp_path)
    with here.database.writing() as session:
        lacking = {scope: tokens.issue(session, set(Scope) - {scope}, staff_id=here.staff_id).secret for scope in Scope}
    for route in routes(here):
        if route.path in ("/v1/me", "/v1/tokens", "/v1/tokens/{token_id}"):
            continue  # about the token itself
        refused = [scope for scope, secret in lacking.items() if ask(here, route, secret, here.ada).status_code == 403]
        # Who has signed in may do everything, so whoever makes a link for that must be able to.
        asked = len(Scope) if route.unique_id == "staff.post_link" else 1
        assert len(refused) == asked, f"{route.unique_id}: {refused}"
    here.database.close()


@pytest.mark.parametrize("scope", ["session", "sign-in"])
def test_holder_of_a_token_for_browsers_or_links_is_nobody(here: School, scope: str) -> None:
    """A link in somebody's mail opens the API no more than a cookie does."""
    with here.database.writing() as session:
        secret = tokens.issue(session, [scope], staff_id=here.staff_id).secret
    client = TestClient(here.app, cookies={"grader": secret, "__Host-grader": secret})
    assert client.get("/v1/me").status_code == 401
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_assignment_that_is_not_open_yet_is_not_there_for_learners(here: School, tmp_path: Path) -> None:
    """Nor is its text, or its policy; for the staff it is."""
    one = school(tmp_path)
    client = TestClient(one.app)
    policy = {"opens_at": "2100-01-01T00:00:00Z"}
    staff, ada = ({"Authorization": f"Bearer {secret}"} for secret in (one.secret, one.ada.secret))
    assert client.put("/v1/assignments/b/policy", headers=staff, json=policy).status_code == 200
    for what in ("", "/public", "/policy", f"/grades/{one.ada.id}"):
        assert client.get(f"/v1/assignments/b{what}", headers=ada).status_code == 404
        assert client.get(f"/v1/assignments/b{what}", headers=staff).status_code == 200
    listed = {who["Authorization"]: client.get("/v1/assignments", headers=who).json()["items"] for who in (staff, ada)}
    assert [[item["id"] for item in items] for items in listed.values()] == [
        ["b", "relu_frobenius"],
        ["relu_frobenius"],
    ]
    work = {"assignment": "b", "files": {"s.py": {"text": ""}}}
    assert client.post("/v1/submissions", headers=ada, json=work).status_code == 404
    one.database.close()


def test_pages_another_learners_objects_are_not_there(here: School) -> None:
    """Nor in a browser: a learner who has signed in gets nowhere with another one's ids, and nothing is changed."""
    with here.database.writing() as session:
        ada = tokens.issue(session, [tokens.SESSION], learner_id=here.ada.id).secret
    browser = Visitor(here.app, raises=False)
    browser.client.cookies.set("grader", ada)
    with here.database.reading() as session:
        before = counts(session)
    own = 0
    for route in (one for router in (*pages.LEARNERS, *pages.STAFF) for one in router.routes):
        assert isinstance(route, APIRoute)
        if not route.param_convertors or route.path.startswith("/static/"):
            continue
        names = {"code": "missing_mask", "label": "W", "name": "x"}
        address, mine = (path(here, route, whose, **names) for whose in (here.bob, here.ada))
        if address == mine:
            continue  # nobody's own: the sheet of an assignment, or what is the staff's, which others have walked
        (method,) = route.methods
        answer = browser.get(address) if method == "GET" else browser.send(address)
        assert answer.status_code == 404, f"{method} {route.path}"
        assert str(here.bob.id) not in answer.text
        own += method == "GET" and browser.get(mine).status_code == 200
    assert own == 3, "a learner's own result, what it says by now, and the files"
    with here.database.reading() as session:
        assert counts(session) == before
