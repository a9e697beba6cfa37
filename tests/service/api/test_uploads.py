"""Uploads as nobody should send them: they are refused with a reason, or kept and shown harmlessly, and never a 500."""

import json
from typing import Any

import pytest

from tests.service.api.conftest import Ask
from tests.service.api.school import School

FIELD = b'--x\r\nContent-Disposition: form-data; name="assignment"\r\n\r\n+2AA-\r\n--x--\r\n'
TRICKS = [
    "../../etc/passwd",
    "..",
    ".",
    "/etc/passwd",
    "C:\\autoexec.bat",
    "a/b.py",
    "..\\b.py",
    "a\x00.py",
    "a\n.py",
    "a\x1b[31m.py",
    "ä" * 121,
    "",
]


@pytest.mark.parametrize("name", TRICKS)
def test_file_whose_name_leads_somewhere_is_refused(ask: Ask, here: School, name: str) -> None:
    """In a form as in JSON; nothing of it is kept."""
    work = {"assignment": "b", "files": {name: {"text": ""}}}
    assert ask("POST", "/v1/submissions", here.ada.secret, json=work).status_code == 422
    quoted = name.replace("\\", "\\\\").encode()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="assignment"\r\n\r\nb\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="' + quoted + b'"\r\n\r\n#\r\n--x--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ask("POST", "/v1/submissions", here.ada.secret, content=body, headers=headers)
    if name == "C:\\autoexec.bat":
        # As old browsers name files; the parser of forms leaves the folder out.
        (kept,) = ask("GET", f"{answer.headers['Location']}/files", here.ada.secret).json()["items"]
        assert kept["name"] == "autoexec.bat"
        return
    assert answer.status_code in ((415,) if "form-data; boundary=x; charset" in headers else (400, 422)), answer.text
    assert len(ask("GET", "/v1/submissions", here.ada.secret).json()["items"]) == 2


def test_file_name_with_html_is_kept_and_harmless(ask: Ask, here: School) -> None:
    """It is data in JSON, and quoted where it is in a header; nothing is shown by a browser as ours."""
    name = "<script>alert(1)</script>\"; filename=evil.html; x='é.py".replace("/", "")
    work = {"assignment": "b", "files": {name: {"text": "<script>alert(1)</script>"}}}
    location = ask("POST", "/v1/submissions", here.ada.secret, json=work).headers["Location"]
    listed = ask("GET", f"{location}/files", here.ada.secret)
    assert listed.json()["items"][0]["name"] == name
    assert listed.headers["Content-Type"] == "application/json"
    assert listed.headers["X-Content-Type-Options"] == "nosniff"
    file = ask("GET", f"{location}/files/0", here.ada.secret)
    assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file.headers["Content-Disposition"] == (
        'attachment; filename="<script>alert(1)<script>_; filename=evil.html; x=\'_.py"; '
        "filename*=UTF-8''%3Cscript%3Ealert%281%29%3Cscript%3E%22%3B%20filename%3Devil.html%3B%20x%3D%27%C3%A9.py"
    )


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--y\r\nno form"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: \xff; name=\xff\r\n\r\nb\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x; charset=base64", FIELD),
        ("multipart/form-data; boundary=x; charset=utf-16", FIELD),
        ("multipart/form-data; boundary=x; charset=utf-7", FIELD),
        ("multipart/form-data; boundary=" + "x" * 10_000, b"--" + b"x" * 10_000 + b"\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 10_000 + b"\r\n--x--\r\n"),
        ("application/json", b'{"assignment": "b", "files": {"s.py": {"text": "\\ud800"}}}'),
        ("application/json", b'{"assignment": "\\u0000", "files": {"s.py": {"text": ""}}}'),
        ("application/json", b'{"assignment": "b", "files": {"s.py": {}}}'),
        ("application/json", b'{"assignment": "b", "files": {"s.py": {"text": "", "base64": ""}}}'),
        ("application/json", b'{"assignment": "b", "files": {}}'),
        ("application/json", b'{"assignment": "b", "files": ["s.py"]}'),
        ("application/json", b"[" * 200_000),
        ("application/json", b"\xff"),
        ("application/json", b""),
        ("application/json; charset=utf-16", b"{}"),
    ],
)  # fmt: skip
def test_body_that_is_broken_is_refused(ask: Ask, here: School, headers: str, body: bytes) -> None:
    """By whichever part of it is."""
    answer = ask("POST", "/v1/submissions", here.ada.secret, content=body, headers={"Content-Type": headers})
    assert answer.status_code in ((415,) if "form-data; boundary=x; charset" in headers else (400, 422)), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "kind", ["text/html", "application/x-www-form-urlencoded", "application/zip", "text/json", "", "\xff", "x" * 5000]
)
def test_body_of_another_type_is_415(ask: Ask, here: School, kind: str) -> None:
    """Guessing what it might be is what attackers wait for."""
    headers = {"Content-Type": kind.encode("latin-1")}
    answer = ask("POST", "/v1/submissions", here.ada.secret, content=b"{}", headers=headers)
    assert answer.status_code == 415
    expected = "the body is not of a type that can be read here: application/json, multipart/form-data"
    assert answer.json()["detail"] == expected


def test_form_fields_that_nobody_asked_for_are_refused(ask: Ask, here: School) -> None:
    """Also files under another name, and one field twice."""

    def detail(**more: Any) -> Any:
        answer = ask("POST", "/v1/submissions", here.ada.secret, **more)
        assert answer.status_code == 422
        return answer.json().get("errors", answer.json()["detail"])

    file = ("files", ("s.py", b""))
    extra = detail(data={"assignment": "b", "score": "100"}, files=[file])
    assert extra == [{"detail": "extra inputs are not permitted", "pointer": "#/score"}]
    twice = detail(data={"assignment": ["b", "relu_frobenius"]}, files=[file])
    assert twice == [{"detail": "this field is there more than once", "pointer": "#/assignment"}]
    other = detail(data={"assignment": "b"}, files=[file, ("report", ("r.json", b"{}"))])
    assert other == "the files of a submission are in fields named `files`"
    assert detail(data={"assignment": "b"}, files=[file, file]) == "two of the files have the same name"
    none = detail(files=[("assignment", (None, b"b"))])
    assert none == [{"detail": "a submission has from 1 to 50 files", "pointer": "#/files"}]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/learners", '{"login": "?"}'),
        ("POST", "/v1/learners", '{"name": "?"}'),
        ("POST", "/v1/learners", '{"mail": "?"}'),
        ("POST", "/v1/staff", '{"name": "?"}'),
        ("POST", "/v1/classes", '{"id": "x", "title": "?"}'),
        ("POST", "/v1/classes", '{"id": "?", "title": "x"}'),
        ("POST", "/v1/tokens", '{"label": "?", "scopes": ["read"]}'),
        ("POST", "/v1/webhooks", '{"url": "https://x.example/?", "kinds": ["submission.graded"]}'),
        ("PUT", "/v1/assignments/b/grades/{ada}/override", '{"score": 1, "reason": "?"}'),
    ],
)
def test_text_with_control_characters_is_refused(ask: Ask, here: School, method: str, path: str, body: str) -> None:
    """NUL, which PostgreSQL cannot keep; escape sequences; surrogates."""
    for text in ("a\x00b", "a\x1b[2Jb", "a\x7fb", "a\x9bb", "\ud800"):
        sent = body.replace("?", json.dumps(text)[1:-1])
        answer = ask(method, path.format(ada=here.ada.id), content=sent, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, text
        assert answer.text.isascii()
        assert answer.text.isprintable()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/assignments/%00",
        "/v1/assignments/a%00b/policy",
        "/v1/assignments/%ED%A0%80/grades",
        "/v1/classes/a%00b",
        "/v1/submissions/%00",
        "/v1/submissions/{ada}/attempts/99999999999999999999999999",
        "/v1/submissions/{ada}/attempts/-1",
        "/v1/submissions/{ada}/attempts/NaN",
        "/v1/submissions/{ada}/files/9223372036854775808",
        "/v1/submissions?assignment=%00",
        "/v1/submissions?limit=99999999999999999999",
        "/v1/learners?login=%00",
        "/v1/learners?class=%00",
        "/v1/audit?object=%00",
        "/v1/assignments/b/gradebook.csv?class=%00",
        "/v1/assignments/b/grades?class=nobody",
    ],
)
def test_address_with_what_no_database_takes_is_refused(ask: Ask, here: School, path: str) -> None:
    """Before it gets there."""
    assert ask("GET", path.format(ada=here.ada.graded)).status_code in (404, 422)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", b"Bearer \xff\xfe"),
        ("Authorization", b"Bearer"),
        ("Authorization", b"Basic Og=="),
        ("Authorization", b"Bearer " + b"x" * 5000),
        ("If-None-Match", b'"\xff", W/"' + b"x" * 4000),
        ("Accept", b"text/html;q=nan, \xff"),
        ("Content-Length", b"7"),
        ("X-Forwarded-For", b"<script>"),
        ("Host", b"evil.example"),
        ("Cookie", b"grader=\xff; \x7f"),
    ],
)
def test_header_that_is_odd_breaks_nothing(ask: Ask, here: School, name: str, value: bytes) -> None:
    """It is refused, or it means nothing."""
    answer = ask("GET", f"/v1/submissions/{here.ada.graded}", headers={name: value})
    assert answer.status_code in (200, 401)
    assert "evil.example" not in str(answer.headers)
