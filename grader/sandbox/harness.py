"""What runs in a box, at every level: the submission is imported and called, and its answers are written.

    import ─▶ frame ─▶ for each step: fresh arguments ─▶ seed ─▶ call ─▶ snapshot of the answers ─▶ frame ─▶ _exit

It shares the process with the student's code, which may therefore change or forge all that is said here.
Nothing here knows an answer, and nobody outside believes more than that some values came back.
"""

import copy
import os
import random
import sys
import types
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from grader.sandbox import frames, importing, wire
from grader.sandbox.gate import Gate
from grader.sandbox.job import (
    Argument,
    Array,
    ArrayArgument,
    Box,
    Call,
    ConstantArgument,
    Forbidden,
    GroupArgument,
    KeptArgument,
    Missing,
    OutOfMemory,
    Raised,
    Rejection,
)
from grader.sandbox.values import Reader, is_out_of_memory, message_of

Write = Callable[[bytes], None]
Silence = Callable[[bool], None]
"""Turns what the process prints off (true) and on again."""


class _NotKeptError(Exception):
    """No earlier call left a value of this name."""


class Harness:
    """The work of one box; made in the box, of parts that its zygote prepared."""

    def __init__(
        self,
        box: Box,
        job: wire.Job,
        *,
        write: Write,
        silence: Silence,
        reader: Reader,
        gate: Gate | None,
    ) -> None:
        self._box, self._job = box, job
        self._write, self._silence = write, silence
        self._reader = reader
        self._gate = gate
        self._exit = os._exit
        self._modules = importing.Modules(job.modules, job.provided)
        self._kept: dict[tuple[str, str], Any] = {}
        self._originals: list[tuple[str, Array, bytes]] = []
        self._now = -1
        self._torch: Any = sys.modules.get("torch")
        self._seeds: list[Callable[[int], object]] = [random.seed, np.random.seed]
        if self._torch is not None:
            self._seeds.append(self._torch.default_generator.manual_seed)

    def run(self) -> NoReturn:
        """Does all of the job and ends the process, past any exit handler, thread or `__del__`."""
        self._seed()
        self._silence(self._job.repeated)
        self._write(frames.ready_frame())
        imported = importing.import_main(self._job.main, self._modules, self._job.framework)
        flush()
        if isinstance(imported, Rejection):
            self._write(frames.rejected_frame(imported))
            self._exit(0)
        module, stand_ins = imported
        self._write(frames.imported_frame(stand_ins))
        if self._job.forbid_autograd and self._gate is not None:
            self._gate.arm(self._touched)
        for step in self._job.steps:
            self.step(step, module)
        self._exit(0)

    def step(self, step: wire.Step, module: types.ModuleType) -> None:
        """Makes one call and writes what became of it."""
        call = self._box.calls[step.call]
        self._now = step.call
        self._silence(step.silent)
        try:
            frame = self._call(step.call, call, module)
        except BaseException as error:
            flush()
            if is_out_of_memory(error):
                self._write(frames.whole_frame(step.call, OutOfMemory()))
                self._exit(0)
            frame = frames.whole_frame(step.call, self._raised(error), self._changed())
            kept = False
        else:
            kept = True
        flush()
        self._write(frames.silent_frame(step.call, kept=kept) if step.silent else frame)

    def _call(self, index: int, call: Call, module: types.ModuleType) -> bytes:
        self._originals = []
        function = module.__dict__.get(call.function)
        if function is None:
            return frames.whole_frame(index, Missing(f"{call.function} is not defined"))
        if not callable(function):
            return frames.whole_frame(index, Missing(f"{call.function} is not a function"))
        try:
            arguments = [self._argument(argument, call) for argument in call.arguments]
        except _NotKeptError as error:
            return frames.whole_frame(index, Missing(f"{error}, which it needs, was not returned by an earlier call"))
        self._seed()
        value = function(*arguments)
        answers = self._reader.fill(call.returns, value, lambda name, kept: self._keep(call, name, kept))
        return frames.answer_frame(index, answers, self._changed())

    def _keep(self, call: Call, name: str, value: Any) -> None:
        self._kept[call.case, name] = value

    def _argument(self, argument: Argument, call: Call) -> Any:
        match argument:
            case ArrayArgument(key):
                original = self._box.arrays[key]
                fresh = original.copy()
                self._originals.append((key, fresh, original.tobytes()))
                return fresh if self._torch is None else self._torch.from_numpy(fresh)
            case KeptArgument(name):
                if (call.case, name) not in self._kept:
                    raise _NotKeptError(name)
                return self._kept[call.case, name]
            case ConstantArgument(value):
                return copy.deepcopy(value) if isinstance(value, (list, dict)) else value
            case GroupArgument(kind, items, keys):
                made = [self._argument(item, call) for item in items]
                if kind == "dict":
                    return dict(zip(keys, made, strict=True))
                return tuple(made) if kind == "tuple" else made

    def _changed(self) -> tuple[str, ...]:
        """The inputs whose memory is not as it was: whatever was done to the objects, that is what counts."""
        names = (key for key, fresh, original in self._originals if fresh.tobytes() != original)
        return tuple(dict.fromkeys(names))

    def _raised(self, error: BaseException) -> Raised:
        file, line = self._modules.place(error)
        name = str(type.__dict__["__name__"].__get__(type(error)))[:80]
        return Raised(name, message_of(error), line, file if file != self._job.main else None)

    def _touched(self, what: str) -> None:
        """Autograd was tried: says so for the call that runs now, and ends the process."""
        line = self._modules.line_of(sys._getframe())
        flush()
        self._write(frames.whole_frame(self._now, Forbidden(what, line)))
        self._exit(0)

    def _seed(self) -> None:
        for seed in self._seeds:
            seed(self._job.seed)


def flush() -> None:
    """Writes out what was printed, whatever the student made of the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            # A closed or replaced stream is the student's affair.
            continue


def write_all(fd: int, data: bytes) -> None:
    """Writes everything; a reader that is gone ends the process."""
    write, view = os.write, memoryview(data)
    while view:
        view = view[write(fd, view) :]
