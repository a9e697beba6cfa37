"""`grader privacy`: what the service keeps of one learner, given out or erased."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, TypeAlias

import typer

from grader.commands.exits import verb
from grader.errors import AuthorError
from grader.visible import visible

if TYPE_CHECKING:
    from grader.service.database import Database
    from grader.service.privacy import Belongings

LearnerArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="LEARNER", help="A login, a mail address, or the id that stands in logs and reports.")
]
ConfigOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The file of settings that the service has, in TOML.")
]
DatabaseOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="The URL of its database; else an SQLite file in --data.")
]
DataOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The folder of its embedded database.", show_default="grader-data")
]

app = typer.Typer(
    help="Give out, or erase, what the service keeps of one learner.",
    epilog="Example: grader privacy export ada@school.example -o ada.zip",
    no_args_is_help=True,
)


@app.command(epilog="Example: grader privacy export ada@school.example -o ada.zip")
@verb
def export(
    learner: LearnerArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The zip to write; a new file.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
    data: DataOption = None,
) -> None:
    """Write everything that is kept of a learner: person, submissions with files and reports, grades, audit.

    It is for the learner: reports are as the learner may see them by now.
    The file can be read by you alone. The service may run meanwhile.
    """
    from grader.service import audit, privacy

    with _opened(config, database, data) as opened:
        with opened.reading() as session:
            who = privacy.subject(session, learner)
            with _new(output) as file:
                privacy.export(session, who, file)
        with opened.writing() as session:
            audit.note(session, audit.OPERATOR, "export", f"learner:{who}")
    print(f"{_shown(output)} has all that is kept of learner {who}")


@app.command(epilog="Example: grader privacy erase ada@school.example")
@verb
def erase(
    learner: LearnerArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    data: DataOption = None,
) -> None:
    """Erase a learner: name, mail address, submissions, reports, grades, tokens, and messages that speak of them.

    What is left is that it was done, with an id that leads to nobody. There is no
    way back: export before, if the law has you keep grades. Backups are yours to
    care for. The service may run meanwhile.
    """
    from grader.service import privacy

    with _opened(config, database, data) as opened:
        with opened.reading() as session:
            who = privacy.subject(session, learner)
            there_are = privacy.belongings(session, who)
        print(f"learner {who}: {_counts(there_are)}")
        if not yes:
            if not sys.stdin.isatty():
                raise AuthorError("nobody is there to be asked; --yes erases without asking")
            if not typer.confirm("Erase all of it, for ever?"):
                raise AuthorError("nothing was erased")
        with opened.writing() as session:
            there_were = privacy.erase(session, who)
        privacy.overwrite(opened)
    print(f"erased: {_counts(there_were)}")


@contextmanager
def _opened(config: Path | None, url: str | None, data: Path | None) -> "Iterator[Database]":
    """The database of the service, which must be there; what is refused is wrong usage."""
    try:
        from grader.service import starting
    except ImportError as error:
        raise AuthorError(f"this needs {error.name}: pip install 'gradient-grader[service]'") from None
    from grader.service.refusals import RefusedError
    from grader.service.settings import settings

    chosen = settings(config=config, database=url, data=data)
    if chosen.database is None and not (chosen.data / "grader.sqlite3").is_file():
        raise AuthorError(f"there is no database in {_shown(chosen.data)}; --data or --database says where it is")
    database = starting.opened(chosen)
    try:
        yield database
    except RefusedError as error:
        raise AuthorError(str(error)) from None
    finally:
        database.close()


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner can read; it is gone if anything fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AuthorError(f"{_shown(path)} is there already; expected a new file") from None
    except OSError as error:
        raise AuthorError(f"{_shown(path)} cannot be written: {error.strerror}") from None
    try:
        with open(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _counts(belongings: "Belongings") -> str:
    return ", ".join(f"{what} {count}" for what, count in asdict(belongings).items())


def _shown(path: Path) -> str:
    return visible(str(path), limit=500)
