"""An assignment is looked at in a process of its own, for so long and no longer."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.errors import AssignmentError
from grader.language import Language
from grader.service import proving
from grader.service.proving import Finding, Proof, validated
from tests.process_tree import below
from tests.service.handed import ASSIGNMENT
from tests.service.replica import until


def test_proof_is_kept_as_it_was() -> None:
    """Every finding, in any language."""
    findings = (Finding("a", "sizes", "warning", "太小", None), Finding("a", "points", "ok", "fine", "nothing"))
    proof = Proof("a", complete=True, proven=False, score=0.5, findings=findings)
    assert Proof.load(proof.dump()) == proof


def test_validated_what_cannot_be_read_needs_no_process() -> None:
    """It is refused at once, with its place."""
    with pytest.raises(AssignmentError) as error:
        validated(b"objective: X +\nseed: 0\nshapes: {X: [2, 2]}\n", "a.yaml")
    assert (error.value.file, error.value.line, error.value.key) == ("a.yaml", 1, "objective")


@pytest.mark.slow
def test_validated_says_what_validate_says() -> None:
    """The score, and findings in the language that was asked for."""
    proof = validated(ASSIGNMENT, "a.yaml")
    assert (proof.assignment, proof.complete, proof.proven, proof.score) == ("a", True, True, 1.0)
    assert {finding.problem for finding in proof.findings} == {"a"}
    weak = ASSIGNMENT + b"tolerance: {rtol: 0.9, atol: 0.9}\n"
    found = validated(weak, "b.yaml", language=Language.zh_cn)
    assert found.complete
    assert not found.proven
    assert found.score is not None
    assert found.score < 1
    failures = [finding for finding in found.findings if finding.verdict == "failure"]
    assert failures
    assert not any(finding.message.isascii() for finding in failures)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_validated_takes_no_longer_than_it_may() -> None:
    """Then the process is killed, and the proof says that it is not complete."""
    before = {process.pid for process in below(os.getpid())}
    proof = validated(ASSIGNMENT, "a.yaml", seconds=0.05)
    assert proof == Proof(
        "a",
        complete=False,
        proven=False,
        score=None,
        findings=(
            Finding(
                "a",
                "time",
                "warning",
                "it was not done within 0 seconds, so not all was looked at",
                "take smaller sizes in `dims` and `shapes`, or fewer cases",
            ),
        ),
    )
    spawned = [one for one in below(os.getpid()) if one.pid not in before and "spawn_main" in one.command]
    assert spawned == []


@pytest.mark.slow
def test_stop_ends_what_is_being_looked_at() -> None:
    """The service waits for nobody who proves; what waited behind it may still be tried."""
    with ThreadPoolExecutor(1) as threads:
        future = threads.submit(validated, ASSIGNMENT, "a.yaml")
        until(lambda: bool(proving._at_work))
        proving.stop()
        proof = future.result(30)
    assert not proof.complete
    assert [finding.message for finding in proof.findings] == [
        "the process that looked at it died, perhaps since it takes too much memory"
    ]
    proving.stop()
    assert validated(ASSIGNMENT, "a.yaml").proven


def test_proof_says_in_which_language_it_was_found() -> None:
    """Since its sentences are kept: a page in another language marks them."""
    proof = Proof("a", True, True, 1.0, (), Language.zh_cn)
    assert Proof.load(proof.dump()) == proof
