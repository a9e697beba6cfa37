"""Every example submission against the table of what should become of it, and the reports that learners get.

    submissions/<assignment>/*.py ─ grade ─▶ Report ─┬─ status, verdicts, score, warnings = golden/submissions.json
                                                     └─ whole report = golden/reports/<assignment>/<learner>.json,
                                                        in Chinese golden/reports_zh-CN/...

After a change that is meant, renew the golden reports with GOLDEN_RENEW=1 in the environment, and read their diff. The
table is written by hand.
"""

import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.assignment import Assignment
from grader.assignment_file import load
from grader.grading import grade
from grader.intake import Submission, collect
from grader.language import Language, speaking
from grader.preparation import Prepared, prepare, wanted
from grader.report import Report, dump, labels
from grader.sandbox import OpenSandbox, open_sandbox
from grader.verdict import VERDICTS

HERE = Path(__file__).parent
ROOT = HERE.parent
SUBMISSIONS = ROOT / "submissions"
GOLDEN = HERE / "golden"
REPORTS = {Language.en: GOLDEN / "reports", Language.zh_cn: GOLDEN / "reports_zh-CN"}
SAMPLES = HERE / "samples"

TABLE: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads((GOLDEN / "submissions.json").read_text())
"""For each assignment and file what should become of it; `large` says what the large case changes."""

ROWS = [(assignment, file) for assignment, files in TABLE.items() for file in files]
LARGE = [(assignment, file) for assignment, file in ROWS if assignment == "matrix_chain_rule"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[OpenSandbox]:
    """One sandbox for all."""
    with open_sandbox("torch") as opened:
        yield opened


@cache
def _assignment(name: str) -> Assignment:
    return load(ROOT / "assignments" / f"{name}.yaml")


@cache
def _prepared(name: str, large: bool = False) -> Prepared:
    """The assignment, its slow case left out unless it is wanted."""
    assignment = _assignment(name)
    problems = tuple(
        problem
        if problem.cases is None
        else problem.model_copy(update={"cases": tuple(c for c in problem.cases if large or c.name != "large")})
        for problem in assignment.problems
    )
    return prepare(assignment.model_copy(update={"problems": problems}))


@cache
def _submissions(name: str, language: Language = Language.en) -> Mapping[str, Submission]:
    """The submissions of a folder by the name of their file."""
    with speaking(language):
        found = collect([SUBMISSIONS / name], wanted(_assignment(name)))
    return {submission.files[0]: submission for submission in found}


def _outcome(report: Report) -> dict[str, Any]:
    """A report as the table tells it; what is the usual is left out."""
    verdicts = {label: one.verdict for label, one in zip(labels(report.gradients), report.gradients, strict=True)}
    outcome: dict[str, Any] = {"verdicts": verdicts, "score": report.score}
    if report.reason is not None:
        outcome["rejected"] = report.reason.code
    if report.warnings:
        outcome["warnings"] = sorted({warning.code for warning in report.warnings})
    return outcome


# ----- the table -----


@pytest.mark.parametrize(("assignment", "file"), ROWS)
def test_submission_gets_what_the_table_says(assignment: str, file: str, sandbox: OpenSandbox) -> None:
    """Verdict of each gradient, score and warnings."""
    report = grade(_prepared(assignment), _submissions(assignment)[file], {"torch": sandbox})
    expected = {key: value for key, value in TABLE[assignment][file].items() if key != "large"}
    assert _outcome(report) == expected
    assert report.status == ("rejected" if "rejected" in expected else "graded")


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "file"), LARGE)
def test_large_case_tells_closed_forms_from_jacobians(assignment: str, file: str, sandbox: OpenSandbox) -> None:
    """In the large case two products pass, a Jacobian does not fit, and Python loops do not end in time."""
    report = grade(_prepared(assignment, large=True), _submissions(assignment)[file], {"torch": sandbox})
    row = dict(TABLE[assignment][file])
    changes = row.pop("large", {})
    assert _outcome(report) == {**row, **changes}


def test_table_lists_every_submission() -> None:
    """No file without a row, and no row without a file."""
    files = {
        folder.name: {path.name for path in folder.iterdir() if path.suffix == ".py"}
        for folder in SUBMISSIONS.iterdir()
        if folder.is_dir()
    }
    assert files == {assignment: set(rows) for assignment, rows in TABLE.items()}
    assert set(files) == {path.stem for path in (ROOT / "assignments").glob("*.yaml")}


def test_every_assignment_has_right_and_wrong_examples() -> None:
    """A name that says right has full marks and no other one has; each assignment has at least four."""
    for assignment, rows in TABLE.items():
        full = _prepared(assignment).max_score
        for file, row in rows.items():
            score = {**row, **row.get("large", {})}["score"]
            assert ("right" in file.split("_")[1]) == (score == full), file
        assert len(rows) >= 4
        assert any("_right" in file for file in rows)


# ----- one sample for each verdict -----


def _samples() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(SAMPLES.glob("*/*__*.py")):
        if (ROOT / "assignments" / f"{path.parent.name}.yaml").exists():
            found.append((path.parent.name, path.name, path.stem.rpartition("__")[2]))
    return found


@cache
def _hurried(name: str) -> Prepared:
    """The assignment with limits that a test can wait for."""
    assignment = _assignment(name)
    problems = tuple(
        problem.model_copy(
            update={"limits": problem.limits.model_copy(update={"cpu_seconds": 0.5, "wall_seconds": 2.0})}
        )
        for problem in assignment.problems
    )
    return prepare(assignment.model_copy(update={"problems": problems}))


@pytest.mark.parametrize(("assignment", "file", "verdict"), _samples())
def test_sample_gets_the_verdict_in_its_name(assignment: str, file: str, verdict: str, sandbox: OpenSandbox) -> None:
    """The gradients that a sample defines get its verdict, and the others are missing."""
    (submission,) = collect([SAMPLES / assignment / file], wanted(_assignment(assignment)))
    report = grade(_hurried(assignment), submission, {"torch": sandbox})
    source = (SAMPLES / assignment / file).read_text()
    defined = {one.function for one in report.gradients if re.search(rf"^def {one.function}\(", source, re.MULTILINE)}
    assert defined or verdict == "missing"
    for one in report.gradients:
        assert one.verdict == (verdict if one.function in defined else "missing"), one.cases[0].message


def test_there_is_a_sample_of_every_verdict() -> None:
    """Every verdict that a student can get has a sample that gets it."""
    assert {verdict for _, _, verdict in _samples()} == set(VERDICTS) - {"grader_error"}


# ----- whole reports -----


@pytest.mark.parametrize(
    ("language", "assignment", "learner"),
    [
        (language, path.parent.name, path.stem)
        for language, folder in REPORTS.items()
        for path in sorted(folder.glob("*/*.json"))
    ],
)
def test_report_is_the_golden_one(language: Language, assignment: str, learner: str, sandbox: OpenSandbox) -> None:
    """The same bytes, outside timing, environment and isolation, on the kind of machine that made them.

    Other processors and versions round sums in another way: there numbers are compared to nine digits.
    """
    path = REPORTS[language] / assignment / f"{learner}.json"
    with speaking(language):
        dumped = _report_bytes(assignment, learner, sandbox)
    found = json.loads(dumped)
    assert dumped == _bytes(found)
    if os.environ.get("GOLDEN_RENEW"):
        path.write_bytes(_fixed(found, environment=_machine()))
    golden = json.loads(path.read_bytes())
    same_machine = golden["environment"] == _machine()
    assert path.read_bytes() == _fixed(golden, environment=golden["environment"])
    if same_machine:
        assert _fixed(found, environment={}).decode() == _fixed(golden, environment={}).decode()
    assert _rounded(json.loads(_fixed(found, environment={}))) == _rounded(json.loads(_fixed(golden, environment={})))


@pytest.mark.parametrize(("assignment", "file"), [row for row in ROWS if "right" not in row[1]])
def test_chinese_report_is_chinese_throughout(assignment: str, file: str, sandbox: OpenSandbox) -> None:
    """Every sentence has Chinese characters, and nothing else in the report depends on the language."""
    with speaking(Language.zh_cn):
        chinese = grade(_prepared(assignment), _submissions(assignment, Language.zh_cn)[file], {"torch": sandbox})
    english = grade(_prepared(assignment), _submissions(assignment)[file], {"torch": sandbox})
    one, other = (json.loads(dump(report)) for report in (chinese, english))
    assert (one["environment"].pop("language"), other["environment"].pop("language")) == ("zh-CN", "en")
    sentences = [*_sentences(one)]
    assert sentences
    assert [sentence for sentence in sentences if not re.search("[一-鿿]", sentence)] == []
    assert len(sentences) == len([*_sentences(other)])
    one["timing"] = other["timing"] = {}
    assert one == other


def _sentences(part: Any) -> Iterator[str]:
    """Takes the sentences out of a report."""
    if isinstance(part, dict):
        yield from (part.pop(key) for key in ("message", "help") if key in part)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _sentences(inner)


def test_same_submission_gets_the_same_bytes(sandbox: OpenSandbox) -> None:
    """A report differs from one made before in its timing only."""
    for name in ("bob_missing_mask", "nils_uses_autograd"):
        first, second = (json.loads(_report_bytes("relu_frobenius", name, sandbox)) for _ in range(2))
        first["timing"] = second["timing"] = {}
        assert _bytes(first) == _bytes(second)


def test_golden_comparison_notices_a_changed_number() -> None:
    """The rounding for other machines hides the last digits of a number only."""
    report = {"score": 2.0, "gradients": [{"worst_actual": 1.2345678901, "max_abs_error": 3e-16}]}
    near = {"score": 2.0, "gradients": [{"worst_actual": 1.2345678902, "max_abs_error": 5e-16}]}
    far = {"score": 2.0, "gradients": [{"worst_actual": 1.2345679901, "max_abs_error": 3e-16}]}
    assert _rounded(report) == _rounded(near)
    assert _rounded(report) != _rounded(far)


def _report_bytes(assignment: str, learner: str, sandbox: OpenSandbox) -> bytes:
    submission = _submissions(assignment)[f"{learner}.py"]
    return dump(grade(_prepared(assignment), submission, {"torch": sandbox}))


def _machine() -> dict[str, str]:
    """What the last bits of a sum depend on."""
    return {"platform": platform.machine(), "cpu": _processor(), "torch": torch.__version__}


def _processor() -> str:
    """Instructions and maker: libraries choose their sums by both."""
    facts = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    named = re.findall(r"^(?:vendor_id|cpu family|model)\s*: (.*)$", facts, re.MULTILINE)
    return " ".join([torch.backends.cpu.get_cpu_capability(), *named[:3]])


def _fixed(report: Mapping[str, Any], *, environment: Mapping[str, str]) -> bytes:
    """A report as it is kept: without timing and isolation, and the environment as given."""
    return _bytes({**report, "timing": {}, "isolation": {}, "environment": environment})


def _bytes(report: Mapping[str, Any]) -> bytes:
    """As `grader.report.dump` writes it."""
    return (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode()


def _rounded(value: Any) -> Any:
    """With numbers to nine digits, and rounding errors as zero."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        return 0.0 if abs(value) < 1e-12 else float(f"{value:.9g}")
    return value


# ----- the student's guide -----


GUIDE = (SUBMISSIONS / "README.md").read_text()


def test_example_of_the_guide_is_correct(tmp_path: Path, sandbox: OpenSandbox) -> None:
    """The complete solution that the guide shows has full marks and no warning."""
    (example,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    (tmp_path / "me.py").write_text(example)
    (submission,) = collect([tmp_path / "me.py"], wanted(_assignment("relu_frobenius")))
    report = grade(_prepared("relu_frobenius"), submission, {"torch": sandbox})
    assert (report.score, report.warnings) == (report.max_score, ())


def test_guide_explains_every_verdict() -> None:
    """Each verdict has a row in the table."""
    assert re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE) == list(VERDICTS)


def test_report_in_the_guide_is_real(sandbox: OpenSandbox) -> None:
    """The sentence that the guide quotes is the one that this submission gets."""
    submission = _submissions("relu_frobenius")["bob_missing_mask.py"]
    report = grade(_prepared("relu_frobenius"), submission, {"torch": sandbox})
    quoted = next(one for one in report.gradients if one.wrt == "W").cases[0].message
    assert quoted is not None
    assert quoted in GUIDE
