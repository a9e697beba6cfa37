"""Whether every case asks a sensible question: no mask all on, no answer that is zero, no argument near a kink."""

from collections.abc import Iterator

from grader.drawing import Drawn
from grader.inputs import is_drawn
from grader.language import counted
from grader.language import translated as _
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
                _("the case {case} asks a poor question: {why}", case=name, why=why),
                _("give `{case}` other values, or rely on the other cases", case=name),
            )
        elif replaced > MANY:
            facts = {"case": name, "seed": drawn.seed, "count": replaced}
            yield Finding(
                material.id,
                "inputs",
                "warning",
                _(
                    "the case {case} asks a sensible question only with the seed {seed}, after {count} that did not, "
                    "and numbers near a kink could not be avoided",
                    **facts,
                )
                if replaced >= NEAR
                else _(
                    "the case {case} asks a sensible question only with the seed {seed}, after {count} that did not",
                    **facts,
                ),
                _(
                    "draw inputs for `{case}` that suit the objective better, or write `seed: {seed}`",
                    case=name,
                    seed=drawn.seed,
                ),
            )
        else:
            good.append(
                _("{case} (the seed {seed}, after {count} that did not)", case=name, seed=drawn.seed, count=replaced)
                if replaced
                else name
            )
    if good:
        message = counted(
            "the case asks a sensible question: {cases}",
            "{count} cases ask a sensible question: {cases}",
            len(good),
            cases=", ".join(good),
        )
        yield Finding(material.id, "inputs", "ok", message)


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
