"""Jobs on their way into the box, as bytes: written by us, read in the box before the student's turn.

packed box   length │ JSON: calls, where the arrays are │ padding │ arrays, little-endian, aligned to 64
packed job   length │ JSON: which calls, how            │ module sources
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.sandbox.job import (
    Argument,
    ArrayArgument,
    Box,
    Call,
    ConstantArgument,
    Framework,
    GroupArgument,
    GroupResult,
    Kept,
    KeptArgument,
    Result,
    Slot,
)

ALIGNMENT = 64

LENGTHS = struct.Struct("<QQ")
"""Before a packed box and a packed job that come through one pipe."""

_length = struct.Struct("<I")


@dataclass(frozen=True)
class Step:
    """A call to make, by its index in the box; `silent` where it was answered before and only leaves its values."""

    call: int
    silent: bool = False


@dataclass(frozen=True)
class Job:
    """What one child is to do with one submission; its arrays and calls are in the packed box."""

    framework: Framework
    forbid_autograd: bool
    seed: int
    main: str
    modules: Mapping[str, bytes]
    provided: Mapping[str, bytes]
    steps: tuple[Step, ...]
    memory_mb: int
    cpu_seconds: int
    repeated: bool = False
    """The import was done and its output taken in an earlier child: do it silently."""


def pack_job(job: Job) -> bytes:
    """The bytes of a job, read again by `unpack_job`."""
    header = {
        "framework": job.framework,
        "forbid_autograd": job.forbid_autograd,
        "seed": job.seed,
        "main": job.main,
        "modules": [[name, len(source)] for name, source in job.modules.items()],
        "provided": [[name, len(source)] for name, source in job.provided.items()],
        "steps": [[step.call, step.silent] for step in job.steps],
        "memory_mb": job.memory_mb,
        "cpu_seconds": job.cpu_seconds,
        "repeated": job.repeated,
    }
    return b"".join([_with_length(header), *job.modules.values(), *job.provided.values()])


def unpack_job(data: bytes) -> Job:
    """The job in these bytes, which must come from `pack_job`."""
    header, at = _split(data)
    for kind in ("modules", "provided"):
        held = {}
        for name, size in header[kind]:
            held[name] = data[at : at + size]
            at += size
        header[kind] = held
    header["steps"] = tuple(Step(call, silent) for call, silent in header["steps"])
    return Job(**header)


def pack_box(box: Box) -> bytes:
    """The bytes of a box, read again by `unpack_box`."""
    places: dict[str, list[Any]] = {}
    bodies: list[bytes] = []
    end = 0
    for key, array in box.arrays.items():
        body = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        places[key] = [array.dtype.newbyteorder("<").str, list(array.shape), end, len(body)]
        padding = -len(body) % ALIGNMENT
        bodies += [body, bytes(padding)]
        end += len(body) + padding
    calls = [
        [call.case, call.function, [_argument_out(a) for a in call.arguments], _result_out(call.returns)]
        for call in box.calls
    ]
    head = _with_length({"arrays": places, "calls": calls})
    return b"".join([head, bytes(-len(head) % ALIGNMENT), *bodies])


def unpack_box(data: bytes) -> Box:
    """The box in these bytes, which must come from `pack_box`; its arrays are views of `data`."""
    header, at = _split(data)
    at += -at % ALIGNMENT
    arrays = {
        key: np.frombuffer(data, dtype, math.prod(shape), at + start).reshape(shape)
        for key, (dtype, shape, start, _) in header["arrays"].items()
    }
    calls = tuple(
        Call(case, function, tuple(_argument_in(a) for a in arguments), _result_in(returns))
        for case, function, arguments, returns in header["calls"]
    )
    return Box(arrays, calls)


def _with_length(header: object) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    return _length.pack(len(text)) + text


def _split(data: bytes) -> tuple[dict[str, Any], int]:
    end = 4 + _length.unpack_from(data)[0]
    return json.loads(data[4:end]), end


def _argument_out(argument: Argument) -> list[Any]:
    match argument:
        case ArrayArgument(key):
            return ["array", key]
        case KeptArgument(name):
            return ["kept", name]
        case ConstantArgument(value):
            return ["constant", value]
        case GroupArgument(kind, items, keys):
            return [kind, [_argument_out(item) for item in items], keys]


def _argument_in(data: list[Any]) -> Argument:
    match data:
        case ["array", key]:
            return ArrayArgument(key)
        case ["kept", name]:
            return KeptArgument(name)
        case ["constant", value]:
            return ConstantArgument(value)
        case [kind, items, keys]:
            return GroupArgument(kind, tuple(_argument_in(item) for item in items), tuple(keys))
    raise ValueError(f"no argument: {data!r}")


def _result_out(result: Result) -> list[Any]:
    match result:
        case Slot(name, shape):
            return ["slot", name, shape]
        case Kept(name):
            return ["kept", name]
        case GroupResult(kind, items, keys):
            return [kind, [_result_out(item) for item in items], keys]


def _result_in(data: list[Any]) -> Result:
    match data:
        case ["slot", name, shape]:
            return Slot(name, tuple(shape))
        case ["kept", name]:
            return Kept(name)
        case [kind, items, keys]:
            return GroupResult(kind, tuple(_result_in(item) for item in items), tuple(keys))
    raise ValueError(f"no result: {data!r}")
