"""Grades are seen by those whose they are and by the staff, who may give others and have to say why."""

from uuid import uuid4

from tests.service.api.conftest import Ask
from tests.service.api.school import School

GRADES = "/v1/assignments/relu_frobenius/grades"


def test_get_is_a_learners_own(ask: Ask, here: School) -> None:
    """With what is left to him."""
    found = ask("GET", f"{GRADES}/{here.ada.id}", here.ada.secret).json()
    assert found == {
        "learner": str(here.ada.id),
        "assignment": "relu_frobenius",
        "score": 4.0,
        "max_score": 4.0,
        "reached": 4.0,
        "late_days": 0,
        "submission": str(here.ada.graded),
        "attempt": 2,
        "status": "graded",
        "override": None,
        "used": 1,
        "left": None,
    }


def test_get_all_is_everybodys_or_a_classs(ask: Ask, here: School) -> None:
    """A class that is not there is no empty class."""
    found = {one["learner"]: one["score"] for one in ask("GET", GRADES).json()["items"]}
    assert found == {str(here.ada.id): 4.0, str(here.bob.id): 1.5}
    assert len(ask("GET", GRADES, params={"class": "c1"}).json()["items"]) == 2
    answer = ask("GET", GRADES, params={"class": "c9"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such class")


def test_put_override_counts_until_it_is_deleted(ask: Ask, here: School) -> None:
    """Both say why, and both are in the audit."""
    path = f"{GRADES}/{here.ada.id}/override"
    given = ask("PUT", path, json={"score": 3, "reason": "copied\nfrom a friend"}).json()
    assert (given["score"], given["reached"]) == (3.0, 4.0)
    override = given["override"]
    assert (override["score"], override["reason"], override["staff"]) == (
        3.0,
        "copied\nfrom a friend",
        str(here.staff_id),
    )
    back = ask("DELETE", path, params={"reason": "he had not"})
    assert (back.status_code, back.json()["score"], back.json()["override"]) == (200, 4.0, None)
    again = ask("DELETE", path, params={"reason": "he had not"})
    assert (again.status_code, again.json()["detail"]) == (404, "there is no such override")
    asked = {"object": f"grade:relu_frobenius:learner:{here.ada.id}"}
    noted = ask("GET", "/v1/audit", params=asked).json()["items"]
    assert [(one["action"], one["detail"]) for one in noted] == [("override", "undone"), ("override", "3")]


def test_put_override_needs_a_reason_and_points(ask: Ask, here: School) -> None:
    """And somebody to give them to."""
    path = f"{GRADES}/{here.ada.id}/override"
    for body in (
        {"score": 3},
        {"score": -1, "reason": "x"},
        {"score": "3", "reason": "x"},
        {"score": 3, "reason": " "},
    ):
        assert ask("PUT", path, json=body).status_code == 422, body
    assert ask("DELETE", path).status_code == 422
    assert ask("PUT", f"{GRADES}/{uuid4()}/override", json={"score": 3, "reason": "x"}).status_code == 404


def test_get_gradebook_is_a_table_to_be_saved(ask: Ask, here: School) -> None:
    """By logins; what a spreadsheet would run is harmless."""
    ask("POST", "/v1/learners", json={"login": "=cmd()"})
    answer = ask("GET", "/v1/assignments/relu_frobenius/gradebook.csv", params={"class": "c1"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="relu_frobenius.csv"')
    head, *rows = answer.text.splitlines()
    assert head.startswith("learner,name,score,max_score,status,late")
    assert sorted(row.partition(",")[0] for row in rows) == ["ada", "bob"]


def test_get_by_staff_is_in_the_audit(ask: Ask, here: School) -> None:
    """Of one learner, of a class, and of all."""
    ask("GET", f"{GRADES}/{here.ada.id}")
    ask("GET", GRADES, params={"class": "c1"})
    ask("GET", "/v1/assignments/relu_frobenius/gradebook.csv")
    ask("GET", f"{GRADES}/{here.ada.id}", here.ada.secret)
    noted = ask("GET", "/v1/audit", params={"actor": f"staff:{here.staff_id}"}).json()["items"]
    assert [(one["action"], one["object"], one["detail"]) for one in noted[:3]] == [
        ("see", "grades:relu_frobenius", None),
        ("see", "grades:relu_frobenius", "c1"),
        ("see", f"grade:relu_frobenius:learner:{here.ada.id}", None),
    ]
