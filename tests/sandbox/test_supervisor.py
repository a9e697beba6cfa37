"""Zygotes come up, serve, die with their parent, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from grader.errors import SandboxError
from grader.sandbox import Isolation, OpenSandbox, canary, open_sandbox
from grader.sandbox.isolation import level_of
from grader.sandbox.job import Broken, Returned
from grader.sandbox.supervisor import WORTH_A_NURSERY, ZygoteSandbox

from .conftest import X, answer, call, plan, source

F = "def f(X): return X"


def children_of(pid: int) -> list[int]:
    """Processes below one, all the way down."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        direct = [int(word) for word in file.read().split()]
    return direct + [below for child in direct for below in children_of(child)]


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int]) -> list[int]:
    """Those of the processes that are still there after some seconds."""
    for _ in range(100):
        if not any(map(alive, pids)):
            return []
        time.sleep(0.05)
    return [pid for pid in pids if alive(pid)]


def test_isolation_full_report_is_whole(numpy_sandbox: OpenSandbox) -> None:
    """The report names every layer, and every probe passed."""
    isolation = numpy_sandbox.isolation
    if isolation.level != "full":
        pytest.skip(f"this machine gives {isolation.level}: {isolation.missing}")
    assert isolation.arch == os.uname().machine
    assert isolation.landlock_abi >= 3
    assert isolation.layers["namespaces"] == ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"]
    assert isolation.layers["private_root"] is True
    assert isolation.missing == ("cgroup: none was lent",)
    assert isolation.canary == {"passed": len(canary.PROBES) + 1, "failed": 0}


LAYERS = {
    "no_new_privs": True,
    "landlock_fs": True,
    "landlock_scope": ["abstract_unix", "signal"],
    "seccomp": {"mode": "allowlist"},
    "rlimits": {"fsize": 0},
    "close_range": True,
    "namespaces": ["user", "mnt", "pid", "net", "ipc"],
    "private_root": True,
}


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, "full"),
        ({"private_root": False}, "strong"),
        ({"namespaces": []}, "strong"),
        ({"namespaces": [], "landlock_scope": []}, "degraded"),
        ({"landlock_fs": False}, "degraded"),
        ({"seccomp": None}, "degraded"),
        ({"close_range": False}, "degraded"),
    ],
)
def test_level_of_layers_follows_the_table(changed: dict[str, object], level: str) -> None:
    """A level is what its layers make it."""
    assert level_of(LAYERS | changed) == level


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (["seccomp"], "seccomp: left out on request"),
        (["landlock"], "landlock: left out on request"),
    ],
)
def test_open_sandbox_without_mandatory_layer_is_degraded(without: list[str], missing: str) -> None:
    """A missing layer lowers the level, and is named; what is left still works."""
    with open_sandbox("numpy", without=without) as sandbox:
        assert sandbox.isolation.level == "degraded"
        assert missing in sandbox.isolation.missing
        assert isinstance(answer(sandbox, F), Returned)


def test_open_sandbox_canary_that_comes_through_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a probe is not denied there is no sandbox: here one that no layer stops is planted."""
    planted = canary.Probe("arithmetic", ("seccomp",), "1 + 1")
    monkeypatch.setattr(canary, "PROBES", (planted,))
    with open_sandbox("numpy") as sandbox, pytest.raises(SandboxError, match="does not hold: arithmetic"):
        sandbox.isolation  # noqa: B018


def test_run_other_framework_is_refused(numpy_sandbox: OpenSandbox) -> None:
    """A sandbox is for one framework."""
    with pytest.raises(SandboxError, match="a torch assignment in a sandbox for numpy"):
        numpy_sandbox.run(source(F), plan(framework="torch"))


def test_run_many_boxes_leak_nothing(numpy_sandbox: OpenSandbox) -> None:
    """Hundreds of boxes leave no descriptor, no zombie and no process, on either side."""
    assert isinstance(numpy_sandbox, ZygoteSandbox)
    asked = plan()
    numpy_sandbox.run(source(F), asked)
    keeper = numpy_sandbox._process.pid

    def held() -> tuple[int, list[int]]:
        return len(os.listdir("/proc/self/fd")), children_of(keeper)

    for _ in range(WORTH_A_NURSERY):
        numpy_sandbox.run(source(F), asked)
    before = held()
    for _ in range(300):
        run = numpy_sandbox.run(source(F), asked)
        assert isinstance(run.outcomes[0].answers[0], Returned)
    assert held() == before


def test_nursery_serves_one_box_and_ends_with_it() -> None:
    """A box that is asked for again and again gets a process that has read it; another box ends that process."""
    with open_sandbox("numpy") as sandbox:
        assert isinstance(sandbox, ZygoteSandbox)
        assert sandbox.isolation is not None
        zygotes = children_of(sandbox._process.pid)
        first, second = plan(), plan(arrays={"X": 2 * X})
        for _ in range(2 * WORTH_A_NURSERY):
            (outcome,) = sandbox.run(source(F), first).outcomes
            assert isinstance(outcome.answers[0], Returned)
            np.testing.assert_array_equal(outcome.answers[0].array, X)
        nursery = [pid for pid in children_of(sandbox._process.pid) if pid not in zygotes]
        assert len(nursery) == 1
        (outcome,) = sandbox.run(source(F), second).outcomes
        assert isinstance(outcome.answers[0], Returned)
        np.testing.assert_array_equal(outcome.answers[0].array, 2 * X)
        assert wait_until_gone(nursery) == []


def test_nursery_killed_is_replaced() -> None:
    """A nursery that is gone takes the zygote with it, and nobody notices."""
    with open_sandbox("numpy") as sandbox:
        assert isinstance(sandbox, ZygoteSandbox)
        asked = plan()
        for _ in range(2 * WORTH_A_NURSERY):
            sandbox.run(source(F), asked)
        os.kill(children_of(sandbox._process.pid)[-1], signal.SIGKILL)
        for _ in range(2 * WORTH_A_NURSERY):
            assert isinstance(sandbox.run(source(F), asked).outcomes[0].answers[0], Returned)


def test_nursery_box_is_as_locked_as_any() -> None:
    """What a box may not do, it may not do from a nursery either, and its memory limit is its own."""
    text = """
        def f(X):
            open("/etc/passwd")
        def g(X):
            import os
            os.fork()
        def h(X):
            return bytearray(10**9)
    """
    with open_sandbox("numpy") as sandbox:
        asked = plan(call("f"), call("g"), call("h"))
        runs = [sandbox.run(source(text), asked) for _ in range(2 * WORTH_A_NURSERY)]
        outcomes = [[type(one.answers[0]).__name__ for one in run.outcomes] for run in runs]
        assert outcomes == [["Raised", "Raised", "OutOfMemory"]] * len(runs)


def test_run_zygote_killed_between_runs_is_replaced() -> None:
    """A zygote that is gone is replaced without anybody noticing."""
    with open_sandbox("numpy") as sandbox:
        assert isinstance(sandbox, ZygoteSandbox)
        assert isinstance(answer(sandbox, F), Returned)
        os.kill(children_of(sandbox._process.pid)[-1], signal.SIGKILL)
        assert isinstance(answer(sandbox, F), Returned)


def test_run_machinery_fails_three_times_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own failures are tried again, and then are ours: no answer is made up."""
    with open_sandbox("numpy") as sandbox:
        assert isinstance(sandbox, ZygoteSandbox)
        assert isinstance(sandbox.isolation, Isolation)
        restarts = []
        monkeypatch.setattr("grader.sandbox.wire.pack_job", lambda job: b"no job")
        monkeypatch.setattr(sandbox, "restart", lambda: restarts.append(1))
        run = sandbox.run(source(F), plan())
        assert len(restarts) == 2
        assert run.outcomes == ()
        assert run.rejection is None
        assert run.broken is not None
        assert "before it was ready" in run.broken
        assert not isinstance(run.broken, Broken)


def test_run_box_killed_from_outside_is_tried_again() -> None:
    """Once may be chance; the answers are those of the second try."""
    with open_sandbox("numpy") as sandbox:
        assert isinstance(sandbox, ZygoteSandbox)
        text = "import time\ndef f(X): time.sleep(0.5); return X\ndef g(X): return X"
        keeper = sandbox._process.pid
        idle = children_of(keeper) if sandbox.isolation else []
        killer = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import os, signal, time\n"
                f"def below(p): d = [int(w) for w in open(f'/proc/{{p}}/task/{{p}}/children').read().split()]; "
                "return d + [b for c in d for b in below(c)]\n"
                "while True:\n"
                f"    new = set(below({keeper})) - set({idle})\n"
                "    if new: time.sleep(0.2); os.kill(new.pop(), signal.SIGKILL); break\n"
                "    time.sleep(0.01)",
            ]
        )
        time.sleep(0.3)
        run = sandbox.run(source(text), plan(call("f"), call("g")))
        assert killer.wait() == 0
        assert [type(o.answers[0]).__name__ for o in run.outcomes] == ["Returned", "Returned"]


def test_close_twice_leaves_no_process() -> None:
    """Closing ends keeper, zygote and boxes; once more is nothing."""
    sandbox = open_sandbox("numpy")
    assert isinstance(sandbox, ZygoteSandbox)
    assert sandbox.isolation is not None
    below = [sandbox._process.pid, *children_of(sandbox._process.pid)]
    assert len(below) >= 2
    sandbox.close()
    sandbox.close()
    assert wait_until_gone(below) == []


def test_parent_killed_zygote_ends_too() -> None:
    """A parent that is killed outright takes its zygote, and the box that runs, with it."""
    script = (
        "import time\n"
        "from grader.sandbox import open_sandbox\n"
        "s = open_sandbox('numpy'); s.isolation; print(s._process.pid, flush=True); time.sleep(99)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    keeper = int(parent.stdout.readline())
    below = [keeper, *children_of(keeper)]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until_gone(below) == []


def test_interrupt_prints_nothing() -> None:
    """Ctrl-C reaches the parent's group only: no traceback of ours on the terminal."""
    script = (
        "import time\n"
        "from grader.sandbox import open_sandbox\n"
        "s = open_sandbox('numpy'); s.isolation\n"
        "try: print('ready', flush=True); time.sleep(99)\n"
        "except KeyboardInterrupt: pass"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.communicate(timeout=20)[0] == ""


ORPHANS = """
import ctypes, os, time
from grader.sandbox import open_sandbox
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # a subreaper, as process 1 of a container is
sandbox = open_sandbox("numpy")
print(sandbox.isolation.level in ("full", "strong"))
sandbox.close()
time.sleep(0.2)
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("nobody is left")
"""


def test_close_where_orphans_come_to_us_leaves_none() -> None:
    """As process 1 of a container the grader would keep every zombie that its keepers left."""
    done = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[1:] == ["nobody is left"]
