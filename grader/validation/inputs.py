"""Whether every case asks a sensible question: no mask all on, no answer that is zero, no argument near a kink."""

from collections.abc import Iterator

from grader.drawing import Drawn
from grader.inputs import is_drawn
from grader.validation.findings import Finding
from grader.validation.material import Material

MANY = 10
"""After more draws that would not do, the inputs hardly suit the objective."""
NEAR = 30
"""After more draws, one may be kept that is closer to a kink (`grader.drawing`)."""


def check(material: Material) -> Iterator[Finding]:
    """One line for all cases that are as they should be, and one for each that is not."""
    good: list[str] = []
    for drawn in material.own:
        name, replaced = drawn.case.name, drawn.seed - drawn.case.seed
        why = _poor(material, drawn)
        if why is not None:
            yield Finding(
                material.id,
                "inputs",
                "warning",
                f"the case {name} asks a poor question: {why}",
                f"give `{name}` other values, or rely on the other cases",
            )
        elif replaced > MANY:
            near = ", and numbers near a kink could not be avoided" if replaced >= NEAR else ""
            yield Finding(
                material.id,
                "inputs",
                "warning",
                f"the case {name} asks a sensible question only with the seed {drawn.seed}, "
                f"after {replaced} that did not{near}",
                f"draw inputs for `{name}` that suit the objective better, or write `seed: {drawn.seed}`",
            )
        else:
            after = f" (the seed {drawn.seed}, after {replaced} that did not)" if replaced else ""
            good.append(f"{name}{after}")
    if good:
        noun = "the case asks" if len(good) == 1 else f"{len(good)} cases ask"
        yield Finding(material.id, "inputs", "ok", f"{noun} a sensible question: {', '.join(good)}")


def _poor(material: Material, drawn: Drawn) -> str | None:
    """Why the inputs of a case are degenerate: fixed values are taken as they are. At a kink they are meant to be."""
    specs = [drawn.case.inputs.get(name) for name in material.resolved.problem.input_names]
    if not drawn.case.true_upstream or any(spec is None or is_drawn(spec) for spec in specs):
        return None  # drawn until they were not
    answers = {
        f"{question.kind} {'with respect to' if question.kind == 'gradient' else 'of'} {question.wrt}": drawn.answers[
            function.name, question.name
        ]
        for function, question in material.questions()
    }
    found = drawn.evaluation.degenerate(answers, kinks_happen=True, margin=1.0)
    return None if found is None else found.why
