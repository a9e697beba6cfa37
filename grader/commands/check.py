"""`grader check`: a student's own look at a solution, before the deadline."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from grader.commands.exits import GRADER_FAULT, NOT_CORRECT
from grader.commands.options import AssignmentArgument, IsolationMode, LanguageOption, speak
from grader.errors import AssignmentError
from grader.language import translated as _


def check(
    context: typer.Context,
    assignment: AssignmentArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Your solution: a Python file, or a folder of modules.")],
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="Draw the random cases of an earlier check again.")
    ] = None,
    isolation: Annotated[
        IsolationMode, typer.Option(help="`auto` is the best this machine has; `none` runs your code as it is.")
    ] = IsolationMode.auto,
    lang: LanguageOption = None,
) -> None:
    """Try a solution on the public cases and on fresh random ones; succeeds only if everything is correct."""
    from grader import assignment_file
    from grader.sandbox import open_sandbox

    path = assignment_file.find(assignment)
    frameworks = {problem.framework for problem in assignment_file.load(path, check=lambda problem: None).problems}
    with ExitStack() as stack:
        # The sandboxes start in other processes while everything else is imported and computed here.
        sandboxes = {one: stack.enter_context(open_sandbox(one, isolation=isolation.value)) for one in frameworks}
        from grader.grading import grade
        from grader.intake import collect_one
        from grader.preparation import prepare, wanted

        loaded = assignment_file.load(path)
        speak(context, lang, loaded.title)
        submission = collect_one(file, wanted(loaded))
        seed = _fresh_seed() if seed is None else seed
        try:
            prepared = prepare(loaded, fresh_seed=seed)
        except AssignmentError as error:
            raise assignment_file.located(error, path) from None
        report = grade(prepared, submission, sandboxes)
    if json:
        from grader.report import dump

        sys.stdout.write(dump(report).decode())
    else:
        from grader.render.terminal import console, isolation_notice, report_view

        screen = console()
        screen.print(report_view(report))
        if report.reason is None:
            screen.print(_("The random cases were drawn with --seed {seed}.", seed=seed), style="dim")
        if notice := isolation_notice(report.isolation):
            console(sys.stderr).print(notice)
    if report.status == "grader_error":
        raise SystemExit(GRADER_FAULT)
    if any(gradient.verdict != "correct" for gradient in report.gradients):
        raise SystemExit(NOT_CORRECT)


def _fresh_seed() -> int:
    from secrets import randbelow

    return randbelow(2**31)
