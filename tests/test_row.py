"""A row has what the tables need, and costs little."""

import pickle
import sys
from typing import Any

import pytest

from grader.report import DiagnosisReport, LmsReport, Report
from grader.row import Column, Known, Row, row
from tests.example_reports import CLASS, MASKLESS, REJECTED, RIGHT, case, gradient, report


def handed_in(*files: str, lms: LmsReport | None = None) -> Report:
    submission = RIGHT.submission.model_copy(update={"files": files, "lms": lms})
    return RIGHT.model_copy(update={"submission": submission})


def test_row_says_what_the_report_says() -> None:
    """Whose it is, the points, and of each gradient the verdict and the codes."""
    assert row(MASKLESS) == Row(
        learner="bob",
        assignment=MASKLESS.assignment,
        handed_in_as="bob",
        lms=None,
        late=False,
        status="graded",
        reason=None,
        score=0.0,
        max_score=4.0,
        columns=(Column("W", "relu", "W", "grad_W"),),
        verdicts=("incorrect",),
        codes=(("missing_mask",),),
        fingerprints=(None,),
    )
    assert (row(REJECTED).status, row(REJECTED).reason) == ("rejected", "syntax_error")


@pytest.mark.parametrize(
    ("files", "name"), [(("ann.py",), "ann"), (("Ann B./src/hw.py", "Ann B./a.py"), "Ann B."), ((), "")]
)
def test_row_without_an_lms_is_named_by_its_files(files: tuple[str, ...], name: str) -> None:
    """The folder, or the file without its ending."""
    assert row(handed_in(*files)).handed_in_by == name


def test_row_from_an_lms_is_named_by_it() -> None:
    """And has what gradebooks are matched by."""
    lms = LmsReport(format="canvas", id="7", name="Ann", mail="a@x", group="Team", attempt=2, late=True, time="2024")
    found = row(handed_in("ann.py", lms=lms))
    assert found.lms == Known("canvas", "7", "Ann", "a@x", "Team")
    assert (found.handed_in_by, found.late) == ("Ann", True)


def test_row_mistakes_count_once() -> None:
    """In the order of the gradients."""

    def wrong(wrt: str, *codes: str) -> Any:
        found = tuple(DiagnosisReport(code=code, message=code) for code in codes)
        return gradient(case("incorrect"), verdict="incorrect", wrt=wrt, diagnosis=found)

    found = row(report("ann", wrong("W", "sign", "mask"), wrong("X", "factor", "sign", "factor")))
    assert found.codes == (("sign", "mask"), ("factor", "sign"))
    assert found.mistakes == ("sign", "mask", "factor")


def test_row_shares_what_is_common_with_others() -> None:
    """Also after it came from another process; what is left is some hundred bytes."""
    rows = [row(one) for one in CLASS] + [pickle.loads(pickle.dumps(row(one))) for one in CLASS]
    assert rows[:4] == rows[4:]
    assert len({id(one.columns) for one in rows}) == 1
    assert len({id(one.assignment) for one in rows}) == 1
    assert len({id(one.verdicts) for one in rows}) == 4
    assert not hasattr(rows[0], "__dict__")
    assert sys.getsizeof(rows[0]) < 200
