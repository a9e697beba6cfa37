"""Who waits in a long queue asks less often, and whoever asks does not make it longer."""

import pytest
from sqlalchemy import event

from grader.service import pace
from grader.service.database import Database
from grader.service.pace import Pace
from tests.service.handed import handed_in


@pytest.mark.parametrize(("per_second", "seconds"), [(50, 1), (4, 3), (0.5, 15)])
def test_seconds_grow_with_the_queue_to_a_limit(
    database: Database, monkeypatch: pytest.MonkeyPatch, per_second: float, seconds: int
) -> None:
    """A second for so many."""
    monkeypatch.setattr(pace, "PER_SECOND", per_second)
    handed_in(database, 11)
    assert Pace(database).seconds() == seconds


def test_seconds_database_is_asked_now_and_then(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask."""
    asked: list[object] = []
    event.listen(database.engine, "before_cursor_execute", lambda *parts: asked.append(parts[2]))
    one = Pace(database)
    assert {one.seconds() for _ in range(100)} == {1}
    assert len([statement for statement in asked if "count" in str(statement)]) == 1
    monkeypatch.setattr(pace, "COUNTED_SECONDS", -1.0)
    one.seconds()
    assert len([statement for statement in asked if "count" in str(statement)]) == 2
