"""The formats as JSON Schema."""

import json

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from grader.commands.app import app
from grader.report import dump
from tests.example_reports import MASKLESS


def _schema(subject: str) -> dict[str, object]:
    done = CliRunner().invoke(app, ["schema", subject])
    assert done.exit_code == 0
    schema: dict[str, object] = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def test_report_fits_the_schema() -> None:
    """A real report is valid."""
    jsonschema.validate(json.loads(dump(MASKLESS)), _schema("report"))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('objective: "||X W - Y||_F^2"\nseed: 0\nshapes: {X: [10, 4], W: [4, M]}', True),
        ("id: a\nproblems: [{id: b, objective: x, seed: 0}]", True),
        ("objective: x\nseed: -1", False),
        ("objective: x\nseed: 0\nshape: {}", False),
        ("objective: x", False),
    ],
)
def test_assignment_fits_the_schema(text: str, valid: bool) -> None:
    """What the loader takes is valid, what it refuses for its form is not."""
    validator = jsonschema.Draft202012Validator(_schema("assignment"))
    assert validator.is_valid(yaml.safe_load(text)) is valid
