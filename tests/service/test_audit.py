"""What happened can be read again, the newest first, a page at a time."""

import pytest

from grader.service import audit
from grader.service.database import Database


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_entries_come_page_by_page(database: Database) -> None:
    """Of one object, or of all."""
    with database.writing() as session:
        for number in range(5):
            audit.note(session, "staff:1", "see", f"grade:{number % 2}", None if number else "first")
    with database.reading() as session:
        first = audit.entries(session, limit=3)
        rest = audit.entries(session, before=first[-1].id)
        assert [one.object for one in (*first, *rest)] == [f"grade:{number % 2}" for number in (4, 3, 2, 1, 0)]
        assert rest[-1].detail == "first"
        assert [one.id for one in audit.entries(session, object="grade:1")] == [4, 2]
