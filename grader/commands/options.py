"""Arguments and options that several verbs share."""

import os
from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from grader.errors import SandboxError
from grader.language import Language, chosen, speaking

if TYPE_CHECKING:
    from grader.sandbox.isolation import Isolation


class IsolationMode(StrEnum):
    """How submissions are kept apart from this machine."""

    auto = "auto"
    none = "none"


AssignmentArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="ASSIGNMENT", help="An assignment file, or the id of one under assignments/.")
]

LanguageOption: TypeAlias = Annotated[
    Language | None,
    typer.Option(
        "--lang",
        help="The language of all that is said about submissions; by default that of the assignment's title, else "
        "that of this machine.",
    ),
]


def speak(context: typer.Context, asked: Language | None, titles: Collection[str]) -> None:
    """Until the verb is done, what is written is in the language that was asked for, or else that fits best."""
    context.with_resource(speaking(chosen(asked, titles, os.environ)))


STRONG = ("full", "strong")
"""The levels of isolation at which other people's code can be run."""


def refuse_weak(isolation: "Isolation") -> None:
    """Raise unless other people's code can be run at this level."""
    if isolation.level in STRONG:
        return
    missing = f" ({'; '.join(isolation.missing)})" if isolation.missing else ""
    raise SandboxError(
        f"isolation is only {isolation.level} on this machine{missing}, and submissions are other people's code; "
        "`grader doctor` says what to do, and --allow-degraded grades nevertheless"
    )
