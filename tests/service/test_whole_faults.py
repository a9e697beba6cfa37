"""The whole service as processes, with its real sandbox, and whatever breaks: each submission has one result after all.

`test_faults` has the same for the queue alone, with many more; here it is what an operator starts that is killed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from grader.service.database import Database
from grader.service.schema import migrate
from grader.service.tables import State
from tests.process_tree import below, gone, heir
from tests.service.handed import assert_each_has_one_result, handed_in, states
from tests.service.replica import until
from tests.service.serving import Served, serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")]

FLAGS = ("--allow-degraded", "--no-web", "--jobs", "2", "--lease-seconds", "2")


def graded(database: Database, count: int) -> bool:
    """Whether nothing waits or runs any more."""
    return states(database) == {State.GRADED: count}


def begun(database: Database, count: int) -> None:
    """Wait until so many are graded, with others in the queue."""
    until(lambda: states(database)[State.GRADED] >= count)
    assert states(database)[State.QUEUED] > 0


def test_service_killed_with_300_queued_loses_nothing(database: Database, url: str, tmp_path: Path) -> None:
    """Nor leaves a process; the next start grades what is left."""
    submissions = handed_in(database, 300)
    before = {process.pid for process in below(os.getpid())}
    with heir():
        with serving(tmp_path, "--database", url, *FLAGS) as served:
            begun(database, 20)
            served.stop(signal.SIGKILL)
        gone(before)
    assert states(database)[State.GRADED] < 300
    with serving(tmp_path, "--database", url, *FLAGS) as served:
        until(lambda: graded(database, 300))
        assert served.stop() == 0
    assert_each_has_one_result(database, submissions)


def kill(served: Served, *, helpers: bool) -> None:
    """The processes that grade for a service; or those below them, zygotes and boxes."""
    for process in below(served.process.pid):
        command = process.command
        if "resource_tracker" not in command and ("spawn_main" in command) == helpers:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("helpers", [True, False], ids=["worker process", "zygote and box"])
def test_process_that_grades_killed_is_no_grader_error(
    database: Database, url: str, tmp_path: Path, helpers: bool
) -> None:
    """Another one takes its place, and its attempts."""
    submissions = handed_in(database, 60)
    with serving(tmp_path, "--database", url, *FLAGS) as served:
        begun(database, 5)
        kill(served, helpers=helpers)
        until(lambda: graded(database, 60))
    assert_each_has_one_result(database, submissions)


def test_one_of_two_services_killed_loses_nothing(database: Database, url: str, tmp_path: Path) -> None:
    """The other one sees that it is silent, and does its work."""
    submissions = handed_in(database, 80)
    with (
        serving(tmp_path / "one", "--database", url, *FLAGS),
        serving(tmp_path / "two", "--database", url, *FLAGS) as victim,
    ):
        begun(database, 10)
        victim.stop(signal.SIGKILL)
        until(lambda: graded(database, 80))
    assert_each_has_one_result(database, submissions)


def test_clock_that_differs_by_hours_takes_nothing_from_anybody(database: Database, url: str, tmp_path: Path) -> None:
    """A replica that lives tomorrow grades beside ours, and neither thinks that the other is gone."""
    submissions = handed_in(database, 40)
    (tmp_path / "sitecustomize.py").write_text(TOMORROW)
    path = f"{tmp_path}{os.pathsep}{os.getcwd()}"
    with (
        serving(tmp_path / "one", "--database", url, *FLAGS),
        serving(tmp_path / "two", "--database", url, *FLAGS, PYTHONPATH=path) as ahead,
    ):
        until(lambda: graded(database, 40))
        assert ahead.stop() == 0
    assert_each_has_one_result(database, submissions)
    with database.reading() as session:
        fences = set(session.scalars(text("SELECT fence FROM attempts")))
        days = set(session.scalars(text("SELECT DISTINCT substr(CAST(finished_at AS text), 1, 10) FROM attempts")))
    assert fences == {1}
    assert len(days) == 2


TOMORROW = """
import datetime, time
class Ahead(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(hours=30)
datetime.datetime = Ahead
now = time.time
time.time = lambda: now() + 30 * 3600
"""


def test_lost_connections_lose_nothing(database: Database, url: str, tmp_path: Path) -> None:
    """An administrator ends them all, again and again; nothing is graded twice in the record."""
    if database.is_sqlite:
        pytest.skip("a file has no connection that could be lost")
    submissions = handed_in(database, 40)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'"
    with serving(tmp_path, "--database", f"{url}&application_name=victim", *FLAGS) as served:
        while not graded(database, 40):
            with database.reading() as session:
                session.execute(text(others))
            time.sleep(0.2)
        assert served.stop() == 0
    assert_each_has_one_result(database, submissions)


def test_full_disk_loses_nothing(tmp_path: Path) -> None:
    """The service waits for room, with its results in its hands."""
    with small_disk(tmp_path / "disk") as disk:
        database = Database(f"sqlite:///{disk}/grader.sqlite3")
        migrate(database)
        submissions = handed_in(database, 80)
        database.close()  # what was written ahead would be room that is there already
        with serving(tmp_path, "--database", f"sqlite:///{disk}/grader.sqlite3", *FLAGS) as served:
            begun(database, 5)
            ballast = disk / "ballast"
            fill(ballast)
            until(lambda: "database or disk is full" in served.logged)
            assert states(database)[State.QUEUED] > 0
            time.sleep(1.0)
            ballast.unlink()
            until(lambda: graded(database, 80))
            assert served.stop() == 0
        assert_each_has_one_result(database, submissions)
        database.close()


def fill(file: Path) -> None:
    """To the last block."""
    with suppress(OSError), file.open("ab", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """One of some megabytes, in memory."""
    place.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", place], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("no file system can be mounted here; test_faults has a limit of SQLite's own")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
