"""`grader derive`: the gradients of an assignment, step by step."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from grader.commands.options import AssignmentArgument, LanguageOption, speak
from grader.errors import AuthorError


class Format(StrEnum):
    """How formulas are written."""

    text = "text"
    latex = "latex"
    markdown = "markdown"


def derive(
    context: typer.Context,
    assignment: AssignmentArgument,
    format: Annotated[
        Format, typer.Option(help="`latex` needs amsmath; `markdown` has formulas between dollars.")
    ] = Format.text,
    problem: Annotated[str | None, typer.Option(metavar="ID", help="Only this problem of a sheet.")] = None,
    lang: LanguageOption = None,
) -> None:
    """Print the derivation of every gradient: the steps, the way back through them, and the closed forms.

    dZ is the gradient with respect to Z, which LaTeX has as Z with a bar.
    """
    from grader import assignment_file
    from grader.derivations import derivation
    from grader.objective.derivation import as_latex, as_markdown, as_text
    from grader.problem import resolve_all

    loaded = assignment_file.load(assignment_file.find(assignment))
    speak(context, lang, loaded.title)
    asked = [one for one in resolve_all(loaded) if problem in (None, one.problem.id)]
    if not asked:
        known = ", ".join(one.id for one in loaded.problems)
        raise AuthorError(f"there is no problem {problem}; there are: {known}")
    write, heading = {
        Format.text: (as_text, "{}:\n\n"),
        Format.latex: (as_latex, "% {}\n"),
        Format.markdown: (as_markdown, "#### {}\n\n"),
    }[format]
    written = [
        (heading.format(one.problem.id) if loaded.sheet else "") + write(derivation(one)) for one in asked
    ]  # fmt: skip
    sys.stdout.write("\n".join(written))
