"""Every setting is an option that says the same; what cannot be served is one sentence."""

import socket
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.main import get_command
from typer.testing import CliRunner

from grader.commands.app import app
from grader.sandbox import open_sandbox
from grader.service import starting
from grader.service.settings import Settings, settings
from grader.service.tables import Staff
from tests.service.serving import command, environment

SHOWN = {"jobs": "all cores"}
"""Defaults that this machine decides."""


def test_serve_every_setting_is_an_option_that_says_the_same() -> None:
    """What is read in `--help` is what is written in the settings, and so is the default."""
    options = {option.name: option for option in get_command(app).commands["serve"].params}  # type: ignore[attr-defined]
    assert set(options) - {"help"} == {*Settings.model_fields, "no_grading", "new_staff_link"}
    for name, field in Settings.model_fields.items():
        option = options[name]
        assert option.help == field.description, name
        assert option.opts[0] == f"--{name.replace('_', '-')}"
        if isinstance(field.default, bool) or field.default in (None, ""):
            assert not option.show_default, name
        else:
            assert option.show_default == SHOWN.get(name, str(field.default)), name


def refused(*flags: str, **variables: str) -> tuple[int, str]:
    """The exit code and the sentence of a service that does not start."""
    run = subprocess.run(
        command(*flags), env=environment(**variables), capture_output=True, text=True, timeout=120, check=False
    )
    assert run.stdout == ""
    return run.returncode, run.stderr


def test_serve_setting_that_cannot_be_is_named() -> None:
    """Before anything is made."""
    found = CliRunner().invoke(app, ["serve", "--port", "70000"])
    assert found.exit_code == 2
    assert found.stderr == "grader: the setting `port`: input should be less than or equal to 65535\n"


def test_serve_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "file").write_text("")
    found = CliRunner().invoke(app, ["serve", "--data", f"{tmp_path}/file/data"])
    said = f"the folder {tmp_path}/file/data cannot be made: Not a directory; --data names another one"
    assert (found.exit_code, found.stderr) == (2, f"grader: {said}\n")


def test_serve_database_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """A file of something else is not written over."""
    (tmp_path / "grader.sqlite3").write_bytes(b"Dear diary" * 1000)
    found = CliRunner().invoke(app, ["serve", "--data", str(tmp_path)])
    said = f"the database in {tmp_path} cannot be used: file is not a database; is it there, and ours?"
    assert (found.exit_code, found.stderr) == (2, f"grader: {said}\n")
    assert (tmp_path / "grader.sqlite3").read_bytes() == b"Dear diary" * 1000


def test_serve_database_that_is_away_is_one_sentence() -> None:
    """Without its password."""
    found = CliRunner().invoke(app, ["serve", "--database", "postgresql://me:secret@127.0.0.1:1/none"])
    assert found.exit_code == 2
    said = "the database of the setting `database` cannot be used: connection failed: "
    assert found.stderr.startswith(f"grader: {said}")
    assert found.stderr.endswith("; is it there, and ours?\n")
    assert found.stderr.count("\n") == 1
    assert "secret" not in found.stderr


def test_serve_port_that_others_have_is_one_sentence(tmp_path: Path) -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = CliRunner().invoke(app, ["serve", "--data", str(tmp_path), "--port", str(port), "--no-grading"])
    said = (
        f"nothing can listen at 127.0.0.1, port {port}: Address already in use; --port takes another port, and 0 one "
        "that is free"
    )
    assert (found.exit_code, found.stderr) == (2, f"grader: {said}\n")


def test_serve_weak_sandbox_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is listened on; the setting that allows it is named."""

    monkeypatch.setattr(
        "grader.service.stations.open_sandbox", lambda framework: open_sandbox(framework, isolation="none")
    )
    found = CliRunner().invoke(app, ["serve", "--data", str(tmp_path), "--port", "0"])
    assert found.exit_code == 3
    assert found.stderr == (
        "grader: isolation is only none on this machine, and submissions are other people's code; `grader doctor` says "
        "what to do, and the setting `allow_degraded` grades nevertheless\n"
    )


def test_serve_new_staff_link_is_printed_and_nothing_served(tmp_path: Path) -> None:
    """For somebody who is made, and the same one the next time."""
    flags = ["serve", "--data", str(tmp_path), "--public-url", "https://grader.school.example", "--new-staff-link"]
    links = [CliRunner().invoke(app, [*flags, "Ada"]).stdout for _ in range(2)]
    assert all(link.startswith("https://grader.school.example/sign-in?token=grader_") for link in links)
    assert links[0] != links[1]
    found = CliRunner().invoke(app, [*flags, "  "])
    assert found.exit_code == 2
    assert found.stderr.startswith("grader: ")


def test_serve_variable_that_is_no_setting_is_told_and_nothing_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip would else do nothing, and nobody would know."""
    monkeypatch.setenv("GRADER_DATTA", str(tmp_path / "elsewhere"))
    found = CliRunner().invoke(app, ["serve", "--data", str(tmp_path), "--new-staff-link", "Ada"])
    assert (found.exit_code, "/sign-in?token=" in found.stdout) == (0, True)
    assert found.stderr == (
        "grader: variables that are no settings, and do nothing: GRADER_DATTA; did you mean `GRADER_DATA`?\n"
    )
    assert not (tmp_path / "elsewhere").exists()


def test_first_link_is_of_the_one_who_is_there(tmp_path: Path) -> None:
    """Whoever was made by a link is the first of the staff."""
    database = starting.opened(settings(data=tmp_path))
    starting.new_link(database, "http://x", "Ada")
    assert starting.first_link(database, "http://x") is not None
    with database.reading() as session:
        assert session.scalar(select(func.count(Staff.id))) == 1
    database.close()


@pytest.mark.slow
def test_serve_environment_is_read(tmp_path: Path) -> None:
    """A whole process, so that nothing of ours helps it."""
    code, said = refused(GRADER_DATA=str(tmp_path), GRADER_PORT="x")
    assert code == 2
    assert said == (
        "grader: the setting `port`: input should be a valid integer, unable to parse string as an integer\n"
    )
