"""What an objective means: every row of the notation, and every refusal with its whole message."""

import re
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import ObjectiveError
from grader.objective import Declared, Graph, Node, Size, Unifier, elaborate
from grader.objective.operations import FUNCTIONS, TABLE
from grader.objective.shapes import same

SHAPES = {
    "A": (3, 4),
    "B": (3, 4),
    "M": (5, 4),
    "X": (5, 3),
    "W": (3, 4),
    "Q": (3, 3),
    "x": (3,),
    "z": (3,),
    "v": (4,),
    "c": (3, 1),
    "s": (),
    "t": (),
    "y": (5,),
    "k": (5,),
    "E": (2, 3, 4),
}
SIZES = {"N": Size(5), "D": Size(3)}


def declared() -> dict[str, Declared]:
    inputs = {name: Declared(tuple(map(Size, shape))) for name, shape in SHAPES.items()}
    inputs["y"] = Declared((Size(5),), Size(3))
    inputs["k"] = Declared((Size(5),), Size(3))
    return inputs


def graph(text: str) -> Graph:
    return elaborate(text, declared(), SIZES, Unifier())


def show(node: Node) -> str:
    if node.operation in ("input", "size"):
        return str(node.options["name"])
    if node.operation == "number":
        return str(node.options["value"])
    options = "".join(f", {name}={value}" for name, value in node.options.items())
    return f"{node.operation}({', '.join(map(show, node.arguments))}{options})"


def meaning(text: str) -> str:
    return show(graph(text).objective)


def message(text: str) -> str:
    with pytest.raises(ObjectiveError) as caught:
        graph(text)
    return str(caught.value)


ROWS = {
    # matrix product
    "sum(X W)": "sum(matmul(X, W))",
    "sum(X @ W)": "sum(matmul(X, W))",
    "sum(XW)": "sum(matmul(X, W))",
    "x^T z": "matmul(transpose(x), z)",
    "x z": "matmul(x, z)",
    "sum(X x)": "sum(matmul(X, x))",
    "sum(x W)": "sum(matmul(x, W))",
    # elementwise product, quotient
    "sum(A * B)": "sum(mul(A, B))",
    "sum(A ⊙ B)": "sum(mul(A, B))",
    "sum(A / B)": "sum(div(A, B))",
    "sum(A * v)": "sum(mul(A, v))",
    "sum(A * c)": "sum(mul(A, c))",
    # coefficient
    "sum(2 X)": "sum(mul(2, X))",
    "s t": "mul(s, t)",
    "st": "mul(s, t)",
    "1/2 ||A||_F^2": "mul(div(1, 2), squared_norm(A))",
    "1/2||A||^2": "mul(div(1, 2), squared_norm(A))",
    "1/N ||A||^2": "mul(div(1, N), squared_norm(A))",
    "sum(-A)": "sum(neg(A))",
    "sum(−A)": "sum(neg(A))",
    # transpose
    "sum(X^T M)": "sum(matmul(transpose(X), M))",
    "sum(Xᵀ M)": "sum(matmul(transpose(X), M))",
    "sum(X' M)": "sum(matmul(transpose(X), M))",
    "sum(X^TM)": "sum(matmul(transpose(X), M))",
    "x^T Q x": "matmul(matmul(transpose(x), Q), x)",
    "x'Qx": "matmul(matmul(transpose(x), Q), x)",
    # power
    "sum(A**2)": "sum(square(A))",
    "sum(A**3)": "sum(power(A, exponent=3))",
    "sum(A**-1)": "sum(power(A, exponent=-1))",
    "sum(A**0.5)": "sum(power(A, exponent=0.5))",
    "sum(A**(1/2))": "sum(power(A, exponent=0.5))",
    "s^2": "square(s)",
    "s²": "square(s)",
    "s^3": "power(s, exponent=3)",
    "(x^T x)^2": "square(matmul(transpose(x), x))",
    # norms
    "||A||_F": "norm(A)",
    "‖A‖_F": "norm(A)",
    "||A||_F^2": "squared_norm(A)",
    "‖A‖²_F": "squared_norm(A)",
    "‖A‖_F²": "squared_norm(A)",
    "||A||^2_F": "squared_norm(A)",
    "||A||": "norm(A)",
    "||A||**2": "squared_norm(A)",
    "||A||^3": "power(norm(A), exponent=3)",
    "||x||": "norm(x)",
    "||x||_2": "norm(x)",
    "||x||_2^2": "squared_norm(x)",
    "||s||_2": "norm(s)",
    "||A||_1": "norm_1(A)",
    "||A||_1^2": "square(norm_1(A))",
    "||E||^2": "squared_norm(E)",
    "norm(A)": "norm(A)",
    "norm(A)^2": "squared_norm(A)",
    # absolute value and determinant
    "sum(|A|)": "sum(abs(A))",
    "sum(abs(A))": "sum(abs(A))",
    "|det(Q)|": "abs(det(Q))",
    "|x^T z|": "abs(matmul(transpose(x), z))",
    # elementwise functions
    **{
        f"sum({name}(A))": f"sum({name}(A))"
        for name in ("relu", "sigmoid", "tanh", "exp", "log", "sqrt", "softplus", "square", "sin", "cos")
    },
    "sum(max(A, 0))": "sum(max(A, 0))",
    "sum(max(0, A))": "sum(max(A, 0))",
    "sum(max(A, B))": "sum(max(A, B))",
    "sum(min(A, s))": "sum(min(A, s))",
    # reductions
    "sum(A)": "sum(A)",
    "mean(A)": "mean(A)",
    "sum(sum(A, axis=0))": "sum(sum(A, axis=0))",
    "sum(mean(A, axis=1, keepdims=1))": "sum(mean(A, axis=1, keepdims=True))",
    "sum(sum(A, axis=1, keepdims=0))": "sum(sum(A, axis=1, keepdims=False))",
    "sum(A, keepdims=1)": "sum(sum(A, keepdims=True))",
    "sum(sum(E, axis=2))": "sum(sum(E, axis=2))",
    "sum(sum(A, axis=-1))": "sum(sum(A, axis=-1))",
    # per row
    "sum(softmax(A))": "sum(softmax(A))",
    "sum(softmax(A, axis=0))": "sum(softmax(A, axis=0))",
    "sum(logsumexp(A))": "sum(logsumexp(A))",
    "sum(logsumexp(A, axis=0))": "sum(logsumexp(A, axis=0))",
    # matrices
    "tr(Q)": "tr(Q)",
    "det(Q)": "det(Q)",
    "logdet(Q)": "logdet(Q)",
    "tr(inv(Q))": "tr(inv(Q))",
    "sum(diag(x))": "sum(diag(x))",
    "sum(diag(Q))": "sum(diag(Q))",
    # parts
    "sum(A[1:])": "sum(index(A, parts=(((None, 1), None, None),)))",
    "sum(A[:, 0])": "sum(index(A, parts=((None, None, None), (None, 0))))",
    "A[0, -1]": "index(A, parts=((None, 0), (None, -1)))",
    "sum(X[:N-1])": "sum(index(X, parts=((None, (None, 4), None),)))",
    "sum(X[::2])": "sum(index(X, parts=((None, None, (None, 2)),)))",
    "sum(X[::-1])": "sum(index(X, parts=((None, None, (None, -1)),)))",
    "sum(reshape(A, [4, 3]))": "sum(reshape(A, sizes=((None, 4), (None, 3))))",
    "sum(reshape(A, [D, -1]))": "sum(reshape(A, sizes=((None, 3), (None, -1))))",
    "sum(reshape(E, [-1]))": "sum(reshape(E, sizes=((None, -1),)))",
    # labels
    "sum(X[y])": "sum(pick(X, y))",
    "sum(X[k])": "sum(pick(X, k))",
    "sum(k)": "sum(k)",
    "sum(max(X - col(X[y]) + 1, 0))": "sum(max(add(sub(X, col(pick(X, y))), 1), 0))",
    "sum(onehot(y, 3))": "sum(onehot(y, classes=(None, 3)))",
    "sum(onehot(y, D))": "sum(onehot(y, classes=(None, 3)))",
    "cross_entropy(X, y)": "cross_entropy(X, y)",
    "cross_entropy(X W, k)": "cross_entropy(matmul(X, W), k)",
    # broadcasting, single elements
    "sum(X W + v)": "sum(add(matmul(X, W), v))",
    "sum(x + c)": "sum(add(x, c))",
    "c[0]": "sum(index(c, parts=((None, 0),)))",
    "s": "sum(s)",
}
# A function of every element is a call and nothing else.
ROWS |= {f"sum({name}(A))": f"sum({name}(A))" for name, row in TABLE.items() if row.arity == 1 and row.shape is same}


@pytest.mark.parametrize("text", ROWS)
def test_row_of_the_notation_means_its_operation(text: str) -> None:
    """Every form that the table of the notation lists, in every way it can be written."""
    assert meaning(text) == ROWS[text]


def test_rows_cover_every_function() -> None:
    """No function of the notation escapes the test above."""
    assert set(re.findall(r"(\w+)\(", " ".join(ROWS))) >= FUNCTIONS


SCALAR_NEEDED = "; sum(...), mean(...) or a norm would make it one."
REFUSED = {
    # the marked place is what stands between ⟨ and ⟩
    "⟨A^2⟩": "`^` is for scalars and norms. Every element to the power 2 is `A**2`; the matrix product is `A A`.",
    "sum(⟨(X W)²⟩)": "`^` is for scalars and norms. Every element to the power 2 is `(X W)**2`; "
    "the matrix product is `(X W) (X W)`.",
    "tr(⟨Q^3⟩)": "`^` is for scalars and norms. Every element to the power 3 is `Q**3`; the matrix product is `Q Q Q`.",
    "tr(⟨Q^-1⟩)": "`^` is for scalars and norms. Every element to the power -1 is `Q**-1`; the inverse is `inv(Q)`.",
    "tr(⟨Q^0.5⟩)": "`^` is for scalars and norms. Every element to the power 0.5 is `Q**0.5`.",
    "sum(⟨x^2⟩)": "`^` is for scalars and norms. Every element to the power 2 is `x**2`; "
    "the scalar product is `x^T x`.",
    "⟨s**2**3⟩": "This can be read in two ways: `(s**2)**3` or `s**(2**3)`.",
    "⟨||x||^2^2⟩": "This can be read in two ways: `(||x||^2)^2` or `||x||^(2^2)`.",
    "sum(A**⟨s⟩)": "The exponent `s` should be a number.",
    "2**⟨s⟩": "The exponent `s` should be a number.",
    "s^(⟨1/0⟩)": "The exponent `1/0` should be a number.",
    "s^(⟨1e300*1e300⟩)": "The exponent `1e300*1e300` should be a number.",
    "sum(⟨M * X W⟩)": "This can be read in two ways: `(M * X) W` or `M * (X W)`.",
    "sum(⟨M / X W⟩)": "This can be read in two ways: `(M / X) W` or `M / (X W)`.",
    "sum(⟨Q * Q Q⟩ Q)": "This can be read in two ways: `(Q * Q) Q` or `Q * (Q Q)`.",
    "sum(⟨Q * s Q⟩)": "This can be read in two ways: `(Q * s) Q` or `Q * (s Q)`.",
    "sum(⟨c * Q x⟩)": "This can be read in two ways: `(c * Q) x` or `c * (Q x)`.",
    "sum(⟨s / Q x⟩)": "This can be read in two ways: `(s / Q) x` or `s / (Q x)`.",
    "⟨x x^T⟩": "A vector has no row or column of its own here. The matrix is `col(x) col(x)^T`, the number is `x^T x`.",
    "sum(⟨2 x z'⟩)": "A vector has no row or column of its own here. The matrix is `col(2 x) col(z)^T`, "
    "the number is `2 x^T z`.",
    "⟨x @ s⟩": "`x @ s`: @ takes matrices and vectors; write * for a scalar.",
    "⟨||A||_2⟩": "||...||_2 is for vectors, and this is 3×4; write ||A||_F.",
    "⟨X W⟩": "The objective must be a scalar, and this is 5×4" + SCALAR_NEEDED,
    "⟨x⟩": "The objective must be a scalar, and this is vector of 3" + SCALAR_NEEDED,
    "⟨sum(A, axis=0)⟩": "The objective must be a scalar, and this is vector of 4" + SCALAR_NEEDED,
    "⟨W X⟩": "`W X`: 3×4 times 5×3: the inner sizes 4 and 5 differ.",
    "sum(⟨A + X⟩)": "`A + X`: 3×4 and 5×3 do not fit together: 3 is not 5.",
    "sum(⟨E A⟩)": "`E A`: a matrix product takes matrices and vectors, not an array of 3 axes.",
    "sum(⟨E^T⟩)": "`E^T`: only matrices and vectors have a transpose, not an array of 3 axes.",
    "⟨tr(A)⟩": "`tr(A)`: this needs a square matrix, not 3×4.",
    "⟨det(x)⟩": "`det(x)`: this needs a square matrix, not vector of 3.",
    "sum(⟨diag(A)⟩)": "`diag(A)`: this needs a square matrix, not 3×4.",
    "sum(⟨col(A)⟩)": "`col(A)`: col makes a column of a vector, not of 3×4.",
    "sum(⟨softmax(s)⟩)": "`softmax(s)`: this works along an axis, and a scalar has none.",
    "sum(⟨logsumexp(s)⟩)": "`logsumexp(s)`: this works along an axis, and a scalar has none.",
    "sum(⟨sum(A, axis=2)⟩)": "`sum(A, axis=2)`: there is no axis 2: 3×4 has 2.",
    "sum(A, axis=⟨0.5⟩)": "axis should be a whole number: 0 (over rows) or 1.",
    "sum(A, axis=⟨s⟩)": "axis should be a whole number: 0 (over rows) or 1.",
    "sum(A, keepdims=⟨2⟩)": "keepdims should be 0 or 1.",
    "sum(A, ⟨dim=0⟩)": "sum has no option `dim`; it takes `axis=` and `keepdims=`.",
    "sum(A, ⟨keepdim=0⟩)": "sum has no option `keepdim`; it takes `axis=` and `keepdims=`. Did you mean `keepdims`?",
    "sum(softmax(A, ⟨keepdims=1⟩))": "softmax has no option `keepdims`; it takes `axis=`.",
    "sum(exp(A, ⟨axis=0⟩))": "exp has no option `axis`; it takes no options.",
    "sum(A, axis=0, ⟨axis=1⟩)": "`axis=` is given twice.",
    "sum(⟨axis=0⟩, A)": "`axis=0` should come last.",
    "⟨sum()⟩": "sum takes one argument, not 0.",
    "⟨sum(A, 0)⟩": "sum takes one argument, not 2.",
    "sum(⟨max(A)⟩)": "max takes two arguments, not 1; the largest entry has no name here, `max(A, 0)` is elementwise.",
    "sum(⟨min(A, B, 0)⟩)": "min takes two arguments, not 3; the largest entry has no name here, "
    "`min(A, 0)` is elementwise.",
    "sum(⟨[A]⟩)": "A list of sizes can only stand in reshape.",
    "sum(reshape(A, ⟨12⟩))": "reshape takes the new sizes as a list: `reshape(A, [N, -1])`.",
    "sum(reshape(A, [⟨2*6⟩]))": "`2*6` should be a whole number or a size.",
    "sum(⟨reshape(A, [5, -1])⟩)": "`reshape(A, [5, -1])`: 3×4 cannot be reshaped to [5, -1].",
    "sum(⟨reshape(A, [-1, -1])⟩)": "`reshape(A, [-1, -1])`: only one size can be -1.",
    "sum(⟨reshape(A, [-2, -6])⟩)": "`reshape(A, [-2, -6])`: a size is at least 1, or -1 for what is left over, not -2.",
    "sum(⟨reshape(A, [0, -1])⟩)": "`reshape(A, [0, -1])`: a size is at least 1, or -1 for what is left over, not 0.",
    "sum(⟨reshape(A, [1, 1, 1, 1, 1, 1, 1, 1, -1])⟩)": "`reshape(A, [1, 1, 1, 1, 1, 1, 1, 1, -1])`: "
    "an array has at most 8 axes.",
    "⟨A[3, 0]⟩": "`A[3, 0]`: index 3 is out of range for a size of 3.",
    "⟨A[0, -5]⟩": "`A[0, -5]`: index -5 is out of range for a size of 4.",
    "sum(⟨A[0, 0, 0]⟩)": "`A[0, 0, 0]`: 3 indices for 3×4.",
    "⟨s[0]⟩": "`s[0]`: 1 indices for scalar.",
    "sum(⟨A[3:]⟩)": "`A[3:]`: this part of a size of 3 is empty.",
    "sum(A[⟨::0⟩])": "A step of 0 goes nowhere.",
    "sum(A[⟨1.5⟩])": "`1.5` should be a whole number or a size.",
    "sum(A[⟨s⟩])": "`s` should be a whole number or a size.",
    "sum(X[⟨y⟩, 0])": "`y` should be a whole number or a size.",
    "sum(X[k]) + ⟨sum(k)⟩": "`k` is used as labels and as numbers here; it may stand for one thing only.",
    "cross_entropy(X, ⟨x⟩)": "`x` should be an input that holds labels (labels: y, k).",
    "cross_entropy(X, ⟨2 y⟩)": "`2 y` should be an input that holds labels (labels: y, k).",
    "sum(⟨x[y]⟩)": "`x[y]`: labels pick from the rows of a matrix, not from vector of 3.",
    "sum(⟨A[y]⟩)": "`A[y]`: 5 labels for 3 rows.",
    "sum(X[:, :2][⟨y⟩])": "`y` has 3 classes, but there are only 2 columns.",
    "sum(onehot(y, ⟨2⟩))": "`y` has 3 classes, more than 2.",
    "⟨A⟩ = X W\nsum(A)": "`A` is already an input; a name may stand for one thing only.",
    "⟨N⟩ = s\nN": "`N` is already a size in `dims`; a name may stand for one thing only.",
    "⟨sum⟩ = s\ns": "`sum` is already a function; a name may stand for one thing only.",
    "⟨axis⟩ = s\ns": "`axis` is already an option of functions; a name may stand for one thing only.",
    "Z = s\n⟨Z⟩ = t\nZ": "`Z` is already an earlier step; a name may stand for one thing only.",
    "⟨s⟩\nt": "Only the last line is the objective; a line before it needs a name, as in `Z = X W`.",
}


@pytest.mark.parametrize("marked", REFUSED)
def test_objective_without_one_meaning_is_refused(marked: str) -> None:
    """The whole message, and the place in its line."""
    start, end = marked.index("⟨"), marked.index("⟩") - 1
    text = marked.replace("⟨", "").replace("⟩", "")
    line_start = text.rfind("\n", 0, start) + 1
    line = text[line_start:].split("\n")[0]
    expected = f"{REFUSED[marked]}\n    {line}\n    {' ' * (start - line_start)}{'^' * (end - start)}"
    assert message(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n", "# nothing"])
def test_objective_empty_is_refused(text: str) -> None:
    """Comments are no objective."""
    with pytest.raises(ObjectiveError) as caught:
        elaborate(text, declared(), SIZES, Unifier())
    assert caught.value.problem == "The objective is empty."


@pytest.mark.parametrize(
    "text",
    [
        "sum((Q * Q) W)",
        "sum(Q * (Q Q))",
        "sum(s * Q Q)",
        "sum(2 * Q x)",
        "sum(c * Q Q)",
        "sum(c * x W)",
        "sum(Q * Q s)",
        "sum(1/2 Q x)",
        "sum(Q / s x)",
        "sum(Q / 2 Q)",
        "s / t s",
        "sum(Q Q * Q)",
        "sum(Q * Q @ Q)",
    ],
)
def test_product_that_reads_the_same_either_way_is_accepted(text: str) -> None:
    """Brackets, `@`, a scalar in front or a coefficient leave no doubt."""
    assert graph(text).objective.shape == ()


# ----- steps and names -----


def test_steps_are_named_in_the_order_of_the_text() -> None:
    """The last line is the objective, under its own name."""
    found = graph("Z = X W  # linear\n\nH = max(Z,\n        0)\nf = ||H - M||_F^2\n")
    assert list(found.steps) == ["Z", "H"]
    assert found.name == "f"
    assert found.node("f") is found.objective
    assert show(found.objective) == "squared_norm(sub(max(matmul(X, W), 0), M))"
    assert found.objective.arguments[0].arguments[0] is found.steps["H"]
    assert found.steps["H"].arguments[0] is found.steps["Z"]


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("sum(X)", {}, "loss"),
        ("sum(X)", {"loss": (1,)}, "loss1"),
        ("sum(X)", {"loss": (1,), "loss1": (1,)}, "loss2"),
        ("loss = sum(X)\n2 loss", {}, "loss1"),
        ("loss = sum(X)", {}, "loss"),
    ],
)
def test_objective_without_a_name_is_called_loss(text: str, names: dict[str, tuple[int, ...]], expected: str) -> None:
    """Or, where an input or a step has that name, something that is free."""
    inputs = {**declared(), **{name: Declared(tuple(map(Size, shape))) for name, shape in names.items()}}
    assert elaborate(text, inputs, {}, Unifier()).name == expected


def test_objective_that_is_an_input_or_a_step_is_a_node_of_its_own() -> None:
    """So that it can be differentiated with respect to it."""
    found = graph("Z = s t\nZ")
    assert found.objective is not found.steps["Z"]
    assert show(found.objective) == "sum(mul(s, t))"


def test_nodes_know_their_place_in_the_text() -> None:
    """Numbers too, which several places may share."""
    text = "f = 2 x^T x + 2"
    found = graph(text)
    assert text[found.objective.start : found.objective.end] == "2 x^T x + 2"
    places = [text[node.start : node.end] for node in found.objective.arguments]
    assert places == ["2 x^T x", "2"]


# ----- cost, and anything at all -----


@pytest.mark.parametrize(
    "text",
    [
        "s*s " * 70 + "s",
        "Q^T Q " * 60 + "Q",
        "+".join(["sum(A * B)"] * 140),
        "\n".join(["a0 = s + t", *(f"a{i + 1} = a{i} * a{i}" for i in range(300)), "a300"]),
        "x^T " + "Q " * 140 + "x",
    ],
    ids=["products", "matrices", "sum", "steps", "chain"],
)
def test_elaborate_of_long_objectives_is_quick(text: str) -> None:
    """What is looked at twice is worked out once: the first of these took longer than anyone would wait."""
    begun = perf_counter()
    elaborate(f"sum({text})" if "\n" not in text else text, declared(), SIZES, Unifier())
    assert perf_counter() - begun < 2


ATOM = st.sampled_from(["A", "B", "X", "W", "Q", "x", "v", "s", "y", "k", "N", "2", "0", "E", "c", "1e300", "XW", "QQ"])
EXPRESSION = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "-", "*", "/", "@", ""]), inner),
        st.builds(
            "({}){}".format,
            inner,
            st.sampled_from(["^T", "'", "**2", "^2", "^-1", "**1e300", "[0]", "[y]", "[1:, ::-1]", "[N]", "[-9:9:N]"]),
        ),
        st.builds("||{}||{}".format, inner, st.sampled_from(["", "_F", "_1", "_2", "_F^2"])),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), inner),
        st.builds("{}({}, {})".format, st.sampled_from(sorted(FUNCTIONS)), inner, inner),
        st.builds(
            "{}({}, axis={}, keepdims={})".format,
            st.sampled_from(["sum", "mean", "softmax", "exp"]),
            inner,
            st.sampled_from(["0", "1", "-3", "1e300", "1/3", "s", "1e300*1e300"]),
            st.sampled_from("012"),
        ),
        st.builds(
            "reshape({}, [{}, {}])".format,
            inner,
            st.sampled_from(["N", "-1", "3", "0", "N - 9"]),
            st.sampled_from(["-1", "4", "9" * 15]),
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=1000)
@given(EXPRESSION)
def test_elaborate_of_anything_gives_a_graph_or_an_objective_error(text: str) -> None:
    """Never another exception: a file from the network is safe to load."""
    try:
        found = graph(f"sum({text})").objective.shape
    except ObjectiveError as error:
        found = ()
        str(error)
    assert found == ()
