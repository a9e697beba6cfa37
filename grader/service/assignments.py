"""Assignments as the service keeps them: the text of each version for ever, so that what was graded can be explained.

    text, modules it provides ─ read ─▶ a sensible assignment ─ publish ─▶ its newest version ─▶ load, any time

The same again is no new version. `proving` says whether it is a good one.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from grader import assignment_file
from grader.assignment import Assignment as LoadedAssignment
from grader.errors import AssignmentError
from grader.problem import resolve
from grader.service import audit
from grader.service.database import Database
from grader.service.handing_in import File, RefusedError
from grader.service.tables import Assignment, AssignmentVersion, ProvidedModule

NOTHING: Mapping[str, bytes] = {}


def read(text: bytes, name: str, provided: Mapping[str, bytes] = NOTHING) -> LoadedAssignment:
    """The assignment in a text; `name` gives the id if the text does not.

    Args:
        provided: the modules that stand beside it, by their names as files.

    Raises:
        AssignmentError: if it is no sensible assignment.
    """
    with TemporaryDirectory(prefix="grader-") as folder:
        for file, source in provided.items():
            try:
                Path(folder, File(file, source).name).write_bytes(source)
            except RefusedError as error:
                raise AssignmentError(str(error), name) from None
        return assignment_file.loads(text, name, folder=Path(folder))


def publish(
    database: Database,
    text: bytes,
    name: str,
    provided: Mapping[str, bytes] = NOTHING,
    *,
    proof: bytes | None = None,
    actor: str = audit.OPERATOR,
) -> int:
    """Make a text the newest version of its assignment.

    Args:
        name: as `read`; so is `provided`.
        proof: what validating it found, to be shown with it.
        actor: who does it.

    Returns:
        The id of the version.

    Raises:
        AssignmentError: if it is no sensible assignment.
    """
    loaded = read(text, name, provided)
    try:
        return _published(database, loaded, text, proof, actor)
    except IntegrityError:
        # Another published its first version at the same moment; now it is there.
        return _published(database, loaded, text, proof, actor)


def load(database: Database, version_id: int) -> LoadedAssignment:
    """The assignment in one of its versions."""
    with database.reading() as session:
        version = session.get_one(AssignmentVersion, version_id)
        provided = {module.name: module.source for module in version.modules}
    return read(version.text, f"{version.assignment_id}.yaml", provided)


def _published(database: Database, loaded: LoadedAssignment, text: bytes, proof: bytes | None, actor: str) -> int:
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
        if newest is not None and newest.sha256 == loaded.sha256:
            newest.proof = proof or newest.proof
            return newest.id
        version = AssignmentVersion(
            assignment_id=loaded.id,
            number=newest.number + 1 if newest is not None else 1,
            text=text,
            sha256=loaded.sha256,
            max_score=_max_score(loaded),
            proof=proof,
            modules=[ProvidedModule(name=name, source=source) for name, source in loaded.provided.items()],
        )
        session.add(version)
        session.flush()
        audit.note(session, actor, "publish", f"assignment:{loaded.id}", f"version {version.number}")
        return version.id


def _max_score(loaded: LoadedAssignment) -> float:
    functions = (one for problem in loaded.problems for one in resolve(problem, sheet=loaded.sheet).functions)
    return sum(question.points for one in functions for question in one.questions)
