"""Paths → submissions: every learner once, in a fixed order, each with the module that counts."""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from grader import messages
from grader.errors import AuthorError, SubmissionError
from grader.intake import files, notebook, scan
from grader.intake.formats import Options
from grader.intake.learner import unique_names
from grader.intake.submission import HandedFile, HandedIn, Lms, Member, Submission
from grader.intake.text import NotTextError, Text, decode
from grader.sandbox.job import Source
from grader.visible import visible

Module: TypeAlias = Text | notebook.Notebook
"""A file that can be imported."""


def collect(
    paths: Sequence[Path | str],
    wanted_functions: Collection[str],
    *,
    skip: Iterable[Path] = (),
    options: Options | None = None,
) -> list[Submission]:
    """The submissions in files, folders and archives, in the order of the paths and then of the names.

    `skip` are paths inside these folders that are nobody's submission: an output folder, a teacher's module.
    """
    if not paths:
        raise AuthorError("no submission was given")
    unique = {os.path.abspath(path): Path(path) for path in paths}
    skipped = {os.path.abspath(path) for path in skip}
    handed = (one for path in unique.values() for one in files.handed_in(path, skipped, options or Options()))
    # Read one by one: notebooks with their pictures are large, and their code is small.
    return _named([_Read(one.name, one.members, _submission(one, wanted_functions)) for one in handed])


def collect_one(path: Path, wanted_functions: Collection[str]) -> Submission:
    """The submission in a file or an archive, or in a folder with its modules."""
    handed = files.one_learner(path)
    (submission,) = _named([_Read(handed.name, (), _submission(handed, wanted_functions))])
    return submission


@dataclass(frozen=True)
class _Read:
    """A submission that has no learner id yet."""

    name: str
    members: tuple[Lms, ...]
    submission: Submission


def _named(read: Sequence[_Read]) -> list[Submission]:
    """The submissions with ids for everybody, members of groups too."""
    ids = iter(unique_names(name for one in read for name in (one.name, *(member.id for member in one.members))))
    return [
        replace(
            one.submission,
            learner=next(ids),
            members=tuple(Member(next(ids), member) for member in one.members),
        )
        for one in read
    ]


def _submission(handed: HandedIn, wanted: Collection[str]) -> Submission:
    names = tuple(visible(file.original or file.path, limit=500) for file in handed.files)
    names = names or (visible(handed.whole or f"{handed.name}/", limit=500),)
    digest = _hash(handed.files)
    rejected = partial(Submission, "", names, sha256=digest, lms=handed.lms)
    if handed.error is not None:
        return rejected(handed.error)
    try:
        texts, warnings = _texts(handed.files)
    except SubmissionError as error:
        return rejected(error)
    warnings += [_left_out(error) for error in handed.left_out]
    main, doubt = _main(texts, wanted)
    warnings += doubt + _mentions(texts)
    return Submission("", names, _source(texts, main), digest, tuple(warnings), handed.lms)


def _left_out(error: SubmissionError) -> tuple[str, str]:
    return "unreadable_file", messages.warning("unreadable_file", why=error.message)


def _is_notebook(path: str) -> bool:
    return path.lower().endswith(".ipynb")


def _texts(handed: Sequence[HandedFile]) -> tuple[dict[str, Module], list[tuple[str, str]]]:
    """The files that are Python or notebooks, by path; raises SubmissionError if there is nothing in any of them."""
    texts: dict[str, Module] = {}
    warnings: list[tuple[str, str]] = []
    errors: list[SubmissionError] = []
    for file in handed:
        shown = visible(file.path, limit=200)
        try:
            texts[file.path] = module = notebook.read(file.data) if _is_notebook(file.path) else decode(file.data)
        except NotTextError:
            what = "is not text in UTF-8, nor in any other encoding that was tried"
            errors.append(SubmissionError("not_text", messages.reason("not_text", file=shown, what=what)))
            continue
        except notebook.NotANotebookError as error:
            what = visible(str(error))
            errors.append(SubmissionError("not_text", messages.reason("not_text", file=shown, what=what)))
            continue
        if isinstance(module, notebook.Notebook):
            warnings += [("magic_dropped", messages.warning("magic_dropped"))] if module.dropped else []
        elif module.guessed:
            warnings.append(("encoding", messages.warning("encoding", file=shown, encoding=module.guessed)))
    if not any(text.text.strip() for text in texts.values()):
        shown = visible(handed[0].path, limit=200)
        what = "has no code in it" if _is_notebook(handed[0].path) else "is empty"
        raise next(iter(errors), SubmissionError("empty", messages.reason("empty", file=shown, what=what)))
    return texts, warnings + [_left_out(error) for error in errors]


def _main(texts: dict[str, Module], wanted: Collection[str]) -> tuple[str, list[tuple[str, str]]]:
    """The module that counts: the one that defines most of the functions asked for.

    At a tie Python comes before notebooks, and then it goes by name.
    """
    candidates = sorted(
        (path for path, text in texts.items() if text.text.strip()), key=lambda path: (_is_notebook(path), path)
    )
    if len(candidates) == 1:
        return candidates[0], []
    counts = {path: len(_defined(texts[path]) & set(wanted)) for path in candidates}
    most = max(counts.values())
    best = [path for path in candidates if counts[path] == most]
    if len(best) == 1:
        return best[0], []
    shown = visible(best[0], limit=200)
    return best[0], [("several_files", messages.warning("several_files", count=len(best), file=shown))]


def _defined(module: Module) -> frozenset[str]:
    # Cell by cell: a string that one cell leaves open ends with it.
    return frozenset(name for _, text in _pieces("", module) for name in scan.defined(text))


def _pieces(path: str, module: Module) -> list[tuple[str, str]]:
    """The text of a file, or of each cell of a notebook, by what its lines are counted in."""
    if isinstance(module, notebook.Notebook):
        return [(f"{path}, cell {number}", code) for number, code in module.cells]
    return [(path, module.text)]


def _mentions(texts: dict[str, Module]) -> list[tuple[str, str]]:
    """A warning for the first place in each file that names automatic differentiation."""
    return [warning for path, module in texts.items() for warning in islice(_mentions_in(path, module), 1)]


def _mentions_in(path: str, module: Module) -> Iterator[tuple[str, str]]:
    for place, text in _pieces(path, module):
        if (found := scan.autograd_mention(text)) is not None:
            file = visible(place)
            message = messages.warning("mentions_autograd", file=file, line=found.line, what=found.what)
            yield "mentions_autograd", message


def _source(texts: dict[str, Module], main: str) -> Source:
    """The modules by the paths that the main one can import them with: from its own folder, else from the learner's."""
    beside = PurePosixPath(main).parent
    modules: dict[str, bytes] = {}
    for path, text in texts.items():
        whole = PurePosixPath(path)
        if whole.is_relative_to(beside):
            modules[visible(str(whole.relative_to(beside)))] = text.source
    for path, text in texts.items():
        whole = PurePosixPath(path)
        if not whole.is_relative_to(beside):
            modules.setdefault(visible("/".join(whole.parts[1:])), text.source)
    return Source(modules, visible(PurePosixPath(main).name))


def _hash(handed: Sequence[HandedFile]) -> str:
    """Of the bytes of a single file; of several, of their paths and hashes."""
    if len(handed) == 1:
        return hashlib.sha256(handed[0].data).hexdigest()
    whole = hashlib.sha256()
    for file in handed:
        path = file.path.encode("utf-8", "surrogatepass")
        whole.update(b"%s\0%s\0" % (path, hashlib.sha256(file.data).hexdigest().encode()))
    return whole.hexdigest()
