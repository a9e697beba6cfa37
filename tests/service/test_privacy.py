"""What is kept of a learner can be given out whole, and erased so that nothing of it is found anywhere."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from grader.report import Report
from grader.service import audit, tokens
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.handing_in import hand_in
from grader.service.overriding import override
from grader.service.people import create, create_class, find
from grader.service.presence import come
from grader.service.privacy import Belongings, belongings, erase, export, overwrite, subject
from grader.service.queue import Queue
from grader.service.refusals import RefusedError, UnknownError
from grader.service.tables import Attempt, Audit, Delivery, Learner, Membership, Outbox, Person, State, Table
from grader.service.webhooks import Kind, announce, subscribe
from tests.example_reports import MASKLESS, RIGHT
from tests.service.benches import result
from tests.service.graded import submitted
from tests.service.handed import ASSIGNMENT, staff


@pytest.fixture
def ada(database: Database) -> UUID:
    """A learner with something of everything, and another one whose things are to stay."""
    publish(database, ASSIGNMENT, "a.yaml")
    with database.writing() as session:
        ada = create(session, "ada", "Ada L.", "ada@example.org")
        bert = create(session, "bert", "Bert", "bert@example.org")
        create_class(session, "c", "C")
        subscribe(session, "https://lms.example.org/hook", list(Kind))
        for one in (ada, bert):
            session.add(Membership(class_id="c", learner_id=one))
            submission = submitted(session, one, MASKLESS, RIGHT)
            announce(session, Kind.GRADED, {"submission": submission, "score": 4.0})
            tokens.issue(session, ["session"], learner_id=one, label="Her laptop")
            override(session, "a", one, 3.0, "She was ill.", staff(session))
            audit.note(session, f"learner:{one}", "see", f"submission:{submission}", "her report")
    return ada


def test_subject_is_found_by_what_is_known(database: Database, ada: UUID) -> None:
    """A login first; a mail address in any case; an id; never one of several."""
    with database.writing() as session:
        for text in ("ada", "Ada@Example.org", str(ada), str(ada).upper()):
            assert subject(session, text) == ada
        for text in ("Ada L.", str(uuid4()), ""):
            with pytest.raises(UnknownError) as unknown:
                subject(session, text)
            assert str(unknown.value) == "there is no learner with this login, mail address or id"
        create(session, "ada2", "Ada", "ADA@example.org")
        with pytest.raises(RefusedError) as error:
            subject(session, "ada@example.org")
    assert str(error.value) == "several learners have this mail address; say the login or the id"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_export_has_the_seconds_of_gradings_and_no_parts_of_them(database: Database, ada: UUID) -> None:
    """As the API shows learners."""
    file = io.BytesIO()
    with database.writing() as session:
        session.execute(update(Attempt).values(finished_at=datetime(2026, 9, 1, 8, 0, 4, 999_999, UTC)))
        export(session, ada, file)
    with zipfile.ZipFile(file) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/submission.json"))
        attempts = json.loads(archive.read(name))["attempts"]
    assert [one["finished_at"] for one in attempts] == ["2026-09-01T08:00:04+00:00"] * 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_export_has_all_of_one_and_nothing_of_another(database: Database, ada: UUID) -> None:
    """With the reports as the learner sees them."""
    file = io.BytesIO()
    with database.reading() as session:
        export(session, ada, file)
        bert = find(session, "bert")
    with zipfile.ZipFile(file) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    whole = b"".join(found.values()).decode()
    assert [word for word in ("bert", "Bert", str(bert)) if word in whole] == []
    folder = next(name for name in found if name.startswith("submissions/")).rpartition("/")[0]
    inside = {name.removeprefix(f"{folder}/") for name in found if name.startswith(folder)}
    assert inside == {"submission.json", "files/s.py", "reports/1.json", "reports/2.json"}
    assert set(found) - {f"{folder}/{name}" for name in inside} == {
        "README.txt",
        "person.json",
        "grades.json",
        "tokens.json",
        "audit.json",
    }
    person = json.loads(found["person.json"])
    assert (person["id"], person["login"], person["name"], person["mail"], person["classes"]) == (
        str(ada),
        "ada",
        "Ada L.",
        "ada@example.org",
        ["c"],
    )
    (grade,) = json.loads(found["grades.json"])
    assert (grade["assignment_id"], grade["score"], grade["reached"]) == ("a", 3.0, 4.0)
    assert [one["reason"] for one in grade["overrides"]] == ["She was ill."]
    assert found[f"{folder}/files/s.py"] == b"print('\xc3\xa4')\n"
    assert [one["number"] for one in json.loads(found[f"{folder}/submission.json"])["attempts"]] == [1, 2]
    report = Report.model_validate_json(found[f"{folder}/reports/1.json"])
    assert [case.case for case in report.gradients[0].cases] == ["handout"]
    assert "ValueError" not in whole
    assert [one["label"] for one in json.loads(found["tokens.json"])] == ["Her laptop"]
    assert [one["action"] for one in json.loads(found["audit.json"])] == ["override", "see"]


def test_erase_leaves_nothing_but_the_id_in_the_audit(database: Database, ada: UUID, tmp_path: Path) -> None:
    """In no table, and in no file of the database; what is another's stays."""
    with database.writing() as session:
        assert belongings(session, ada) == Belongings(1, 1, 2, 1, 1, 2)
        berts = belongings(session, find(session, "bert") or UUID(int=0))
        assert erase(session, ada, actor="staff:1") == Belongings(1, 1, 2, 1, 1, 2)
    overwrite(database)
    files = {file.name: file.read_bytes() for file in tmp_path.glob("grader.sqlite3*")}
    with database.reading() as session:
        for table in Table.metadata.sorted_tables:
            rows = session.execute(select(table)).all()
            if table.name != "audit":
                assert [row for row in rows if str(ada) in str(row) or ada in row] == []
        assert session.scalars(select(Person.login)).all() == ["bert"]
        assert belongings(session, find(session, "bert") or UUID(int=0)) == berts
        assert len(session.scalars(select(Outbox.id)).all()) == len(session.scalars(select(Delivery.id)).all()) == 2
        left = session.scalars(select(Audit).where(Audit.object.contains(str(ada))).order_by(Audit.id)).all()
        assert [(one.actor, one.action, one.detail) for one in left][-1] == ("staff:1", "erase", None)
        assert {one.detail for one in left} == {None}
        assert session.get(Learner, ada) is None
    if database.is_sqlite:
        assert "grader.sqlite3-wal" in files, "the database is still open"
        everything = b"".join(files.values())
        assert [word for word in ("Ada L.", "ada@example.org") if word.encode() in everything] == []
        assert b"bert@example.org" in everything
    with pytest.raises(UnknownError), database.writing() as session:
        erase(session, ada)


def test_erase_what_is_being_graded_finds_no_place(database: Database, ada: UUID) -> None:
    """Neither its files nor its result disturb anybody; the learner can hand in no more."""
    hand_in(database, "a", ada, [])
    queue = Queue(database)
    (claim,) = queue.claim(come(database), 5)
    with database.writing() as session:
        erase(session, ada)
    assert queue.work(claim).files == ()
    assert not queue.complete(claim, result(claim))
    assert queue.counts()[State.RUNNING] == 0
    with pytest.raises(UnknownError) as error:
        hand_in(database, "a", ada, [])
    assert str(error.value) == "there is no such learner"
