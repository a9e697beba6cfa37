"""A report is shown to its learner as the policy says, to the staff whole, and that they looked is written down."""

from tests.example_reports import CLASS, RIGHT
from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_get_learner_sees_what_is_shown_and_staff_all(ask: Ask, here: School) -> None:
    """Hidden cases are counted before it is due, and named after."""
    path = f"/v1/submissions/{here.ada.graded}/report"
    whole = ask("GET", path)
    assert whole.json() == RIGHT.model_dump(mode="json")
    (gradient,) = ask("GET", path, here.ada.secret).json()["gradients"]
    assert [case["case"] for case in gradient["cases"]] == ["handout"]
    assert gradient["not_shown"] == 1
    ask("PUT", "/v1/assignments/relu_frobenius/policy", json={"due_at": "2020-01-01T00:00:00Z"})
    (gradient,) = ask("GET", path, here.ada.secret).json()["gradients"]
    assert [case["case"] for case in gradient["cases"]] == ["handout", "hidden-1"]
    student = ask("GET", path, params={"view": "student"})
    assert student.content == ask("GET", path, here.ada.secret).content


def test_get_of_an_attempt_never_gives_a_hidden_case_away(ask: Ask, here: School) -> None:
    """What a function raised on a hidden case may quote its inputs."""
    path = f"/v1/submissions/{here.ada.graded}/attempts/1/report"
    assert ask("GET", path).json() == CLASS[1].model_dump(mode="json")
    seen = ask("GET", path, here.ada.secret)
    assert seen.status_code == 200
    assert "1.25" not in seen.text


def test_get_has_a_tag_for_each_view(ask: Ask, here: School) -> None:
    """Who has it gets 304, and who sees something else something else."""
    path = f"/v1/submissions/{here.ada.graded}/report"
    tags = [ask("GET", path, secret).headers["ETag"] for secret in (here.secret, here.ada.secret)]
    assert tags[0] != tags[1]
    for known, status in ((tags[1], 304), (f"W/{tags[1]}", 304), (f'"x", {tags[1]}', 304), ("*", 304), (tags[0], 200)):
        answer = ask("GET", path, here.ada.secret, headers={"If-None-Match": known})
        assert answer.status_code == status, known
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_get_by_staff_is_in_the_audit_and_by_learners_is_not(ask: Ask, here: School) -> None:
    """Once for each time that something was shown."""
    path = f"/v1/submissions/{here.ada.graded}/report"
    tag = ask("GET", path).headers["ETag"]
    ask("GET", path, headers={"If-None-Match": tag})
    ask("GET", path, here.ada.secret)
    noted = ask("GET", "/v1/audit", params={"object": f"submission:{here.ada.graded}"}).json()["items"]
    assert [(one["actor"], one["action"], one["detail"]) for one in noted] == [
        (f"staff:{here.staff_id}", "see", "report of attempt 2")
    ]


def test_get_without_a_report_is_404(ask: Ask, here: School) -> None:
    """It is there later, or never."""
    for path in ("report", "attempts/1/report", "attempts/7/report"):
        answer = ask("GET", f"/v1/submissions/{here.ada.waiting}/{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:gradient-grader:no-report")
        assert answer.json()["detail"] == "there is no report yet"


def test_get_difference_is_what_a_regrade_changed(ask: Ask, here: School) -> None:
    """For the staff; an attempt with nothing before it has none."""
    found = ask("GET", f"/v1/submissions/{here.ada.graded}/attempts/2/difference").json()
    assert (found["old_score"], found["new_score"], found["same_assignment"]) == (0.0, 4.0, True)
    (gradient,) = found["gradients"]
    assert (gradient["label"], gradient["old_verdict"], gradient["new_verdict"]) == ("W", "incorrect", "correct")
    assert (gradient["old_mistakes"], gradient["new_mistakes"]) == (["missing_mask"], [])
    answer = ask("GET", f"/v1/submissions/{here.ada.graded}/attempts/1/difference")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there are no two reports to compare")
