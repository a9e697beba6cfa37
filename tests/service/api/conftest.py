"""A school of the test's own, and programs that ask it something."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from starlette.testclient import TestClient

from tests.service.api.school import School, copied, school

Ask: TypeAlias = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> School:
    """What all schools are copies of: making one takes a while."""
    one = school(tmp_path_factory.mktemp("school"))
    one.database.close()
    return one


@pytest.fixture
def here(model: School, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    one = copied(model, tmp_path)
    yield one
    one.database.close()


@pytest.fixture
def ask(here: School) -> Ask:
    """Send a request with a secret: of the staff, unless it is said whose."""
    return asker(here)


def asker(of: School) -> Ask:
    """Sends requests to a school; what goes wrong there is answered, as it is outside of tests."""
    client = TestClient(of.app, raise_server_exceptions=False)

    def ask(method: str, path: str, secret: str | None = of.secret, **more: Any) -> httpx.Response:
        headers = {**({"Authorization": f"Bearer {secret}"} if secret else {}), **more.pop("headers", {})}
        return client.request(method, path, headers=headers, **more)

    return ask
