"""Tokens: secrets that open some doors, of which only the hash is kept, and which can be taken back.

issue ─▶ secret, shown once ─ request ─ holder ─▶ Holder(learner or one of the staff, scopes)
                              spend ─▶ the same, and the token is used up

What a program made with its token has that one for a parent, and is taken back with it: whoever found a secret keeps
nothing of it. What is made in a browser has none, since people make tokens there and sign out.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from grader.service.refusals import UnknownError
from grader.service.tables import Token, now

MARK = "grader_"
"""Secrets begin with it, so that those who look for leaked ones find them."""
SIGN_IN, SESSION = "sign-in", "session"
"""The scopes of a link that signs somebody in, and of the browser that it has signed in."""
LINK_LASTS = timedelta(days=14)


@dataclass(frozen=True)
class Holder:
    """Who has come with a token: a learner, or one of the staff; and what it is good for."""

    token_id: UUID
    learner_id: UUID | None
    staff_id: UUID | None
    scopes: frozenset[str]

    @property
    def name(self) -> str:
        """For logs and the audit: ids only."""
        return f"learner:{self.learner_id}" if self.learner_id is not None else f"staff:{self.staff_id}"


@dataclass(frozen=True)
class Issued:
    """A new token; the secret is nowhere else."""

    token_id: UUID
    secret: str


def issue(
    session: Session,
    scopes: Collection[str],
    *,
    learner_id: UUID | None = None,
    staff_id: UUID | None = None,
    parent_id: UUID | None = None,
    label: str = "",
    lasts: timedelta | None = None,
) -> Issued:
    """A token for a learner, or for one of the staff.

    Args:
        parent_id: the token that it is made with, if that is a program's.

    Raises:
        UnknownError: if that one was taken back meanwhile.
    """
    assert (learner_id is None) != (staff_id is None), "a token is somebody's"
    if parent_id is not None:
        # Locked, so that whoever takes it back at this moment finds what was made with it.
        parent = select(Token.id).where(Token.id == parent_id, Token.revoked_at.is_(None)).with_for_update()
        if session.scalar(parent) is None:
            raise UnknownError("the token that this was to be made with is taken back")
    secret = MARK + secrets.token_urlsafe(32)
    token = Token(
        sha256=_hash(secret),
        learner_id=learner_id,
        staff_id=staff_id,
        parent_id=parent_id,
        scopes=" ".join(sorted(scopes)),
        label=label,
        expires_at=None if lasts is None else now() + lasts,
    )
    session.add(token)
    session.flush()
    return Issued(token.id, secret)


def sign_in_link(
    session: Session,
    url: str,
    *,
    learner_id: UUID | None = None,
    staff_id: UUID | None = None,
    parent_id: UUID | None = None,
    label: str = "sign-in link",
    lasts: timedelta = LINK_LASTS,
) -> str:
    """An address that signs somebody in, once; `url` is where people find the service."""
    issued = issue(
        session, [SIGN_IN], learner_id=learner_id, staff_id=staff_id, parent_id=parent_id, label=label, lasts=lasts
    )
    return f"{url}/sign-in?token={issued.secret}"


def holder(session: Session, secret: str) -> Holder | None:
    """Who holds a secret; nobody if it is not known, has run out or was taken back."""
    # Found by its hash: how long that takes says nothing about the secret.
    token = session.scalar(select(Token).where(Token.sha256 == _hash(secret)))
    if token is None or token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now()):
        return None
    return Holder(token.id, token.learner_id, token.staff_id, frozenset(token.scopes.split()))


def spend(session: Session, secret: str) -> Holder | None:
    """Who holds a secret that is good for one time: for the first who comes with it, however many come at once."""
    found = holder(session, secret)
    return found if found is not None and revoke(session, found.token_id) else None


def revoke(session: Session, token_id: UUID) -> bool:
    """Take a token back, with all that was made with it; False if it is not there, or was taken back before."""
    if not _taken(session, Token.id == token_id):
        return False
    known = select(Token.id).where(Token.parent_id == token_id).cte("made", recursive=True)
    made = known.union(select(Token.id).where(Token.parent_id == known.c.id))
    while _taken(session, Token.id.in_(select(made.c.id))):
        pass  # one that was being made by one of them is there only now
    return True


def _taken(session: Session, which: ColumnElement[bool]) -> bool:
    """Take some tokens back; whether there were any that opened something until now."""
    taken = (
        update(Token)
        .where(which, Token.revoked_at.is_(None))
        .values(revoked_at=now())
        .returning(Token.id)
        .execution_options(synchronize_session=False)
    )
    return bool(session.scalars(taken).all())


def _hash(secret: str) -> str:
    # As random as a key, so a quick hash is enough.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
