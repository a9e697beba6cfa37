"""`grader validate`: whether an assignment does what it should, before the deadline."""

import json as json_format
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader import atomic
from grader.commands.exits import NOT_PROVEN
from grader.commands.options import IsolationMode, LanguageOption, speak
from grader.errors import AssignmentError, AuthorError
from grader.language import translated as _
from grader.visible import visible

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.validation.findings import Validation


def validate(
    context: typer.Context,
    assignments: Annotated[
        list[str],
        typer.Argument(metavar="ASSIGNMENT...", help="Assignment files, or ids of those under assignments/."),
    ],
    solution: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A right solution: must be all correct on all cases.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Look for cases that prove the assignment, and print what to add.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="With --fix: write a copy that has the cases."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all that was found as JSON.")] = False,
    isolation: Annotated[
        IsolationMode, typer.Option(help="Of the solution: `auto` is the best this machine has.")
    ] = IsolationMode.auto,
    lang: LanguageOption = None,
) -> None:
    """Prove an assignment before the deadline: its answers are right, and its cases reject every known mistake.

    Exit code 0 says that it is proven, 1 that it is not; then each finding says what to change.
    """
    from grader import assignment_file
    from grader.render.terminal import console
    from grader.render.validation import validation_view
    from grader.validation import validate as validated

    if len(assignments) > 1 and (solution is not None or output is not None):
        raise AuthorError("--solution and --output belong to one assignment; expected a single one")
    if output is not None and not fix:
        raise AuthorError("--output is of use with --fix only")
    if output is not None and output.exists():
        raise AuthorError(f"{_shown(output)} is there already; expected a new file")
    paths = [assignment_file.find(one) for one in assignments]
    loaded = [assignment_file.load(path) for path in paths]
    speak(context, lang, {code for assignment in loaded for code in assignment.title})
    screen = console()
    all_found: list[Validation] = []
    for path, assignment in zip(paths, loaded, strict=True):
        with _status(assignment.id) as step:
            try:
                found = validated(assignment, solved=solution, isolation=isolation.value, step=step)
            except AssignmentError as error:
                raise assignment_file.located(error, path) from None
        if not json:
            if all_found:
                screen.print()
            screen.print(validation_view(found))
        all_found.append(found)
        if fix:
            _fix(path, assignment, found, output, quiet=json)
    proven = all(found.proven for found in all_found)
    if json:
        whole = {"proven": proven, "assignments": [found.as_json() for found in all_found]}
        sys.stdout.write(json_format.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    if not proven:
        raise SystemExit(NOT_PROVEN)


def _fix(path: Path, assignment: "Assignment", found: "Validation", output: Path | None, *, quiet: bool) -> None:
    """Print the lines to add, and write the file that has them; with --json on standard error."""
    from grader.render.terminal import console
    from grader.validation.proposal import propose, wanted

    screen = console(sys.stderr if quiet else None)
    if not wanted(found):
        said = (
            _("No other cases are needed.")
            if found.proven
            else _("No other cases are needed; what failed has nothing to do with them.")
        )
        screen.print(f"\n{said}", soft_wrap=True)
        return
    with _status(assignment.id) as step:
        proposal = propose(path, assignment, found, step)
    if proposal is None:
        said = _(
            "No other cases were found that prove it. Sizes can vary from case to case if they have names, as in "
            "`{shapes}` with `dims`; and `tolerance` should be small.",
            shapes="shapes: {X: [N, D]}",
        )
        screen.print(f"\n{said}", soft_wrap=True)
        return
    for problem, lines in proposal.lines.items():
        said = (
            _("Proven with these under `cases:` of {problem}:", problem=problem)
            if assignment.sheet
            else _("Proven with these under `cases:`:")
        )
        screen.print(f"\n{said}\n", soft_wrap=True)
        for line in lines:
            screen.print(f"  - {line}", soft_wrap=True)
    if output is not None:
        try:
            atomic.write(output, proposal.text.encode())
        except OSError as error:
            raise AuthorError(f"{_shown(output)} cannot be written: {error.strerror}") from None
        said = _("A copy that has them is in {file}", file=_shown(output))
        screen.print(f"\n{said}", soft_wrap=True)


@contextmanager
def _status(assignment: str) -> Iterator[Callable[[str], None]]:
    """What is being done, on standard error, if that is a terminal."""
    from grader.render.terminal import console

    if not sys.stderr.isatty():
        yield lambda what: None
        return
    with console(sys.stderr).status(assignment) as status:
        yield lambda what: status.update(f"{assignment}: {what}")


def _shown(path: Path) -> str:
    return visible(str(path), limit=500)
