"""Of what comes out of a box only the frame that is due is believed."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import frames
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

DUE = frames.Expected("call", 3, (Slot("dW", (2, 2)), Slot("f", ())), frozenset({"W"}))


def framed(header: object, body: bytes = b"") -> bytes:
    """A frame as a box would write it, well-formed or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + body


def take(data: bytes, expected: frames.Expected = DUE) -> frames.Frame | None:
    """What a reader makes of these bytes."""
    reader = frames.FrameReader()
    reader.feed(data)
    return reader.take(expected)


def test_take_answers_whole_or_in_pieces_come_back() -> None:
    """Arrays have the slot's shape; a single element may have come as any other single shape."""
    body = np.array([1.0, 2, 3, 4, 5]).tobytes()
    answers: list[tuple[Answer, bytes]] = [
        (Returned("float32", (2, 2), None), body[:32]),
        (Returned("float64", (1, 1), None), body[32:]),
    ]
    data = frames.answer_frame(3, answers, ("W",))
    reader = frames.FrameReader()
    for place in range(len(data) - 1):
        reader.feed(data[place : place + 1])
        assert reader.take(DUE) is None
    reader.feed(data[-1:])
    frame = reader.take(DUE)
    assert isinstance(frame, frames.Answered)
    first, second = frame.answers
    assert isinstance(first, Returned)
    assert isinstance(second, Returned)
    assert first.array is not None
    assert second.array is not None
    assert (first.dtype, first.array.tolist()) == ("float32", [[1, 2], [3, 4]])
    assert (second.shape, second.array.shape, second.array.item()) == ((1, 1), (), 5)
    assert frame.changed == ("W",)
    assert not reader.leftover


@pytest.mark.parametrize(
    "answer",
    [
        Malformed("a str"),
        Missing("the function returned None"),
        Raised("ValueError", "no\ud800", 3, None),
        Forbidden("autograd", 7),
        OutOfMemory(),
    ],
)
def test_take_whole_answer_stands_for_every_slot(answer: Answer) -> None:
    """One answer is repeated; a lone surrogate, which UTF-8 lacks, is made visible."""
    if isinstance(answer, Raised):
        expected: Answer = Raised("ValueError", "no\\ud800", 3, None)
    else:
        expected = answer
    assert take(frames.whole_frame(3, answer)) == frames.Answered((expected,) * 2, (), expected)


def test_take_import_frames_come_back() -> None:
    """The frames of the import are read when they are due."""
    due = frames.Expected("import")
    rejection = Rejection("syntax_error", "invalid syntax", 3)
    assert take(frames.imported_frame(("tqdm",)), due) == frames.Imported(("tqdm",))
    assert take(frames.rejected_frame(rejection), due) == rejection
    assert take(frames.ready_frame(), frames.Expected("ready")) == frames.Ready()


RETURNED = ["returned", "float64", [2, 2]]
SCALAR = ["returned", "float64", []]
HOSTILE = {
    "length_zero": struct.pack("<I", 0),
    "length_huge": struct.pack("<I", 1 << 31),
    "not_json": framed(b"{]"),
    "not_utf8": framed(b'["\xff"]'),
    "deep_json": framed(b"[" * 60000),
    "long_integer": framed(b"[" + b"9" * 60000 + b"]"),
    "a_dict": framed({"pass": True, "score": 100}),
    "unknown_kind": framed(["verdict", 3, "correct"]),
    "import_again": frames.imported_frame(()),
    "other_call": framed(["answers", 4, [RETURNED, SCALAR], []]),
    "too_few": framed(["answers", 3, [RETURNED], []]),
    "too_many": framed(["answers", 3, [RETURNED, SCALAR, SCALAR], []]),
    "unknown_dtype": framed(["answers", 3, [["returned", "complex128", [2, 2]], SCALAR], []]),
    "negative_size": framed(["answers", 3, [["returned", "float64", [-2, -2]], SCALAR], []]),
    "boolean_size": framed(["answers", 3, [["returned", "float64", [True, 4]], SCALAR], []]),
    "float_size": framed(["answers", 3, [["returned", "float64", [2.0, 2]], SCALAR], []]),
    "overflowing_size": framed(["answers", 3, [["returned", "float64", [1 << 63]], SCALAR], []]),
    "many_dimensions": framed(["answers", 3, [["returned", "float64", [1] * 65], SCALAR], []]),
    "timed_out": framed(["whole", 3, ["timed_out", "wall_seconds"], []]),
    "broken": framed(["whole", 3, ["broken", "the grader"], []]),
    "long_text": framed(["whole", 3, ["malformed", "x" * 3000], []]),
    "line_of_text": framed(["whole", 3, ["forbidden", "x", "7"], []]),
    "unknown_input": framed(["whole", 3, ["out_of_memory"], ["V"]]),
    "input_twice": framed(["whole", 3, ["out_of_memory"], ["W", "W"]]),
    "silent_not_due": frames.silent_frame(3, kept=True),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_take_hostile_frame_is_refused(data: bytes) -> None:
    """Whatever is not the frame that is due is an error, found before a body is read."""
    with pytest.raises(frames.FrameError):
        take(data)


def test_take_wrong_shape_has_no_body() -> None:
    """An array of another shape comes without numbers, so what follows the header is too much."""
    reader = frames.FrameReader()
    heads = [["returned", "float64", [1 << 40, 1 << 20]], ["missing", "left out"]]
    reader.feed(framed(["answers", 3, heads, []], b"12345678"))
    frame = reader.take(DUE)
    assert isinstance(frame, frames.Answered)
    assert frame.answers[1] == Missing("left out")
    assert reader.leftover


@given(st.binary(max_size=200))
def test_take_any_bytes_ask_for_more_or_are_refused(data: bytes) -> None:
    """No bytes make the reader fail in another way."""
    with contextlib.suppress(frames.FrameError):
        assert take(data) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8))
def test_take_any_json_is_refused(header: object) -> None:
    """No header of random shape is believed."""
    with pytest.raises(frames.FrameError):
        take(framed(header))
