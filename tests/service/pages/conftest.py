"""The pages on a database of their own, and whoever visits them."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient

from grader.kit import Kit, make
from grader.language import spoken
from grader.service import pages
from grader.service.api.limits import Rates
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.pages import library
from grader.service.settings import Settings
from grader.service.tables import Learner, Person, Staff
from grader.service.tokens import SIGN_IN, issue

TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Visitor:
    """Somebody with a browser that does what forms do."""

    def __init__(self, app: FastAPI, *, raises: bool = True) -> None:
        self.client = TestClient(app, raise_server_exceptions=raises, follow_redirects=False)

    def get(self, address: str, **headers: str) -> Response:
        return self.client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def page(self, address: str) -> str:
        """A page that must be there."""
        answer = self.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text)
        return answer.text

    def send(self, address: str, *, on: str | None = None, files: Any = None, **fields: object) -> Response:
        """Send a form that stands on a page, with the token that stands in it."""
        found = TOKEN.search(self.get(on or "/sign-in?token=any").text)
        assert found is not None, "the page has no form"
        data: dict[str, Any] = {"csrf": found[1], **fields}
        answer: Response = self.client.post(address, data=data, files=files)
        return answer


@pytest.fixture
def database(tmp_path: Path, file: Path) -> Iterator[Database]:
    """On SQLite; what a page does with it is tried on both where it is done."""
    shutil.copyfile(file, tmp_path / "grader.sqlite3")
    opened = Database(f"sqlite:///{tmp_path / 'grader.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def kits() -> dict[tuple[bytes, str], Kit]:
    """Those that were made by now: each takes a while, and is the same in every test."""
    return {}


@pytest.fixture
def app(
    database: Database, tmp_path: Path, kits: dict[tuple[bytes, str], Kit], monkeypatch: pytest.MonkeyPatch
) -> FastAPI:
    """The pages, in an application that has nothing else."""

    def once(path: Path) -> Kit:
        key = path.read_bytes(), spoken().value
        if key not in kits:
            kits[key] = make(path)
        return kits[key]

    monkeypatch.setattr(library, "make", once)
    made = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    made.state.settings = Settings(data=tmp_path)
    made.state.database = database
    made.state.rates = Rates(made.state.settings)
    pages.add(made)
    return made


@pytest.fixture
def nobody(app: FastAPI) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app)


@pytest.fixture
def teacher(app: FastAPI, database: Database) -> Visitor:
    """One of the staff, signed in."""
    with database.writing() as session:
        one = Staff(name="A. Teacher")
        session.add(one)
        session.flush()
        secret = issue(session, [SIGN_IN], staff_id=one.id).secret
    return signed_in(app, secret)


@pytest.fixture
def ann(database: Database) -> UUID:
    """A learner."""
    return learner(database, "ann", "Ann Example")


@pytest.fixture
def anns_browser(app: FastAPI, database: Database, ann: UUID) -> Visitor:
    """Where Ann has signed in."""
    return signed_in(app, link_of(database, ann))


@pytest.fixture
def sheet(database: Database) -> str:
    """The id of an assignment that is published."""
    publish(database, SHEET, "a.yaml")
    return "a"


SHEET = b"""title: The squared norm
objective: "||X W||_F^2"
seed: 0
shapes: {X: [3, 2], W: [2, 2]}
framework: numpy
# nobody guesses this
cases:
  - {name: open, seed: 4, visibility: public}
  - {name: secret, seed: 81, visibility: hidden}
"""


def learner(database: Database, login: str, name: str) -> UUID:
    """A new one."""
    with database.writing() as session:
        one = Learner()
        session.add(one)
        session.flush()
        session.add(Person(learner_id=one.id, login=login, name=name))
    return one.id


def link_of(database: Database, learner_id: UUID) -> str:
    """The secret of a sign-in link."""
    with database.writing() as session:
        return issue(session, [SIGN_IN], learner_id=learner_id).secret


def signed_in(app: FastAPI, secret: str) -> Visitor:
    """A browser in which the button of a link was pressed."""
    visitor = Visitor(app)
    answer = visitor.send("/sign-in", on=f"/sign-in?token={secret}", link=secret)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return visitor
