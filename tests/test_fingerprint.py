"""Which arrays have the same fingerprint."""

import numpy as np

from grader.fingerprint import fingerprint

ARRAY = np.random.default_rng(0).normal(size=(5, 4))


def test_fingerprint_is_blind_to_the_order_of_sums() -> None:
    """The last bits do not count, nor does the size of the numbers; the tenth digit does."""
    for scale in (1.0, 1e300, 5e-320):
        array = ARRAY * scale
        assert fingerprint([array]) == fingerprint([array * (1 + 1e-15)])
    assert fingerprint([ARRAY]) != fingerprint([ARRAY * (1 + 1e-8)])


def test_fingerprint_tells_answers_apart() -> None:
    """Another sign, factor, shape or order is another answer."""
    others = [[-ARRAY], [2 * ARRAY], [ARRAY.reshape(4, 5)], [ARRAY, ARRAY], [ARRAY[::-1]]]
    assert len({fingerprint(arrays) for arrays in [[ARRAY], *others]}) == 6


def test_fingerprint_of_nothing_but_zeros_is_none() -> None:
    """Zeros are what a template returns, so they say nothing about who worked with whom."""
    assert fingerprint([np.zeros((2, 2)), np.zeros(3)]) is None
    assert fingerprint([np.zeros((2, 2)), np.ones(3)]) is not None
