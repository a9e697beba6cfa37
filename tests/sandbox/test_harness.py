"""What a submission can return, and what becomes of each: through the real sandbox, as students meet it."""

import numpy as np
import pytest

from grader.sandbox import OpenSandbox, open_sandbox
from grader.sandbox.job import (
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
    Plan,
    Raised,
    Rejection,
    Returned,
    Slot,
    Source,
    TimedOut,
)

from .conftest import BUSY, DX, SHORT, X, answer, call, plan, source

RETURNED = {
    "array": ("return 2 * X", "float64"),
    "float32": ("return (2 * X).astype('f4')", "float32"),
    "float16": ("return (2 * X).astype('f2')", "float16"),
    "integers": ("return (2 * X).astype(int)", "int64"),
    "big_endian": ("return (2 * X).astype('>f8')", "float64"),
    "fortran_order": ("return np.asfortranarray(2 * X)", "float64"),
    "negative_strides": ("return (2 * X)[::-1, ::-1][::-1, ::-1]", "float64"),
    "matrix": ("return np.matrix(2 * X)", "float64"),
    "objects": ("return (2 * X).astype(object)", "float64"),
    "objects_of_rows": (
        "rows = np.empty(2, object)\n    rows[:] = list(2 * X.astype('f4'))\n    return rows",
        "float32",
    ),
    "list": ("return (2 * X).tolist()", "float64"),
    "tuple_of_rows": ("return tuple(2 * X)", "float64"),
    "lying_subclass": (
        "class Liar(np.ndarray):\n"
        "    shape = property(lambda self: (9, 9))\n"
        "    def tobytes(self): return b'x'\n"
        "---return (2 * X).view(Liar)",
        "float64",
    ),
}


def function(body: str) -> str:
    """A module with one function; a class in its body comes before it."""
    if "---" in body:
        head, _, body = body.partition("\n---")
        return f"import numpy as np\n{head}\ndef f(X):\n    {body}\n"
    return f"import numpy as np\ndef f(X):\n    {body}\n"


@pytest.mark.parametrize(("body", "dtype"), RETURNED.values(), ids=RETURNED.keys())
def test_call_array_in_any_form_returns_its_numbers(numpy_sandbox: OpenSandbox, body: str, dtype: str) -> None:
    """Whatever holds real numbers comes back as float64 in the slot's shape, with the name of its own dtype."""
    got = answer(numpy_sandbox, function(body))
    assert isinstance(got, Returned), got
    assert got.array is not None
    assert (got.dtype, got.shape, got.array.tolist()) == (dtype, (2, 3), (2 * X).tolist())


REFUSED = {
    "complex": ("return X * 1j", Malformed("a complex128 array")),
    "object_of_text": ("return np.array(['a', None], object)", Malformed("a str")),
    "object_within_itself": (
        "a = np.empty((), object)\n    a[()] = a\n    return a",
        Malformed("an object array nested more than 32 deep"),
    ),
    "text_array": ("return np.array(['a'])", Malformed("a text array")),
    "masked": ("return np.ma.masked_array(X)", Malformed("a masked array")),
    "text": ("return 'X'", Malformed("a str")),
    "bytes": ("return b'X'", Malformed("a bytes")),
    "generator": ("return (row for row in X)", Malformed("a generator")),
    "set": ("return {1.0}", Malformed("a set")),
    "dict": ("return {'dX': X}", Malformed("a dict")),
    "function": ("return f", Malformed("a function")),
    "ragged": ("return [[1.0], [1.0, 2.0]]", Malformed("a ragged list")),
    "huge_integer": ("return [[10 ** 400] * 3] * 2", Malformed("an int too large for a float")),
    "array_protocol": (
        "class Fake:\n    def __array__(self, *a, **k): return np.ones((2, 3))\n---return Fake()",
        Malformed("a Fake"),
    ),
    "none": ("return None", Missing("the function returned None")),
    "nothing": ("pass", Missing("the function returned None")),
}


@pytest.mark.parametrize(("body", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_call_no_array_of_numbers_is_named(numpy_sandbox: OpenSandbox, body: str, expected: object) -> None:
    """What is no array of real numbers is malformed, and the answer says what it was."""
    assert answer(numpy_sandbox, function(body)) == expected


def test_call_wrong_shape_returns_without_numbers(numpy_sandbox: OpenSandbox) -> None:
    """Another shape is reported, and its numbers stay in the box."""
    got = answer(numpy_sandbox, function("return X.T"))
    assert isinstance(got, Returned)
    assert (got.shape, got.array) == ((3, 2), None)


TENSORS = {
    "tensor": "return 2 * X",
    "requires_grad": "return (2 * X).requires_grad_()",
    "parameter": "return torch.nn.Parameter(2 * X)",
    "float32": "return (2 * X).float()",
    "sparse": "return (2 * X).to_sparse()",
    "sparse_rows": "return (2 * X).to_sparse_csr()",
    "bfloat16": "return (2 * X).bfloat16()",
    "transposed": "return (2 * X).t().contiguous().t()",
    "negative_bit": "return torch.view_as_complex(torch.stack([X, -2 * X], -1)).conj().imag",
    "numpy": "return 2 * X.numpy()",
    "list_of_tensors": "return [2 * X[0], 2 * X[1]]",
    "lying_subclass": (
        "class Liar(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, *a, **k): return 'lies'\n"
        "---return (2 * X).as_subclass(Liar)"
    ),
    "in_graph": "W = X.clone().requires_grad_()\n    return 2 * W",
}


@pytest.mark.parametrize("body", TENSORS.values(), ids=TENSORS.keys())
def test_call_tensor_in_any_form_returns_its_numbers(torch_sandbox: OpenSandbox, body: str) -> None:
    """A tensor comes back by its numbers, whatever its flags, its layout in memory or its class."""
    text = function(body).replace("import numpy as np", "import torch")
    got = answer(torch_sandbox, text, plan(framework="torch"))
    assert isinstance(got, Returned), got
    assert got.array is not None
    assert got.array.tolist() == (2 * X).tolist()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("return X.to(torch.complex64)", "a complex64 tensor"),
        ("return X.to('meta')", "a tensor on the meta device, which has no numbers"),
        ("return torch.quantize_per_tensor(X.float(), 1, 0, torch.qint8)", "a qint8 tensor"),
    ],
)
def test_call_no_tensor_of_numbers_is_named(torch_sandbox: OpenSandbox, body: str, what: str) -> None:
    """Tensors without plain real numbers are malformed."""
    text = f"import torch\ndef f(X):\n    {body}\n"
    assert answer(torch_sandbox, text, plan(framework="torch")) == Malformed(what)


PAIR = GroupResult("tuple", (DX, Slot("f", ())))


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("return X, 1", ["Returned", "Returned"]),
        ("return [X, np.float64(1)]", ["Returned", "Returned"]),
        ("return collections.namedtuple('P', 'a b')(X, [[1]])", ["Returned", "Returned"]),
        ("return X, None", ["Returned", Missing("entry 2 of 2 is None")]),
        ("return X,", ["Returned", Missing("entry 2 of 2 was left out")]),
        ("return None", [Missing("the function returned None")] * 2),
        ("return X, X, X", [Malformed("a tuple of 3 where 2 were asked for")] * 2),
        ("return X", [Malformed("a ndarray where a tuple of 2 was asked for")] * 2),
        ("return {'dX': X}", [Malformed("a dict where a tuple of 2 was asked for")] * 2),
    ],
)
def test_call_group_answers_slot_by_slot(numpy_sandbox: OpenSandbox, body: str, kinds: list[object]) -> None:
    """Each slot has its own answer; a wrong number of entries is missing some, or malformed as a whole."""
    asked = plan(Call("c", "f", (ArrayArgument("X"),), PAIR, SHORT))
    run = numpy_sandbox.run(source(f"import collections, numpy as np\ndef f(X):\n    {body}\n"), asked)
    answers = [type(a).__name__ if isinstance(a, Returned) else a for a in run.outcomes[0].answers]
    assert answers == kinds


def test_call_dict_missing_key_is_missing(numpy_sandbox: OpenSandbox) -> None:
    """Entries of a dict are taken by key; others than those asked for do not matter."""
    returns = GroupResult("dict", (DX, Slot("f", ())), ("dX", "f"))
    asked = plan(Call("c", "f", (ArrayArgument("X"),), returns, SHORT))
    run = numpy_sandbox.run(source("def f(X): return {'dX': X, 'other': 3}"), asked)
    assert run.outcomes[0].answers[1] == Missing("the entry 'f' of the dict was left out")
    assert isinstance(run.outcomes[0].answers[0], Returned)


def test_call_arguments_arrive_as_written(numpy_sandbox: OpenSandbox) -> None:
    """Groups, constants and integer arrays arrive in their own types, fresh for every call."""
    arguments = (
        GroupArgument("tuple", (ArrayArgument("X"), ArrayArgument("y"))),
        GroupArgument("dict", (ConstantArgument({"mode": ["train"]}),), ("p",)),
    )
    calls = tuple(Call(case, "f", arguments, Slot("n", ()), SHORT) for case in "ab")
    text = """
    def f(arrays, options):
        X, y = arrays
        good = type(arrays) is tuple and y.dtype == 'int64' and options == {'p': {'mode': ['train']}}
        X += 1
        options['p']['mode'].append(0)
        return float(good and X[0, 0] == 1)
    """
    run = numpy_sandbox.run(source(text), plan(*calls, arrays={"X": X, "y": np.array([1, 2])}))
    got = [outcome.answers[0] for outcome in run.outcomes]
    assert [a.array.item() for a in got if isinstance(a, Returned) and a.array is not None] == [1.0, 1.0]
    assert [outcome.changed for outcome in run.outcomes] == [("X",), ("X",)]


def test_call_kept_value_passes_to_later_call(numpy_sandbox: OpenSandbox) -> None:
    """A value of the student's own reaches the later call of its case; none is missing there."""
    forward = Call("c", "forward", (ArrayArgument("X"),), GroupResult("tuple", (DX, Kept("cache"))), SHORT)
    backward = Call("c", "backward", (KeptArgument("cache"),), DX, SHORT)
    other = Call("d", "backward", (KeptArgument("cache"),), DX, SHORT)
    text = "def forward(X): return X, {'X': X}\ndef backward(cache): return cache['X']"
    run = numpy_sandbox.run(source(text), plan(forward, backward, other))
    assert isinstance(run.outcomes[1].answers[0], Returned)
    assert run.outcomes[2].answers == (Missing("cache, which it needs, was not returned by an earlier call"),)


RAISED = {
    "exception": ("return 1 / 0", Raised("ZeroDivisionError", "division by zero", 3)),
    "system_exit": ("raise SystemExit(0)", Raised("SystemExit", "0", 3)),
    "keyboard_interrupt": ("raise KeyboardInterrupt", Raised("KeyboardInterrupt", "", 3)),
    "generator_exit": ("raise GeneratorExit", Raised("GeneratorExit", "", 3)),
    "bad_text": (
        "class Bad(Exception):\n    def __str__(self): raise ValueError\n---raise Bad",
        Raised("Bad", "(its message could not be made: ValueError)", 5),
    ),
    "long_text": ("raise ValueError('x' * 9999)", Raised("ValueError", "x" * 1984 + "…", 3)),
    "denied": ("open('/etc/shadow')", None),
    "memory": ("return np.ones(1 << 40)", OutOfMemory()),
    "slow_leak": ("a = []\n    while True: a.append(np.ones(1 << 17))", OutOfMemory()),
}


@pytest.mark.parametrize(("body", "expected"), RAISED.values(), ids=RAISED.keys())
def test_call_exception_is_an_answer(numpy_sandbox: OpenSandbox, body: str, expected: object) -> None:
    """Whatever is raised is reported with its line, and never passes for an answer."""
    got = answer(numpy_sandbox, function(body))
    if expected is None:
        assert isinstance(got, Raised)
        assert got.exception in ("PermissionError", "FileNotFoundError")
    else:
        assert got == expected


def test_call_torch_allocation_is_out_of_memory(torch_sandbox: OpenSandbox) -> None:
    """Torch says in a RuntimeError that there is no memory."""
    text = "import torch\ndef f(X): return torch.ones(1 << 34)"
    assert answer(torch_sandbox, text, plan(framework="torch")) == OutOfMemory()


def test_call_same_seed_before_every_call(torch_sandbox: OpenSandbox) -> None:
    """Each call draws the same numbers, from each of the three generators."""
    text = """
    import random, numpy, torch
    random.random(), numpy.random.rand(), torch.rand(1)
    def f(X): return X * 0 + random.random() + numpy.random.rand() + torch.rand(1).item()
    """
    run = torch_sandbox.run(source(text), plan(call(), call(), framework="torch"))
    first, second = (outcome.answers[0] for outcome in run.outcomes)
    assert isinstance(first, Returned)
    assert isinstance(second, Returned)
    assert first.array is not None
    assert second.array is not None
    assert first.array.tolist() == second.array.tolist()


def test_call_sets_of_names_have_the_same_order_in_every_sandbox() -> None:
    """What is done in the order of a set gives the same digits, and the same output, each time."""
    names = {"W1", "b1", "W2", "b2", "gamma", "beta"}
    text = f"names = {sorted(names)}\nprint(list(set(names)))\ndef f(X): return X"
    printed = set()
    for isolation in ("auto", "auto", "none"):
        with open_sandbox("numpy", isolation=isolation) as sandbox:
            printed.add(sandbox.run(source(text), plan(call())).stdout)
    assert len(printed) == 1


def test_import_modules_of_all_kinds_work(numpy_sandbox: OpenSandbox) -> None:
    """Own modules, packages, the teacher's modules, dataclasses and postponed annotations work as usual."""
    text = b"""
from __future__ import annotations
import dataclasses
from typing import get_type_hints
from helper import two
from pkg.part import three
import given
import numpy
@dataclasses.dataclass
class Pair:
    a: int = two
assert get_type_hints(Pair) == {'a': int} and __name__ == 'alice'
if __name__ == "__main__":
    raise SystemExit
def f(X): return X * Pair().a * three * given.four
"""
    files = {
        "alice.py": text,
        "helper.py": b"two = 2",
        "pkg/__init__.py": b"",
        "pkg/part.py": b"three = 3",
        "given.py": b"four = 0",
        "numpy.py": b"raise SystemExit('not this one')",
    }
    asked = Plan("numpy", (Box({"X": X}, (call(),), 256),), provided={"given.py": b"four = 4"})
    run = numpy_sandbox.run(Source(files, "alice.py"), asked)
    assert run.rejection is None
    got = run.outcomes[0].answers[0]
    assert isinstance(got, Returned)
    assert got.array is not None
    assert got.array.tolist() == (24 * X).tolist()


NAMED_2 = "; this looks like Python 2, and Python 3 is needed"
REJECTED = {
    "syntax": ("x = (1", Rejection("syntax_error", "'(' was never closed", 1)),
    "print": ("x = 1\nprint x", Rejection("syntax_error", f"PRINT{NAMED_2}", 2)),
    "except": ("try: pass\nexcept ValueError, e: pass", Rejection("syntax_error", f"EXCEPT{NAMED_2}", 2)),
    "backticks": ("x = `1`", Rejection("syntax_error", f"invalid syntax{NAMED_2}", 1)),
    "xrange": ("for i in xrange(3): pass", Rejection("import_error", f"NAME{NAMED_2}", 1)),
    "raises": ("\n1 / 0", Rejection("import_error", "ZeroDivisionError: division by zero", 2)),
    "exits": ("import sys\nsys.exit(0)", Rejection("import_error", "SystemExit: 0", 2)),
    "null": ("x = '\0'", None),
    "torch": (
        "\nimport torch.nn as nn",
        Rejection(
            "import_error",
            "`import torch`: torch is not available for this assignment, whose framework is numpy",
            2,
        ),
    ),
    "pandas": (
        "import pandas",
        Rejection("import_error", "`import pandas`: there is no module pandas in the grader's sandbox", 1),
    ),
    "grader": (
        "import grader",
        Rejection("import_error", "`import grader`: there is no module grader in the grader's sandbox", 1),
    ),
    "memory": ("x = bytes(1 << 40)", None),
    "dies": ("import os\nos._exit(0)", None),
    "hangs": ("while True: pass", None),
}


@pytest.mark.parametrize(("text", "expected"), REJECTED.values(), ids=REJECTED.keys())
def test_import_failure_is_a_rejection(
    numpy_sandbox: OpenSandbox, request: pytest.FixtureRequest, text: str, expected: Rejection | None
) -> None:
    """A submission that cannot be imported is rejected as a whole, with a code and the line."""
    run = numpy_sandbox.run(Source({"alice.py": text.encode()}, "alice.py"), plan())
    got = run.rejection
    assert got is not None
    assert run.outcomes == ()
    if expected is None:
        codes = {"null": "syntax_error", "memory": "out_of_memory", "dies": "crashed", "hangs": "timed_out"}
        assert got.code == codes[request.node.callspec.id]
    elif expected.message.isupper() or expected.message.split(";")[0].isupper():
        # The first words are the interpreter's own and differ between its versions.
        assert (got.code, got.line) == (expected.code, expected.line)
        assert got.message.endswith(NAMED_2)
    else:
        assert got == expected


def test_import_drawing_modules_are_inert(numpy_sandbox: OpenSandbox) -> None:
    """What only draws works and does nothing; the run says what was replaced."""
    text = """
    import matplotlib.pyplot as plt
    import seaborn as sns
    from tqdm.auto import tqdm, trange
    from IPython.display import display, HTML
    import plotly.graph_objects as go
    fig, ax = plt.subplots()
    fig, (a, b) = plt.subplots(1, 2, figsize=(3, 3))
    line, = ax.plot([1], label="x")
    n, bins, patches = plt.hist([1, 2])
    with plt.style.context("dark"):
        plt.show()
    sns.set_theme()
    bar = tqdm(range(3), desc="x")
    assert [i for i in bar] == [0, 1, 2] and list(trange(2)) == [0, 1]
    bar.set_postfix(loss=1)
    display(HTML("x"))
    go.Figure().add_trace(go.Scatter(x=[1])).show()
    @plt.something
    def f(X): return X
    """
    run = numpy_sandbox.run(source(text), plan())
    assert run.rejection is None, run.rejection
    assert run.stand_ins == ("matplotlib", "seaborn", "tqdm", "IPython", "plotly")
    assert isinstance(run.outcomes[0].answers[0], Returned)


def test_import_timeout_in_call_only_costs_its_function(numpy_sandbox: OpenSandbox) -> None:
    """A limit reached in one function leaves the others their answers, in the order of the calls."""
    text = """
    print("once")
    def slow(X):
        while True: pass
    def dead(X):
        import ctypes; ctypes.string_at(0)
    def f(X): return X
    """
    calls = [call(name, limits=BUSY) for name in ("f", "slow", "f", "dead", "slow", "dead", "f")]
    run = numpy_sandbox.run(source(text), plan(*calls))
    kinds = [type(outcome.answers[0]).__name__ for outcome in run.outcomes]
    assert kinds == ["Returned", "TimedOut", "Returned", "Crashed", "TimedOut", "Crashed", "Returned"]
    assert run.outcomes[1].answers == (TimedOut("cpu_seconds"),)
    assert run.stdout.count(b"once") == 1


def test_function_that_reached_a_limit_in_one_box_is_not_called_in_the_next(numpy_sandbox: OpenSandbox) -> None:
    """Where there is as much memory: its time is spent once, and where there is more, it may do."""
    text = """
    def slow(X):
        print("called")
        while True: pass
    def f(X): return X
    """
    calls = (call("slow", limits=BUSY), call("f"))
    boxes = tuple(Box({"X": X}, calls, memory_mb) for memory_mb in (256, 256, 300))
    run = numpy_sandbox.run(source(text), Plan("numpy", boxes, import_limits=SHORT))
    assert [type(one.answers[0]).__name__ for one in run.outcomes] == ["TimedOut", "Returned"] * 3
    assert run.stdout.count(b"called") == 2


def test_forbidden_system_call_is_named(numpy_sandbox: OpenSandbox) -> None:
    """A system call that no homework needs ends the function's part, and says so."""
    text = "import os\ndef f(X): os.execv('/bin/true', ['true'])"
    assert answer(numpy_sandbox, text) == Forbidden("a system call that is not allowed")
