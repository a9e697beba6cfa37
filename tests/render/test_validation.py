"""What validating found, on a terminal."""

from io import StringIO

import pytest

from grader.render.terminal import console
from grader.render.validation import percent, validation_view
from grader.validation.findings import Finding, MistakeRow, Outcome, Tried, Validation


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which no line is broken."""
    monkeypatch.setenv("COLUMNS", "120")


def shown(found: Validation) -> list[str]:
    file = StringIO()
    console(file).print(validation_view(found))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def row(code: str, *tried: tuple[str, Outcome, float | None], problem: str = "p", wrt: str = "W") -> MistakeRow:
    """A mistake, tried on cases that are hidden but for the handout."""
    made = tuple(Tried(case, case != "handout", outcome, error) for case, outcome, error in tried)
    return MistakeRow(problem, f"grad_{wrt}", wrt, code, None, made)


def test_table_counts_the_forms_of_a_mistake_that_each_case_rejects() -> None:
    """The last column is about the form that is rejected least, where it is rejected most."""
    rows = (
        row("factor", ("handout", "accepted", 0.5), ("large", "unknown", None), ("small", "rejected", 2e5)),
        row("factor", ("handout", "rejected", 3e5), ("large", "unknown", None), ("small", "weak", 50.0)),
        row("sign", ("handout", "accepted", 0.0), ("large", "unknown", None), ("small", "accepted", 0.0)),
        row("layout", ("handout", "rejected", None), ("large", "rejected", None), ("small", "rejected", 7e3), wrt="X"),
    )
    found = Validation("homework", "", (Finding("p", "mistakes", "failure", "`sign` passes", "do this"),), rows)
    assert shown(found) == [
        "homework  not proven  3 of 4 known mistakes are rejected (75 %)",
        "  failure  mistakes  `sign` passes",
        "                     → do this",
        "",
        "  gradient  mistake  handout  large  small   least",
        "  dW        factor       1/2      –    2/2   2e+05",
        "            sign         0/1      –    0/1  passes",
        "  dX        layout       1/1    1/1    1/1   shape",
    ]


def test_what_to_change_is_said_once_for_findings_in_a_row() -> None:
    """After the last of those that need the same."""
    findings = tuple(
        Finding("p", "mistakes", "failure", message, change)
        for message, change in (("one", "this"), ("two", "this"), ("three", "that"))
    )
    assert shown(Validation("homework", "", findings, ()))[1:] == [
        "  failure  mistakes  one",
        "  failure  mistakes  two",
        "                     → this",
        "  failure  mistakes  three",
        "                     → that",
    ]


def test_many_cases_have_a_column_for_all_hidden_ones() -> None:
    """Nobody reads a table of eleven columns: a mistake counts as rejected if one of them rejects it."""
    hidden = [(f"hidden_{number}", "accepted" if number else "rejected", 1e4) for number in range(10)]
    found = Validation("homework", "", (), (row("sign", ("handout", "accepted", 0.0), *hidden),))  # type: ignore[arg-type]
    assert shown(Validation("homework", "", (Finding("p", "points", "ok", "fine"),), found.mistakes))[3:] == [
        "  gradient  mistake  public  hidden  least",
        "  dW        sign        0/1     1/1  1e+04",
    ]


def test_problems_of_a_sheet_have_headings() -> None:
    """Each with its own findings and its own table."""
    findings = (Finding("p", "sizes", "ok", "fine"), Finding("q", "sizes", "ok", "fine too"))
    assert shown(Validation("sheet", "", findings, ())) == [
        "sheet  proven  0 of 0 known mistakes are rejected (100 %)",
        "  p",
        "  ok  sizes  fine",
        "  q",
        "  ok  sizes  fine too",
    ]


@pytest.mark.parametrize(("share", "text"), [(1.0, "100 %"), (0.99999, "99.9 %"), (0.5, "50 %"), (0.0, "0 %")])
def test_percent_is_100_only_for_all(share: float, text: str) -> None:
    """One mistake in a thousand is not rounded away."""
    assert percent(share) == text
