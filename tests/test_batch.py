"""Many submissions: here or on workers the reports are the same, and a worker that dies costs nobody anything."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import replace
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest

from grader import __version__, batch, crew
from grader.assignment import Assignment, Problem
from grader.batch import Order, accept_any, doubtful, grade_all, leave, the_report, work
from grader.crew import Crew, here
from grader.errors import AuthorError, SandboxError
from grader.intake import Member, Submission
from grader.language import Language, speaking, spoken
from grader.preparation import prepare
from grader.report import ReasonReport, Report
from grader.sandbox import Isolation, PlainSandbox
from grader.sandbox.job import Outcome, Plan, Run, Source, TimedOut
from tests.example_reports import FAILED, REJECTED

Limit: TypeAlias = Literal["cpu_seconds", "wall_seconds", "submission_seconds"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")

ASSIGNMENT = Assignment(
    id="a",
    title={"en": "a"},
    sha256="1" * 64,
    problems=(Problem(id="p", objective="||X W||_F^2", seed=0, shapes={"X": (3, 2), "W": (2, 2)}, framework="numpy"),),
)
RIGHT = b"def grad_X(X, W): return 2 * X @ W @ W.T\ndef grad_W(X, W): return 2 * X.T @ X @ W\n"
WRONG = b"def grad_X(X, W): return X @ W @ W.T\ndef grad_W(X, W): return 2 * X.T @ X @ W\n"


def submissions(count: int) -> list[Submission]:
    """Every third is wrong."""
    return [
        Submission(f"s{i:03}", (f"s{i}.py",), Source({"s.py": WRONG if i % 3 == 0 else RIGHT}, "s.py"), f"{i:064}")
        for i in range(count)
    ]


def scores(reports: list[Report]) -> dict[str, float | None]:
    return {report.submission.learner: report.score for report in reports}


EXPECTED = {f"s{i:03}": 1.0 if i % 3 == 0 else 2.0 for i in range(12)}


@pytest.mark.parametrize("jobs", [None, 2])
def test_grade_all_every_submission_has_its_own_report(jobs: int | None) -> None:
    """However many workers there are, each submission gets what it earned, once."""
    reports = list(grade_all(ASSIGNMENT, submissions(12), jobs=jobs))
    assert len(reports) == 12
    assert scores(reports) == EXPECTED


def test_grade_all_isolation_is_judged_before_anything_is_graded() -> None:
    """Whoever refuses what the machine has gets no report at all."""

    def refuse(isolation: Isolation) -> None:
        raise SandboxError(f"not at {isolation.level}")

    with pytest.raises(SandboxError, match="not at none"):
        next(grade_all(ASSIGNMENT, submissions(1), mode="none", accept=refuse))


def test_grade_all_closed_early_leaves_no_process() -> None:
    """A batch that is given up ends its workers and their zygotes."""
    before = set(descendants(os.getpid()))
    reports = grade_all(ASSIGNMENT, submissions(12), jobs=2)
    next(reports)
    below = set(descendants(os.getpid())) - before
    assert below
    reports.close()
    assert_gone(below)


@pytest.mark.slow
def test_grade_all_killed_leaves_no_process(tmp_path: Path) -> None:
    """Workers, their zygotes and Python's own helper end with a parent that can no longer end them."""
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, time\n"
        "from tests.test_batch import ASSIGNMENT, grade_all, submissions\n"
        "if __name__ == '__main__':\n"
        "    reports = grade_all(ASSIGNMENT, submissions(12), jobs=2)\n"
        "    next(reports)\n"
        "    print('started', flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        below = descendants(process.pid)
        assert len(below) >= 4
        process.kill()
    assert_gone(below)


@pytest.mark.parametrize(
    "delay", [pytest.param("0", marks=pytest.mark.slow), "0.1", pytest.param("0.3", marks=pytest.mark.slow)]
)
def test_grade_all_interrupted_while_workers_start_says_nothing(delay: str, tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group; a worker that is still importing has nothing to say about it."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os, signal, sys, threading, time\n"
        "from tests.test_batch import ASSIGNMENT, children, command, grade_all, submissions\n"
        "def interrupt():\n"
        "    while not any('spawn_main' in command(child) for child in children(os.getpid())):\n"
        "        time.sleep(0.01)\n"
        "    time.sleep(float(sys.argv[1]))\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "if __name__ == '__main__':\n"
        "    threading.Thread(target=interrupt).start()\n"
        "    try:\n"
        "        list(grade_all(ASSIGNMENT, submissions(500), jobs=2))\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, str(program), delay],
        capture_output=True,
        text=True,
        env=environment,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


@pytest.mark.slow
def test_grade_all_killed_worker_costs_nobody_anything() -> None:
    """What a worker had not finished is graded by others."""
    reports = grade_all(ASSIGNMENT, submissions(12), jobs=2)
    found = [next(reports)]
    worker = next(pid for pid in children(os.getpid()) if "spawn_main" in command(pid))
    os.kill(worker, signal.SIGKILL)
    found += reports
    assert scores(found) == EXPECTED
    assert len(found) == 12


class Losing(Executor):
    """Workers that die of whatever they are given."""

    def submit(self, *_: object, **__: object) -> Future[Any]:  # type: ignore[override]
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool())
        return future


def test_grade_all_submission_lost_each_time_is_a_grader_error() -> None:
    """After the last try there is a report without a score, not an exception and not a zero."""
    losing = Crew(Losing(), workers=lambda: 2, lost=(BrokenProcessPool,))
    reports = list(grade_all(ASSIGNMENT, submissions(2), by=nullcontext(losing)))
    assert [(report.status, report.score) for report in reports] == [("grader_error", None)] * 2


@pytest.mark.slow
def test_grade_all_worker_that_never_stands_is_a_grader_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is lost with its workers like any other."""
    monkeypatch.setattr(crew, "_start", _exit)
    reports = list(grade_all(ASSIGNMENT, submissions(2), jobs=2))
    assert [(report.status, report.score) for report in reports] == [("grader_error", None)] * 2


# ----- what is not believed at once -----


def deadly(report: Report, members: Sequence[Member]) -> Report:
    """The report, but a worker process that makes that of one submission dies."""
    if report.submission.learner == "s007" and parent_process() is not None:
        os._exit(1)
    return report


@pytest.mark.slow
def test_grade_all_submission_that_kills_its_workers_is_the_only_grader_error() -> None:
    """Those that were only near, in its chunk or in another worker, get what they earned."""
    reports = list(grade_all(ASSIGNMENT, submissions(40), made=deadly, jobs=2))
    assert len(reports) == 40
    expected: dict[str, float | None] = {f"s{i:03}": 1.0 if i % 3 == 0 else 2.0 for i in range(40)}
    assert scores(reports) == {**expected, "s007": None}
    assert {report.submission.learner for report in reports if report.status == "grader_error"} == {"s007"}


class Busy:
    """A sandbox that reaches a limit on time in some of its runs."""

    def __init__(self, limits: Sequence[Limit | None]) -> None:
        self._inner = PlainSandbox("numpy")
        self._limits = iter(limits)
        self.isolation = self._inner.isolation
        self.ran: list[bytes] = []

    def run(self, source: Source, plan: Plan) -> Run:
        self.ran.append(source.modules[source.main][-3:])
        if (limit := next(self._limits, None)) is None:
            return self._inner.run(source, plan)
        return Run(tuple(Outcome((TimedOut(limit),)) for box in plan.boxes for _ in box.calls))

    def close(self) -> None: ...

    def __enter__(self) -> "Busy":
        return self

    def __exit__(self, *_: object) -> None: ...


def named(count: int) -> list[Submission]:
    """Right ones that end with their number."""
    return [
        Submission(f"s{i}", (f"s{i}.py",), Source({"s.py": RIGHT + f"#{i:02}".encode()}, "s.py"), f"{i:064}")
        for i in range(count)
    ]


def faulty(report: Report, members: Sequence[Member]) -> Report:
    """The report, but that of one submission brings a mistake of ours to light."""
    if report.submission.learner == "s001" and report.status == "graded":
        raise ZeroDivisionError("a sum of nothing")
    return report


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_grade_all_mistake_of_ours_costs_one_and_not_the_class(jobs: int) -> None:
    """It is a grader error that says what happened."""
    reports = {one.submission.learner: one for one in grade_all(ASSIGNMENT, submissions(12), made=faulty, jobs=jobs)}
    assert scores(list(reports.values())) == {**EXPECTED, "s001": None}
    assert reports["s001"].gradients[0].cases[0].what == "ZeroDivisionError: a sum of nothing"


class Breaking(Busy):
    """A sandbox that is gone at its first run."""

    def run(self, source: Source, plan: Plan) -> Run:
        if not self.ran:
            self.ran.append(b"")
            raise SandboxError("no processes left")
        return super().run(source, plan)


def test_grade_all_sandbox_that_breaks_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what ran in it runs again."""
    breaking = Breaking([])
    opened: list[str] = []

    def open_sandbox(framework: str, isolation: str) -> Breaking:
        opened.append(framework)
        return breaking

    monkeypatch.setattr(batch, "open_sandbox", open_sandbox)
    assert scores(list(grade_all(ASSIGNMENT, named(3)))) == {"s0": 2.0, "s1": 2.0, "s2": 2.0}
    assert opened == ["numpy", "numpy"]


def refuse(isolation: Isolation) -> None:
    raise SandboxError(f"not at {isolation.level}")


@pytest.mark.slow
def test_grade_all_isolation_is_judged_by_each_worker() -> None:
    """Where it is, and before anything is graded there."""
    with pytest.raises(SandboxError, match="not at none"):
        next(grade_all(ASSIGNMENT, submissions(12), mode="none", accept=refuse, jobs=2))


def test_work_of_another_version_is_refused() -> None:
    """Reports of one class come from one grader."""
    order = Order(ASSIGNMENT, "none", accept_any, the_report, "0.0")
    with pytest.raises(AuthorError) as error:
        work(order, submissions(1))
    assert str(error.value) == (
        f"a worker has version {__version__} of the grader and here it is 0.0; expected the same everywhere"
    )


def test_work_is_done_in_the_language_of_the_order() -> None:
    """Whatever is spoken where the worker is."""
    order = Order(ASSIGNMENT, "none", accept_any, the_report, __version__, Language.zh_cn)
    try:
        (done,) = work(order, submissions(1))
    finally:
        leave()
    assert done.made is not None
    assert done.made.environment["language"] == "zh-CN"
    assert done.made.warnings[0].message == "评分时的隔离级别是 none，提交的代码能做的事比应有的多。"
    assert spoken() is Language.en


@pytest.mark.slow
def test_grade_all_workers_speak_as_who_orders() -> None:
    """Other processes, too."""
    with speaking(Language.zh_cn):
        reports = list(grade_all(ASSIGNMENT, submissions(2), jobs=2))
    assert [report.environment["language"] for report in reports] == ["zh-CN", "zh-CN"]


def test_work_that_takes_long_is_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is graded is known, and nobody waits behind it."""
    monkeypatch.setattr(batch, "PATIENCE_SECONDS", 0.0)
    order = Order(ASSIGNMENT, "none", accept_any, the_report, __version__)
    try:
        assert [one.made and one.made.score for one in work(order, submissions(3))] == [1.0]
    finally:
        leave()
    with here() as alone:
        chunks = nullcontext(replace(alone, chunk=8))
        assert scores(list(grade_all(ASSIGNMENT, submissions(12), by=chunks))) == EXPECTED


@pytest.mark.parametrize(
    ("limits", "ran", "verdicts"),
    [
        (["wall_seconds"], ["#00", "#01", "#02", "#00"], {"s0": "correct", "s1": "correct", "s2": "correct"}),
        (["submission_seconds"], ["#00", "#01", "#02", "#00"], {"s0": "correct", "s1": "correct", "s2": "correct"}),
        (["cpu_seconds"], ["#00", "#01", "#02"], {"s0": "timed_out", "s1": "correct", "s2": "correct"}),
        (
            [None, "wall_seconds", None, "wall_seconds"],
            ["#00", "#01", "#02", "#01"],
            {"s0": "correct", "s1": "timed_out", "s2": "correct"},
        ),
    ],
    ids=["once", "in all", "cpu", "twice"],
)
def test_grade_all_wall_time_counts_only_when_alone(
    monkeypatch: pytest.MonkeyPatch, limits: list[Limit | None], ran: list[str], verdicts: dict[str, str]
) -> None:
    """A limit that may have been reached because of others is tried once more after them; CPU time is one's own."""
    busy = Busy(limits)
    monkeypatch.setattr(batch, "open_sandbox", lambda framework, isolation: busy)
    reports = list(grade_all(ASSIGNMENT, named(3)))
    assert [one.decode() for one in busy.ran] == ran
    assert {report.submission.learner: report.gradients[0].verdict for report in reports} == verdicts


def test_doubtful_import_is_that_on_the_wall() -> None:
    """An import that ran out of CPU time did so by itself."""
    prepared = prepare(ASSIGNMENT)
    reason = ReasonReport(code="timed_out", message="the import reached the limit on wall_seconds")
    slow = REJECTED.model_copy(update={"reason": reason, "timing": {"cpu_seconds": 0.3}})
    assert doubtful(slow, prepared)
    assert not doubtful(slow.model_copy(update={"timing": {"cpu_seconds": 10.01}}), prepared)
    assert not doubtful(REJECTED.model_copy(update={"timing": {"cpu_seconds": 0.3}}), prepared)
    assert doubtful(FAILED, prepared)


# ----- processes -----


def _exit() -> None:
    os._exit(1)


def assert_gone(processes: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in processes if alive(pid)] == []


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def descendants(pid: int) -> list[int]:
    # Python's own helper of `multiprocessing` stays for the next pool.
    below = [child for child in children(pid) if alive(child) and "resource_tracker" not in command(child)]
    return below + [further for child in below for further in descendants(child)]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
