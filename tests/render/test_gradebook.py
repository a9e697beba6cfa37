"""The gradebook as CSV."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.render.gradebook import gradebook, harmless
from grader.report import LmsReport
from tests.example_reports import CLASS, RIGHT, rows_of


def test_gradebook_has_a_row_for_each_learner() -> None:
    """Rows stand in the order of the learners, with a column for each gradient."""
    assert gradebook(rows_of(reversed(CLASS))).decode() == (
        "learner,name,score,max_score,status,late,W,mistakes\n"
        "ann,ann,4,4,graded,,correct,\n"
        "bob,bob,0,4,graded,,incorrect,missing_mask\n"
        "cyd,cyd,0,4,rejected,,missing,\n"
        "dan,dan,,4,grader_error,,grader_error,\n"
    )


def test_name_is_that_of_the_file_or_folder() -> None:
    """The id is safe, the name is as it was handed in."""
    submission = RIGHT.submission.model_copy(update={"files": ("Ann B./src/hw.py", "Ann B./a.py")})
    row = gradebook(rows_of([RIGHT.model_copy(update={"submission": submission})])).decode().splitlines()[1]
    assert row == "ann,Ann B.,4,4,graded,,correct,"


@pytest.mark.parametrize(("late", "cell"), [(True, "yes"), (False, ""), (None, "")])
def test_lms_knows_name_and_lateness(late: bool | None, cell: str) -> None:
    """Where a submission came from an LMS, its name counts and not the folder's."""
    submission = RIGHT.submission.model_copy(
        update={"lms": LmsReport(format="canvas", id="7", name="Ann Bär, PhD", late=late)}
    )
    row = gradebook(rows_of([RIGHT.model_copy(update={"submission": submission})])).decode().splitlines()[1]
    assert row == f'ann,"Ann Bär, PhD",4,4,graded,{cell},correct,'


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_formula_becomes_text(cell: str) -> None:
    """A name that begins like a formula is only a name."""
    assert harmless(cell) == f"'{cell}"


@example("\r\t")
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20))
def test_no_cell_is_a_formula(name: str) -> None:
    """Whatever the files are called, no cell computes."""
    submission = RIGHT.submission.model_copy(update={"files": (name,)})
    data = gradebook(rows_of([RIGHT.model_copy(update={"submission": submission})])).decode()
    for row in csv.reader(io.StringIO(data, newline="")):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
