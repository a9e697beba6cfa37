"""A school with something of everything, so that every route has an object to be asked for."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI

from grader.report import Report, dump
from grader.service import overriding, presence, tokens, webhooks
from grader.service.access import LEARNER_SCOPES, Scope
from grader.service.app import create
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.handing_in import File, hand_in, regrade
from grader.service.people import create as create_learner
from grader.service.people import create_class, create_staff
from grader.service.queue import Queue, Result
from grader.service.schema import migrate
from grader.service.settings import Settings
from grader.service.tables import Membership
from tests.example_reports import CLASS
from tests.service.handed import ASSIGNMENT, RIGHT

HIDDEN = b"""objective: "||X W||_F^2"
seed: 0
shapes: {X: [3, 2], W: [2, 2]}
framework: numpy
# what nobody else may read
cases:
  - {name: open, seed: 4, visibility: public}
  - {name: secret, seed: 81, visibility: hidden}
"""
UNHURRIED = {f"rate_{whose}": "1000000/second" for whose in ("learner", "staff", "address")}
"""Tests ask more often than anybody else."""


@dataclass(frozen=True)
class Pupil:
    """A learner, who has handed in twice: the first was graded, two times, and the second waits."""

    id: UUID
    secret: str
    token_id: UUID
    graded: UUID
    waiting: UUID


@dataclass(frozen=True)
class School:
    """Two learners in a class, and one of the staff who may do everything."""

    app: FastAPI
    database: Database
    staff_id: UUID
    secret: str
    ada: Pupil
    bob: Pupil
    webhook_id: UUID


def school(folder: Path, **settings: object) -> School:
    """A new one, in an SQLite file."""
    kept = Settings(**{**UNHURRIED, "data": folder, **settings})  # type: ignore[arg-type]
    database = Database(kept.database_url)
    migrate(database)
    publish(database, ASSIGNMENT, "relu_frobenius.yaml")
    publish(database, HIDDEN, "b.yaml")
    with database.writing() as session:
        staff_id = create_staff(session, "A. Teacher")
        issued = tokens.issue(session, list(Scope), staff_id=staff_id)
        webhook_id, _ = webhooks.subscribe(session, "https://lms.example/hook", list(webhooks.Kind))
        create_class(session, "c1", "A class")
    pupils = [_pupil(database, name) for name in ("ada", "bob")]
    ada, bob = (_waits(database, pupil) for pupil in pupils)
    with database.writing() as session:
        overriding.override(session, "relu_frobenius", bob.id, 1.5, "oral exam", staff_id)
    return School(create(kept, database), database, staff_id, issued.secret, ada, bob, webhook_id)


def copied(of: School, folder: Path, **settings: object) -> School:
    """The same school again, whose database nobody has open, with other settings if they are given."""
    kept = Settings(**{**UNHURRIED, "data": folder, **settings})  # type: ignore[arg-type]
    shutil.copyfile(of.app.state.settings.data / "grader.sqlite3", folder / "grader.sqlite3")
    database = Database(kept.database_url)
    return replace(of, app=create(kept, database), database=database)


def graded(database: Database, *reports: Report) -> None:
    """Have what waits longest come out like this."""
    queue = Queue(database)
    worker = presence.come(database)
    for report in reports:
        (claim,) = queue.claim(worker, 1)
        result = Result(dump(report), report.status, report.score, report.max_score)
        assert queue.complete(claim, result)


def _pupil(database: Database, name: str) -> Pupil:
    with database.writing() as session:
        who = create_learner(session, name, f"{name.title()} <b>L.</b>", f"{name}@school.example")
        session.add(Membership(class_id="c1", learner_id=who))
        issued = tokens.issue(session, LEARNER_SCOPES, learner_id=who, label="laptop")
    first = hand_in(database, "relu_frobenius", who, [File("<img src=x>.py", RIGHT)]).submission_id
    graded(database, CLASS[1])
    regrade(database, first)
    graded(database, CLASS[0])
    return Pupil(who, issued.secret, issued.token_id, first, first)


def _waits(database: Database, pupil: Pupil) -> Pupil:
    """Handed in again, which nobody grades yet."""
    files = [File("s.py", RIGHT), File("helper.py", b"\xff\x00")]
    return replace(pupil, waiting=hand_in(database, "b", pupil.id, files).submission_id)
