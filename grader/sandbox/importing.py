"""The import of a submission inside its box: from memory, with nothing else in reach than what the table says.

`import` asks, in this order: the submission's and the teacher's own modules; stand-ins for what only draws; what
is built into Python; the folders of the import path, for the names that `reach` allows. A failure becomes a
`Rejection` with the line of the student's own source.

A notebook is a module that comes as its code cells, `[[number, code], …]` in JSON. Each cell is compiled and run on its
own, under the name `hw.ipynb, cell 3`: one that fails is told of on standard error, and hides nothing of the others.
"""

import __future__

import json
import keyword
import linecache
import re
import sys
import types
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder

from grader.sandbox.job import Framework, Rejection
from grader.sandbox.reach import importable
from grader.sandbox.stand_ins import StandInFinder
from grader.sandbox.values import is_out_of_memory, message_of

PYTHON_2 = "; this looks like Python 2, and Python 3 is needed"
PYTHON_2_ERRORS = re.compile(
    r"Missing parentheses in call to '(print|exec)'|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer"
)
PYTHON_2_LINES = re.compile(
    r"^\s*(print\s+[^(=\s]|print\s*>>|exec\s+[\"'\w]|raise\s+\w+\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)|`[^`]+`|<>|\bur[\"']"
)
FUTURE_FLAGS = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
"""Bits of what `from __future__ import` turns on, which a notebook keeps for its later cells."""
PYTHON_2_NAMES = frozenset({"xrange", "raw_input", "unicode", "unichr", "basestring", "execfile", "reduce", "long"})


class Modules(MetaPathFinder, Loader):
    """The modules of one submission, by their names; the teacher's win over the student's."""

    def __init__(self, files: Mapping[str, bytes], provided: Mapping[str, bytes]) -> None:
        self._files: dict[str, str] = {}
        self._packages: set[str] = set()
        self._sources: dict[str, bytes] = {**files, **provided}
        self._cells: dict[str, list[str]] = {}
        for path in self._sources:
            self._register(path)
        for path in [path for path in self._sources if is_notebook(path)]:
            cells = {f"{path}, cell {number}": code.encode() for number, code in json.loads(self._sources[path])}
            self._sources |= cells
            self._cells[path] = list(cells)
        # Of what runs as the teacher's, nothing is the student's.
        theirs = {cell for path in provided for cell in self._cells.get(path, ())}
        self.own = frozenset(self._sources) - frozenset(provided) - theirs

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._files and fullname not in self._packages:
            return None
        return ModuleSpec(fullname, self, is_package=fullname in self._packages)

    def exec_module(self, module: types.ModuleType) -> None:
        path = self._files.get(module.__name__)
        if path is not None:
            module.__file__ = path
            self.execute(path, module)

    def execute(self, path: str, module: types.ModuleType) -> None:
        """Runs a file's text in a module, or a notebook's cells."""
        if path in self._cells:
            self._execute_cells(self._cells[path], module)
        else:
            self._execute(path, module, 0)

    def _execute_cells(self, cells: Sequence[str], module: types.ModuleType) -> None:
        """Runs cell after cell; raises what the first one raised if none of them ran to its end."""
        module.__dict__.setdefault("display", lambda *values, **options: None)
        flags = 0
        failures: list[Exception | SystemExit] = []
        for cell in cells:
            try:
                flags |= self._execute(cell, module, flags)
            except (Exception, SystemExit) as error:
                if is_out_of_memory(error):
                    raise
                failures.append(error)
                self._tell(cell, error)
        if failures and len(failures) == len(cells):
            raise failures[0]

    def _tell(self, cell: str, error: BaseException) -> None:
        """Says on standard error that a cell failed, where, and how."""
        file, line = self.place(error)
        sentence = message_of(error)
        if isinstance(error, SyntaxError) and error.filename in self.own:
            file, line, sentence = error.filename, error.lineno, message_of(error, error.msg)
        place = f"{file or cell}, line {line}" if line else cell
        with suppress(Exception):  # a stream that the student put there
            print(f"{place}: {type(error).__name__}: {sentence}".removesuffix(": "), file=sys.stderr)

    def _execute(self, path: str, module: types.ModuleType, flags: int) -> int:
        """Runs a text whose lines can be shown in tracebacks; the flags of the future that it turned on."""
        text = self._sources[path].decode("utf-8", "replace")
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        if "\0" in text:  # of which `compile` complains in other ways, without a line
            before = text.partition("\0")[0].splitlines()
            raise SyntaxError("a null character in the source", (path, len(before), None, None))
        # As text, not as bytes: a coding cookie in it speaks of bytes that were decoded long ago.
        code = compile(text, path, "exec", flags=flags, dont_inherit=True)
        exec(code, module.__dict__)
        return int(code.co_flags & FUTURE_FLAGS)

    def lines(self, path: str) -> list[str]:
        """The lines of a file, none if it is not of this submission."""
        return self._sources.get(path, b"").decode("utf-8", "replace").splitlines()

    def place(self, error: BaseException) -> tuple[str | None, int | None]:
        """File and line of the student's own source, innermost, where an exception passed."""
        found: tuple[str | None, int | None] = (None, None)
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in self.own:
                found = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
            trace = trace.tb_next
        return found

    def line_of(self, frame: types.FrameType | None) -> int | None:
        """The innermost line of the student's own source on a running stack."""
        while frame is not None:
            if frame.f_code.co_filename in self.own:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def _register(self, path: str) -> None:
        parts = _stem(path).split("/")
        for depth in range(1, len(parts)):
            self._packages.add(".".join(parts[:depth]))
        name = ".".join(parts[:-1]) if parts[-1] == "__init__" else ".".join(parts)
        if is_notebook(path):
            self._files.setdefault(name, path)
        else:
            self._files[name] = path


def is_notebook(path: str) -> bool:
    """Whether a module comes as cells."""
    return path.lower().endswith(".ipynb")


def _stem(path: str) -> str:
    return path[: -len(".ipynb")] if is_notebook(path) else path.removesuffix(".py")


class InReach(MetaPathFinder):
    """The ordinary import path, for the allowed names alone."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None and fullname not in self._names:
            return None
        return PathFinder.find_spec(fullname, path, target)


def forget_the_grader(framework: Framework, path: list[str]) -> None:
    """Leaves nothing of this program, of its installation or of any other package to be imported."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.path[:] = path
    sys.path_importer_cache.clear()
    sys.argv[:] = [""]
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, InReach(importable(framework))]


def import_main(
    main: str, modules: Modules, framework: Framework
) -> tuple[types.ModuleType, tuple[str, ...]] | Rejection:
    """Imports the submission; the module and the stand-ins that it used, or why it cannot be imported."""
    stand_ins = StandInFinder()
    sys.meta_path[:0] = [modules, stand_ins]
    module = types.ModuleType(_module_name(main))
    module.__file__ = main
    sys.modules[module.__name__] = module
    try:
        modules.execute(main, module)
    except BaseException as error:
        return _rejection(error, main, modules, framework)
    return module, tuple(stand_ins.used)


def _module_name(main: str) -> str:
    """The file's stem; where that names a module of somebody else's, or none at all, a name of our own."""
    stem = _stem(main.rpartition("/")[2])
    taken = stem in sys.modules or stem in sys.stdlib_module_names or keyword.iskeyword(stem)
    return stem if stem.isidentifier() and not taken else "submission"


def _rejection(error: BaseException, main: str, modules: Modules, framework: Framework) -> Rejection:
    if is_out_of_memory(error):
        return Rejection("out_of_memory", "the memory limit was reached while the submission was imported")
    file, line = modules.place(error)
    if isinstance(error, SyntaxError) and error.filename in modules.own:
        return _syntax_rejection(error, main, modules)
    elsewhere = f" in {file}" if file not in (None, main) else ""
    if isinstance(error, ModuleNotFoundError):
        sentence = _missing_module(error, framework)
    else:
        sentence = f"{type(error).__name__[:80]}: {message_of(error)}".removesuffix(": ")
    if isinstance(error, NameError) and getattr(error, "name", None) in PYTHON_2_NAMES:
        sentence += PYTHON_2
    return Rejection("import_error", sentence + elsewhere, line)


def _syntax_rejection(error: SyntaxError, main: str, modules: Modules) -> Rejection:
    file = str(error.filename)
    lines = modules.lines(file)
    line = error.lineno
    at = lines[line - 1] if line is not None and 0 < line <= len(lines) else ""
    sentence = message_of(error, error.msg)
    if PYTHON_2_ERRORS.search(sentence) or PYTHON_2_LINES.search(at):
        sentence += PYTHON_2
    elsewhere = f" in {file}" if file != main else ""
    return Rejection("syntax_error", sentence + elsewhere, line)


def _missing_module(error: ModuleNotFoundError, framework: Framework) -> str:
    name = message_of(error, error.name or "")
    top = name.partition(".")[0]
    if framework == "numpy" and top in importable("torch"):
        return f"`import {name}`: {top} is not available for this assignment, whose framework is numpy"
    return f"`import {name}`: there is no module {top} in the grader's sandbox"
