"""A problem with its cases drawn, and with a few more that nobody is graded on.

own      the cases that grade                        what they reject, what they cannot tell apart
others   other sizes, where they may vary, and draws whether that is so by mathematics, or by these cases only
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from grader.assignment import Assignment
from grader.bank import MOST_ELEMENTS, MOST_INSIDE, Bank, BankCase
from grader.cases import cases, derived_seed
from grader.compare import Target
from grader.drawing import Drawn, draw_case
from grader.errors import AssignmentError
from grader.inputs import Array
from grader.language import translated as _
from grader.problem import Function, Question, Resolved, resolve_all

Step: TypeAlias = Callable[[str], None]
"""Is told what is done next."""
OTHERS = 2
"""How many other cases are drawn."""


def silent(what: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, eq=False)
class Material:
    """What the checks of one problem look at."""

    resolved: Resolved
    own: tuple[Drawn, ...]
    others: tuple[Drawn, ...]

    @property
    def id(self) -> str:
        return self.resolved.problem.id

    @property
    def every(self) -> tuple[Drawn, ...]:
        return (*self.own, *self.others)

    def questions(self) -> Iterator[tuple[Function, Question]]:
        for function in self.resolved.functions:
            for question in function.questions:
                yield function, question

    def gradients(self) -> Iterator[tuple[Function, Question]]:
        """The questions that are about gradients."""
        return ((function, question) for function, question in self.questions() if question.kind == "gradient")

    def target(self, drawn: Drawn, function: Function, question: Question) -> Target:
        tolerance = self.resolved.problem.tolerance
        expected = drawn.answers[function.name, question.name]
        return Target.of(expected, rtol=tolerance.rtol, atol=tolerance.atol)

    @cached_property
    def banks(self) -> Mapping[tuple[str, str], "KnownMistakes"]:
        """By function and the name of the result, what can go wrong with each gradient."""
        return {(f.name, q.name): _known_mistakes(self, f, q) for f, q in self.gradients()}


@dataclass(frozen=True, eq=False)
class KnownMistakes:
    """The bank of a gradient over own and other cases; `own` and `others` are the cases its values are of, in order.

    Of cases that are too large for the bank there are no values.
    """

    bank: Bank
    own: tuple[Drawn, ...]
    others: tuple[Drawn, ...]


def materials(assignment: Assignment, step: Step = silent) -> Iterator[Material]:
    """Each problem with its cases drawn; `step` is told before every one.

    Raises:
        AssignmentError: if a case cannot be drawn so that it asks a sensible question.
    """
    for index, resolved in enumerate(resolve_all(assignment)):
        own = []
        try:
            for case in cases(resolved, assignment.sha256):
                step(_("the case {case}", case=case.name))
                own.append(draw_case(resolved, case))
        except AssignmentError as error:
            key = f"problems[{index}].{error.key}" if assignment.sheet and error.key else error.key
            raise AssignmentError(error.problem, error.file, error.line, key, error.excerpt) from None
        yield Material(resolved, tuple(own), tuple(_others(resolved, assignment.sha256)))


def _others(resolved: Resolved, secret: str) -> Iterator[Drawn]:
    """Other cases; none where the inputs that suit the objective are said by the cases only."""
    listed = cases(resolved, secret, fresh_seed=derived_seed(secret, "validation"))
    for case in listed[-OTHERS:]:
        try:
            yield draw_case(resolved, case)
        except AssignmentError:
            continue


def _known_mistakes(material: Material, function: Function, question: Question) -> KnownMistakes:
    def right(drawn: Drawn) -> Array:
        return drawn.answers[function.name, question.name].value

    def fits(drawn: Drawn) -> bool:
        return right(drawn).size <= MOST_ELEMENTS and drawn.evaluation.largest <= MOST_INSIDE

    own, others = (tuple(filter(fits, several)) for several in (material.own, material.others))
    alike = [one for one in material.resolved.functions if one.upstream == function.upstream]
    asked = dict.fromkeys(one.wrt for other in alike for one in other.questions if one.kind == "gradient")
    cases = [_bank_case(material, drawn, function) for drawn in (*own, *others)]
    others_asked = [wrt for wrt in asked if wrt != question.wrt]
    return KnownMistakes(
        Bank(question.wrt, others_asked, cases, [right(drawn) for drawn in (*own, *others)]), own, others
    )


def _bank_case(material: Material, drawn: Drawn, function: Function) -> BankCase:
    upstream = {step: drawn.upstream[step] for step in function.upstream}
    sizes = tuple(size for name in material.resolved.problem.input_names for size in np.shape(drawn.inputs[name]))
    return BankCase(drawn.evaluation, upstream or None, sizes)
