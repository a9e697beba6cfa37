"""What states and refusals are called."""

import re
from pathlib import Path

import pytest

from grader import service
from grader.language import Language, speaking
from grader.service.pages import words
from grader.service.refusals import AttemptsUsedError, ClosedError, RefusedError, WaitingError
from grader.service.tables import State

SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(service.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("sentence", words.REFUSALS)
def test_refusal_in_the_table_is_one_that_is_said(sentence: str) -> None:
    """Else it would be translated for nobody: the service's sources have it, with facts in other braces."""
    said = re.escape(re.sub(r"\{\w+\}", "\0", sentence)).replace("\0", r"\{[^}]*\}")
    assert re.search(said, SOURCES), sentence


def test_every_state_has_a_word() -> None:
    """Of an attempt, and of a report that could not be read."""
    assert {state: words.state(state).text for state in State} == {
        State.QUEUED: "waiting",
        State.RUNNING: "being graded",
        State.GRADED: "graded",
        State.FAILED: "our fault, is looked after",
        State.CANCELLED: "cancelled",
    }
    assert words.state(State.GRADED, "rejected").text == "could not be read"


def test_every_action_in_the_audit_has_a_word() -> None:
    """Whoever writes down another one has to say what it is called."""
    everywhere = "".join(path.read_text(encoding="utf-8") for path in Path(service.__file__).parent.rglob("*.py"))
    noted = set(re.findall(r"""\bnote\([^()]*?, "([a-z-]+)",""", everywhere)) | {"export"}  # by `grader privacy`
    assert {"see", "override", "regrade"} < noted
    assert set(words.actions()) == noted
    with speaking(Language.zh_cn):
        assert words.actions()["override"] == "设定了成绩"


def test_refusal_is_said_to_people() -> None:
    """By its kind, or in its own words; what is not known stays as it is."""
    closed = "Nothing is taken now: look at when it opens and when it closes."
    assert words.refusal(ClosedError("nothing is taken before noon")) == closed
    assert words.refusal(AttemptsUsedError("3 of 3")) == "You have handed in as often as it is allowed."
    much = "Much of your work still waits to be graded; hand in more when some of it is."
    assert words.refusal(WaitingError("20 wait")) == much
    with speaking(Language.zh_cn):
        assert words.refusal(RefusedError("a roster has 5 rows at most")) == "名单最多 5 行"
        assert words.refusal(RefusedError("something else")) == "something else"
        two_colons = "line 3: this is no table: unexpected end of data"
        assert words.refusal(RefusedError(two_colons)) == "第 3 行：这不是表格：unexpected end of data"
        columns = "line 1: expected a line with the names of the columns: login, and perhaps name and mail"
        assert words.refusal(RefusedError(columns)).startswith("第 1 行：")
        assert "expected" not in words.refusal(RefusedError(columns))
