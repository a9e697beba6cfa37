"""A class that has handed in, and what must be true of it in the end."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.handing_in import File, hand_in
from grader.service.results import current
from grader.service.tables import Attempt, Learner, Staff, State, Submission

ASSIGNMENT = b'objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [3, 2], W: [2, 2]}\nframework: numpy\n'
RIGHT = b"def grad_X(X, W): return 2 * X @ W @ W.T\ndef grad_W(X, W): return 2 * X.T @ X @ W\n"


FEW = 10
"""Nobody may have many more that wait."""


def learner(database: Database) -> UUID:
    """A new one."""
    with database.writing() as session:
        one = Learner()
        session.add(one)
    return one.id


def staff(session: Session, name: str = "A. Teacher") -> UUID:
    """A new one of the staff."""
    one = Staff(name=name)
    session.add(one)
    session.flush()
    return one.id


def handed_in(database: Database, count: int, work: bytes = RIGHT) -> list[UUID]:
    """So many submissions, a few of each learner."""
    publish(database, ASSIGNMENT, "a.yaml")
    learners = [learner(database) for _ in range(0, count, FEW)]
    return [
        hand_in(database, "a", learners[i // FEW], [File("s.py", work + b"# %d\n" % i)], key=f"key {i}").submission_id
        for i in range(count)
    ]


def states(database: Database) -> Counter[State]:
    """How many attempts are in which state."""
    with database.reading() as session:
        return Counter(session.scalars(select(Attempt.state)))


def assert_each_has_one_result(database: Database, submissions: Iterable[UUID]) -> None:
    """Each was graded by one attempt, which has its result, and no other submission came from anywhere."""
    expected = set(submissions)
    with database.reading() as session:
        assert set(session.scalars(select(Submission.id))) == expected
        attempts = session.execute(select(Attempt.submission_id, Attempt.state, Attempt.status)).all()
        assert Counter(row.submission_id for row in attempts) == Counter(expected)
        assert {(row.state, row.status) for row in attempts} == {(State.GRADED, "graded")}
        for submission in expected:
            found = current(session, submission)
            assert found is not None
            assert found.report is not None
            assert found.worker_id is None
