"""A token opens what it was issued for, until it runs out or is taken back; the database never has the secret."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import tokens
from grader.service.database import Database
from grader.service.refusals import UnknownError
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


def test_revoke_takes_all_that_was_made_with_it(database: Database) -> None:
    """Children and theirs; not what another made, nor what it was made with itself."""
    who = learner(database)
    with database.writing() as session:
        one = staff(session)
        above = tokens.issue(session, ["read"], staff_id=one)
        stolen = tokens.issue(session, ["read"], staff_id=one, parent_id=above.token_id)
        beside = tokens.issue(session, ["read"], staff_id=one, parent_id=above.token_id)
        made = [tokens.issue(session, ["read"], learner_id=who, parent_id=stolen.token_id) for _ in range(2)]
        made.append(tokens.issue(session, ["sign-in"], staff_id=one, parent_id=made[0].token_id))
        assert tokens.revoke(session, made[1].token_id)
    with database.writing() as session:
        assert all(tokens.holder(session, other.secret) for other in (above, stolen, beside, made[0], made[2]))
        assert tokens.revoke(session, stolen.token_id)
        assert not tokens.revoke(session, stolen.token_id)
    with database.reading() as session:
        assert [tokens.holder(session, other.secret) for other in (stolen, *made)] == [None] * 4
        assert all(tokens.holder(session, other.secret) for other in (above, beside))


def test_issue_with_a_token_that_was_taken_back_is_refused(database: Database) -> None:
    """Else what is made at that moment would outlive it."""
    with database.writing() as session:
        one = staff(session)
        parent = tokens.issue(session, ["read"], staff_id=one).token_id
        tokens.revoke(session, parent)
        with pytest.raises(UnknownError) as error:
            tokens.issue(session, ["read"], staff_id=one, parent_id=parent)
    assert str(error.value) == "the token that this was to be made with is taken back"


def test_revoke_while_others_are_made_with_it_leaves_none(database: Database) -> None:
    """Also of those that were made with one that was made with it."""
    with database.writing() as session:
        one = staff(session)
        root = tokens.issue(session, ["read"], staff_id=one).token_id
        child = tokens.issue(session, ["read"], staff_id=one, parent_id=root).token_id

    def made(_: int) -> None:
        with suppress(UnknownError), database.writing() as session:
            tokens.issue(session, ["read"], staff_id=one, parent_id=child)

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(made, i) for i in range(12)]
        with database.writing() as session:
            assert tokens.revoke(session, root)
        for each in running:
            each.result()
    with database.reading() as session:
        assert session.scalars(select(Token.id).where(Token.revoked_at.is_(None))).all() == []
