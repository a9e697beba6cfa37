"""The files of a kit, and how they get into a folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import assignment_file, atomic
from grader.assignment import Assignment
from grader.errors import AssignmentError, AuthorError
from grader.kit.contents import contents, one_title
from grader.kit.markdown import markdown
from grader.kit.page import page
from grader.kit.public import public_data, unknown_to_students, yaml_text
from grader.kit.sheet import Block, sheet
from grader.kit.templates import module, notebook
from grader.kit.texts import say
from grader.language import spoken
from grader.marked_yaml import compose
from grader.preparation import prepare
from grader.visible import visible

_ANY_SEED = 0
"""For the random cases that show that the copy can be checked against."""


@dataclass(frozen=True)
class Kit:
    """Files by their names. `guessable`: whoever has them can work out the teacher's file, byte for byte."""

    id: str
    files: Mapping[str, bytes]
    guessable: bool
    sheet: tuple[Block, ...] = ()
    """What the sheet says, for whoever lays it out in another way."""


def make(path: Path) -> Kit:
    """The kit of an assignment.

    Raises:
        AssignmentError: if the file is faulty, or the copy without hidden cases asks no sensible question.
        AuthorError: if a module of the teacher's has the name of a file of the kit.
    """
    original = assignment_file.load(path)
    source = path.read_bytes().decode("utf-8-sig")
    data = compose(source).data
    assert isinstance(data, dict)
    public = public_data(data, original.id)
    text = f"# {say('copy', id=original.id)}\n{yaml_text(public)}"
    name = f"{original.id}.yaml"
    copy = assignment_file.loads(text, name, folder=path.parent)
    try:
        made, blocks = _made(copy)
    except AssignmentError as error:
        raise assignment_file.located(error, path) from None
    files = {name: text, **made}
    for given in copy.provided:
        if given.casefold() in map(str.casefold, files):
            raise AuthorError(f"the module {given} has the name of a file of the kit; give it, or the id, another one")
    encoded = {name: text.encode() for name, text in files.items()}
    guessable = not unknown_to_students(source, data, public)
    return Kit(original.id, {**encoded, **copy.provided}, guessable, blocks)


def _made(copy: Assignment) -> tuple[dict[str, str], tuple[Block, ...]]:
    """All files but the copy itself, and what the sheet says."""
    problems = contents(copy, prepare(copy, fresh_seed=_ANY_SEED))
    blocks = sheet(copy, problems)
    title = one_title(copy.title, copy.id)
    files = {
        f"{copy.id}.md": markdown(blocks),
        f"{copy.id}.html": page(blocks, title=title, language=spoken().value),
        f"{copy.id}.py": module(copy, problems),
        f"{copy.id}.ipynb": notebook(copy, problems),
    }
    return files, blocks


def write(kit: Kit, folder: Path, *, force: bool = False) -> None:
    """Put the files into a folder, each whole or not at all.

    Raises:
        AuthorError: if the folder holds anything and `force` is not set, or cannot be written to.
    """
    shown = visible(str(folder), limit=500)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not force and os.listdir(folder):
            raise AuthorError(
                f"{shown} is not empty, and work that is in it could be lost; "
                "expected a new folder, or --force to replace the files of the kit"
            )
        for name, data in kit.files.items():
            atomic.write(folder / name, data)
    except FileExistsError:
        raise AuthorError(f"{shown} is no folder, so no kit can be put there") from None
    except OSError as error:
        raise AuthorError(f"{shown} cannot be written: {error.strerror}") from None
