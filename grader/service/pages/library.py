"""What is made from the text of an assignment, once for each version and language: a text never changes.

version ─┬─ assignment ─▶ its title and its questions
         ├─ kit ────────▶ the files that learners get, and the sheet, from the copy without hidden cases
         └─ derivation ─▶ formulas, problem by problem
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader import derivations
from grader.assignment import Assignment
from grader.kit import Kit, make
from grader.kit.contents import one_title
from grader.kit.page import body, formula
from grader.language import spoken
from grader.problem import resolve_all
from grader.service.assignments import load
from grader.service.database import Database
from grader.service.refusals import UnknownError
from grader.service.tables import AssignmentVersion

T = TypeVar("T")
MOST = 200
"""Things that are kept; an assignment has about four."""


@dataclass(frozen=True)
class Derived:
    """How the gradients of a problem come about: its parts, forward, back and closed, as formulas."""

    title: str
    parts: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True)
class Version:
    """Which text of an assignment it is."""

    id: int
    number: int
    assignment_id: str


class Library:
    """Everything that pages show of the texts of assignments."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def assignment(self, version_id: int) -> Assignment:
        """The assignment itself."""
        return self._once(("assignment", version_id), lambda: load(self._database, version_id))

    def title(self, version_id: int) -> str:
        """Its title in the reader's language."""
        assignment = self.assignment(version_id)
        return one_title(assignment.title, assignment.id)

    def kit(self, version_id: int) -> Kit:
        """What learners get, in the reader's language."""
        return self._once(("kit", version_id, spoken()), lambda: self._kit(version_id))

    def sheet(self, version_id: int) -> Markup:
        """What stands on the sheet, but for its title."""
        return self._once(("sheet", version_id, spoken()), lambda: body(self.kit(version_id).sheet[1:]))

    def derivation(self, version_id: int) -> tuple[Derived, ...]:
        """How all gradients come about."""
        return self._once(("derivation", version_id, spoken()), lambda: self._derived(version_id))

    def _kit(self, version_id: int) -> Kit:
        with self._database.reading() as session:
            version = session.get_one(AssignmentVersion, version_id)
            name, text = f"{version.assignment_id}.yaml", version.text
            provided = {module.name: module.source for module in version.modules}
        with TemporaryDirectory(prefix="grader-") as folder:
            for file, source in {**provided, name: text}.items():
                Path(folder, file).write_bytes(source)
            return make(Path(folder, name))

    def _derived(self, version_id: int) -> tuple[Derived, ...]:
        return tuple(
            Derived(
                one_title(resolved.problem.title, resolved.problem.id),
                tuple(tuple(formula(line.latex()) for line in part) for part in derivations.derivation(resolved).parts),
            )
            for resolved in resolve_all(self.assignment(version_id))
        )

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made before, or is being made by another thread: a class opens the sheet all at once."""
        with self._lock:
            future: Future[T] | None = self._made.get(key)
            mine = future is None
            if future is None:
                future = self._made[key] = Future()
            self._made.move_to_end(key)
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    self._made.pop(key, None)
                future.set_exception(error)
        return future.result()


def newest(session: Session, assignment_id: str) -> Version:
    """The version that is asked now.

    Raises:
        UnknownError: if there is no such assignment.
    """
    found = session.execute(
        select(AssignmentVersion.id, AssignmentVersion.number, AssignmentVersion.assignment_id)
        .where(AssignmentVersion.assignment_id == assignment_id)
        .order_by(AssignmentVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise UnknownError("there is no such assignment")
    return Version(*found)
