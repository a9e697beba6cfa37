"""Reports of a bounded size."""

import json

import jsonschema

from grader.report import dump, json_schema
from grader.report_size import MOST_BYTES
from tests.example_reports import RIGHT, case, gradient, report


def test_small_report_is_left_alone() -> None:
    """Nothing is shortened where there is room."""
    assert b"report_shortened" not in dump(RIGHT)


def test_huge_texts_are_shortened_with_a_warning() -> None:
    """However much a submission says, its report stays small, and every verdict and score stays."""
    said = {"exception": "E", "text": "\x00" * 5000, "line": 1}
    for cases, gradients in ((30, 20), (100, 40)):
        wrong = [case("correct"), *(case("raised", name=f"c{number}", **said) for number in range(cases))]
        huge = report(
            "ann",
            *(gradient(*wrong, verdict="raised", wrt=f"W{number}") for number in range(gradients)),
            stdout="\x00" * 10**6,
        )
        data = dump(huge)
        assert len(data) <= MOST_BYTES
        read = json.loads(data)
        jsonschema.validate(read, json_schema())
        assert read["warnings"] == [
            {
                "code": "report_shortened",
                "message": "The report was too large; its longest texts are shortened or left out.",
            }
        ]
        assert [one["verdict"] for one in read["gradients"]] == ["raised"] * gradients
        assert all(any(one["verdict"] == "raised" for one in entry["cases"]) for entry in read["gradients"])
