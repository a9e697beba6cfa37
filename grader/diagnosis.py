"""Which mistake explains a wrong answer: named only if it explains the answer in every case.

    answers ─ one mistake of the bank? ─ a factor of it? ─ terms with factors? ─ two mistakes? ─ close, but not exact?
                                                                     └─ none: where the answer is wrong, at least

A case may bear witness by its numbers, by the shape that came back, or by the error that whoever makes the mistake must
meet. Nothing is said where nothing is known, and never anything about an answer that is right.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from grader.bank import UNKNOWN, Bank, Entry, Impossible, Shaped, Term, Unknown, Value
from grader.compare import Target, looks_single
from grader.sandbox.job import Answer, Malformed, Missing, Raised, Returned
from grader.verdict import Verdict

Array: TypeAlias = npt.NDArray[np.float64]
Fact: TypeAlias = "str | float | int"

MOST_FINDINGS = 3
NICE = (2.0, 0.5, 3.0, 1 / 3, 4.0, 0.25)
"""Factors that people forget; the others are said as they are."""
LEAST_CLOSE, MOST_CLOSE = 1e-12, 1e-3
"""Relative errors between which an answer in all cases is right but for its precision."""


@dataclass(frozen=True)
class Finding:
    """A mistake that explains the answer: its code, the step where it was made, and what a sentence about it needs."""

    code: str
    step: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Seen:
    """What came of one case."""

    answer: Answer
    verdict: Verdict
    target: Target
    public: bool

    @property
    def array(self) -> Array | None:
        """The numbers, if an array of the right shape came back."""
        return self.answer.array if isinstance(self.answer, Returned) else None


def diagnose(seen: Sequence[Seen], bank: Callable[[], Bank]) -> tuple[Finding, ...]:
    """What explains an answer that is not right; the most telling first, nothing if nothing does."""
    if all(one.verdict in ("correct", "grader_error") for one in seen):
        return ()
    for step in (_without_numbers, _by_the_bank):
        found = tuple(step(seen, bank))
        if found:
            return _first_of_each(found)
    return ()


def _first_of_each(found: Sequence[Finding]) -> tuple[Finding, ...]:
    by_code: dict[str, Finding] = {}
    for finding in found:
        by_code.setdefault(finding.code, finding)
    return tuple(by_code.values())[:MOST_FINDINGS]


# ----- without the bank -----


def _without_numbers(seen: Sequence[Seen], bank: Callable[[], Bank]) -> Iterator[Finding]:
    """Nothing written yet, the same numbers whatever the inputs, an array of nearly the right shape."""
    if all(_says_nothing(one.answer) for one in seen):
        yield Finding("unfinished")
    elif _constant(seen):
        yield Finding("constant_answer")


def _says_nothing(answer: Answer) -> bool:
    match answer:
        case Missing(why):
            return "is not defined" not in why
        case Raised(exception="NotImplementedError"):
            return True
        case Malformed(what):
            return what in ("an ellipsis", "a NotImplementedType")
        case Returned(array=array):
            return array is not None and not array.any()
    return False


def _constant(seen: Sequence[Seen]) -> bool:
    """Whether the numbers of the handout come back whatever the inputs."""
    returned = [one.answer for one in seen if isinstance(one.answer, Returned)]
    if len(returned) < len(seen) or len(seen) < 2 or not any(one.verdict == "correct" for one in seen):
        return False
    handout = next(one for one in seen if one.verdict == "correct")
    wrong = [one for one in seen if one.verdict != "correct"]
    if handout.array is None or not handout.array.any():
        return False

    numbers, shape = handout.array, handout.array.shape

    def same(one: Seen) -> bool:
        if one.array is None:
            return isinstance(one.answer, Returned) and one.answer.shape == shape
        return np.array_equal(one.array, numbers)

    return handout.public and all(same(one) for one in wrong)


# ----- by the bank -----


def _by_the_bank(seen: Sequence[Seen], make: Callable[[], Bank]) -> Iterator[Finding]:
    bank = make()
    judged = [_Judged.of(one) for one in seen]
    single = [entry for entry in bank.entries if _explains(entry.values, judged)]
    if single:
        yield from (_finding(entry) for entry in single)
        return
    if not any(one.array is not None for one in seen):
        return
    yield from _terms(bank.terms, judged)
    scaled = list(_scaled(bank, judged, bank.entries))
    if scaled:
        yield from min(scaled, key=len)
        return
    for pair in bank.pairs:
        if _explains(pair.values, judged):
            yield from _both(pair)
            return
    scaled = list(_scaled(bank, judged, bank.pairs))
    if scaled:
        yield from min(scaled, key=len)
        return
    if _close(judged):
        yield Finding("finite_differences")


def _finding(entry: Entry) -> Finding:
    return Finding(entry.codes[0], entry.steps[0])


def _both(pair: Entry) -> Iterator[Finding]:
    for code, step in zip(pair.codes, pair.steps, strict=True):
        yield Finding(code, step, {"of": len(pair.codes)})


@dataclass(frozen=True, eq=False)
class _Judged:
    """A case with how far a wrong answer may be from what a mistake leads to, as far as the target tells."""

    seen: Seen
    array: Array | None
    allowed: Array

    @classmethod
    def of(cls, seen: Seen) -> "_Judged":
        target, array = seen.target, seen.array
        single = array is not None and isinstance(seen.answer, Returned) and looks_single(array, seen.answer.dtype)
        allowed = target.allowed_float32 if single else target.allowed
        return cls(seen, array, allowed)

    def is_near(self, value: Array) -> bool:
        """Whether the answer is this, up to the tolerance of the case at the size of this value."""
        if self.array is None or self.array.shape != value.shape:
            return False
        largest = float(np.abs(self.seen.target.value).max(initial=0.0))
        size = max(1.0, float(np.abs(value).max(initial=0.0)) / largest if largest > 0 else 1.0)
        with np.errstate(all="ignore"):
            return bool((np.abs(self.array - value) <= size * self.allowed).all())


def _explains(values: Sequence[Value], judged: Sequence[_Judged]) -> bool:
    """Whether a mistake leads to what was seen in every case, and to numbers or a shape in one that is wrong."""
    witness = False
    for value, one in zip(values, judged, strict=True):
        answer = one.seen.answer
        if isinstance(value, Unknown):
            continue
        if isinstance(value, Impossible):
            if not isinstance(answer, Raised) or answer.exception in ("NotImplementedError", "NameError"):
                return False
        elif isinstance(value, Shaped):
            if not isinstance(answer, Returned) or one.array is not None or answer.shape != value.shape:
                return False
            witness = True
        elif not one.is_near(value):
            return False
        else:
            witness = witness or one.seen.verdict != "correct"
    return witness


def explains(values: Sequence[Value], seen: Sequence[Seen]) -> bool:
    """Whether these values, case by case, are what was seen."""
    return _explains(values, [_Judged.of(one) for one in seen])


# ----- factors -----


def _scaled(bank: Bank, judged: Sequence[_Judged], entries: Sequence[Entry]) -> Iterator[list[Finding]]:
    """A mistake, or none, times the same factor in every case."""
    right = Entry((), (), tuple(one.seen.target.value for one in judged))
    for entry in (right, *entries):
        factor = _factor(entry.values, judged)
        if factor is None:
            continue
        findings = list(_both(entry)) if len(entry.codes) > 1 else [_finding(entry)] if entry.codes else []
        code = "sign" if factor == -1 else "factor"
        if code in entry.codes:
            continue
        yield [*findings, Finding(code, None, {"factor": factor, "of": len(findings) + 1})]


def _factor(values: Sequence[Value], judged: Sequence[_Judged]) -> float | None:
    """The factor that takes the values to the answers, if it is one and the same; None if it is 1 as well."""
    found: float | None = None
    scaled: list[Value] = []
    for value, one in zip(values, judged, strict=True):
        if not isinstance(value, np.ndarray) or one.array is None or one.array.shape != value.shape:
            scaled.append(value)
            continue
        if found is None:
            square = float((value * value).sum())
            if square == 0.0 or not np.isfinite(one.array).all():
                return None
            found = float((value * one.array).sum()) / square
            if found == 0.0 or not np.isfinite(found):
                return None
            found = _nice(found)
        scaled.append(found * value)
    if found is None or found == 1.0 or not _explains(scaled, judged):
        return None
    return found


def _nice(factor: float) -> float:
    for nice in (1.0, *NICE):
        for signed in (nice, -nice):
            if abs(factor - signed) <= 1e-4 * abs(signed):
                return signed
    return factor


def _terms(terms: Sequence[Term], judged: Sequence[_Judged]) -> Iterator[Finding]:
    """The gradient as the sum of its terms, each with a factor of its own, found by least squares."""
    known = [place for place in range(len(judged)) if terms and terms[0].values[place] is not None]
    if len(terms) < 2 or not known or any(judged[place].array is None for place in known):
        return
    parts = [[np.asarray(term.values[place]) for term in terms] for place in known]
    factors = _least_squares(parts, [judged[place] for place in known])
    if factors is None:
        return
    values: list[Value] = [UNKNOWN] * len(judged)
    for place, arrays in zip(known, parts, strict=True):
        values[place] = np.sum([factor * array for factor, array in zip(factors, arrays, strict=True)], axis=0)
    if _explains(values, judged):
        for term, factor in zip(terms, factors, strict=True):
            yield from _off_by(term, factor)


def _least_squares(parts: Sequence[Sequence[Array]], judged: Sequence[_Judged]) -> list[float] | None:
    """The factors of the parts that come nearest to the answers of all cases; None if they are not determined."""
    columns, wanted = [], []
    for arrays, one in zip(parts, judged, strict=True):
        assert one.array is not None
        if not np.isfinite(one.array).all():
            return None
        size = float(np.abs(one.seen.target.value).max(initial=0.0)) or 1.0
        columns.append(np.stack([array.ravel() for array in arrays], axis=1) / size)
        wanted.append(one.array.ravel() / size)
    factors, _, rank, _ = np.linalg.lstsq(np.concatenate(columns), np.concatenate(wanted), rcond=1e-9)
    if rank < len(factors):
        return None
    return [0.0 if abs(factor) < 1e-5 else _nice(float(factor)) for factor in factors]


def _off_by(term: Term, factor: float) -> Iterator[Finding]:
    """What a factor other than 1 says of a term."""
    if factor == 0.0:
        yield Finding("regularization" if term.penalty else "missing_term", term.step)
    elif factor != 1.0:
        if term.penalty:
            yield Finding("regularization", term.step, {"factor": factor})
        yield Finding("sign" if factor == -1.0 else "factor", term.step, {"factor": factor})


# ----- nearly right -----


def _close(judged: Sequence[_Judged]) -> bool:
    """Whether every answer is right to some digits and not to more, as a difference quotient is."""
    worst = 0.0
    for one in judged:
        if one.array is None or not np.isfinite(one.array).all():
            return False
        expected = one.seen.target.value
        largest = float(np.abs(expected).max(initial=0.0))
        if largest == 0.0:
            return False
        error = float(np.abs(one.array - expected).max()) / largest
        if error > MOST_CLOSE:
            return False
        worst = max(worst, error)
    return worst >= LEAST_CLOSE
