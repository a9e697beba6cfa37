"""What is handed in is there whole, once, however often and however many at a time ask for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from grader.language import Language
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.handing_in import (
    MOST_WAITING,
    AttemptsUsedError,
    ClosedError,
    File,
    KeyReusedError,
    Receipt,
    RefusedError,
    UnknownError,
    WaitingError,
    behind,
    hand_in,
    regrade,
    regrade_all,
)
from grader.service.policy import DAY, Rules, set_rules
from grader.service.tables import Attempt, State, Submission, now
from tests.example_reports import MASKLESS, REJECTED
from tests.service.graded import submitted
from tests.service.handed import ASSIGNMENT, learner

WORK = [File("main.py", b"import helper\n"), File("helper.py", b"\xff\x00")]


@pytest.fixture
def who(database: Database) -> UUID:
    """A learner, for whom there is an assignment."""
    publish(database, ASSIGNMENT, "a.yaml")
    return learner(database)


def test_hand_in_work_waits_with_all_its_files(database: Database, who: UUID) -> None:
    """Submission, files and the first attempt are written together."""
    receipt = hand_in(database, "a", who, WORK)
    assert receipt.new
    with database.reading() as session:
        submission = session.get_one(Submission, receipt.submission_id)
        assert (submission.assignment_id, submission.learner_id) == ("a", who)
        assert [(file.name, file.data) for file in submission.files] == [(file.name, file.data) for file in WORK]
        assert [(one.number, one.state, one.tries, one.fence) for one in submission.attempts] == [
            (1, State.QUEUED, 0, 0)
        ]


def test_hand_in_same_key_and_work_gets_the_first_receipt(database: Database, who: UUID) -> None:
    """Also when the assignment has a new version by then."""
    first = hand_in(database, "a", who, WORK, "k")
    publish(database, ASSIGNMENT + b"points: {W: 3}\n", "a.yaml")
    assert hand_in(database, "a", who, WORK, "k") == Receipt(first.submission_id, new=False)


def test_hand_in_same_key_at_the_same_time_is_taken_once(database: Database, who: UUID) -> None:
    """A program that asks again before it has heard does no harm."""
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda _: hand_in(database, "a", who, WORK, "k"), range(16)))
    assert len({receipt.submission_id for receipt in receipts}) == 1
    assert [receipt.new for receipt in receipts].count(True) == 1
    with database.reading() as session:
        assert len(session.scalars(select(Attempt.id)).all()) == 1


def test_hand_in_same_key_for_other_work_is_refused(database: Database, who: UUID) -> None:
    """The names of files count as well as their bytes; another learner's keys are his own."""
    hand_in(database, "a", who, WORK, "k")
    for other in (WORK[:1], [File("other.py", WORK[0].data), WORK[1]]):
        with pytest.raises(KeyReusedError) as error:
            hand_in(database, "a", who, other, "k")
        assert str(error.value) == "this Idempotency-Key was used before, for other work"
    assert hand_in(database, "a", learner(database), WORK[:1], "k").new


def test_hand_in_without_a_key_is_another_submission_each_time(database: Database, who: UUID) -> None:
    """Nothing says that it was meant to be the same."""
    assert hand_in(database, "a", who, WORK) != hand_in(database, "a", who, WORK)


def test_hand_in_unknown_assignment_or_learner_is_refused(database: Database, who: UUID) -> None:
    """And nothing is left of it."""
    with pytest.raises(UnknownError) as error:
        hand_in(database, "b", who, WORK)
    assert str(error.value) == "there is no assignment b"
    with pytest.raises(UnknownError) as error:
        hand_in(database, "a", uuid4(), WORK)
    assert str(error.value) == "there is no such learner"
    with database.reading() as session:
        assert session.scalars(select(Submission.id)).all() == []


def test_hand_in_two_files_of_one_name_is_refused(database: Database, who: UUID) -> None:
    """Only one of them could be what is meant."""
    with pytest.raises(RefusedError) as error:
        hand_in(database, "a", who, [WORK[0], WORK[0]])
    assert str(error.value) == "two of the files have the same name"


def rule(database: Database, law: Rules) -> None:
    """Give the assignment other rules."""
    with database.writing() as session:
        set_rules(session, "a", law)


def test_hand_in_too_early_or_too_late_is_refused(database: Database, who: UUID) -> None:
    """Late is not too late; what was taken before is answered as it was then."""
    first = hand_in(database, "a", who, WORK, "k")
    moment = now().replace(microsecond=0)
    rule(database, Rules(opens_at=moment + DAY))
    with pytest.raises(ClosedError) as error:
        hand_in(database, "a", who, WORK)
    assert str(error.value) == f"nothing is taken before {(moment + DAY).isoformat()}"
    rule(database, Rules(opens_at=moment - 3 * DAY, due_at=moment - 2 * DAY, closes_at=moment))
    with pytest.raises(ClosedError) as error:
        hand_in(database, "a", who, WORK)
    assert str(error.value) == f"nothing is taken any more since {moment.isoformat()}"
    assert hand_in(database, "a", who, WORK, "k") == Receipt(first.submission_id, new=False)
    rule(database, Rules(opens_at=moment - 3 * DAY, due_at=moment - 2 * DAY, closes_at=moment + timedelta(hours=1)))
    assert hand_in(database, "a", who, WORK).new


def test_hand_in_more_often_than_allowed_is_refused(database: Database, who: UUID) -> None:
    """What could not be read, was cancelled, or failed for our fault does not count; what waits does, for now."""
    rule(database, Rules(attempts=2))
    with database.writing() as session:
        for made in (REJECTED, State.FAILED, State.CANCELLED, MASKLESS):
            submitted(session, who, made)
    assert hand_in(database, "a", who, WORK, "k").new
    with pytest.raises(AttemptsUsedError) as error:
        hand_in(database, "a", who, WORK)
    assert str(error.value) == "all attempts are used: 2 of 2"
    assert not hand_in(database, "a", who, WORK, "k").new
    assert hand_in(database, "a", learner(database), WORK).new


def test_hand_in_while_much_waits_is_refused(database: Database, who: UUID) -> None:
    """Of that learner, whatever it is for; until something is done."""
    with database.writing() as session:
        for _ in range(MOST_WAITING):
            submitted(session, who, State.QUEUED)
    with pytest.raises(WaitingError) as error:
        hand_in(database, "a", who, WORK)
    assert str(error.value) == "20 submissions wait to be graded; the next one is taken when one of them is"
    assert hand_in(database, "a", learner(database), WORK).new
    with database.writing() as session:
        session.scalars(select(Attempt)).first().state = State.CANCELLED  # type: ignore[union-attr]
    assert hand_in(database, "a", who, WORK).new


def test_hand_in_many_at_once_no_more_than_allowed_are_taken(database: Database, who: UUID) -> None:
    """Whoever comes second sees what the first has done."""
    rule(database, Rules(attempts=3))

    def taken(_: int) -> bool:
        try:
            return hand_in(database, "a", who, WORK).new
        except AttemptsUsedError:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(taken, range(16))) == 3
    with database.reading() as session:
        assert len(session.scalars(select(Submission.id)).all()) == 3


def test_hand_in_language_is_kept(database: Database, who: UUID) -> None:
    """For the report; nothing where none was asked for."""
    for language in (Language.zh_cn, None):
        submission = hand_in(database, "a", who, WORK, language=language).submission_id
        with database.reading() as session:
            assert session.get_one(Submission, submission).language == language


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_hand_in_key_of_no_length_or_too_much_is_refused(database: Database, who: UUID) -> None:
    """PostgreSQL would not keep it, and an empty one is none."""
    for key in ("", "k" * 256):
        with pytest.raises(RefusedError) as error:
            hand_in(database, "a", who, WORK, key)
        assert str(error.value) == "an Idempotency-Key has from 1 to 255 characters"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b.py", "..\\b.py", "a\0.py", "a\n.py", "ä" * 121, "\ud800.py"])
def test_file_name_that_is_not_that_of_a_file_is_refused(name: str) -> None:
    """No name leads anywhere."""
    with pytest.raises(RefusedError, match=r" is no name of a file\Z"):
        File(name, b"")


def test_regrade_is_a_new_attempt_on_the_newest_version(database: Database, who: UUID) -> None:
    """Behind those that somebody waits for, and numbered one by one."""
    submission = hand_in(database, "a", who, WORK).submission_id
    newer = publish(database, ASSIGNMENT + b"points: {W: 3}\n", "a.yaml")
    with ThreadPoolExecutor(4) as threads:
        numbers = list(threads.map(lambda _: regrade(database, submission), range(4)))
    assert sorted(numbers) == [2, 3, 4, 5]
    with database.reading() as session:
        attempts = session.get_one(Submission, submission).attempts
        assert [one.priority for one in attempts] == [0, 1, 1, 1, 1]
        assert {one.version_id for one in attempts[1:]} == {newer}
    with pytest.raises(UnknownError) as error:
        regrade(database, uuid4())
    assert str(error.value) == "there is no such submission"


def test_regrade_all_leaves_out_what_is_on_the_newest_version(database: Database, who: UUID) -> None:
    """Graded or waiting; twice is the same as once, also at the same time."""
    publish(database, ASSIGNMENT, "b.yaml")
    with database.writing() as session:
        old = [submitted(session, who, made) for made in (MASKLESS, REJECTED, State.FAILED, State.QUEUED)]
        submitted(session, who, MASKLESS, assignment="b")
    newer = publish(database, ASSIGNMENT + b"points: {W: 3}\n", "a.yaml")
    with database.writing() as session:
        for made in (MASKLESS, State.QUEUED):
            submitted(session, who, made)
        old.append(submitted(session, who, State.FAILED))
    with database.reading() as session:
        assert behind(session, "a") == len(old)
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(lambda _: regrade_all(database, "a"), range(4))) == len(old)
    with database.reading() as session:
        assert behind(session, "a") == 0
        new = session.scalars(select(Attempt).where(Attempt.number == 2)).all()
    assert {one.submission_id for one in new} == set(old)
    assert {(one.version_id, one.priority, one.state) for one in new} == {(newer, 1, State.QUEUED)}
    with pytest.raises(UnknownError) as error:
        regrade_all(database, "c")
    assert str(error.value) == "there is no assignment c"


def test_regrade_all_leaves_out_what_the_staff_stopped_every_time(database: Database, who: UUID) -> None:
    """Not what was graded, or failed, at another time; and who asks for that very one gets it."""
    with database.writing() as session:
        stopped = [submitted(session, who, *[State.CANCELLED] * times) for times in (1, 2)]
        others = [submitted(session, who, State.CANCELLED, made) for made in (MASKLESS, State.FAILED, State.QUEUED)]
        others.append(submitted(session, who, MASKLESS, State.CANCELLED))
    publish(database, ASSIGNMENT + b"points: {W: 3}\n", "a.yaml")
    with database.reading() as session:
        assert behind(session, "a") == len(others)
    assert regrade_all(database, "a") == len(others)
    with database.reading() as session:
        again = session.scalars(select(Attempt.submission_id).where(Attempt.number == 3)).all()
    assert set(again) == set(others)
    assert [regrade(database, one) for one in stopped] == [2, 3]
