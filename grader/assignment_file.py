"""The assignment file: YAML text → Assignment, where an error names the file, the line and the path to the key.

Reading goes in four steps, each with its own kind of error: bytes → text, text → marked data (`marked_yaml`), data →
types (`key_errors`), types → an objective that makes sense (`grader.problem`). A file from the network is safe to load.
"""

import difflib
import hashlib
import os
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import yaml
from pydantic import ValidationError

from grader.assignment import Assignment, Problem, ProblemFile, Shared, SheetFile
from grader.errors import AssignmentError, AuthorError, ObjectiveError
from grader.key_errors import first_error
from grader.marked_yaml import Document, KeyPath, RefusalError, compose, dotted
from grader.plain_file import NotPlainError, TooLargeError, read
from grader.visible import visible
from grader.yaml_errors import excerpt, explained

MOST_BYTES = 256 * 1024
MOST_PROVIDED_BYTES = 1024 * 1024
FOLDER = Path("assignments")
"""Where an assignment that is named by its id is looked for."""

Check: TypeAlias = Callable[[Problem], object]
"""Raises AssignmentError (its key relative to the problem) or ObjectiveError if a problem makes no sense."""

_PROVIDED = re.compile(r"[^\W\d]\w*\.py")


def find(assignment: str) -> Path:
    """The file that a path, or an id under `assignments/`, stands for."""
    path = Path(assignment)
    candidates = [path, *(FOLDER / f"{assignment}{suffix}" for suffix in (".yaml", ".yml") if path.name == assignment)]
    for candidate in candidates:
        if os.path.isfile(candidate):
            return candidate
    shown = visible(assignment, limit=200)
    if os.path.isdir(path):
        raise AuthorError(f"{shown} is a folder; give the assignment's YAML file, or its id")
    if path.name != assignment or path.suffix in (".yaml", ".yml"):
        try:
            os.stat(path)
        except PermissionError as error:
            raise AuthorError(f"{shown} cannot be read: {error.strerror}") from None
        except (OSError, ValueError):
            raise AuthorError(f"there is no file {shown}") from None
        return path  # it is no plain file, and `load` says what it is
    ids = sorted(entry.stem for suffix in ("*.yaml", "*.yml") for entry in FOLDER.glob(suffix))
    if not ids:
        raise AuthorError(f"there is no file {shown}, and no assignment in a folder {FOLDER}/ here")
    near = difflib.get_close_matches(assignment, ids, n=3, cutoff=0.5) or ids[:10]
    raise AuthorError(f"there is no assignment {shown}; under {FOLDER}/ the nearest are: {', '.join(near)}")


def load(path: Path, *, check: Check | None = None) -> Assignment:
    """The assignment in a file."""
    shown = visible(str(path), limit=500)
    try:
        data = read(path, MOST_BYTES, follow=True)
    except FileNotFoundError:
        raise AssignmentError("there is no such file", shown) from None
    except NotPlainError as error:
        raise AssignmentError(f"this {error.what}; it should be a YAML file", shown) from None
    except TooLargeError:
        raise AssignmentError(f"the file is larger than {MOST_BYTES // 1024} KiB", shown) from None
    except OSError as error:
        raise AssignmentError(f"the file cannot be read: {error.strerror}", shown) from None
    return loads(data, shown, folder=path.parent, check=check)


def loads(text: str | bytes, name: str, *, folder: Path | None = None, check: Check | None = None) -> Assignment:
    """The assignment in a text; `name` stands in errors and gives the id, `folder` has the modules it provides."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    source = _decoded(data, name)
    try:
        document = compose(source)
    except (yaml.YAMLError, RefusalError) as error:
        raise explained(error, source, name) from None
    reading = _Reading(source, name, document)
    file = reading.validated()
    sheet = isinstance(file, SheetFile)
    problems = _problems(file, Path(name).stem)
    provided = reading.provided(problems, folder)
    reading.check(problems, check or partial(_resolve, sheet=sheet))
    identity = file.id or _safe_id(Path(name).stem)
    title = {"en": file.title} if isinstance(file.title, str) else file.title or {"en": identity}
    return Assignment(
        id=identity, title=title, sha256=_hash(data, provided), problems=problems, sheet=sheet, provided=provided
    )


def located(error: AssignmentError, path: Path) -> AssignmentError:
    """An error that was found after loading, with the file and the line it belongs to."""
    shown = visible(str(path), limit=500)
    line, key, here = None, error.key, None
    try:
        text = _decoded(read(path, MOST_BYTES, follow=True), shown)
        document = compose(text)
    except (AuthorError, OSError, yaml.YAMLError, RefusalError, NotPlainError, TooLargeError):
        document = None  # the file has changed since it was loaded
    if document is not None and error.line is None:
        line = document.place(_parsed(key or "")).line
        here = excerpt(text, line) if _parsed(key or "") in document.places else None
    return AssignmentError(error.problem, error.file or shown, error.line or line, key, error.excerpt or here)


class _Reading:
    """One text on its way to an assignment, with what its errors need."""

    def __init__(self, text: str, name: str, document: Document) -> None:
        self.text, self.name, self.document = text, name, document

    def error(self, sentence: str, path: KeyPath = ()) -> AssignmentError:
        line = self.document.place(path).line
        return AssignmentError(sentence, self.name, line, dotted(path) or None, excerpt(self.text, line))

    def validated(self) -> ProblemFile | SheetFile:
        data = self.document.data
        if data is None:
            raise AssignmentError("the file is empty", self.name)
        if not isinstance(data, dict):
            raise self.error("expected keys with values, such as `objective`, `seed` and `shapes`")
        try:
            return SheetFile.model_validate(data) if "problems" in data else ProblemFile.model_validate(data)
        except ValidationError as error:
            raise first_error(error, self.document, self.text, self.name) from None

    def path(self, index: int, *keys: str | int) -> KeyPath:
        """Where a key of a problem stands: under `problems` in a sheet, else at the top."""
        data = self.document.data
        return ("problems", index, *keys) if isinstance(data, dict) and "problems" in data else keys

    def provided(self, problems: Iterable[Problem], folder: Path | None) -> dict[str, bytes]:
        """The teacher's modules that the problems name."""
        return {
            name: self._module(name, self.path(index, "provide", place), folder)
            for index, problem in enumerate(problems)
            for place, name in enumerate(problem.provide)
        }

    def _module(self, name: str, path: KeyPath, folder: Path | None) -> bytes:
        shown = visible(name, limit=80)
        if not _PROVIDED.fullmatch(name):
            raise self.error(f"expected the plain name of a Python module beside this file, got `{shown}`", path)
        if folder is None:
            raise self.error("a text that is not in a file has no modules beside it", path)
        try:
            source = read(folder / name, MOST_PROVIDED_BYTES)
        except FileNotFoundError:
            raise self.error(f"there is no file `{shown}` beside this one", path) from None
        except NotPlainError as error:
            raise self.error(f"`{shown}` {error.what}; it should be a Python file", path) from None
        except TooLargeError:
            raise self.error(f"`{shown}` is larger than {MOST_PROVIDED_BYTES // 1024} KiB", path) from None
        except OSError as error:
            raise self.error(f"`{shown}` cannot be read: {error.strerror}", path) from None
        if (fault := _fault_of_python(source)) is not None:
            raise self.error(f"`{shown}` is not valid Python: {fault}", path)
        return source

    def check(self, problems: Iterable[Problem], check: Check) -> None:
        """That each problem makes sense, and that no two have the same id or ask for the same function."""
        seen: set[str] = set()
        functions: dict[str, str] = {}
        for index, problem in enumerate(problems):
            if problem.id in seen:
                raise self.error(f"another problem has the id `{problem.id}` too", self.path(index, "id"))
            seen.add(problem.id)
            for place, signature in enumerate(problem.functions or ()):
                path = self.path(index, "functions", place)
                if signature.count("(") > signature.count(")") and self.document.place(path).style is None:
                    raise self.error('a signature needs quotes here, as in ["grad_W(X, W, Y) -> dW"]', path)
                function = signature.partition("(")[0].strip()
                if functions.setdefault(function, problem.id) != problem.id:
                    asked = f"the problem `{functions[function]}` asks for a function `{function}` too"
                    raise self.error(asked, path)
            try:
                check(problem)
            except AssignmentError as error:
                path = self.path(index, *_parsed(error.key or ""))
                line = self.document.place(path).line
                shown = error.excerpt or (excerpt(self.text, line) if path in self.document.places else None)
                raise AssignmentError(error.problem, self.name, line, dotted(path) or None, shown) from error
            except ObjectiveError as error:
                raise self._objective_error(error, index, problem) from error

    def _objective_error(self, error: ObjectiveError, index: int, problem: Problem) -> AssignmentError:
        """The error with its place in the file: the very line, where the text stands as a block."""
        path = self.path(index, "objective")
        start = problem.objective.find(error.text)
        place = self.document.place(path)
        line = place.line
        if start >= 0 and place.style == "|":
            line += 1 + problem.objective.count("\n", 0, start + error.start)
        joined = " (`>` makes one line of several; `|` keeps them)" if place.style == ">" else ""
        return AssignmentError(error.problem + joined, self.name, line, dotted(path), error.marked())


def _resolve(problem: Problem, sheet: bool) -> object:
    """What the objective and the shapes mean together; imported late, because reading alone can do without it."""
    from grader.problem import resolve

    return resolve(problem, sheet=sheet)


def _fault_of_python(source: bytes) -> str | None:
    """Why a module of the teacher's could not be imported, if it could not even be compiled."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "provided", "exec", dont_inherit=True)
    except SyntaxError as error:
        return visible(f"line {error.lineno or 1}: {error.msg}", limit=200)
    except (ValueError, MemoryError, RecursionError):
        return "it has a NUL in it, or is nested too deeply"
    return None


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise AssignmentError(f"the file is larger than {MOST_BYTES // 1024} KiB", name)
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise AssignmentError("this is a binary file; it should be YAML text in UTF-8", name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AssignmentError("the file is not UTF-8; save it as UTF-8 text", name, line) from None


def _problems(file: ProblemFile | SheetFile, stem: str) -> tuple[Problem, ...]:
    """The problems with an id each, and with what a sheet says for all of them."""
    if isinstance(file, SheetFile):
        return tuple(_with_defaults(problem, file) for problem in file.problems)
    fields = {name: getattr(file, name) for name in Problem.model_fields}
    return (Problem(**{**fields, "id": file.id or _safe_id(stem)}),)


def _with_defaults(problem: Problem, sheet: SheetFile) -> Problem:
    merged: dict[str, object] = {}
    for name in Shared.model_fields:
        own, shared = getattr(problem, name), getattr(sheet, name)
        if name not in problem.model_fields_set:
            merged[name] = shared
        elif isinstance(own, dict):
            merged[name] = {**shared, **own}
        elif not isinstance(own, str):
            merged[name] = shared.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})
    return problem.model_copy(update=merged)


def _safe_id(stem: str) -> str:
    """An id made of a file's name."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-_")[:64] or "assignment"


def _parsed(key: str) -> KeyPath:
    """The path that a dotted key stands for: `cases[1].dims.N`."""
    return tuple(int(index) if index else name for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", key))


def _hash(data: bytes, provided: dict[str, bytes]) -> str:
    """Of the file, and of the modules it provides."""
    whole = hashlib.sha256(data)
    for name, source in sorted(provided.items()):
        whole.update(f"\0{name}\0{hashlib.sha256(source).hexdigest()}".encode())
    return whole.hexdigest()
