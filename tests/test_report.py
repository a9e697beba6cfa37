"""The report as data and as JSON."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.language import Language
from grader.report import (
    AssignmentReport,
    CaseReport,
    ComparisonReport,
    ErrorMapReport,
    Report,
    dump,
    gradient_verdict,
    json_schema,
    labels,
    student_view,
)
from tests.example_reports import CLASS, MASKLESS, RIGHT, case, gradient, report


@pytest.mark.parametrize("one", CLASS, ids=lambda one: one.submission.learner)
def test_json_fits_its_schema_and_comes_back(one: Report) -> None:
    """What is written can be validated by anybody, and read again without loss."""
    data = dump(one)
    jsonschema.validate(json.loads(data), json_schema(), jsonschema.Draft202012Validator)
    assert Report.model_validate_json(data) == one
    assert data.endswith(b"}\n")
    assert dump(Report.model_validate_json(data)) == data


def test_schema_refuses_what_is_no_report() -> None:
    """A verdict that does not exist, or a key too many, is not valid."""
    for key, value in (("status", "passed"), ("extra", 1), ("score", "8")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**json.loads(dump(RIGHT)), key: value}, json_schema())


def test_json_has_the_fields_of_the_contract() -> None:
    """Keys, words and order are those that other programs rely on."""
    data = json.loads(dump(MASKLESS))
    assert list(data) == [
        "schema_version", "assignment", "submission", "status", "score", "max_score", "gradients", "stdout", "warnings",
        "isolation", "environment", "timing",
    ]  # fmt: skip
    assert data["gradients"][0]["cases"][0] == {
        "case": "handout",
        "visibility": "public",
        "seed": 7,
        "verdict": "incorrect",
        "comparison": {
            "max_abs_error": 1.5,
            "max_rel_error": 0.2,
            "worst_index": [0, 3],
            "worst_actual": 2.5,
            "worst_expected": 4.0,
            "mismatched": 7,
            "total": 16,
        },
        "message": "7 of 16 elements differ; the worst is at (0, 3): got 2.5, expected 4.",
    }


def test_missing_score_stands_as_null() -> None:
    """No score is said, not left out."""
    failed = json.loads(dump(CLASS[3]))
    assert (failed["score"], failed["gradients"][0]["score"]) == (None, None)


def test_numbers_that_are_not_finite_are_words() -> None:
    """JSON has no NaN, so it stands as text."""
    comparison = ComparisonReport(max_abs_error=float("inf"), worst_actual=float("nan"), worst_expected=-float("inf"))
    one = report("ann", gradient(case("not_finite", comparison=comparison), verdict="not_finite"))
    data = json.loads(dump(one), parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
    assert data["gradients"][0]["cases"][0]["comparison"] == {
        "max_abs_error": "inf",
        "worst_actual": "nan",
        "worst_expected": "-inf",
    }
    jsonschema.validate(data, json_schema())


def test_scalar_has_no_place_for_its_worst_element() -> None:
    """The sentence about a single value does not speak of an index."""
    comparison = ComparisonReport(worst_index=(), worst_actual=1.0, worst_expected=2.0, mismatched=1, total=1)
    assert case("incorrect", comparison=comparison).message == "The value is wrong: got 1, expected 2."


def test_first_case_that_is_not_correct_decides() -> None:
    """A gradient's verdict comes from its cases in their order."""
    assert gradient_verdict([case("correct"), case("raised"), case("incorrect")]) == "raised"
    assert gradient_verdict([]) == "grader_error"


def test_labels_are_as_short_as_they_can_be() -> None:
    """A gradient is called by its variable, unless that is not enough."""
    plain, other = gradient(verdict="correct"), gradient(verdict="correct", wrt="X")
    naive = gradient(verdict="correct", function="naive_W")
    sheet = gradient(verdict="correct", problem="two")
    assert labels([plain, other]) == ("W", "X")
    assert labels([plain, naive]) == ("grad_W.W", "naive_W.W")
    assert labels([plain, sheet]) == ("relu.grad_W.W", "two.grad_W.W")


# ----- what students see -----


def test_student_view_hides_what_hidden_cases_give_away() -> None:
    """Of a hidden case only its name, verdict and a plain sentence are left; what was printed could hold its inputs."""
    view = student_view(MASKLESS)
    assert view.gradients[0].cases[0] == MASKLESS.gradients[0].cases[0]
    assert json.loads(dump(view))["gradients"][0]["cases"][1] == {
        "case": "hidden-1",
        "visibility": "hidden",
        "verdict": "raised",
        "message": "An exception was raised.",
    }
    assert view.stdout == ""
    assert b"1.25" not in dump(view)
    assert view.gradients[0].diagnosis == MASKLESS.gradients[0].diagnosis
    jsonschema.validate(json.loads(dump(view)), json_schema())


def test_student_view_of_public_cases_keeps_everything() -> None:
    """Where nothing is hidden, nothing is left out but what the next one's hidden cases are drawn from."""
    one = report("ann", gradient(case("incorrect"), verdict="incorrect"), stdout="x\n", timing={"wall_seconds": 0.5})
    assert student_view(one) == one.model_copy(update={"assignment": AssignmentReport(id="relu")})


def test_student_view_has_nothing_that_hidden_cases_can_be_drawn_from() -> None:
    """Not the hash that their seeds derive from, whatever has come of the submission."""
    for one in (*CLASS, report("ann")):
        assert one.assignment.sha256
        shown = dump(student_view(one))
        assert one.assignment.sha256.encode() not in shown
        jsonschema.validate(json.loads(shown), json_schema())


def test_student_view_has_no_numbers_that_a_submission_chooses() -> None:
    """Who sleeps for as long as a hidden input says, or keeps as much memory, is not told how much that was."""
    hidden = case("correct", visibility="hidden")
    one = report("ann", gradient(hidden, verdict="correct"), timing={"wall_seconds": 2.71828, "peak_memory_mb": 314.1})
    assert student_view(one).timing == {}


def test_student_view_has_no_fingerprint_and_no_map_of_a_hidden_case() -> None:
    """Which learners agree is for the staff, and a map of errors holds what a hidden case expects."""
    found = ErrorMapReport(shape=(1, 2), rows=((0.0, 3.5),))
    public, hidden = (case("incorrect", visibility=kind, error_map=found) for kind in ("public", "hidden"))
    view = student_view(report("ann", gradient(public, hidden, verdict="incorrect", fingerprint="f" * 32)))
    assert [one.error_map for one in view.gradients[0].cases] == [found, None]
    assert b"fingerprint" not in dump(view)


def test_every_field_of_a_case_is_kept_or_hidden_on_purpose() -> None:
    """A field that a case gains does not slip into the student's view of a hidden case."""
    hidden = case("raised", visibility="hidden", text="secret").hidden()
    shown = {name for name in CaseReport.model_fields if getattr(hidden, name) is not None}
    assert shown == {"case", "visibility", "verdict", "message"}


# ----- student text -----


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_any_student_text_makes_a_report(text: str) -> None:
    """Whatever was printed or raised, the JSON is valid UTF-8 without control characters."""
    one = report("ann", gradient(case("raised", exception="E", text=text, line=1), verdict="raised"), stdout=text)
    decoded = dump(one).decode()
    assert not [char for char in decoded if ord(char) < 32 and char != "\n"]
    assert Report.model_validate_json(dump(one)) == one


def test_long_output_keeps_head_and_tail() -> None:
    """64 KiB of what was printed are kept."""
    one = report("ann", gradient(case("correct"), verdict="correct"), stdout="a" * 10**6 + "z" * 10**6)
    assert len(one.stdout) < 64 * 1024
    assert one.stdout.startswith("aaa")
    assert one.stdout.endswith("zzz")


def test_student_view_of_a_chinese_report_is_chinese() -> None:
    """Whoever makes it, in whatever language: the report says what it is written in."""
    hidden = case("incorrect", name="hidden-1", visibility="hidden")
    made = report("ann", gradient(hidden, verdict="incorrect"), environment={"language": "zh-CN"})
    assert made.language is Language.zh_cn
    assert student_view(made).gradients[0].cases[0].message == "数值不对。"
    assert report("ann", environment={"language": "tlh"}).language is Language.en
