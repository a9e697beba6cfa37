"""What diagnosis costs: `python -m tests.benchmarks.diagnosis`.

    bank     the first wrong answer to a gradient has its bank computed, and that of pairs       seconds, once
    named    each mistake of the bank, handed in                                                 ms for each submission
    unknown  noise, which nothing explains: every step is tried                                  ms for each submission
    right    a right answer: nothing is computed                                                 ms for each submission

A submission is one function of each gradient of the assignment, all of them wrong (or right).
"""

import time
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np

from grader.bank import Bank
from grader.diagnosis import diagnose
from grader.matching import Seen
from grader.preparation import Asked
from tests.planted import answer, bank_of, planted, prepared, seen

NAMES = (
    "relu_frobenius",
    "two_layer_sigmoid",
    "three_layers",
    "softmax_regression",
    "logistic_regression",
    "accumulated_gradients",
)
ROUNDS = 30


def gradients(name: str) -> list[Asked]:
    return [asked for asked in prepared(name).asked if asked.bank is not None]


def first(asked: Asked) -> tuple[Bank, float]:
    """The bank, with all that a wrong answer may want of it, and the time it takes."""
    start = time.perf_counter()
    bank = bank_of(asked)
    _ = bank.sketch, bank.terms, bank.masks, bank.pairs_at(0)
    return bank, time.perf_counter() - start


def noise(asked: Asked) -> list[Seen]:
    random = np.random.default_rng(0)
    shapes = [case.target.value.shape for case in asked.cases]
    return seen(asked, [answer(random.standard_normal(shape), shape) for shape in shapes])


def right(asked: Asked) -> list[Seen]:
    return seen(asked, [answer(case.target.value, case.target.value.shape) for case in asked.cases])


def wrong(asked: Asked, bank: Bank) -> Iterator[list[Seen]]:
    return (seen(asked, planted(entry.values)) for entry in bank.entries)


def milliseconds(all_seen: Sequence[list[Seen]], bank: Bank) -> float:
    """The middle one of the times for one answer."""
    times = []
    for one in all_seen:
        start = time.perf_counter()
        diagnose(one, lambda: bank)
        times.append(time.perf_counter() - start)
    return 1e3 * median(times)


def main() -> None:
    print(f"{'':20} {'bank (worst)':>12} {'named':>8} {'unknown':>8} {'right':>8}")
    for name in NAMES:
        asked = gradients(name)
        banks = [first(one) for one in asked]
        named, unknown, correct = 0.0, 0.0, 0.0
        for one, (bank, _) in zip(asked, banks, strict=True):
            named += milliseconds(list(wrong(one, bank)), bank)
            unknown += milliseconds([noise(one) for _ in range(ROUNDS)], bank)
            correct += milliseconds([right(one) for _ in range(ROUNDS)], bank)
        slowest = max(seconds for _, seconds in banks)
        print(f"{name:20} {slowest:10.2f} s {named:8.2f} {unknown:8.2f} {correct:8.4f}")


if __name__ == "__main__":
    main()
