"""What is done once, before anything is answered: a folder, tables, and a way in for the first of the staff.

Whatever is missing on this machine is one sentence, and says what to do about it.
"""

import os
import socket

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.exc import SQLAlchemyError

from grader.errors import AuthorError
from grader.service import people, tokens
from grader.service.database import Database
from grader.service.schema import migrate
from grader.service.settings import Settings
from grader.service.tables import Staff, Token
from grader.visible import visible

FIRST = "First of the staff"
_LABEL = "printed by grader serve"


def opened(settings: Settings) -> Database:
    """The database, with its tables; on the first start both are made.

    Raises:
        AuthorError: if there is no such database, or nothing can be written there.
    """
    if settings.database is None:
        _make_folder(settings)
    database = Database(settings.database_url)
    try:
        migrate(database)
    except SQLAlchemyError as error:
        database.close()
        where = f"in {settings.data}" if settings.database is None else "of the setting `database`"
        raise AuthorError(f"the database {where} cannot be used: {_cause(error)}; is it there, and ours?") from None
    return database


def listening(settings: Settings) -> socket.socket:
    """The socket that is listened on.

    Raises:
        AuthorError: if there is no such address here, or others have the port.
    """
    where = f"{visible(settings.host, limit=100)}, port {settings.port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen()
        except OSError:
            found.close()
            raise
    except (OSError, UnicodeError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise AuthorError(
            f"nothing can listen at {where}: {why}; --port takes another port, and 0 one that is free"
        ) from None
    return found


def first_link(database: Database, url: str) -> str | None:
    """A link for the first of the staff, which opens once; none once anybody of the staff has signed in."""
    with database.writing() as session:
        if session.scalar(select(Token.id).where(Token.staff_id.is_not(None), _used()).limit(1)) is not None:
            return None
        # What was printed before is gone with the terminal, and only its hash is here.
        session.execute(delete(Token).where(Token.staff_id.is_not(None), Token.label == _LABEL))
        staff = session.scalar(select(Staff.id).order_by(Staff.created_at).limit(1))
        return tokens.sign_in_link(session, url, staff_id=staff or people.create_staff(session, FIRST), label=_LABEL)


def new_link(database: Database, url: str, name: str) -> str:
    """A link for one of the staff, who is made if there is nobody of that name.

    Raises:
        RefusedError: if that is no name.
    """
    with database.writing() as session:
        staff = session.scalar(select(Staff.id).where(Staff.name == name).order_by(Staff.created_at).limit(1))
        return tokens.sign_in_link(session, url, staff_id=staff or people.create_staff(session, name), label=_LABEL)


def _used() -> ColumnElement[bool]:
    """A token that nobody could have without having signed in: any other than a link that is still good."""
    return or_(Token.scopes != tokens.SIGN_IN, Token.revoked_at.is_not(None))


def _make_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = os.access(settings.data, os.W_OK | os.X_OK)
    except OSError as error:
        raise AuthorError(
            f"the folder {settings.data} cannot be made: {error.strerror}; --data names another one"
        ) from None
    if not writable:
        raise AuthorError(f"nothing can be written in the folder {settings.data}; --data names another one")


def _cause(error: SQLAlchemyError) -> str:
    """What the database itself says, in a line, without the statement and its values."""
    said = str(getattr(error, "orig", None) or type(error).__name__).strip()
    return visible(said.partition("\n")[0], limit=300)
