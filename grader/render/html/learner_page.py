"""One learner's page: the verdicts, what each wrong gradient says, where it is wrong, and what was printed."""

from grader.language import speaking
from grader.render.html.heat_map import heat_map
from grader.render.html.templating import render
from grader.report import CaseReport, GradientReport, Report, labels


def learner_page(report: Report, *, index: str | None = "index.html") -> bytes:
    """The page of a report, in its language; it shows what the report holds, so the student's view makes a student's.

    Args:
        index: the address of the class's page, if there is one to go back to.
    """
    cases = [case for gradient in report.gradients for case in gradient.cases]
    with speaking(report.language):
        return render(
            "learner.html",
            report=report,
            index=index,
            confidential=any(case.visibility == "hidden" and case.seed is not None for case in cases),
            **findings(report),
        )


def findings(report: Report) -> dict[str, object]:
    """What the template `report.html` shows of a report, beside the report itself."""
    named = list(zip(labels(report.gradients), report.gradients, strict=True))
    wrong = [(label, gradient) for label, gradient in named if gradient.verdict != "correct"]
    return {
        "named": named,
        "findings": [(label, gradient, *_first(gradient)) for label, gradient in wrong],
        "right": {label: sum(case.verdict == "correct" for case in gradient.cases) for label, gradient in named},
        "several": len({gradient.problem for gradient in report.gradients}) > 1,
    }


def _first(gradient: GradientReport) -> tuple[CaseReport | None, object]:
    """The case that the verdict comes from, and its map."""
    case = next((case for case in gradient.cases if case.verdict != "correct"), None)
    return case, heat_map(case) if case else None
