"""Markup and terminal escapes in every text that comes from outside: shown, and nothing more."""

from html.parser import HTMLParser
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.orm import Session

from grader.report import DiagnosisReport
from grader.service import people
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.handing_in import File, hand_in
from grader.service.overriding import override
from grader.service.tables import Attempt, Audit, Membership, Staff, Submission, Token
from tests.example_reports import MASKLESS
from tests.service.graded import submitted
from tests.service.handed import staff
from tests.service.pages.conftest import SHEET, Visitor, learner, link_of, signed_in

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}\x1b[31m\u202e&amp;"


class Looking(HTMLParser):
    """Keeps what a browser would run, or be styled by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script" and not (named.get("src") or "").startswith("/static/"):
            self.found.append(f"<script {attrs}>")
        if tag in ("style", "iframe", "object", "embed", "base", "img"):
            self.found.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (value or "").lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value!r}>")


def assert_harmless(page: str) -> None:
    """Nothing runs, nothing is styled from within, and no control character is there."""
    looking = Looking()
    looking.feed(page)
    assert looking.found == []
    assert not {char for char in page if ord(char) < 32 and char not in "\n\t"} | ({"\u202e"} & set(page))


def test_texts_from_outside_are_only_shown(app: FastAPI, teacher: Visitor, database: Database) -> None:
    """Names, titles, file names, code, reports, reasons, faults, labels, details."""
    publish(database, b'title: "%s"\n' % rb"\"><script>alert(1)</script>\x1b[31m" + SHEET.split(b"\n", 1)[1], "a.yaml")
    mallory = learner(database, EVIL[:200], EVIL)
    diagnosis = DiagnosisReport(code=EVIL, step=EVIL, message=EVIL, help=EVIL)
    gradient = MASKLESS.gradients[0].model_copy(update={"diagnosis": (diagnosis,)})
    report = MASKLESS.model_copy(update={"gradients": (gradient,), "stdout": EVIL.replace("\x1b", "?")})
    name = EVIL.replace("\x1b", "").replace("/", "")
    with database.writing() as session:
        people.create_class(session, "c", EVIL.replace("\x1b", "").replace("\u202e", ""))
        session.add(Membership(class_id="c", learner_id=mallory))
        one = submitted(session, mallory, report)
        session.get_one(Submission, one).files[0].name = name
        session.get_one(Submission, one).files[0].data = EVIL.encode()
        session.query(Attempt).one().fault = EVIL
        override(session, "a", mallory, 1.0, EVIL, staff(session, EVIL))
        session.add(Audit(actor=EVIL, action="see", object=EVIL, detail=EVIL))
        session.add(Token(sha256="1" * 64, staff_id=_teacher(session), scopes="read", label=EVIL))
    hers = signed_in(app, link_of(database, mallory))
    for address in ("/", "/assignments/a", f"/submissions/{one}", f"/submissions/{one}/outcome"):
        assert_harmless(hers.page(address))
    for address in (
        "/staff",
        "/staff/assignments/a",
        "/staff/assignments/a/text",
        "/staff/assignments/a/rules",
        f"/staff/assignments/a/learners/{mallory}",
        f"/staff/submissions/{one}",
        "/staff/classes",
        "/staff/classes/c",
        "/staff/queue",
        "/staff/people",
        "/staff/access",
        "/staff/audit",
    ):
        page = teacher.page(address)
        assert_harmless(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in teacher.page(f"/staff/submissions/{one}")
    assert "\\x1b[31m" in teacher.page(f"/staff/submissions/{one}")
    assert "{{7*7}}" in teacher.page(f"/staff/submissions/{one}")


def test_what_is_sent_comes_back_as_text(teacher: Visitor, anns_browser: Visitor, sheet: str) -> None:
    """In refusals, secrets, fields, and addresses that are not there."""
    for answer in (
        teacher.send("/staff/people", on="/staff/people", name="<script>alert(1)</script>"),
        teacher.send("/staff/access/tokens", on="/staff/access", label=EVIL, scopes="read"),
        teacher.send("/staff/access/webhooks", on="/staff/access", url=EVIL, kinds="submission.graded"),
        teacher.send("/staff/classes", on="/staff/classes", title="<script>alert(1)</script>", id="c"),
        teacher.get("/staff/audit?object=%22%3E%3Cscript%3E"),
        teacher.get("/staff/assignments/a/mistakes/%3Cscript%3E"),
        anns_browser.get("/%3Cscript%3Ealert(1)%3C/script%3E?lang=%22%3E%3Cscript%3E&x=%22%3E%3Cscript%3E"),
        anns_browser.send("/assignments/a/submissions", on="/assignments/a", files=[("files", (f"{EVIL}/.py", b"x"))]),
    ):
        assert_harmless(answer.text)


def test_code_that_ends_the_field_stays_in_it(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """What was handed in last is put back into the text field."""
    code = b"x = '</textarea><script>alert(1)</script>'\n"
    hand_in(database, "a", ann, [File("a.py", code)])
    page = anns_browser.page("/assignments/a")
    assert "This is what you handed in last." in page
    assert_harmless(page)
    assert page.count("</textarea>") == 1


def test_download_is_never_a_page(anns_browser: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """Whatever it is called, and whatever is in it."""
    hand_in(database, "a", ann, [File('x".html', b"<script>alert(1)</script>")])
    with database.reading() as session:
        one = session.query(Submission).one().id
    answer = anns_browser.get(f"/submissions/{one}/files/0")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x_.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def _teacher(session: Session) -> UUID:
    return session.query(Staff).filter_by(name="A. Teacher").one().id
