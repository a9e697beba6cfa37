"""Reports in a terminal."""

import io

import pytest
from rich.console import RenderableType

from grader.render.terminal import FEW, MANY, class_view, console, isolation_notice, report_view, summary_view
from grader.report import IsolationReport
from grader.summary import summarize
from grader.verdict import VERDICTS
from tests.example_reports import CLASS, FAILED, MASKLESS, REJECTED, RIGHT, case, gradient, report, rows_of


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody says how wide it is, whoever runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


def _shown(view: RenderableType) -> str:
    stream = io.StringIO()
    console(stream).print(view)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def test_wrong_answer_shows_its_worst_element_and_the_mistake() -> None:
    """A table first, then for each wrong gradient the first wrong case, the mistake, warnings and what was printed."""
    assert _shown(report_view(MASKLESS)) == (
        "bob  0 of 4 points\n"
        "  gradient  function  verdict    points  cases\n"
        "  W         grad_W    incorrect     0/4    0/2\n"
        "  grad_W, W on case handout, seed 7: 7 of 16 elements differ; the worst is at (0, 3): got 2.5,\n"
        "  expected 4.\n"
        "  The mask is missing. Look at H.\n"
        "  Warning: bob.py mentions autograd.\n"
        "  Printed:\n"
        "    W = 1.25\n"
    )


def test_right_answer_is_short() -> None:
    """Nothing needs to be said about what is correct."""
    assert _shown(report_view(RIGHT)) == (
        "ann  4 of 4 points\n"
        "  gradient  function  verdict  points  cases\n"
        "  W         grad_W    correct     4/4    2/2\n"
    )


def test_rejection_says_why() -> None:
    """A submission that could not be read shows the reason and its line."""
    assert _shown(report_view(REJECTED)) == (
        "cyd  0 of 4 points  rejected\n  The file is not valid Python: invalid syntax (line 2)\n"
    )


def test_long_sentence_stays_below_its_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reason or a warning that needs several lines is indented in all of them."""
    monkeypatch.setenv("COLUMNS", "40")
    assert all(line.startswith("  ") for line in _shown(report_view(REJECTED)).splitlines()[1:])


def test_no_width_is_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some environments say that there are 0 columns, which is not to be taken at its word."""
    shown = _shown(report_view(RIGHT))
    monkeypatch.setenv("COLUMNS", "0")
    assert _shown(report_view(RIGHT)) == shown


def test_grader_error_has_no_score() -> None:
    """A fault of ours is not a zero."""
    assert _shown(report_view(FAILED)).startswith("dan  no score  grader error\n")


def test_class_summary() -> None:
    """A class is a few lines."""
    assert _shown(summary_view(summarize(rows_of(CLASS)))) == (
        "4 submissions: 2 graded, 1 rejected, 1 grader errors\n"
        "Score: mean 1.33, median 0, from 0 to 4 of 4\n"
        "gradient  function  verdicts\n"
        "W         grad_W    correct 1, incorrect 1, missing 1, grader error 1\n"
        "Mistakes: missing_mask 1\n"
        "Not graded, by a fault of the grader: dan\n"
    )


def test_small_class_is_shown_in_full() -> None:
    """With few learners there is room for what is wrong with each."""
    assert (
        _shown(class_view(rows_of([RIGHT, REJECTED]), [RIGHT, REJECTED]))
        == f"{_shown(report_view(RIGHT))}\n{_shown(report_view(REJECTED))}\n"
    )


def test_larger_class_has_a_line_for_each_learner() -> None:
    """Points, and the verdict of every gradient or the reason why there is none."""
    shown = _shown(class_view(rows_of([RIGHT, MASKLESS, REJECTED, FAILED] * FEW))).splitlines()
    assert shown[:5] == [
        "learner  points  W",
        "ann         4/4  correct",
        "bob         0/4  incorrect",
        "cyd         0/4  syntax error",
        "dan         –/4  grader error",
    ]
    assert len(shown) == 1 + 4 * FEW


def test_crowd_is_a_line() -> None:
    """Nobody reads a thousand lines in a terminal."""
    shown = _shown(class_view(rows_of([RIGHT]) * (MANY + 1)))
    assert shown == "501 learners: a line for each is in gradebook.csv and in index.html.\n"


def test_problems_of_a_sheet_are_told_apart() -> None:
    """Where several problems are graded, each gradient is shown with its problem."""
    first, second = (gradient(case("incorrect"), verdict="incorrect", problem=problem) for problem in "ab")
    assert _shown(report_view(report("ann", first, second))) == (
        "ann  0 of 8 points\n"
        "  gradient  function  verdict    points  cases\n"
        "  a.W       grad_W    incorrect     0/4    0/1\n"
        "  b.W       grad_W    incorrect     0/4    0/1\n"
        "  a: grad_W, W on case handout, seed 7: The values are wrong.\n"
        "  b: grad_W, W on case handout, seed 7: The values are wrong.\n"
    )


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_can_be_shown(verdict: str) -> None:
    """No verdict lacks its word."""
    assert "grad_W" in _shown(report_view(report("ann", gradient(case(verdict), verdict=verdict))))


def test_student_text_is_neither_markup_nor_control() -> None:
    """Brackets stay brackets, escapes stay visible."""
    said = case("raised", exception="E", text="[red]x[/red] \x1b[31m :smile:", line=1)
    shown = _shown(report_view(report("ann", gradient(said, verdict="raised"), stdout="[bold]\x07")))
    assert "[red]x[/red] \\x1b[31m :smile:" in shown
    assert "[bold]\\x07" in shown
    assert "\x1b" not in shown


def test_colour_only_in_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that is no terminal gets plain text, and so does NO_COLOR."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    coloured = Terminal()
    console(coloured).print(report_view(RIGHT))
    assert "\x1b[32mcorrect" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    console(plain).print(report_view(RIGHT))
    assert "\x1b[32m" not in plain.getvalue()


def test_weak_isolation_is_said() -> None:
    """Below strong there is a word of warning."""
    assert isolation_notice(IsolationReport(level="strong")) is None
    assert str(isolation_notice(IsolationReport(level="none"))) == (
        "Isolation is none here: run only code that you trust. `grader doctor` says what is missing."
    )
