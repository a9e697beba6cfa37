"""The cases of a problem: on which sizes, seeds and inputs its functions are tried.

By default the handout, public, as the sheet gives it, and five hidden ones of other sizes. Hidden seeds derive from
the whole file, which students never get.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from math import prod
from random import Random

from grader.assignment import Case, InputSpec, Limits, Normal, Problem, Value, Values, Visibility
from grader.errors import AssignmentError, ObjectiveError
from grader.objective import labels_of
from grader.objective.graph import in_order
from grader.problem import Resolved
from grader.sizing import Layout, graph_of, layout, other_sizes

DEFAULT_RANDOM_CASES = 5
MOST_NUMBERS = 50_000_000
"""In any one array of a case, so that a file from the network cannot exhaust the memory of the trusted side."""


@dataclass(frozen=True, eq=False)
class CaseSpec:
    """One case before its inputs are drawn.

    `true_upstream`: functions get the objective's own upstream gradients, as in the handout; else random ones.
    """

    name: str
    visibility: Visibility
    seed: int
    layout: Layout
    inputs: Mapping[str, InputSpec]
    limits: Limits
    true_upstream: bool


def cases(resolved: Resolved, secret: str, fresh_seed: int | None = None) -> tuple[CaseSpec, ...]:
    """The cases of a problem.

    Args:
        secret: what hidden seeds derive from: the hash of the file.
        fresh_seed: for a self-check: the public cases, and in place of the hidden ones new random ones.

    Raises:
        AssignmentError: if the sizes of a case do not fit.
    """
    problem = resolved.problem
    listed = tuple(_listed(resolved, secret))
    if fresh_seed is not None:
        public = tuple(case for case in listed if case.visibility == "public")
        return (*public, *_random(resolved, "fresh", f"{fresh_seed}", "public"))
    if problem.cases is None:
        return (*listed, *_random(resolved, "hidden", secret, "hidden"))
    return listed


def derived_seed(secret: str, *path: str) -> int:
    """A seed below 2^31 that depends on all of the arguments."""
    return int.from_bytes(sha256("\0".join((secret, *path)).encode()).digest()[:4], "big") >> 1


HANDOUT = Case(name="handout", visibility="public")


def _listed(resolved: Resolved, secret: str) -> Iterator[CaseSpec]:
    """The cases of the file, `draws` of each; the handout where it lists none."""
    problem = resolved.problem
    names: set[str] = set()
    for index, case in enumerate(problem.cases or (HANDOUT,)):
        key = f"cases[{index}]"
        for name in case.dims:
            if name not in problem.dims:
                known = ", ".join(problem.dims) or "none"
                raise AssignmentError(f"there is no size `{name}` (known: {known})", key=f"{key}.dims.{name}")
        for name in case.inputs:
            if name not in problem.input_names:
                known = ", ".join(problem.input_names)
                raise AssignmentError(f"there is no input `{name}` (known: {known})", key=f"{key}.inputs.{name}")
        inputs = {**problem.inputs, **case.inputs}
        sizes = _sizes(problem, {**problem.dims, **case.dims}, inputs, key)
        changed = {name: value for name, value in case.limits.model_dump().items() if value is not None}
        limits = problem.limits.model_copy(update=changed)
        for draw in range(case.draws):
            name = case.name if case.draws == 1 else f"{case.name}_{draw + 1}"
            if name in names:
                raise AssignmentError(f"there are two cases named `{name}`", key=f"{key}.name")
            names.add(name)
            if case.seed is not None:
                seed = case.seed + draw
            elif case.visibility == "public":
                seed = problem.seed + draw
            else:
                seed = derived_seed(secret, problem.id, name)
            yield CaseSpec(name, case.visibility, seed, sizes, inputs, limits, case.visibility == "public")


def _sizes(problem: Problem, dims: Mapping[str, int], inputs: Mapping[str, InputSpec], key: str) -> Layout:
    try:
        sizes = layout(problem, dims, inputs)
        graph = graph_of(problem, sizes)
    except AssignmentError as error:
        inside = error.key if error.key and error.key.startswith("shapes") else f"{key}.{error.key}"
        raise AssignmentError(error.problem, key=inside if problem.cases else error.key) from None
    except ObjectiveError as error:
        raise AssignmentError(f"with the sizes of this case, {error}", key=key) from None
    for node in in_order(*graph.inputs.values(), *graph.steps.values(), graph.objective):
        numbers = prod(size.offset for size in node.shape)
        if numbers > MOST_NUMBERS:
            what = node.options["name"] if node.operation == "input" else graph.text[node.start : node.end]
            raise AssignmentError(
                f"`{what}` would have {numbers:,} numbers; more than {MOST_NUMBERS:,} are too many",
                key=key if problem.cases else "shapes",
            )
    return sizes


def _random(resolved: Resolved, prefix: str, secret: str, visibility: Visibility) -> Iterator[CaseSpec]:
    problem = resolved.problem
    inputs = dict(problem.inputs)
    if all(isinstance(inputs.get(name), Value | Values) for name in problem.input_names):
        inputs.update(_drawn_instead(resolved))
    random = Random(derived_seed(secret, problem.id, "sizes"))
    for index, sizes in enumerate(islice(other_sizes(problem, random), DEFAULT_RANDOM_CASES), start=1):
        name = f"{prefix}_{index}"
        seed = derived_seed(secret, problem.id, name)
        yield CaseSpec(name, visibility, seed, sizes, inputs, problem.limits, true_upstream=False)


def _drawn_instead(resolved: Resolved) -> dict[str, InputSpec]:
    """Normals in place of fixed values, where there would be nothing to draw; labels and constants stay."""
    labels = labels_of(resolved.graph)
    inputs = resolved.problem.inputs
    return {
        name: Normal()
        for name, spec in inputs.items()
        if name not in labels and (isinstance(spec, Values) or name in resolved.wrt)
    }
