"""One submission from what the box answered to its report, with a sandbox that answers as it is told."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grader import messages
from grader.assignment import Assignment, Problem
from grader.errors import SubmissionError
from grader.grading import grade
from grader.intake import Submission
from grader.preparation import Prepared, prepare
from grader.report import Report, dump
from grader.sandbox.isolation import Isolation
from grader.sandbox.job import (
    Answer,
    Broken,
    Crashed,
    Forbidden,
    Malformed,
    Missing,
    Outcome,
    OutOfMemory,
    Raised,
    Rejection,
    Returned,
    Run,
    Source,
    TimedOut,
)
from grader.sandbox.recorded import RecordedSandbox

SOURCE = Source({"ann.py": b""}, "ann.py")
ANN = Submission("ann", ("ann.py",), SOURCE, "0" * 64, (("encoding", "ann.py is not UTF-8."),))
FULL = Isolation(level="full", arch="x86_64", kernel="6.18")


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    problem = Problem.model_validate(
        {
            "id": "p",
            "objective": "f = ||X W||_F^2",
            "seed": 0,
            "shapes": {"X": (3, 2), "W": (2, 2)},
            "functions": ("backward(X, W) -> (dX, dW)", "value(X, W) -> f"),
            "points": {"X": 3, "W": 1},
        }
    )
    return prepare(Assignment(id="a", title={"en": "a"}, sha256="1" * 64, problems=(problem,)))


def right(prepared: Prepared) -> list[Outcome]:
    """The outcomes of a submission that is right in everything."""
    calls = [call for box in prepared.plans[0].boxes for call in box.calls]
    answers: list[dict[int, Answer]] = [{} for _ in calls]
    for asked in prepared.asked:
        for case in asked.cases:
            value = case.target.value
            answers[case.call][case.slot] = Returned("float64", value.shape, value)
    return [Outcome(tuple(found[slot] for slot in sorted(found))) for found in answers]


def graded(prepared: Prepared, run: Run, submission: Submission = ANN, isolation: Isolation = FULL) -> Report:
    return grade(prepared, submission, {"torch": RecordedSandbox([run], isolation)})


def with_answer(prepared: Prepared, call: int, slot: int, answer: Answer, **facts: object) -> Run:
    """A right run but for one answer."""
    outcomes = right(prepared)
    answers = list(outcomes[call].answers)
    answers[slot] = answer
    outcomes[call] = replace(outcomes[call], answers=tuple(answers))
    return replace(Run(tuple(outcomes)), **facts)  # type: ignore[arg-type]


def verdicts(report: Report) -> list[tuple[str, str, str, float | None]]:
    return [(one.function, one.wrt, one.verdict, one.score) for one in report.gradients]


def test_grade_right_answers_get_all_points(prepared: Prepared) -> None:
    """Gradients have their points; a value is checked like a gradient, for none."""
    report = graded(prepared, Run(tuple(right(prepared))))
    assert verdicts(report) == [
        ("backward", "X", "correct", 3.0),
        ("backward", "W", "correct", 1.0),
        ("value", "f", "correct", 0.0),
    ]
    assert (report.status, report.score, report.max_score) == ("graded", 4.0, 4.0)
    assert [warning.code for warning in report.warnings] == ["encoding"]


def test_grade_one_wrong_case_costs_all_points_of_that_gradient_alone(prepared: Prepared) -> None:
    """All cases right, or nothing; the other result of the same call is not touched."""
    asked = prepared.asked[1]
    wrong = Returned("float64", (2, 2), 2 * asked.cases[0].target.value)
    report = graded(prepared, with_answer(prepared, asked.cases[0].call, 1, wrong))
    assert verdicts(report)[:2] == [("backward", "X", "correct", 3.0), ("backward", "W", "incorrect", 0.0)]
    case = report.gradients[1].cases[0]
    assert case.comparison is not None
    assert (case.comparison.mismatched, case.comparison.total) == (4, 4)


@pytest.mark.parametrize(
    ("answer", "verdict", "sentence"),
    [
        (Malformed("a str"), "wrong_type", "Not an array of real numbers: a str."),
        (
            Returned("float64", (2, 3), None),
            "wrong_shape",
            "The shape is (2, 3), but X has the shape (3, 2).",
        ),
        (Missing("backward is not defined"), "missing", "There is nothing to compare: backward is not defined."),
        (Raised("ValueError", "no", 7), "raised", "backward raised ValueError in line 7: no"),
        (Raised("ValueError", "no", 7, "b.py"), "raised", "backward raised ValueError in line 7: no"),
        (Raised("ValueError", "", 7, "cell 2"), "raised", "backward raised ValueError in cell 2, line 7."),
        (Raised("KeyError", "1", 7, "a.ipynb, cell 3"), "raised", "backward raised KeyError in cell 3, line 7: 1"),
        (Raised("NotImplementedError", "", 7), "raised", "backward raised NotImplementedError in line 7."),
        (TimedOut("cpu_seconds"), "timed_out", "The limit `cpu_seconds` was reached."),
        (OutOfMemory(), "out_of_memory", "The memory limit was reached."),
        (Crashed("signal SIGSEGV"), "crashed", "The submission crashed: signal SIGSEGV."),
        (Forbidden("torch's autograd", 9), "forbidden", "Not allowed here: torch's autograd (line 9)."),
    ],
)
def test_grade_every_answer_has_its_verdict_and_sentence(
    prepared: Prepared, answer: Answer, verdict: str, sentence: str
) -> None:
    """What became of a call is told apart, and no point is lost elsewhere."""
    report = graded(prepared, with_answer(prepared, 0, 0, answer))
    first = report.gradients[0]
    assert (first.verdict, first.score, report.score) == (verdict, 0.0, 1.0)
    assert first.cases[0].message == sentence


def test_grade_not_finite_is_named(prepared: Prepared) -> None:
    """A NaN is no number that could be compared."""
    nans = Returned("float64", (3, 2), np.full((3, 2), np.nan))
    assert verdicts(graded(prepared, with_answer(prepared, 0, 0, nans)))[0][2] == "not_finite"


def test_grade_fault_of_ours_costs_no_point(prepared: Prepared) -> None:
    """A call that the machinery lost leaves the submission without a score, not with a zero."""
    report = graded(prepared, with_answer(prepared, 0, 0, Broken("the zygote died")))
    assert (report.status, report.score) == ("grader_error", None)
    assert verdicts(report)[0] == ("backward", "X", "grader_error", None)
    lost = graded(prepared, Run((), broken="the zygote died"))
    assert (lost.status, lost.score, lost.reason) == ("grader_error", None, None)
    assert {verdict for _, _, verdict, _ in verdicts(lost)} == {"grader_error"}


def test_grade_rejected_by_the_import_lists_every_gradient_as_missing(prepared: Prepared) -> None:
    """The reason stands once; the score is zero."""
    report = graded(prepared, Run((), rejection=Rejection("syntax_error", "invalid syntax", 3)))
    assert (report.status, report.score) == ("rejected", 0.0)
    assert report.reason is not None
    assert (report.reason.code, report.reason.message, report.reason.line) == (
        "syntax_error", "The file is not valid Python: invalid syntax", 3,
    )  # fmt: skip
    assert {verdict for _, _, verdict, _ in verdicts(report)} == {"missing"}


def test_grade_unreadable_submission_is_never_run(prepared: Prepared) -> None:
    """What could not be read as text does not reach the sandbox."""
    sandbox = RecordedSandbox([], FULL)
    unreadable = replace(ANN, source=SubmissionError("not_text", "ann.py is not text."))
    report = grade(prepared, unreadable, {"torch": sandbox})
    assert sandbox.asked == []
    assert (report.status, report.reason.code if report.reason else None) == ("rejected", "not_text")


def test_grade_warnings_say_each_thing_once(prepared: Prepared) -> None:
    """Changed inputs by function and argument, stand-ins, cut output, and isolation that is weak."""
    outcomes = [replace(one, changed=("p/handout/X",)) for one in right(prepared)]
    run = Run(tuple(outcomes), stdout=b"\x1b[31mred", truncated=True, stand_ins=("tqdm",))
    report = graded(prepared, run, isolation=replace(FULL, level="degraded"))
    assert [(one.code, one.message) for one in report.warnings] == [
        ("encoding", "ann.py is not UTF-8."),
        ("stand_in_module", "The module tqdm was replaced by one that does nothing."),
        ("mutates_inputs", "backward changes its argument X in place."),
        ("mutates_inputs", "value changes its argument X in place."),
        ("weak_isolation", messages.warning("weak_isolation", level="degraded")),
        ("output_truncated", "The printed output was too long; its middle is left out."),
    ]
    assert report.stdout == r"\x1b[31mred"


@pytest.mark.parametrize("allowed", [False, True])
def test_grade_autograd_is_worth_a_warning_only_where_it_is_forbidden(prepared: Prepared, allowed: bool) -> None:
    """Where the policy allows it, there is nothing to warn of."""
    submission = replace(ANN, warnings=(("mentions_autograd", "ann.py, line 1: ..."), *ANN.warnings))
    plans = tuple(replace(plan, forbid_autograd=not allowed) for plan in prepared.plans)
    report = graded(replace(prepared, plans=plans), Run(tuple(right(prepared))), submission)
    codes = [one.code for one in report.warnings]
    assert codes == (["encoding"] if allowed else ["mentions_autograd", "encoding"])


@pytest.mark.parametrize("make", [lambda p: Run(tuple(right(p))), lambda p: Run((), broken="x")])
def test_grade_same_run_gives_the_same_bytes(prepared: Prepared, make: Callable[[Prepared], Run]) -> None:
    """A report depends on nothing but the assignment, the submission and what the box answered."""
    assert dump(graded(prepared, make(prepared))) == dump(graded(prepared, make(prepared)))


def test_grade_maps_the_errors_of_the_first_case_that_is_wrong(prepared: Prepared) -> None:
    """One map for a gradient, and none where nothing is wrong."""
    asked = prepared.asked[1]
    run = Run(tuple(right(prepared)))
    for case in asked.cases:
        run = _changed(run, case.call, 1, 2 * case.target.value)
    mapped = [[case.error_map is not None for case in one.cases] for one in graded(prepared, run).gradients]
    assert mapped == [[case == 0 and one == 1 for case in range(len(asked.cases))] for one in range(3)]
    (found, *_) = graded(prepared, run).gradients[1].cases
    assert found.error_map is not None
    assert found.error_map.shape == (2, 2)


def test_grade_fingerprints_answers_that_are_wrong_in_hidden_cases(prepared: Prepared) -> None:
    """The same wrong answers have the same fingerprint, also when they were computed in another order."""
    asked = prepared.asked[1]
    first = second = third = Run(tuple(right(prepared)))
    for case in asked.cases:
        first = _changed(first, case.call, 1, 2 * case.target.value)
        second = _changed(second, case.call, 1, 2 * case.target.value * (1 + 1e-15))
        third = _changed(third, case.call, 1, 3 * case.target.value)
    found = [graded(prepared, run).gradients[1].fingerprint for run in (first, second, third)]
    assert found[0] == found[1] != found[2]
    assert None not in found


def test_grade_gives_no_fingerprint_where_hidden_cases_say_nothing(prepared: Prepared) -> None:
    """Right answers agree with each other, and what was not returned cannot be compared."""
    asked = prepared.asked[1]
    public = asked.cases[0]
    assert public.visibility == "public"
    hard_coded = _changed(Run(tuple(right(prepared))), public.call, 1, 2 * public.target.value)
    assert graded(prepared, hard_coded).gradients[1].fingerprint is None
    raised = hard_coded
    for case in asked.cases:
        raised = _changed(raised, case.call, 1, 2 * case.target.value)
    last = asked.cases[-1].call
    outcome = raised.outcomes[last]
    answers = (outcome.answers[0], Raised("ValueError", "no", 7), *outcome.answers[2:])
    outcomes = (*raised.outcomes[:last], replace(outcome, answers=answers), *raised.outcomes[last + 1 :])
    assert graded(prepared, replace(raised, outcomes=outcomes)).gradients[1].fingerprint is None


def _changed(run: Run, call: int, slot: int, array: np.ndarray) -> Run:
    """The run with another array for one answer."""
    outcome = run.outcomes[call]
    answers = list(outcome.answers)
    answers[slot] = Returned("float64", array.shape, array)
    outcomes = list(run.outcomes)
    outcomes[call] = replace(outcome, answers=tuple(answers))
    return replace(run, outcomes=tuple(outcomes))
