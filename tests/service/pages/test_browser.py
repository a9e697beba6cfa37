"""The pages of the running service in a real browser: from an empty folder to full points, by mouse and by keys.

Screenshots are left in the folder that GRADER_SCREENSHOTS names, to be looked at; otherwise in a temporary one.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.service.serving import serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROOT = Path(__file__).parents[3]
ASSIGNMENT = ROOT / "assignments" / "relu_frobenius.yaml"
WORK = ROOT / "submissions" / "relu_frobenius"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here; Debian: apt-get install chromium"),
    pytest.mark.skipif(sys.platform != "linux", reason="the service grades on Linux"),
]

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
}
PATIENCE = 90_000
"""Milliseconds until something is graded, or proven, on a machine that has other things to do."""
expect.set_options(timeout=PATIENCE / 3)


@dataclass
class Visit:
    """Somebody's browser; whatever it complains about is kept."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str, status: int = 200) -> Page:
        """Open a page of the service."""
        before = len(self.complaints)
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == status, (path, answer.status)
        if status != 200:
            del self.complaints[before:]  # a browser complains of the status itself
        return self.page


@dataclass(frozen=True)
class Grader:
    """The service that runs, and the link that its first start printed."""

    address: str
    link: str
    browser: Browser
    screenshots: Path

    def visit(self, view: str = "light", **more: Any) -> Visit:
        """A browser without cookies."""
        context = self.browser.new_context(**{"locale": "en", **VIEWS[view], **more})
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        visit = Visit(context, page, self.address)
        page.on("console", lambda said: visit.complaints.append(f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: visit.complaints.append(f"{page.url}: {error}"))
        return visit

    def sign_in(self, link: str, view: str = "light", **more: Any) -> Visit:
        """Press the button that a link leads to."""
        visit = self.visit(view, **more)
        visit.page.goto(link)
        visit.page.get_by_role("button", name="Sign in").click()
        return visit


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """The service as an operator starts it, in an empty folder."""
    folder = tmp_path_factory.mktemp("service")
    chosen = os.environ.get("GRADER_SCREENSHOTS")
    screenshots = Path(chosen) if chosen else folder / "screenshots"
    screenshots.mkdir(parents=True, exist_ok=True)
    with (
        serving(folder, "--allow-degraded", "--jobs", "1") as served,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS)) as browser,
    ):
        link = re.search(r"http://\S+/sign-in\?token=\S+", served.printed)
        assert link is not None, served.printed
        yield Grader(served.url, link[0], browser, screenshots)


@dataclass(frozen=True)
class Course:
    """What the first test has made, for those after it."""

    teacher: Visit
    ada: Visit
    wrong: str
    right: str


@pytest.fixture(scope="module")
def course(grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """From an empty folder to full points, with nothing but the browser."""
    teacher = grader.sign_in(grader.link)
    page = teacher.page
    page.get_by_label("The assignment, as YAML").set_input_files(ASSIGNMENT)
    page.get_by_role("button", name="Prove and publish").click()
    expect(page.get_by_text("The assignment was published.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("proven", exact=True).first).to_be_visible()

    teacher.go("/staff/classes")
    page.get_by_label("Title").fill("Optimisation")
    page.get_by_label("Short name, for addresses").fill("opt")
    page.get_by_role("button", name="Make the class").click()
    roster = tmp_path_factory.mktemp("roster") / "roster.csv"
    roster.write_text("login,name,mail\nada,Ada Example,ada@example.org\nbob,Bob <i>Example</i>,\n", encoding="utf-8")
    page.get_by_label("A table as CSV").set_input_files(roster)
    page.get_by_role("button", name="Take the roster").click()
    expect(page.get_by_text("2 are new in the class: Ada Example, Bob <i>Example</i>")).to_be_visible()
    page.get_by_role("button", name="Sign-in link for Ada Example").click()
    link = page.locator("#secret").inner_text()

    ada = grader.sign_in(link)
    learner = ada.page
    learner.get_by_role("link", name="ReLU and the Frobenius norm").click()
    learner.get_by_label("A file or several").set_input_files(WORK / "bob_missing_mask.py")
    expect(learner.get_by_text("Chosen: bob_missing_mask.py")).to_be_visible()
    learner.get_by_role("button", name="Hand in the files").click()
    expect(learner.get_by_text("dW is right except that the mask of H is missing.")).to_be_visible(timeout=PATIENCE)
    expect(learner.locator("#said")).to_have_text("Graded: 2 of 10 points.")
    expect(learner.locator("table.heat").first).to_be_visible()
    wrong = learner.url.removeprefix(grader.address)

    learner.get_by_role("link", name="Hand in again").click()
    learner.get_by_label("Or write it here").fill((WORK / "alice_right.py").read_text(encoding="utf-8"))
    learner.get_by_role("button", name="Hand in what is written").click()
    expect(learner.locator("#said")).to_have_text("Graded: 10 of 10 points.", timeout=PATIENCE)
    expect(learner.get_by_role("heading", name="What is wrong")).to_have_count(0)
    right = learner.url.removeprefix(grader.address)
    ada.go("/")
    expect(learner.get_by_text("10 of 10")).to_be_visible()
    return Course(teacher, ada, wrong, right)


def learners_pages(course: Course) -> dict[str, str]:
    """What a learner sees, by a name for the screenshot."""
    return {
        "home": "/",
        "sheet": "/assignments/relu_frobenius",
        "result": course.wrong,
        "right": course.right,
    }


def staff_pages(course: Course) -> dict[str, str]:
    """What the staff sees."""
    page = course.teacher.go("/staff/assignments/relu_frobenius")
    learner = page.get_by_role("link", name="Ada Example").get_attribute("href")
    assert learner is not None
    return {
        "staff": "/staff",
        "assignment": "/staff/assignments/relu_frobenius",
        "found": "/staff/assignments/relu_frobenius/gradients/W",
        "text": "/staff/assignments/relu_frobenius/text",
        "rules": "/staff/assignments/relu_frobenius/rules",
        "learner": learner,
        "work": f"/staff{course.wrong}",
        "classes": "/staff/classes",
        "class": "/staff/classes/opt",
        "queue": "/staff/queue",
        "people": "/staff/people",
        "access": "/staff/access",
        "audit": "/staff/audit",
    }


def test_whole_way_leaves_no_complaint(course: Course) -> None:
    """No error in the console, nothing that the policy had to forbid."""
    assert course.teacher.complaints == []
    assert course.ada.complaints == []


@pytest.mark.parametrize("view", VIEWS)
def test_pages_have_nothing_that_axe_finds(grader: Grader, course: Course, view: str) -> None:
    """For those who cannot see, in light and dark and on a phone, where nothing is wider than the screen either."""
    axe = Axe()
    nobody = grader.visit(view)
    visits = [(nobody, {"sign-in": "/sign-in?token=x", "ask": "/sign-in", "missing": "/nothing"})]
    for who, pages in ((course.ada, learners_pages(course)), (course.teacher, staff_pages(course))):
        visit = grader.visit(view)
        visit.context.add_cookies(who.context.cookies())  # type: ignore[arg-type]
        visits.append((visit, pages))
    found: list[str] = []
    for visit, pages in visits:
        for name, path in pages.items():
            page = visit.go(path, 404 if path == "/nothing" else 200)
            page.screenshot(path=grader.screenshots / f"{view}-{name}.png", full_page=True)
            for violation in axe.run(page).response["violations"]:
                nodes = [node["html"] for node in violation["nodes"]]
                found.append(f"{view} {path}: {violation['id']} ({violation['impact']}): {nodes}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{view} {path}: wider than the screen")
        found += visit.complaints
        visit.context.close()
    assert not found, "\n".join(found)


def test_what_is_planted_is_found(grader: Grader) -> None:
    """Else the tests around this one would find nothing anywhere."""
    visit = grader.visit()
    page = visit.go("/sign-in")
    assert visit.complaints == []
    page.evaluate("document.querySelector('main').innerHTML = '<img src=\"data:,\">'")
    assert "image-alt" in [violation["id"] for violation in Axe().run(page).response["violations"]]
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'ran = 1' }))")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert page.evaluate("typeof ran") == "undefined"
    assert len([said for said in visit.complaints if "Content Security Policy" in said]) >= 2
    visit.context.close()


def test_hand_in_by_keys_alone(grader: Grader, course: Course) -> None:
    """From the top of the page into the field and out of it: Tab passes by, indents while one writes, and lets go."""
    visit = grader.visit()
    visit.context.add_cookies(course.ada.context.cookies())  # type: ignore[arg-type]
    page = visit.go("/assignments/relu_frobenius")
    focused = "document.activeElement.id || document.activeElement.textContent.trim()"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    seen: list[str] = []
    while (at := page.evaluate(focused)) != "code":
        seen.append(at)
        assert len(seen) < 60, seen
        page.keyboard.press("Tab")
    assert "Hand in" in seen
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Hand in what is written", "who passes by is not held"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("def grad_W(X, W, Y):")
    page.keyboard.press("Enter")
    page.keyboard.type("return X")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.value") == "def grad_W(X, W, Y):\nreturn X    "
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Hand in what is written"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What became of number 3")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#said")).to_contain_text("Graded:", timeout=PATIENCE)
    assert visit.complaints == []
    visit.context.close()


def test_file_dropped_on_the_page_is_chosen(grader: Grader, course: Course) -> None:
    """Anywhere; nothing is sent before the button is pressed, and that has the focus."""
    visit = grader.visit()
    visit.context.add_cookies(course.ada.context.cookies())  # type: ignore[arg-type]
    page = visit.go("/assignments/relu_frobenius")
    dropped = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File(['x = 1'], 'dropped.py')); return all; }"
    )
    page.dispatch_event("h1", "dragenter", {"dataTransfer": dropped})
    assert "dropping" in (page.locator("body").get_attribute("class") or "")
    page.dispatch_event("h1", "drop", {"dataTransfer": dropped})
    expect(page.get_by_text("Chosen: dropped.py")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Hand in the files"
    assert page.evaluate("document.querySelector('#files').files[0].name") == "dropped.py"
    visit.context.close()


def test_file_chosen_before_the_script_came_is_named(grader: Grader, course: Course) -> None:
    """On a slow line people are quicker than scripts."""
    visit = grader.visit()
    visit.context.add_cookies(course.ada.context.cookies())  # type: ignore[arg-type]
    page = visit.page
    held: list[Route] = []
    page.route("**/drop*.js*", lambda route: held.append(route))  # noqa: PLW0108 — it wants a function
    page.goto(f"{grader.address}/assignments/relu_frobenius", wait_until="commit")
    page.get_by_label("A file or several").set_input_files(WORK / "bob_missing_mask.py")
    assert page.get_by_text("Chosen:").count() == 0
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_text("Chosen: bob_missing_mask.py")).to_be_visible()
    visit.context.close()


def test_pages_work_without_scripts(grader: Grader, course: Course) -> None:
    """Handing in, waiting and reading; times are in UTC then."""
    visit = grader.visit(java_script_enabled=False)
    visit.context.add_cookies(course.ada.context.cookies())  # type: ignore[arg-type]
    page = visit.go("/assignments/relu_frobenius")
    expect(page.get_by_text("UTC").first).to_be_visible()
    page.get_by_label("Or write it here").fill("x = 1\n")
    page.get_by_role("button", name="Hand in what is written").click()
    expect(page.get_by_role("heading", name="What is wrong")).to_be_visible(timeout=PATIENCE)
    visit.context.close()


def test_staff_finds_who_made_a_mistake_regrades_and_overrides(grader: Grader, course: Course) -> None:
    """From the numbers of the class to one grade, which the learner then sees with its reason."""
    ada = course.ada
    ada.go("/assignments/relu_frobenius")
    ada.page.get_by_label("Or write it here").fill((WORK / "bob_missing_mask.py").read_text(encoding="utf-8"))
    page = course.teacher.go("/staff/assignments/relu_frobenius")
    page.get_by_role("link", name="Ada Example").click()
    page.get_by_role("link", name="Number 1", exact=True).click()
    expect(page.get_by_text("bob_missing_mask.py")).to_be_visible()
    page.get_by_role("button", name="Grade again").click()
    expect(page.get_by_text("It will be graded once more.")).to_be_visible()
    for _ in range(60):
        if page.get_by_role("heading", name="What this grading changed").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.get_by_text("Nothing.")).to_be_visible()
    page.get_by_role("link", name="Set the grade").click()
    page.get_by_label("Points").fill("9.5")
    page.get_by_label("Reason").fill("Explained at the blackboard.")
    page.get_by_role("button", name="Set the grade").click()
    expect(page.get_by_text("The grade was set.")).to_be_visible()
    ada.go("/assignments/relu_frobenius")
    expect(ada.page.get_by_text("Explained at the blackboard.")).to_be_visible()
    expect(ada.page.get_by_text("9.5")).to_be_visible()
    assert course.teacher.complaints == []


def test_one_of_the_staff_is_removed_by_a_second_press(grader: Grader, course: Course) -> None:
    """The first one only asks, on a phone too."""
    course.teacher.go("/staff/people")
    course.teacher.page.get_by_label("Name").fill("B. Assistant")
    course.teacher.page.get_by_role("button", name="Make a link").click()
    visit = grader.visit("phone")
    visit.context.add_cookies(course.teacher.context.cookies())  # type: ignore[arg-type]
    page = visit.go("/staff/people")
    last = page.get_by_role("button", name="Remove B. Assistant for good")
    expect(last).to_be_hidden()
    page.get_by_label("Remove B. Assistant", exact=True).click()
    expect(last).to_be_visible()
    page.screenshot(path=grader.screenshots / "phone-remove.png", full_page=True)
    assert Axe().run(page).response["violations"] == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    last.click()
    expect(page.get_by_text("Removed from the staff.")).to_be_visible()
    expect(page.get_by_text("B. Assistant")).to_have_count(0)
    assert visit.complaints == []
    visit.context.close()


def test_upload_shows_that_it_is_worked_on(grader: Grader, course: Course) -> None:
    """From the moment it is sent until the next page; it cannot be sent twice meanwhile, and later again."""
    page = course.teacher.go("/staff")
    status, button = page.locator("form [role=status]"), page.get_by_role("button", name="Prove and publish")
    expect(status).to_have_text("")
    expect(status).not_to_have_class("working")
    page.route("**/staff/assignments", lambda route: route.fulfill(status=204))  # the browser stays where it is
    page.get_by_label("The assignment, as YAML").set_input_files(ASSIGNMENT)
    button.click(no_wait_after=True)
    expect(status).to_have_text("It is being proved. Leave this page open until the next one comes.")
    expect(status).to_have_class("working")
    expect(button).to_be_disabled()
    page.unroute("**/staff/assignments")
    course.teacher.go("/staff")
    expect(button).to_be_enabled()
    expect(status).to_have_text("")
    assert course.teacher.complaints == []


def test_due_date_is_entered_in_the_readers_zone(grader: Grader, course: Course) -> None:
    """And kept in UTC."""
    visit = grader.visit(timezone_id="Asia/Shanghai")
    visit.context.add_cookies(course.teacher.context.cookies())  # type: ignore[arg-type]
    page = visit.go("/staff/assignments/relu_frobenius/rules")
    expect(page.get_by_text("Asia/Shanghai").first).to_be_visible()
    page.get_by_label("Due", exact=True).fill("2030-01-02T03:04")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rules were saved.")).to_be_visible()
    assert page.locator("time[datetime='2030-01-01T19:04:00+00:00']").count() == 1
    visit.go("/staff/assignments/relu_frobenius/rules")
    assert page.get_by_label("Due", exact=True).input_value() == "2030-01-02T03:04"
    visit.context.close()


def test_page_speaks_chinese(grader: Grader, course: Course) -> None:
    """As the browser asks for, and as the switch in the foot says."""
    visit = grader.visit(locale="zh-CN")
    visit.context.add_cookies(course.ada.context.cookies())  # type: ignore[arg-type]
    page = visit.go("/")
    expect(page.get_by_role("heading", name="作业")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Assignments")).to_be_visible()
    visit.go("/")
    expect(page.get_by_role("heading", name="Assignments")).to_be_visible()
    visit.context.close()
