"""From the text of an objective to its graph: names are looked up, products decided, shapes checked.

Run with the sizes of the handout, it finds what does not fit; run with unknown sizes, it finds which of them belong
together. The forms of `syntax.py` say what is written; what it means depends on ranks, and is decided here: two
factors side by side are a matrix product unless one is a scalar, `A[y]` picks where y holds labels.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from math import isfinite

from grader.errors import ObjectiveError
from grader.objective import syntax
from grader.objective.graph import USES_LABELS, Declared, Graph, Node, Option, in_order
from grader.objective.operations import FUNCTIONS, TABLE
from grader.objective.shapes import Bound
from grader.objective.sizes import ONE, Mismatch, Shape, Size, Unifier, show

UNNAMED = "loss"
"""What the value of an objective is called that has no name."""
OPTIONS = frozenset(keyword for row in TABLE.values() for keyword in row.keywords)
LARGE = 1e6
"""Exponents below this are whole numbers where they can be."""


def elaborate(text: str, declared: Mapping[str, Declared], sizes: Mapping[str, Size], unifier: Unifier) -> Graph:
    """The graph of an objective over these inputs; `sizes` are the names in `dims`.

    What the shapes say about unknown sizes is left in `unifier`, and the graph's shapes are in terms of it.

    Raises:
        ObjectiveError: with the place in the text, and what was expected there.
    """
    spans = syntax.lines(text)
    if not spans:
        raise ObjectiveError("The objective is empty.", text, 0, 1)
    work = _Elaboration(text, declared, sizes, unifier)
    name: str | None = None
    node: Node | None = None
    for start, end in spans:
        if node is not None and name is None:
            raise ObjectiveError(
                "Only the last line is the objective; a line before it needs a name, as in `Z = X W`.",
                text, node.start, node.end,
            )  # fmt: skip
        names = [*declared, *work.steps, *sizes]
        line = syntax.parse_line(text, start, end, names, FUNCTIONS)
        if line.name is not None:
            work.check_new_name(line.name, line.name_start)
        name, node = line.name, work.real(line.expression)
        if name is not None:
            work.steps[name] = node
    assert node is not None
    if name is None:
        free = (f"{UNNAMED}{more}" for more in ("", *range(1, len(text))))
        name = next(name for name in free if name not in {*declared, *work.steps, *sizes})
    work.steps.pop(name, None)
    work.check_labels(node)
    objective = work.as_scalar(node)
    return _resolved(Graph(work.inputs, work.steps, objective, name, text), unifier)


class _Elaboration:
    """The state of one elaboration: what has been named so far."""

    def __init__(
        self, text: str, declared: Mapping[str, Declared], sizes: Mapping[str, Size], unifier: Unifier
    ) -> None:
        self.text = text
        self.declared = declared
        self.sizes = sizes
        self.unifier = unifier
        self.inputs = {name: Node("input", (), {"name": name}, input.shape) for name, input in declared.items()}
        self.steps: dict[str, Node] = {}
        self.done: dict[int, tuple[syntax.Form, Node]] = {}
        """By the identity of a form: some are looked at twice, and forms nest."""

    # ----- errors -----

    def fail(self, problem: str, form: syntax.Form) -> ObjectiveError:
        return ObjectiveError(problem, self.text, form.start, form.end)

    def quote(self, form: syntax.Form) -> str:
        return " ".join(self.text[form.start : form.end].split())

    def check_new_name(self, name: str, start: int) -> None:
        taken = (
            "an input" if name in self.declared
            else "a size in `dims`" if name in self.sizes
            else "a function" if name in FUNCTIONS
            else "an option of functions" if name in OPTIONS
            else "an earlier step" if name in self.steps
            else None
        )  # fmt: skip
        if taken:
            raise ObjectiveError(
                f"`{name}` is already {taken}; a name may stand for one thing only.",
                self.text,
                start,
                start + len(name),
            )

    # ----- nodes -----

    def make(self, form: syntax.Form, operation: str, *arguments: Node, **options: Option) -> Node:
        """A node of the table at a place in the text."""
        shapes = (self.unifier.resolve_shape(argument.shape) for argument in arguments)
        try:
            shape = TABLE[operation].shape(self.unifier, options, *shapes)
        except Mismatch as mismatch:
            raise self.fail(f"`{self.quote(form)}`: {mismatch}.", form) from None
        return Node(operation, arguments, options, shape, form.start, form.end)

    def shape(self, node: Node) -> Shape:
        return self.unifier.resolve_shape(node.shape)

    def as_scalar(self, node: Node) -> Node:
        """The objective: a scalar, or the only element of an array; a node of its own, with a gradient of its own."""
        shape = self.shape(node)
        if all(size == ONE for size in shape):
            place = syntax.Form(node.start, node.end)
            named = node in self.inputs.values() or node in self.steps.values()
            return self.make(place, "sum", node) if shape or named else node
        raise ObjectiveError(
            f"The objective must be a scalar, and this is {show(shape)}; "
            "sum(...), mean(...) or a norm would make it one.",
            self.text, node.start, node.end,
        )  # fmt: skip

    def check_labels(self, objective: Node) -> None:
        """That what picks entries does nothing else: labels are whole numbers, everything else is a float."""
        nodes = [*in_order(*self.steps.values(), objective)]
        labels = {node.arguments[-1] for node in nodes if node.operation in USES_LABELS}
        for node in nodes:
            others = node.arguments[:-1] if node.operation in USES_LABELS else node.arguments
            for argument in labels.intersection(others):
                name = argument.options["name"]
                raise ObjectiveError(
                    f"`{name}` is used as labels and as numbers here; it may stand for one thing only.",
                    self.text, node.start, node.end,
                )  # fmt: skip

    def is_labels(self, form: syntax.Form) -> bool:
        """Whether a form is an input that can be used as labels."""
        return isinstance(form, syntax.Name) and form.name in self.declared and self.declared[form.name].labels

    def declared_classes(self, name: str) -> Size:
        classes = self.declared[name].classes
        assert classes is not None
        return classes

    def labels(self, form: syntax.Form, scores: Node | None = None) -> Node:
        """An input of labels; their classes are the columns of what they pick from."""
        if not (isinstance(form, syntax.Name) and self.is_labels(form)):
            labels = [name for name, input in self.declared.items() if input.labels]
            hint = f"labels: {', '.join(labels)}" if labels else "no input is drawn as labels"
            raise self.fail(f"`{self.quote(form)}` should be an input that holds labels ({hint}).", form)
        if scores is not None and scores.rank == 2:
            columns = self.unifier.resolve(scores.shape[1])
            classes = self.unifier.resolve(self.declared_classes(form.name))
            if classes.unknown is None and columns.unknown is None:
                if classes.offset > columns.offset:
                    raise self.fail(f"`{form.name}` has {classes} classes, but there are only {columns} columns.", form)
            elif not self.unifier.same(classes, columns):
                self.unifier.pin(columns)
        return self.inputs[form.name]

    def real(self, form: syntax.Expression) -> Node:
        """The node of an expression that is an array of real numbers."""
        if id(form) not in self.done:
            self.done[id(form)] = form, self._real(form)
        return self.done[id(form)][1]

    def _real(self, form: syntax.Expression) -> Node:
        node = _FORMS[type(form)](self, form)
        return Node(node.operation, node.arguments, node.options, node.shape, form.start, form.end) \
            if node.operation in ("number", "size") else node  # fmt: skip

    # ----- numbers -----

    def constant(self, form: syntax.Form) -> float | None:
        """The value of an expression of numbers alone, or None."""
        match form:
            case syntax.Number():
                return form.value
            case syntax.Negative():
                value = self.constant(form.operand)
                return None if value is None else -value
            case syntax.Binary(kind=kind):
                left, right = self.constant(form.left), self.constant(form.right)
                if left is None or right is None or (kind == "divide" and right == 0):
                    return None
                value = _ARITHMETIC[kind](float(left), float(right))
                return value if isfinite(value) else None
        return None

    def bound(self, form: syntax.Form) -> Bound:
        """A whole number in an index or a list of sizes: number, name in `dims`, or a sum of these."""
        match form:
            case syntax.Number(value=int() as value):
                return None, value
            case syntax.Name(name=name) if name in self.sizes:
                size = self.unifier.resolve(self.sizes[name])
                return (name, 0) if size.unknown is not None else (None, size.offset)
            case syntax.Negative():
                inner = self.bound(form.operand)
                if inner[0] is None:
                    return None, -inner[1]
            case syntax.Binary(kind="add" | "subtract"):
                left, right = self.bound(form.left), self.bound(form.right)
                if right[0] is None:
                    return left[0], left[1] + (right[1] if form.kind == "add" else -right[1])
        raise self.fail(f"`{self.quote(form)}` should be a whole number or a size.", form)

    def name(self, form: syntax.Name) -> Node:
        if form.name in self.sizes:
            size = self.unifier.resolve(self.sizes[form.name])
            return Node("size", (), {"name": form.name, "value": None if size.unknown else size.offset}, ())
        return self.inputs.get(form.name) or self.steps[form.name]

    def number(self, form: syntax.Number) -> Node:
        return Node("number", (), {"value": form.value}, ())

    # ----- products and powers -----

    def binary(self, form: syntax.Binary) -> Node:
        if form.kind == "beside":
            self.refuse_two_readings(form)
        left, right = self.real(form.left), self.real(form.right)
        match form.kind:
            case "add" | "subtract" | "times" | "divide":
                return self.make(form, _ELEMENTWISE[form.kind], left, right)
            case "beside" if left.rank and right.rank:
                return self.product(form, left, right)
            case "beside":
                return self.make(form, "mul", left, right)
        if not left.rank or not right.rank:
            raise self.fail(f"`{self.quote(form)}`: @ takes matrices and vectors; write * for a scalar.", form)
        return self.product(form, left, right)

    def product(self, form: syntax.Binary, left: Node, right: Node) -> Node:
        if left.rank == right.rank == 1 and isinstance(form.right, syntax.Transpose) \
                and not isinstance(form.left, syntax.Transpose):  # fmt: skip
            a, b = self.quote(form.left), self.quote(form.right.operand)
            raise self.fail(
                f"A vector has no row or column of its own here. The matrix is `col({a}) col({b})^T`, "
                f"the number is `{a}^T {b}`.",
                form,
            )
        return self.make(form, "matmul", left, right)

    def refuse_two_readings(self, form: syntax.Binary) -> None:
        """`A * X W` without brackets: left to right it is (A * X) W, but looks like A * (X W)."""
        inner = form.left
        if not isinstance(inner, syntax.Binary) or inner.kind not in ("times", "divide") or inner.start != form.start:
            return
        first, second, right = self.real(inner.left), self.real(inner.right), self.real(form.right)
        if not right.rank or (inner.kind == "divide" and not second.rank):
            return
        scales_rows = first.rank == right.rank == 2 and self.shape(first)[1] == ONE
        if inner.kind == "times" and (not first.rank or scales_rows):
            return
        sign = "*" if inner.kind == "times" else "/"
        a, x, w = self.quote(inner.left), self.quote(inner.right), self.quote(form.right)
        raise self.fail(f"This can be read in two ways: `({a} {sign} {x}) {w}` or `{a} {sign} ({x} {w})`.", form)

    def power(self, form: syntax.Power) -> Node:
        base, exponent = self.real(form.base), self.constant(form.exponent)
        if isinstance(form.base, syntax.Power) and form.base.start == form.start:
            a, b, c = map(self.quote, (form.base.base, form.base.exponent, form.exponent))
            sign = "**" if form.elementwise else "^"
            raise self.fail(
                f"This can be read in two ways: `({a}{sign}{b}){sign}{c}` or `{a}{sign}({b}{sign}{c})`.", form
            )
        if exponent is None:
            raise self.fail(f"The exponent `{self.quote(form.exponent)}` should be a number.", form.exponent)
        if not form.elementwise and any(size != ONE for size in self.shape(base)):
            raise self.power_of_matrix(form, base, exponent)
        exponent = int(exponent) if abs(exponent) < LARGE and exponent == int(exponent) else exponent
        if exponent == 2:
            if base.operation == "norm":
                return self.make(form, "squared_norm", *base.arguments)
            return self.make(form, "square", base)
        return self.make(form, "power", base, exponent=exponent)

    def power_of_matrix(self, form: syntax.Power, base: Node, exponent: float) -> ObjectiveError:
        """`A^2`: elementwise, or a product of matrices?"""
        inner = self.quote(form.base)
        shown = inner if isinstance(form.base, syntax.Name) else f"({inner})"
        other: str = {
            (1, 2.0): f"; the scalar product is `{shown}^T {shown}`",
            (2, 2.0): f"; the matrix product is `{shown} {shown}`",
            (2, 3.0): f"; the matrix product is `{shown} {shown} {shown}`",
            (2, -1.0): f"; the inverse is `inv({inner})`",
        }.get((base.rank, exponent), "")
        return self.fail(
            f"`^` is for scalars and norms. Every element to the power {exponent:g} is `{shown}**{exponent:g}`{other}.",
            form,
        )

    def norm(self, form: syntax.Norm) -> Node:
        operand = self.real(form.operand)
        if form.subscript == "1":
            return self.make(form, "norm_1", operand)
        if form.subscript == "2" and operand.rank > 1:
            inner = self.quote(form.operand)
            raise self.fail(
                f"||...||_2 is for vectors, and this is {show(self.shape(operand))}; write ||{inner}||_F.", form
            )
        return self.make(form, "norm", operand)

    # ----- parts and calls -----

    def parts(self, form: syntax.Parts) -> Node:
        operand = self.real(form.operand)
        if len(form.parts) == 1 and self.is_labels(form.parts[0]):
            return self.make(form, "pick", operand, self.labels(form.parts[0], operand))
        cuts: list[Option] = []
        for part in form.parts:
            if isinstance(part, syntax.Slice):
                bounds = (part.start_at, part.stop_at, part.step)
                cut = tuple(None if bound is None else self.bound(bound) for bound in bounds)
                if cut[2] == (None, 0):
                    raise self.fail("A step of 0 goes nowhere.", part)
                cuts.append(cut)
            else:
                cuts.append(self.bound(part))
        return self.make(form, "index", operand, parts=tuple(cuts))

    def call(self, form: syntax.Call) -> Node:
        row = TABLE[form.function]
        if len(form.arguments) != row.arity:
            words = {1: "one argument", 2: "two arguments"}[row.arity]
            hint = f"; the largest entry has no name here, `{form.function}(A, 0)` is elementwise" \
                if form.function in ("max", "min") else ""  # fmt: skip
            raise self.fail(f"{form.function} takes {words}, not {len(form.arguments)}{hint}.", form)
        options = self.keywords(form, row.keywords)
        first, *others = form.arguments
        if form.function == "reshape":
            if not isinstance(others[0], syntax.Sizes):
                raise self.fail("reshape takes the new sizes as a list: `reshape(A, [N, -1])`.", others[0])
            sizes = tuple(self.bound(item) for item in others[0].items)
            return self.make(form, "reshape", self.argument(first), sizes=sizes)
        if form.function == "onehot":
            return self.make(form, "onehot", self.labels(first), classes=self.classes(first, others[0]))
        if form.function == "cross_entropy":
            scores = self.argument(first)
            return self.make(form, "cross_entropy", scores, self.labels(others[0], scores))
        arguments = [self.argument(argument) for argument in form.arguments]
        if form.function in ("max", "min") and arguments[0].operation == "number":
            # max(0, Z) is max(Z, 0), at its kink too.
            arguments.reverse()
        return self.make(form, form.function, *arguments, **options)

    def classes(self, labels: syntax.Form, form: syntax.Form) -> Bound:
        bound = self.bound(form)
        assert isinstance(labels, syntax.Name)
        declared = self.declared_classes(labels.name)
        given = self.unifier.resolve(Size(bound[1], bound[0]))
        declared = self.unifier.resolve(declared)
        if given.unknown is None and declared.unknown is None:
            if declared.offset > given.offset:
                raise self.fail(f"`{labels.name}` has {declared} classes, more than {given}.", form)
        elif not self.unifier.same(given, declared):
            self.unifier.pin(given)
        return bound

    def argument(self, form: "syntax.Expression | syntax.Sizes") -> Node:
        if isinstance(form, syntax.Sizes):
            raise self.fail("A list of sizes can only stand in reshape.", form)
        return self.real(form)

    def keywords(self, form: syntax.Call, known: tuple[str, ...]) -> dict[str, Option]:
        options: dict[str, Option] = {}
        for keyword in form.keywords:
            name, value = keyword.name, keyword.value
            if name in options:
                raise self.fail(f"`{name}=` is given twice.", keyword)
            if form.arguments and keyword.start < form.arguments[-1].start:
                raise self.fail(f"`{self.quote(keyword)}` should come last.", keyword)
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f" Did you mean `{near[0]}`?" if near else ""
                takes = " and ".join(f"`{keyword}=`" for keyword in known) or "no options"
                raise self.fail(f"{form.function} has no option `{name}`; it takes {takes}.{hint}", keyword)
            number = self.constant(value)
            if name == "axis" and (number is None or number != int(number)):
                raise self.fail("axis should be a whole number: 0 (over rows) or 1.", value)
            if name == "keepdims" and number not in (0, 1):
                raise self.fail("keepdims should be 0 or 1.", value)
            assert number is not None
            options[name] = int(number) if name == "axis" else bool(number)
        return options


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "times": lambda a, b: a * b,
    "beside": lambda a, b: a * b,
    "matmul": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
}
_ELEMENTWISE = {"add": "add", "subtract": "sub", "times": "mul", "divide": "div"}
_FORMS: Mapping[type[syntax.Form], Callable[..., Node]] = {
    syntax.Number: _Elaboration.number,
    syntax.Name: _Elaboration.name,
    syntax.Binary: _Elaboration.binary,
    syntax.Negative: lambda work, form: work.make(form, "neg", work.real(form.operand)),
    syntax.Transpose: lambda work, form: work.make(form, "transpose", work.real(form.operand)),
    syntax.Power: _Elaboration.power,
    syntax.Norm: _Elaboration.norm,
    syntax.Absolute: lambda work, form: work.make(form, "abs", work.real(form.operand)),
    syntax.Parts: _Elaboration.parts,
    syntax.Call: _Elaboration.call,
}


def _resolved(graph: Graph, unifier: Unifier) -> Graph:
    """The same graph, with shapes in terms of what is still unknown at the end."""
    new: dict[Node, Node] = {}
    roots = [*graph.inputs.values(), *graph.steps.values(), graph.objective]
    for node in in_order(*roots):
        arguments = tuple(new[argument] for argument in node.arguments)
        new[node] = Node(
            node.operation, arguments, node.options, unifier.resolve_shape(node.shape), node.start, node.end
        )
    return Graph(
        {name: new[node] for name, node in graph.inputs.items()},
        {name: new[node] for name, node in graph.steps.items()},
        new[graph.objective],
        graph.name,
        graph.text,
    )
