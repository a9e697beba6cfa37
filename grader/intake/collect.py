"""Paths → submissions: every learner once, in a fixed order, each with the module that counts."""

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath

from grader import messages
from grader.errors import AuthorError, SubmissionError
from grader.intake import files, scan
from grader.intake.learner import unique_names
from grader.intake.submission import HandedFile, HandedIn, Submission
from grader.intake.text import NotTextError, Text, decode
from grader.sandbox.job import Source
from grader.visible import visible


def collect(
    paths: Sequence[Path | str], wanted_functions: Collection[str], *, skip: Iterable[Path] = ()
) -> list[Submission]:
    """The submissions in files and folders, in the order of the paths and then of the names.

    `skip` are paths inside these folders that are nobody's submission: an output folder, a teacher's module.
    """
    if not paths:
        raise AuthorError("no submission was given")
    unique = {os.path.abspath(path): Path(path) for path in paths}
    skipped = {os.path.abspath(path) for path in skip}
    handed = [one for path in unique.values() for one in files.handed_in(path, skipped)]
    learners = unique_names(one.name for one in handed)
    return [_submission(one, learner, wanted_functions) for one, learner in zip(handed, learners, strict=True)]


def collect_one(path: Path, wanted_functions: Collection[str]) -> Submission:
    """The submission in a file, or in a folder with its modules."""
    handed = files.one_learner(path)
    (learner,) = unique_names([handed.name])
    return _submission(handed, learner, wanted_functions)


def _submission(handed: HandedIn, learner: str, wanted: Collection[str]) -> Submission:
    names = tuple(visible(file.path, limit=500) for file in handed.files) or (visible(f"{handed.name}/", limit=500),)
    digest = _hash(handed.files)
    if handed.error is not None:
        return Submission(learner, names, handed.error, digest)
    try:
        texts, warnings = _texts(handed.files)
    except SubmissionError as error:
        return Submission(learner, names, error, digest)
    main, doubt = _main(texts, wanted)
    warnings += doubt + _mentions(texts)
    return Submission(learner, names, _source(texts, main), digest, tuple(warnings))


def _texts(handed: Sequence[HandedFile]) -> tuple[dict[str, Text], list[tuple[str, str]]]:
    """The files that are text, by path; raises SubmissionError if there is nothing in any of them."""
    texts: dict[str, Text] = {}
    warnings: list[tuple[str, str]] = []
    errors: list[SubmissionError] = []
    for file in handed:
        shown = visible(file.path, limit=200)
        try:
            texts[file.path] = text = decode(file.data)
        except NotTextError:
            what = "is not text in UTF-8, nor in any other encoding that was tried"
            errors.append(SubmissionError("not_text", messages.reason("not_text", file=shown, what=what)))
            continue
        if text.guessed:
            warnings.append(("encoding", messages.warning("encoding", file=shown, encoding=text.guessed)))
    if not any(text.text.strip() for text in texts.values()):
        shown = visible(handed[0].path, limit=200)
        raise next(iter(errors), SubmissionError("empty", messages.reason("empty", file=shown, what="is empty")))
    warnings += [("unreadable_file", messages.warning("unreadable_file", why=error.message)) for error in errors]
    return texts, warnings


def _main(texts: dict[str, Text], wanted: Collection[str]) -> tuple[str, list[tuple[str, str]]]:
    """The module that counts: the one that defines most of the functions asked for, at a tie the first by name."""
    candidates = sorted(path for path, text in texts.items() if text.text.strip())
    if len(candidates) == 1:
        return candidates[0], []
    counts = {path: len(scan.defined(texts[path].text) & set(wanted)) for path in candidates}
    most = max(counts.values())
    best = [path for path in candidates if counts[path] == most]
    if len(best) == 1:
        return best[0], []
    shown = visible(best[0], limit=200)
    return best[0], [("several_files", messages.warning("several_files", count=len(best), file=shown))]


def _mentions(texts: dict[str, Text]) -> list[tuple[str, str]]:
    """A warning for the first place in each file that names automatic differentiation."""
    return [
        (
            "mentions_autograd",
            messages.warning("mentions_autograd", file=visible(path), line=found.line, what=found.what),
        )
        for path, text in texts.items()
        if (found := scan.autograd_mention(text.text)) is not None
    ]


def _source(texts: dict[str, Text], main: str) -> Source:
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
