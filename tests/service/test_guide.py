"""The operator's guide is true: its settings are those there are, its numbers are measured, its backup comes back.

python -m tests.service.test_guide     writes the table of settings anew
"""

import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from grader.service import metrics, webhooks
from grader.service.database import Database
from grader.service.queue import Queue
from grader.service.schema import migrate
from grader.service.settings import Settings, settings
from grader.service.tables import State
from tests.service.benches import QuickBench
from tests.service.conftest import SERVER
from tests.service.handed import assert_each_has_one_result, handed_in, states
from tests.service.replica import until, working

GUIDE = Path(__file__).parents[2] / "grader" / "service" / "README.md"
BEGIN, END = "<!-- settings: written by tests/service/test_guide.py -->\n", "<!-- end of settings -->"


def table() -> str:
    """All settings, with their defaults."""
    rows = ["| Setting | Default | What it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "all cores" if name == "jobs" else "" if field.default in (None, "") else f"`{field.default}`"
        rows.append(f"| `{name}` | {default.lower() if field.annotation is bool else default} | {field.description} |")
    return "\n".join(rows) + "\n"


def text() -> str:
    """The guide."""
    return GUIDE.read_text(encoding="utf-8")


def test_guide_settings_are_those_there_are() -> None:
    """Written by the main program of this file."""
    assert text().partition(BEGIN)[2].partition(END)[0] == table()


def test_guide_example_of_settings_is_read(tmp_path: Path) -> None:
    """As it stands there."""
    (example,) = re.findall(r"```toml\n(.*?)```", text(), re.DOTALL)
    (tmp_path / "grader.toml").write_text(example)
    assert settings(config=tmp_path / "grader.toml").url == "https://grader.school.example"


def test_guide_variables_are_settings() -> None:
    """Each that is named has an effect."""
    named = set(re.findall(r"GRADER_([A-Z_]+)", text()))
    assert named <= {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"(?<=grader serve) --([a-z-]+)", text())) <= {"host", "new-staff-link"}


def test_guide_numbers_are_measured(tmp_path: Path) -> None:
    """All of ours, and no other."""
    database = Database(f"sqlite:///{tmp_path}/grader.sqlite3")
    migrate(database)
    known = {family.name for family in metrics.Stored(database).collect()}
    counted = text_string_to_metric_families(generate_latest(metrics.REGISTRY).decode())
    known |= {family.name for family in counted if family.name.startswith("grader_")}
    named = {name.removesuffix("_total") for name in re.findall(r"`(grader_[a-z_]+)", text())}
    assert named == known


def test_guide_kinds_of_messages_are_those_there_are() -> None:
    """Of webhooks."""
    assert set(re.findall(r"`((?:submission|grade)\.[a-z]+)`", text())) == set(webhooks.Kind)


@pytest.mark.slow
def test_backup_while_work_is_taken_comes_back(tmp_path: Path) -> None:
    """With all that was taken by then; what was being graded is graded again."""
    place = tmp_path / "grader.sqlite3"
    database = Database(f"sqlite:///{place}")
    migrate(database)
    submissions = handed_in(database, 10)
    with working(Queue(database), QuickBench(0.05)):
        until(lambda: states(database)[State.GRADED] >= 2)
        with sqlite3.connect(place) as source, sqlite3.connect(tmp_path / "backup.sqlite3") as copy:
            source.backup(copy)
    restored = Database(f"sqlite:///{tmp_path / 'backup.sqlite3'}")
    migrate(restored)
    before = states(restored)
    assert before.total() == 10
    with restored.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with working(Queue(restored), QuickBench()):  # which sees that those who were at work then are silent
        until(lambda: states(restored) == {State.GRADED: 10})
    assert_each_has_one_result(restored, submissions)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not here")
def test_dump_comes_back(database: Database, url: str, tmp_path: Path) -> None:
    """Into an empty place, as the guide says."""
    if database.is_sqlite:
        pytest.skip("has a backup of its own")
    submissions = handed_in(database, 10)
    (schema,) = re.findall(r"grader_test_[0-9a-f]+", url)
    dump = str(tmp_path / "grader.dump")
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", f"--schema={schema}", SERVER], check=True)
    with database.changing() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    subprocess.run(["pg_restore", f"--dbname={SERVER}", dump], check=True)
    migrate(database)
    with working(Queue(database), QuickBench()):
        until(lambda: states(database) == {State.GRADED: 10})
    assert_each_has_one_result(database, submissions)


if __name__ == "__main__":
    before, _, rest = text().partition(BEGIN)
    GUIDE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
