"""How far the sizes of a sheet generalise, and what is drawn for them."""

import json
from itertools import combinations, islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Problem
from grader.assignment_file import loads
from grader.errors import AssignmentError
from grader.sizing import Layout, generalise, graph_of, layout, other_sizes, whole_numbers


def problem(objective: str, shapes: dict[str, Any], **keys: Any) -> Problem:
    data = {"objective": objective, "seed": 0, "shapes": shapes, **keys}
    return loads(json.dumps(data), "hw.yaml", check=lambda problem: None).problems[0]


def drawn(asked: Problem, number: int = 10) -> list[Layout]:
    return list(islice(other_sizes(asked, Random(0)), number))


def pattern(asked: Problem) -> str:
    """The shapes with a letter for every unknown, in the order in which they come up."""
    free = generalise(asked)
    if free is None:
        return "fixed"
    letters = {unknown: "abcdefgh"[index] for index, unknown in enumerate(free.unknowns)}

    def one(size: Any) -> str:
        if size.unknown is None:
            return str(size.offset)
        return letters[size.unknown] + (f"{size.offset:+d}" if size.offset else "")

    parts = [f"{name}:{','.join(map(one, shape))}" for name, shape in free.shapes.items()]
    parts += [f"{name}={one(size)}" for name, size in {**free.dims, **free.classes}.items()]
    return " ".join(parts)


LABELS = {"y": {"draw": "labels", "classes": 3}}
GENERALISES: dict[str, tuple[Problem, str]] = {
    "relu": (
        problem("||max(X W, 0) - Y||_F^2", {"X": [10, 4], "W": [4, 4], "Y": [10, 4]}),
        "X:a,b W:b,c Y:a,c",
    ),
    "full bias": (problem("||XW + b||_F^2", {"X": [10, 4], "W": [4, 4], "b": [10, 4]}), "X:a,b W:b,c b:a,c"),
    "bias row": (problem("||XW + b||_F^2", {"X": [10, 4], "W": [4, 4], "b": [4]}), "X:a,b W:b,c b:c"),
    "bias row of one": (problem("||XW + b||_F^2", {"X": [10, 4], "W": [4, 4], "b": [1, 4]}), "X:a,b W:b,c b:1,c"),
    "bias of columns": (problem("||W X + b||_F^2", {"X": [4, 10], "W": [4, 4], "b": [4, 1]}), "X:a,b W:c,a b:c,1"),
    "two layers": (
        problem(
            "h = sigmoid(x w1 + b1)\n||y - h w2 - b2||_F^2",
            {"x": [100, 1], "y": [100, 1], "w1": [1, 10], "w2": [10, 1], "b1": [100, 10], "b2": [100, 1]},
        ),
        "x:a,1 y:a,1 w1:1,b w2:b,1 b1:a,b b2:a,1",
    ),
    "quadratic form": (problem("x^T A x", {"x": [4], "A": [4, 4]}), "x:a A:a,a"),
    "bilinear form": (problem("x^T A z", {"x": [4], "A": [4, 4], "z": [4]}), "x:a A:a,b z:b"),
    "names": (
        problem("1/N ||X w - y||^2", {"X": ["N", "D"], "w": ["D"], "y": ["N"]}, dims={"N": 10, "D": 4}),
        "X:a,b w:b y:a N=a D=b",
    ),
    "a name that is only a number": (
        problem("1/K ||X w||^2", {"X": [10, 4], "w": [4]}, dims={"K": 10}), "X:a,b w:b K=10",
    ),
    "cross entropy": (
        problem("cross_entropy(X W, y)", {"X": [10, 4], "W": [4, 3], "y": [10]}, inputs=LABELS),
        "X:a,b W:b,c y:a y=c",
    ),
    "svm": (
        problem(
            "sum(max(X W - col((X W)[y]) + 1, 0)) / N", {"X": ["N", "D"], "W": ["D", "C"], "y": ["N"]},
            dims={"N": 10, "D": 4, "C": 3}, inputs={"y": {"draw": "labels", "classes": "C"}},
        ),
        "X:a,b W:b,c y:a N=a D=b C=c y=c",
    ),
    "onehot": (
        problem("||S - onehot(y, C)||^2", {"S": [5, "C"], "y": [5]}, dims={"C": 3},
                inputs={"y": {"draw": "labels", "classes": "C"}}),
        "S:a,b y:a C=b y=b",
    ),
    "labels by value": (
        problem("sum(X[y])", {"X": [3, 2]}, inputs={"y": {"values": [0, 1, 1]}}), "fixed",
    ),
    "labels by value, the rest free": (
        problem("cross_entropy(X W, y)", {"X": [3, 4], "W": [4, 2]}, inputs={"y": {"values": [0, 1, 1]}}),
        "X:3,a W:a,2 y:3 y=2",
    ),
    "reshape like a convolution": (
        problem("sum(reshape(X, [N, -1]) W)", {"X": ["N", 2, 3, 4], "W": [24, 5]}, dims={"N": 7}),
        "X:a,2,3,4 W:24,b N=a",
    ),
    "reshape to a number": (problem("sum(reshape(X, [28, 28]))", {"X": [784]}), "fixed"),
    "slices": (problem("sum((X[1:] - X[:-1])**2)", {"X": [10, 4]}), "X:a,b"),
    "a slice beside an array": (problem("||X[2:] - Y||^2", {"X": [10, 4], "Y": [8, 4]}), "X:a,b Y:a-2,b"),
    "a far index": (problem("sum(X[:, 5])", {"X": [9, 8]}), "X:a,8"),
    "a step": (problem("sum(X[::2])", {"X": [9, 8]}), "X:9,a"),
    "spd": (
        problem("tr(A) + sum(P)", {"P": [4, 4], "A": [4, 4]}, inputs={"P": {"draw": "spd"}}), "P:a,a A:b,b",
    ),
    "symmetric beside": (
        problem("sum(S x)", {"S": [4, 4], "x": [4]}, inputs={"S": {"draw": "symmetric"}}), "S:a,a x:a",
    ),
    "square orthogonal": (
        problem("sum(Q X)", {"Q": [4, 4], "X": [4, 4]}, inputs={"Q": {"draw": "orthogonal"}}), "Q:a,a X:a,b",
    ),
    "tall orthogonal": (
        problem("sum(Q X)", {"Q": [5, 4], "X": [4, 4]}, inputs={"Q": {"draw": "orthogonal"}}), "Q:a,b X:b,c",
    ),
    "written ones stay": (problem("sum(A B)", {"A": [1, 4], "B": [4, 1]}), "A:1,a B:a,1"),
    "written twos do not": (problem("sum(A B)", {"A": [2, 2], "B": [2, 2]}), "A:a,b B:b,c"),
    "scalars": (problem("a b", {"a": [], "b": []}), "fixed"),
    "an input only the function needs": (problem("x^T x", {"x": [4], "v": [4]}), "x:a v:b"),
    "three axes": (problem("sum(E * v)", {"E": [2, 3, 4], "v": [4]}), "E:a,b,c v:c"),
}  # fmt: skip


@pytest.mark.parametrize("what", GENERALISES)
def test_generalise_finds_which_sizes_belong_together(what: str) -> None:
    """Sizes that happen to be equal in the handout are free unless the objective makes them equal."""
    asked, expected = GENERALISES[what]
    assert pattern(asked) == expected


@pytest.mark.parametrize("what", GENERALISES)
def test_other_sizes_are_such_that_a_mistake_shows(what: str) -> None:
    """They fit, differ pairwise and from the handout, none is 1 or 2, and products differ too."""
    asked, expected = GENERALISES[what]
    handout = layout(asked, asked.dims, asked.inputs)
    free = generalise(asked)
    for found in drawn(asked):
        graph_of(asked, found)
        if expected == "fixed":
            assert found == handout
            continue
        assert free is not None
        assert found != handout
        sizes = {
            size: number
            for name, shape in free.shapes.items()
            for size, number in zip(shape, found.shapes[name], strict=True)
            if size.unknown
        }
        assert len({*sizes.values()}) == len(sizes)
        assert min(sizes.values()) > 2
        plain = [number for size, number in sizes.items() if not size.offset]
        products = [a * b for a, b in combinations(plain, 2)]
        assert len({*products, *plain}) == len(products) + len(plain)
        for name, size in {**free.dims, **free.classes}.items():
            if size.unknown in {s.unknown for s in sizes}:
                values = {s.unknown: number - s.offset for s, number in sizes.items()}
                assert {**found.dims, **found.classes}[name] == values[size.unknown] + size.offset


def test_other_sizes_of_one_vector_is_never_that_of_the_handout() -> None:
    """Though there are few primes to draw from."""
    asked = problem("sum(x**2)", {"x": [5]})
    assert {found.shapes["x"] for found in drawn(asked, 50)} == {(3,), (7,), (11,)}


def test_other_sizes_depend_on_the_randomness_alone() -> None:
    """The same file, the same sizes."""
    asked, _ = GENERALISES["relu"]
    assert drawn(asked) == drawn(asked)
    assert len({str(found.shapes) for found in drawn(asked)}) > 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(0, 1000), st.booleans())
def test_other_sizes_of_a_chain_of_products_fit(sizes: list[int], seed: int, bias: bool) -> None:
    """Whatever the sizes of the handout."""
    names = [f"A{index}" for index in range(len(sizes) - 1)]
    shapes: dict[str, Any] = {name: [sizes[i], sizes[i + 1]] for i, name in enumerate(names)}
    if bias:
        shapes["b"] = [sizes[-1]]
    asked = problem(f"||{' '.join(names)}{' + b' if bias else ''}||_F^2", shapes)
    for found in islice(other_sizes(asked, Random(seed)), 3):
        graph_of(asked, found)
        chain = [found.shapes[names[0]][0], *(found.shapes[name][1] for name in names)]
        grown = [new for new, old in zip(chain, sizes, strict=True) if old != 1]
        assert [new for new, old in zip(chain, sizes, strict=True) if old == 1] == [1] * sizes.count(1)
        assert len({*grown}) == len(grown)
        assert all(size > 2 for size in grown)


@pytest.mark.parametrize(
    ("values", "expected"),
    [((0, 2, 1), [0, 2, 1]), ((0, 1.0), []), ((0, -1), []), (((0, 1),), []), (3, []), ((), [])],
)
def test_whole_numbers_are_those_that_could_be_labels(values: Any, expected: list[int]) -> None:
    """A vector of whole numbers from 0."""
    assert whole_numbers(values) == expected


def test_layout_of_a_case_with_an_unknown_size_names_the_key() -> None:
    """The name has to have a value."""
    asked = problem("sum(X)", {"X": ["N"]}, dims={"N": 3})
    with pytest.raises(AssignmentError) as caught:
        layout(asked, {}, {})
    assert (caught.value.key, caught.value.problem) == (
        "shapes.X[0]", "the size `N` has no value in `dims`; there is no `dims`",
    )  # fmt: skip


def test_layout_has_classes_of_labels_and_of_whole_values() -> None:
    """How many there are, so that they can be checked against the columns."""
    asked = problem(
        "sum(S[y]) + sum(S[k])", {"S": [3, 4], "y": [3]},
        inputs={"y": {"draw": "labels", "classes": 4}, "k": {"values": [0, 2, 2]}},
    )  # fmt: skip
    assert layout(asked, {}, asked.inputs) == Layout({"S": (3, 4), "y": (3,), "k": (3,)}, {}, {"y": 4, "k": 3})
