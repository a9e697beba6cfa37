"""Differentiation by the framework inside a graded call ends it, however it is spelled; everything else goes on."""

import struct

import pytest

from grader.sandbox import OpenSandbox
from grader.sandbox.gate import FORWARD, NODE, REVERSE, SYMBOLIC, jump_to
from grader.sandbox.job import Forbidden, Returned

from .conftest import CallLimits, X, answer, call, plan, source

PATIENT = CallLimits(10.0, 20.0)

PRELUDE = """
import functools, threading, torch
import torch.autograd.forward_ad as forward_ad
from torch.autograd import Variable
saved_grad, saved_backward = torch.autograd.grad, torch.Tensor.backward
saved_engine = Variable._execution_engine
saved_jacobian = torch.autograd.functional.jacobian
saved_func = torch.func.grad

def loss(W): return (W * W).sum()

@torch.jit.script
def scripted(W):
    y = (W * W).sum()
    return torch.autograd.grad([y], [W])[0]

@torch.jit.script
def scripted_backward(W):
    (W * W).sum().backward()
    return W

def swallow(function):
    @functools.wraps(function)
    def wrapped(*args):
        try:
            return function(*args)
        except BaseException:
            return 2 * args[0]
    return wrapped

@swallow
def f(X):
    W = X.clone().requires_grad_()
    {body}
"""

SPELLINGS = {
    "backward": ("loss(W).backward(); return W.grad", REVERSE),
    "grad": ("return torch.autograd.grad(loss(W), W)[0]", REVERSE),
    "autograd_backward": ("torch.autograd.backward(loss(W)); return W.grad", REVERSE),
    "saved_grad": ("return saved_grad(loss(W), W)[0]", REVERSE),
    "saved_backward": ("saved_backward(loss(W)); return W.grad", REVERSE),
    "saved_engine": (
        "return saved_engine.run_backward((loss(W),), (torch.ones(()),), False, False, (W,), True, True)[0]",
        REVERSE,
    ),
    "new_engine": (
        "return type(saved_engine)().run_backward((loss(W),), (torch.ones(()),), False, False, (W,), True, True)[0]",
        REVERSE,
    ),
    "operator_backward": ("torch.ops.aten._backward(loss(W), [W]); return W.grad", REVERSE),
    "functional_jacobian": ("return torch.autograd.functional.jacobian(loss, X)", REVERSE),
    "saved_jacobian": ("return saved_jacobian(loss, X)", REVERSE),
    "functional_vjp": ("return torch.autograd.functional.vjp(loss, X)[1]", REVERSE),
    "functional_hessian": ("return torch.autograd.functional.hessian(loss, X)", REVERSE),
    "func_grad": ("return torch.func.grad(loss)(X)", REVERSE),
    "saved_func": ("return saved_func(loss)(X)", REVERSE),
    "func_vjp": ("return torch.func.vjp(loss, X)[1](torch.ones((), dtype=X.dtype))[0]", REVERSE),
    "func_jacrev": ("return torch.func.jacrev(loss)(X)", REVERSE),
    "func_jvp": ("return torch.func.jvp(loss, (X,), (X,))[1]", FORWARD),
    "func_jacfwd": ("return torch.func.jacfwd(loss)(X)", FORWARD),
    "func_hessian": ("return torch.func.hessian(loss)(X)", None),
    "func_linearize": ("return torch.func.linearize(loss, X)[1](X)", None),
    "forward_ad": (
        "\n    with forward_ad.dual_level(): return forward_ad.unpack_dual(forward_ad.make_dual(X, X)).tangent",
        FORWARD,
    ),
    "scripted_grad": ("return scripted(W)", None),
    "scripted_backward": ("scripted_backward(W); return W.grad", None),
    "node": ("return W.sin().grad_fn(X)", NODE),
    "thread": (
        "t = threading.Thread(target=lambda: loss(W).backward()); t.start(); t.join(); return W.grad",
        REVERSE,
    ),
    "gradcheck": ("torch.autograd.gradcheck(loss, W); return X", None),
    "hook": ("W.register_hook(lambda g: g); loss(W).backward(); return W.grad", REVERSE),
    "checkpoint": ("import torch.utils.checkpoint as c; c.checkpoint(loss, W, use_reentrant=True).backward()", REVERSE),
    "jit_differentiate": ("torch._C._jit_differentiate(product.graph.copy()); return X", SYMBOLIC),
}

SLOW = (
    "func_vjp",
    "func_jacrev",
    "func_jvp",
    "func_jacfwd",
    "func_hessian",
    "func_linearize",
    "checkpoint",
    "saved_func",
)
"""Spellings that import torch's compiler first, and are much like those that are left."""

PRODUCT = """
@torch.jit.script
def product(a: torch.Tensor, b: torch.Tensor):
    return a * b
"""


def text(body: str) -> str:
    """A submission whose function swallows every exception."""
    return PRELUDE.replace("def loss", PRODUCT.lstrip() + "\ndef loss", 1).format(body=body)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param(*spelling, id=name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name, spelling in SPELLINGS.items()
    ],
)
def test_gate_any_spelling_is_forbidden(torch_sandbox: OpenSandbox, body: str, what: str | None) -> None:
    """The answer says what was tried and where, although the function swallows every exception."""
    if torch_sandbox.isolation.layers["autograd_gate"] != "machine":
        pytest.skip(f"no machine gate here: {torch_sandbox.isolation.missing}")
    got = answer(torch_sandbox, text(body), plan(call(limits=PATIENT), framework="torch", memory_mb=1024))
    assert isinstance(got, Forbidden), got
    if what is not None:
        assert got.what == what
    assert got.line is not None


def test_gate_spelling_names_the_line(torch_sandbox: OpenSandbox) -> None:
    """The line is the student's innermost own."""
    asked = plan(framework="torch")
    body = "def f(X):\n    W = X.requires_grad_()\n    y = (W * W).sum()\n    y.backward()\n    return W.grad\n"
    assert answer(torch_sandbox, body, asked) == Forbidden(REVERSE, 4)


ORDINARY = {
    "requires_grad": "return 2 * W",
    "module": "torch.nn.Linear(3, 3, dtype=X.dtype)(X); torch.nn.Sequential(torch.nn.ReLU())(W); return 2 * X",
    "no_grad": "\n    with torch.no_grad(): return 2 * W",
    "vmap": "return torch.func.vmap(lambda r: 2 * r)(X)",
    "detach": "return 2 * W.detach()",
    "graph_looked_at": "y = loss(W); y.grad_fn.next_functions, y.grad_fn.name(); return 2 * X",
    "linear_algebra": "torch.linalg.svd(X); torch.linalg.inv(X @ X.T); torch.logdet(X @ X.T); return 2 * X",
    "scripted": "product(X, X); product(X, X); product(X, X); return 2 * X",
    "custom_function": (
        "\n    class Double(torch.autograd.Function):"
        "\n        @staticmethod\n        def forward(ctx, x): return 2 * x"
        "\n        @staticmethod\n        def backward(ctx, g): return 2 * g"
        "\n    return Double.apply(W)"
    ),
    "convolution": "torch.nn.functional.conv2d(torch.ones(1, 1, 5, 5), torch.ones(1, 1, 2, 2)); return 2 * X",
}


@pytest.mark.parametrize("body", ORDINARY.values(), ids=ORDINARY.keys())
@pytest.mark.parametrize("kind", ["torch_sandbox", "python_gate_sandbox"])
def test_gate_ordinary_code_is_unaffected(request: pytest.FixtureRequest, kind: str, body: str) -> None:
    """Torch without differentiation works as ever, requires_grad and all."""
    sandbox: OpenSandbox = request.getfixturevalue(kind)
    got = answer(sandbox, text(body).replace("@swallow", ""), plan(call(limits=PATIENT), framework="torch"))
    assert isinstance(got, Returned), got
    assert got.array is not None
    assert got.array.tolist() == (2 * X).tolist()


@pytest.mark.parametrize("kind", ["torch_sandbox", "python_gate_sandbox"])
def test_gate_import_time_is_not_judged(request: pytest.FixtureRequest, kind: str) -> None:
    """What runs at import may differentiate; the same in the call may not, and costs that function alone."""
    sandbox: OpenSandbox = request.getfixturevalue(kind)
    body = """
    import torch
    w = torch.ones(2, requires_grad=True)
    (w * w).sum().backward()
    assert w.grad.tolist() == [2, 2]
    def g(X):
        w = torch.ones(2, requires_grad=True)
        (w * w).sum().backward()
        return X
    def f(X): return X
    """
    run = sandbox.run(source(body), plan(call("g"), call("f"), call("g"), framework="torch"))
    kinds = [type(outcome.answers[0]).__name__ for outcome in run.outcomes]
    assert kinds == ["Forbidden", "Returned", "Forbidden"]


def test_gate_policy_allows_nothing_is_gated(torch_sandbox: OpenSandbox) -> None:
    """Where the teacher allows autograd it works: the check on the checks above."""
    asked = plan(framework="torch", forbid_autograd=False)
    got = answer(torch_sandbox, text("loss(W).backward(); return W.grad"), asked)
    assert isinstance(got, Returned)
    assert got.array is not None
    assert got.array.tolist() == (2 * X).tolist()


PYTHON_MISSES = {
    "node",
    "new_engine",
    "saved_engine",
    "operator_backward",
    "scripted_grad",
    "scripted_backward",
    "jit_differentiate",
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in SPELLINGS
        if name not in PYTHON_MISSES
    ],
)
def test_python_gate_common_spelling_is_forbidden(python_gate_sandbox: OpenSandbox, name: str) -> None:
    """Without machine code all that passes torch's own Python functions is still caught."""
    body, _ = SPELLINGS[name]
    asked = plan(call(limits=PATIENT), framework="torch", memory_mb=1024)
    got = answer(python_gate_sandbox, text(body), asked)
    assert isinstance(got, Forbidden), got


def test_python_gate_isolation_says_so(python_gate_sandbox: OpenSandbox) -> None:
    """Which gate there is stands in the report."""
    isolation = python_gate_sandbox.isolation
    assert isolation.layers["autograd_gate"] == "python"
    assert "autograd_gate: machine code left alone on request" in isolation.missing


def test_jump_to_each_machine_has_its_code() -> None:
    """The bytes are those of the architecture's manual."""
    assert jump_to(0x1122334455667788, "x86_64").hex() == "48b88877665544332211ffe0"
    assert jump_to(1, "aarch64") == bytes.fromhex("50000058 00021fd6") + struct.pack("<Q", 1)
    with pytest.raises(LookupError, match="no jump known for riscv64"):
        jump_to(1, "riscv64")
