"""The pages in a real browser: what they look like, what it complains about, and what keys and clicks do.

Screenshots are left in the folder that GRADER_SCREENSHOTS names, to be looked at; otherwise in a temporary one.
"""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.render.html import class_page, learner_page
from grader.summary import summarize
from tests.example_reports import FAILED, MASKLESS, REJECTED, rows_of
from tests.render.test_html import crowd, hostile

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here; Debian: apt-get install chromium"),
]

VIEWS = {
    "light": (1280, 900, "light", "screen"),
    "dark": (1280, 900, "dark", "screen"),
    "print": (794, 1123, "dark", "print"),
    "phone": (390, 844, "light", "screen"),
}
"""Width, height, colour scheme and medium; paper stays white, whatever the scheme."""


class Browser:
    """A headless Chromium with one page, spoken to over a pipe in its own protocol."""

    def __init__(self, profile: Path) -> None:
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self._read = b""
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []
        """What was written to the console, logged as an error, or raised."""
        assert CHROMIUM is not None
        # Chromium reads commands from descriptor 3 and writes answers to 4.
        shell = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        self._process = subprocess.Popen(
            [
                "bash", "-c", shell, CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
                f"--user-data-dir={profile}", "about:blank",
            ],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(commands)
        os.close(answers)
        self._session: str | None = None
        pages = [one for one in self.ask("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        attached = self.ask("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.requests: list[str] = []

    def close(self) -> None:
        with suppress(OSError, AssertionError):
            self.ask("Browser.close")
        os.close(self._commands)
        os.close(self._answers)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command and its answer."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def show(self, page: Path, *, width: int, height: int, scheme: str, medium: str) -> None:
        """Open a page and wait until it is there."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        scheme_feature = {"name": "prefers-color-scheme", "value": scheme}
        self.ask("Emulation.setEmulatedMedia", media=medium, features=[scheme_feature])
        self.ask("Page.navigate", url=page.as_uri())
        deadline = time.monotonic() + 30
        while self.run("document.readyState + location.href") != f"complete{page.as_uri()}":
            assert time.monotonic() < deadline, "the page does not load"
            time.sleep(0.02)

    def run(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """A key, as from a keyboard."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        facts = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **facts)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **facts)

    def screenshot(self, most: int = 4000) -> bytes:
        """The whole page as PNG, or the top of it."""
        height = min(self.run("document.documentElement.scrollHeight"), most)
        width = self.run("document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        answer = self.ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._answers], [], [], 60)
            assert ready, "the browser does not answer"
            data = os.read(self._answers, 1 << 20)
            assert data, "the browser has ended"
            self._read += data
        line, _, self._read = self._read.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        facts = message.get("params", {})
        match message.get("method"):
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(facts))
            case "Log.entryAdded":
                self.complaints.append(facts["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(facts["request"]["url"])
        return message


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all."""
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with its pages as `grade` lays them out."""
    folder = tmp_path_factory.mktemp("reports")
    reports = [*crowd(60), MASKLESS, REJECTED, FAILED]
    (folder / "index.html").write_bytes(class_page(rows_of(reports), summarize(rows_of(reports))))
    for report in reports:
        (folder / f"{report.submission.learner}.html").write_bytes(learner_page(report))
    (folder / "hostile.html").write_bytes(learner_page(hostile()))
    (folder / "hostile class.html").write_bytes(
        class_page(rows_of([hostile()] * 2), summarize(rows_of([hostile()] * 2)))
    )
    return folder


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    named = os.environ.get("GRADER_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["index", "learner_00009", "learner_00003", "cyd"])
def test_page_fits_and_nothing_complains(browser: Browser, pages: Path, album: Path, name: str, view: str) -> None:
    """By day, by night, on paper and on a phone: legible, no wider than the screen, silent console, no request."""
    width, height, scheme, medium = VIEWS[view]
    browser.complaints.clear()
    browser.requests.clear()
    browser.show(pages / f"{name}.html", width=width, height=height, scheme=scheme, medium=medium)
    picture = browser.screenshot()
    (album / f"{name}-{view}.png").write_bytes(picture)
    assert len(picture) > 10_000
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
    background = "rgb(19, 22, 26)" if view == "dark" else "rgb(255, 255, 255)" if view == "print" else None
    if background:
        assert browser.run("getComputedStyle(document.body).backgroundColor") == background
    assert browser.run(FAINT) == []


FAINT = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const v = c[i] / 255;
    return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = new Set();
  for (const node of document.body.querySelectorAll("*")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
    if (!own || !node.checkVisibility() || ["SCRIPT", "STYLE", "title", "desc"].includes(node.tagName)) continue;
    const style = getComputedStyle(node);
    const a = light(rgb(node.tagName === "text" ? style.fill : style.color)), b = light(behind(node));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.add(`${node.tagName}.${node.className}: ${contrast.toFixed(2)}`);
  }
  return [...faint];
})()"""
"""Elements whose text stands out less from what is behind it than WCAG asks for (AA)."""


def test_hostile_pages_run_nothing(browser: Browser, pages: Path) -> None:
    """Markup in a report is text in the browser too."""
    for name in ("hostile", "hostile class"):
        browser.complaints.clear()
        browser.show(pages / f"{name}.html", width=1280, height=900, scheme="light", medium="screen")
        assert browser.complaints == []
        assert browser.run("document.images.length") == 0
        assert browser.run("document.querySelectorAll('script').length") == (name == "hostile class")


POINTS = "[...document.querySelectorAll('.learners tbody tr')].map(row => row.cells[1].textContent)"


@pytest.fixture
def table(browser: Browser, pages: Path) -> Browser:
    """The page of the class, as it opens."""
    browser.complaints.clear()
    browser.show(pages / "index.html", width=1280, height=900, scheme="light", medium="screen")
    return browser


def test_keyboard_sorts_the_learners(table: Browser) -> None:
    """Tab reaches the buttons; Enter and the space bar sort, up and then down, and what is missing stands last."""
    table.run("document.querySelector('#find').focus()")
    for _ in range(3):
        table.press("Tab", 9)
    assert table.run("document.activeElement.textContent") == "points"
    table.press("Enter", 13)
    upward = table.run(POINTS)
    assert upward[-1] == "–"
    assert upward[:-1] == sorted(upward[:-1], key=float)
    assert _order(table) == [None, "ascending", *[None] * 5]
    table.press(" ", 32)
    downward = table.run(POINTS)
    assert downward == [*sorted(upward[:-1], key=float, reverse=True), "–"]
    assert _order(table) == [None, "descending", *[None] * 5]
    assert table.run("document.activeElement.textContent") == "points"
    assert table.complaints == []


def test_finding_leaves_the_rows_that_have_the_word(table: Browser) -> None:
    """In any cell; how many are left is said, and clearing shows all again."""
    shown = "[...document.querySelectorAll('.learners tbody tr')].filter(row => row.checkVisibility()).length"
    everybody = table.run(shown)
    _type(table, "Syntax")
    assert table.run(shown) == 1
    assert table.run("document.querySelector('output').textContent") == f"1 of {everybody}"
    _type(table, "")
    assert table.run(shown) == everybody == 63


def test_five_thousand_learners_sort_at_once(browser: Browser, tmp_path: Path) -> None:
    """The page of a large class opens, and a click on a column is answered within two seconds."""
    reports = crowd(5000)
    (tmp_path / "index.html").write_bytes(class_page(rows_of(reports), summarize(rows_of(reports))))
    browser.show(tmp_path / "index.html", width=1280, height=900, scheme="light", medium="screen")
    milliseconds = browser.run(
        "(() => { const start = performance.now(); document.querySelectorAll('.learners button')[1].click();"
        " document.body.offsetHeight; return performance.now() - start; })()"
    )
    assert milliseconds < 2000
    points = browser.run(POINTS)
    assert points == sorted(points, key=float)


def _order(table: Browser) -> list[str | None]:
    heads: list[str | None] = table.run(
        "[...document.querySelectorAll('.learners thead th')].map(head => head.getAttribute('aria-sort'))"
    )
    return heads


def _type(table: Browser, text: str) -> None:
    table.run(
        f"(() => {{ const find = document.querySelector('#find'); find.value = {json.dumps(text)};"
        " find.dispatchEvent(new Event('input')); })()"
    )
