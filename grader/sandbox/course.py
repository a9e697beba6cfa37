"""One submission through all boxes of a plan: what died is not called again, everything else is answered.

    for each box: launch a child for what is pending ─▶ watch it ─▶ it died at a call?
        that function's later calls get the same answer, unseen, in boxes with as much memory too;
        what is left goes to a new child

A call may need a value that an earlier call of its case kept in a child that is dead. That call is then made again
in the new child, silently, for its answer is known. Whatever fails through our own machinery is tried three times.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.sandbox import frames, wire
from grader.sandbox.child import Launcher, MachineryError, Transcript, now
from grader.sandbox.job import (
    Answer,
    Argument,
    ArrayArgument,
    Box,
    CallLimits,
    Crashed,
    Forbidden,
    GroupArgument,
    GroupResult,
    Kept,
    KeptArgument,
    Outcome,
    OutOfMemory,
    Plan,
    Rejection,
    Result,
    Run,
    Source,
    TimedOut,
    slots,
)
from grader.sandbox.watch import READY_SECONDS, Due, Ending, Watch

TRIES = 3
DEADLY = (TimedOut, OutOfMemory, Crashed, Forbidden)
"""Answers after which the process is gone, and the function is not called again."""

MOST_CPU_SECONDS = 86400


def run(launcher: Launcher, source: Source, plan: Plan) -> Run:
    """All outcomes of a submission; never raises for what a student did.

    Raises:
        SandboxError: From `launcher.restart`, when there is no machinery to be had at all.
    """
    return _Course(launcher, source, plan).run()


@dataclass
class _State:
    """What is known of the calls of one box."""

    box: Box
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    dead: dict[str, Answer] = field(default_factory=dict)
    left_nothing: set[int] = field(default_factory=set)
    """Calls that keep no value for others, whatever they should have kept."""
    outside_kills: int = 0

    def pending(self) -> list[int]:
        """Calls without an outcome, after those of dead functions got theirs."""
        for index, call in enumerate(self.box.calls):
            if index not in self.outcomes and call.function in self.dead:
                self.settle(index, self.dead[call.function])
        return [index for index in range(len(self.box.calls)) if index not in self.outcomes]

    def settle(self, index: int, answer: Answer, seconds: float = 0.0) -> None:
        call = self.box.calls[index]
        self.outcomes[index] = Outcome((answer,) * len(slots(call.returns)), (), seconds)
        self.left_nothing.add(index)


class _Course:
    def __init__(self, launcher: Launcher, source: Source, plan: Plan) -> None:
        self._launcher, self._source, self._plan = launcher, source, plan
        self._start = now()
        self._deadline = self._start + plan.submission_seconds
        self._transcript = Transcript()
        self._stand_ins: tuple[str, ...] = ()
        self._rejection: Rejection | None = None
        self._imported = False
        self._failures = 0
        self._import_kills = 0
        self._cpu = 0.0
        self._peak = 0.0

    def run(self) -> Run:
        outcomes: list[Outcome] = []
        dead: defaultdict[int, dict[str, Answer]] = defaultdict(dict)
        broken = None
        try:
            for box in self._plan.boxes:
                state = _State(box, dead=dead[box.memory_mb])
                while self._rejection is None and (pending := state.pending()):
                    self._child(state, pending)
                if self._rejection is not None:
                    outcomes = []
                    break
                outcomes += [state.outcomes[index] for index in range(len(box.calls))]
        except MachineryError as error:
            outcomes, broken = [], str(error)
        return Run(
            outcomes=tuple(outcomes),
            rejection=self._rejection,
            broken=broken,
            stdout=self._transcript.text(),
            truncated=self._transcript.truncated,
            stand_ins=self._stand_ins,
            cpu_seconds=self._cpu,
            wall_seconds=now() - self._start,
            peak_memory_mb=self._peak,
        )

    def _child(self, state: _State, pending: list[int]) -> None:
        """One child for the pending calls; afterwards at least one of them is settled, or a try is used up."""
        if now() >= self._deadline:
            for index in pending:
                state.settle(index, TimedOut("submission_seconds"))
            return
        steps = tuple(_steps(state, pending))
        try:
            ending = self._watched(state, steps)
        except MachineryError:
            self._failures += 1
            if self._failures == TRIES:
                raise
            self._launcher.restart()
            return
        self._cpu += ending.cpu_seconds
        self._peak = max(self._peak, ending.peak_memory_mb)
        if ending.answer is not None and self._rejection is None:
            self._died(state, steps, ending)

    def _watched(self, state: _State, steps: tuple[wire.Step, ...]) -> Ending:
        plan, box = self._plan, state.box
        due = list(self._due(box, steps))
        budget = sum(item.limits.cpu_seconds for item in due[1:])
        job = wire.Job(
            framework=plan.framework,
            forbid_autograd=plan.forbid_autograd,
            seed=plan.seed,
            main=self._source.main,
            modules=self._source.modules,
            provided=plan.provided,
            steps=steps,
            memory_mb=box.memory_mb,
            cpu_seconds=int(min(budget, MOST_CPU_SECONDS)) + 2,
            repeated=self._imported,
        )

        def on_frame(place: int, frame: frames.Frame, seconds: float) -> bool:
            return self._on_frame(state, steps, place, frame, seconds)

        child = self._launcher.launch(box, wire.pack_job(job), plan.framework)
        try:
            return Watch(child, due, self._deadline, self._transcript, on_frame).run()
        finally:
            child.close()

    def _due(self, box: Box, steps: tuple[wire.Step, ...]) -> Iterator[Due]:
        yield Due(frames.Expected("ready"), CallLimits(READY_SECONDS, READY_SECONDS))
        yield Due(frames.Expected("import"), self._plan.import_limits)
        for step in steps:
            call = box.calls[step.call]
            arrays = frozenset(_arrays(call.arguments))
            expected = frames.Expected("call", step.call, slots(call.returns), arrays, step.silent)
            yield Due(expected, call.limits)

    def _on_frame(
        self, state: _State, steps: tuple[wire.Step, ...], place: int, frame: frames.Frame, seconds: float
    ) -> bool:
        match frame:
            case Rejection():
                if not self._imported:
                    self._rejection = frame
                    return False
                self._import_failed_again(state, Crashed(f"the import failed when repeated: {frame.message}"))
                return False
            case frames.Imported(stand_ins):
                self._stand_ins = stand_ins if not self._imported else self._stand_ins
                self._imported = True
            case frames.Answered(answers, changed, whole):
                index = steps[place - 2].call
                state.outcomes[index] = Outcome(answers, changed, seconds)
                if whole is not None:
                    state.left_nothing.add(index)
                if isinstance(whole, DEADLY):
                    state.dead[state.box.calls[index].function] = whole
                    return False
        return True

    def _died(self, state: _State, steps: tuple[wire.Step, ...], ending: Ending) -> None:
        answer = ending.answer
        assert answer is not None
        if ending.done <= 1:
            self._import_died(state, answer, ending.from_outside)
            return
        if ending.from_outside and state.outside_kills == 0:
            state.outside_kills += 1
            return
        step = steps[ending.done - 2]
        state.dead[state.box.calls[step.call].function] = answer
        state.left_nothing.add(step.call)
        if not step.silent:
            state.settle(step.call, answer)

    def _import_died(self, state: _State, answer: Answer, from_outside: bool) -> None:
        if from_outside and self._import_kills == 0:
            self._import_kills += 1
        elif self._imported:
            self._import_failed_again(state, answer)
        elif isinstance(answer, TimedOut):
            self._rejection = Rejection("timed_out", f"the import reached the limit on {answer.limit}")
        elif isinstance(answer, OutOfMemory):
            self._rejection = Rejection("out_of_memory", "the import reached the memory limit")
        else:
            why = answer.why if isinstance(answer, Crashed) else answer.what  # type: ignore[union-attr]
            self._rejection = Rejection("crashed", f"the import ended the process: {why}")

    @staticmethod
    def _import_failed_again(state: _State, answer: Answer) -> None:
        for index in state.pending():
            state.settle(index, answer)


# ----- what a call needs -----


def _steps(state: _State, pending: list[int]) -> Iterator[wire.Step]:
    """The pending calls in order, each after the silent ones that leave it what it needs."""
    planned: set[int] = set()
    for index in pending:
        for needed in _needed(state, index, planned | set(pending)):
            planned.add(needed)
            yield wire.Step(needed, silent=True)
        planned.add(index)
        yield wire.Step(index)


def _needed(state: _State, index: int, there: set[int]) -> Iterator[int]:
    """Earlier calls, answered in a child that is gone, that must be made again for this one; in order."""
    for name in _kept_names(state.box.calls[index].arguments):
        producer = _producer(state.box, index, name)
        if producer is None or producer in there:
            continue
        if producer not in state.left_nothing:
            yield from _needed(state, producer, there)
            yield producer


def _producer(box: Box, index: int, name: str) -> int | None:
    """The last earlier call of the same case that keeps this name."""
    case = box.calls[index].case
    for earlier in range(index - 1, -1, -1):
        if box.calls[earlier].case == case and name in _keeps(box.calls[earlier].returns):
            return earlier
    return None


def _keeps(result: Result) -> Iterator[str]:
    if isinstance(result, Kept):
        yield result.name
    elif isinstance(result, GroupResult):
        for item in result.items:
            yield from _keeps(item)


def _kept_names(arguments: tuple[Argument, ...]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, KeptArgument):
            yield argument.name
        elif isinstance(argument, GroupArgument):
            yield from _kept_names(argument.items)


def _arrays(arguments: tuple[Argument, ...]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, ArrayArgument):
            yield argument.key
        elif isinstance(argument, GroupArgument):
            yield from _arrays(argument.items)
