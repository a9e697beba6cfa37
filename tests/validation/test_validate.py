"""What is wrong with an assignment is found; what is right is proven."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from grader import assignment_file
from grader.objective import operations
from grader.objective.operations import TABLE
from grader.validation import Finding, Validation, validate

ROOT = Path(__file__).parent.parent.parent
RELU = """
objective: |
  Z = X W
  H = max(Z, 0)
  f = ||H - Y||_F^2
seed: 0
shapes: {X: [N, D], W: [D, M], Y: [N, M]}
dims: {N: 7, D: 3, M: 5}
"""
CASES = """
cases:
  - {name: handout, visibility: public}
  - {name: hidden, dims: {N: 5, D: 7, M: 3}}
"""
OTHER_SIZES = "add cases of other sizes, all different and none 1 or 2, or with other inputs; `--fix` proposes some"


def found_in(text: str) -> Validation:
    return validate(assignment_file.loads(text, "homework.yaml"))


def not_ok(found: Validation, check: str) -> list[tuple[str, str, str | None]]:
    return [
        (one.verdict, one.message, one.change) for one in found.findings if one.check == check and one.verdict != "ok"
    ]


def test_assignment_that_is_right_is_proven() -> None:
    """Every check says in a sentence that all is well, and all mistakes are rejected by the hidden case."""
    found = found_in(RELU + CASES)
    assert found.proven
    assert found.score == 1.0
    count = len(found.mistakes)
    assert found.findings == (
        Finding("homework", "inputs", "ok", "2 cases ask a sensible question: handout, hidden"),
        found.findings[1],
        Finding("homework", "reference", "ok", "autograd and the derived expressions agree on every case"),
        Finding("homework", "float32", "ok", "all of 24 right answers in float32 are accepted"),
        Finding(
            "homework", "mistakes", "ok", f"the cases reject all of {count} known mistakes by the hidden ones alone"
        ),
        Finding("homework", "pairs", "ok", "the cases tell all known mistakes apart"),
        Finding("homework", "sizes", "ok", "the sizes hide no transpose"),
        Finding("homework", "points", "ok", "the answers have 3 points together"),
    )
    assert found.findings[1].message.startswith("autograd agrees with 142 central differences, the worst off by ")


def test_validation_is_the_same_again() -> None:
    """Nothing depends on the time or on the run."""
    assert found_in(RELU + CASES) == found_in(RELU + CASES)


# ----- the reference -----


def test_wrong_adjoint_in_the_table_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Autograd and the expressions that explain it must say the same."""
    wrong = replace(TABLE["squared_norm"], adjoint=lambda g, y, a: (operations.mul(g, operations.scaled(3, a)),))
    monkeypatch.setattr(operations, "TABLE", {**TABLE, "squared_norm": wrong})
    for module in ("adjoint", "mistakes"):
        monkeypatch.setattr(f"grader.objective.{module}.TABLE", operations.TABLE)
    assert not_ok(found_in(RELU + CASES), "reference") == [
        (
            "failure",
            "autograd and the derived expression differ: dX of grad_X on the case handout, and 5 more",
            "the grader does not differentiate this objective as it should: please report it, with the assignment file",
        )
    ]


class Forgetful(torch.autograd.Function):
    """A maximum whose derivative is that of its first argument."""

    @staticmethod
    def forward(context: object, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        return torch.where(a > b, a, b)

    @staticmethod
    def backward(context: object, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:  # type: ignore[override]
        return gradient, None


def test_wrong_derivative_of_autograd_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The objective itself, on both sides of its inputs, tells what its derivative is."""
    wrong = replace(TABLE["max"], value=lambda t, o, a, b: Forgetful.apply(a, b))
    monkeypatch.setattr("grader.reference.TABLE", {**TABLE, "max": wrong})
    found = not_ok(found_in(RELU + CASES), "reference")
    assert [verdict for verdict, _, _ in found] == ["failure", "failure"]
    assert found[0][1].startswith(
        "autograd and central differences differ: dX of grad_X on the case handout, and 3 more (off by "
    )


def test_quotients_at_kinks_are_skipped_and_counted() -> None:
    """Whole numbers are often at a kink, where a difference quotient says nothing."""
    found = found_in(RELU + "inputs: {X: {draw: integers}, W: {draw: integers, low: -1, high: 1}}" + CASES)
    assert found.findings[1].check == "reference"
    assert found.findings[1].verdict == "ok"
    assert " skipped at kinks" in found.findings[1].message


# ----- the cases -----


def test_degenerate_fixed_values_are_named() -> None:
    """Values that the author fixed are taken as they are, and what is poor about them is said."""
    text = """
objective: "sum(max(w, 0) * v)"
seed: 0
inputs: {w: {values: [1.0, 2.0]}, v: {values: [1.0, 3.0]}}
"""
    assert not_ok(found_in(text), "inputs") == [
        (
            "warning",
            "the case handout asks a poor question: the mask of `max(w, 0)` is all on",
            "give `handout` other values, or rely on the other cases",
        )
    ]


def test_fixed_values_at_which_all_is_zero_are_named() -> None:
    """There even a difference quotient says nothing."""
    inputs = "inputs: {w: {values: [0.0, 0.0]}}"
    text = f'objective: "||w||_2^2"\nseed: 0\n{inputs}\ncases: [{{name: handout, visibility: public}}]'
    found = found_in(text)
    assert [message for _, message, _ in not_ok(found, "inputs")] == [
        "the case handout asks a poor question: the gradient with respect to w is zero everywhere"
    ]
    assert [message for _, message, _ in not_ok(found, "reference")] == [
        "no difference quotient says whether autograd is right, 2 too coarse to tell"
    ]


def test_seed_after_many_that_would_not_do_is_a_warning() -> None:
    """Inputs that seldom ask a sensible question hardly suit the objective."""
    text = """
objective: "sum(max(w - 5/2, 0) * v)"
seed: 0
shapes: {w: [5], v: [5]}
cases: [{name: handout, visibility: public}, {name: hidden}]
"""
    found = not_ok(found_in(text), "inputs")
    assert found
    assert all(verdict == "warning" for verdict, _, _ in found)
    assert all(" asks a sensible question only with the seed " in message for _, message, _ in found)


def test_sizes_that_hide_a_transpose_are_a_failure() -> None:
    """Where all hidden sizes are 1, a transposed matrix is the same."""
    found = found_in(RELU + "cases: [{name: handout, visibility: public}, {name: small, dims: {N: 6, D: 1, M: 1}}]")
    assert not found.proven
    assert 0.5 < found.score < 1.0
    message = "`transpose` at Z in dX of grad_X passes in all hidden cases"
    assert ("failure", message, OTHER_SIZES) in not_ok(found, "mistakes")


def test_square_matrix_in_all_cases_is_a_warning() -> None:
    """A transposed answer has the right shape; its values are rejected all the same."""
    found = found_in(
        RELU + "cases: [{name: a, visibility: public, dims: {D: 5}}, {name: b, draws: 3, dims: {D: 4, M: 4}}]"
    )
    assert found.proven
    assert not_ok(found, "sizes") == [
        (
            "warning",
            "W is square in all cases, so that its transpose has the right shape everywhere",
            "add a case with `dims` that are all different and none 1 or 2, or leave `cases` out; "
            "`--fix` proposes some",
        )
    ]


def test_size_of_1_in_all_cases_is_a_warning() -> None:
    """Over an axis of length 1 a sum is a mean; one that the file calls 1 stays so by default."""
    text = 'objective: "1/N ||x w||_F^2"\nseed: 0\nshapes: {x: [N, D], w: [D, 3]}\ndims: {N: 1, D: 5}\n'
    assert not_ok(found_in(text), "sizes") == [
        (
            "warning",
            "N is 1 in all cases, so that a sum over it is a mean",
            "add a case with `dims` that are all different and none 1 or 2, or leave `cases` out; "
            "`--fix` proposes some",
        )
    ]


def test_matrix_that_must_be_square_is_no_warning() -> None:
    """What the objective wants to be square is square in other cases too."""
    assert (
        not_ok(found_in('objective: "logdet(A)"\nseed: 0\nshapes: {A: [4, 4]}\ninputs: {A: {draw: spd}}'), "sizes")
        == []
    )


def test_tolerance_that_is_too_wide_is_a_failure() -> None:
    """Mistakes that pass because of the tolerance need another tolerance, not other cases."""
    found = found_in(RELU + CASES + "tolerance: {rtol: 0.9, atol: 0.9}")
    assert not found.proven
    named = [
        (verdict, change) for verdict, message, change in not_ok(found, "mistakes") if "`factor` at f in dX" in message
    ]
    assert named == [
        ("failure", "take a smaller `rtol` and `atol` under `tolerance`, or cases in which the mistake changes more")
    ]


def test_mistake_that_is_rejected_by_little_is_a_warning() -> None:
    """With other draws it might pass."""
    found = found_in(RELU + CASES + "tolerance: {rtol: 0.01}")
    assert found.proven
    assert {verdict for verdict, _, _ in not_ok(found, "mistakes")} == {"warning"}
    assert any(" is rejected by little: its error is " in message for _, message, _ in not_ok(found, "mistakes"))


def test_public_cases_alone_do_not_reject_copied_numbers() -> None:
    """With the handout alone, its numbers are a right answer."""
    found = found_in(RELU + "cases: [{name: handout, visibility: public}]")
    assert not_ok(found, "mistakes") == [
        (
            "failure",
            f"`constant_answer` in d{wrt} of grad_{wrt} passes in all cases",
            "add hidden cases, or leave `cases` out: then there are five",
        )
        for wrt in ("X", "W", "Y")
    ]


def test_hidden_cases_that_are_too_large_prove_nothing() -> None:
    """What mistakes lead to is not computed there."""
    found = found_in(RELU + "cases: [{name: handout, visibility: public}, {name: large, dims: {N: 2000, D: 7, M: 30}}]")
    assert not found.proven
    (verdict, message, change) = not_ok(found, "mistakes")[0]
    assert verdict == "failure"
    assert message.endswith(" may pass: all hidden cases are too large to know")
    assert change == "add a smaller case: what mistakes lead to is not computed for cases this large"


def test_mistakes_that_no_case_tells_apart_are_a_warning() -> None:
    """Of a term that hardly matters it cannot be said what is wrong with it."""
    text = 'objective: "sum(A * B) + 1/1000000000 sum(A * C)"\nseed: 0\nshapes: {A: [4, 3], B: [4, 3], C: [4, 3]}'
    found = not_ok(found_in(text), "pairs")
    assert [message.startswith("no case tells `") for _, message, _ in found] == 5 * [True] + [False]
    assert found[-1][1].endswith(" more pairs cannot be told apart")
    assert {verdict for verdict, _, _ in found} == {"warning"}


def test_float32_that_is_refused_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A right answer may be rounded; what an allowance that is too small refuses is found."""
    monkeypatch.setattr("grader.compare.MOST_WIDENED", {"float32": 0.0, "mixed": 0.0})
    found = found_in(RELU + CASES + "tolerance: {rtol: 1e-9, atol: 1e-12}")
    (verdict, message, change) = not_ok(found, "float32")[0]
    assert verdict == "failure"
    assert message == (
        "24 of 24 right answers in float32 are refused, the first of them dX of grad_X on the case handout, "
        "summed as NumPy sums"
    )
    assert change == "take smaller sizes or inputs of more even size, or a larger `rtol` under `tolerance`"


# ----- what is asked -----


def test_upstream_of_shared_weights_is_explained() -> None:
    """Who thinks of one step of a recurrent network returns another gradient than is expected."""
    text = """
objective: |
  H1 = tanh(X W)
  H2 = tanh(H1 W)
  f = ||H2 - Y||_F^2
seed: 0
shapes: {X: [N, D], W: [D, D], Y: [N, D]}
dims: {N: 5, D: 3}
functions: ["back(dH2, X, W) -> dW"]
"""
    assert not_ok(found_in(text), "upstream") == [
        (
            "warning",
            "dW of back is expected with what comes from H2 through H1, "
            "beside what comes from the step that computes H2",
            "say so on the sheet; or give back dH1 too, which ends the way there; or let each step have a W of its own",
        )
    ]


def test_upstream_of_a_chain_is_no_warning() -> None:
    """Each variable is used on one way only."""
    found = found_in((ROOT / "assignments" / "matrix_chain_rule_left.yaml").read_text(encoding="utf-8"))
    assert not_ok(found, "upstream") == []


def test_points_for_nothing_are_a_failure() -> None:
    """An assignment in which nothing counts was hardly meant."""
    assert not_ok(found_in(RELU + "points: {X: 0, W: 0, Y: 0}" + CASES), "points") == [
        ("failure", "no answer has any points", "give a gradient points, or leave `points` out: then each has 1")
    ]


def test_credit_for_a_mistake_that_cannot_be_made_is_a_warning() -> None:
    """There is no softmax here."""
    ((verdict, message, change),) = not_ok(
        found_in(RELU + "credit: {softmax_diagonal: 0.5, factor: 0.5}" + CASES), "points"
    )
    assert verdict == "warning"
    assert message == "`credit` has a share for `softmax_diagonal`, a mistake that cannot be made here"
    assert change is not None
    assert change.startswith("leave it out; those that can be made are ")


# ----- all together -----


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "assignments").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_assignment_is_proven(path: Path) -> None:
    """All that we ship scores 100 %, without a warning."""
    found = validate(assignment_file.load(path))
    assert [one for one in found.findings if one.verdict != "ok"] == []
    assert found.score == 1.0
