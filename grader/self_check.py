"""`grader.check` in a notebook or any Python session: the student's own functions, called where they are.

    functions ─ InProcess (a sandbox without walls) ─▶ Run ─ grading.grade ─▶ Report ─▶ a table

The public cases and fresh random ones, compared and worded as by `grader check`. What only a process of its own could
do is not done: no limits, and no gate against differentiation by the framework. Ctrl-C stops an endless loop.
"""

import contextlib
import hashlib
import inspect
import io
import os
import platform
import random
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from secrets import randbelow
from typing import Any, NoReturn

import numpy as np
import torch

from grader import assignment_file
from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.grading import grade
from grader.intake import Submission
from grader.language import chosen, speaking
from grader.language import translated as _
from grader.preparation import prepare
from grader.report import Report
from grader.sandbox import frames, wire
from grader.sandbox.child import Transcript, now
from grader.sandbox.harness import Harness
from grader.sandbox.isolation import Isolation
from grader.sandbox.job import Box, Call, Outcome, OutOfMemory, Plan, Raised, Run, Source, slots
from grader.sandbox.values import Reader, message_of

LEARNER = "you"
"""Who is told about in the heading of the table."""

Functions = Mapping[str, Any] | types.ModuleType
"""`globals()`, a dict of functions by their names, or a module."""


class CheckReport(Report):
    """A report that is short where a session shows what a line came to: the table has been shown already."""

    def __repr__(self) -> str:
        right = sum(gradient.verdict == "correct" for gradient in self.gradients)
        facts = {"right": right, "all": len(self.gradients)}
        with speaking(self.language):
            if self.score is None:
                return _("<Report: no score, {right} of {all} correct>", **facts)
            score, most = f"{self.score:.10g}", f"{self.max_score:.10g}"
            return _("<Report: {score} of {most} points, {right} of {all} correct>", score=score, most=most, **facts)

    __str__ = __repr__


def check(assignment: str | PathLike[str], functions: Functions, *, seed: int | None = None) -> Report:
    """Try functions on the public cases of an assignment and on fresh random ones, and show what came of it.

    All of it is in the language of the assignment's title, else in that of this machine.

    Args:
        assignment: the path of an assignment file, or the id of one under `assignments/`.
        functions: `globals()`, a dict of functions by their names, or a module.
        seed: draws the random cases of an earlier check again.

    Returns:
        The report, as data.

    Raises:
        AuthorError: if there is no such assignment, or its file is faulty.
        KeyboardInterrupt: if it is interrupted, as by Ctrl-C.
    """
    from grader.render.terminal import console, report_view

    if not isinstance(functions, Mapping | types.ModuleType):
        raise TypeError(f"expected globals(), a dict of functions or a module, got a {type(functions).__name__}")
    path = assignment_file.find(str(assignment))
    seed = randbelow(2**31) if seed is None else seed
    space = vars(functions) if isinstance(functions, types.ModuleType) else functions
    with _as_in_a_fresh_process():
        report = _report(path, space, seed)
    screen = console()
    with speaking(report.language):
        screen.print(report_view(report))
        screen.print(_("The random cases were drawn with seed={seed}.", seed=seed), style="dim")
    return report


def _report(path: Path, functions: Mapping[str, Any], seed: int) -> CheckReport:
    loaded = assignment_file.load(path)
    with speaking(chosen(None, loaded.title, os.environ)):
        return _graded(loaded, path, functions, seed)


def _graded(loaded: Assignment, path: Path, functions: Mapping[str, Any], seed: int) -> CheckReport:
    try:
        prepared = prepare(loaded, fresh_seed=seed)
    except AssignmentError as error:
        raise assignment_file.located(error, path) from None
    asked = dict.fromkeys(one.function for one in prepared.asked)
    submission = Submission(LEARNER, (), Source({}, ""), _hash(functions.get(name) for name in asked))
    report = grade(prepared, submission, dict.fromkeys(prepared.frameworks, InProcess(functions)))
    # That one's own functions are not locked up is nothing to be warned of.
    warnings = tuple(warning for warning in report.warnings if warning.code != "weak_isolation")
    return CheckReport.model_construct(**{**dict(report), "warnings": warnings})


class InProcess:
    """A sandbox that is none: calls functions of this session, with fresh copies of the inputs."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = functions
        self.isolation = Isolation(
            level="none",
            arch=platform.machine(),
            kernel=platform.release(),
            missing=("everything: the functions ran in the session that asked",),
        )

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def close(self) -> None:
        """Nothing to close."""

    def run(self, source: Source, plan: Plan) -> Run:
        """What becomes of the functions; `source` says nothing here.

        Raises:
            KeyboardInterrupt: if the student stops it.
        """
        start, transcript = now(), Transcript()
        with contextlib.redirect_stdout(_Paper(transcript)) as paper, contextlib.redirect_stderr(paper):
            outcomes = tuple(outcome for box in plan.boxes for outcome in _Desk(box, plan, self._functions).outcomes())
        return Run(
            outcomes,
            stdout=transcript.text(),
            truncated=transcript.truncated,
            wall_seconds=now() - start,
        )


class _Paper(io.TextIOBase):
    """A stream to print on, of which head and tail are kept."""

    encoding = "utf-8"

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._transcript.add(text.encode("utf-8", "backslashreplace"))
        return len(text)


class _OverError(Exception):
    """The harness wants to end its process."""


class _Desk(Harness):
    """The harness of a box, at work in this process: what would end the process only ends the call."""

    def __init__(self, box: Box, plan: Plan, functions: Mapping[str, Any]) -> None:
        self._said: list[bytes] = []
        job = wire.Job(
            framework=plan.framework,
            forbid_autograd=False,
            seed=plan.seed,
            main="",
            modules={},
            provided={},
            steps=(),
            memory_mb=box.memory_mb,
            cpu_seconds=0,
        )
        super().__init__(box, job, write=self._said.append, silence=lambda off: None, reader=Reader(), gate=None)
        self._exit = _over
        if plan.framework == "numpy":
            self._torch = None  # imported here for the references, and not for the student
        self._calls = box.calls
        self._module = types.ModuleType("submission")
        self._module.__dict__.update(functions)
        self._homes = [_home(functions.get(call.function)) for call in box.calls]

    def outcomes(self) -> Iterator[Outcome]:
        """Call after call; a function that ran out of memory is not called again, as in a box."""
        dead: set[str] = set()
        for index, call in enumerate(self._calls):
            if call.function in dead:
                yield Outcome(tuple(OutOfMemory() for _ in slots(call.returns)))
                continue
            self._said.clear()
            try:
                self.step(wire.Step(index), self._module)
            except _OverError:
                dead.add(call.function)
            yield self._outcome(index, call)

    def _outcome(self, index: int, call: Call) -> Outcome:
        """What the harness said of a call, read as it is outside a box."""
        reader = frames.FrameReader()
        reader.feed(b"".join(self._said))
        expected = frames.Expected("call", index, slots(call.returns), frozenset(self._box.arrays))
        answered = reader.take(expected)
        assert isinstance(answered, frames.Answered)
        return Outcome(answered.answers, answered.changed)

    def _raised(self, error: BaseException) -> Raised:
        """The innermost line of the student's on the stack: of any function that lives where the asked ones do."""
        if isinstance(error, KeyboardInterrupt):
            raise error
        file, line = None, None
        trace = error.__traceback__
        while trace is not None:
            if any(trace.tb_frame.f_globals is home for home in self._homes):
                file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        return Raised(type(error).__name__[:80], message_of(error), line, file and _cell(file))


def _over(status: int) -> NoReturn:
    raise _OverError


def _home(function: object) -> Mapping[str, Any] | None:
    """The namespace in which a function was defined, under whatever decorates it."""
    return getattr(inspect.unwrap(function), "__globals__", None) if callable(function) else None


def _cell(file: str) -> str | None:
    """A cell of a notebook as its reader calls it; no path of this machine belongs in a report."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    number = getattr(getattr(shell, "compile", None), "_filename_map", {}).get(file)
    return None if number is None else f"cell {number}"


def _hash(functions: Iterable[Any]) -> str:
    """Of the functions' sources, as far as there are any."""
    texts = []
    for function in functions:
        with contextlib.suppress(OSError, TypeError):
            texts.append(inspect.getsource(function))
    return hashlib.sha256("\0".join(texts).encode("utf-8", "backslashreplace")).hexdigest()


@contextlib.contextmanager
def _as_in_a_fresh_process() -> Iterator[None]:
    """What a student may have set in the session is as it is at first, and put back afterwards."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    torch.set_default_dtype(torch.float32)
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(torch.enable_grad())
            stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
            if device.type != "cpu":
                stack.enter_context(torch.device("cpu"))
            yield
    finally:
        torch.set_default_dtype(dtype)
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
