r"""How operations are written, as text and as LaTeX: templates for the rows of the table, and how tightly each binds.

    sum  <  hadamard  <  beside  <  postfix  <  indexed  <  atom
    A + B    A ⊙ B       X W, 2 X    Xᵀ         A[1:]       X, exp(X)

`{:beside}` is an operand that needs brackets unless it binds at least so tightly; `{}` is one that the notation itself
encloses. The text is that of the objective's grammar wherever the grammar has words for it, `A ⊙ B W` and `A[1:]ᵀ` so
bracketed that nobody can read them in two ways. In LaTeX an index hangs below, and two of them on one letter are an
error; hence `indexed`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from grader.objective.graph import Node, Option
from grader.objective.shapes import Bound, is_slice
from grader.objective.sizes import ONE, Size

LEVELS = ("sum", "hadamard", "beside", "postfix", "indexed", "atom")
LETTERS = "ijklmnpq"
"""For the indices of sums."""


@dataclass(frozen=True)
class Notation:
    """Two templates, filled with the operands in order; `binds` is a level, of the LaTeX too unless it has its own."""

    text: str
    latex: str
    binds: str = "atom"
    latex_binds: str = ""


Written: TypeAlias = Notation | Callable[[Node], Notation]
"""A notation, or which one a node has: it may depend on ranks and options."""


def call(name: str, latex: str = "") -> Written:
    r"""`f(A, axis=0)`; in LaTeX under its own name unless there is another, as `\sigma`."""
    shown = latex or rf"\operatorname{{{name.replace('_', '')}}}"

    def notation(node: Node) -> Notation:
        options = "".join(
            f", {key}={_option(value, node)}" for key, value in node.options.items() if value is not False
        )
        operands = ", ".join(["{}"] * len(node.arguments))
        # Mathematics does not write keepdims.
        in_latex = options.replace("axis=", r"\mathrm{{axis}}=").replace(", keepdims=1", "")
        return Notation(f"{name}({operands}{options})", f"{_escape(shown)}({operands}{in_latex})")

    return notation


def by_rank(scalar: Written, other: Written) -> Written:
    """One notation for numbers, another for arrays."""
    return lambda node: chosen(other if node.rank else scalar, node)


def chosen(written: Written, node: Node) -> Notation:
    """The notation of a node."""
    return written if isinstance(written, Notation) else written(node)


def _escape(text: str) -> str:
    """Braces that are LaTeX's own."""
    return text.replace("{", "{{").replace("}", "}}")


def _option(value: Option, node: Node) -> str:
    """An axis is counted from the front, so that -1 says which."""
    if value is True:
        return "1"
    return str(value + node.arguments[0].rank if isinstance(value, int) and value < 0 else value)


# ----- sums and products -----

ADD = Notation("{:sum} + {:hadamard}", "{:sum} + {:hadamard}", "sum")
SUB = Notation("{:sum} − {:hadamard}", "{:sum} - {:hadamard}", "sum")
NEG = Notation("−{:hadamard}", "-{:hadamard}", "sum")
HADAMARD = Notation("{:hadamard} ⊙ {:postfix}", r"{:hadamard} \odot {:postfix}", "hadamard")
COEFFICIENT = Notation("{:beside} {:hadamard}", r"{:beside} \, {:hadamard}", "beside")
"""2 A ⊙ B: whatever the order, the value is the same."""
PRODUCT = Notation("{:beside} {:postfix}", r"{:beside} \, {:postfix}", "beside")
ASSOCIATIVE = Notation("{:beside} {:beside}", r"{:beside} \, {:beside}", "beside")
DOT = Notation("{:indexed}ᵀ {:postfix}", r"{:indexed}^\top \, {:postfix}", "beside")
"""A vector on the left is a row."""
FRACTION = Notation("{:beside}/{:postfix}", r"\frac{{{}}}{{{}}}", "beside", "postfix")
OVER = Notation("{:hadamard} / {:postfix}", r"\frac{{{}}}{{{}}}", "beside", "postfix")
HADAMARD_OVER = Notation("{:hadamard} / {:postfix}", r"{:hadamard} \oslash {:postfix}", "hadamard")
TRANSPOSE = Notation("{:postfix}ᵀ", r"{:indexed}^\top", "postfix")
OUTER = Notation("col({}) col({})ᵀ", r"{:postfix} \, {:indexed}^\top", "beside")
SQUARE = by_rank(
    Notation("{:indexed}^2", "{:indexed}^2", "postfix"), Notation("{:indexed}**2", r"{:indexed}^{{\odot 2}}", "postfix")
)


def mul(node: Node) -> Notation:
    left, right = node.arguments
    return COEFFICIENT if not left.rank else PRODUCT if not right.rank else HADAMARD


def div(node: Node) -> Notation:
    above, below = node.arguments
    if not above.rank and not above.arguments and not below.arguments:
        return FRACTION
    return HADAMARD_OVER if below.rank else OVER


def matmul(node: Node) -> Notation:
    left, right = node.arguments
    if right.operation in ("spread", "outer"):
        # These are products themselves, and it does not matter which comes first.
        return ASSOCIATIVE
    is_row = left.operation == "transpose" or (left.operation == "matmul" and left.arguments[0].rank == 1)
    return DOT if left.rank == 1 and not is_row else PRODUCT


def power(node: Node) -> Notation:
    exponent = node.options["exponent"]
    if node.rank:
        return Notation(f"{{:indexed}}**{exponent}", rf"{{:indexed}}^{{{{\odot {exponent}}}}}", "postfix")
    return Notation(f"{{:indexed}}^{exponent}", f"{{:indexed}}^{{{{{exponent}}}}}", "postfix")


# ----- norms and reductions -----


def norm(node: Node, power: str = "") -> Notation:
    kind = ("", "_2", "_F")[min(node.arguments[0].rank, 2)]
    return Notation(f"||{{}}||{kind}{power}", rf"\|{{}}\|{kind}{power}", "atom", "postfix")


def direction(node: Node) -> Notation:
    kind = ("", "_2", "_F")[min(node.arguments[0].rank, 2)]
    return Notation(
        f"{{0:hadamard}} / ||{{0}}||{kind}", rf"\frac{{{{{{0}}}}}}{{{{\|{{0}}\|{kind}}}}}", "hadamard", "atom"
    )


def squared_norm(node: Node) -> Notation:
    return norm(node, "^2")


NORM_1 = Notation("||{}||_1", r"\|{}\|_1", "atom", "postfix")
ABS = Notation("abs({})", "|{}|")


def total(node: Node) -> Notation:
    r"""In LaTeX over indices: \sum_{i,j} A_{i,j}, \sum_{i} A_{i,:}."""
    rank = node.arguments[0].rank
    text = chosen(call("sum"), node).text
    if not rank:
        return Notation(text, "{:sum}", "atom")
    axis = cast("int | None", node.options.get("axis"))
    letters = LETTERS[:rank]
    summed = letters if axis is None else letters[0]
    places = list(letters) if axis is None else [":"] * rank
    if axis is not None:
        places[axis] = letters[0]
    latex = rf"\sum_{{{{{','.join(summed)}}}}} {{:atom}}_{{{{{','.join(places)}}}}}"
    return Notation(text, latex, "atom", "hadamard")


# ----- matrices, parts, labels -----

INVERSE = Notation("inv({})", "{:indexed}^{{-1}}", "atom", "postfix")
LOGDET = Notation("logdet({})", r"\log\det({})", "atom", "hadamard")
ROOT = Notation("sqrt({})", r"\sqrt{{{}}}")


def bound(value: Bound) -> str:
    """A bound, as it is written in an index."""
    name, number = value
    return str(Size(number, name))


def _part(part: Option) -> str:
    if not is_slice(part):
        return bound(cast(Bound, part))
    start, stop, step = ("" if one is None else bound(cast(Bound, one)) for one in cast("tuple[Option, ...]", part))
    return f"{start}:{stop}" + (f":{step}" if step else "")


def _parts(node: Node) -> str:
    return ", ".join(map(_part, cast("tuple[Option, ...]", node.options["parts"])))


def index(node: Node) -> Notation:
    return Notation(f"{{:postfix}}[{_parts(node)}]", f"{{:atom}}_{{{{{_parts(node)}}}}}", "indexed")


def scatter(node: Node) -> Notation:
    """Zero but for a part, which is the operand."""
    return Notation(f"put({{0}}, [{_parts(node)}])", rf"\operatorname{{{{put}}}}_{{{{{_parts(node)}}}}}({{0}})")


def reshape(node: Node) -> Notation:
    sizes = ", ".join(map(bound, cast("tuple[Bound, ...]", node.options["sizes"])))
    return _reshaped(sizes)


def reshape_like(node: Node) -> Notation:
    return _reshaped(", ".join(map(str, node.shape)))


def _reshaped(sizes: str) -> Notation:
    return Notation(f"reshape({{0}}, [{sizes}])", rf"\operatorname{{{{reshape}}}}({{0}}, [{sizes}])")


PICK = Notation("{:postfix}[{}]", "{:atom}[{}]", "indexed")


def onehot(node: Node) -> Notation:
    return Notation(f"onehot({{0}}, {node.shape[-1]})", r"\operatorname{{onehot}}({0})")


# ----- words that only adjoints use -----

IDENTITY = Notation("I", "I")


def greater(node: Node) -> Notation:
    """1[Z > 0]; 1[Z < 0] rather than 1[0 > Z]."""
    left, right, sign = ("{1}", "{0}", "<") if node.arguments[0].operation == "number" else ("{0}", "{1}", ">")
    return Notation(f"1[{left} {sign} {right}]", rf"\mathbf{{{{1}}}}[{left} {sign} {right}]")


def at_most(node: Node) -> Notation:
    """1[Z ≤ 0]; 1[Z ≥ 0] rather than 1[0 ≤ Z]."""
    left, right, sign, command = ("{0}", "{1}", "≤", r"\leq")
    if node.arguments[0].operation == "number":
        left, right, sign, command = ("{1}", "{0}", "≥", r"\geq")
    return Notation(f"1[{left} {sign} {right}]", rf"\mathbf{{{{1}}}}[{left} {command} {right}]")


def count(node: Node) -> Notation:
    """How many entries: the sizes, multiplied."""
    axis = cast("int | None", node.options.get("axis"))
    shape = node.arguments[0].shape
    sizes = [str(size) for size in (shape if axis is None else (shape[axis],))]
    return Notation(" ".join(sizes) or "1", r" \, ".join(sizes) or "1", "beside" if len(sizes) > 1 else "atom")


ONES = "𝟏"


def spread(node: Node) -> Notation:
    """Repeated along an axis: a product with ones."""
    given = node.arguments[0]
    axis = cast("int | None", node.options.get("axis"))
    one = r"\mathbf{{1}}"
    rows = axis in (None, 0, -2)
    match node.rank, given.rank:
        case _, 0 if given.options.get("value") == 0:
            return Notation("0", "0")
        case 1, 0:
            ones, latex = ONES, one
        case 2, 0:
            ones, latex = f"{ONES} {ONES}ᵀ", rf"{one} \, {one}^\top"
        case 2, 1 if rows:
            return Notation(f"{ONES} {{0:indexed}}ᵀ", rf"{one} \, {{0:indexed}}^\top", "beside")
        case 2, 2 if given.shape[0] == ONE:
            return Notation(f"{ONES} {{0:postfix}}", rf"{one} \, {{0:postfix}}", "beside")
        case 2, _:
            return Notation(f"{{0:beside}} {ONES}ᵀ", rf"{{0:beside}} \, {one}^\top", "beside")
        case _:
            return Notation("spread({0})", r"\operatorname{{spread}}({0})")
    if given.options.get("value") == 1:
        # A one in front says nothing.
        return Notation(ones, latex, "atom" if node.rank == 1 else "beside")
    return Notation(f"{{0:beside}} {ones}", rf"{{0:beside}} \, {latex}", "beside")


def sum_like(node: Node) -> Notation:
    """What broadcasting repeated, summed: rarely seen, for it becomes a sum with an axis where it can."""
    sizes = ", ".join(map(str, node.shape))
    return Notation(f"sum({{0}}, to=[{sizes}])", rf"\operatorname{{{{sum}}}}_{{{{[{sizes}]}}}}({{0}})")
