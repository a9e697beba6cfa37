"""Forks without Python's handlers, and memory in large pages: the same process, for less."""

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


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_fork_child_has_threads_and_its_own_number() -> None:
    """A child that Python was not told of computes, starts threads and ends as any other."""
    assert run(FORKS) == "7"


def test_join_pages_memory_is_the_same_in_larger_pages() -> None:
    """Every byte is where it was; where the kernel has large pages, there are some now."""
    larger, same = run(JOINS).split()
    assert same == "True"
    if "never" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text().split("[")[1].split("]")[0]:
        pytest.skip("large pages are switched off on this machine")
    assert larger == "True"
