"""What a graded submission costs, beside a bare fork and a fresh interpreter: `python -m tests.benchmarks.batch`.

    ours     a batch: sandboxed, compared, reported             per submission, on the same number of workers
    bare     a warm process forks, runs the same functions, and exits: no sandbox, no answers, no report
    fresh    `python -c "import torch"`

Ours and bare take turns, and the middle one of their rounds counts, so that the ratio means something on a busy
machine too.
"""

import argparse
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median

from grader.assignment import Assignment, Problem
from grader.batch import grade_all, open_sandboxes
from grader.grading import grade
from grader.intake import Submission
from grader.preparation import Prepared, prepare
from grader.report import Report
from grader.sandbox.job import ArrayArgument, Source

ROUNDS = 5
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
BARE = """
import gc, os, pickle, sys, time
import torch
torch.set_num_threads(1); torch.set_num_interop_threads(1)
source, calls, arrays, count = pickle.load(sys.stdin.buffer)
def run():
    module = {"__name__": "work"}
    exec(compile(source, "work.py", "exec"), module)
    for function, keys in calls:
        module[function](*(torch.from_numpy(arrays[key].copy()) for key in keys))
def fork():
    child = os.fork()
    if not child:
        run(); os._exit(0)
    os.waitpid(child, 0)
run(); gc.collect(); gc.freeze()
for _ in range(20): fork()
print("ready", flush=True)
while sys.stdin.buffer.readline():
    start = time.perf_counter()
    for _ in range(count): fork()
    print(time.perf_counter() - start, flush=True)
"""
RELU = Problem(
    id="relu_frobenius",
    objective="||max(XW, 0) - Y||_F^2",
    seed=0,
    shapes={"X": (10, 4), "W": (4, 4), "Y": (10, 4)},
)
ASSIGNMENT = Assignment(id=RELU.id, title={"en": "benchmark"}, sha256="0" * 64, problems=(RELU,))


def submission(number: int) -> Submission:
    """A right one; no two are the same file."""
    source = RIGHT + f"# {number}\n".encode()
    return Submission(f"learner_{number}", (f"{number}.py",), Source({"work.py": source}, "work.py"), f"{number:064}")


class Bare:
    """A warm process that, each time it is told to, forks `count` times."""

    def __init__(self, prepared: Prepared, count: int) -> None:
        (plan,) = prepared.plans
        calls = [
            (call.function, [one.key for one in call.arguments if isinstance(one, ArrayArgument)])
            for box in plan.boxes
            for call in box.calls
        ]
        arrays = {key: array for box in plan.boxes for key, array in box.arrays.items()}
        single = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **single}
        )
        self.tell(pickle.dumps((RIGHT, calls, arrays, count)))
        self.hear()

    def tell(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hear(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def graded(stack: ExitStack, prepared: Prepared, count: int, workers: int) -> Iterator[Report]:
    """Reports of that many submissions: by one process, or by workers that have started already."""
    if workers == 1:
        sandboxes = open_sandboxes(stack, ASSIGNMENT)
        reports = (grade(prepared, submission(number), sandboxes) for number in range(count))
    else:
        reports = grade_all(ASSIGNMENT, [submission(number) for number in range(count)], jobs=workers)
        stack.callback(reports.close)
    yield next(reports)
    yield from reports


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(prepared: Prepared, count: int, workers: int) -> tuple[float, float, str]:
    """Seconds for a submission, and for a bare fork, in turns; and the isolation."""
    each = count // ROUNDS
    ours: list[float] = []
    theirs: list[float] = []
    with ExitStack() as stack:
        bare = [Bare(prepared, each // workers) for _ in range(workers)]
        stack.callback(lambda: [one.process.communicate() for one in bare])
        # Workers work on while bare forks are measured, so that they are given a round at a time.
        level = ""
        for _ in range(ROUNDS):

            def forks() -> None:
                for one in bare:
                    one.tell(b"\n")
                for one in bare:
                    one.hear()

            theirs.append(seconds(forks) / (each // workers * workers))
            with ExitStack() as round_stack:
                reports = graded(round_stack, prepared, each + 100, workers)
                warm = [next(reports) for _ in range(100)]
                level = warm[0].isolation.level
                ours.append(seconds(lambda reports=reports: all(one.score == 3 for one in reports)) / each)
    return median(ours), median(theirs), level


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--count", type=int, default=1000, help="how many submissions (default 1000)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many workers")
    options = parser.parse_args()
    prepared = prepare(ASSIGNMENT)
    fresh = min(seconds(lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True)) for _ in range(3))
    for workers in sorted({1, options.jobs}):
        ours, bare, level = compared(prepared, options.count, workers)
        print(
            f"{workers} worker{'s' * (workers > 1)}, isolation {level}: {1e3 * ours:.2f} ms a submission, "
            f"{1 / ours:.0f} a second\n"
            f"    {ours / bare:.2f} times a bare fork ({1e3 * bare:.2f} ms)\n"
            f"    {fresh / ours:.0f} times faster than a fresh interpreter that imports torch ({1e3 * fresh:.0f} ms)"
        )


if __name__ == "__main__":
    main()
