"""An address is told of what happens from the time it is created until it is deleted."""

import pytest

from grader.service import webhooks
from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_post_secret_is_shown_once(ask: Ask) -> None:
    """It begins as Standard Webhooks want it."""
    answer = ask("POST", "/v1/webhooks", json={"url": "https://lms.example/x", "kinds": ["grade.overridden"]})
    assert answer.status_code == 201
    assert answer.json()["secret"].startswith("whsec_")
    shown = ask("GET", answer.headers["Location"]).json()
    assert shown == {name: value for name, value in answer.json().items() if name != "secret"}
    assert len(ask("GET", "/v1/webhooks").json()["items"]) == 2


@pytest.mark.parametrize(
    "url", ["http://lms.example/x", "https://user:pw@lms.example/", "ftp://lms.example/", "https://"]
)
def test_post_address_that_nothing_is_sent_to_is_refused(ask: Ask, url: str) -> None:
    """With a reason."""
    answer = ask("POST", "/v1/webhooks", json={"url": url, "kinds": ["grade.overridden"]})
    assert answer.status_code == 422


def test_get_deliveries_newest_first(ask: Ask, here: School) -> None:
    """What is announced is on its way."""
    with here.database.writing() as session:
        webhooks.announce(session, "submission.graded", {"submission": here.ada.graded})
        webhooks.announce(session, "submission.failed", {"submission": here.ada.graded})
    found = ask("GET", f"/v1/webhooks/{here.webhook_id}/deliveries").json()["items"]
    assert [one["kind"] for one in found][:2] == ["submission.failed", "submission.graded"]
    assert [(one["tries"], one["delivered_at"], one["fault"]) for one in found[:2]] == [(0, None, None)] * 2


def test_delete_is_gone_with_its_deliveries(ask: Ask, here: School) -> None:
    """At once."""
    path = f"/v1/webhooks/{here.webhook_id}"
    assert ask("DELETE", path).status_code == 204
    for answer in (ask("GET", path), ask("DELETE", path), ask("GET", f"{path}/deliveries")):
        assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such webhook")
