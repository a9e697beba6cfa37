"""What is seen in a source without running it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.scan import Mention, autograd_mention, defined


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def grad_W(X):\n    def inner(): pass\n", {"grad_W"}),
        ("grad_W = lambda X: X\nx: int = 3\nif x == 1: pass\n", {"grad_W", "x"}),
        ("async def grad_W(): pass", {"grad_W"}),
        ('"""\ndef grad_X(): pass\n"""\ndef grad_W(): pass\n', {"grad_W"}),
        ("# def grad_X(): pass\n", set()),
        ("def grad_W(:\n  x = = 3\ndef grad_X(): pass", {"grad_W", "grad_X"}),
        ("def 梯度(): pass", {"梯度"}),
    ],
)
def test_functions_at_the_top_level_are_seen(source: str, names: set[str]) -> None:
    """Definitions count, also in a file with syntax errors; those in strings and functions do not."""
    assert defined(source) == names


@pytest.mark.parametrize(
    ("source", "mention"),
    [
        ("loss.backward()", Mention(".backward()", 1)),
        ("import torch\nfrom torch.autograd import grad", Mention("autograd", 2)),
        ("torch.autograd.grad(f, x)", Mention("autograd", 1)),
        ("torch.func.grad(f)", Mention("torch.func", 1)),
        ("from torch.func import vjp", Mention("torch.func", 1)),
        ("from torch import nn, func", Mention("torch.func", 1)),
        ("from torch import (\n    nn,\n    func,\n)", Mention("torch.func", 3)),
        ("import functorch", Mention("functorch", 1)),
        ("T.jacrev(f)(x)", Mention(".jacrev", 1)),
        ("W.requires_grad_(True)", Mention(".requires_grad_", 1)),
        ("x = (\nloss.backward()", Mention(".backward()", 2)),
    ],
)
def test_autograd_is_seen(source: str, mention: Mention) -> None:
    """Every spelling of differentiation by the framework is named with its line."""
    assert autograd_mention(source) == mention


@pytest.mark.parametrize(
    "source",
    [
        "# loss.backward()\n'''torch.autograd'''\n",
        "def grad(x): return x\ny = grad(3)\n",
        "class Relu:\n    def backward(self, d): return d\nRelu().backward(1)\n",
        "def backward(d): return d\nbackward(1)\n",
        "from torch import nn\nfunc = 1\nx = (func, 2)\n",
        "func = 3\nmodule.func(x)\n",
    ],
)
def test_own_names_are_no_autograd(source: str) -> None:
    """Comments, strings and functions of the student's own are no mention."""
    assert autograd_mention(source) is None


@given(st.text(alphabet=st.sampled_from(list("(){}[]:.,\n\t '\"\\#=def backwardautogradfunc\x00é0")), max_size=80))
def test_any_text_can_be_scanned(source: str) -> None:
    """No text makes the scan fail."""
    defined(source)
    autograd_mention(source)
