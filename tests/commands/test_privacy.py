"""`grader privacy`: for whoever runs the service, and asks before it erases."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.commands.privacy import app
from grader.service import audit
from grader.service.database import Database
from grader.service.people import create
from grader.service.schema import migrate


def run(*arguments: object) -> tuple[int, str]:
    """The exit code, and all that was printed."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a service that knows a learner."""
    folder = tmp_path / "data"
    database = Database(f"sqlite:///{folder / 'grader.sqlite3'}")
    migrate(database)
    with database.writing() as session:
        create(session, "ada", "Ada L.", "ada@example.org")
    database.close()
    return folder


def test_export_writes_a_file_that_only_its_owner_reads(data: Path, tmp_path: Path) -> None:
    """Never over another one; the audit says that it was done."""
    file = tmp_path / "ada.zip"
    code, said = run("export", "ada", "-o", file, "--data", data)
    assert (code, said.startswith(f"{file} has all that is kept of learner ")) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        assert b"Ada L." in archive.read("person.json")
    assert run("export", "ada", "-o", file, "--data", data) == (
        2,
        f"grader: {file} is there already; expected a new file\n",
    )
    database = Database(f"sqlite:///{data / 'grader.sqlite3'}")
    with database.reading() as session:
        assert [(one.actor, one.action) for one in audit.entries(session)] == [("operator", "export")]
    database.close()


def test_erase_asks_first(data: Path) -> None:
    """Where nobody can be asked, it wants to be told."""
    code, said = run("erase", "ada@example.org", "--data", data)
    assert (code, said.splitlines()[1:]) == (2, ["grader: nobody is there to be asked; --yes erases without asking"])
    code, said = run("erase", "ada@example.org", "--data", data, "--yes")
    assert (code, said.splitlines()[1:]) == (
        0,
        ["erased: submissions 0, files 0, attempts 0, overrides 0, tokens 0, messages 0"],
    )
    assert run("erase", "ada", "--yes", "--data", data) == (
        2,
        "grader: there is no learner with this login, mail address or id\n",
    )


def test_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A wrong folder is a mistake, and no empty service."""
    assert run("erase", "ada", "--yes", "--data", tmp_path / "no") == (
        2,
        f"grader: there is no database in {tmp_path / 'no'}; --data or --database says where it is\n",
    )
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("verb", ["export", "erase"])
def test_help_teaches_by_an_example(verb: str) -> None:
    """Every option is explained."""
    code, said = run(verb, "--help")
    assert code == 0
    assert f"Example: grader privacy {verb} ada@school.example" in said
