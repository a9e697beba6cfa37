"""The derivation of each problem: with the names that the sheet gives to steps and to sizes.

shapes: {X: [N, D], …}      mean(X)      dX = 1/(N D) 𝟏 𝟏ᵀ          whatever N and D are in the handout
"""

from grader.assignment import Labels
from grader.errors import ObjectiveError
from grader.objective import Declared, Graph, Size, Unifier, elaborate
from grader.objective.derivation import Derivation, derive
from grader.problem import Resolved


def derivation(resolved: Resolved) -> Derivation:
    """The derivation of a problem's gradients; upstream gradients that functions receive may stand in closed forms."""
    given = {step for function in resolved.functions for step in function.upstream}
    return derive(with_named_sizes(resolved), resolved.wrt, given)


def with_named_sizes(resolved: Resolved) -> Graph:
    """The graph in which sizes that have a name are called by it, where the objective allows that."""
    problem, handout = resolved.problem, resolved.handout

    def named(written: int | str, value: int) -> Size:
        # A size of 1 stretches, which one that is called N does not.
        return Size(0, written) if isinstance(written, str) and value != 1 else Size(value)

    declared: dict[str, Declared] = {}
    for name, shape in handout.shapes.items():
        spec = problem.inputs.get(name)
        written = problem.shapes.get(name, shape)
        classes = handout.classes.get(name)
        if classes is not None:
            size = named(spec.classes, classes) if isinstance(spec, Labels) else Size(classes)
        declared[name] = Declared(tuple(map(named, written, shape)), None if classes is None else size)
    sizes = {name: named(name, value) for name, value in problem.dims.items()}
    try:
        return elaborate(problem.objective, declared, sizes, Unifier(handout=problem.dims))
    except ObjectiveError:
        return resolved.graph
