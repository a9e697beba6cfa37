"""Signatures of students' functions: names, literals and groups, and nothing else."""

import warnings
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.signature import FORM, Group, Literally, Name, SignatureProblem, Term, has_literal, names, parse


def show(term: Term) -> str:
    """A term with the kind of every part."""
    if isinstance(term, Name):
        return term.name
    if isinstance(term, Literally):
        return f"={term.value!r}"
    inner = [show(item) for item in term.items]
    if term.kind == "dict":
        inner = [f"{key}: {item}" for key, item in zip(term.keys, inner, strict=True)]
    return f"{term.kind}({', '.join(inner)})"


REAL = {
    "softmax_loss_naive(W, X, y, reg) -> (f, dW)": (
        "softmax_loss_naive", ["W", "X", "y", "reg"], "tuple(f, dW)",
    ),
    "affine_backward(dout, (X, W, b)) -> (dX, dW, db)": (
        "affine_backward", ["dout", "tuple(X, W, b)"], "tuple(dX, dW, db)",
    ),
    "relu_backward(dout, x) -> dx": ("relu_backward", ["dout", "x"], "dx"),
    "backward({W1: W1, b1: b1}, X, Y) -> ({dW1: dW1, db1: db1}, f)": (
        "backward", ["dict(W1: W1, b1: b1)", "X", "Y"], "tuple(dict(dW1: dW1, db1: db1), f)",
    ),
    "batchnorm_forward(x, gamma, beta, {'mode': 'train'}) -> (out, cache)": (
        "batchnorm_forward", ["x", "gamma", "beta", "={'mode': 'train'}"], "tuple(out, cache)",
    ),
    'linear_activation_backward(dA, cache, "relu") -> (dX, dW, db)': (
        "linear_activation_backward", ["dA", "cache", "='relu'"], "tuple(dX, dW, db)",
    ),
    "propagate(w, b, X, Y) -> ({dw: dw, db: db}, f)": (
        "propagate", ["w", "b", "X", "Y"], "tuple(dict(dw: dw, db: db), f)",
    ),
    "L_model_backward(AL, Y, [(c1, 'relu'), (c2, 'sigmoid')]) -> {dA0: dA0}": (
        "L_model_backward", ["AL", "Y", "list(tuple(c1, ='relu'), tuple(c2, ='sigmoid'))"], "dict(dA0: dA0)",
    ),
    "grad_W(X, W, Y)->dW": ("grad_W", ["X", "W", "Y"], "dW"),
    "  grad_W ( X ,\n W ) → dW, db  ": ("grad_W", ["X", "W"], "tuple(dW, db)"),
    "f(X,) -> (dX,)": ("f", ["X"], "tuple(dX)"),
    "f() -> dX": ("f", [], "dX"),
    "f(X) -> [dW, db]": ("f", ["X"], "list(dW, db)"),
    "梯度(权重) -> d权重": ("梯度", ["权重"], "d权重"),
    "f(X, 1, -2.5, True, None, [1, [2]], {'a': [1]}) -> dX": (
        "f", ["X", "=1", "=-2.5", "=True", "=None", "=[1, [2]]", "={'a': [1]}"], "dX",
    ),
    "f((1, X)) -> dX": ("f", ["tuple(=1, X)"], "dX"),
    "f({mode: 'train', W: W}) -> dW": ("f", ["dict(mode: ='train', W: W)"], "dW"),
}  # fmt: skip


@pytest.mark.parametrize("text", REAL)
def test_parse_of_signatures_of_real_courses(text: str) -> None:
    """Tuples, lists and dicts nest; literals stand for themselves."""
    found = parse(text)
    assert (found.function, [show(term) for term in found.parameters], show(found.returns)) == REAL[text]
    assert found.text == text


def test_parse_reads_names_as_python_does() -> None:
    """Python takes 𝐗 for X, so that a student's `def grad_𝐗(𝐗)` defines grad_X."""
    found = parse("grad_𝐗(𝐗) -> d𝐗")
    assert (found.function, found.parameters, found.returns) == ("grad_X", (Name("X"),), Name("dX"))


NOT_POSITIONAL = "parameters are positional: names, literals, or groups of them"


def neither(part: str) -> str:
    return f"`{part}` is neither a name, a literal nor a group of these"


REFUSED = {
    "": f"expected {FORM}",
    "grad_W": f"expected {FORM}",
    "grad_W(X)": f"expected {FORM}",
    "grad_W -> dW": f"expected {FORM}",
    "grad_W(X) => dW": f"expected {FORM}",
    "grad_W(X -> dW": f"expected {FORM}",
    "grad_W(X) -> d W": f"expected {FORM}",
    "grad_W(X) -> dW -> db": f"expected {FORM}",
    "grad_W(X Y) -> dW": f"expected {FORM}",
    "def grad_W(X) -> dW": f"expected {FORM}",
    "obj.grad_W(X) -> dW": f"expected {FORM}",
    "1f(X) -> dW": f"expected {FORM}",
    "f(lambda) -> dW": f"expected {FORM}",
    "f(X\0) -> dW": f"expected {FORM}",
    "lambda(X) -> dW": "`lambda` is a word of Python's and cannot name a function",
    "f(X, reg=0.1) -> dW": NOT_POSITIONAL,
    "f(**X) -> dW": NOT_POSITIONAL,
    "f(X)(Y) -> dW": NOT_POSITIONAL,
    "f(X).g(Y) -> dW": NOT_POSITIONAL,
    "f(X) + g(Y) -> dW": NOT_POSITIONAL,
    "f(*X) -> dW": neither("*X"),
    "f(X.T) -> dW": neither("X.T"),
    "f(X[0]) -> dW": neither("X[0]"),
    "f(2 * X) -> dW": neither("2 * X"),
    "f(g(X)) -> dW": neither("g(X)"),
    "f(X := 1) -> dW": neither("(X := 1)"),
    "f(lambda: 1) -> dW": neither("lambda: 1"),
    "f([x for x in X]) -> dW": neither("[x for x in X]"),
    "f({X, W}) -> dW": neither("{X, W}"),
    "f(b'x') -> dW": neither("b'x'"),
    "f(1j) -> dW": neither("1j"),
    "f(...) -> dW": neither("..."),
    "f(+1) -> dW": neither("+1"),
    "f(f'{X}') -> dW": neither("f'{X}'"),
    "f(X) -> dW) + (dX": neither("dW + dX"),
    "f(1e999) -> dW": "a number is larger than any float",
    "f({1: X}) -> dW": "the keys of a dict are names",
    "f({**X}) -> dW": "the keys of a dict are names",
    "f({a: X, a: W}) -> dW": "the key `a` is there twice",
    "f(X) -> {'a': dX, a: dW}": "the key `a` is there twice",
    f"f({'-' * 900}1) -> dW": f"expected {FORM}",
    f"f({'[' * 300}{']' * 300}) -> dW": f"expected {FORM}",
    f"f({'(' * 900}) -> dW": f"expected {FORM}",
}


@pytest.mark.parametrize("text", REFUSED, ids=[text[:30] for text in REFUSED])
def test_parse_of_anything_else_is_refused(text: str) -> None:
    """The whole message."""
    with pytest.raises(SignatureProblem) as caught:
        parse(text)
    assert str(caught.value) == REFUSED[text]


def test_parse_is_silent() -> None:
    """Python's own warnings about a text are not the teacher's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse(r"f('\d') -> dW").function == "f"
        with pytest.raises(SignatureProblem):
            parse("f(1is X) -> dW")


def test_names_of_a_term_are_in_order() -> None:
    """Left to right, as slots are."""
    assert list(names(parse("f() -> ({dW: dW, db: db}, [f, (dX,)])").returns)) == ["dW", "db", "f", "dX"]


@pytest.mark.parametrize(("text", "expected"), [("(dW, [db])", False), ("(dW, 1)", True), ("{a: [dW, 'x']}", True)])
def test_has_literal_looks_everywhere(text: str, expected: bool) -> None:
    """However deep."""
    assert has_literal(parse(f"f(X) -> {text}").returns) is expected


def test_group_of_literals_is_itself_a_literal_unless_a_tuple() -> None:
    """A tuple stays a group: JSON knows none."""
    (one, two, three) = parse("f([1, 'a'], {'k': [None]}, (1, 2)) -> dX").parameters
    assert isinstance(one, Literally)
    assert isinstance(two, Literally)
    assert isinstance(three, Group)
    assert (one.value, two.value, three.kind) == ([1, "a"], {"k": [None]}, "tuple")


@settings(max_examples=300, deadline=1000)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["f", "(", ")", "[", "]", "{", "}", ":", ",", "->", "X", "dW", "1", "'", "lambda", "*", "=",
                         " ", "\n", "#", "\0", "\\", "-", "not ", "yield ", "await "]), max_size=30,
    ).map(lambda parts: "f(" + "".join(parts) + ") -> dW")
)  # fmt: skip
def test_parse_of_any_text_gives_a_signature_or_its_own_exception(text: str) -> None:
    """Never another exception, and never a hang."""
    begun = perf_counter()
    try:
        found = parse(text).function
    except SignatureProblem:
        found = "refused"
    assert found
    assert perf_counter() - begun < 1
