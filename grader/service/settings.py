"""What an operator may choose: flags come before the environment (`GRADER_…`), and that before a file.

The file is TOML, with the names below as its keys; it is named by `--config` or `GRADER_CONFIG`.
"""

import ipaddress
import os
import re
import socket
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from grader.errors import AuthorError
from grader.key_errors import nearest
from grader.visible import visible

PREFIX = "GRADER_"
NOT_OURS = re.compile(rf"{PREFIX}(DEBUG|TEST_.*)")
"""Variables of other parts of the grader, and of its tests."""
RATE = r"^[1-9][0-9]{0,8}/(second|minute|hour)$"


class Settings(BaseSettings):
    """The settings of one process of the service."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )

    config: Path | None = None
    """A file of settings, in TOML."""
    data: Path = Path("grader-data")
    """The folder of the embedded database."""
    database: str | None = None
    """The URL of a database, as postgresql://user@host/name; else an SQLite file in `data`."""

    host: str = "127.0.0.1"
    """The address that is listened on; 0.0.0.0 is every one of this machine."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port that is listened on; 0 takes one that is free."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/?#\s]+/?$")
    """Where people find the service, as https://grader.school.example; else http://host:port."""
    trusted_proxies: str = ""
    """Addresses whose X-Forwarded-For and -Proto are believed, separated by commas; empty believes nobody."""
    web: bool = True
    """Answer people and programs; without it this process only grades, and answers about its health."""
    metrics_token: SecretStr | None = None
    """What opens /metrics to other machines, as Authorization: Bearer; without it, it is for this one only."""
    log: Literal["auto", "json", "console"] = "auto"
    """How logs are written: JSON lines, or for people; `auto` is for people where it is a terminal."""
    webhooks_to_private: bool = False
    """Send webhooks by http and to private addresses too; for tests, and where everybody near is trusted."""

    most_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    """Bytes that a request may have."""
    most_files: int = Field(default=50, ge=1)
    """Files that may be handed in at once."""
    body_seconds: float = Field(default=60.0, gt=0)
    """Until all of a request must have come."""
    rate_learner: str = Field(default="300/minute", pattern=RATE)
    """Requests of a learner; what is beyond is answered with 429."""
    rate_staff: str = Field(default="6000/minute", pattern=RATE)
    """Requests of a token of the staff, which may be that of a program for a whole school."""
    rate_address: str = Field(default="60/minute", pattern=RATE)
    """Requests of an address whose token is missing or wrong."""

    workers: int = Field(default=1, ge=0)
    """Workers of this process that take from the queue; with 0 it grades nothing."""
    jobs: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Submissions that a worker grades at a time."""
    nice: int = Field(default=10, ge=0, le=19)
    """How far grading steps back behind answering, on Linux; 0 is not at all."""
    cluster: str | None = None
    """Grade on the workers of a Dask scheduler, as tcp://host:8786, one that is trusted as this process."""
    warm: int = Field(default=3, ge=1)
    """Assignments whose references and sandboxes are kept."""
    batch: int = Field(default=16, ge=1)
    """Attempts that a worker takes at a time."""
    lease_seconds: float = Field(default=30.0, gt=0)
    """How long a worker may be silent before its attempts are given to others."""
    tries: int = Field(default=5, ge=1)
    """Times that an attempt may be begun."""
    stop_seconds: float = Field(default=20.0, ge=0)
    """How long what is being graded may take to finish when the service stops."""
    allow_degraded: bool = False
    """Grade although the sandbox is not strong."""

    @property
    def url(self) -> str:
        """Where people find the service: what links of ours begin with, whatever a request says of its host."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = socket.gethostname() if self.host in ("0.0.0.0", "::", "") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def is_url_guessed(self) -> bool:
        """Whether people may come by another address than `url`, and nobody has said by which."""
        return self.public_url is None and bool(self.trusted_proxies or not _is_loopback(self.host))

    @property
    def database_url(self) -> str:
        """Of the database that is used."""
        return self.database or f"sqlite:///{self.data.absolute() / 'grader.sqlite3'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, the environment, the file; the first that says something counts."""
        flags = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        file = flags.get("config") or os.environ.get(f"{PREFIX}CONFIG")
        sources = (init_settings, env_settings)
        return (*sources, TomlConfigSettingsSource(settings_cls, Path(file))) if file else sources


def settings(**flags: Any) -> Settings:
    """The settings, with flags that were given; those that are None were not.

    Raises:
        AuthorError: if one has a value that it cannot have, or the file cannot be read.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    file = given.get("config") or os.environ.get(f"{PREFIX}CONFIG")
    if file and not os.path.isfile(file):
        raise AuthorError(f"there is no file {visible(str(file), limit=500)}")
    try:
        return Settings(**given)
    except ValidationError as error:
        raise AuthorError("; ".join(_sentence(one["loc"], one["msg"], one["type"]) for one in error.errors())) from None
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{visible(str(file), limit=500)} is not TOML: {error}") from None


def unknown_variables() -> str | None:
    """A sentence on variables of the environment that look like settings and are none; None without any.

    They are no error: whoever runs containers puts in variables of their own.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    found = sorted(
        name
        for name in os.environ
        if name.upper().startswith(PREFIX) and name.upper() not in known and not NOT_OURS.fullmatch(name.upper())
    )
    said = (f"{visible(name, limit=80)}{nearest(name.upper(), known)}" for name in found)
    return f"variables that are no settings, and do nothing: {', '.join(said)}" if found else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sentence(place: tuple[int | str, ...], message: str, kind: str) -> str:
    """One thing that is wrong, by its name."""
    name = ".".join(map(str, place))
    if kind == "extra_forbidden":
        return f"there is no setting `{visible(name, limit=80)}`{nearest(name, Settings.model_fields)}"
    return f"the setting `{name}`: {message[:1].lower()}{message[1:]}"
