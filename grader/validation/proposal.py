"""Cases that prove an assignment, found by trying: other sizes, all different, and seeds that need no replacing.

    a file ─ sizes and seeds drawn ─▶ lines added under `cases:` ─ loaded, validated ─ proven? ─▶ Proposal

Nothing of the file is changed but by adding to it: what the author wrote, comments included, stays as it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from grader import assignment_file
from grader.assignment import Assignment, Case, Problem
from grader.cases import cases
from grader.drawing import draw_case
from grader.errors import AuthorError
from grader.language import translated as _
from grader.problem import resolve
from grader.sizing import Layout, other_sizes
from grader.validation import validate
from grader.validation.addition import NotAddable, added
from grader.validation.findings import Finding, Validation
from grader.validation.material import Step, silent

TRIES = 6
ADDED = 2
"""How many hidden cases are added to those that are listed."""
FROM_NOTHING = 4
"""How many hidden cases there are where none were listed: they replace the default ones."""
BY_CASES = ("mistakes", "pairs", "sizes")
"""Checks that other cases may satisfy."""
INSTEAD_OF_ONE = 7


@dataclass(frozen=True)
class Proposal:
    """`lines` to add for each problem by its id, and the whole file with them; both show what `validation` found."""

    lines: dict[str, tuple[str, ...]]
    text: str
    validation: Validation


def wanted(found: Validation) -> tuple[str, ...]:
    """The problems that other cases may help, by their ids."""
    return tuple(dict.fromkeys(finding.problem for finding in _left(found)))


def propose(path: Path, assignment: Assignment, found: Validation, step: Step = silent) -> Proposal | None:
    """The first proposal that leaves nothing to wish for, else the best that is proven; None if none is any better."""
    text = path.read_bytes().decode("utf-8-sig")
    best: Proposal | None = None
    for attempt in range(TRIES):
        step(_("proposal {number} of {most}", number=attempt + 1, most=TRIES))
        proposal = _proposed(path, text, assignment, wanted(found), Random(attempt))
        if proposal is None or not proposal.validation.proven:
            continue
        if not _left(proposal.validation):
            return proposal
        if _worse(best.validation if best else found, proposal.validation):
            best = proposal
    return best


def _worse(one: Validation, other: Validation) -> bool:
    """Whether one leaves more to wish for than the other."""
    return (not one.proven, len(_left(one))) > (not other.proven, len(_left(other)))


def _left(found: Validation) -> list[Finding]:
    return [one for one in found.findings if one.verdict != "ok" and one.check in BY_CASES]


def _proposed(
    path: Path, text: str, assignment: Assignment, problems: tuple[str, ...], random: Random
) -> Proposal | None:
    """One try; None where it does not fit the objective or the file."""
    lines: dict[str, tuple[str, ...]] = {}
    for index, problem in enumerate(assignment.problems):
        if problem.id in problems:
            lines[problem.id] = tuple(_lines(problem, sheet=assignment.sheet, random=random))
            try:
                text = added(text, lines[problem.id], index if assignment.sheet else None)
            except NotAddable:
                return None
    try:
        candidate = assignment_file.loads(text, str(path), folder=path.parent)
        return Proposal(lines, text, validate(candidate)) if _only_cases(assignment, candidate) else None
    except AuthorError:
        return None


def _only_cases(assignment: Assignment, candidate: Assignment) -> bool:
    """Whether the file says the same as before, but for its cases."""
    plain = [[one.model_copy(update={"cases": None}) for one in file.problems] for file in (assignment, candidate)]
    return plain[0] == plain[1]


def _lines(problem: Problem, *, sheet: bool, random: Random) -> Iterator[str]:
    """Hidden cases; where none were listed, after the handout that comes by default."""
    names = {case.name for case in problem.cases or ()}
    if problem.cases is None:
        yield "{name: handout, visibility: public}"
    sizes = other_sizes(_opened(problem), random)
    fresh = (name for number in range(1, 1000) if (name := f"proven_{number}") not in names)
    for _number in range(ADDED if problem.cases else FROM_NOTHING):
        layout, name = next(sizes), next(fresh)
        dims = ", ".join(f"{size}: {layout.dims[size]}" for size in problem.dims)
        dims = f", dims: {{{dims}}}" if dims else ""
        yield f"{{name: {name}, seed: {_seed(problem, layout, random, sheet=sheet)}{dims}}}"


def _opened(problem: Problem) -> Problem:
    """The problem with no name that stands for 1, which would stay 1 in all cases."""
    opened = {name: INSTEAD_OF_ONE if size == 1 else size for name, size in problem.dims.items()}
    return problem.model_copy(update={"dims": opened})


def _seed(problem: Problem, layout: Layout, random: Random, *, sheet: bool) -> int:
    """A seed that asks a sensible question at once."""
    seed = random.randrange(1000, 10_000)
    case = Case(name="proven", seed=seed, dims=dict(layout.dims))
    try:
        resolved = resolve(problem.model_copy(update={"cases": (case,)}), sheet=sheet)
        (spec,) = cases(resolved, "")
        return draw_case(resolved, spec).seed
    except AuthorError:
        return seed
