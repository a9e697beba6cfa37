"""Whether right answers in float32 are accepted: the derived expressions, computed so in two orders of summation."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from grader.compare import compare
from grader.language import translated as _
from grader.sandbox.job import Returned
from grader.validation.findings import Finding
from grader.validation.forward import Case, as_written, one_by_one
from grader.validation.material import Material


@dataclass(frozen=True)
class _Refused:
    function: str
    name: str
    case: str
    how: str


def check(material: Material) -> Iterator[Finding]:
    """Every answer to every case, and to other draws, computed in float32."""
    orders = {_("as NumPy sums"): as_written, _("in a loop"): one_by_one}
    tried = 0
    refused: list[_Refused] = []
    for drawn in material.every:
        for function, question in material.questions():
            case, target = Case(drawn, function), material.target(drawn, function, question)
            for how, order in orders.items():
                compute = case.derived if question.kind == "gradient" else case.value
                array = compute(question.wrt, dtype=torch.float32, order=order)
                tried += 1
                if compare(Returned("float32", array.shape, array), target).verdict != "correct":
                    refused.append(_Refused(function.name, question.name, drawn.case.name, how))
    if not refused:
        message = _("all of {count} right answers in float32 are accepted", count=tried)
        yield Finding(material.id, "float32", "ok", message)
        return
    first = refused[0]
    yield Finding(
        material.id,
        "float32",
        "failure",
        _(
            "{refused} of {tried} right answers in float32 are refused, the first of them {name} of {function} on the "
            "case {case}, summed {how}",
            refused=len(refused),
            tried=tried,
            name=first.name,
            function=first.function,
            case=first.case,
            how=first.how,
        ),
        _("take smaller sizes or inputs of more even size, or a larger `rtol` under `tolerance`"),
    )
