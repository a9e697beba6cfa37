"""Classes are filled by a roster, or one by one."""

from tests.service.api.conftest import Ask
from tests.service.api.school import School

CSV = {"Content-Type": "text/csv"}
ROSTER = "login,name,mail\nada,Ada L.,ada@new.example\neve,Eve,\n".encode("utf-8-sig")


def test_post_roster_twice_changes_nothing_twice(ask: Ask, here: School) -> None:
    """Who is new, who is named otherwise, and who is missing on it."""
    first = ask("POST", "/v1/classes/c1/roster", content=ROSTER, headers=CSV).json()
    (eve,) = first["added"]
    assert first == {"added": [eve], "changed": [str(here.ada.id)], "unchanged": [], "missing": [str(here.bob.id)]}
    again = ask("POST", "/v1/classes/c1/roster", content=ROSTER, headers=CSV).json()
    assert (again["added"], again["changed"], len(again["unchanged"])) == ([], [], 2)
    assert ask("GET", "/v1/classes/c1").json()["learners"] == 3


def test_post_roster_that_is_none_is_refused_with_its_line(ask: Ask) -> None:
    """And nobody on it comes in."""
    answer = ask("POST", "/v1/classes/c1/roster", content=b"login\neve\n\x1b[2J\n", headers=CSV)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:gradient-grader:faulty-roster")
    assert [one["line"] for one in answer.json()["errors"]] == [3]
    assert ask("GET", "/v1/learners", params={"login": "eve"}).json()["items"] == []
    answer = ask("POST", "/v1/classes/c9/roster", content=ROSTER, headers=CSV)
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such class")


def test_post_takes_an_id_once(ask: Ask) -> None:
    """A second class of that id is another one."""
    answer = ask("POST", "/v1/classes", json={"id": "c2", "title": "Another <i>class</i>"})
    assert (answer.status_code, answer.json()["title"]) == (201, "Another <i>class</i>")
    assert ask("GET", answer.headers["Location"]).json() == answer.json()
    assert ask("POST", "/v1/classes", json={"id": "c2", "title": "x"}).status_code == 409
    assert [one["id"] for one in ask("GET", "/v1/classes").json()["items"]] == ["c1", "c2"]


def test_put_and_delete_learner(ask: Ask, here: School) -> None:
    """As often as one likes to put; what is not there cannot be deleted."""
    ask("POST", "/v1/classes", json={"id": "c2", "title": "x"})
    path = f"/v1/classes/c2/learners/{here.ada.id}"
    assert [ask("PUT", path).status_code for _ in range(2)] == [204, 204]
    assert ask("GET", "/v1/classes/c2").json()["learners"] == 1
    assert [ask("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert ask("GET", "/v1/classes/c2").json()["learners"] == 0
    assert ask("PUT", f"/v1/classes/c9/learners/{here.ada.id}").status_code == 404
    assert ask("GET", f"/v1/submissions/{here.ada.graded}").status_code == 200
