"""The verbs, put together."""

import sys
from typing import Annotated

import typer

from grader import __version__
from grader.commands.check import check
from grader.commands.derive import derive
from grader.commands.doctor import doctor
from grader.commands.exits import verb
from grader.commands.grade import grade
from grader.commands.kit import kit
from grader.commands.privacy import app as privacy
from grader.commands.schema import schema
from grader.commands.serve import serve
from grader.commands.validate import validate

app = typer.Typer(
    name="grader",
    help="Grades gradients derived by hand: runs them in a sandbox and compares them with torch.autograd.",
    epilog="Start with: grader check ASSIGNMENT my_solution.py",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What can be said before the verb."""


app.command(epilog="Example: grader grade relu_frobenius submissions/ -o reports")(verb(grade))
app.command(epilog="Example: grader check relu_frobenius my_solution.py")(verb(check))
app.command(epilog="Example: grader kit relu_frobenius -o relu_frobenius_kit")(verb(kit))
app.command(epilog="Example: grader derive relu_frobenius --format markdown")(verb(derive))
app.command(epilog="Example: grader validate relu_frobenius --solution my_right_solution.py")(verb(validate))
app.command(epilog="Example: grader serve --data ~/grader --port 8000")(verb(serve))
app.add_typer(privacy, name="privacy")
app.command(epilog="Example: grader doctor --json")(verb(doctor))
app.command(epilog="Example: grader schema report > report.schema.json")(verb(schema))


def run() -> None:
    """Read the command line and do what it says."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding does not have is no reason to fail.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="grader")
