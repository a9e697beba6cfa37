"""The table of operations: for each its notation, shape, value, adjoint, kink and rounding, one row each.

    (adjoint)   f(…, y, …) with y = op(a, b)        ā = the part of ∂f/∂a that comes through y, from g = ∂f/∂y

An adjoint is written in the same operations, as a person would derive it; a contribution that is larger than its
argument because of broadcasting is summed down afterwards (`adjoint.py`). `t` is the torch module and `o` the node's
options: this table imports no framework. A new operation is a new row.

Sources: Petersen and Pedersen, The Matrix Cookbook (2012), ch. 2; Giles, An extended collection of matrix derivative
results for forward and reverse mode AD (2008), §2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from grader.objective import notation, rounding, shapes
from grader.objective.graph import Node, Option
from grader.objective.notation import Written, call
from grader.objective.shapes import Bound
from grader.objective.sizes import Unifier

Adjoint: TypeAlias = Callable[..., tuple[Node | None, ...]]
"""`adjoint(g, y, *arguments)`: one expression for each argument, None where the derivative is zero."""
Slips: TypeAlias = Mapping[str, tuple[Callable[..., Node], ...]]
"""By the code of a mistake what it makes of the contribution to the first argument, written as in an adjoint."""


@dataclass(frozen=True)
class Kink:
    """Where an operation has no derivative.

    `distance(t, o, *arguments)` is how far each entry is from there; a `mask` operation passes only some entries on,
    and `side(t, o, *arguments)` says which side each is on.
    """

    distance: Callable[..., Any]
    side: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Operation:
    """One row. `arity` and `keywords` are those of the notation's function call, if it has one.

    A word of adjoints that jumps takes any value of `jump`, its lower and its upper end, where it does so; all of its
    entries together stay within the unit `ball`, if it says so. `slips` are
    the adjoint as people get it wrong, beside what can go wrong with any (`mistakes.py`). What has no `notation` is
    written as a call.
    """

    shape: shapes.ShapeRule
    value: Callable[..., Any]
    adjoint: Adjoint | None
    rounding: rounding.RoundingRule
    kink: Kink | None = None
    arity: int = 0
    keywords: tuple[str, ...] = ()
    jump: tuple[float, float] | None = None
    ball: bool = False
    slips: Slips = field(default_factory=dict)
    notation: Written | None = None


# ----- words for writing adjoints -----


def apply(operation: str, *arguments: Node, **options: Option) -> Node:
    """A node of the table, its shape worked out."""
    shape = TABLE[operation].shape(Unifier(), options, *(argument.shape for argument in arguments))
    return Node(operation, arguments, options, shape)


def number(value: float) -> Node:
    return Node("number", (), {"value": value})


def mul(a: Node, b: Node) -> Node:
    return apply("mul", a, b)


def scaled(value: float, a: Node) -> Node:
    return mul(number(value), a)


def div(a: Node, b: Node) -> Node:
    return apply("div", a, b)


def sub(a: Node, b: Node) -> Node:
    return apply("sub", a, b)


def neg(a: Node) -> Node:
    return apply("neg", a)


def square(a: Node) -> Node:
    return apply("square", a)


def matmul(a: Node, b: Node) -> Node:
    return apply("matmul", a, b)


def T(a: Node) -> Node:  # noqa: N802
    return apply("transpose", a)


def outer(a: Node, b: Node) -> Node:
    return matmul(apply("col", a), T(apply("col", b)))


def through_sigmoid(g: Node, s: Node) -> Node:
    """What comes through a sigmoid whose value is s."""
    return mul(g, mul(s, one_minus(s)))


def greater(a: Node, b: Node) -> Node:
    """1 where a > b, else 0."""
    return apply("greater", a, b)


def one_minus(a: Node) -> Node:
    return sub(number(1), a)


def spread(g: Node, y: Node, a: Node) -> Node:
    """What was summed over an axis, repeated along it again."""
    return apply("spread", g, a, **y.options)


def count(y: Node, a: Node) -> Node:
    """How many entries of `a` went into each entry of `y`."""
    return apply("count", a, **y.options)


def axis(y: Node) -> int:
    return cast(int, y.options.get("axis", -1))


# ----- adjoints that take more than a line -----


def power_adjoint(g: Node, y: Node, a: Node) -> tuple[Node]:
    exponent = cast(float, y.options["exponent"])
    if exponent == 2:
        return (mul(g, scaled(2, a)),)
    return (mul(g, scaled(exponent, apply("power", a, exponent=exponent - 1))),)


def silu_adjoint(g: Node, y: Node, a: Node) -> tuple[Node]:
    """a σ(a) has the derivative σ(a) + y (1 − σ(a))."""
    s = apply("sigmoid", a)
    return (mul(g, apply("add", s, mul(y, one_minus(s)))),)


def matmul_adjoint(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    match a.rank, b.rank:
        case 2, 2:
            return matmul(g, T(b)), matmul(T(a), g)
        case 2, 1:
            return outer(g, b), matmul(T(a), g)
        case 1, 2:
            return matmul(b, g), outer(a, g)
        case _:
            return mul(g, b), mul(g, a)


def softmax_adjoint(g: Node, y: Node, a: Node) -> tuple[Node]:
    shared = apply("sum", mul(g, y), axis=axis(y), keepdims=True)
    return (mul(y, sub(g, shared)),)


def logsumexp_adjoint(g: Node, y: Node, a: Node) -> tuple[Node]:
    options = {"axis": axis(y), "keepdims": y.options.get("keepdims", False)}
    return (mul(apply("spread", g, a, **options), apply("softmax", a, axis=axis(y))),)


def cross_entropy_adjoint(g: Node, y: Node, a: Node, labels: Node) -> tuple[Node, None]:
    difference = sub(apply("softmax", a), apply("onehot_like", labels, a))
    return mul(g, div(difference, apply("count", a, axis=0))), None


def inverse_adjoint(g: Node, y: Node, a: Node) -> tuple[Node]:
    return (neg(matmul(matmul(T(y), g), T(y))),)


# ----- values that take more than an expression -----


def softplus(t: Any, o: Mapping[str, Option], a: Any) -> Any:
    return t.logaddexp(a, t.zeros_like(a))


def inverse_value(t: Any, o: Mapping[str, Option], a: Any) -> Any:
    """The inverse; of a singular matrix not a number, as a quotient by zero is."""
    inverse, info = t.linalg.inv_ex(a)
    return t.where(info == 0, inverse, float("nan"))


def reduced(name: str) -> Callable[..., Any]:
    def value(t: Any, o: Mapping[str, Option], a: Any) -> Any:
        along = o.get("axis")
        along = tuple(range(a.dim())) if along is None else along
        return getattr(t, name)(a, dim=along, keepdim=bool(o.get("keepdims"))) if a.dim() else a.clone()

    return value


def spread_value(t: Any, o: Mapping[str, Option], g: Any, a: Any) -> Any:
    along = o.get("axis")
    if g.shape == a.shape:  # what should have been summed was not
        return g
    if along is not None and not o.get("keepdims"):
        g = g.unsqueeze(cast(int, along))
    return g.expand(a.shape).clone()


def count_value(t: Any, o: Mapping[str, Option], a: Any) -> Any:
    along = o.get("axis")
    return t.tensor(float(a.numel() if along is None else a.shape[cast(int, along)]), dtype=t.float64)


def sum_like_value(t: Any, o: Mapping[str, Option], g: Any, a: Any) -> Any:
    return g.sum_to_size(a.shape)


def cut(o: Mapping[str, Option], shape: Sequence[int]) -> tuple[tuple[int | slice, ...], list[int]]:
    """The index of a part, and the axes of the result to turn around: torch has no steps backwards.

    Names in `dims` have been replaced by numbers.
    """
    index: list[int | slice] = []
    backwards: list[int] = []
    for part, size in zip(cast("tuple[tuple[Bound | None, ...], ...]", o["parts"]), shape, strict=False):
        if not shapes.is_slice(part):
            index.append(cast(Bound, part)[1])
            continue
        along = range(size)[slice(*[None if bound is None else bound[1] for bound in part])]
        if along.step < 0:
            backwards.append(sum(isinstance(earlier, slice) for earlier in index))
            along = along[::-1]
        index.append(slice(along.start, along.stop, along.step))
    return tuple(index), backwards


def part_value(t: Any, o: Mapping[str, Option], a: Any) -> Any:
    index, backwards = cut(o, a.shape)
    return a[index].flip(backwards) if backwards else a[index]


def scatter_value(t: Any, o: Mapping[str, Option], g: Any, a: Any) -> Any:
    index, backwards = cut(o, a.shape)
    whole = t.zeros_like(a)
    whole[index] = g.flip(backwards) if backwards else g
    return whole


def onehot_value(t: Any, labels: Any, classes: int) -> Any:
    return t.nn.functional.one_hot(labels, classes).to(t.float64)


def reshape_value(t: Any, o: Mapping[str, Option], a: Any) -> Any:
    return a.reshape([bound[1] for bound in cast("tuple[Bound, ...]", o["sizes"])])


def _pick(t: Any, o: Mapping[str, Option], a: Any, y: Any) -> Any:
    return a.gather(1, y.unsqueeze(1)).squeeze(1)


WHERE_EQUAL = Kink(lambda t, o, a, b: (a - b).abs(), lambda t, o, a, b: a > b)
"""Of max and min. Where the two are equal the second counts, so that max(Z, 0) has the derivative 0 at 0."""
AT_ZERO = Kink(lambda t, o, a: a.abs())
MASKED_AT_ZERO = Kink(lambda t, o, a: a.abs(), lambda t, o, a: a > 0)
NORM_AT_ZERO = Kink(lambda t, o, a: t.linalg.vector_norm(a))

elementwise, exact, structural = rounding.elementwise, rounding.exact, rounding.structural
same, scalar, reduce, square_only = shapes.same, shapes.scalar, shapes.reduce, shapes.of_square

# fmt: off
TABLE: Mapping[str, Operation] = {
    # ----- arithmetic -----
    "add": Operation(shapes.broadcast, lambda t, o, a, b: a + b, lambda g, y, a, b: (g, g), elementwise(1), notation=notation.ADD),
    "sub": Operation(shapes.broadcast, lambda t, o, a, b: a - b, lambda g, y, a, b: (g, neg(g)), elementwise(1), notation=notation.SUB),
    "mul": Operation(shapes.broadcast, lambda t, o, a, b: a * b, lambda g, y, a, b: (mul(g, b), mul(g, a)), elementwise(1), notation=notation.mul),
    "div": Operation(shapes.broadcast, lambda t, o, a, b: a / b, lambda g, y, a, b: (div(g, b), neg(div(mul(g, y), b))), elementwise(), notation=notation.div),
    "neg": Operation(same, lambda t, o, a: -a, lambda g, y, a: (neg(g),), elementwise(0), notation=notation.NEG),
    "power": Operation(same, lambda t, o, a: a ** o["exponent"], power_adjoint, elementwise(4), notation=notation.power,
        slips={"activation_derivative": (lambda g, y, a: mul(g, y),)}),
    "matmul": Operation(shapes.matmul, lambda t, o, a, b: a @ b, matmul_adjoint, rounding.contracting, notation=notation.matmul),
    "transpose": Operation(shapes.transpose, lambda t, o, a: a.mT if a.dim() == 2 else a, lambda g, y, a: (T(g),), structural, notation=notation.TRANSPOSE),
    # ----- elementwise functions -----
    "max": Operation(shapes.broadcast, lambda t, o, a, b: t.where(a > b, a, b), lambda g, y, a, b: (mul(g, greater(a, b)), mul(g, one_minus(greater(a, b)))), elementwise(0), WHERE_EQUAL, arity=2, notation=call("max", r"\max"),
        slips={"activation_derivative": (lambda g, y, a, b: mul(g, y),)}),
    "min": Operation(shapes.broadcast, lambda t, o, a, b: t.where(a < b, a, b), lambda g, y, a, b: (mul(g, greater(b, a)), mul(g, one_minus(greater(b, a)))), elementwise(0), WHERE_EQUAL, arity=2, notation=call("min", r"\min")),
    "relu": Operation(same, lambda t, o, a: t.relu(a), lambda g, y, a: (mul(g, greater(a, number(0))),), elementwise(0), MASKED_AT_ZERO, arity=1,
        slips={"activation_derivative": (lambda g, y, a: mul(g, y),)}),
    "abs": Operation(same, lambda t, o, a: a.abs(), lambda g, y, a: (mul(g, apply("sign", a)),), elementwise(0), AT_ZERO, arity=1, notation=notation.ABS,
        slips={"missing_mask": (lambda g, y, a: g,), "activation_derivative": (lambda g, y, a: mul(g, y),)}),
    "sigmoid": Operation(same, lambda t, o, a: t.sigmoid(a), lambda g, y, a: (through_sigmoid(g, y),), elementwise(4), arity=1, notation=call("sigmoid", r"\sigma"),
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, y), lambda g, y, a: mul(g, one_minus(y)), lambda g, y, a: through_sigmoid(g, a), lambda g, y, a: through_sigmoid(g, apply("sigmoid", y)), lambda g, y, a: mul(g, one_minus(square(y))), lambda g, y, a: mul(g, mul(a, one_minus(y))), lambda g, y, a: mul(g, mul(y, one_minus(a))),)}),
    "tanh": Operation(same, lambda t, o, a: t.tanh(a), lambda g, y, a: (mul(g, one_minus(square(y))),), elementwise(4), arity=1, notation=call("tanh", r"\tanh"),
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, one_minus(y)), lambda g, y, a: mul(g, y), lambda g, y, a: mul(g, one_minus(square(a))), lambda g, y, a: mul(g, one_minus(square(apply("tanh", y)))), lambda g, y, a: through_sigmoid(g, y), lambda g, y, a: mul(g, square(y)),)}),
    "exp": Operation(same, lambda t, o, a: t.exp(a), lambda g, y, a: (mul(g, y),), elementwise(4), arity=1, notation=call("exp", r"\exp"),
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, a), lambda g, y, a: mul(g, mul(a, y)),)}),
    "log": Operation(same, lambda t, o, a: t.log(a), lambda g, y, a: (div(g, a),), elementwise(4), arity=1, notation=call("log", r"\log"),
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, a), lambda g, y, a: mul(g, y), lambda g, y, a: div(g, y),)}),
    "sqrt": Operation(same, lambda t, o, a: t.sqrt(a), lambda g, y, a: (div(g, scaled(2, y)),), elementwise(), arity=1, notation=notation.ROOT,
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, y), lambda g, y, a: div(g, scaled(2, a)),)}),
    "softplus": Operation(same, softplus, lambda g, y, a: (mul(g, apply("sigmoid", a)),), elementwise(4), arity=1,
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, apply("sigmoid", y)), lambda g, y, a: mul(g, greater(a, number(0))), lambda g, y, a: through_sigmoid(g, apply("sigmoid", a)),)}),
    "silu": Operation(same, lambda t, o, a: t.nn.functional.silu(a), silu_adjoint, elementwise(4), arity=1,
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, apply("sigmoid", a)), lambda g, y, a: through_sigmoid(g, apply("sigmoid", a)),)}),
    "square": Operation(same, lambda t, o, a: a * a, lambda g, y, a: (mul(g, scaled(2, a)),), elementwise(1), arity=1, notation=notation.SQUARE,
        slips={"activation_derivative": (lambda g, y, a: scaled(2, g), lambda g, y, a: mul(g, scaled(2, y)),)}),
    "sin": Operation(same, lambda t, o, a: t.sin(a), lambda g, y, a: (mul(g, apply("cos", a)),), elementwise(4), arity=1, notation=call("sin", r"\sin"),
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, y),)}),
    "cos": Operation(same, lambda t, o, a: t.cos(a), lambda g, y, a: (neg(mul(g, apply("sin", a))),), elementwise(4), arity=1, notation=call("cos", r"\cos"),
        slips={"activation_derivative": (lambda g, y, a: g, lambda g, y, a: mul(g, y),)}),
    # ----- reductions -----
    "sum": Operation(reduce, reduced("sum"), lambda g, y, a: (spread(g, y, a),), rounding.summing, arity=1, keywords=("axis", "keepdims"), notation=notation.total),
    "mean": Operation(reduce, reduced("mean"), lambda g, y, a: (div(spread(g, y, a), count(y, a)),), rounding.averaging, arity=1, keywords=("axis", "keepdims")),
    "norm": Operation(scalar, lambda t, o, a: t.linalg.vector_norm(a), lambda g, y, a: (mul(g, apply("direction", a)),), rounding.root_of_squares, NORM_AT_ZERO, arity=1, notation=notation.norm,
        slips={"norm_not_squared": (lambda g, y, a: mul(g, scaled(2, a)), lambda g, y, a: mul(g, a), lambda g, y, a: mul(g, div(a, square(y))),)}),
    "norm_1": Operation(scalar, lambda t, o, a: a.abs().sum(), lambda g, y, a: (mul(g, apply("sign", a)),), rounding.summing_magnitudes, AT_ZERO, notation=notation.NORM_1,
        slips={"norm_not_squared": (lambda g, y, a: mul(g, scaled(2, a)),), "missing_mask": (spread,)}),
    "squared_norm": Operation(scalar, lambda t, o, a: (a * a).sum(), lambda g, y, a: (mul(g, scaled(2, a)),), rounding.summing_squares, notation=notation.squared_norm,
        slips={"norm_not_squared": (lambda g, y, a: mul(g, div(a, apply("norm", a))), lambda g, y, a: mul(g, mul(scaled(2, a), apply("norm", a))),)}),
    "softmax": Operation(shapes.along_axis, lambda t, o, a: t.softmax(a, o.get("axis", -1)), softmax_adjoint, rounding.normalising, arity=1, keywords=("axis",),
        slips={"softmax_diagonal": (lambda g, y, a: through_sigmoid(g, y), lambda g, y, a: mul(g, y),), "activation_derivative": (lambda g, y, a: g, lambda g, y, a: sub(g, apply("sum", mul(g, y), axis=axis(y), keepdims=True)),)}),
    "logsumexp": Operation(shapes.reduce_last, lambda t, o, a: t.logsumexp(a, o.get("axis", -1), bool(o.get("keepdims"))), logsumexp_adjoint, rounding.log_of_sum, arity=1, keywords=("axis", "keepdims"),
        slips={"activation_derivative": (spread,)}),
    # ----- matrices -----
    "tr": Operation(square_only, lambda t, o, a: t.trace(a), lambda g, y, a: (mul(g, apply("identity_like", a)),), lambda t, r, f, o, y, v, e: rounding.summing(t, r, lambda t, o, d: d.sum(), o, y, [v[0].diagonal()], [e[0].diagonal()]), arity=1,
        slips={"collapsed_sum": (spread,)}),
    "det": Operation(square_only, lambda t, o, a: t.linalg.det(a), lambda g, y, a: (mul(mul(g, y), T(apply("inv", a))),), rounding.determinant, arity=1, notation=call("det", r"\det"),
        slips={"missing_term": (lambda g, y, a: mul(g, T(apply("inv", a))),), "inverse": (lambda g, y, a: mul(mul(g, y), T(a)),)}),
    "logdet": Operation(square_only, lambda t, o, a: t.logdet(a), lambda g, y, a: (mul(g, T(apply("inv", a))),), rounding.log_determinant, arity=1, notation=notation.LOGDET,
        slips={"inverse": (lambda g, y, a: mul(g, T(a)),), "missing_term": (lambda g, y, a: mul(mul(g, apply("det", a)), T(apply("inv", a))),)}),
    "inv": Operation(shapes.square, inverse_value, inverse_adjoint, rounding.inverting, arity=1, notation=notation.INVERSE,
        slips={"missing_term": (lambda g, y, a: matmul(matmul(T(y), g), T(y)),), "inverse": (lambda g, y, a: neg(matmul(matmul(T(a), g), T(a))),)}),
    "diag": Operation(shapes.diagonal, lambda t, o, a: t.diag(a), lambda g, y, a: (apply("diag", g),), structural, arity=1),
    # ----- parts -----
    "index": Operation(shapes.index, part_value, lambda g, y, a: (apply("scatter", g, a, **y.options),), structural, notation=notation.index),
    "reshape": Operation(shapes.reshape, reshape_value, lambda g, y, a: (apply("reshape_like", g, a),), structural, arity=2, notation=notation.reshape),
    "col": Operation(shapes.column, lambda t, o, a: a.unsqueeze(1), lambda g, y, a: (apply("reshape_like", g, a),), structural, arity=1),
    # ----- labels -----
    "pick": Operation(shapes.pick, _pick, lambda g, y, a, labels: (mul(apply("onehot_like", labels, a), apply("col", g)), None), structural, notation=notation.PICK),
    "onehot": Operation(shapes.onehot, lambda t, o, labels: onehot_value(t, labels, o["classes"][1]), None, exact, arity=2, notation=notation.onehot),
    "cross_entropy": Operation(shapes.rows_with_labels, lambda t, o, a, labels: t.nn.functional.cross_entropy(a, labels), cross_entropy_adjoint, rounding.cross_entropy, arity=2, notation=call("cross_entropy", r"\operatorname{CE}"),
        slips={"missing_term": (lambda g, y, a, labels: mul(g, div(apply("softmax", a), apply("count", a, axis=0))),), "activation_derivative": (lambda g, y, a, labels: mul(g, div(sub(a, apply("onehot_like", labels, a)), apply("count", a, axis=0))),)}),
    # ----- words that only adjoints use: they are not differentiated again, nor called by name -----
    "greater": Operation(shapes.broadcast, lambda t, o, a, b: (a > b).to(a.dtype), None, exact, WHERE_EQUAL, jump=(0.0, 1.0), notation=notation.greater),
    "at_most": Operation(shapes.broadcast, lambda t, o, a, b: (a <= b).to(a.dtype), None, exact, WHERE_EQUAL, jump=(0.0, 1.0), notation=notation.at_most),
    "sign": Operation(same, lambda t, o, a: t.sign(a), None, exact, AT_ZERO, jump=(-1.0, 1.0)),
    "direction": Operation(same, lambda t, o, a: a / t.linalg.vector_norm(a).clamp_min(rounding.TINY), None, rounding.normalising_length, NORM_AT_ZERO, jump=(-1.0, 1.0), ball=True, notation=notation.direction),
    "identity_like": Operation(same, lambda t, o, a: t.eye(a.shape[0], dtype=a.dtype), None, exact, notation=notation.IDENTITY),
    "onehot_like": Operation(shapes.like_last, lambda t, o, labels, a: onehot_value(t, labels, a.shape[1]), None, exact, notation=notation.onehot),
    "rolled": Operation(same, lambda t, o, a: a.roll(o["by"], -1), None, exact),
    "count": Operation(scalar, count_value, None, exact, notation=notation.count),
    "spread": Operation(shapes.like_last, spread_value, None, structural, notation=notation.spread),
    "scatter": Operation(shapes.like_last, scatter_value, None, structural, notation=notation.scatter),
    "reshape_like": Operation(shapes.like_last, lambda t, o, g, a: g.reshape(a.shape), None, structural, notation=notation.reshape_like),
    "outer": Operation(lambda u, o, a, b: a + b, lambda t, o, a, b: t.outer(a, b), None, elementwise(1), notation=notation.OUTER),
    "sum_like": Operation(shapes.like_last, sum_like_value, None, rounding.summing, notation=notation.sum_like),
}
# fmt: on

FUNCTIONS = frozenset(name for name, row in TABLE.items() if row.arity)
"""What may be called by name in an objective."""
