"""A batch of submissions that all fail, each in its way, leaves nothing: process, descriptor, memory or file.

GRADER_FAILING sets how many there are.
"""

import os
import sys
import tempfile
from collections import Counter
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from grader.assignment import Assignment, Limits, Problem
from grader.batch import grade_all
from grader.intake import Submission
from grader.sandbox.job import Source
from tests.process_tree import below, gone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc"),
]

SUBMISSIONS = int(os.environ.get("GRADER_FAILING", "800"))
WARM = 64
"""After so many, all that is opened once and kept is open."""

ASSIGNMENT = Assignment(
    id="a",
    title={"en": "a"},
    sha256="1" * 64,
    problems=(
        Problem(
            id="p",
            objective="||X W||_F^2",
            seed=0,
            shapes={"X": (3, 2), "W": (2, 2)},
            limits=Limits(cpu_seconds=20, wall_seconds=60, memory_mb=128, submission_seconds=120),
        ),
    ),
)
FAILURES = {
    "syntax": ("def grad_X(X, W: return", "rejected"),
    "import": ("raise RuntimeError('no')", "rejected"),
    "exit": ("import os; os._exit(0)", "rejected"),
    "missing": ("def grad_W(X, W): return 1", "missing"),
    "raise": ("def grad_X(X, W): raise ValueError(X)", "raised"),
    "shape": ("def grad_X(X, W): return X.T", "wrong_shape"),
    "leave": ("import os\ndef grad_X(X, W): os._exit(7)", "crashed"),
    "segfault": ("import signal\ndef grad_X(X, W): signal.raise_signal(signal.SIGSEGV)", "crashed"),
    "abort": ("import os\ndef grad_X(X, W): os.abort()", "crashed"),
    "memory": ("import torch\ndef grad_X(X, W): return torch.ones(1 << 28)", "out_of_memory"),
    "forbidden": ("import os\ndef grad_X(X, W): os.execv('/bin/true', ['true'])", "forbidden"),
    "autograd": ("def grad_X(X, W):\n    X.requires_grad_(); (X @ W).sum().backward(); return X.grad", "forbidden"),
    "flood": ("def grad_X(X, W): print('x' * 10**6)", "missing"),
    "descriptors": ("def grad_X(X, W):\n    import os\n    for _ in range(9999): os.dup(1)", "raised"),
    "threads": ("import threading, time\ndef grad_X(X, W):\n"
                "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()", "missing"),
}  # fmt: skip


def failing(count: int) -> list[Submission]:
    """No two are the same file."""
    kinds = list(FAILURES)
    return [
        Submission(
            f"{kinds[number % len(kinds)]}_{number}",
            (f"{number}.py",),
            Source({"work.py": f"{FAILURES[kinds[number % len(kinds)]][0]}\n# {number}\n".encode()}, "work.py"),
            f"{number:064}",
        )
        for number in range(count)
    ]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files would be."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 2])
def test_grade_all_failing_submissions_leave_nothing(jobs: int, temporary: Path) -> None:
    """What a few of them leave open is what many leave open, and when the batch is over nothing is left."""
    resource_tracker.ensure_running()  # Python's own helper, which stays for the next pool
    bystanders = {process.pid for process in below(os.getpid())}
    few = _held(WARM, jobs, bystanders)
    for (command, descriptors), count in few.items():
        print(f"{jobs} at a time: {count} of {command[:60]!r} with {descriptors} descriptors")
    assert _held(SUBMISSIONS, jobs, bystanders) == few
    assert os.listdir(temporary) == []


def _held(count: int, jobs: int, bystanders: set[int]) -> Counter[tuple[str, int]]:
    """What a batch of that many holds when all are graded: processes, of each its command and its descriptors."""
    open_before = os.listdir("/proc/self/fd")
    reports = grade_all(ASSIGNMENT, failing(count), jobs=jobs)
    for _ in range(count):
        report = next(reports)
        kind = report.submission.learner.partition("_")[0]
        found = "rejected" if report.status == "rejected" else report.gradients[0].verdict
        assert found == FAILURES[kind][1], report
    processes = [process for process in below(os.getpid()) if process.pid not in bystanders]
    assert [process for process in processes if process.state == "Z"] == []
    held = Counter((process.command, process.descriptors) for process in processes)
    held["ourselves", len(os.listdir("/proc/self/fd")) - len(open_before)] += 1
    reports.close()
    gone(bystanders)
    return held
