"""Answers on their way out of the box, as frames; each is checked against what was asked for.

    frame   length │ JSON list │ float64 arrays, as many and as long as the slots say

They are written in a process that runs student code: `FrameReader` trusts nothing in them. It knows which frame
must come next and which slots it answers, refuses a header that says anything else, and only then reads a body,
whose length follows from the slots and not from the frame.
"""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from grader.sandbox.job import (
    Answer,
    Forbidden,
    Malformed,
    Missing,
    OutOfMemory,
    Raised,
    Rejection,
    Returned,
    Slot,
)

LARGEST_HEADER = 64 << 10
LARGEST_TEXT = 2 << 10
MOST_DIMENSIONS = 64
DTYPES = frozenset(
    [
        "bool",
        *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
        *("float16", "bfloat16", "float32", "float64", "longdouble"),
        *("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"),
    ]
)
"""Names of the number types that an answer may have had."""

_length = struct.Struct("<I")


def single(shape: tuple[int, ...]) -> bool:
    """Whether a shape is of one element, so that it stands for every other such shape."""
    return all(size == 1 for size in shape)


def fits(shape: tuple[int, ...], slot: Slot) -> bool:
    """Whether an array of this shape comes back with its numbers."""
    return shape == slot.shape or (single(shape) and single(slot.shape))


# ----- frames: written in the box -----


def ready_frame() -> bytes:
    """The box is locked, and the student's turn begins; whatever failed before is ours."""
    return _framed(["ready"])


def imported_frame(stand_ins: tuple[str, ...]) -> bytes:
    """The submission is imported; the calls begin."""
    return _framed(["imported", list(stand_ins)])


def rejected_frame(rejection: Rejection) -> bytes:
    """The submission cannot be imported; nothing follows."""
    return _framed(["rejected", rejection.code, rejection.message, rejection.line])


def silent_frame(call: int, *, kept: bool) -> bytes:
    """A repeated call is over, and left its values or did not."""
    return _framed(["silent", call, kept])


def answer_frame(call: int, answers: list[tuple[Answer, bytes]], changed: tuple[str, ...]) -> bytes:
    """An answer for each slot of a call; a `Returned` that fits its slot has its numbers beside it."""
    heads = [_answer_out(answer) for answer, _ in answers]
    return b"".join([_framed(["answers", call, heads, changed]), *(body for _, body in answers)])


def whole_frame(call: int, answer: Answer, changed: tuple[str, ...] = ()) -> bytes:
    """One answer for all slots of a call."""
    return _framed(["whole", call, _answer_out(answer), changed])


def _answer_out(answer: Answer) -> list[Any]:
    match answer:
        case Returned(dtype, shape):
            return ["returned", dtype, shape]
        case Malformed(what):
            return ["malformed", what]
        case Missing(why):
            return ["missing", why]
        case Raised(exception, message, line, file):
            return ["raised", exception, message, line, file]
        case Forbidden(what, line):
            return ["forbidden", what, line]
        case OutOfMemory():
            return ["out_of_memory"]
    raise ValueError(f"not for the box to say: {answer!r}")


# ----- frames: read outside -----


class FrameError(Exception):
    """What the box said is not the frame that must come next."""


@dataclass(frozen=True)
class Ready:
    """The box is locked; none of the student's code has run."""


@dataclass(frozen=True)
class Imported:
    """The submission is imported; these modules were replaced by stand-ins."""

    stand_ins: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """One answer for each slot of the call that was asked for."""

    answers: tuple[Answer, ...]
    changed: tuple[str, ...]
    whole: Answer | None = None
    """Set where the call as a whole came to nothing."""


@dataclass(frozen=True)
class Repeated:
    """A silent call is over; `kept` says that its values are there for later calls."""

    kept: bool


Frame: TypeAlias = Ready | Imported | Rejection | Answered | Repeated


@dataclass(frozen=True)
class Expected:
    """The frame that must come next: that the box is ready, of the import, or of a call."""

    stage: Literal["ready", "import", "call"]
    call: int | None = None
    slots: tuple[Slot, ...] = ()
    arrays: frozenset[str] = frozenset()
    """Names that the call may say it changed."""
    silent: bool = False


class FrameReader:
    """Takes frames off a stream of hostile bytes; holds no more of it than one frame that fits."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._frame: Frame | None = None
        self._open: list[int] = []
        self._body = 0

    def feed(self, data: bytes) -> None:
        """Adds what was read."""
        self._data += data

    @property
    def leftover(self) -> bool:
        """Whether there are bytes that no frame has taken."""
        return bool(self._data) or self._frame is not None

    def take(self, expected: Expected) -> Frame | None:
        """The next frame, once it is complete; None asks for more bytes.

        Raises:
            FrameError: The bytes are no frame, or not the expected one.
        """
        if self._frame is None and not self._take_header(expected):
            return None
        if len(self._data) < self._body:
            return None
        frame = self._frame
        self._frame = None
        return self._with_bodies(frame, expected) if isinstance(frame, Answered) else frame

    def _take_header(self, expected: Expected) -> bool:
        if len(self._data) < 4:
            return False
        (length,) = _length.unpack_from(self._data)
        if not 2 <= length <= LARGEST_HEADER:
            raise FrameError(f"a header of {length} bytes")
        if len(self._data) < 4 + length:
            return False
        try:
            header = json.loads(self._data[4 : 4 + length].decode("utf-8", "strict"))
        except (ValueError, RecursionError):
            raise FrameError("a header that is not JSON") from None
        del self._data[: 4 + length]
        self._open = []
        self._frame = self._read(header, expected)
        self._body = sum(8 * math.prod(expected.slots[place].shape) for place in self._open)
        return True

    def _read(self, header: object, expected: Expected) -> Frame:
        match header:
            case ["ready"] if expected.stage == "ready":
                return Ready()
            case ["imported", [*names]] if expected.stage == "import":
                return Imported(tuple(_text(name, 64) for name in names[:64]))
            case ["rejected", "syntax_error" | "import_error" | "out_of_memory" as code, message, line] if (
                expected.stage == "import"
            ):
                return Rejection(code, _text(message), _line(line))
            case ["silent", int(call), bool(kept)] if expected.silent and call == expected.call:
                return Repeated(kept)
            case ["answers", int(call), [*heads], [*changed]] if self._is_due(call, expected):
                if len(heads) != len(expected.slots):
                    raise FrameError(f"{len(heads)} answers where {len(expected.slots)} were asked for")
                answers = [self._answer(head, place, expected) for place, head in enumerate(heads)]
                return Answered(tuple(answers), _names(changed, expected))
            case ["whole", int(call), [*head], [*changed]] if self._is_due(call, expected):
                answer = _simple_answer(head)
                return Answered((answer,) * len(expected.slots), _names(changed, expected), answer)
        raise FrameError("not the frame that was due")

    @staticmethod
    def _is_due(call: int, expected: Expected) -> bool:
        return expected.stage == "call" and call == expected.call and not expected.silent

    def _answer(self, head: object, place: int, expected: Expected) -> Answer:
        match head:
            case ["returned", str(dtype), [*sizes]] if dtype in DTYPES and len(sizes) <= MOST_DIMENSIONS:
                shape = tuple(_size(size) for size in sizes)
                if fits(shape, expected.slots[place]):
                    self._open.append(place)
                return Returned(dtype, shape, None)
            case ["malformed" | "missing", _]:
                return _simple_answer(head)
        raise FrameError("an answer of no known kind")

    def _with_bodies(self, frame: Answered, expected: Expected) -> Answered:
        answers = list(frame.answers)
        for place, body in zip(self._open, self._bodies(expected), strict=True):
            answer = answers[place]
            assert isinstance(answer, Returned)
            shape = expected.slots[place].shape
            array = np.frombuffer(body, "<f8").reshape(shape).astype(np.float64, copy=False)
            answers[place] = Returned(answer.dtype, answer.shape, array)
        return Answered(tuple(answers), frame.changed, frame.whole)

    def _bodies(self, expected: Expected) -> Iterator[bytes]:
        for place in self._open:
            size = 8 * math.prod(expected.slots[place].shape)
            yield bytes(self._data[:size])
            del self._data[:size]


def _simple_answer(head: object) -> Answer:
    match head:
        case ["malformed", what]:
            return Malformed(_text(what))
        case ["missing", why]:
            return Missing(_text(why))
        case ["raised", exception, message, line, file]:
            return Raised(_text(exception), _text(message), _line(line), None if file is None else _text(file, 256))
        case ["forbidden", what, line]:
            return Forbidden(_text(what), _line(line))
        case ["out_of_memory"]:
            return OutOfMemory()
    raise FrameError("an answer of no known kind")


def _text(value: object, most: int = LARGEST_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise FrameError("a text that is none, or too long")
    # Lone surrogates can be written in JSON, but not in UTF-8.
    return value.encode("utf-8", "backslashreplace").decode()


def _line(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise FrameError("a line that is no number")
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        raise FrameError("a shape that is none")
    return value


def _names(changed: list[object], expected: Expected) -> tuple[str, ...]:
    names = [name for name in changed if isinstance(name, str) and name in expected.arrays]
    if len(names) != len(changed) or len(set(names)) != len(names):
        raise FrameError("changed inputs that the call does not have")
    return tuple(names)


def _framed(header: list[Any]) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    return _length.pack(len(text)) + text
