"""The service as a process: from an empty folder to answers, and to its end by each signal."""

import json
import os
import re
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from grader.service.database import Database
from grader.service.queue import Queue
from grader.service.tables import State
from tests.process_tree import below
from tests.service.handed import assert_each_has_one_result, handed_in, states
from tests.service.replica import until
from tests.service.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")]


def database_of(folder: Path) -> Database:
    """The embedded one of a service."""
    return Database(f"sqlite:///{folder / 'data' / 'grader.sqlite3'}")


def test_serve_empty_folder_is_all_it_takes(tmp_path: Path) -> None:
    """The folder is for nobody else, the first link is printed until it was used, and what is handed in is graded."""
    with serving(tmp_path, "--allow-degraded") as served:
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        (link,) = re.findall(r"http://\S+/sign-in\?token=grader_\S+", served.printed)
        submissions = handed_in(database_of(tmp_path), 3)
        until(lambda: states(database_of(tmp_path)) == {State.GRADED: 3})
        assert httpx.get(f"{served.url}/readyz").json() == {"status": "ready", "database": "up", "grading": "here"}
        assert {os.getpriority(os.PRIO_PROCESS, child.pid) for child in below(served.process.pid)} >= {10}
        assert os.getpriority(os.PRIO_PROCESS, served.process.pid) == os.getpriority(os.PRIO_PROCESS, 0)
        assert 'grader_isolation_info{level="' in httpx.get(f"{served.url}/metrics").text
        answer = httpx.get(link)
        assert (answer.status_code, "server" in answer.headers) == (200, False)
        assert served.stop() == 0
    assert_each_has_one_result(database_of(tmp_path), submissions)
    lines = [json.loads(line) for line in served.logged.splitlines()]
    assert {(line["route"], line["status"]) for line in lines} == {("/sign-in", 200)}
    assert "grader_" not in served.logged


def test_serve_second_start_prints_another_link_until_one_was_used(tmp_path: Path) -> None:
    """Nobody is shut out by a terminal that is gone, and nobody let in after that."""
    with serving(tmp_path, "--no-grading") as served:
        (first,) = re.findall(r"token=(\S+)", served.printed)
        served.stop()
    with serving(tmp_path, "--no-grading") as served:
        (second,) = re.findall(r"token=(\S+)", served.printed)
        with httpx.Client(base_url=served.url, follow_redirects=True) as browser:
            for token, status in ((first, 403), (second, 200)):
                page = browser.get("/sign-in", params={"token": token}).text
                (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', page)[:1]
                assert browser.post("/sign-in", data={"link": token, "csrf": csrf}).status_code == status
        served.stop()
    with serving(tmp_path, "--no-grading") as served:
        assert served.printed == f"The grader answers at {served.url}\n"
        served.stop()


def test_serve_links_name_the_port_that_was_free_and_no_other_host(tmp_path: Path) -> None:
    """Those that a page makes too, whatever the request says; and who starts it reads how links begin."""
    with serving(tmp_path, "--no-grading", "--trusted-proxies", "127.0.0.1") as served:
        assert served.printed.splitlines()[1:2] == [
            "Links begin so, too; if people come by another address, set public_url to it."
        ]
        (token,) = re.findall(r"token=(\S+)", served.printed)
        with httpx.Client(base_url=served.url, follow_redirects=True) as browser:
            page = browser.get("/sign-in", params={"token": token}).text
            for address, fields in (("/sign-in", {"link": token}), ("/staff/people", {"name": "B. Assistant"})):
                (csrf, *_) = re.findall(r'name="csrf" value="([^"]+)"', page)
                hosts = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
                forged = hosts if address == "/staff/people" else {}
                page = browser.post(address, data={**fields, "csrf": csrf}, headers=forged).text
        assert f"{served.url}/sign-in?token=" in page
        assert "elsewhere.example" not in page


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_serve_signal_finishes_or_gives_back(tmp_path: Path, how: signal.Signals, code: int) -> None:
    """No attempt is left in anybody's hands, none has lost a try, and no process is left."""
    with serving(tmp_path, "--allow-degraded", "--jobs", "1") as served:
        database = database_of(tmp_path)
        submissions = handed_in(database, 60)
        until(lambda: states(database)[State.GRADED] >= 5)
        children = below(served.process.pid)
        assert served.stop(how) == code
        found = states(database)
        assert found[State.RUNNING] == found[State.FAILED] == 0
        assert found[State.QUEUED] > 0
        pids = {child.pid for child in children}
        until(lambda: not pids & {child.pid for child in below(1) if child.state != "Z"})  # a box ends a moment later
    with serving(tmp_path, "--allow-degraded") as served:
        until(lambda: states(database) == {State.GRADED: 60})
        served.stop()
    assert_each_has_one_result(database, submissions)


ENDLESS = b"""
import time
def grad_X(X, W):
    time.sleep(8)
    return X
def grad_W(X, W): return W
"""


def test_serve_second_interruption_ends_at_once(tmp_path: Path) -> None:
    """Whoever presses Ctrl-C twice does not want to wait."""
    with serving(tmp_path, "--allow-degraded", "--jobs", "1") as served:
        database = database_of(tmp_path)
        handed_in(database, 1, ENDLESS)
        until(lambda: states(database)[State.RUNNING] == 1)
        time.sleep(1.0)
        served.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        begun = time.monotonic()
        assert served.stop(signal.SIGINT) == 130
        assert time.monotonic() - begun < 2


def test_serve_no_web_answers_about_health_only(tmp_path: Path) -> None:
    """A replica that grades can be watched as any other; nobody can sign in there, so there is no link."""
    with serving(tmp_path, "--allow-degraded", "--no-web") as served:
        assert served.printed == f"The grader answers at {served.url}\n"
        assert httpx.get(f"{served.url}/readyz").json()["grading"] == "here"
        assert httpx.get(f"{served.url}/v1/assignments").status_code == 404
        database = database_of(tmp_path)
        handed_in(database, 1)
        until(lambda: states(database) == {State.GRADED: 1})


def test_serve_no_grading_takes_and_does_not_grade(tmp_path: Path) -> None:
    """Without a sandbox of its own; others grade."""
    with serving(tmp_path, "--no-grading") as served:
        database = database_of(tmp_path)
        handed_in(database, 1)
        assert httpx.get(f"{served.url}/readyz").json()["grading"] == "nowhere"
        time.sleep(1.0)
        assert Queue(database).counts()[State.QUEUED] == 1
        assert below(served.process.pid) == []


def test_serve_head_in_drops_is_cut_off(tmp_path: Path) -> None:
    """One byte a second holds no connection; who asks in one go is answered meanwhile."""
    with serving(tmp_path, "--no-grading") as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(b"GET /healthz HTTP/1.1\r\n")
            begun = time.monotonic()
            while time.monotonic() - begun < 60:
                try:
                    slow.sendall(b"X")
                except OSError:
                    break
                assert httpx.get(f"{served.url}/healthz").status_code == 200
                time.sleep(1.0)
            assert 15 < time.monotonic() - begun < 50


def test_serve_head_without_end_is_refused(tmp_path: Path) -> None:
    """Before it is all in memory."""
    with serving(tmp_path, "--no-grading") as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as long:
            long.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
            with suppress(OSError):
                for _ in range(1000):
                    long.sendall(b"x" * 10_000)
                    time.sleep(0.001)
                pytest.fail("ten million bytes of a head were taken")
            assert long.recv(20).startswith(b"HTTP/1.1 400 ")
