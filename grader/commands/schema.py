"""`grader schema`: the formats, for editors and for other programs."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer


class Subject(StrEnum):
    """What there is a schema of."""

    assignment = "assignment"
    report = "report"


def schema(
    subject: Annotated[Subject, typer.Argument(metavar="assignment|report", help="Which format.", show_default=False)],
) -> None:
    """Print the JSON Schema of assignment files or of reports."""
    if subject is Subject.assignment:
        from grader.assignment import json_schema
    else:
        from grader.report import json_schema
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
