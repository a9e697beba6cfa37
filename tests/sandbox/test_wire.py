"""Jobs come out of their bytes as they went in."""

import numpy as np

from grader.sandbox import wire
from grader.sandbox.job import (
    ArrayArgument,
    Box,
    Call,
    ConstantArgument,
    GroupArgument,
    GroupResult,
    Kept,
    KeptArgument,
    Slot,
)


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
