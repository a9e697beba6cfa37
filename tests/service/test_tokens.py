"""A token opens what it was issued for, until it runs out or is taken back; the database never has the secret."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import tokens
from grader.service.database import Database
from grader.service.tables import Token
from tests.service.handed import learner, staff


def test_holder_of_a_secret_has_what_it_was_issued_for(database: Database) -> None:
    """The learner, and the scopes."""
    who = learner(database)
    with database.writing() as session:
        issued = tokens.issue(session, ["submit", "read"], learner_id=who, label="laptop")
    with database.reading() as session:
        assert tokens.holder(session, issued.secret) == tokens.Holder(
            issued.token_id, who, None, frozenset({"submit", "read"})
        )


@pytest.mark.parametrize("secret", ["", "grader_", "grader_ä", "\ud800", "x" * 100_000])
def test_holder_of_what_is_no_secret_is_nobody(database: Database, secret: str) -> None:
    """Whatever it is."""
    with database.writing() as session:
        tokens.issue(session, ["staff"], staff_id=staff(session))
    with database.reading() as session:
        assert tokens.holder(session, secret) is None


def test_issue_secret_is_not_in_the_database(database: Database) -> None:
    """Who reads a backup cannot sign in."""
    with database.writing() as session:
        issued = tokens.issue(session, ["staff"], staff_id=staff(session))
    with database.reading() as session:
        row = session.execute(select(Token.__table__)).one()
    assert issued.secret.startswith("grader_")
    assert len(issued.secret) > 45
    assert issued.secret.removeprefix("grader_") not in repr(row)


def test_holder_of_a_token_that_ran_out_or_was_taken_back_is_nobody(database: Database) -> None:
    """At once."""
    with database.writing() as session:
        old = tokens.issue(session, ["staff"], staff_id=staff(session), lasts=timedelta(seconds=-1))
        taken = tokens.issue(session, ["staff"], staff_id=staff(session), lasts=timedelta(days=1))
        assert tokens.holder(session, taken.secret) is not None
        assert tokens.revoke(session, taken.token_id)
        assert not tokens.revoke(session, taken.token_id)
    with database.reading() as session:
        assert [tokens.holder(session, one.secret) for one in (old, taken)] == [None, None]


def test_spend_many_at_once_only_the_first_gets_in(database: Database) -> None:
    """A link that signs in is good for one time."""
    with database.writing() as session:
        secret = tokens.issue(session, ["staff"], staff_id=staff(session)).secret

    def spent(_: int) -> bool:
        with database.writing() as session:
            return tokens.spend(session, secret) is not None

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(spent, range(8))) == [False] * 7 + [True]
