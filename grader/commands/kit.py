"""`grader kit`: what students need to work and to check themselves, and nothing hidden."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.commands.options import AssignmentArgument, LanguageOption, speak
from grader.language import translated as _


def kit(
    context: typer.Context,
    assignment: AssignmentArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder, where the kit goes.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the files of an earlier kit, and what was written into them.")
    ] = False,
    lang: LanguageOption = None,
) -> None:
    """Make the students' package: the sheet, a copy without hidden cases, a template as module and as notebook."""
    from secrets import token_hex

    from grader import assignment_file
    from grader.kit import make, write
    from grader.render.terminal import console
    from grader.visible import visible

    path = assignment_file.find(assignment)
    speak(context, lang, assignment_file.load(path, check=lambda problem: None).title)
    made = make(path)
    write(made, output, force=force)
    said = _("{files} are in {folder}", files=", ".join(made.files), folder=visible(str(output), limit=500))
    console().print(said, soft_wrap=True)
    if made.guessable:
        console(sys.stderr).print(
            _(
                "Whoever has the kit can guess {file} byte for byte, and compute its hidden cases. Add a comment that "
                "nobody can guess, such as `# {comment}`.",
                file=visible(str(path), limit=500),
                comment=token_hex(4),
            ),
            style="yellow",
            soft_wrap=True,
        )
