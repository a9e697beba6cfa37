"""A run of `grader grade` that is killed or interrupted, again and again: nothing is lost, left or done twice."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.report import Report
from tests.process_tree import below, gone, heir

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc"),
]

SUBMISSIONS = 200
KILLS = 10
SEED = int(os.environ.get("GRADER_SEED", "20240611"))
ASSIGNMENT = 'objective: "||max(X W, 0) - Y||_F^2"\nseed: 0\nshapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}\n'
RIGHT = """
import time
time.sleep(0.02)

def grad_X(X, W, Y):
    return 2 * (X @ W > 0) * ((X @ W).clamp(min=0) - Y) @ W.T

def grad_W(X, W, Y):
    return X.T @ (2 * (X @ W > 0) * ((X @ W).clamp(min=0) - Y))

def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
"""
KINDS = {
    "right": (RIGHT, 3.0),
    "factor": (RIGHT.replace("return 2 * (Y", "return (Y"), 2.0),
    "crash": (RIGHT.replace("return X.T", "import os; os.abort(); return X.T"), 2.0),
    "syntax": (RIGHT.replace("def grad_X(", "def grad_X("[:-1]), 0.0),
}


@dataclass(frozen=True)
class Class:
    """A class on disk, its reports, and runs that grade it."""

    folder: Path
    scores: dict[str, float]
    bystanders: frozenset[int]
    """Processes below ours that belong to other tests."""

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def start(self) -> "subprocess.Popen[str]":
        """A run in a process group of its own, with a pool of workers on every machine."""
        command = [sys.executable, "-m", "grader", "grade", "relu.yaml", "class", "--jobs", "2"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, text=True, start_new_session=True, **pipes)

    def done(self) -> list[Path]:
        """The reports that are there."""
        return [path for path in self.reports.glob("*.json") if path.name != "summary.json"]

    def wait_for(self, count: int, process: "subprocess.Popen[str]") -> None:
        """Until that many reports are there, or the run has ended."""
        deadline = time.monotonic() + 120
        while len(self.done()) < count and process.poll() is None:
            assert time.monotonic() < deadline, f"{len(self.done())} of {count} reports after two minutes"
            time.sleep(0.01)

    def seen(self) -> dict[str, tuple[bytes, int]]:
        """The reports that are there, each whole and right: their bytes and when they were written."""
        found = {}
        for path in self.done():
            data = path.read_bytes()
            report = Report.model_validate_json(data)
            assert report.submission.learner == path.stem
            assert report.score == self.scores[path.stem], report
            assert path.with_suffix(".html").read_bytes().rstrip().endswith(b"</html>")
            found[path.stem] = (data, path.stat().st_mtime_ns)
        for path in (self.reports / "summary.json", self.reports / "index.html", self.reports / "gradebook.csv"):
            if path.exists():
                self._assert_whole(path)
        return found

    def finish(self) -> str:
        """Run to the end, and what that says."""
        with self.start() as process:
            out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        return out

    def _assert_whole(self, path: Path) -> None:
        if path.suffix == ".json":
            assert json.loads(path.read_bytes())["submissions"] == SUBMISSIONS
        elif path.suffix == ".csv":
            assert len(path.read_text("utf-8").splitlines()) == SUBMISSIONS + 1
        else:
            assert path.read_bytes().rstrip().endswith(b"</html>")


@pytest.fixture
def graded(tmp_path: Path) -> Iterator[Class]:
    """A class of right, wrong, crashing and broken submissions, none of which is graded yet."""
    (tmp_path / "relu.yaml").write_text(ASSIGNMENT)
    (tmp_path / "class").mkdir()
    scores = {}
    for number in range(SUBMISSIONS):
        kind = list(KINDS)[number % len(KINDS)]
        learner = f"{kind}_{number:03}"
        source, scores[learner] = KINDS[kind]
        (tmp_path / "class" / f"{learner}.py").write_text(f"{source}# {number}\n")
    with heir():
        yield Class(tmp_path, scores, frozenset(process.pid for process in below(os.getpid())))


def test_grade_killed_ten_times_resumes_to_the_same_reports(graded: Class) -> None:
    """SIGKILL while it starts, grades and finishes: reports are whole and kept by the next run, and nothing runs on."""
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    before: dict[str, tuple[bytes, int]] = {}
    killed = 0
    for turn in range(KILLS):
        with graded.start() as process:
            # First while it starts; then after a tenth more each time; at last while it writes the page of the class.
            if turn == 0:
                time.sleep(rng.uniform(0.0, 3.0))
            else:
                graded.wait_for(int(SUBMISSIONS * min(1, (turn + rng.uniform(-0.5, 0.5)) / (KILLS - 2))), process)
                time.sleep(rng.uniform(0.0, 0.3 if turn == KILLS - 1 else 0.05))
            most = len(below(process.pid))
            killed += process.poll() is None
            process.kill()
            _, err = process.communicate()
        assert "Traceback" not in err, err
        seconds = gone(set(graded.bystanders))
        after = graded.seen()
        print(f"kill {turn}: {len(after)} reports, {most} processes below it gone after {seconds:.3f} s")
        assert after.items() >= before.items()
        before = after
    assert killed >= KILLS - 1
    assert len(before) > 0
    assert len(list(graded.reports.glob(".*.tmp"))) <= KILLS
    for path in graded.reports.glob(".*.tmp"):
        os.utime(path, (0, 0))

    out = graded.finish()
    after = graded.seen()
    assert after.items() >= before.items()
    assert after.keys() == graded.scores.keys()
    kept = re.search(r"^(\d+) of 200 were graded before and are unchanged", out, re.MULTILINE)
    assert kept is not None
    assert int(kept[1]) == len(before)
    assert {path.name for path in graded.reports.iterdir()} == {
        *(f"{learner}.{suffix}" for learner in graded.scores for suffix in ("json", "html")),
        "summary.json", "gradebook.csv", "index.html",
    }  # fmt: skip
    gone(set(graded.bystanders))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_grade_interrupted_ends_at_once_and_resumes(graded: Class, share: float) -> None:
    """Ctrl-C, which the whole group gets, is one line and 130 within a second; the next run does the rest."""
    with graded.start() as process:
        graded.wait_for(int(share * SUBMISSIONS) + 1, process)
        start = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - start
    print(f"interrupted at {share:.0%}: ended after {seconds:.3f} s")
    before = graded.seen()
    said = f"grader: interrupted; {len(before)} of {SUBMISSIONS} reports are in reports\n"
    assert (process.returncode, out, err) == (130, "", said)
    assert seconds < 5
    gone(set(graded.bystanders))
    assert list(graded.reports.glob(".*.tmp")) == []

    graded.finish()
    after = graded.seen()
    assert after.items() >= before.items()
    assert after.keys() == graded.scores.keys()
