"""Every version of an assignment is kept as it was, with the modules that it provides."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from grader.errors import AssignmentError
from grader.service import audit
from grader.service.assignments import load, publish, read
from grader.service.database import Database
from grader.service.tables import AssignmentVersion
from tests.service.handed import ASSIGNMENT

PROVIDING = ASSIGNMENT + b"provide: [helper.py]\n"


def test_publish_same_text_is_no_new_version(database: Database) -> None:
    """Another one is the next; each can be had again."""
    first = publish(database, ASSIGNMENT, "a.yaml")
    assert publish(database, ASSIGNMENT, "a.yaml") == first
    second = publish(database, ASSIGNMENT + b"title: B\npoints: {W: 3}\n", "a.yaml")
    with database.reading() as session:
        assert session.get_one(AssignmentVersion, second).number == 2
        scores = [session.get_one(AssignmentVersion, version).max_score for version in (first, second)]
    assert scores == [2.0, 4.0]
    assert [load(database, version).title for version in (first, second)] == [{"en": "a"}, {"en": "B"}]


def test_publish_many_at_once_versions_are_numbered_one_by_one(database: Database) -> None:
    """Also when it is the first."""
    texts = [ASSIGNMENT + b"# %d\n" % (number % 2) for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda text: publish(database, text, "a.yaml"), texts))
    with database.reading() as session:
        numbers = session.scalars(select(AssignmentVersion.number).order_by(AssignmentVersion.number)).all()
    assert numbers == list(range(1, len(numbers) + 1))


def test_publish_modules_stay_with_their_version(database: Database) -> None:
    """Another module is another version, though the text is the same; one that nobody names is not kept."""
    first = publish(database, PROVIDING, "a.yaml", {"helper.py": b"two = 2\n", "other.py": b""})
    second = publish(database, PROVIDING, "a.yaml", {"helper.py": b"two = 2.0\n"})
    assert publish(database, PROVIDING, "a.yaml", {"helper.py": b"two = 2.0\n"}) == second
    assert [load(database, version).provided for version in (first, second)] == [
        {"helper.py": b"two = 2\n"},
        {"helper.py": b"two = 2.0\n"},
    ]
    with database.reading() as session:
        versions = [session.get_one(AssignmentVersion, version) for version in (first, second)]
        assert [version.sha256 for version in versions] == [load(database, one).sha256 for one in (first, second)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_publish_is_in_the_audit_with_its_proof(database: Database) -> None:
    """Who did it; the same again is nothing new, except that it may be proven by then."""
    version = publish(database, ASSIGNMENT, "a.yaml", actor="staff:1")
    assert publish(database, ASSIGNMENT, "a.yaml", proof=b"{}") == version
    assert publish(database, ASSIGNMENT, "a.yaml") == version
    with database.reading() as session:
        assert [(one.actor, one.action, one.object, one.detail) for one in audit.entries(session)] == [
            ("staff:1", "publish", "assignment:a", "version 1")
        ]
        assert session.get_one(AssignmentVersion, version).proof == b"{}"


@pytest.mark.parametrize(
    ("text", "provided", "message"),
    [
        (b"", {}, "a.yaml: the file is empty"),
        (PROVIDING, {}, "a.yaml:5: at provide[0]: there is no file `helper.py` beside this one"),
        (PROVIDING, {"../helper.py": b""}, "a.yaml: ../helper.py is no name of a file"),
        (
            PROVIDING,
            {"helper.py": b"def"},
            "a.yaml:5: at provide[0]: `helper.py` is not valid Python: line 1: invalid syntax",
        ),
    ],
)
def test_read_faulty_text_or_module_is_refused(text: bytes, provided: dict[str, bytes], message: str) -> None:
    """With the place in the file."""
    with pytest.raises(AssignmentError) as error:
        read(text, "a.yaml", provided)
    assert str(error.value).partition("\n")[0] == message
