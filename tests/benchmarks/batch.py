"""What a graded submission costs, beside a bare fork and a fresh interpreter: `python -m tests.benchmarks.batch`.

    ours     `grade_all`: sandboxed, compared, reported          per submission, on the same number of workers
    bare     a warm process forks, runs the same functions, and exits: no sandbox, no answers, no report
    fresh    `python -c "import torch"`

All three are measured in the same run, so that their ratios mean something on a busy machine too.
"""

import argparse
import os
import pickle
import subprocess
import sys
import time
from contextlib import ExitStack

from grader.assignment import Assignment, Problem
from grader.batch import grade_all, open_sandboxes
from grader.grading import grade
from grader.intake import Submission
from grader.preparation import Prepared, prepare
from grader.sandbox.job import ArrayArgument, Source

RIGHT = b"""
import torch

def grad_X(X, W, Y):
    Z = X @ W
    return 2 * (torch.relu(Z) - Y) * (Z > 0) @ W.T

def grad_W(X, W, Y):
    Z = X @ W
    return X.T @ (2 * (torch.relu(Z) - Y) * (Z > 0))

def grad_Y(X, W, Y):
    return -2 * (torch.relu(X @ W) - Y)
"""
RELU = Problem(
    id="relu_frobenius",
    objective="||max(XW, 0) - Y||_F^2",
    seed=0,
    shapes={"X": (10, 4), "W": (4, 4), "Y": (10, 4)},
)


def assignment() -> Assignment:
    return Assignment(id=RELU.id, title={"en": "benchmark"}, sha256="0" * 64, problems=(RELU,))


def submission(number: int) -> Submission:
    source = RIGHT + f"# {number}\n".encode()
    return Submission(f"learner_{number}", (f"{number}.py",), Source({"work.py": source}, "work.py"), f"{number:064}")


BARE = """
import os, sys, time, pickle
import numpy as np, torch
torch.set_num_threads(1); torch.set_num_interop_threads(1)
source, calls, arrays, count = pickle.load(sys.stdin.buffer)
def run():
    module = {"__name__": "work"}
    exec(compile(source, "work.py", "exec"), module)
    for function, keys in calls:
        module[function](*(torch.from_numpy(arrays[key].copy()) for key in keys))
import gc
run(); gc.collect(); gc.freeze()
def fork():
    child = os.fork()
    if not child:
        run(); os._exit(0)
    os.waitpid(child, 0)
for _ in range(20): fork()
start = time.perf_counter()
for _ in range(count): fork()
print((time.perf_counter() - start) / count)
"""


def bare_fork(prepared: Prepared, count: int, workers: int) -> float:
    """Seconds for each submission, when as many processes as workers fork side by side."""
    (plan,) = prepared.plans
    calls, arrays = [], {}
    for box in plan.boxes:
        arrays.update(box.arrays)
        for call in box.calls:
            calls.append((call.function, [one.key for one in call.arguments if isinstance(one, ArrayArgument)]))
    job = pickle.dumps((RIGHT, calls, arrays, count // workers))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen([sys.executable, "-c", BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for _ in range(workers)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(job)
        process.stdin.close()
    seconds = [float(process.stdout.read()) for process in processes if process.stdout is not None]
    for process in processes:
        process.wait()
    return sum(seconds) / len(seconds) / workers


def ours(prepared: Prepared, count: int, workers: int) -> tuple[float, str]:
    """Seconds for each submission, as a batch of that many grades it, and the isolation it had."""
    submissions = [submission(number) for number in range(count)]
    if workers == 1:
        with ExitStack() as stack:
            sandboxes = open_sandboxes(stack, assignment())
            level = sandboxes["torch"].isolation.level
            grade(prepared, submissions[0], sandboxes)
            start = time.perf_counter()
            assert all(grade(prepared, one, sandboxes).score == 3 for one in submissions)
            return (time.perf_counter() - start) / count, level
    reports = grade_all(assignment(), submissions, jobs=workers)
    # The first report comes when the workers stand: what they cost to start is not what a submission costs.
    first = next(reports)
    start = time.perf_counter()
    assert all(report.score == 3 for report in reports)
    return (time.perf_counter() - start) / (count - 1), first.isolation.level


def fresh_interpreter() -> float:
    """Seconds to start an interpreter that imports torch; the best of three."""

    def once() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        return time.perf_counter() - start

    return min(once() for _ in range(3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--count", type=int, default=1000, help="how many submissions (default 1000)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many workers")
    options = parser.parse_args()
    prepared = prepare(assignment())
    fresh = fresh_interpreter()
    for workers in sorted({1, options.jobs}):
        bare = bare_fork(prepared, options.count, workers)
        graded, level = ours(prepared, options.count, workers)
        print(
            f"{workers} worker{'s' * (workers > 1)}, isolation {level}: {1e3 * graded:.2f} ms a submission, "
            f"{1 / graded:.0f} a second\n"
            f"    {graded / bare:.2f} times a bare fork ({1e3 * bare:.2f} ms)\n"
            f"    {fresh / graded:.0f} times faster than a fresh interpreter that imports torch ({1e3 * fresh:.0f} ms)"
        )


if __name__ == "__main__":
    main()
