"""Sizes that hide mistakes: a matrix that is square in all cases, an axis that has length 1 in all of them.

A transposed answer to a square one has the right shape, and over an axis of length 1 a sum is a mean. What the
objective wants to be square, or what the file writes as 1, stays so in other cases too, and is not reported.
"""

from collections.abc import Iterator

from grader.drawing import Drawn
from grader.language import translated as _
from grader.validation.findings import Finding
from grader.validation.material import Material


def check(material: Material) -> Iterator[Finding]:
    """Every matrix that is differentiated or goes into a product."""
    change = _(
        "add a case with `dims` that are all different and none 1 or 2, or leave `cases` out; `--fix` proposes some"
    )
    hiding = False
    for name in material.resolved.problem.input_names:
        own, others = _shapes(material.own, name), _shapes(material.others, name)
        if len(own[0]) == 2 and all(_square(shape) for shape in own) and not all(_square(shape) for shape in others):
            hiding = True
            message = _(
                "{name} is square in all cases, so that its transpose has the right shape everywhere", name=name
            )
            yield Finding(material.id, "sizes", "warning", message, change)
        for axis in range(len(own[0])):
            single = [all(shape[axis] == 1 for shape in shapes) for shapes in (own, others)]
            if single == [True, False]:
                hiding = True
                message = _(
                    "axis {axis} of {name} has length 1 in all cases, so that a sum over it is a mean",
                    axis=axis,
                    name=name,
                )
                yield Finding(material.id, "sizes", "warning", message, change)
    for name, size in material.resolved.problem.dims.items():
        if size == 1 and all(drawn.case.layout.dims.get(name) == 1 for drawn in material.own):
            hiding = True
            message = _("{name} is 1 in all cases, so that a sum over it is a mean", name=name)
            yield Finding(material.id, "sizes", "warning", message, change)
    if not hiding:
        yield Finding(material.id, "sizes", "ok", _("the sizes hide no transpose"))


def _shapes(several: tuple[Drawn, ...], name: str) -> list[tuple[int, ...]]:
    return [tuple(drawn.case.layout.shapes[name]) for drawn in several]


def _square(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and shape[0] == shape[1]
