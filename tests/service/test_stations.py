"""What the service grades is what the batch would, with assignments kept warm, and processes that end."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from grader.assignment_file import loads
from grader.errors import SandboxError
from grader.language import Language
from grader.report import Report
from grader.sandbox import Isolation
from grader.service.queue import Claim, Work
from grader.service.stations import Stations, refuse_weak, submission
from tests.process_tree import below
from tests.service.handed import ASSIGNMENT, RIGHT

WRONG = b"def grad_X(X, W): return X @ W @ W.T\ndef grad_W(X, W): return 2 * X.T @ X @ W\n"
SHEET = loads(ASSIGNMENT, "a.yaml")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")


def work(number: int, *files: tuple[str, bytes]) -> Work:
    """What was handed in for an attempt."""
    return Work(Claim(number, 1, uuid4(), 1), UUID(int=number), files)


def test_submission_of_several_files_is_one_learners() -> None:
    """The one that defines the functions counts, and imports the others; the names are as handed in."""
    found = submission(work(1, ("helper.py", b"two = 2\n"), ("main.py", b"import helper\n" + RIGHT)), SHEET)
    assert (found.learner, found.files) == (str(UUID(int=1)), ("helper.py", "main.py"))
    assert not isinstance(found.source, Exception)
    assert found.source.main == "main.py"
    assert set(found.source.modules) == {"helper.py", "main.py"}


def test_submission_whose_file_is_no_python_is_still_read() -> None:
    """A single file is taken by whatever name it has, as on the command line."""
    found = submission(work(1, ("solution.txt", RIGHT)), SHEET)
    assert found.files == ("solution.txt",)
    assert not isinstance(found.source, Exception)


@pytest.mark.parametrize("files", [(), (("empty.py", b""),)])
def test_submission_without_code_is_rejected(files: tuple[tuple[str, bytes], ...]) -> None:
    """It is the learner's, and no fault of ours."""
    assert getattr(submission(work(1, *files), SHEET).source, "code", None) == "empty"


def test_submission_without_a_language_has_the_assignments() -> None:
    """As on the command line, a title in one language alone says which it is."""
    chinese = loads(ASSIGNMENT + "title: {zh-CN: 矩阵}\n".encode(), "a.yaml")
    asked = replace(work(2, ("s.py", RIGHT)), language=Language.en)
    assert [submission(one, chinese).language for one in (work(1, ("s.py", RIGHT)), asked)] == ["zh-CN", "en"]
    assert submission(work(1, ("s.py", RIGHT)), SHEET).language is Language.en


def test_refuse_weak_degraded_isolation_is_refused() -> None:
    """With what an operator can do."""
    with pytest.raises(SandboxError) as error:
        refuse_weak(Isolation("degraded", "x86_64", "6.1"))
    assert str(error.value) == (
        "isolation is only degraded on this machine, and submissions are other people's code; "
        "`grader doctor` says what to do, and the setting `allow_degraded` grades nevertheless"
    )


@pytest.fixture
def stations() -> Iterator[Stations]:
    """With two assignments, and room for one of them."""
    made = Stations({1: SHEET, 2: loads(ASSIGNMENT, "b.yaml")}.__getitem__, jobs=1, warm=1, allow_degraded=True)
    yield made
    made.close()


def test_grade_each_gets_what_it_earned_under_its_own_name(stations: Stations) -> None:
    """Also two of one learner; the second handful finds the processes of the first."""
    before = {process.pid for process in below(os.getpid())}
    works = [work(1, ("s.py", RIGHT)), work(2, ("s.py", WRONG)), work(3, ("s.py", b"def"))]
    found = {claim.attempt_id: result for claim, result in stations.grade(1, works)}
    assert [(found[one].status, found[one].score, found[one].max_score) for one in (1, 2, 3)] == [
        ("graded", 2.0, 2.0),
        ("graded", 1.0, 2.0),
        ("rejected", 0.0, 2.0),
    ]
    report = Report.model_validate_json(found[2].report)
    assert (report.assignment.id, report.submission.learner) == ("a", str(UUID(int=2)))
    warm = {process.pid for process in below(os.getpid())} - before
    assert warm
    list(stations.grade(1, [work(4, ("s.py", RIGHT))]))
    assert warm <= {process.pid for process in below(os.getpid())}
    ((_, result),) = stations.grade(2, [work(5, ("s.py", RIGHT))])
    assert Report.model_validate_json(result.report).assignment.id == "b"
    crew = {process.pid for process in below(os.getpid()) if "spawn_main" in process.command}
    assert len(crew - before) == 1


@pytest.mark.slow
def test_grade_each_report_is_in_the_language_that_was_asked_for(stations: Stations) -> None:
    """Side by side, by the same processes; without one it is the assignment's."""
    works = [work(1, ("s.py", WRONG)), replace(work(2, ("s.py", WRONG)), language=Language.zh_cn)]
    works.append(replace(work(3, ("s.py", b"def")), language=Language.zh_cn))
    reports = {
        claim.attempt_id: Report.model_validate_json(result.report) for claim, result in stations.grade(1, works)
    }
    assert [reports[one].language for one in (1, 2, 3)] == [Language.en, Language.zh_cn, Language.zh_cn]
    messages = [reports[one].gradients[0].cases[0].message or "" for one in (1, 2)]
    assert [message.isascii() for message in messages] == [True, False]
    reason = reports[3].reason
    assert reason is not None
    assert not reason.message.isascii()


def test_close_takes_nothing_more_and_leaves_no_worker(stations: Stations) -> None:
    """What is still to be graded is told that the service stops, and nobody starts a worker for it."""
    results = stations.grade(1, [work(number, ("s.py", RIGHT)) for number in (1, 2)])
    next(results)
    stations.close()
    assert [process for process in below(os.getpid()) if "spawn_main" in process.command] == []
    with pytest.raises(SandboxError) as error:
        list(stations.grade(1, [work(3, ("s.py", RIGHT))]))
    assert str(error.value) == "the service stops"
