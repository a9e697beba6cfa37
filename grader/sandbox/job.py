"""What goes into a box and what comes out of it: jobs and answers, as plain data that knows no verdict.

    Job ─ modules (source bytes), boxes ─▶ Box ─ arrays, calls ─▶ Call ─ function, arguments, returns
    Run ─ rejection?, outcomes in the order of the calls ─▶ Outcome ─ one Answer for each slot of `returns`
    Answer = Returned | Malformed | Missing | Raised | TimedOut | OutOfMemory | Crashed | Forbidden | Broken

Imported by both sides of the wall, so it imports nothing but the standard library and numpy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from grader.errors import ReasonCode

Framework: TypeAlias = Literal["torch", "numpy"]
Array: TypeAlias = npt.NDArray[Any]
Constant: TypeAlias = "None | bool | int | float | str | list[Constant] | dict[str, Constant]"


# ----- arguments -----


@dataclass(frozen=True)
class ArrayArgument:
    """A fresh copy of one of the box's arrays, in the job's framework and the array's own dtype."""

    key: str


@dataclass(frozen=True)
class KeptArgument:
    """A value that an earlier call of the same case left in the box under this name."""

    name: str


@dataclass(frozen=True)
class ConstantArgument:
    """A Python value, passed as it stands (a fresh copy where it is a list or a dict)."""

    value: Constant


@dataclass(frozen=True)
class GroupArgument:
    """A tuple, list or dict of arguments; `keys` names the items of a dict and is empty otherwise."""

    kind: Literal["tuple", "list", "dict"]
    items: "tuple[Argument, ...]"
    keys: tuple[str, ...] = ()


Argument: TypeAlias = ArrayArgument | KeptArgument | ConstantArgument | GroupArgument


# ----- results -----


@dataclass(frozen=True)
class Slot:
    """An array that the function must return; any other shape than `shape` comes back without its numbers.

    Where `shape` has a single element, `()`, `(1,)` and `(1, 1)` are the same thing.
    """

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Kept:
    """A value of the student's own that stays in the box, for a later call of the same case."""

    name: str


@dataclass(frozen=True)
class GroupResult:
    """A tuple, list or dict of results; a returned list or namedtuple will do for a tuple."""

    kind: Literal["tuple", "list", "dict"]
    items: "tuple[Result, ...]"
    keys: tuple[str, ...] = ()


Result: TypeAlias = Slot | Kept | GroupResult


def slots(result: Result) -> tuple[Slot, ...]:
    """The array slots of a result, left to right: the order of an outcome's answers."""
    if isinstance(result, Slot):
        return (result,)
    if isinstance(result, Kept):
        return ()
    return tuple(slot for item in result.items for slot in slots(item))


# ----- jobs -----


@dataclass(frozen=True)
class CallLimits:
    """Bounds of one call; wall and CPU time in seconds."""

    cpu_seconds: float = 10.0
    wall_seconds: float = 30.0


@dataclass(frozen=True)
class Call:
    """One call of one student function on one case."""

    case: str
    function: str
    arguments: tuple[Argument, ...]
    returns: Result
    limits: CallLimits = CallLimits()


@dataclass(frozen=True, eq=False)
class Box:
    """Calls that may share a process: none of its arrays is an answer to one of its calls.

    `arrays` are read by `ArrayArgument.key`. Compared and cached by identity: make one per assignment, use it
    for all submissions.
    """

    arrays: Mapping[str, Array]
    calls: tuple[Call, ...]
    memory_mb: int = 1024


@dataclass(frozen=True)
class Source:
    """A submission as text for the box: module file names to source bytes, already decoded to UTF-8.

    `main` is the file whose functions are called; the others can be imported by it.
    """

    modules: Mapping[str, bytes]
    main: str


@dataclass(frozen=True, eq=False)
class Plan:
    """All that is asked of every submission of one assignment; shared by them, holds no answer."""

    framework: Framework
    boxes: tuple[Box, ...]
    forbid_autograd: bool = True
    provided: Mapping[str, bytes] = field(default_factory=dict)
    """The teacher's modules, file name to source."""
    import_limits: CallLimits = CallLimits()
    submission_seconds: float = 120.0
    seed: int = 0
    """Seeds `random`, numpy and torch inside the box before the import and before each call."""


# ----- answers -----


@dataclass(frozen=True, eq=False)
class Returned:
    """An array came back. `array` is float64, C-contiguous, `shape`; None where `shape` was not the slot's.

    `dtype` is what the student's object had (`float32`, `int64`, ...): a claim of the box, good for messages and
    for choosing a rounding bound, never for a verdict. `array` has the slot's shape (single elements reshaped).
    """

    dtype: str
    shape: tuple[int, ...]
    array: npt.NDArray[np.float64] | None


@dataclass(frozen=True)
class Malformed:
    """A value came back that is no real array of numbers: `what` describes it ("a str", "a complex128 array")."""

    what: str


@dataclass(frozen=True)
class Missing:
    """The function is not defined, returned None or left the entry out; `why` is one of these in words."""

    why: str


@dataclass(frozen=True)
class Raised:
    """The function raised; `line` is the last line of the student's own source on the stack."""

    exception: str
    message: str
    line: int | None = None
    file: str | None = None


@dataclass(frozen=True)
class TimedOut:
    """A limit on time was reached; `limit` says which one."""

    limit: Literal["cpu_seconds", "wall_seconds", "submission_seconds"]


@dataclass(frozen=True)
class OutOfMemory:
    """The memory limit was reached."""


@dataclass(frozen=True)
class Crashed:
    """The process died, or said something that is not well-formed; `why` in words ("signal SIGSEGV")."""

    why: str


@dataclass(frozen=True)
class Forbidden:
    """The function tried something that the policy or the sandbox does not allow, as `what` names it."""

    what: str
    line: int | None = None


@dataclass(frozen=True)
class Broken:
    """The machinery failed, three times; nobody's fault but ours."""

    why: str


Answer: TypeAlias = Returned | Malformed | Missing | Raised | TimedOut | OutOfMemory | Crashed | Forbidden | Broken


@dataclass(frozen=True)
class Outcome:
    """What became of one call: one answer for each of its slots, and the inputs that it changed in place."""

    answers: tuple[Answer, ...]
    changed: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Rejection:
    """The submission could not be imported at all."""

    code: ReasonCode
    message: str
    line: int | None = None


@dataclass(frozen=True)
class Run:
    """What became of one submission; `outcomes` follow the calls, box after box, and are empty if it was rejected.

    `broken` is set where the machinery failed on the submission as a whole: then nothing else counts.
    """

    outcomes: tuple[Outcome, ...]
    rejection: Rejection | None = None
    broken: str | None = None
    stdout: bytes = b""
    """What it printed, standard error included: 64 KiB at most, head and tail."""
    truncated: bool = False
    stand_ins: tuple[str, ...] = ()
    """Modules that only draw, replaced by inert ones on import."""
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_memory_mb: float = 0.0
