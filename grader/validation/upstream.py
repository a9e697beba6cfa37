"""Upstream gradients of a step that uses a variable twice: directly, and through an earlier step.

    H2 = tanh(H1 W)    H1 = tanh(X W)        back(dH2, …) -> dW        through H1 too, though it is given dH2 only

The expected gradient is that of ⟨dH2, H2⟩ with all that H2 depends on. Whoever thinks of the single step, as in
backpropagation through time, returns another one.
"""

from collections.abc import Iterator

from grader.language import translated as _
from grader.objective import Node
from grader.problem import Function
from grader.validation.findings import Finding
from grader.validation.material import Material


def check(material: Material) -> Iterator[Finding]:
    """Every function that is given upstream gradients."""
    given = [function for function in material.resolved.functions if function.upstream]
    shared = False
    for function in given:
        for question in function.questions:
            if question.kind != "gradient":
                continue
            for seed, steps in _through(material, function, question.wrt):
                shared = True
                facts = {"wrt": question.wrt, "function": function.name}
                yield Finding(
                    material.id,
                    "upstream",
                    "warning",
                    _(
                        "d{wrt} of {function} is expected with what comes from {seed} through {steps}, "
                        "beside what comes from the step that computes {seed}",
                        seed=seed,
                        steps=_(" and ").join(steps),
                        **facts,
                    ),
                    _(
                        "say so on the sheet; or give {function} d{step} too, which ends the way there; "
                        "or let each step have a {wrt} of its own",
                        step=steps[0],
                        **facts,
                    ),
                )
    if given and not shared:
        yield Finding(
            material.id, "upstream", "ok", _("no function with an upstream gradient is expected to go farther")
        )


def _through(material: Material, function: Function, wrt: str) -> Iterator[tuple[str, list[str]]]:
    """For each upstream whose own step uses the variable, the earlier steps through which it is used as well."""
    graph = material.resolved.graph
    steps = {name: node for name, node in graph.steps.items() if name not in function.upstream and name != wrt}
    for name in function.upstream:
        seed, variable = graph.node(name), graph.node(wrt)
        assert seed is not None
        assert variable is not None
        ends = frozenset(node for other in function.upstream if (node := graph.node(other)) is not None)
        if not _leads(seed, variable, ends | frozenset(steps.values())):
            continue
        through = [
            step
            for step, node in steps.items()
            if node is not seed
            and _leads(seed, node, ends | frozenset(steps.values()))
            and _leads(node, variable, ends)
        ]
        if through:
            yield name, through


def _leads(start: Node, to: Node, closed: frozenset[Node]) -> bool:
    """Whether a way leads back from one node to another and passes through none that is closed."""
    waiting, seen = [start], {start}
    while waiting:
        node = waiting.pop()
        if node is to and node is not start:
            return True
        if node in closed and node is not start:
            continue
        fresh = [argument for argument in node.arguments if argument not in seen]
        seen.update(fresh)
        waiting += fresh
    return False
