"""Every mistake of every bank, and many that students made up, are named right; what is right is never named.

mistake ─ planted in every case ─▶ diagnose ─▶ its own code, or that of one with the same values
"""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import numpy as np
import pytest

from grader.bank import Entry
from grader.diagnosis import Finding
from grader.matching import Impossible, Judged, Value, fits
from grader.preparation import Asked
from grader.sandbox.job import Returned
from tests.planted import NAMES, answers, asked_for, bank_of, found, planted, prepared, said, seen
from tests.student_mistakes import ALL, Planted

LEAST = 0.97
QUICK = ("relu_frobenius", "scalar_practice", "softmax_regression", "affine_step")
SLOW = tuple(name for name in NAMES if name not in QUICK)
RIGHT_ANSWERS = 200
PAIRS = 8


def gradients(name: str) -> Iterator[Asked]:
    return (asked for asked in prepared(name).asked if asked.bank is not None)


class Confusion:
    """By what was planted, how often what was said."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}

    def add(self, code: str, said: tuple[str, ...], right: bool) -> None:
        self.counts.setdefault(code, Counter())[code if right else "+".join(said) or "(nothing)"] += 1

    @property
    def share(self) -> float:
        """How much of everything was named right."""
        total = sum(sum(row.values()) for row in self.counts.values())
        return sum(row[code] for code, row in self.counts.items()) / total

    def __str__(self) -> str:
        lines = [f"{'planted':36} {'right':>6} of {'all':>5}  else"]
        for code, row in sorted(self.counts.items()):
            others = ", ".join(f"{other} {count}" for other, count in row.most_common() if other != code)
            lines.append(f"{code:36} {row[code]:6} of {sum(row.values()):5}  {others}".rstrip())
        return "\n".join([*lines, f"{'':36} {self.share:.2%}"])


# ----- the bank, planted -----


def _banks(names: tuple[str, ...]) -> Confusion:
    table = Confusion()
    for name in names:
        for asked in gradients(name):
            for entry in bank_of(asked).entries:
                codes = tuple(finding.code for finding in found(asked, planted(entry.values)))
                right = entry.codes[0] in codes or any(_same(asked, entry, code) for code in codes)
                table.add(entry.codes[0], codes, right)
    return table


def _same(asked: Asked, entry: Entry, code: str) -> bool:
    """Whether another mistake of this code gives the same values in all cases."""
    judged = [Judged(one) for one in seen(asked, planted(entry.values))]
    return any(other.codes == (code,) and fits(other.values, judged) for other in bank_of(asked).entries)


@pytest.mark.parametrize("names", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)], ids=["quick", "slow"])
def test_every_mistake_of_the_bank_is_named(names: tuple[str, ...]) -> None:
    """Each single mistake, of the assignments that are shipped and of sixteen others."""
    table = _banks(names)
    print(f"\n{table}")
    assert table.share >= LEAST, f"\n{table}"


def test_more_than_twelve_objectives_are_tried() -> None:
    """Beside the shipped assignments."""
    assert len(NAMES) >= len(QUICK) + 12
    assert len(prepared("three_layers").asked) == 6


# ----- functions that students write -----


def _named(case: Planted, codes: set[str]) -> bool:
    wanted = [set(names.split("+")) - {""} for names in case.codes.split("|")]
    return any(names <= codes if names else not codes for names in wanted)


def test_mistakes_of_students_are_named() -> None:
    """Functions written by hand, not taken from the bank; two mistakes at once are both named, and say so."""
    table = Confusion()
    for case in ALL:
        findings = said(case.assignment, case.wrt, case.function)
        codes = tuple(finding.code for finding in findings)
        table.add(case.codes, codes, _named(case, set(codes)))
        if _named(case, set(codes)) and all("+" in names for names in case.codes.split("|")):
            assert all(finding.facts["of"] == 2 for finding in findings), (case.assignment, case.codes, findings)
    print(f"\n{table}")
    assert len(ALL) > 150
    assert table.share >= LEAST, f"\n{table}"


def test_mistakes_are_named_in_float32_too() -> None:
    """The same functions on float32; what is said does not hang on the last digits."""
    cases = [case for case in ALL if not {"finite_differences", "constant_answer", ""} & set(case.codes.split("|"))]
    wrong = [case for case in cases if not _named(case, {one.code for one in _in_float32(case)})]
    assert len(wrong) <= (1 - LEAST) * len(cases), [(case.assignment, case.codes) for case in wrong]


def _in_float32(case: Planted) -> tuple[Finding, ...]:
    def rounded(one: Any) -> Any:
        exact = isinstance(one, np.ndarray) and one.dtype == np.float64
        return np.float32(one) if exact or isinstance(one, float) else one

    def function(*arguments: Any) -> Any:
        return rounded(np.asarray(found) if (found := case.function(*map(rounded, arguments))) is not None else None)

    return said(case.assignment, case.wrt, function)


@pytest.mark.parametrize("names", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)], ids=["quick", "slow"])
def test_two_mistakes_of_the_bank_are_explained(names: tuple[str, ...]) -> None:
    """Some pairs of each gradient: by both, or by what has the same values."""
    random = Random(0)
    for name in names:
        for asked in gradients(name):
            bank = bank_of(asked)
            keys = bank.pairs_at(0).keys
            for pair in map(bank.pair, random.sample(keys, min(PAIRS, len(keys)))):
                if all(isinstance(value, np.ndarray) for value in pair.values):
                    codes = {finding.code for finding in found(asked, planted(pair.values))}
                    assert codes - {"localized"}, (name, asked.wrt, pair.codes)


# ----- what is neither -----


@pytest.mark.parametrize("names", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)], ids=["quick", "slow"])
def test_nothing_is_named_that_was_not_made(names: tuple[str, ...]) -> None:
    """What is off everywhere by something that is no mistake."""
    random = np.random.default_rng(0)
    for name in names:
        for asked in gradients(name):
            values = [
                case.target.value * (1 + 0.3 * random.standard_normal(case.target.value.shape)) for case in asked.cases
            ]
            assert found(asked, planted(values)) == (), (name, asked.wrt)


# ----- what is right -----


Variant = Callable[[np.ndarray[Any, Any], np.random.Generator], Any]
VARIANTS: tuple[Variant, ...] = (
    lambda right, random: right,
    lambda right, random: right.tolist(),
    lambda right, random: right * (1 + 1e-13 * random.standard_normal(right.shape)),
    lambda right, random: right + 1e-9 * np.abs(right).max(initial=0.0) * random.standard_normal(right.shape),
    lambda right, random: right.astype(np.float32),
    lambda right, random: right.astype(np.float32).astype(np.float64),
)


def test_nothing_is_said_of_right_answers() -> None:
    """Other types and orders of summation, noise far below the tolerance."""
    random = np.random.default_rng(0)
    tried = 0
    for name in NAMES:
        for asked in gradients(name):
            for variant in VARIANTS:
                values = [variant(case.target.value, random) for case in asked.cases]
                came_back = [Returned(str(np.asarray(v).dtype), np.shape(v), np.asarray(v, np.float64)) for v in values]
                assert found(asked, list(came_back)) == (), (name, asked.wrt)
                tried += 1
    assert tried >= RIGHT_ANSWERS


def test_nothing_is_said_of_other_subgradients() -> None:
    """At a kink 0, 1 and anything between is right; in float32 and with Python's sums too."""
    for at_zero in (0.0, 0.5, 1.0):

        def grad_w(X: Any, W: Any, Y: Any, at_zero: float = at_zero) -> Any:
            Z = (X.astype(np.float32) @ W.astype(np.float32)).astype(np.float32)
            mask = (Z > 0) + at_zero * (Z == 0)
            upstream = 2 * (np.maximum(Z, 0) - Y.astype(np.float32)) * mask.astype(np.float32)
            return sum(np.outer(X[row], upstream[row]) for row in range(len(X)))

        assert said("relu_integers", "W", grad_w) == ()


# ----- the bank itself -----


@pytest.mark.parametrize("name", QUICK)
def test_no_mistake_of_a_bank_is_right_in_all_cases(name: str) -> None:
    """Else it would name what is right."""
    for asked in gradients(name):
        for entry in bank_of(asked).entries:
            assert not all(map(_is_right, entry.values, [case.target.value for case in asked.cases]))


def _is_right(value: Value, right: np.ndarray[Any, Any]) -> bool:
    return not isinstance(value, Impossible) and isinstance(value, np.ndarray) and np.allclose(value, right, 1e-9, 0)


def test_helpers_ask_functions_as_a_box_would() -> None:
    """The right function is right in every case."""
    asked = asked_for("ridge", "w")
    came_back = answers("ridge", asked, lambda X, w, y, reg: 2 * X.T @ (X @ w - y) + 2 * reg * w)
    assert {one.verdict for one in seen(asked, came_back)} == {"correct"}
