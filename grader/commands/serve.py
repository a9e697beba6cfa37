"""`grader serve`: the service, from a laptop to several replicas on one database."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from grader.errors import AuthorError

WHERE = "Where"
WHO = "Who may ask, and how much"
GRADING = "Grading"
WATCHING = "Watching"


def _option(panel: str, metavar: str | None, text: str, *names: str, default: str | None = None) -> Any:
    """An option that is left out unless it is given, so that the file or the environment may say it."""
    return typer.Option(*names, metavar=metavar, help=text, show_default=default or False, rich_help_panel=panel)


def serve(
    context: typer.Context,
    # Every option but the last two is a setting: `grader.service.settings` has their defaults, and tests compare.
    data: Annotated[
        Path | None, _option(WHERE, "DIR", "The folder of the embedded database.", default="grader-data")
    ] = None,
    database: Annotated[
        str | None,
        _option(WHERE, "URL", "The URL of a database, as postgresql://user@host/name; else an SQLite file in `data`."),
    ] = None,
    host: Annotated[
        str | None,
        _option(
            WHERE,
            "ADDRESS",
            "The address that is listened on; 0.0.0.0 is every one of this machine.",
            default="127.0.0.1",
        ),
    ] = None,
    port: Annotated[
        int | None, _option(WHERE, "N", "The port that is listened on; 0 takes one that is free.", default="8000")
    ] = None,
    public_url: Annotated[
        str | None,
        _option(
            WHERE, "URL", "Where people find the service, as https://grader.school.example; else http://host:port."
        ),
    ] = None,
    config: Annotated[Path | None, _option(WHERE, "FILE", "A file of settings, in TOML.")] = None,
    web: Annotated[
        bool | None,
        _option(
            WHERE,
            None,
            "Answer people and programs; without it this process only grades, and answers about its health.",
            "--web/--no-web",
        ),
    ] = None,
    trusted_proxies: Annotated[
        str | None,
        _option(
            WHO,
            "ADDRESSES",
            "Addresses whose X-Forwarded-For and -Proto are believed, separated by commas; empty believes nobody.",
        ),
    ] = None,
    webhooks_to_private: Annotated[
        bool | None,
        _option(
            WHO,
            None,
            "Send webhooks by http and to private addresses too; for tests, and where everybody near is trusted.",
            "--webhooks-to-private/--no-webhooks-to-private",
        ),
    ] = None,
    most_body_bytes: Annotated[
        int | None, _option(WHO, "N", "Bytes that a request may have.", default="8388608")
    ] = None,
    most_files: Annotated[int | None, _option(WHO, "N", "Files that may be handed in at once.", default="50")] = None,
    body_seconds: Annotated[
        float | None, _option(WHO, "SECONDS", "Until all of a request must have come.", default="60.0")
    ] = None,
    rate_learner: Annotated[
        str | None,
        _option(WHO, "RATE", "Requests of a learner; what is beyond is answered with 429.", default="300/minute"),
    ] = None,
    rate_staff: Annotated[
        str | None,
        _option(
            WHO,
            "RATE",
            "Requests of a token of the staff, which may be that of a program for a whole school.",
            default="6000/minute",
        ),
    ] = None,
    rate_address: Annotated[
        str | None, _option(WHO, "RATE", "Requests of an address whose token is missing or wrong.", default="60/minute")
    ] = None,
    workers: Annotated[
        int | None,
        _option(
            GRADING, "N", "Workers of this process that take from the queue; with 0 it grades nothing.", default="1"
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        _option(GRADING, "N", "Submissions that a worker grades at a time.", "--jobs", "-j", default="all cores"),
    ] = None,
    nice: Annotated[
        int | None,
        _option(GRADING, "N", "How far grading steps back behind answering, on Linux; 0 is not at all.", default="10"),
    ] = None,
    cluster: Annotated[
        str | None,
        _option(
            GRADING,
            "ADDRESS",
            "Grade on the workers of a Dask scheduler, as tcp://host:8786, one that is trusted as this process.",
        ),
    ] = None,
    warm: Annotated[
        int | None, _option(GRADING, "N", "Assignments whose references and sandboxes are kept.", default="3")
    ] = None,
    batch: Annotated[int | None, _option(GRADING, "N", "Attempts that a worker takes at a time.", default="16")] = None,
    lease_seconds: Annotated[
        float | None,
        _option(
            GRADING,
            "SECONDS",
            "How long a worker may be silent before its attempts are given to others.",
            default="30.0",
        ),
    ] = None,
    tries: Annotated[int | None, _option(GRADING, "N", "Times that an attempt may be begun.", default="5")] = None,
    stop_seconds: Annotated[
        float | None,
        _option(
            GRADING,
            "SECONDS",
            "How long what is being graded may take to finish when the service stops.",
            default="20.0",
        ),
    ] = None,
    allow_degraded: Annotated[
        bool | None,
        _option(GRADING, None, "Grade although the sandbox is not strong.", "--allow-degraded/--no-allow-degraded"),
    ] = None,
    metrics_token: Annotated[
        str | None,
        _option(
            WATCHING,
            "SECRET",
            "What opens /metrics to other machines, as Authorization: Bearer; without it, it is for this one only.",
        ),
    ] = None,
    log: Annotated[
        str | None,
        _option(
            WATCHING,
            "FORM",
            "How logs are written: JSON lines, or for people; `auto` is for people where it is a terminal.",
            default="auto",
        ),
    ] = None,
    no_grading: Annotated[bool, _option(GRADING, None, "The same as --workers 0.", "--no-grading")] = False,
    new_staff_link: Annotated[
        str | None, _option(WHO, "NAME", "Instead of serving, print a link that signs somebody of the staff in, once.")
    ] = None,
) -> None:
    """Run the service: learners hand in and read feedback in the browser, programs use the API under /v1.

    In an empty folder that is all it takes: the database is made in grader-data/
    and a link is printed that signs the first of the staff in. Ctrl-C stops it;
    what was handed in by then is graded at the next start.

    Every option is a setting, and may as well be a line of a TOML file (`jobs = 4`,
    named by --config) or a variable of the environment (GRADER_JOBS=4). Passwords
    are better there: everybody on this machine can see a command line.
    """
    try:
        from grader.service import running, starting
    except ImportError as error:
        raise AuthorError(f"this needs {error.name}: pip install 'gradient-grader[service]'") from None
    from grader.service.refusals import RefusedError
    from grader.service.settings import Settings, settings, unknown_variables

    flags = {name: value for name, value in context.params.items() if name in Settings.model_fields}
    chosen = settings(**{**flags, "workers": 0 if no_grading else workers})
    if unknown := unknown_variables():
        print(f"grader: {unknown}", file=sys.stderr)
    if new_staff_link is None:
        raise SystemExit(running.run(chosen))
    opened = starting.opened(chosen)
    try:
        print(starting.new_link(opened, chosen.url, new_staff_link))
    except RefusedError as error:
        raise AuthorError(str(error)) from None
    finally:
        opened.close()
