"""The audit is for those who may see it, newest first, with ids and without names."""

from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_get_all_has_ids_only(ask: Ask, here: School) -> None:
    """Of an actor or an object, if that is asked."""
    ask("GET", f"/v1/submissions/{here.ada.graded}/report")
    ask("POST", "/v1/learners", json={"login": "eve", "name": "Eve", "mail": "eve@school.example"})
    answer = ask("GET", "/v1/audit", params={"actor": f"staff:{here.staff_id}"})
    actions = [one["action"] for one in answer.json()["items"]]
    assert actions[:2] == ["create", "see"]
    assert "eve" not in answer.text
    assert "Eve" not in answer.text
    assert ask("GET", "/v1/audit", params={"object": "nothing"}).json()["items"] == []
