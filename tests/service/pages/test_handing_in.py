"""Handing in from a page."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from grader.service.database import Database
from grader.service.pages import security
from grader.service.policy import Rules, set_rules
from grader.service.tables import HandedFile, Submission, now
from tests.service.handed import RIGHT
from tests.service.pages.conftest import Visitor

PAGE = "/assignments/a"
FORM = "/assignments/a/submissions"


def handed(database: Database) -> list[tuple[str, bytes]]:
    """All files by now."""
    with database.reading() as session:
        return [(file.name, file.data) for file in session.scalars(select(HandedFile))]


def test_file_is_taken_byte_for_byte(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """And the way leads to its result, in the reader's language."""
    answer = anns_browser.send(FORM, on=f"{PAGE}?lang=zh-CN", files=[("files", ("my work.py", RIGHT + b"\r\n"))])
    with database.reading() as session:
        one = session.scalars(select(Submission)).one()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/submissions/{one.id}")
    assert one.language == "zh-CN"
    assert handed(database) == [("my work.py", RIGHT + b"\r\n")]


def test_several_files_are_one_submission(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """In their order."""
    files = [("files", ("a.py", RIGHT)), ("files", ("b.py", b"x = 1\n"))]
    assert anns_browser.send(FORM, on=PAGE, files=files).status_code == 303
    assert handed(database) == [("a.py", RIGHT), ("b.py", b"x = 1\n")]


def test_what_is_written_is_a_file_with_plain_lines(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """A form ends lines in its own way; the next time it is there to be gone on with."""
    answer = anns_browser.send(FORM, on=PAGE, code="def grad_X(X, W):\r\n    return X\r\n")
    assert answer.status_code == 303
    assert handed(database) == [("a.py", b"def grad_X(X, W):\n    return X\n")]
    page = anns_browser.page(PAGE)
    assert "This is what you handed in last." in page
    assert "def grad_X(X, W):\n    return X\n</textarea>" in page


def test_button_pressed_twice_hands_in_once(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """And something else from the same page is something else."""
    first = anns_browser.send(FORM, on=PAGE, code="x = 1", key="of-the-page")
    again = anns_browser.send(FORM, on=PAGE, code="x = 1", key="of-the-page")
    other = anns_browser.send(FORM, on=PAGE, code="x = 2", key="of-the-page")
    assert first.headers["location"] == again.headers["location"] != other.headers["location"]
    assert len(handed(database)) == 2


def test_nothing_chosen_says_so(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """On the same page."""
    token = security.token(anns_browser.client.cookies["grader"])
    empty = (
        f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--x\r\nContent-Disposition: form-data; '
        'name="files"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for answer in (
        anns_browser.client.post(FORM, content=empty, headers=headers),
        anns_browser.send(FORM, on=PAGE, code="  \n"),
    ):
        assert answer.status_code == 422
        assert "Nothing was chosen: choose a file, or write your functions below." in answer.text
    assert handed(database) == []


def test_what_is_refused_need_not_be_written_again(
    anns_browser: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """The page says why, and keeps what was written."""
    with database.writing() as session:
        set_rules(session, "a", Rules(attempts=1))
    assert anns_browser.send(FORM, on=PAGE, code="x = 1").status_code == 303
    answer = anns_browser.send(FORM, on="/", code="x = 2")
    assert answer.status_code == 422
    assert "You have handed in as often as it is allowed." in answer.text
    with database.writing() as session:
        set_rules(session, "a", Rules(closes_at=now() - timedelta(minutes=1)))
    answer = anns_browser.send(FORM, on="/", code="x = 2")
    assert "Nothing is taken now: look at when it opens and when it closes." in answer.text


def test_name_with_a_path_is_refused(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """And shown harmlessly."""
    for name in ("../../etc/cron.d/x.py", "a\\b.py", "..", "x" * 300):
        answer = anns_browser.send(FORM, on=PAGE, files=[("files", (name, RIGHT))])
        assert answer.status_code == 422
        assert "is no name of a file" in answer.text
    assert handed(database) == []


def test_too_many_files_are_refused(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """As many as programs may send, and no more."""
    files = [("files", (f"f{number}.py", b"x = 1\n")) for number in range(51)]
    answer = anns_browser.send(FORM, on=PAGE, files=files)
    assert answer.status_code == 422
    assert "These are too many files: hand in your own work only." in answer.text
    assert anns_browser.send(FORM, on=PAGE, files=files[:50]).status_code == 303
    assert len(handed(database)) == 50


def test_assignment_that_is_not_there_takes_nothing(anns_browser: Visitor, database: Database, sheet: str) -> None:
    """Nor one that is not open."""
    assert anns_browser.send("/assignments/b/submissions", on=PAGE, code="x").status_code == 404
    with database.writing() as session:
        set_rules(session, "a", Rules(opens_at=now() + timedelta(days=1)))
    assert anns_browser.send(FORM, on="/", code="x = 1").status_code == 404


def test_form_with_thousands_of_fields_is_refused(anns_browser: Visitor, sheet: str) -> None:
    """Before they are all read into memory, in both ways that forms are sent."""
    fields = {f"field{number}": "x" for number in range(10_000)}
    answer = anns_browser.send(FORM, on=PAGE, **fields)
    assert answer.status_code == 400
    answer = anns_browser.send(FORM, on=PAGE, files=[("files", ("a.py", RIGHT))], **fields)
    assert answer.status_code == 400
    assert "This cannot be read" in answer.text
