"""Flags come before the environment, and that before the file; what is wrong is said by its name."""

import os
import socket
from pathlib import Path

import pytest

from grader.errors import AuthorError
from grader.service.settings import settings, unknown_variables


def test_settings_several_sources_first_that_speaks_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source fills what those before it left open."""
    file = tmp_path / "grader.toml"
    file.write_text("jobs = 7\nwarm = 8\nbatch = 9\n")
    monkeypatch.setenv("GRADER_CONFIG", str(file))
    monkeypatch.setenv("GRADER_WARM", "5")
    monkeypatch.setenv("GRADER_BATCH", "6")
    found = settings(batch=4, jobs=None)
    assert (found.jobs, found.warm, found.batch, found.config) == (7, 5, 4, file)


def test_settings_none_given_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    """From an empty folder, nothing has to be set."""
    assert settings(data=tmp_path).database_url == f"sqlite:///{tmp_path}/grader.sqlite3"


@pytest.mark.parametrize(
    ("flags", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 80}, f"http://{socket.gethostname()}:80"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://grader.school.example/"}, "https://grader.school.example"),
    ],
)
def test_settings_url_is_where_people_go(flags: dict[str, object], url: str) -> None:
    """An address that only listens is none that a browser finds."""
    assert settings(**flags).url == url


@pytest.mark.parametrize(
    ("flags", "guessed"),
    [
        ({}, False),
        ({"host": "::1"}, False),
        ({"host": "localhost"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "grader.school.example"}, True),
        ({"trusted_proxies": "127.0.0.1"}, True),
        ({"host": "0.0.0.0", "public_url": "https://grader.school.example"}, False),
    ],
)
def test_settings_url_is_guessed_where_others_come_from(flags: dict[str, object], guessed: bool) -> None:
    """On this machine alone, or when it was said, there is nothing to guess."""
    assert settings(**flags).is_url_guessed == guessed


def test_settings_value_that_cannot_be_is_refused() -> None:
    """The sentence names the setting."""
    with pytest.raises(AuthorError) as error:
        settings(jobs=0)
    assert str(error.value) == "the setting `jobs`: input should be greater than or equal to 1"


def test_unknown_variables_are_told_with_what_may_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence; those of tests, of the other commands and of other programs are not ours to tell of."""
    for name in [name for name in os.environ if name.startswith("GRADER_")]:
        monkeypatch.delenv(name)
    for name in ("GRADER_PORT", "grader_jobs", "GRADER_CONFIG", "GRADER_DEBUG", "GRADER_TEST_X", "GRADERS_X", "PROT"):
        monkeypatch.setenv(name, "1")
    assert unknown_variables() is None
    monkeypatch.setenv("GRADER_PROT", "8001")
    monkeypatch.setenv("GRADER_ZZZZZZ\x1b", "1")
    assert unknown_variables() == (
        "variables that are no settings, and do nothing: GRADER_PROT; did you mean `GRADER_PORT`?, GRADER_ZZZZZZ\\x1b"
    )


def test_settings_unknown_key_in_the_file_is_refused(tmp_path: Path) -> None:
    """A key with a slip in it would else do nothing."""
    file = tmp_path / "grader.toml"
    file.write_text("job = 7\nzzzzz = 1\n")
    with pytest.raises(AuthorError) as error:
        settings(config=file)
    assert str(error.value) == "there is no setting `job`; did you mean `jobs`?; there is no setting `zzzzz`"


def test_settings_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    with pytest.raises(AuthorError) as error:
        settings(config=tmp_path / "none.toml")
    assert str(error.value) == f"there is no file {tmp_path}/none.toml"


def test_settings_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    """With what is wrong in it, and where."""
    file = tmp_path / "grader.toml"
    file.write_text("jobs: 7\n")
    with pytest.raises(AuthorError) as error:
        settings(config=file)
    expected = "is not TOML: Expected '=' after a key in a key/value pair (at line 1, column 5)"
    assert str(error.value) == f"{file} {expected}"
