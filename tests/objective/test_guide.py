"""The guide to adding an operation is true."""

import re
from dataclasses import fields
from pathlib import Path

from grader.objective import operations

SOURCE = Path(operations.__file__)
GUIDE = SOURCE.with_name("README.md").read_text(encoding="utf-8")


def test_guide_example_is_the_row_of_the_table() -> None:
    """The row that is shown is the one that is used."""
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    shown = [line.strip() for line in example.splitlines()]
    assert set(shown) <= {line.strip() for line in SOURCE.read_text(encoding="utf-8").splitlines()}


def test_guide_explains_every_part_of_a_row() -> None:
    """No part is left out but those that only words of adjoints have."""
    explained = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (.*?) \|", GUIDE, re.MULTILINE))))
    assert explained == {field.name for field in fields(operations.Operation)} - {"jump", "ball"}


def test_guide_links_lead_somewhere() -> None:
    """Every file that it names is there."""
    targets = re.findall(r"\]\(([^)#]+)", GUIDE)
    assert [target for target in targets if not (SOURCE.parent / target).is_file()] == []
