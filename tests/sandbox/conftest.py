"""Sandboxes that tests share: a zygote takes a second to boot, a box a few milliseconds."""

import textwrap
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from grader.sandbox import OpenSandbox, open_sandbox
from grader.sandbox.job import (
    Answer,
    Array,
    ArrayArgument,
    Box,
    Call,
    CallLimits,
    Framework,
    Plan,
    Run,
    Slot,
    Source,
)
from grader.sandbox.syscalls import supported

SHORT = CallLimits(cpu_seconds=1.0, wall_seconds=2.0)
BUSY = CallLimits(cpu_seconds=1.0, wall_seconds=30.0)
"""For what computes without end: the other clock is never the first, however busy the machine."""
X = np.arange(6.0).reshape(2, 3)
DX = Slot("dX", (2, 3))

Ask = Callable[..., Run]


def _open(framework: Framework, *without: str) -> Iterator[OpenSandbox]:
    if not supported():
        pytest.skip("the sandbox needs Linux on x86_64 or aarch64")
    with open_sandbox(framework, without=without) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def numpy_sandbox() -> Iterator[OpenSandbox]:
    """The best sandbox of this machine, for numpy."""
    yield from _open("numpy")


@pytest.fixture(scope="session")
def torch_sandbox() -> Iterator[OpenSandbox]:
    """The best sandbox of this machine, for torch."""
    yield from _open("torch")


@pytest.fixture(scope="session")
def strong_sandbox() -> Iterator[OpenSandbox]:
    """What an ordinary container allows: no namespaces."""
    yield from _open("numpy", "namespaces")


@pytest.fixture(scope="session")
def python_gate_sandbox() -> Iterator[OpenSandbox]:
    """Torch whose machine code is left alone."""
    yield from _open("torch", "machine_gate")


def source(text: str, **others: str) -> Source:
    """A submission `alice.py` with this text, and further modules."""
    modules = {"alice.py": textwrap.dedent(text).encode()}
    modules |= {f"{name}.py": textwrap.dedent(other).encode() for name, other in others.items()}
    return Source(modules, "alice.py")


def call(function: str = "f", *keys: str, slot: Slot = DX, limits: CallLimits = SHORT) -> Call:
    """A call on `X`, or on these arrays, for one gradient."""
    return Call("c", function, tuple(ArrayArgument(key) for key in keys or ("X",)), slot, limits)


def plan(
    *calls: Call, framework: Framework = "numpy", arrays: dict[str, Array] | None = None, **options: object
) -> Plan:
    """One box with these calls."""
    memory_mb = int(options.pop("memory_mb", 256))  # type: ignore[call-overload]
    box = Box({"X": X} if arrays is None else arrays, calls or (call(),), memory_mb)
    return Plan(framework, (box,), import_limits=SHORT, **options)  # type: ignore[arg-type]


def answer(sandbox: OpenSandbox, text: str, asked: Plan | None = None) -> Answer:
    """The first answer to a submission that is asked for `f` on `X`."""
    run = sandbox.run(source(text), asked or plan())
    assert run.broken is None, run.broken
    assert run.rejection is None, run.rejection
    return run.outcomes[0].answers[0]
