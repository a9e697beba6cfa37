"""Forks without Python's handlers, and memory in large pages: the same process, for less."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")

FORKS = """
import os, random, threading
from grader.sandbox import forking
random.seed(0)
pid = forking.fork()
if pid == 0:
    seen = []
    thread = threading.Thread(target=lambda: seen.append(os.getpid()))
    thread.start()
    thread.join()
    os._exit(7 if seen == [os.getpid()] and os.getppid() != os.getpid() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""

JOINS = """
import ctypes, mmap, os, re
from grader.sandbox import forking
def large():
    with open("/proc/self/smaps_rollup") as file:
        return int(re.search(r"AnonHugePages: +([0-9]+)", file.read())[1])
kept = [bytearray(os.urandom(64)) * 1000 for _ in range(500)]
before, copy = large(), [bytes(one) for one in kept]
maps = os.open("/proc/self/maps", os.O_RDONLY)
forking.join_pages(maps)
forking.join_pages(maps)
print(large() > before, [bytes(one) for one in kept] == copy)
"""

CODE = """
import ctypes, math, os, re
from grader.sandbox import forking
import numpy as np
def large():
    with open("/proc/self/smaps_rollup") as file:
        return int(re.search(r"AnonHugePages: +([0-9]+)", file.read())[1])
square = np.arange(9.0).reshape(3, 3) + np.eye(3)
product = square @ np.linalg.inv(square)
maps, pagemap = (os.open(f"/proc/self/{name}", os.O_RDONLY) for name in ("maps", "pagemap"))
before = large()
if os.environ.get("SHORT"):
    forking.SPARE_BYTES = 1 << 60
forking.join_code(maps, pagemap)
more = large() > before
forking.join_code(maps, pagemap)
again = square @ np.linalg.inv(square)
with open("/proc/self/maps") as file:
    writable = any(" rwxp " in line and "libpython" in line for line in file)
pid = os.fork()
if pid == 0:
    os._exit(7 if math.isclose((square @ np.linalg.inv(square))[0, 0], 1.0) else 1)
print(more, bool((again == product).all()), writable, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""

GAPS = """
import os
from grader.sandbox import forking
made = [bytes(size) for size in range(0, 480) for _ in range(500)]
del made[::2]
maps = os.open("/proc/self/maps", os.O_RDONLY)
def pages():
    kept = [bytes(size) for size in range(0, 480, 8) for _ in range(4)]
    return len({id(one) // 4096 for one in kept})
before = pages()
fillers = forking.fill_gaps(maps)
after = pages()
print(after < before, 0 < len(fillers) < forking.MOST_FILLERS)
"""


def run(script: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout.strip()


def _skip_without_large_pages() -> None:
    if "never" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text().split("[")[1].split("]")[0]:
        pytest.skip("large pages are switched off on this machine")


def test_fork_child_has_threads_and_its_own_number() -> None:
    """A child that Python was not told of computes, starts threads and ends as any other."""
    assert run(FORKS) == "7"


def test_join_pages_memory_is_the_same_in_larger_pages() -> None:
    """Every byte is where it was; where the kernel has large pages, there are some now."""
    larger, same = run(JOINS).split()
    assert same == "True"
    _skip_without_large_pages()
    assert larger == "True"


def test_join_code_same_answers_from_larger_pages_that_nobody_can_write() -> None:
    """Code that was run is in large pages; it computes the same here and in a fork."""
    larger, same, writable, status = run(CODE).split()
    assert (same, writable, status) == ("True", "False", "7")
    _skip_without_large_pages()
    assert larger == "True"


def test_join_code_little_memory_nothing_happens() -> None:
    """No copy is made of what memory is short for."""
    assert run(CODE, SHORT="1").split() == ["False", "True", "False", "7"]


def test_fill_gaps_new_objects_lie_together() -> None:
    """In memory full of holes, objects made afterwards take fewer pages."""
    assert run(GAPS) == "True True"
