"""Jobs survive the way in; of what comes out only the frame that is due is believed."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import wire
from grader.sandbox.job import (
    Answer,
    ArrayArgument,
    Box,
    Call,
    ConstantArgument,
    Forbidden,
    GroupArgument,
    GroupResult,
    Kept,
    KeptArgument,
    Malformed,
    Missing,
    OutOfMemory,
    Raised,
    Rejection,
    Returned,
    Slot,
)

DUE = wire.Expected("call", 3, (Slot("dW", (2, 2)), Slot("f", ())), frozenset({"W"}))


def framed(header: object, body: bytes = b"") -> bytes:
    """A frame as a box would write it, well-formed or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + body


def take(data: bytes, expected: wire.Expected = DUE) -> wire.Frame | None:
    """What a reader makes of these bytes."""
    reader = wire.FrameReader()
    reader.feed(data)
    return reader.take(expected)


def test_pack_box_all_kinds_come_back() -> None:
    """Arrays keep dtype, shape and numbers; calls are equal to those that went in."""
    arrays = {"X": np.arange(6.0).reshape(2, 3).T, "y": np.array([1, 2]), "s": np.array(0.5)}
    arguments = (
        ArrayArgument("X"),
        KeptArgument("cache"),
        GroupArgument("dict", (ConstantArgument({"mode": [1, None, True]}), ArrayArgument("y")), ("a", "b")),
    )
    returns = GroupResult("tuple", (Slot("dX", (3, 2)), GroupResult("dict", (Kept("c"), Slot("f", ())), ("c", "f"))))
    box = Box(arrays, (Call("case", "f", arguments, returns),))
    back = wire.unpack_box(wire.pack_box(box))
    assert back.calls == box.calls
    assert {key: (a.dtype, a.tolist()) for key, a in back.arrays.items()} == {
        key: (a.dtype, a.tolist()) for key, a in arrays.items()
    }


def test_pack_job_all_fields_come_back() -> None:
    """A job is equal to the one that went in."""
    steps = (wire.Step(0), wire.Step(2, silent=True))
    job = wire.Job("torch", True, 5, "a.py", {"a.py": b"x"}, {"helpers.py": b"yz"}, steps, 64, 7, True)
    assert wire.unpack_job(wire.pack_job(job)) == job


def test_take_answers_whole_or_in_pieces_come_back() -> None:
    """Arrays have the slot's shape; a single element may have come as any other single shape."""
    body = np.array([1.0, 2, 3, 4, 5]).tobytes()
    answers: list[tuple[Answer, bytes]] = [
        (Returned("float32", (2, 2), None), body[:32]),
        (Returned("float64", (1, 1), None), body[32:]),
    ]
    data = wire.answer_frame(3, answers, ("W",))
    reader = wire.FrameReader()
    for place in range(len(data) - 1):
        reader.feed(data[place : place + 1])
        assert reader.take(DUE) is None
    reader.feed(data[-1:])
    frame = reader.take(DUE)
    assert isinstance(frame, wire.Answered)
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
    assert take(wire.whole_frame(3, answer)) == wire.Answered((expected,) * 2, (), expected)


def test_take_import_frames_come_back() -> None:
    """The frames of the import are read when they are due."""
    due = wire.Expected("import")
    rejection = Rejection("syntax_error", "invalid syntax", 3)
    assert take(wire.imported_frame(("tqdm",)), due) == wire.Imported(("tqdm",))
    assert take(wire.rejected_frame(rejection), due) == rejection
    assert take(wire.ready_frame(), wire.Expected("ready")) == wire.Ready()


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
    "import_again": wire.imported_frame(()),
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
    "silent_not_due": wire.silent_frame(3, kept=True),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_take_hostile_frame_is_refused(data: bytes) -> None:
    """Whatever is not the frame that is due is an error, found before a body is read."""
    with pytest.raises(wire.FrameError):
        take(data)


def test_take_wrong_shape_has_no_body() -> None:
    """An array of another shape comes without numbers, so what follows the header is too much."""
    reader = wire.FrameReader()
    heads = [["returned", "float64", [1 << 40, 1 << 20]], ["missing", "left out"]]
    reader.feed(framed(["answers", 3, heads, []], b"12345678"))
    frame = reader.take(DUE)
    assert isinstance(frame, wire.Answered)
    assert frame.answers[1] == Missing("left out")
    assert reader.leftover


@given(st.binary(max_size=200))
def test_take_any_bytes_ask_for_more_or_are_refused(data: bytes) -> None:
    """No bytes make the reader fail in another way."""
    with contextlib.suppress(wire.FrameError):
        assert take(data) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8))
def test_take_any_json_is_refused(header: object) -> None:
    """No header of random shape is believed."""
    with pytest.raises(wire.FrameError):
        take(framed(header))
