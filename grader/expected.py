"""The right answer to one question on one case, and how far a correct computation may be from it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.subgradients import Choices


@dataclass(frozen=True, eq=False)
class Expected:
    """A reference value in float64, with rounding bounds for every element (`grader.objective.rounding`).

    `float32` bounds an answer that was computed in float32 throughout, `mixed` one whose sums were not.
    """

    value: npt.NDArray[np.float64]
    float32: npt.NDArray[np.float32]
    mixed: npt.NDArray[np.float32]
    choices: Choices | None = None
    """What is right too, where the case is at a kink."""
