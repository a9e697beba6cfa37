"""`grader kit`: what students need to work and to check themselves, and nothing hidden."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.commands.options import AssignmentArgument


def kit(
    assignment: AssignmentArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder, where the kit goes.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the files of an earlier kit, and what was written into them.")
    ] = False,
) -> None:
    """Make the students' package: the sheet, a copy without hidden cases, a template as module and as notebook."""
    from secrets import token_hex

    from grader import assignment_file
    from grader.kit import make, write
    from grader.render.terminal import console
    from grader.visible import visible

    path = assignment_file.find(assignment)
    made = make(path)
    write(made, output, force=force)
    console().print(f"{', '.join(made.files)} are in {visible(str(output), limit=500)}", soft_wrap=True)
    if made.guessable:
        console(sys.stderr).print(
            f"Whoever has the kit can guess {visible(str(path), limit=500)} byte for byte, and compute its hidden "
            f"cases. Add a comment that nobody can guess, such as `# {token_hex(4)}`.",
            style="yellow",
            soft_wrap=True,
        )
