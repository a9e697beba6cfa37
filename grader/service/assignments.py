"""Assignments as the service keeps them: the text of each version for ever, so that what was graded can be explained.

The same text again is no new version.
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from grader import assignment_file
from grader.assignment import Assignment as LoadedAssignment
from grader.problem import resolve
from grader.service.database import Database
from grader.service.tables import Assignment, AssignmentVersion


def publish(database: Database, text: bytes, name: str) -> int:
    """Make a text the newest version of its assignment; `name` gives the id if the text does not.

    Returns:
        The id of the version.

    Raises:
        AssignmentError: if it is no sensible assignment.
    """
    loaded = assignment_file.loads(text, name)
    try:
        return _published(database, loaded, text)
    except IntegrityError:
        # Another published its first version at the same moment; now it is there.
        return _published(database, loaded, text)


def load(database: Database, version_id: int) -> LoadedAssignment:
    """The assignment in one of its versions."""
    with database.reading() as session:
        version = session.get_one(AssignmentVersion, version_id)
    return assignment_file.loads(version.text, f"{version.assignment_id}.yaml")


def _published(database: Database, loaded: LoadedAssignment, text: bytes) -> int:
    with database.writing() as session:
        # Locked, so that two who publish at a time get two numbers.
        if session.get(Assignment, loaded.id, with_for_update=True) is None:
            session.add(Assignment(id=loaded.id))
            session.flush()
        newest = session.scalar(
            select(AssignmentVersion)
            .where(AssignmentVersion.assignment_id == loaded.id)
            .order_by(AssignmentVersion.number.desc())
            .limit(1)
        )
        if newest is not None and newest.text == text:
            return newest.id
        number = newest.number + 1 if newest is not None else 1
        version = AssignmentVersion(
            assignment_id=loaded.id, number=number, text=text, sha256=loaded.sha256, max_score=_max_score(loaded)
        )
        session.add(version)
        session.flush()
        return version.id


def _max_score(loaded: LoadedAssignment) -> float:
    functions = (one for problem in loaded.problems for one in resolve(problem, sheet=loaded.sheet).functions)
    return sum(question.points for one in functions for question in one.questions)
