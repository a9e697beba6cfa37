"""A token says whose it is."""

from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_get_is_who_holds_the_token(ask: Ask, here: School) -> None:
    """A learner, or one of the staff, with a name to greet by."""
    assert ask("GET", "/v1/me", here.ada.secret).json() == {
        "learner": str(here.ada.id),
        "staff": None,
        "name": "Ada <b>L.</b>",
        "token": str(here.ada.token_id),
        "scopes": ["read", "submit"],
    }
    staff = ask("GET", "/v1/me").json()
    assert (staff["learner"], staff["staff"], staff["name"]) == (None, str(here.staff_id), "A. Teacher")
    assert staff["scopes"] == ["read", "submit", "grade", "assign", "people", "admin"]


def test_get_scheme_is_read_as_http_says(ask: Ask, here: School) -> None:
    """Small or large letters, and space around the secret."""
    headers = {"Authorization": f"bEARER   {here.ada.secret} "}
    assert ask("GET", "/v1/me", None, headers=headers).status_code == 200
