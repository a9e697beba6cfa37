"""A real Dask cluster: the same reports as here, whoever of it dies."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import parent_process
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader import __version__, cluster
from grader.batch import grade_all
from grader.cluster import joined
from grader.commands.app import app
from grader.errors import AuthorError, SandboxError
from grader.intake import Member
from grader.report import Report, dump
from tests.test_batch import ASSIGNMENT, refuse, scores, submissions

WORKERS = 2
SECONDS = 60.0


class Cluster:
    """A scheduler and its workers, each a process of its own, which are ended one by one."""

    def __init__(self, folder: Path, *options: str, workers: int = WORKERS) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        self._environment = environment
        self._processes: list[subprocess.Popen[bytes]] = []
        known = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(known))
        _wait(lambda: known.exists() and known.read_text().endswith("}"))
        self.address: str = json.loads(known.read_text())["address"]
        own = ("--nthreads", "1", "--local-directory", str(folder), *options)
        self.workers = [self._start("worker", self.address, *own) for _ in range(workers)]

    def _start(self, kind: str, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", kind, *arguments, "--no-dashboard"]
        process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        )
        self._processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Cluster]:
    """Workers that stay dead."""
    started = Cluster(tmp_path, "--no-nanny")
    yield started
    started.close()


@pytest.fixture
def nursed(tmp_path: Path) -> Iterator[Cluster]:
    """Workers that are started again."""
    started = Cluster(tmp_path)
    yield started
    started.close()


def lasting(reports: Sequence[Report]) -> dict[str, bytes]:
    """The bytes of the reports, without what may differ."""
    return {one.submission.learner: dump(one.model_copy(update={"timing": {}, "environment": {}})) for one in reports}


@pytest.mark.slow
def test_cluster_with_a_worker_killed_gives_the_local_reports(workers: Cluster) -> None:
    """Byte for byte; what the dead one had is graded by the other."""
    expected = lasting(list(grade_all(ASSIGNMENT, submissions(200), jobs=2)))
    reports = grade_all(ASSIGNMENT, submissions(200), by=joined(workers.address))
    found = [next(reports) for _ in range(60)]
    workers.workers[0].send_signal(signal.SIGKILL)
    workers.workers[0].wait()
    found += reports
    assert len(found) == 200
    assert lasting(found) == expected
    with pytest.raises(SandboxError, match="not at none"):
        list(grade_all(ASSIGNMENT, submissions(3), mode="none", accept=refuse, by=joined(workers.address)))


def deadly(report: Report, members: Sequence[Member]) -> Report:
    """The report, but a worker that makes that of one submission dies."""
    if report.submission.learner == "s007" and parent_process() is not None:
        os._exit(1)
    return report


@pytest.mark.slow
def test_cluster_submission_that_kills_its_workers_is_the_only_grader_error(nursed: Cluster) -> None:
    """Its neighbours get what they earned."""
    reports = list(grade_all(ASSIGNMENT, submissions(40), made=deadly, by=joined(nursed.address)))
    expected: dict[str, float | None] = {f"s{i:03}": 1.0 if i % 3 == 0 else 2.0 for i in range(40)}
    assert scores(reports) == {**expected, "s007": None}
    assert {report.submission.learner for report in reports if report.status == "grader_error"} == {"s007"}


@pytest.mark.slow
def test_cluster_grades_from_the_command_line(
    workers: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it within a second; run again it goes on; without a scheduler there is one line."""
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text('objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [3, 2], W: [2, 2]}\nframework: numpy\n')
    Path("class").mkdir()
    for one in submissions(300):
        source = one.source
        assert not isinstance(source, Exception)
        Path(f"class/{one.learner}.py").write_bytes(source.modules["s.py"])
    command = [sys.executable, "-m", "grader", "grade", "a.yaml", "class", "--cluster", workers.address]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        _wait(lambda: len(list(Path("reports").glob("s*.json"))) > 20)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    done = len(list(Path("reports").glob("s*.json")))
    said = f"grader: interrupted; {done} of 300 reports are in reports\n"
    assert (process.returncode, out, err) == (130, "", said)
    assert time.monotonic() - start < 1.5
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stderr) == (0, "")
    assert f"{done} of 300 were graded before" in again.stdout
    workers.scheduler.kill()
    workers.scheduler.wait()
    gone = subprocess.run([*command, "--regrade"], capture_output=True, text=True, check=False)
    assert (gone.returncode, gone.stdout) == (2, "")
    assert gone.stderr == (
        f"grader: no scheduler of a Dask cluster answers at {workers.address}: "
        f"Timed out trying to connect to {workers.address} after 5 s\n"
    )


@pytest.mark.slow
def test_cluster_whose_scheduler_dies_is_told(workers: Cluster) -> None:
    """At once, and as nobody's wrong usage."""
    reports = grade_all(ASSIGNMENT, submissions(500), by=joined(workers.address))
    next(reports)
    workers.scheduler.kill()
    with pytest.raises(SandboxError) as error:
        list(reports)
    assert str(error.value) == "the workers are gone; what they graded is kept, so run the same again"


@pytest.mark.slow
def test_cluster_without_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to start some."""
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 1)
    lonely = Cluster(tmp_path, workers=0)
    try:
        with pytest.raises(AuthorError) as error, joined(lonely.address):
            pass
    finally:
        lonely.close()
    assert str(error.value) == (
        f"the cluster at {lonely.address} has no worker; start some with: dask worker {lonely.address}"
    )


@pytest.mark.slow
def test_cluster_of_another_version_is_refused(workers: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent there."""
    monkeypatch.setattr(cluster, "__version__", "9.9")
    with pytest.raises(AuthorError) as error, joined(workers.address):
        pass
    said = str(error.value)
    assert said.startswith("the worker tcp://127.0.0.1:")
    assert said.endswith(f" has version {__version__} of the grader, and here it is 9.9; expected the same there")


def _grade(tmp_path: Path, *options: str) -> tuple[int, str]:
    (tmp_path / "a.yaml").write_text('objective: "||W||_F^2"\nseed: 0\nshapes: {W: [2, 2]}\n')
    (tmp_path / "ann.py").write_text("def grad_W(W): return 2 * W\n")
    arguments = ["grade", str(tmp_path / "a.yaml"), str(tmp_path / "ann.py"), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*arguments, "--cluster", "tcp://127.0.0.1:1", *options])
    return done.exit_code, done.stderr


def test_cluster_without_dask_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setattr("signal.signal", lambda number, action: None)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert _grade(tmp_path) == (2, "grader: --cluster needs Dask: pip install 'gradient-grader[cluster]'\n")


def test_cluster_and_jobs_exclude_each_other(tmp_path: Path) -> None:
    """One is here, the other is there."""
    assert _grade(tmp_path, "--jobs", "2") == (
        2,
        "grader: --jobs counts workers of this machine, and --cluster takes those of others\n",
    )
