"""The pages of a class and of its learners, read back with an HTML parser."""

import builtins
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest

from grader.messages import VERDICT_WORDS
from grader.render.html import class_page, learner_page
from grader.render.html.heat_map import heat_map, names_of, worst_block
from grader.render.html.templating import TONES, source
from grader.report import (
    CaseReport,
    DiagnosisReport,
    ErrorMapReport,
    LmsReport,
    ReasonReport,
    Report,
    WarningReport,
    dump,
    student_view,
)
from grader.summary import summarize
from grader.verdict import VERDICTS
from tests.example_reports import CLASS, MASKLESS, REJECTED, RIGHT, WRONG, case, gradient, report, rows_of

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}$x$"
VOID = {"meta", "link", "input", "img", "br"}


@dataclass
class Node:
    """An element with its attributes and what is in it."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    inside: list["Node | str"] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list["Node"]:
        """Elements of a kind, at any depth; an attribute `class_` is one of its words."""
        return [node for node in self.walk() if node.tag == tag and node.has(attributes)]

    def one(self, tag: str, **attributes: str) -> "Node":
        """The only element of a kind."""
        (node,) = self.all(tag, **attributes)
        return node

    def has(self, attributes: dict[str, str]) -> bool:
        return all(
            value in (self.attributes.get("class") or "").split()
            if name == "class_"
            else self.attributes.get(name) == value
            for name, value in attributes.items()
        )

    def walk(self) -> Iterator["Node"]:
        for node in self.inside:
            if isinstance(node, Node):
                yield node
                yield from node.walk()

    @property
    def text(self) -> str:
        return "".join(node if isinstance(node, str) else node.text for node in self.inside)

    def cells(self) -> list[list[str]]:
        """The texts of a table's body."""
        rows = [row for row in self.one("tbody").inside if isinstance(row, Node)]
        return [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in rows]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        assert len(node.attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> at {self.getpos()} closes something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(page: bytes) -> Node:
    """The page as a tree; every element is closed, and every id is there once."""
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    (root,) = reader.open
    ids = [node.attributes["id"] for node in root.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in root.walk():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set((node.attributes.get(name) or "").split()) <= set(ids)
    return root


def of_class(*reports: Report) -> Node:
    return read(class_page(rows_of(reports), summarize(rows_of(reports))))


def crowd(count: int, wrts: str = "XWY") -> list[Report]:
    """Many learners, among whom every verdict occurs, and mistakes that many make."""
    hidden = [case("correct", name=f"hidden_{n}", visibility="hidden") for n in range(1, 4)]
    right = {wrt: gradient(case("correct"), *hidden, verdict="correct", wrt=wrt) for wrt in wrts}
    found = ErrorMapReport(shape=(10, 4), rows=tuple(tuple((i + j) / 2 for j in range(4)) for i in range(10)))
    made = []
    for number in range(count):
        gradients = dict(right)
        for place, wrt in enumerate(wrts):
            verdict = VERDICTS[(number // (place + 2)) % (len(VERDICTS) - 1)]
            if (number + place) % 3 == 0 and verdict != "correct":
                wrong = verdict == "incorrect"
                facts: dict[str, Any] = {"comparison": WRONG, "error_map": found} if wrong else {}
                code = ("missing_mask", "wrong_sign")[number % 2]
                diagnosis = (DiagnosisReport(code=code, step="H", message="It is wrong.", help="Look at H."),)
                gradients[wrt] = gradient(
                    case(verdict, **facts),
                    *hidden,
                    verdict=verdict,
                    wrt=wrt,
                    diagnosis=diagnosis if wrong else (),
                    fingerprint=f"{code}{wrt}" if wrong else None,
                )
        made.append(report(f"learner_{number:05}", *gradients.values()))
    return made


# ----- a class -----


def test_class_page_says_what_the_summary_says() -> None:
    """Counts and scores on top, and each chart's numbers in a table beside its plot."""
    page = of_class(*CLASS)
    assert page.one("h1").text == "relu"
    assert page.one("head").one("title").text == "relu · class"
    header = page.one("header")
    assert header.all("p")[0].text == "4 submissions: 2 graded, 1 rejected, 1 grader error"
    assert [fact.text for fact in header.all("dd")] == ["1.33 of 4", "0 of 4", "0 of 4", "4 of 4"]
    charts = {chart.one("h2").text: chart for chart in page.all("section", class_="card")}
    assert list(charts) == ["Scores", "How often each gradient is right", "What went wrong", "Mistakes"]
    scores = charts["Scores"].one("table").cells()
    assert (scores[0], scores[9], len(scores)) == (["0–0.4", "2"], ["3.6–4", "1"], 10)
    assert charts["What went wrong"].one("table").cells() == [
        ["incorrect", "1"],
        ["missing", "1"],
        ["grader error", "1"],
    ]
    assert charts["How often each gradient is right"].one("table").cells() == [["W", "1", "3", "33.3 %"]]
    assert charts["Mistakes"].one("table").cells() == [["missing mask", "1"]]


def test_class_page_lists_everybody_with_a_link() -> None:
    """A row for each learner in the order of their ids, with all verdicts; no score is a dash."""
    page = of_class(*reversed(CLASS))
    table = page.one("table", class_="learners")
    assert table.cells() == [
        ["ann", "4", "graded", "correct", ""],
        ["bob", "0", "graded", "incorrect", "missing mask"],
        ["cyd", "0", "syntax error", "missing", ""],
        ["dan", "–", "grader error", "grader error", ""],
    ]
    links = [link.attributes["href"] for link in table.all("a")]
    assert links == ["./ann.html", "./bob.html", "./cyd.html", "./dan.html"]
    assert page.one("ul", class_="names").text == "dan"


def test_pages_have_what_the_lms_says() -> None:
    """Names stand beside ids where an LMS knows them; who is late is called so."""
    lms = LmsReport(format="canvas", id="17", name="Ann <i>", group="Blue", attempt=2, late=True, time="2026-01-02")
    ann = RIGHT.model_copy(update={"submission": RIGHT.submission.model_copy(update={"lms": lms})})
    table = of_class(ann, MASKLESS).one("table", class_="learners")
    assert [head.text for head in table.all("button")] == ["learner", "name", "points", "status", "W", "mistakes"]
    assert [row[:4] for row in table.cells()] == [
        ["ann", "Ann <i>", "4", "graded, late"],
        ["bob", "", "0", "graded"],
    ]
    lines = [line.text for line in read(learner_page(ann)).one("header").all("p", class_="muted")]
    assert lines == ["relu · ann.py", "Ann <i> · Blue · attempt 2 · 2026-01-02 · late"]


def test_class_page_is_sorted_by_buttons() -> None:
    """Every head is a button that the keyboard reaches, and the order there is now is said."""
    heads = of_class(*CLASS).one("table", class_="learners").one("thead").all("th")
    assert [head.one("button").text for head in heads] == ["learner", "points", "status", "W", "mistakes"]
    assert all(head.attributes["scope"] == "col" for head in heads)
    assert [head.attributes.get("aria-sort") for head in heads] == ["ascending", None, None, None, None]


def test_class_page_plots_have_names_and_descriptions() -> None:
    """A plot is an image with a title and a sentence, in the colours of the page, and its texts are texts."""
    for chart in of_class(*CLASS).all("section", class_="card"):
        drawn = chart.one("svg")
        assert drawn.attributes["role"] == "img"
        assert drawn.one("title").text == chart.one("h2").text
        assert drawn.one("desc").text == chart.all("p")[0].text
        assert drawn.all("text")
        styles = " ".join(node.attributes.get("style") or "" for node in drawn.walk())
        assert "var(--" in styles
        assert not re.search(r"#[0-9a-f]{6}", styles.replace("#000000", ""))


def test_class_page_without_the_library_has_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plot is drawn, and the numbers are open at once."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    page = of_class(*CLASS)
    assert page.all("svg") == []
    assert [("open" in details.attributes) for details in page.all("details")] == [True] * 4


def test_class_page_states_identical_answers_as_a_fact() -> None:
    """Who agrees, in what, whether a mistake explains it, and that it proves nothing."""
    mistake = (DiagnosisReport(code="missing_mask", message="The mask is missing."),)
    known = gradient(case("incorrect"), verdict="incorrect", fingerprint="1", diagnosis=mistake)
    strange = gradient(case("incorrect"), verdict="incorrect", wrt="X", fingerprint="2")
    page = of_class(*(report(name, known, strange) for name in ("ann", "bob")))
    section = page.one("section", **{"aria-labelledby": "identical"})
    assert [card.one("h3").text for card in section.all("div", class_="card")] == [
        "grad_W, W: 2 learners",
        "grad_X, X: 2 learners",
    ]
    assert "A known mistake gives this answer: missing mask." in section.text
    assert "No known mistake gives this answer." in section.text
    assert "says nothing about its cause" in section.text
    assert [link.attributes["href"] for link in section.all("a")] == ["./ann.html", "./bob.html"] * 2
    assert "Identical" not in of_class(*CLASS).text


def test_class_page_of_nobody() -> None:
    """No submissions make a page that says so."""
    page = of_class()
    assert page.one("h1").text == "No submissions"
    assert page.all("svg") == []


def test_class_page_of_reports_with_fewer_gradients_has_whole_rows() -> None:
    """A report that lists less leaves its cells empty."""
    two = report("ann", gradient(case("correct"), verdict="correct"), gradient(verdict="correct", wrt="X"))
    table = of_class(two, report("bob")).one("table", class_="learners")
    assert table.cells() == [["ann", "8", "graded", "correct", "correct"], ["bob", "0", "graded", "", ""]]


def test_class_page_is_the_same_every_time() -> None:
    """Whatever the order of reports."""
    reports = crowd(50)
    page = class_page(rows_of(reports), summarize(rows_of(reports)))
    assert page == class_page(rows_of(reports[::-1]), summarize(rows_of(reports[::-1])))


def test_class_page_of_five_thousand_is_small_and_quick() -> None:
    """Under 3 MB, and made in less than 3 seconds."""
    learners = rows_of(crowd(5000))
    summary = summarize(learners)
    start = time.process_time()
    page = class_page(learners, summary)
    assert time.process_time() - start < 3
    assert len(page) < 3_000_000


# ----- a learner -----


def test_learner_page_says_what_the_report_says() -> None:
    """Verdicts, the mistake, the first wrong case with its worst element, warnings, output and all cases."""
    page = read(learner_page(MASKLESS))
    assert page.one("h1").text == "bob"
    assert [fact.text for fact in page.one("header").all("dd")] == ["0 of 4", "graded"]
    gradients, cases = page.all("table")
    assert gradients.cells() == [["W", "grad_W", "incorrect", "0 of 4", "0 of 2"]]
    card = page.one("article")
    assert card.one("h3").text == "grad_W, W: incorrect"
    assert [line.text for line in card.all("p", class_="text")] == [
        "The mask is missing.",
        "Look at H.",
        "7 of 16 elements differ; the worst is at (0, 3): got 2.5, expected 4.",
    ]
    assert [fact.text.strip() for fact in card.all("dd")] == ["(0, 3)", "2.5", "4", "7 of 16", "1.5 relative 0.2"]
    assert page.one("li").text == "bob.py mentions autograd."
    assert page.one("pre").text.lstrip("\n") == "W = 1.25\n"
    assert [row[1:4] for row in cases.cells()] == [
        ["handout", "7", "incorrect"],
        ["hidden-1 (hidden)", "7", "raised an error"],
    ]
    assert page.one("p", class_="note").text == "For staff: hidden cases are shown with their numbers."
    assert page.one("p", class_="back").one("a").attributes["href"] == "index.html"


def test_learner_page_of_the_students_view_gives_nothing_away() -> None:
    """What the view leaves out is not on the page, nor is the note to the staff."""
    page = read(learner_page(student_view(MASKLESS), index=None))
    assert page.all("p", class_="note") == []
    assert page.all("p", class_="back") == []
    assert "1.25" not in page.one("body").text
    assert "An exception was raised." in page.text


def test_learner_page_of_a_rejected_submission_has_the_reason() -> None:
    """Why, and in which line; the gradients are listed as missing."""
    page = read(learner_page(REJECTED))
    assert page.one("p", class_="bad").text == "The file is not valid Python: invalid syntax (line 2)"
    assert page.one("table").cells() == [["W", "grad_W", "missing", "0 of 4", "0 of 1"]]


def test_learner_page_maps_the_errors() -> None:
    """A table of coloured numbers with indices, in which the worst element is marked in words too."""
    table = read(
        learner_page(report("ann", gradient(mapped((2, 2), (0.0, 0.3), (1.0, 7.5)), verdict="incorrect")))
    ).one("table", class_="heat")
    assert [head.text for head in table.one("thead").all("th")] == ["0", "1"]
    assert table.cells() == [["0", "0", "0.3"], ["1", "1.0", "7.5 worst"]]
    assert [cell.attributes["class"] for cell in table.one("tbody").all("td")] == ["h0", "h1", "h1", "h6 worst"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_a_page(verdict: Any) -> None:
    """Its word stands on the page, in the tone that says whose matter it is."""
    page = read(learner_page(report("ann", gradient(case(verdict), verdict=verdict))))
    assert page.all("table")[0].cells()[0][2] == VERDICT_WORDS[verdict]
    assert page.all("table")[0].all("td")[1].attributes["class"] == TONES[verdict]


def test_learner_page_is_the_same_whatever_the_time() -> None:
    """How long grading took is in the report, not on the page."""
    slow = MASKLESS.model_copy(update={"timing": {"wall_seconds": 9.0}})
    assert learner_page(slow) == learner_page(MASKLESS)
    assert learner_page(Report.model_validate_json(dump(MASKLESS))) == learner_page(MASKLESS)


def test_learner_pages_are_quick() -> None:
    """Under 2 milliseconds each, so that they cost less than grading."""
    reports = crowd(500)
    learner_page(reports[0])
    start = time.process_time()
    for one in reports:
        learner_page(one)
    assert (time.process_time() - start) / len(reports) < 0.002


# ----- the map of errors -----


def mapped(shape: tuple[int, ...], *rows: tuple[float, ...], worst: tuple[int, ...] | None = None) -> CaseReport:
    """An incorrect case with this map; the worst element is the last one by default."""
    index = worst if worst is not None else tuple(length - 1 for length in shape)
    comparison = WRONG.model_copy(update={"worst_index": index})
    return case("incorrect", comparison=comparison, error_map=ErrorMapReport(shape=shape, rows=rows))


def test_names_of_blocks_hold_every_index_once() -> None:
    """As the comparison cuts them."""
    assert list(names_of(3, 3)) == ["0", "1", "2"]
    assert list(names_of(5, 2)) == ["0–1", "2–4"]
    for length in (17, 40, 4096):
        blocks = [[int(index) for index in name.split("–")] for name in names_of(length, 16)]
        assert [index for block in blocks for index in range(block[0], block[-1] + 1)] == list(range(length))


def test_worst_block_is_the_one_with_the_element() -> None:
    """Also in a vector, and in an array that is larger than its map."""
    large = ErrorMapReport(shape=(40, 3), rows=((0.0,) * 3,) * 16)
    names = list(names_of(40, 16))
    for index in range(40):
        found = worst_block(large, (index, 2))
        assert found is not None
        first, _, last = names[found[0]].partition("–")
        assert int(first) <= index <= int(last or first)
        assert found[1] == 2
    vector = ErrorMapReport(shape=(3,), rows=((0.0, 1.0, 2.0),))
    assert worst_block(vector, (2,)) == (0, 2)
    assert worst_block(vector, None) is None
    assert worst_block(vector, (0, 0)) is None


def test_no_map_where_the_report_has_none() -> None:
    """Most reports have none."""
    assert heat_map(case("raised")) is None
    assert heat_map(mapped((2,), (0.0, 1.0))) is not None


# ----- hostile text -----


def hostile() -> Report:
    """A report with markup wherever a student or a teacher has a say."""
    wrong = case("raised", name=EVIL, exception=EVIL, text=EVIL, line=1, what=EVIL, file=EVIL)
    found = (DiagnosisReport(code=EVIL, step=EVIL, message=EVIL, help=EVIL),)
    names = {"problem": EVIL, "function": EVIL, "wrt": EVIL}
    return report(
        EVIL,
        gradient(wrong, verdict="raised", diagnosis=found, fingerprint="1", **names),
        stdout=EVIL,
        warnings=(WarningReport(code=EVIL, message=EVIL),),
        environment={EVIL: EVIL},
    )


def test_pages_show_hostile_text_as_text() -> None:
    """No element and no attribute comes from a report: the same tags as for a harmless one, and the text is there."""
    one = hostile()
    again = one.model_copy(update={"submission": one.submission.model_copy(update={"learner": f"{EVIL}2"})})
    page = of_class(one, again)
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert not [name for node in page.walk() for name in node.attributes if name.startswith("on")]
    assert EVIL in page.one("table", class_="learners").text
    drawn = page.all("svg")[1]
    assert "</script>" in drawn.text
    own = read(learner_page(one))
    assert (own.all("script"), own.all("img")) == ([], [])
    assert own.text.count(EVIL) >= 12
    rejected = read(learner_page(REJECTED.model_copy(update={"reason": ReasonReport(code="not_text", message=EVIL)})))
    assert EVIL in rejected.text
    assert rejected.all("script") == []


@pytest.mark.parametrize("learner", ["javascript:alert(1)", "//host/x", "a b", "zoë", "100%", "x?y#z", '"'])
def test_links_lead_to_the_file_beside_and_nowhere_else(learner: str) -> None:
    """Whatever an id looks like, it is a name of a file."""
    link = of_class(report(learner, gradient(verdict="correct"))).one("table", class_="learners").one("a")
    href = link.attributes["href"]
    assert href is not None
    assert re.fullmatch(r"\./[\w.%~-]+\.html", href)
    assert unquote(href) == f"./{learner}.html"


def test_pages_load_and_run_nothing_from_outside() -> None:
    """The policy allows the one script there is, by its hash, and no address leads anywhere but to files beside."""
    page = class_page(rows_of(CLASS), summarize(rows_of(CLASS)))
    root = read(page)
    policy = root.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"] or ""
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]+'; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )
    assert root.one("script").text == source("sort.js")
    for text in (page.decode(), learner_page(MASKLESS).decode()):
        assert set(re.findall(r"https?://[^\"' )]*", text)) <= {"http://www.w3.org/1999/xlink"}
        assert "@import" not in text
        assert not re.search(r"url\((?!#)", text)


def test_json_and_page_have_the_same_verdicts() -> None:
    """What a page shows is what its report says."""
    for one in crowd(30):
        shown = [row[2] for row in read(learner_page(one)).all("table")[0].cells()]
        assert shown == [VERDICT_WORDS[found["verdict"]] for found in json.loads(dump(one))["gradients"]]


def test_right_learner_has_nothing_to_read() -> None:
    """Full marks: no section on what is wrong."""
    assert "What is wrong" not in read(learner_page(RIGHT)).text
