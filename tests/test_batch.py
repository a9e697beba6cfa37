"""Many submissions: here or on workers the reports are the same, and a worker that dies costs nobody anything."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import crew
from grader.assignment import Assignment, Problem
from grader.batch import grade_all
from grader.errors import SandboxError
from grader.intake import Submission
from grader.report import Report
from grader.sandbox import Isolation
from grader.sandbox.job import Source

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


@pytest.mark.parametrize("jobs", [None, 1, 2])
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


def test_grade_all_interrupted_while_workers_start_says_nothing(tmp_path: Path) -> None:
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
    for delay in ("0", "0.1", "0.3"):
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


def test_grade_all_killed_worker_costs_nobody_anything() -> None:
    """What a worker had not finished is graded by others."""
    reports = grade_all(ASSIGNMENT, submissions(12), jobs=2)
    found = [next(reports)]
    worker = next(pid for pid in children(os.getpid()) if "spawn_main" in command(pid))
    os.kill(worker, signal.SIGKILL)
    found += reports
    assert scores(found) == EXPECTED
    assert len(found) == 12


def test_grade_all_worker_that_never_stands_is_a_grader_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last try there is a report without a score, not an exception and not a zero."""
    monkeypatch.setattr(crew, "_start", _exit)
    reports = list(grade_all(ASSIGNMENT, submissions(2), jobs=2))
    assert [(report.status, report.score) for report in reports] == [("grader_error", None)] * 2


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
