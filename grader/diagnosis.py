"""Which mistake explains a wrong answer: named only if it explains the answer in every case.

    answers ─ one mistake of the bank? ─ a factor of it? ─ terms with factors? ─ two mistakes? ─ close, but not exact?
                                                                     └─ none: where the answer is wrong, at least

Nothing is said where nothing is known, and never anything about an answer that is right.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from grader.bank import Bank, Entry, Term
from grader.localisation import where
from grader.matching import (
    NICE,
    UNKNOWN,
    Array,
    Cases,
    Judged,
    Law,
    Seen,
    Value,
    explains,
    factors,
    fits,
    law,
    nice,
    scaled,
)
from grader.sandbox.job import Malformed, Missing, Raised, Returned

__all__ = ["Fact", "Finding", "Seen", "diagnose", "explains"]

Fact: TypeAlias = "str | float | int"

MOST_FINDINGS = 3
FEWEST = 3
"""Of fewer numbers any factor may be that of a mistake."""
EXACT, CLOSE, FARTHEST = 1e-12, 5e-3, 0.1
"""Relative errors of a difference quotient: at most half of the elements are exact, half are close, all are near."""
COPIED = 1e-2
"""Numbers copied from a handout are as near as this to what is right, however they were rounded."""


@dataclass(frozen=True)
class Finding:
    """A mistake that explains the answer: its code, the step where it was made, and what a sentence about it needs."""

    code: str
    step: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@np.errstate(all="ignore")
def diagnose(seen: Sequence[Seen], bank: Callable[[], Bank]) -> tuple[Finding, ...]:
    """What explains an answer that is not right; the most telling first, nothing if nothing does."""
    if all(one.verdict in ("correct", "grader_error") for one in seen):
        return ()
    if all(map(_says_nothing, seen)):
        return (Finding("unfinished"),)
    return _first_of_each(tuple(_by_the_bank(seen, bank())))


def _first_of_each(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """One for each code, those of a step before those of the whole; two mistakes stay together."""
    by_code: dict[str, Finding] = {}
    for finding in sorted(found, key=lambda one: one.step is None and "of" not in one.facts):
        by_code.setdefault(finding.code, finding)
    return tuple(by_code.values())[:MOST_FINDINGS]


# ----- without the bank -----


def _says_nothing(one: Seen) -> bool:
    match one.answer:
        case Missing(why):
            return "is not defined" not in why
        case Raised(exception="NotImplementedError"):
            return True
        case Malformed(what):
            return what in ("an ellipsis", "a NotImplementedType")
        case Returned(array=array):
            return array is not None and not array.any()
    return False


def _constant_answer(bank: Bank, judged: Cases) -> Iterator[Finding]:
    if _constant([one.seen for one in judged]):
        yield Finding("constant_answer")


def _constant(seen: Sequence[Seen]) -> bool:
    """Whether the same numbers come back whatever the inputs, those of the handout for example."""
    answers = [one.answer for one in seen if isinstance(one.answer, Returned)]
    if len(answers) < len(seen) or len({answer.shape for answer in answers}) != 1:
        return False
    known = [(one.array, one.target.value) for one in seen if one.array is not None]
    if not known or not all(np.array_equal(array, known[0][0]) for array, _ in known) or not known[0][0].any():
        return False
    if any(not np.array_equal(value, known[0][1]) for _, value in known):
        return True
    # Of all other cases only the shape is known, which is that of the handout too.
    handout = next((one for one in seen if one.public), None)
    return len(seen) > len(known) and handout is not None and _copied(handout)


def _copied(handout: Seen) -> bool:
    array, right = handout.array, handout.target.value
    return array is not None and bool(np.abs(array - right).max() <= COPIED * np.abs(right).max())


# ----- by the bank -----


def _by_the_bank(seen: Sequence[Seen], bank: Bank) -> Iterator[Finding]:
    judged = Cases(Judged(one) for one in seen)
    for step in (_single, _constant_answer, _multiple_of_right, _terms, _multiple, _pairs):
        found = tuple(step(bank, judged))
        if found:
            yield from found
            return
    if _close(judged):
        yield Finding("finite_differences")
        return
    place = where(judged, bank.masks)
    if place is not None:
        yield Finding("localized", facts=dict(place))


def _single(bank: Bank, judged: Cases) -> Iterator[Finding]:
    for row in bank.sketch.near(judged):
        yield Finding(bank.entries[row].codes[0], bank.entries[row].steps[0])


def _together(found: Sequence[Finding], of: int) -> Iterator[Finding]:
    """Findings that explain an answer only with others: `of` mistakes are made."""
    for finding in found:
        yield replace(finding, facts={**finding.facts, "of": of}) if of > 1 else finding


def _of(entry: Entry) -> list[Finding]:
    return [Finding(code, step) for code, step in zip(entry.codes, entry.steps, strict=True)]


# ----- factors -----


def _multiple_of_right(bank: Bank, judged: Cases) -> Iterator[Finding]:
    right = Entry((), (), tuple(one.seen.target.value for one in judged))
    if bank.right.multiples(judged):
        yield from _as_multiple(right, bank, judged)


def _multiple(bank: Bank, judged: Cases) -> Iterator[Finding]:
    for row in bank.sketch.multiples(judged, bank.factors):
        found = tuple(_as_multiple(bank.entries[row], bank, judged))
        if found:
            yield from found
            return


def _as_multiple(entry: Entry, bank: Bank, judged: Sequence[Judged]) -> Iterator[Finding]:
    """A mistake, or none, times what the factors of all cases have in common."""
    by_case = factors(entry.values, judged)
    common = law(by_case, bank.counts) if by_case else None
    if common is None or not (abs(common.factor) in NICE or (not entry.codes and _tells(judged))):
        return
    if not fits(scaled(entry.values, common.by_case), judged):
        return
    found = list(_says(common, None))
    if not {one.code for one in found} & set(entry.codes):
        both = [*_of(entry), *found]
        yield from _together(both, len(both))


def _tells(judged: Sequence[Judged]) -> bool:
    """Whether there are numbers enough that a factor of all of them is no coincidence."""
    return sum(one.array.size for one in judged if one.array is not None) >= FEWEST


def _says(common: Law, step: str | None) -> Iterator[Finding]:
    """What a factor other than 1 says."""
    if common.counted:
        yield Finding("mean_vs_sum", step)
    if common.factor < 0:
        yield Finding("sign", step)
    if abs(common.factor) != 1.0:
        yield Finding("factor", step, {"factor": _shown(abs(common.factor))})


def _shown(factor: float) -> float:
    """A factor without the digits that rounding makes."""
    return float(f"{factor:.6g}")


def _terms(bank: Bank, judged: Cases) -> Iterator[Finding]:
    """The gradient as the sum of its terms, each with a factor of its own, found by least squares."""
    terms = bank.terms
    known = [place for place in range(len(judged)) if terms and terms[0].values[place] is not None]
    if len(terms) < 2 or not known or any(judged[place].array is None for place in known):
        return
    columns = {place: _columns(terms, place, judged[place]) for place in known}
    for laws in (_same_in_all_cases(columns), _by_case(columns, len(judged), bank.counts)):
        values: list[Value] = [UNKNOWN] * len(judged)
        for place in known if laws else ():
            parts = [np.asarray(term.values[place]) for term in terms]
            values[place] = np.sum([one.by_case[place] * part for one, part in zip(laws, parts, strict=True)], axis=0)
        if laws and fits(values, judged):
            # One that is wrong in two ways, as a penalty is with its constant, is one mistake with two names.
            together = [list(_off_by(term, one)) for term, one in zip(terms, laws, strict=True)]
            wrong = [found for found in together if found]
            for found in wrong:
                yield from _together(found, len(wrong))
            return


Columns: TypeAlias = Mapping[int, tuple[Array, Array]]
"""By case the terms as columns, and the answer."""


def _columns(terms: Sequence[Term], place: int, one: Judged) -> tuple[Array, Array]:
    assert one.array is not None
    size = one.largest or 1.0
    columns = np.stack([np.asarray(term.values[place]).ravel() for term in terms], axis=1)
    return columns / size, one.array.ravel() / size


def _same_in_all_cases(columns: Columns) -> list[Law]:
    """One factor for each term; none if they are not determined."""
    parts, answers = (np.concatenate(all_cases) for all_cases in zip(*columns.values(), strict=True))
    found = _least_squares(parts, answers)
    return [Law(factor, False, (factor,) * (max(columns) + 1)) for factor in found]


def _by_case(columns: Columns, cases: int, counts: Sequence[Sequence[float]]) -> list[Law]:
    """A factor for each term and case, if they have something in common."""
    by_case = {place: _least_squares(*both) for place, both in columns.items()}
    if not all(by_case.values()):
        return []
    laws = [
        law([by_case[place][term] if place in by_case else None for place in range(cases)], counts)
        for term in range(len(next(iter(by_case.values()))))
    ]
    return [one for one in laws if one] if all(laws) else []


def _least_squares(columns: Array, wanted: Array) -> list[float]:
    found, _, rank, _ = np.linalg.lstsq(columns, wanted, rcond=1e-9)
    return [0.0 if abs(one) < 1e-5 else nice(float(one)) for one in found] if rank == columns.shape[1] else []


def _off_by(term: Term, common: Law) -> Iterator[Finding]:
    """What is wrong with a term that comes with a factor."""
    if common.factor == 0.0:
        yield Finding("regularization" if term.penalty else "missing_term", term.step)
    elif common.counted or common.factor != 1.0:
        if term.penalty:
            yield Finding("regularization", term.step, {} if common.counted else {"factor": _shown(common.factor)})
        yield from _says(common, term.step)


# ----- two mistakes -----


def _pairs(bank: Bank, judged: Cases) -> Iterator[Finding]:
    """Two mistakes of the derivation, as they are or times a factor; looked for in one case, then tried in all."""
    place = next((place for place, one in enumerate(judged) if one.array is not None and bank.knows(place)), None)
    if place is None or not all(one.array is not None or one.seen.array is None for one in judged):
        return
    pairs = bank.pairs_at(place)
    here = Cases([judged[place]])
    for row in pairs.sketch.near(here):
        entry = bank.pair(pairs.keys[row])
        if fits(entry.values, judged):
            yield from _together(_of(entry), len(entry.codes))
            return
    for row in pairs.sketch.multiples(here, [bank.factors[place]]):
        entry = bank.pair(pairs.keys[row])
        found = tuple(_as_multiple(entry, bank, judged))
        if found:
            yield from found
            return


# ----- nearly right, or partly -----


def _close(judged: Sequence[Judged]) -> bool:
    """Whether every answer is right to some digits and not to more, as a difference quotient is."""
    errors = []
    for one in judged:
        if one.array is None or one.largest == 0.0 or one.single:
            return False
        errors.append(np.abs(one.array - one.seen.target.value).ravel() / one.largest)
        if errors[-1].max() > FARTHEST or np.median(errors[-1]) > CLOSE:
            return False
    return bool(np.median(np.concatenate(errors)) > EXACT)
