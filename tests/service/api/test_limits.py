"""Nobody gets more of the service than is meant for him: bytes, seconds, parts of a form, requests."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.service.api import limits
from grader.service.api.limits import network
from tests.service.api.conftest import Ask, asker
from tests.service.api.live import listening
from tests.service.api.school import School, copied


def raw(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What is answered to bytes that come in parts."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        answer = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while received := connection.recv(65536):
                answer += received
        except (ConnectionError, BrokenPipeError):
            pass
        return answer


def head(secret: str, *headers: str) -> bytes:
    """A request that hands in."""
    lines = ["POST /v1/submissions HTTP/1.1", "Host: x", f"Authorization: Bearer {secret}", *headers]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def test_body_of_20_megabytes_is_refused_before_it_comes(here: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says how much it is hears at once that it is too much; not a byte was sent."""
    monkeypatch.setattr(limits, "LINGER_SECONDS", 0.1)
    json = "Content-Type: application/json"
    with listening(here.app) as port:
        answer = raw(port, head(here.ada.secret, json, "Content-Length: 20000000"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert b"a request may have 8388608 bytes" in answer


def test_body_of_20_megabytes_that_comes_nevertheless_is_answered(here: School) -> None:
    """A browser sends all of it before it reads; were the connection cut, nobody would be told what was wrong."""
    headers = head(here.ada.secret, "Content-Type: application/json", "Content-Length: 20000000")
    with listening(here.app) as port:
        answer = raw(port, headers, *[b"x" * 1_000_000] * 20, pause=0.01)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"a request may have 8388608 bytes" in answer


def test_body_of_20_megabytes_without_a_length_is_cut_off(here: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as it is too much; what comes after it is not waited for without end."""
    monkeypatch.setattr(limits, "LINGER_SECONDS", 0.1)
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    headers = head(here.ada.secret, "Content-Type: application/json", "Transfer-Encoding: chunked")
    with listening(here.app) as port:
        answer = raw(port, headers, *[chunk] * 20)
    # Who goes on sending may lose the answer with the connection.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("declared", [True, False])
def test_body_that_is_too_large_is_413(ask: Ask, here: School, declared: bool) -> None:
    """A form with files of 20 MB, whose size is said before or is not; nothing of it is kept."""
    data = b'--x\r\nContent-Disposition: form-data; name="files"; filename="s.py"\r\n\r\n' + b"#" * 20_000_000

    def parts() -> Iterator[bytes]:
        for start in range(0, len(data), 1 << 20):
            yield data[start : start + (1 << 20)]

    content = data if declared else parts()
    answer = ask(
        "POST",
        "/v1/submissions",
        here.ada.secret,
        content=content,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert (answer.status_code, answer.json()["detail"]) == (413, "a request may have 8388608 bytes")
    assert len(ask("GET", "/v1/submissions").json()["items"]) == 4


def test_body_that_comes_slowly_is_cut_off(model: School, tmp_path: Path) -> None:
    """After a time for all of it, however regularly something comes."""
    here = copied(model, tmp_path, body_seconds=0.5)
    started = time.monotonic()
    with listening(here.app) as port:
        headers = head(here.ada.secret, "Content-Type: application/json", "Content-Length: 1000")
        answer = raw(port, headers, *[b" "] * 2, pause=0.2)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body was not there after 0.5 seconds" in answer
    assert b"connection: close" in answer.lower()
    assert time.monotonic() - started < 10
    here.database.close()


def test_body_of_who_has_no_token_is_not_read(here: School) -> None:
    """The answer comes before the body does."""
    with listening(here.app) as port:
        answer = raw(port, head("wrong", "Content-Type: application/json", "Content-Length: 1000", "Connection: close"))
    assert answer.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("count", [51, 10_000])
def test_form_of_many_fields_is_refused(ask: Ask, here: School, count: int) -> None:
    """Ten thousand of them cost no more than a few."""
    fields = {f"field{number}": "x" for number in range(count)}
    answer = ask("POST", "/v1/submissions", here.ada.secret, data=fields, files=[("files", ("s.py", b""))])
    assert (answer.status_code, answer.json()["detail"]) == (400, "Too many fields. Maximum number of fields is 50.")


def test_form_of_many_files_is_refused(ask: Ask, here: School) -> None:
    """As many as the setting says may be handed in at once, in a form or in JSON."""
    files = [("files", (f"s{number}.py", b"")) for number in range(51)]
    answer = ask("POST", "/v1/submissions", here.ada.secret, data={"assignment": "b"}, files=files)
    assert (answer.status_code, answer.json()["detail"]) == (400, "Too many files. Maximum number of files is 50.")
    work = {"assignment": "b", "files": {f"s{number}.py": {"text": ""} for number in range(51)}}
    answer = ask("POST", "/v1/submissions", here.ada.secret, json=work)
    assert answer.json()["errors"] == [{"detail": "a submission has from 1 to 50 files", "pointer": "#/files"}]


@pytest.mark.parametrize(
    ("charset", "status"),
    [
        ("", 202),
        ("; charset=utf-8", 202),
        ('; charset="UTF-8"', 202),
        ("; charset=punycode", 415),
        ('; Charset="PunyCode"', 415),
        ("; charset=unicode_escape", 415),
    ],
)
def test_form_in_another_codec_than_utf_8_is_415(ask: Ask, here: School, charset: str, status: int) -> None:
    """Python decodes what is called so in a time that grows with the square of its length, or to half characters."""
    parts = [b'name="assignment"\r\n\r\nb', b'name="files"; filename="s.py"\r\n\r\n#']
    content = b"".join(b"--x\r\nContent-Disposition: form-data; %b\r\n" % part for part in parts) + b"--x--\r\n"
    kind = f"multipart/form-data; boundary=x{charset}"
    answer = ask("POST", "/v1/submissions", here.ada.secret, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["detail"] == "a form is in UTF-8"


def test_form_of_a_page_in_another_codec_takes_no_time(ask: Ask) -> None:
    """Though whoever sends it has neither signed in nor read a page."""
    started = time.monotonic()
    content = b'--x\r\nContent-Disposition: form-data; name="link"\r\n\r\nfsq' + b"a" * 1_000_000 + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x; charset=punycode"
    assert ask("POST", "/sign-in", None, content=content, headers={"Content-Type": kind}).status_code == 415
    assert time.monotonic() - started < 5


def test_rate_of_a_token_is_limited(model: School, tmp_path: Path) -> None:
    """Each learner for himself; how long to wait is said."""
    here = copied(model, tmp_path, rate_learner="3/minute")
    ask = asker(here)
    assert [ask("GET", "/v1/me", here.ada.secret).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert ask("GET", "/v1/me", here.bob.secret).status_code == 200
    refused = ask("GET", "/v1/me", here.ada.secret)
    assert refused.json()["detail"] == "there were too many requests; Retry-After says when to go on"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    here.database.close()


def test_rate_of_a_learner_is_that_of_all_the_learners_tokens(model: School, tmp_path: Path) -> None:
    """Who makes another token gets no more of the service for it."""
    here = copied(model, tmp_path, rate_learner="3/minute")
    ask = asker(here)
    other = ask("POST", "/v1/tokens", here.ada.secret, json={"scopes": ["read"]}).json()["secret"]
    asked = [ask("GET", "/v1/me", secret).status_code for secret in (here.ada.secret, other) * 2]
    assert asked == [200, 200, 429, 429]
    here.database.close()


def test_rate_of_strangers_is_limited_by_address(model: School, tmp_path: Path) -> None:
    """Who guesses is stopped, and who has a token is not stopped with him: he may sit behind the same address."""
    here = copied(model, tmp_path, rate_address="3/minute")
    ask = asker(here)
    guesses = [ask("GET", "/v1/me", f"grader_{number}").status_code for number in range(5)]
    assert guesses == [401, 401, 401, 429, 429]
    assert ask("GET", "/v1/me", here.ada.secret).status_code == 200
    here.database.close()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_network_is_what_one_subscriber_has(address: str, counted: str) -> None:
    """An address of IPv4, and a half of one of IPv6."""
    assert network(address) == counted
