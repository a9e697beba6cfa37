"""Assignments are published as texts, and learners get the copy that is meant for them."""

from threading import BoundedSemaphore

import pytest

from grader import assignment_file
from grader.service.api import assignments
from grader.service.api.assignments import public_copy
from tests.service.api.conftest import Ask
from tests.service.api.school import HIDDEN, School
from tests.service.handed import ASSIGNMENT

YAML = {"Content-Type": "application/yaml"}
UNPROVEN = {"validate": "false"}


def test_post_is_a_new_version_if_the_text_is_new(ask: Ask) -> None:
    """The same again is not; the id is in the text, or is said beside it."""
    asked = {**UNPROVEN, "id": "c"}
    first = ask("POST", "/v1/assignments", content=ASSIGNMENT, headers=YAML, params=asked)
    assert (first.status_code, first.headers["Location"]) == (201, "/v1/assignments/c")
    assert first.json() == {"id": "c", "version": 1, "proven": None, "findings": []}
    again = ask("POST", "/v1/assignments", content=ASSIGNMENT, headers=YAML, params=asked)
    assert again.json()["version"] == 1
    other = ask("POST", "/v1/assignments", content=b"id: c\n" + ASSIGNMENT, headers=YAML, params=UNPROVEN)
    assert other.json() == {"id": "c", "version": 2, "proven": None, "findings": []}
    listed = ask("GET", "/v1/assignments/c/versions").json()["items"]
    assert [(one["number"], one["max_score"]) for one in listed] == [(2, 2.0), (1, 2.0)]
    texts = [ask("GET", f"/v1/assignments/c/versions/{number}/text").content for number in (1, 2)]
    assert texts == [ASSIGNMENT, b"id: c\n" + ASSIGNMENT]
    assert ask("GET", "/v1/assignments/c/versions/3/text").json()["detail"] == "there is no such version"


def test_post_form_takes_its_name_from_the_file_and_modules_with_it(ask: Ask) -> None:
    """What the text asks for is there, or it is refused."""
    text = ASSIGNMENT + b"provide: [helper.py]\n"
    files = [("assignment", ("d.yaml", text)), ("modules", ("helper.py", b"def help(): ...\n"))]
    assert ask("POST", "/v1/assignments", files=files, params=UNPROVEN).json()["id"] == "d"
    refused = ask("POST", "/v1/assignments", files=files[:1], params=UNPROVEN)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:gradient-grader:faulty-assignment")
    refused = ask("POST", "/v1/assignments", files=[("yaml", ("d.yaml", text))], params=UNPROVEN)
    assert refused.json()["detail"] == "the form has one file `assignment`, and files `modules` if there are any"


def test_post_text_that_is_no_assignment_is_refused_with_its_line(ask: Ask) -> None:
    """As `grader validate` says it."""
    answer = ask("POST", "/v1/assignments", content=b"objective: ||X\nseed: 0\n", headers=YAML)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "this is no sensible assignment"
    assert [one["line"] for one in answer.json()["errors"]] == [1]


@pytest.mark.slow
def test_post_says_what_validating_it_finds(ask: Ask) -> None:
    """And publishes it all the same."""
    answer = ask("POST", "/v1/assignments", content=HIDDEN, headers=YAML, params={"id": "e"})
    assert answer.status_code == 201
    assert answer.json()["proven"] in (True, False)
    assert {one["verdict"] for one in answer.json()["findings"]} <= {"ok", "warning", "failure"}
    assert answer.json()["findings"]


def test_post_when_many_are_validated_is_asked_to_wait(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hands in finds a thread meanwhile; what need not be validated is published."""
    monkeypatch.setattr("grader.service.api.assignments._WAITING", BoundedSemaphore(1))
    assignments._WAITING.acquire()
    answer = ask("POST", "/v1/assignments", content=ASSIGNMENT, headers=YAML)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert answer.json()["detail"] == "others are being validated; ask again, or with validate=false"
    assert ask("POST", "/v1/assignments", content=ASSIGNMENT, headers=YAML, params=UNPROVEN).status_code == 201


def test_get_public_has_nothing_that_is_hidden(ask: Ask, here: School) -> None:
    """Neither the hidden cases nor the comments; and it is an assignment."""
    answer = ask("GET", "/v1/assignments/b/public", here.ada.secret)
    assert answer.headers["Content-Type"] == "application/yaml"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "hidden" not in answer.text
    assert "81" not in answer.text
    assert "nobody else" not in answer.text
    copy = assignment_file.loads(answer.content, "b.yaml")
    assert [case.name for case in copy.problems[0].cases or ()] == ["open"]
    assert ask("GET", "/v1/assignments/b/versions/1/text", here.ada.secret).status_code == 403


def test_get_public_of_a_text_with_a_mark_at_its_beginning_is_read() -> None:
    """As some editors write it."""
    assert public_copy(b"\xef\xbb\xbf" + ASSIGNMENT, "a").startswith(b"id: a\n")


def test_get_shows_the_newest_version(ask: Ask, here: School) -> None:
    """To learners too, without anything of its text."""
    shown = ask("GET", "/v1/assignments/b", here.ada.secret).json()
    assert shown.pop("created_at").endswith("Z")
    assert shown == {"id": "b", "title": {"en": "b"}, "version": 1, "max_score": 2.0, "open": True, "sha256": None}
    assert ask("GET", "/v1/assignments/nothing").json()["detail"] == "there is no such assignment"


def test_nothing_that_a_learner_can_ask_for_has_the_hash_that_hidden_cases_are_drawn_from(
    ask: Ask, here: School
) -> None:
    """The staff see it with every assignment; a learner neither there, nor in the report of work."""
    (sha256,) = {one["sha256"] for one in ask("GET", "/v1/assignments/b/versions").json()["items"]}
    assert ask("GET", "/v1/assignments/b").json()["sha256"] == sha256
    assert sha256 in ask("GET", "/v1/assignments").text
    mine = [f"/v1/submissions/{one['id']}" for one in ask("GET", "/v1/submissions", here.ada.secret).json()["items"]]
    reports = [f"{one}/report" for one in mine]
    for path in ("/v1/assignments", "/v1/assignments/b", "/v1/assignments/b/public", *mine, *reports):
        assert sha256 not in ask("GET", path, here.ada.secret).text


def test_post_regrade_asks_once_for_what_is_not_on_the_newest_version(ask: Ask, here: School) -> None:
    """Who asks again asks for nothing more; both stand in the audit."""
    asked = {**UNPROVEN, "id": "relu_frobenius"}
    ask("POST", "/v1/assignments", content=ASSIGNMENT + b"points: {W: 3}\n", headers=YAML, params=asked)
    for count in (2, 0):
        answer = ask("POST", "/v1/assignments/relu_frobenius/regrade")
        assert (answer.status_code, answer.json()) == (202, {"id": "relu_frobenius", "count": count})
        assert int(answer.headers["Retry-After"]) >= 1
    waiting = ask("GET", answer.headers["Location"]).json()["items"]
    assert {one["id"] for one in waiting} == {str(here.ada.graded), str(here.bob.graded)}
    assert {(one["attempts"], one["state"]) for one in waiting} == {(3, "queued")}
    noted = ask("GET", "/v1/audit", params={"object": "assignment:relu_frobenius"}).json()["items"]
    assert [(one["action"], one["detail"]) for one in noted[:2]] == [
        ("regrade", "submissions 0"),
        ("regrade", "submissions 2"),
    ]
    assert ask("POST", "/v1/assignments/nothing/regrade").status_code == 404
    assert ask("POST", "/v1/assignments/relu_frobenius/regrade", here.ada.secret).status_code == 403
