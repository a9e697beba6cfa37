"""What a student's function returned, as plain numbers: any array of either framework, numbers, nested lists.

The shape law: what goes out has exactly the shape that came back, and its numbers only where they fit the slot.
An object may lie about itself, so its class is taken from `type()`, and it is read by the methods of the base
class alone. Whatever cannot be read is `Malformed`, with the thing named.
"""

import errno
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from grader.sandbox.frames import DTYPES, LARGEST_TEXT, MOST_DIMENSIONS, fits
from grader.sandbox.job import Answer, GroupResult, Kept, Malformed, Missing, Result, Returned, Slot

Filled = tuple[Answer, bytes]
"""An answer and its numbers, none where it has none."""

DEEPEST = 32
MESSAGE_LENGTH = LARGEST_TEXT - 64


class UnreadableError(Exception):
    """A value is no array of real numbers; the text names it."""


class Reader:
    """Reads values; made once, in the zygote, so that it holds the true methods of both frameworks."""

    def __init__(self) -> None:
        torch: Any = sys.modules.get("torch")
        self._torch = torch
        if torch is not None:
            tensor = torch.Tensor
            self._steps: tuple[Callable[[Any], Any], ...] = (
                tensor.detach,
                tensor.resolve_conj,
                tensor.resolve_neg,
                tensor.cpu,
            )
            self._numpy, self._to, self._dense, self._double = tensor.numpy, tensor.to, tensor.to_dense, torch.float64

    def fill(self, result: Result, value: Any, keep: Callable[[str, Any], None]) -> list[Filled]:
        """One answer for each slot of `result`; values of the student's own are kept for later calls."""
        if isinstance(result, Slot):
            return [self._answer(value, result)]
        if isinstance(result, Kept):
            keep(result.name, value)
            return []
        return self._group(result, value, keep)

    def _group(self, result: GroupResult, value: Any, keep: Callable[[str, Any], None]) -> list[Filled]:
        count = len(result.items)
        if value is None:
            return _everywhere(result, Missing("the function returned None"))
        kind = type(value)
        if result.kind == "dict":
            if not issubclass(kind, dict):
                return _everywhere(result, Malformed(f"{name_of(value)} where a dict was asked for"))
            items = [dict.get(value, key, _ABSENT) for key in result.keys]
            whats = [f"the entry {key!r} of the dict" for key in result.keys]
        elif issubclass(kind, (tuple, list)):
            base: Any = tuple if issubclass(kind, tuple) else list
            items = list(base.__iter__(value))
            if len(items) > count:
                return _everywhere(result, Malformed(f"a {base.__name__} of {len(items)} where {count} were asked for"))
            items += [_ABSENT] * (count - len(items))
            whats = [f"entry {place + 1} of {count}" for place in range(count)]
        elif count == 1:
            items, whats = [value], ["the value"]
        else:
            return _everywhere(result, Malformed(f"{name_of(value)} where a {result.kind} of {count} was asked for"))
        filled: list[Filled] = []
        for item, entry, what in zip(result.items, items, whats, strict=True):
            if entry is _ABSENT:
                filled += _everywhere(item, Missing(f"{what} was left out"))
            elif entry is None:
                filled += _everywhere(item, Missing(f"{what} is None"))
            else:
                filled += self.fill(item, entry, keep)
        return filled

    def _answer(self, value: Any, slot: Slot) -> Filled:
        if value is None:
            return Missing("the function returned None"), b""
        try:
            dtype, shape, numbers = self._read(value, slot, 0)
            if not fits(shape, slot):
                return Returned(dtype, shape, None), b""
            return Returned(dtype, shape, None), np.asarray(numbers(), "<f8", "C").tobytes()
        except UnreadableError as error:
            return Malformed(str(error)), b""
        except MemoryError:
            raise
        except BaseException as error:
            if is_out_of_memory(error):
                raise
            return Malformed(f"{name_of(value)} that cannot be read"), b""

    def _read(self, value: Any, slot: Slot, depth: int) -> tuple[str, tuple[int, ...], Callable[[], Any]]:
        """The dtype, the shape, and how to get the numbers: a value of the wrong shape is never converted."""
        kind = type(value)
        if self._torch is not None and issubclass(kind, self._torch.Tensor):
            return self._read_tensor(value)
        if issubclass(kind, np.ndarray):
            return self._read_objects(value, slot, depth) if _holds_objects(value) else _read_array(value)
        if issubclass(kind, np.generic):
            return _read_array(np.generic.__array__(value))
        for base, dtype in ((bool, "bool"), (int, "int64"), (float, "float64")):
            if issubclass(kind, base):
                return dtype, (), partial(_number, value, base)
        if issubclass(kind, (list, tuple)):
            return self._read_nested(value, slot, depth)
        raise UnreadableError(name_of(value))

    def _read_tensor(self, value: Any) -> tuple[str, tuple[int, ...], Callable[[], Any]]:
        torch = self._torch
        plain = type(value) is torch.Tensor
        with nullcontext() if plain else torch._C.DisableTorchFunctionSubclass():
            if not plain and type(value) is not torch.nn.Parameter:
                value = torch.Tensor.as_subclass(value, torch.Tensor)
            dtype = str(value.dtype).removeprefix("torch.")
            if value.device.type == "meta":
                raise UnreadableError("a tensor on the meta device, which has no numbers")
            if dtype not in DTYPES:
                raise UnreadableError(f"{_article(dtype)} tensor")
            shape = tuple(value.shape)

        def numbers() -> Any:
            tensor = value
            with nullcontext() if plain else torch._C.DisableTorchFunctionSubclass():
                if tensor.layout is not torch.strided:
                    tensor = self._dense(tensor)
                for step in self._steps:
                    tensor = step(tensor)
                return self._numpy(tensor if dtype == "float64" else self._to(tensor, self._double))

        return dtype, shape, numbers

    def _read_objects(self, value: Any, slot: Slot, depth: int) -> tuple[str, tuple[int, ...], Callable[[], Any]]:
        """An array of Python objects is read like the nested list of them."""
        if depth == DEEPEST:
            raise UnreadableError(f"an object array nested more than {DEEPEST} deep")
        return self._read(np.ndarray.tolist(value), slot, depth + 1)

    def _read_nested(self, value: Any, slot: Slot, depth: int) -> tuple[str, tuple[int, ...], Callable[[], Any]]:
        base: Any = list if issubclass(type(value), list) else tuple
        if depth == DEEPEST:
            raise UnreadableError(f"a {base.__name__} nested more than {DEEPEST} deep")
        items = list(base.__iter__(value))
        parts = [self._read(item, slot, depth + 1) for item in items]
        if not parts:
            return "float64", (0,), lambda: np.empty(0)
        shapes = {shape for _, shape, _ in parts}
        if len(shapes) > 1:
            raise UnreadableError(f"a ragged {base.__name__}")
        dtypes = {dtype for dtype, _, _ in parts}
        shape = (len(parts), *shapes.pop())
        if len(shape) > MOST_DIMENSIONS:
            raise UnreadableError(f"a {base.__name__} of more than {MOST_DIMENSIONS} dimensions")

        def numbers() -> Any:
            return np.stack([np.asarray(get(), np.float64) for _, _, get in parts])

        return dtypes.pop() if len(dtypes) == 1 else "float64", shape, numbers


_ABSENT = object()


def _everywhere(result: Result, answer: Answer) -> list[Filled]:
    if isinstance(result, Slot):
        return [(answer, b"")]
    if isinstance(result, Kept):
        return []
    return [filled for item in result.items for filled in _everywhere(item, answer)]


def _holds_objects(value: Any) -> bool:
    return np.ndarray.dtype.__get__(value).kind == "O" and not issubclass(type(value), np.ma.MaskedArray)


def _read_array(value: Any) -> tuple[str, tuple[int, ...], Callable[[], Any]]:
    if issubclass(type(value), np.ma.MaskedArray):
        raise UnreadableError("a masked array")
    array = np.ndarray.view(value, np.ndarray) if type(value) is not np.ndarray else value
    if array.dtype.kind not in "fiub":
        kinds = {"U": "text", "S": "bytes", "M": "datetime", "m": "timedelta", "V": "record"}
        raise UnreadableError(f"{_article(kinds.get(array.dtype.kind, array.dtype.name))} array")
    name = array.dtype.name
    return name if name in DTYPES else "longdouble", array.shape, lambda: array


def _number(value: Any, base: type) -> float:
    try:
        return float(base.__float__(value)) if base is not bool else float(value)  # type: ignore[attr-defined]
    except OverflowError:
        raise UnreadableError("an int too large for a float") from None


def name_of(value: Any) -> str:
    """A value by its type, with the article: "a str"."""
    return _article(str(type.__dict__["__name__"].__get__(type(value)))[:80])


def _article(word: str) -> str:
    return f"an {word}" if word[:1].lower() in "aeio" else f"a {word}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory could not be had, in the words of Python, the kernel, numpy or torch."""
    if isinstance(error, MemoryError):
        return True
    if type(error) is OSError:
        return error.errno == errno.ENOMEM
    if type(error) is not RuntimeError:
        return False
    message = message_of(error)
    return "can't allocate memory" in message or "not enough memory" in message


def message_of(error: BaseException, text: object = None) -> str:
    """The words of an exception (or this text of it), whatever its `__str__` does, and not too many."""
    try:
        words = str(error if text is None else text)
    except BaseException as failure:
        return f"(its message could not be made: {type(failure).__name__[:80]})"
    return words if len(words) <= MESSAGE_LENGTH else words[:MESSAGE_LENGTH] + "…"
