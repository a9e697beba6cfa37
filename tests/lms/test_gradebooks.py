"""Which LMS a gradebook comes from."""

import pytest

from grader.errors import AuthorError
from grader.lms.gradebooks import opened


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"", "nothing"), (b"\n\nname;points\n", "the columns name, points"), (b"PK\3\4", "the columns PK\\x03\\x04")],
)
def test_unknown_layout_is_an_author_error(data: bytes, found: str) -> None:
    """The error names the file, the layouts that are known and the columns that are there."""
    with pytest.raises(AuthorError) as caught:
        opened(data, file="g.csv", titles=())
    assert str(caught.value) == (
        "g.csv: expected a gradebook export of Canvas (columns Student, ID, Section) or a grading worksheet of Moodle "
        "(columns Identifier, Grade, Last modified (grade), in one of English, German, Spanish, French, "
        f"Simplified Chinese), found {found}"
    )
