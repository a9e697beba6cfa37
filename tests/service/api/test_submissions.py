"""Work is handed in once however often it is asked, and what becomes of it can be followed."""

from base64 import b64encode
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import update

from grader.service import presence
from grader.service.handing_in import MOST_WAITING
from grader.service.queue import Queue
from grader.service.tables import Attempt
from tests.service.api.conftest import Ask
from tests.service.api.school import School

WORK = {"assignment": "b", "files": {"main.py": {"text": "import helper\nπ = 3\n"}, "helper.py": {"base64": "/wA="}}}


def test_post_json_is_kept_byte_for_byte(ask: Ask, here: School) -> None:
    """Text as UTF-8, and any bytes as base64."""
    answer = ask("POST", "/v1/submissions", here.ada.secret, json=WORK)
    assert answer.status_code == 202
    assert int(answer.headers["Retry-After"]) >= 1
    location = answer.headers["Location"]
    assert location == f"/v1/submissions/{answer.json()['id']}"
    assert answer.json()["state"] == "queued"
    listed = ask("GET", f"{location}/files", here.ada.secret).json()["items"]
    assert listed == [
        {"position": 0, "name": "main.py", "size": 21},
        {"position": 1, "name": "helper.py", "size": 2},
    ]
    files = [ask("GET", f"{location}/files/{position}", here.ada.secret).content for position in (0, 1)]
    assert files == ["import helper\nπ = 3\n".encode(), b"\xff\x00"]
    assert ask("GET", f"{location}/files/2", here.ada.secret).json()["detail"] == "there is no such file"


def test_post_form_is_the_same_as_json(ask: Ask, here: School) -> None:
    """By the key that was used for one, the other is known."""
    files = [("files", ("main.py", "import helper\nπ = 3\n".encode())), ("files", ("helper.py", b"\xff\x00"))]
    key = {"Idempotency-Key": "one"}
    form = ask("POST", "/v1/submissions", here.ada.secret, data={"assignment": "b"}, files=files, headers=key)
    assert form.status_code == 202
    again = ask("POST", "/v1/submissions", here.ada.secret, json=WORK, headers=key)
    assert (again.status_code, again.content) == (202, form.content)
    assert again.headers["Location"] == form.headers["Location"]


def test_post_key_for_other_work_is_refused(ask: Ask, here: School) -> None:
    """It would not be known which of the two was meant."""
    key = {"Idempotency-Key": "one"}
    assert ask("POST", "/v1/submissions", here.ada.secret, json=WORK, headers=key).status_code == 202
    other = {**WORK, "assignment": "relu_frobenius"}
    answer = ask("POST", "/v1/submissions", here.ada.secret, json=other, headers=key)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:gradient-grader:key-reused")
    assert answer.json()["detail"] == "this Idempotency-Key was used before, for other work"
    assert ask("POST", "/v1/submissions", here.bob.secret, json=other, headers=key).status_code == 202


@pytest.mark.parametrize("key", [b"", b"a b", b"\xe9", b"x" * 256])
def test_post_key_that_is_none_is_refused(ask: Ask, here: School, key: bytes) -> None:
    """It is kept, so it is plain and short."""
    answer = ask("POST", "/v1/submissions", here.ada.secret, json=WORK, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert [one["parameter"] for one in answer.json()["errors"]] == ["idempotency-key"]


def test_post_by_staff_needs_a_learner_and_a_key(ask: Ask, here: School) -> None:
    """Who hands in for a school asks twice sooner or later."""
    answer = ask("POST", "/v1/submissions", json=WORK)
    assert answer.json()["errors"] == [{"detail": "whose work is it?", "pointer": "#/learner"}]
    work = {**WORK, "learner": str(here.ada.id)}
    answer = ask("POST", "/v1/submissions", json=work)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:gradient-grader:key-missing")
    assert answer.json()["detail"] == "who hands in for others needs an Idempotency-Key"
    answer = ask("POST", "/v1/submissions", json=work, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202
    assert ask("GET", answer.headers["Location"], here.ada.secret).json()["learner"] == str(here.ada.id)


def test_post_what_is_not_there_is_404(ask: Ask, here: School) -> None:
    """An assignment, or a learner."""
    answer = ask("POST", "/v1/submissions", here.ada.secret, json={**WORK, "assignment": "c"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such assignment")
    answer = ask("POST", "/v1/submissions", json={**WORK, "learner": str(uuid4())}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such learner")


def test_post_while_much_waits_is_429(ask: Ask, here: School) -> None:
    """And the answer says when to come again; one that waited before was handed in already."""
    taken = [ask("POST", "/v1/submissions", here.ada.secret, json=WORK) for _ in range(MOST_WAITING)]
    assert [answer.status_code for answer in taken] == [202] * (MOST_WAITING - 1) + [429]
    assert taken[-1].json()["type"] == "urn:gradient-grader:waiting"
    assert taken[-1].headers["Retry-After"] == "2"


def test_post_when_it_is_closed_or_attempts_are_used_is_409(ask: Ask, here: School) -> None:
    """By the policy, and the answer says which of the two."""
    ask("PUT", "/v1/assignments/b/policy", json={"attempts": 1})
    answer = ask("POST", "/v1/submissions", here.ada.secret, json=WORK)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:gradient-grader:attempts-used")
    assert answer.json()["detail"] == "all attempts are used: 1 of 1"
    ask("PUT", "/v1/assignments/b/policy", json={"closes_at": "2020-01-01T00:00:00Z"})
    answer = ask("POST", "/v1/submissions", here.ada.secret, json=WORK)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:gradient-grader:closed")
    assert answer.json()["detail"] == "nothing is taken any more since 2020-01-01T00:00:00+00:00"


def test_post_language_is_kept(ask: Ask, here: School) -> None:
    """One that there is not is refused."""
    assert ask("POST", "/v1/submissions", here.ada.secret, json={**WORK, "language": "zh-CN"}).status_code == 202
    answer = ask("POST", "/v1/submissions", here.ada.secret, json={**WORK, "language": "tlh"})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/language"]


def test_get_says_when_to_ask_again_and_has_a_tag(ask: Ask, here: School) -> None:
    """Until it is done; who has the newest already gets nothing more."""
    waiting = ask("GET", f"/v1/submissions/{here.ada.waiting}", here.ada.secret)
    assert (waiting.json()["state"], waiting.json()["result"]) == ("queued", None)
    assert int(waiting.headers["Retry-After"]) >= 1
    done = ask("GET", f"/v1/submissions/{here.ada.graded}", here.ada.secret)
    assert "Retry-After" not in done.headers
    assert done.json()["result"] == {"attempt": 2, "status": "graded", "score": 4.0, "max_score": 4.0}
    known = {"If-None-Match": done.headers["ETag"]}
    again = ask("GET", f"/v1/submissions/{here.ada.graded}", here.ada.secret, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == done.headers["ETag"]
    ask("POST", f"/v1/submissions/{here.ada.graded}/regrade")
    assert ask("GET", f"/v1/submissions/{here.ada.graded}", here.ada.secret, headers=known).status_code == 200


def test_get_all_is_filtered(ask: Ask, here: School) -> None:
    """By assignment, learner and state; a learner's own whatever is asked."""

    def ids(secret: str, **asked: object) -> set[str]:
        answer = ask("GET", "/v1/submissions", secret, params={name: str(value) for name, value in asked.items()})
        return {one["id"] for one in answer.json()["items"]}

    assert ids(here.secret, assignment="b") == {str(here.ada.waiting), str(here.bob.waiting)}
    assert ids(here.secret, learner=here.ada.id) == {str(here.ada.waiting), str(here.ada.graded)}
    assert ids(here.secret, state="graded", learner=here.bob.id) == {str(here.bob.graded)}
    assert ids(here.secret, state="failed") == set()
    assert ids(here.ada.secret) == {str(here.ada.waiting), str(here.ada.graded)}
    assert ids(here.ada.secret, learner=here.bob.id) == set()


def test_post_regrade_is_another_attempt_and_the_result_stays(ask: Ask, here: School) -> None:
    """Until there is another one; who asked is in the audit."""
    one = f"/v1/submissions/{here.ada.graded}"
    answer = ask("POST", f"{one}/regrade")
    assert answer.status_code == 202
    assert answer.json() == {"id": str(here.ada.graded), "attempt": 3, "state": "queued"}
    assert answer.headers["Location"] == f"{one}/attempts/3"
    attempt = ask("GET", answer.headers["Location"]).json()
    assert (attempt["number"], attempt["state"], attempt["score"]) == (3, "queued", None)
    now = ask("GET", one).json()
    assert (now["state"], now["attempts"], now["result"]["attempt"]) == ("queued", 3, 2)
    (noted,) = ask("GET", "/v1/audit", params={"object": f"submission:{here.ada.graded}"}).json()["items"]
    assert (noted["actor"], noted["action"], noted["detail"]) == (f"staff:{here.staff_id}", "regrade", "attempt 3")


def test_post_cancel_stops_what_waits_and_nothing_else(ask: Ask, here: School) -> None:
    """What is done stays done."""
    answer = ask("POST", f"/v1/submissions/{here.ada.waiting}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    for done in (here.ada.waiting, here.ada.graded):
        answer = ask("POST", f"/v1/submissions/{done}/cancel")
        assert (answer.status_code, answer.json()["detail"]) == (409, "there is nothing to cancel: it is done")


def test_get_attempts_faults_are_for_the_staff(ask: Ask, here: School) -> None:
    """A learner is told that we failed, and not how."""
    queue = Queue(here.database, tries=1)
    worker = presence.come(here.database)
    (claim,) = queue.claim(worker, 1)
    assert claim.submission_id == here.ada.waiting
    queue.fault(claim, "disk /srv/secret is full")
    path = f"/v1/submissions/{here.ada.waiting}/attempts"
    for secret, fault in ((here.secret, "disk /srv/secret is full"), (here.ada.secret, None)):
        (attempt,) = ask("GET", path, secret).json()["items"]
        assert (attempt["state"], attempt["status"], attempt["fault"]) == ("failed", "grader_error", fault)
    assert ask("GET", f"{path}/2").json()["detail"] == "there is no such attempt"
    assert ask("GET", f"/v1/submissions/{here.ada.waiting}").json()["state"] == "failed"


def test_get_attempts_parts_of_a_second_are_for_the_staff(ask: Ask, here: School) -> None:
    """Else a program under grading could tell its learner things by how long it takes."""
    began, ended = datetime(2026, 9, 1, 8, 0, 1, 999_999, UTC), datetime(2026, 9, 1, 8, 0, 4, 1, UTC)
    times = {"started_at": began, "finished_at": ended}
    with here.database.writing() as session:
        session.execute(update(Attempt).where(Attempt.submission_id == here.ada.graded).values(**times))
    exact = {"started_at": "2026-09-01T08:00:01.999999Z", "finished_at": "2026-09-01T08:00:04.000001Z"}
    whole = {"started_at": "2026-09-01T08:00:01Z", "finished_at": "2026-09-01T08:00:04Z"}
    path = f"/v1/submissions/{here.ada.graded}/attempts"
    for secret, expected in ((here.secret, exact), (here.ada.secret, whole)):
        for attempt in (ask("GET", path, secret).json()["items"][0], ask("GET", f"{path}/1", secret).json()):
            assert {name: attempt[name] for name in times} == expected
    waiting = ask("GET", f"/v1/submissions/{here.ada.waiting}/attempts/1", here.ada.secret).json()
    assert (waiting["started_at"], waiting["finished_at"]) == (None, None)


def test_get_result_is_the_newest_graded_one(ask: Ask, here: School) -> None:
    """A later attempt that we failed on takes nothing away."""
    ask("POST", f"/v1/submissions/{here.ada.waiting}/cancel")
    ask("POST", f"/v1/submissions/{here.bob.waiting}/cancel")
    ask("POST", f"/v1/submissions/{here.ada.graded}/regrade")
    queue = Queue(here.database, tries=1)
    (claim,) = queue.claim(presence.come(here.database), 1)
    queue.fault(claim, "it broke")
    found = ask("GET", f"/v1/submissions/{here.ada.graded}").json()
    assert (found["state"], found["attempts"]) == ("failed", 3)
    assert found["result"] == {"attempt": 2, "status": "graded", "score": 4.0, "max_score": 4.0}


def test_post_base64_that_is_none_is_refused(ask: Ask, here: School) -> None:
    """Not half of it is taken."""
    good = b64encode(b"x = 1\n").decode()
    for text in (good[:-1], f"{good}!", "ä", "a\nb="):
        work = {"assignment": "b", "files": {"s.py": {"base64": text}}}
        answer = ask("POST", "/v1/submissions", here.ada.secret, json=work)
        assert answer.status_code == 422, text
