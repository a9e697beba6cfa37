"""What is said of wrong answers, in whole sentences where these matter, and what is not."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from grader import diagnosis, matching, messages
from grader.diagnosis import Finding, diagnose
from grader.matching import Judged, Value
from grader.sandbox.job import Answer, Crashed, Missing, Raised, Returned
from tests.planted import answer, answers, asked_for, bank_of, found, said, seen

Function = Callable[..., Any]


def sentences(name: str, wrt: str, function: Function) -> list[tuple[str, str | None]]:
    return [
        (
            messages.mistake(finding.code, step=finding.step, wrt=wrt, **finding.facts),
            messages.mistake_help(finding.code, step=finding.step, wrt=wrt, **finding.facts),
        )
        for finding in said(name, wrt, function)
    ]


def residual(X: Any, W: Any, Y: Any) -> Any:
    return np.maximum(X @ W, 0) - Y


def right(X: Any, W: Any, Y: Any) -> Any:
    return X.T @ (2 * residual(X, W, Y) * (X @ W > 0))


def test_one_mistake_in_words() -> None:
    """What it is, and a question that leads on."""
    found = sentences("relu_frobenius", "W", lambda X, W, Y: 2 * X.T @ residual(X, W, Y))
    assert found == [
        (
            "dW is right except that the mask of H is missing.",
            "What happens to H if an entry that the function cuts off changes a little?",
        )
    ]


def test_two_mistakes_in_words() -> None:
    """Both are there, and each says so."""
    found = sentences("relu_frobenius", "W", lambda X, W, Y: -2 * X.T @ residual(X, W, Y))
    assert [sentence for sentence, _ in found] == [
        "One of 2 mistakes in dW: the mask of H is missing.",
        "One of 2 mistakes in dW: its sign.",
    ]


def test_terms_in_words() -> None:
    """A term with a factor of its own, and one that is forgotten."""

    def half(X: Any, w: Any, y: Any, reg: Any) -> Any:
        return 2 * X.T @ (X @ w - y) + 3 * reg * w

    (first, _), (second, _) = sentences("ridge", "w", half)
    assert first == "In dw the regularisation term reg ||w||_2^2 comes with 1.5 times its factor."
    assert second == "The part of dw that comes from reg ||w||_2^2 is 1.5 times what it should be."


@pytest.mark.parametrize(
    ("function", "finding"),
    [
        (lambda X, W, Y: 5 * right(X, W, Y), Finding("factor", None, {"factor": 5.0})),
        (lambda X, W, Y: right(X, W, Y) / len(X), Finding("mean_vs_sum")),
        (lambda X, W, Y: right(X, W, Y).T, Finding("layout")),
        (lambda X, W, Y: 0 * W, Finding("unfinished")),
        (lambda X, W, Y: None, Finding("unfinished")),
        (lambda X, W, Y: np.ones((4, 4)) / 7, None),
    ],
)
def test_finding_of_an_answer(function: Function, finding: Finding | None) -> None:
    """Its code, the step and the facts; a constant shape alone says nothing."""
    findings = said("relu_frobenius", "W", function)
    assert findings[:1] == (() if finding is None else (finding,))


def not_implemented(*arguments: Any) -> Any:
    raise NotImplementedError


def test_what_raises_not_implemented_is_unfinished() -> None:
    assert said("relu_frobenius", "W", not_implemented) == (Finding("unfinished"),)


# ----- where it is wrong -----


def rows_spoilt(X: Any, W: Any, Y: Any) -> Any:
    spoilt = right(X, W, Y)
    spoilt[1:3] = np.sin(spoilt[1:3]) + 7
    return spoilt


def columns_spoilt(X: Any, W: Any, Y: Any) -> Any:
    spoilt = right(X, W, Y)
    spoilt[:, -1] = np.cos(spoilt[:, -1])
    return spoilt


def masked_spoilt(on: bool) -> Function:
    def grad_y(X: Any, W: Any, Y: Any) -> Any:
        masked = (X @ W > 0) == on
        return -2 * residual(X, W, Y) + masked * np.sin(1 + Y)

    return grad_y


@pytest.mark.parametrize(
    ("wrt", "function", "sentence"),
    [
        ("W", rows_spoilt, "In a public case only the rows 1, 2 of dW are wrong."),
        ("W", columns_spoilt, "In a public case only the columns 3 of dW are wrong."),
        ("Y", masked_spoilt(on=True), "What is wrong in dY is only where H lets something through."),
        ("Y", masked_spoilt(on=False), "What is wrong in dY is only where H cuts something off."),
    ],
)
def test_what_nothing_explains_is_localized(wrt: str, function: Function, sentence: str) -> None:
    """Some rows, some columns, one side of a mask."""
    (finding,) = said("relu_frobenius", wrt, function)
    assert finding.code == "localized"
    assert messages.mistake(finding.code, step=finding.step, wrt=wrt, **finding.facts) == sentence


def test_indices_of_hidden_cases_are_not_told() -> None:
    """Wrong in hidden cases only: that a part is right, and no more."""

    def spoilt_elsewhere(X: Any, W: Any, Y: Any) -> Any:
        return right(X, W, Y) if X.shape == (10, 4) else rows_spoilt(X, W, Y)

    assert said("relu_frobenius", "W", spoilt_elsewhere) == (Finding("localized", None, {}),)


# ----- silence -----


def test_nothing_is_said_of_nonsense() -> None:
    """Numbers that have nothing to do with the gradient."""
    random = np.random.default_rng(1)
    assert said("relu_frobenius", "W", lambda X, W, Y: random.standard_normal(W.shape)) == ()


@pytest.mark.parametrize(("name", "wrt"), [("logistic_regression", "b"), ("accumulated_gradients", "x")])
def test_few_are_looked_at_closely(name: str, wrt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though one number is a multiple of whatever two mistakes lead to: all are compared with it at once."""
    looked: list[object] = []

    def factors(values: Sequence[Value], judged: Sequence[Judged]) -> list[float | None] | None:
        looked.append(values)
        return matching.factors(values, judged)

    monkeypatch.setattr(diagnosis, "factors", factors)
    asked, random = asked_for(name, wrt), np.random.default_rng(0)
    noise = [answer(random.standard_normal(case.target.value.shape), case.target.value.shape) for case in asked.cases]
    assert len(bank_of(asked).pairs_at(0).keys) > 20
    assert found(asked, noise) == ()
    assert len(looked) < 5


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e308])
def test_nothing_is_said_of_numbers_that_are_none(value: float) -> None:
    """No warning either."""
    for spoil in (lambda right: np.full_like(right, value), lambda right: np.where(right > 0, right, value)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            findings = said("relu_frobenius", "W", lambda X, W, Y, spoil=spoil: spoil(right(X, W, Y)))
        assert all(finding.code in ("constant_answer", "localized") for finding in findings)


@pytest.mark.parametrize(
    "broken", [Crashed("signal SIGSEGV"), Raised("ValueError", "no", 1), Missing("f is not defined")]
)
def test_nothing_is_said_where_nothing_came_back(broken: Answer) -> None:
    asked = asked_for("relu_frobenius", "W")
    assert found(asked, [broken for _ in asked.cases]) == ()


def test_bank_is_not_computed_for_right_answers() -> None:
    """Right answers cost nothing."""
    asked = asked_for("relu_frobenius", "W")

    def never() -> Any:
        raise AssertionError

    assert diagnose(seen(asked, answers("relu_frobenius", asked, right)), never) == ()


def test_a_mistake_must_explain_every_case() -> None:
    """Right in all cases but one, where a factor is missing: no mistake made all the way."""
    asked = asked_for("relu_frobenius", "W")
    came_back = answers("relu_frobenius", asked, right)
    came_back[2] = answer(asked.cases[2].target.value / 2, asked.cases[2].target.value.shape)
    assert found(asked, came_back) == ()


def test_float32_is_not_taken_for_a_difference_quotient() -> None:
    """An answer in float32 that is wrong by little is wrong for another reason."""
    asked = asked_for("relu_frobenius", "W")
    noise = np.random.default_rng(0)

    def rough(one: np.ndarray[Any, Any]) -> Answer:
        array = (one * (1 + 2e-2 * noise.standard_normal(one.shape))).astype(np.float32)
        return Returned("float32", array.shape, array.astype(np.float64))

    assert found(asked, [rough(case.target.value) for case in asked.cases]) == ()


def test_at_most_three_findings_with_codes_of_their_own() -> None:
    """However many mistakes have the same values."""
    for name, wrt in (("relu_frobenius", "W"), ("softmax_regression", "W"), ("scalar_practice", "w")):
        asked = asked_for(name, wrt)
        for entry in bank_of(asked).entries:
            if all(isinstance(value, np.ndarray) for value in entry.values):
                codes = _codes(found(asked, [answer(value, np.shape(value)) for value in entry.values]))
                assert 1 <= len(codes) <= 3
                assert len(set(codes)) == len(codes)


def _codes(findings: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in findings]
