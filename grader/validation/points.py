"""Whether points and credit can have an effect."""

from collections.abc import Iterator

from grader.language import translated as _
from grader.validation.findings import Finding
from grader.validation.material import Material

BEYOND_THE_BANK = frozenset(
    {"constant_answer", "unfinished", "finite_differences", "follow_through", "factor", "sign"}
    | {"missing_term", "regularization"}
)
"""Codes that a diagnosis can find whatever the bank has."""


def check(material: Material) -> Iterator[Finding]:
    """Points for nothing, and credit for mistakes that nobody can make here."""
    problem = material.resolved.problem
    wrong = False
    if all(question.points == 0 for _function, question in material.questions()):
        wrong = True
        change = _("give a gradient points, or leave `points` out: then each has 1")
        yield Finding(material.id, "points", "failure", _("no answer has any points"), change)
    made = {code for known in material.banks.values() for entry in known.bank.entries for code in entry.codes}
    for code in problem.credit:
        if code not in made | BEYOND_THE_BANK:
            wrong = True
            known = ", ".join(sorted(made)) or _("none")
            yield Finding(
                material.id,
                "points",
                "warning",
                _("`credit` has a share for `{code}`, a mistake that cannot be made here", code=code),
                _("leave it out; those that can be made are {known}", known=known),
            )
    if not wrong:
        total = sum(question.points for _function, question in material.questions())
        yield Finding(material.id, "points", "ok", _("the answers have {total} points together", total=f"{total:.10g}"))
