"""The whole way with the real sandbox: handed in, claimed, graded, killed in the middle, and graded to the end."""

import contextlib
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.language import Language
from grader.report import Report
from grader.service.assignments import load, publish
from grader.service.database import Database
from grader.service.handing_in import File, hand_in
from grader.service.queue import Queue
from grader.service.results import current, outcomes
from grader.service.stations import Stations
from grader.service.tables import Attempt, State
from grader.service.worker import Worker
from tests.process_tree import below, gone, heir
from tests.service.handed import ASSIGNMENT, RIGHT, assert_each_has_one_result, handed_in, learner, states
from tests.service.replica import LEASE_SECONDS, until, working

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")]


def test_worker_killed_while_it_grades_loses_nothing(database: Database, url: str) -> None:
    """Nor does it leave a process; another one grades what is left, and each gets what it earned."""
    submissions = handed_in(database, 100)
    before = {process.pid for process in below(os.getpid())}
    with heir():
        command = [sys.executable, "-m", "tests.service.test_real_grading", url]
        with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.getcwd()}) as process:
            until(lambda: states(database)[State.GRADED] >= 20)
            process.send_signal(signal.SIGKILL)
        gone(before)
    assert states(database)[State.GRADED] < 100
    stations = Stations(partial(load, database), jobs=2, allow_degraded=True)
    try:
        with working(Queue(database), stations, batch=16):
            until(lambda: states(database) == {State.GRADED: 100})
    finally:
        stations.close()
    assert_each_has_one_result(database, submissions)
    with database.reading() as session:
        assert set(session.scalars(select(Attempt.score))) == {2.0}
        report = Report.model_validate_json(session.scalars(select(Attempt.report)).first() or b"")
    assert report.assignment.id == "a"


def test_provided_module_and_language_reach_the_grading(database: Database) -> None:
    """What the teacher's file names can be imported, and the report speaks as it was asked to."""
    publish(database, ASSIGNMENT + b"provide: [helper.py]\n", "a.yaml", {"helper.py": b"two = 2\n"})
    work = File("s.py", b"from helper import two\n" + RIGHT.replace(b"2 *", b"two *"))
    submission = hand_in(database, "a", learner(database), [work], language=Language.zh_cn).submission_id
    stations = Stations(partial(load, database), jobs=1, allow_degraded=True)
    try:
        with working(Queue(database), stations):
            until(lambda: states(database) == {State.GRADED: 1})
    finally:
        stations.close()
    with database.reading() as session:
        assert [one.score for one in outcomes(session, "a")] == [2.0]
        attempt = current(session, submission)
        assert attempt is not None
        assert Report.model_validate_json(attempt.report or b"").language is Language.zh_cn


def test_zygote_killed_while_it_grades_is_no_grader_error(database: Database) -> None:
    """The sandbox makes another one."""
    submissions = handed_in(database, 60)
    stations = Stations(partial(load, database), jobs=1, allow_degraded=True)
    try:
        with working(Queue(database), stations, batch=16):
            until(lambda: states(database)[State.GRADED] >= 10)
            for process in below(os.getpid()):
                # All below the worker: keepers, zygotes and boxes.
                if "spawn_main" not in process.command and "resource_tracker" not in process.command:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process.pid, signal.SIGKILL)
            until(lambda: states(database) == {State.GRADED: 60})
    finally:
        stations.close()
    assert_each_has_one_result(database, submissions)


def _main(url: str) -> None:
    database = Database(url)
    stations = Stations(partial(load, database), jobs=2, allow_degraded=True)
    Worker(Queue(database), stations, batch=16, lease_seconds=LEASE_SECONDS, idle_seconds=0.01).run()


if __name__ == "__main__":
    assert Path("pyproject.toml").is_file(), "run where the tests can be found"
    _main(sys.argv[1])
