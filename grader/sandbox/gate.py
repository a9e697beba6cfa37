"""The autograd policy at run time: differentiation ends the process at the moment it is tried, however it is spelled.

    any spelling ─▶ one of few places inside torch ─▶ (armed) jump to our callback ─▶ `touched`, which never returns

All reverse mode, from Python or C++, passes `Engine::execute`; all forward mode `AutogradMeta::set_fw_grad`; the
just-in-time compiler's symbolic derivative `differentiate`; a node called by hand its type's `tp_call`. Their first
instructions are replaced by a jump, in the box alone: pages are copied on write. So it does not matter under
which name, from which saved reference, or in which thread they are reached. The gate is armed after the import,
once, and for good.

Where the machine code cannot be patched the same is tried by replacing the code of torch's own Python functions,
which saved references share too; a call of the bare engine object then passes only if it was saved at import.
"""

import ctypes
import mmap
import os
import platform
import re
import struct
import sys
import types
from collections.abc import Callable
from typing import Any, Literal, Protocol

Touched = Callable[[str], None]
"""Called with what was tried, in the thread that tried it; must not return."""

REVERSE = "differentiation by the framework (reverse mode)"
FORWARD = "differentiation by the framework (forward mode)"
SYMBOLIC = "differentiation by the framework (symbolic, in a compiled function)"
NODE = "differentiation by the framework (a node of the graph was called)"

SYMBOLS = (
    ("_ZN5torch8autograd6Engine7executeE", REVERSE),
    ("_ZN5torch8autograd12AutogradMeta11set_fw_gradE", FORWARD),
    ("_ZN5torch3jit13differentiateE", SYMBOLIC),
)
"""Where the mangled name of each place begins; the rest, its parameters, differs between versions of torch."""

KNOWN_NAMES = (
    "_ZN5torch8autograd6Engine7executeERKSt6vectorINS0_4EdgeESaIS3_EERKS2_IN2at6TensorESaIS9_EEbbbS7_",
    "_ZN5torch8autograd12AutogradMeta11set_fw_gradERKN2at10TensorBaseES5_mb",
    "_ZN5torch3jit13differentiateERSt10shared_ptrINS0_5GraphEE",
)

TP_CALL = 128
"""Offset of the slot `tp_call` in a type object of 64-bit CPython."""

PROTECTION = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC


class Gate(Protocol):
    """Closed once, in the box, before the first graded call."""

    kind: Literal["machine", "python"]

    def arm(self, touched: Touched) -> None: ...


class MachineGate:
    """Jumps written over the first instructions of functions of libtorch."""

    kind: Literal["machine", "python"] = "machine"

    def __init__(self) -> None:
        self._touched: Touched = _not_armed
        self._keep: list[Any] = []
        self._patches = [self._prepare(address, what) for address, what in _places()]

    def arm(self, touched: Touched) -> None:
        self._touched = touched
        for place, jump in self._patches:
            place[:] = jump
        if platform.machine() == "aarch64":
            for place in self._keep:
                if isinstance(place, ctypes.Array):
                    start = ctypes.addressof(place)
                    _flush(start, start + len(place))

    def _prepare(self, address: int, what: str) -> tuple[memoryview, bytes]:
        """Makes the place writable, and its jump; the callback is kept alive, for machine code does not."""
        callback = ctypes.CFUNCTYPE(None)(lambda: self._touched(what))
        target = ctypes.cast(callback, ctypes.c_void_p).value
        assert target is not None
        jump = jump_to(target)
        first = address & -mmap.PAGESIZE
        size = (address + len(jump) - first + mmap.PAGESIZE - 1) & -mmap.PAGESIZE
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mprotect(ctypes.c_void_p(first), ctypes.c_size_t(size), PROTECTION) != 0:
            code = ctypes.get_errno()
            raise OSError(code, f"mprotect: {os.strerror(code)}")
        place = (ctypes.c_ubyte * len(jump)).from_address(address)
        self._keep += [callback, place]
        return memoryview(place).cast("B"), jump


class PythonGate:
    """The code objects of torch's own functions, replaced by one that calls us."""

    kind: Literal["machine", "python"] = "python"

    def __init__(self) -> None:
        import torch.autograd.forward_ad as forward
        import torch.autograd.graph as graph
        from torch.autograd import Variable

        self._forward = (forward.make_dual, forward.enter_dual_level)
        self._reverse = (graph._engine_run_backward,)
        self._owner: Any = sys.modules["torch._C"]
        self._variable: Any = Variable

    def arm(self, touched: Touched) -> None:
        for functions, what in ((self._reverse, REVERSE), (self._forward, FORWARD)):
            for function in functions:
                _redirect(function, touched, what)

        class Engine:
            def run_backward(self, *args: Any, **kwargs: Any) -> None:
                touched(REVERSE)

        self._owner._EngineBase = self._owner._ImperativeEngine = Engine
        self._variable._execution_engine = Engine()
        self._owner._jit_differentiate = lambda *args: touched(SYMBOLIC)


def make_gate(*, machine: bool = True) -> tuple[Gate, str | None]:
    """The best gate there is for the torch that is loaded, and why it is not the machine's where it is not."""
    if not machine:
        return PythonGate(), "autograd_gate: machine code left alone on request"
    try:
        return MachineGate(), None
    except (OSError, LookupError, ValueError) as error:
        return PythonGate(), f"autograd_gate: {error}"


def jump_to(target: int, arch: str | None = None) -> bytes:
    """Machine code that goes to an address and changes no argument on the way."""
    arch = arch or platform.machine()
    if arch == "x86_64":  # movabs rax, target; jmp rax
        return b"\x48\xb8" + struct.pack("<Q", target) + b"\xff\xe0"
    if arch == "aarch64":  # ldr x16, #8; br x16; the address itself
        return struct.pack("<IIQ", 0x58000050, 0xD61F0200, target)
    raise LookupError(f"no jump known for {arch}")


def _places() -> list[tuple[int, str]]:
    """The address of every place that must be closed, and what is tried by reaching it."""
    import torch

    path = os.path.join(os.path.dirname(str(torch.__file__)), "lib", "libtorch_cpu.so")
    library = ctypes.CDLL(path)
    places: dict[int, str] = {}
    for (prefix, what), known in zip(SYMBOLS, KNOWN_NAMES, strict=True):
        for name in [known] if _address(library, known) else _names_with(path, prefix):
            address = _address(library, name)
            if address is not None:
                places[address] = what
        if what not in places.values():
            raise LookupError(f"this torch has no {prefix}")
    leaf = torch.ones(1, requires_grad=True)
    for node in (leaf * 2, leaf.exp(), leaf.sum()):
        slot = ctypes.c_void_p.from_address(id(type(node.grad_fn)) + TP_CALL).value
        if slot is None:
            raise LookupError("this torch has nodes that cannot be called")
        places[slot] = NODE
    return list(places.items())


def _address(library: ctypes.CDLL, name: str) -> int | None:
    try:
        return ctypes.cast(getattr(library, name), ctypes.c_void_p).value
    except AttributeError:
        return None


def _names_with(path: str, prefix: str) -> list[str]:
    """All symbols of a library with this beginning, found in its string tables."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as image:
        found = re.findall(rb"\0(" + prefix.encode() + rb"\w*)\0", image)
    return sorted({name.decode() for name in found})


def _flush(start: int, end: int) -> None:
    """Makes the instruction cache see what was written; x86 does by itself."""
    ctypes.CDLL("libgcc_s.so.1").__clear_cache(ctypes.c_void_p(start), ctypes.c_void_p(end))


def _redirect(function: types.FunctionType, touched: Touched, what: str) -> None:
    """Makes a function call `touched` instead, whoever holds it."""
    function.__globals__["__touched__"] = lambda: touched(what)

    def closed(*args: Any, **kwargs: Any) -> None:
        __touched__()  # type: ignore[name-defined]  # noqa: F821

    function.__code__ = closed.__code__


def _not_armed(what: str) -> None:
    raise AssertionError("the gate was reached before it was armed")
