"""Attacks by a submission, one sample each: nothing is reached, nothing is left, and nobody gains a point."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.report import Report, dump
from grader.report_size import MOST_BYTES
from grader.sandbox import OpenSandbox, open_sandbox
from grader.sandbox.syscalls import supported
from grader.verdict import VERDICTS
from grader.visible import OUTPUT_BYTES, visible
from tests.attack_lab import (
    DROPPING,
    RIGHT,
    SAMPLES,
    SECRET,
    Field,
    Ground,
    Sample,
    descendants,
    droppings,
    gradient_of,
    points,
    samples,
    watched,
)

pytestmark = pytest.mark.skipif(not supported(), reason="there is no sandbox for this system")

ALL = samples()
TRUSTED = ("full", "strong")
FULL_MARKS = {"X": 1.0, "W": 1.0, "Y": 1.0}
ELSEWHERE = {
    23: "test_many_crashes_leave_nothing_behind",
    38: "36_list_descriptors: every descriptor that there might be is looked at",
}
"""Attacks that are no single sample."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as ground:
        yield ground


@dataclass(frozen=True)
class Fields:
    """The attacked assignment, with little time for most and more for those that need it."""

    quick: Field
    patient: Field

    def of(self, sample: Sample) -> Field:
        return self.quick if sample.says("takes its time") is None else self.patient


@pytest.fixture(scope="module")
def fields(ground: Ground) -> Fields:
    return Fields(ground.prepared(), ground.prepared(seconds=4))


@pytest.fixture(scope="module")
def field(fields: Fields) -> Field:
    return fields.quick


def _opened(fields: Fields, without: tuple[str, ...]) -> Iterator[OpenSandbox]:
    with open_sandbox("torch", without={*without, "nursery"}) as sandbox:
        if sandbox.isolation.level not in TRUSTED:
            pytest.skip(f"this machine lacks {', '.join(sandbox.isolation.missing)}")
        # So that what is opened once and kept is open.
        for field in (fields.quick, fields.patient):
            field.grade(RIGHT, sandbox)
        yield sandbox


@pytest.fixture(scope="module")
def sandbox(fields: Fields) -> Iterator[OpenSandbox]:
    """The best sandbox that there is."""
    yield from _opened(fields, ())


@pytest.fixture(scope="module")
def strong_sandbox(fields: Fields) -> Iterator[OpenSandbox]:
    """What an ordinary container gives: the same without namespaces."""
    yield from _opened(fields, ("namespaces",))


def _parameters(*limits: str, slow: bool = False) -> list[Any]:
    """All samples; where not all are slow, one for each number and its verdict is quick."""
    parameters = []
    kinds = set()
    for sample in ALL:
        kind = (sample.number, sample.verdicts)
        quick = not slow and sample.says("slow") is None and kind not in kinds
        if quick:
            kinds.add(kind)
        marks = [] if quick else [pytest.mark.slow]
        marks += [pytest.mark.xfail(strict=True, reason=why) for limit in limits if (why := sample.says(limit))]
        parameters.append(pytest.param(sample, id=sample.name, marks=marks))
    return parameters


@pytest.mark.parametrize("sample", _parameters("known limit"))
def test_attack_gains_nothing_and_leaves_nothing(
    sample: Sample, fields: Fields, ground: Ground, sandbox: OpenSandbox
) -> None:
    """An attack has the verdict that it earns, and everything is as before when it is over."""
    if sandbox.isolation.level != "full" and (why := sample.says("known limit at strong")):
        pytest.xfail(why)
    _attack(sample, fields.of(sample), ground, sandbox)


@pytest.mark.parametrize("sample", _parameters("known limit", "known limit at strong", slow=True))
def test_attack_without_namespaces(sample: Sample, fields: Fields, ground: Ground, strong_sandbox: OpenSandbox) -> None:
    """The same holds where the machine has no namespaces to give."""
    _attack(sample, fields.of(sample), ground, strong_sandbox)


def _attack(sample: Sample, field: Field, ground: Ground, sandbox: OpenSandbox) -> None:
    before = watched(ground)
    report = field.grade(sample.path, sandbox)
    after = watched(ground)
    following = field.grade(RIGHT, sandbox)

    assert "REACHED" not in report.stdout, report.stdout
    if "attempt(" in sample.source:
        assert report.status == "graded"
        assert "DENIED" in report.stdout
    assert after == before
    assert ground.visits() == []
    assert ground.signals == []
    assert SECRET not in dump(report).decode()
    _assert_verdicts(sample, report)
    _assert_shown_safely(sample, report)
    assert points(following) == FULL_MARKS, following


def _assert_verdicts(sample: Sample, report: Report) -> None:
    attacked = gradient_of(report, "W")
    found = "rejected" if report.status == "rejected" else attacked.verdict
    assert found in sample.verdicts, (found, report.reason, attacked.cases[0].message, report.stdout[-2000:])
    assert attacked.score == (1.0 if found == "correct" else 0.0)
    if found == "rejected":
        assert report.reason is not None
        assert points(report) == {"X": 0.0, "W": 0.0, "Y": 0.0}
    elif sample.says("others may fall") is None:
        # A function that dies costs its own verdict only.
        assert (points(report)["X"], points(report)["Y"]) == (1.0, 1.0), report.gradients
    assert {gradient.verdict for gradient in report.gradients}.isdisjoint({"grader_error"})


def _assert_shown_safely(sample: Sample, report: Report) -> None:
    data = dump(report)
    assert len(data) <= MOST_BYTES
    warnings = {warning["code"] for warning in json.loads(data)["warnings"]}
    assert sample.warns_of() <= warnings
    assert ("output_truncated" in warnings) == (sample.says("cuts output") is not None)
    for text in _texts(json.loads(data)):
        assert visible(text, limit=OUTPUT_BYTES, multiline=True) == text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *_texts(item))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


# ----- the checks, checked -----


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_sample_says_what_it_is(sample: Sample) -> None:
    """Every sample has a sentence, a number of the list, and verdicts that there are."""
    assert sample.docstring.rstrip().endswith(".")
    assert 0 <= sample.number <= 66
    assert sample.verdicts <= {*VERDICTS, "rejected"}


def test_every_attack_has_a_sample() -> None:
    """No number of the list of attacks that a submission can make is left out."""
    assert {sample.number for sample in ALL} | ELSEWHERE.keys() == set(range(67))


PLANTED = [sample for sample in ALL if sample.says("planted") is not None]


@pytest.mark.parametrize(
    "sample",
    [pytest.param(one, id=one.name, marks=[pytest.mark.slow] if at > 0 else []) for at, one in enumerate(PLANTED)],
)
def test_probe_succeeds_without_a_sandbox(sample: Sample, field: Field) -> None:
    """What a sample says is denied to it does succeed where nothing denies it."""
    with Ground() as ground, open_sandbox("torch", isolation="none") as sandbox:
        answer = field.answer("W")
        open_field = ground.prepared(planted=f'__import__("numpy").array({answer.tolist()})')
        report = open_field.grade(sample.path, sandbox)
        for path in droppings():
            os.unlink(path)
    assert "REACHED" in report.stdout


def test_watch_sees_what_attacks_would_leave() -> None:
    """Every thing that is watched shows in what is seen."""
    with Ground() as ground:
        before = watched(ground)
        with subprocess.Popen(["sleep", "10"]) as process:
            assert watched(ground).processes != before.processes
            process.kill()
        with open(os.devnull):
            assert watched(ground).descriptors != before.descriptors
        with tempfile.NamedTemporaryFile(prefix=DROPPING):
            assert watched(ground).droppings != before.droppings
        assert watched(ground) == before
        (ground.tree / "secret.txt").chmod(0o600)
        assert watched(ground).tree != before.tree
        with socket.create_connection(("127.0.0.1", ground.port)):
            assert len(ground.visits()) == 1
        os.kill(os.getpid(), signal.SIGUSR1)
        assert ground.signals == [signal.SIGUSR1]


# ----- what is no single sample -----


def test_many_crashes_leave_nothing_behind(field: Field, ground: Ground, sandbox: OpenSandbox) -> None:
    """Thirty boxes that died leave no process, living or dead, and no descriptor."""
    [crash] = (sample for sample in ALL if sample.name.startswith("62_abort_"))
    before = watched(ground)
    for _ in range(30):
        assert gradient_of(field.grade(crash.path, sandbox), "W").verdict == "crashed"
    assert watched(ground) == before
    assert {state for _, state in descendants(os.getpid())} == {"there"}


def test_mark_of_one_submission_is_not_found_by_the_next(field: Field, sandbox: OpenSandbox) -> None:
    """What a submission leaves in its memory is not in the memory of the one after it."""
    leave, look = (sample for sample in ALL if sample.number == 43)
    field.grade(leave.path, sandbox)
    report = field.grade(look.path, sandbox)
    assert "REACHED" not in report.stdout
    assert "found its own mark" in report.stdout


@pytest.mark.parametrize(
    ("source", "code"),
    [
        pytest.param(b"x = 1\n" * 10**7, "too_large", id="fifty megabytes"),
        pytest.param(b"x = [" + b"0, " * 30_000 + b"]\n", "missing", id="a large literal"),
        pytest.param(b"x = " + b"-" * 900_000 + b"1\n", "any", id="a million signs"),
        pytest.param(b"x = " + b"1 + " * 200_000 + b"1\n", "any", id="a long sum"),
        pytest.param(b"\0" * 1000, "any", id="nothing but NUL"),
        pytest.param(b"\xff\xfe" * 1000, "any", id="no text"),
        pytest.param(b"# coding: rot13\n" + b"print(1)\n", "any", id="a strange coding cookie"),
    ],
)
def test_hostile_source_costs_nobody_else(
    source: bytes, code: str, field: Field, ground: Ground, sandbox: OpenSandbox, tmp_path: Path
) -> None:
    """A source that is a bomb for readers or compilers is refused, or compiled in the box, and costs nobody else."""
    path = tmp_path / "bomb.py"
    path.write_bytes(source)
    before = watched(ground)
    report = field.grade(path, sandbox)
    assert report.score == 0
    if code == "too_large":
        assert report.reason is not None
        assert report.reason.code == "too_large"
    elif code == "missing":
        assert report.status == "graded"
    else:
        assert report.status in ("rejected", "graded")
    assert watched(ground) == before
    assert points(field.grade(RIGHT, sandbox)) == FULL_MARKS


@pytest.mark.parametrize(
    "name", ["\x1b[31m.py", "=cmd.py", "-rf.py", "CON.py", "\u202efdp.py", "summary.py", "\udc80.py"]
)
def test_hostile_file_name_is_safe_in_the_report(name: str, field: Field, sandbox: OpenSandbox, tmp_path: Path) -> None:
    """A name of a file that would act on a terminal, a table or a file system is shown, and never used, as it is."""
    (tmp_path / name).write_bytes(RIGHT.read_bytes())
    report = field.grade(tmp_path / name, sandbox)
    assert points(report) == FULL_MARKS
    assert re.fullmatch(r"[\w-][\w.-]*", report.submission.learner)
    assert report.submission.learner.lower() not in ("con", "summary")
    assert not report.submission.learner.startswith("-")
    for text in _texts(json.loads(dump(report))):
        assert visible(text, limit=OUTPUT_BYTES, multiline=True) == text


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_huge_numbers_disturb_no_comparison(field: Field, sandbox: OpenSandbox) -> None:
    """Numbers near the largest that there are make no warning on the grader's side."""
    [largest] = (sample for sample in ALL if sample.name.startswith("54_largest_"))
    field.grade(largest.path, sandbox)


@pytest.mark.parametrize("name", ["16_multiprocessing__raised", "16_data_loader__raised", "63_asynchronous__raised"])
def test_wish_for_processes_is_answered_with_the_missing_permission(
    name: str, field: Field, sandbox: OpenSandbox
) -> None:
    """Whoever wants processes or sockets reads that they are not permitted, and in which line."""
    case = gradient_of(field.grade(SAMPLES / f"{name}.py", sandbox), "W").cases[0]
    assert case.exception == "PermissionError"
    assert case.line is not None
    assert "not permitted" in (case.message or "")
