"""The sheet: the same blocks as Markdown, with formulas as LaTeX, and as a page that opens from disk, with MathML.

Contents ─ sheet ─▶ blocks ─┬─ markdown ─▶ <id>.md
                            └─ page ─▶ <id>.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.assignment import Assignment
from grader.kit.contents import Asked, Contents, one_title
from grader.kit.texts import say


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title. Nothing in it is markup."""

    level: int
    text: str


@dataclass(frozen=True)
class Translations:
    """The title in further languages, by their codes."""

    titles: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Paragraph:
    """Text with code in backticks."""

    text: str


@dataclass(frozen=True)
class Formula:
    """LaTeX, on lines of its own."""

    latex: str


@dataclass(frozen=True)
class Table:
    """A head and rows; cells are text with code in backticks."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Items:
    """A list of texts with code in backticks."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines of a program or of a terminal."""

    language: str
    text: str


Block = Heading | Translations | Paragraph | Formula | Table | Items | Code


def sheet(assignment: Assignment, problems: Sequence[Contents]) -> tuple[Block, ...]:
    """The whole sheet."""
    return (*title(assignment), *_body(assignment, problems))


def title(assignment: Assignment) -> Iterator[Block]:
    """The title, and what it is called in other languages."""
    first = one_title(assignment.title, assignment.id)
    yield Heading(1, first)
    others = tuple((code, text) for code, text in assignment.title.items() if text != first)
    if others:
        yield Translations(others)


def _body(assignment: Assignment, problems: Sequence[Contents]) -> Iterator[Block]:
    for problem in problems:
        if assignment.sheet:
            yield Heading(2, problem.title)
        yield from question(problem, level=3 if assignment.sheet else 2)
    yield Heading(2, say("hand_in"))
    yield Paragraph(say("hand_in_files", id=assignment.id))
    yield _functions([function for problem in problems for function in problem.functions])
    yield Items((*dict.fromkeys(_given(problems)), *_rules(problems)))
    yield Heading(2, say("check"))
    yield Paragraph(say("check_command"))
    yield Code("sh", check_command(assignment))
    yield Paragraph(say("check_notebook"))
    yield Code("python", check_call(assignment))
    yield Heading(2, say("numbers"))
    for problem in problems:
        if assignment.sheet:
            yield Heading(3, problem.title)
        yield Paragraph(say("numbers_explained", case=problem.case))
        yield Code("python", "\n".join(("import torch\n", *problem.drawing)))


def question(problem: Contents, level: int) -> Iterator[Block]:
    """The objective, its steps, and the shapes of all names."""
    yield Heading(level, say("objective"))
    alone = len(problem.formulas) == 1
    yield Paragraph(say("objective_alone") if alone else say("objective_in_steps", name=problem.name))
    yield from map(Formula, problem.formulas)
    if problem.sizes:
        sizes = ", ".join(f"`{name} = {value}`" for name, value in problem.sizes.items())
        yield Paragraph(say("dims", sizes=sizes))
    yield Table(
        (say("name"), say("shape"), say("meaning")),
        tuple((f"`{named.name}`", named.shape, named.meaning) for named in problem.names),
    )


def _functions(functions: Sequence[Asked]) -> Table:
    """A row for each result; the function stands beside its first one."""
    rows = []
    for function in functions:
        shown = f"`{function.signature.text.strip()}`"
        for name, what in function.results.items():
            points = f"{function.points[name]:.10g}" if name in function.points else ""
            rows.append((shown, say("result", name=f"`{name}`", meaning=what), points))
            shown = ""
    return Table((say("function"), say("returns"), say("points")), tuple(rows))


def _given(problems: Sequence[Contents]) -> Iterator[str]:
    """What parameters are that no table has told of."""
    for problem in problems:
        known = {*(named.name for named in problem.names), *problem.sizes}
        for function in problem.functions:
            for name, what in function.arguments.items():
                if name not in known:
                    yield say("item", name=f"`{name}`", meaning=what)


def _rules(problems: Sequence[Contents]) -> Iterator[str]:
    for framework in dict.fromkeys(problem.framework for problem in problems):
        yield say(f"rule_{framework}")
    yield say("rule_any_size")
    yield say("rule_shape")
    if any(problem.by_hand and problem.framework == "torch" for problem in problems):
        yield say("rule_by_hand")
    yield say("rule_in_place")
    provided = dict.fromkeys(name for problem in problems for name in problem.provided)
    if provided:
        yield say("rule_provided", modules=", ".join(f"`{name}`" for name in provided))


def file_name(assignment: Assignment) -> str:
    """What the students' copy of the assignment is called."""
    return f"{assignment.id}.yaml"


def check_call(assignment: Assignment) -> str:
    """How students check themselves in a session of Python."""
    return f'import grader\n\ngrader.check("{file_name(assignment)}", globals())'


def check_command(assignment: Assignment) -> str:
    """How students check themselves at a command line."""
    return f"grader check {file_name(assignment)} {assignment.id}.py"
