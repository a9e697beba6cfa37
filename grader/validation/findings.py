"""What validating an assignment finds, as plain data.

Validation ─┬─ Finding: which check, a verdict, a sentence, what to change
            └─ MistakeRow ─ Tried: a mistake × case, and by how much the comparison rejects it there
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Verdict: TypeAlias = Literal["ok", "warning", "failure"]
Check: TypeAlias = Literal[
    "reference", "inputs", "mistakes", "pairs", "sizes", "float32", "upstream", "points", "solution"
]
Outcome: TypeAlias = Literal["rejected", "weak", "accepted", "unknown"]
"""`weak` is rejected by little, or not if it is computed in float32; of a case that is too large nothing is known."""


@dataclass(frozen=True)
class Finding:
    """What one check says of one problem."""

    problem: str
    check: Check
    verdict: Verdict
    message: str
    change: str | None = None
    """What the author should do about it."""


@dataclass(frozen=True)
class Tried:
    """A mistake on one case. `error` is its error in terms of what is allowed, None where there is no number."""

    case: str
    hidden: bool
    outcome: Outcome
    error: float | None = None


@dataclass(frozen=True)
class MistakeRow:
    """A mistake in one gradient; `step` is where it is made, None for the gradient as a whole."""

    problem: str
    function: str
    wrt: str
    code: str
    step: str | None
    tried: tuple[Tried, ...]

    @property
    def rejected(self) -> bool:
        """Whether a hidden case rejects it: public ones may be known by heart. Without hidden cases, whether any."""
        counting = [one for one in self.tried if one.hidden] or self.tried
        return any(one.outcome in ("rejected", "weak") for one in counting)

    @property
    def weak(self) -> bool:
        """Whether it is rejected, but nowhere by much."""
        return self.rejected and not any(one.outcome == "rejected" for one in self.tried)


@dataclass(frozen=True)
class Validation:
    """All that was found of one assignment."""

    assignment: str
    sha256: str
    findings: tuple[Finding, ...]
    mistakes: tuple[MistakeRow, ...]

    @property
    def proven(self) -> bool:
        return all(finding.verdict != "failure" for finding in self.findings)

    @property
    def score(self) -> float:
        """The share of the mistakes that the cases reject."""
        return sum(row.rejected for row in self.mistakes) / len(self.mistakes) if self.mistakes else 1.0

    def as_json(self) -> dict[str, Any]:
        """As JSON says it, the verdicts that follow from the data included."""
        found = asdict(self)
        rows = [
            {**row, "rejected": one.rejected} for row, one in zip(found.pop("mistakes"), self.mistakes, strict=True)
        ]
        return {**found, "proven": self.proven, "score": self.score, "mistakes": rows}
