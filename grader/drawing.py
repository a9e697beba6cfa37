"""From a case to its arrays and right answers: inputs from the first seed that asks a sensible question.

CaseSpec ─ draw ─▶ inputs ─ Evaluation ─▶ steps, upstream gradients, Expected         degenerate? the next seed
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from grader.cases import CaseSpec
from grader.errors import AssignmentError
from grader.expected import Expected
from grader.inputs import Array, Input, draw, is_drawn
from grader.objective import labels_of
from grader.problem import Question, Resolved
from grader.sizing import graph_of

if TYPE_CHECKING:  # torch is imported only where references are computed, not where submissions are graded
    from grader.reference import Evaluation, TorchRandomness

MOST_DRAWS = 100
STRICT_DRAWS = 30
"""After so many draws near a kink, only the rounding of float64 is kept away from: large cases always come near one."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A case with its inputs, its steps and its answers. Answers are by function and the name in its signature.

    The evaluation is kept, to ask it for the answers that mistakes lead to.
    """

    case: CaseSpec
    seed: int
    inputs: Mapping[str, Input]
    upstream: Mapping[str, Array]
    steps: Mapping[str, Array]
    answers: Mapping[tuple[str, str], Expected]
    evaluation: "Evaluation"


def draw_case(resolved: Resolved, case: CaseSpec) -> Drawn:
    """The case's inputs from its seed, or from the first seed after it that makes no degenerate question."""
    from grader.reference import Evaluation, TorchRandomness

    problem = resolved.problem
    graph = graph_of(problem, case.layout)
    labels = labels_of(graph)
    specs = [case.inputs.get(name) for name in problem.input_names]
    varies = any(spec is None or is_drawn(spec) for spec in specs) or not case.true_upstream
    kinks_happen = any(getattr(spec, "draw", None) == "integers" for spec in specs)
    steps = [name for name in (*graph.steps, graph.name) if _is_used(resolved, name)]
    why = ""
    for attempt in range(MOST_DRAWS):
        seed = case.seed + attempt
        random = TorchRandomness(seed)
        inputs = draw(case, differentiated=frozenset(resolved.wrt), labels=labels, random=random)
        evaluation = Evaluation(graph, inputs)
        upstream = _upstream(resolved, case, evaluation, random)
        answers = dict(_answers(resolved, evaluation, upstream))
        checked = {_words(question): answers[name, question.name] for name, question in _all_questions(resolved)}
        margin = 1.0 if attempt < STRICT_DRAWS else 2.0**-20
        found = evaluation.degenerate(checked, kinks_happen=kinks_happen or not varies, margin=margin)
        if found is None or not varies:
            if found is not None and found.undefined:
                break
            values = {name: evaluation.array(name) for name in steps}
            return Drawn(case, seed, inputs, upstream, values, answers, evaluation)
        why = found.why
        if found.undefined and attempt >= 10:
            break
    else:
        raise AssignmentError(
            f"the case `{case.name}` asks no sensible question for any of the seeds {case.seed} to {seed}: {why}",
            key="objective",
        )
    raise AssignmentError(
        f"the objective makes no sense on the inputs of the case `{case.name}`: {found.why if found else why}; "
        "draw inputs that suit it, as in `inputs: {X: {draw: uniform, low: 1, high: 2}}`",
        key="inputs",
    )


def _words(question: Question) -> str:
    return f"gradient with respect to {question.wrt}" if question.kind == "gradient" else f"value of {question.wrt}"


def _all_questions(resolved: Resolved) -> Iterator[tuple[str, Question]]:
    for function in resolved.functions:
        for question in function.questions:
            yield function.name, question


def _is_used(resolved: Resolved, step: str) -> bool:
    return any(function.roles.get(step) == "step" for function in resolved.functions)


def _upstream(
    resolved: Resolved, case: CaseSpec, evaluation: "Evaluation", random: "TorchRandomness"
) -> dict[str, Array]:
    """The upstream gradients that functions ask for: the objective's own, or random ones."""
    graph = resolved.graph
    asked = {step for function in resolved.functions for step in function.upstream}
    names = [name for name in (*graph.steps, graph.name) if name in asked]
    if not case.true_upstream:
        return {name: random.normal(evaluation.shape(name)) for name in names}
    inner = [name for name in names if name != graph.name]
    true = evaluation.gradients(None, inner) if inner else {}
    return {name: true[name].value if name in true else np.ones(evaluation.shape(name)) for name in names}


def _answers(
    resolved: Resolved, evaluation: "Evaluation", upstream: Mapping[str, Array]
) -> Iterator[tuple[tuple[str, str], Expected]]:
    known: dict[tuple[str, ...], dict[str, Expected]] = {}
    for function in resolved.functions:
        wrt = [question.wrt for question in function.questions if question.kind == "gradient"]
        done = known.setdefault(function.upstream, {})
        missing = [name for name in wrt if name not in done]
        if missing:
            given = {step: upstream[step] for step in function.upstream} or None
            done.update(evaluation.gradients(given, missing))
        for question in function.questions:
            answer = done[question.wrt] if question.kind == "gradient" else evaluation.value(question.wrt)
            yield (function.name, question.name), answer
