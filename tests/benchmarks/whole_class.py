"""What grading a whole class costs: `python -m tests.benchmarks.whole_class` runs the real command, page and all.

    rate        submissions a second, of the whole run and from the first report on
    bare        a warm process forks, runs the same functions and exits, as in `tests.benchmarks.batch`
    trusted     the processes that hold answers: the command and its workers; their largest memory, added up
    linearity   the same with more submissions: how the time grows, and the trusted memory

The submissions are right answers to `relu_frobenius`, no two of them the same file.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from grader.assignment_file import load
from grader.preparation import Prepared, prepare
from tests.benchmarks.batch import RIGHT, Bare, seconds
from tests.process_tree import Process, below

ASSIGNMENT = Path(__file__).parents[2] / "assignments" / "relu_frobenius.yaml"
LOOK_SECONDS = 0.05
ROUNDS = 5


@dataclass
class Seen:
    """The most that was seen of a run while it ran."""

    wall: float = 0.0
    first: float = 0.0
    """When the first report was there."""
    peaks: dict[int, int] = field(default_factory=dict)
    """Of each trusted process, its largest memory in KiB."""
    descriptors: int = 0
    processes: int = 0
    zombies: int = 0

    @property
    def trusted_mb(self) -> float:
        return sum(self.peaks.values()) / 1024


def graded(folder: Path, count: int, jobs: int) -> Seen:
    """Grade the submissions of a folder into a new one, watched from outside."""
    seen = Seen()
    with tempfile.TemporaryDirectory() as output, tempfile.TemporaryFile() as said:
        reports = Path(output, "reports")
        command = [sys.executable, "-m", "grader", "grade", str(ASSIGNMENT), str(folder), "-o", str(reports)]
        start = time.perf_counter()
        with subprocess.Popen([*command, "-j", str(jobs)], stdout=said, stderr=said) as process:
            while process.poll() is None:
                _look(process.pid, seen)
                if not seen.first and any(reports.glob("*.json")):
                    seen.first = time.perf_counter() - start
                time.sleep(LOOK_SECONDS)
        seen.wall = time.perf_counter() - start
        said.seek(0)
        assert process.returncode == 0, said.read()[-4000:]
        summary = json.loads((reports / "summary.json").read_bytes())
        assert summary["submissions"] == count == len(list(reports.glob("*.html"))) - 1
        report = json.loads(next(reports.glob("learner_*.json")).read_bytes())
        assert report["score"] == report["max_score"], report
        print(f"    isolation {report['isolation']['level']}")
    return seen


def _look(pid: int, seen: Seen) -> None:
    children = below(pid)
    trusted = [pid, *(child.pid for child in children if "spawn_main" in child.command)]
    for one in trusted:
        with contextlib.suppress(OSError, IndexError):
            status = Path(f"/proc/{one}/status").read_text()
            peak = int(status.partition("VmHWM:")[2].split()[0])
            seen.peaks[one] = max(peak, seen.peaks.get(one, 0))
    ours = Process(pid, 0, 0, "")
    seen.descriptors = max(seen.descriptors, ours.descriptors + sum(child.descriptors for child in children))
    seen.processes = max(seen.processes, len(children))
    seen.zombies = max(seen.zombies, sum(child.state == "Z" for child in children))


def fill(folder: Path, count: int) -> None:
    """That many submissions."""
    for number in range(count):
        Path(folder, f"learner_{number:06}.py").write_bytes(RIGHT + f"# {number}\n".encode())


def bare_fork(prepared: Prepared, count: int, jobs: int) -> float:
    """Seconds for a bare fork, with as many processes forking at a time as there are workers."""
    forking = [Bare(prepared, count // jobs) for _ in range(jobs)]

    def forks() -> None:
        for one in forking:
            one.tell(b"\n")
        for one in forking:
            one.hear()

    found = median(seconds(forks) for _ in range(ROUNDS)) / (count // jobs * jobs)
    for one in forking:
        one.process.communicate()
    return found


def measured(count: int, jobs: int, prepared: Prepared) -> Seen:
    """Grade that many, between bare forks, and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), count)
        print(f"{count} submissions, {jobs} at a time, all reports and pages written")
        before = bare_fork(prepared, 500, jobs)
        seen = graded(Path(folder), count, jobs)
        bare = (before + bare_fork(prepared, 500, jobs)) / 2
    grading = seen.wall - seen.first
    print(
        f"    {seen.wall:.2f} s, {count / seen.wall:.0f} a second; "
        f"without the {seen.first:.2f} s to the first report {count / grading:.0f} a second\n"
        f"    {seen.wall / count / bare:.2f} times a bare fork ({1e3 * bare:.2f} ms), "
        f"{grading / count / bare:.2f} times without the start\n"
        f"    trusted memory {seen.trusted_mb:.0f} MB at most: "
        + " + ".join(f"{peak / 1024:.0f}" for peak in seen.peaks.values())
        + f"\n    at most {seen.descriptors} descriptors, {seen.processes} child processes"
        f" ({seen.zombies} of them dead and not yet waited for)",
        flush=True,
    )
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--count", type=int, default=5000, help="how many submissions (default 5000)")
    parser.add_argument("--more", type=int, default=20_000, help="how many then (default 20000); 0: none")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many workers")
    options = parser.parse_args()
    prepared = prepare(load(ASSIGNMENT))
    few = measured(options.count, options.jobs, prepared)
    if options.more:
        many = measured(options.more, options.jobs, prepared)
        print(
            f"{options.more / options.count:g} times as many take {many.wall / few.wall:.2f} times as long; "
            f"trusted memory grows by {many.trusted_mb - few.trusted_mb:.0f} MB"
        )


if __name__ == "__main__":
    main()
