"""`grader grade`: a class in one command."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from enum import StrEnum
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader import atomic
from grader.commands.exits import GRADER_FAULT, Stopped
from grader.commands.options import STRONG, AssignmentArgument, IsolationMode, LanguageOption, refuse_weak, speak
from grader.errors import AssignmentError, AuthorError
from grader.language import spoken
from grader.language import translated as _
from grader.visible import visible

if TYPE_CHECKING:
    from grader.crew import Crew
    from grader.intake import Submission
    from grader.lms.filling import Gradebook
    from grader.report import Report
    from grader.row import Row


class TakesBack(StrEnum):
    """An LMS that feedback can be handed back to."""

    moodle = "moodle"
    canvas = "canvas"


class SubmissionFormat(StrEnum):
    """Where submissions come from, as `grader.intake.Format`, which the command line does not wait for."""

    files = "files"
    nbgrader = "nbgrader"
    canvas = "canvas"
    moodle = "moodle"
    gradescope = "gradescope"
    blackboard = "blackboard"
    brightspace = "brightspace"


def grade(
    context: typer.Context,
    assignment: AssignmentArgument,
    submissions: Annotated[
        list[Path],
        typer.Argument(
            metavar="SUBMISSIONS",
            help="Files, folders with a file or a folder for each learner, or the zip that an LMS gave.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the reports go.")] = Path(
        "reports"
    ),
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="Submissions at a time; default: all cores.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let the workers of a Dask scheduler grade, as tcp://host:8786; one that you trust as yourself.",
        ),
    ] = None,
    isolation: Annotated[
        IsolationMode, typer.Option(help="`auto` is the best this machine has; `none` runs code that you trust.")
    ] = IsolationMode.auto,
    allow_degraded: Annotated[
        bool, typer.Option("--allow-degraded", help="Grade although the sandbox is not strong; the reports say so.")
    ] = False,
    source: Annotated[
        SubmissionFormat | None,
        typer.Option("--format", help="Where the submissions come from, if that is not seen rightly."),
    ] = None,
    filename_regex: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help="Whose a file is by its name: with the groups student_id, file_id, first_name, last_name, email and "
            "timestamp, as nbgrader has them.",
        ),
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade all again, also what an earlier run graded, and say what changed.")
    ] = False,
    gradebook_file: Annotated[
        Path | None,
        typer.Option(
            "--gradebook",
            metavar="FILE",
            help="A gradebook export of Canvas or a worksheet of Moodle, to fill a copy of.",
        ),
    ] = None,
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column to fill, if the assignment's title does not tell.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Fill cells that have a grade, too.")] = False,
    feedback: Annotated[
        TakesBack | None, typer.Option(help="An archive of feedback for the students, as this LMS takes it back.")
    ] = None,
    lang: LanguageOption = None,
) -> None:
    """Grade submissions: a report and a page for each learner, index.html, gradebook.csv and summary.json.

    A run that was interrupted goes on where it stopped: reports of an earlier run are kept as long as assignment,
    submission, grader and language are the same.
    """
    from grader import assignment_file
    from grader.batch import accept_any, grade_all
    from grader.graded import graded
    from grader.grading import shared
    from grader.intake import Format, Options, Submission, collect
    from grader.preparation import wanted
    from grader.render.gradebook import gradebook
    from grader.render.html import class_page, learner_page
    from grader.render.terminal import FEW, class_view, console, summary_view
    from grader.resume import change, earlier
    from grader.row import Row, row
    from grader.summary import dump as dump_summary
    from grader.summary import summarize

    if cluster is not None and jobs is not None:
        raise AuthorError("--jobs counts workers of this machine, and --cluster takes those of others")
    path = assignment_file.find(assignment)
    loaded = assignment_file.load(path)
    speak(context, lang, loaded.title)
    book = _gradebook(gradebook_file, output, [loaded.id, *loaded.title.values()], column=column, overwrite=overwrite)
    others = [folder for folder in _outputs(submissions) if folder.resolve() != output.resolve()]
    skipped = [output, *others, *(path.parent / name for name in loaded.provided)]
    options = Options(Format(source.value) if source else None, filename_regex, loaded.id)
    collected = collect(submissions, wanted(loaded), skip=skipped, options=options)
    learners = len(collected) + sum(len(one.members) for one in collected)
    _make_folder(output)
    atomic.sweep(output)
    rows: list[Row] = []
    left: list[Submission] = []
    for one in collected:
        before = None if regrade else _kept(output, one, loaded.sha256, allow_degraded=allow_degraded)
        if before is None:
            left.append(one)
            continue
        for report in shared(before, one.members):
            if not (output / f"{report.submission.learner}.html").exists():
                _write(output, f"{report.submission.learner}.html", learner_page(report))
            rows.append(row(report))
    kept = len(rows)
    changes: list[str] = []
    accept = accept_any if allow_degraded else refuse_weak
    by = None if cluster is None else _crew(cluster)
    results = grade_all(loaded, left, made=graded, jobs=jobs, mode=isolation.value, accept=accept, by=by)
    count = len(left)
    # What is graded is not kept any longer than it is needed.
    del collected, left
    try:
        with closing(results), _progress(count) as advance:
            for everybody in results:
                # The one that was graded last, and its report after its page: where it is, all the others are.
                for mine in reversed(everybody):
                    learner = mine.row.learner
                    if regrade and (old := earlier(output, learner)) and (line := change(row(old), mine.row)):
                        changes.append(line)
                    _write(output, f"{learner}.html", mine.page)
                    _write(output, f"{learner}.json", mine.report)
                    rows.append(mine.row)
                advance()
    except AssignmentError as error:
        raise assignment_file.located(error, path) from None
    except KeyboardInterrupt:
        raise Stopped(f"interrupted; {len(rows)} of {learners} reports are in {_shown(output)}") from None
    rows.sort(key=attrgetter("learner"))
    summary = summarize(rows)
    _write(output, "gradebook.csv", gradebook(rows))
    _write(output, "summary.json", dump_summary(summary))
    _write(output, "index.html", class_page(rows, summary))
    screen = console()
    for other in others:
        said = _("{folder} is the output of another run, and no submission.", folder=_shown(other))
        screen.print(said, soft_wrap=True)
    screen.print(class_view(rows, [_again(output, one.learner) for one in rows] if len(rows) <= FEW else []))
    screen.print()
    if kept:
        screen.print(
            _(
                "{kept} of {all} were graded before and are unchanged (--regrade grades them again).",
                kept=kept,
                all=len(rows),
            )
        )
    if regrade:
        changed = [_("Changed by the regrade:"), *sorted(changes)]
        screen.print("\n".join(changed) if changes else _("The regrade changed nothing."))
    screen.print(summary_view(summary))
    for name, data, told in _handed_back(output, rows, book, gradebook_file, feedback, overwrite=overwrite):
        _write(output, name, data)
        screen.print("\n".join([_("{name} in {folder}:", name=name, folder=_shown(output)), *told]), soft_wrap=True)
        screen.print()
    said = _("Reports, gradebook.csv, summary.json and index.html are in {folder}", folder=_shown(output))
    screen.print(said, soft_wrap=True)
    if summary.grader_errors:
        raise SystemExit(GRADER_FAULT)


def _kept(output: Path, submission: "Submission", sha256: str, *, allow_degraded: bool) -> "Report | None":
    """The report of an earlier run, where to grade again could only give the same."""
    from grader.resume import earlier, holds

    report = earlier(output, submission.learner)
    if report is None or not holds(report, submission, sha256):
        return None
    if report.language is not spoken():
        return None
    return report if allow_degraded or report.isolation.level in STRONG else None


def _crew(address: str) -> "AbstractContextManager[Crew]":
    from grader.cluster import joined

    return joined(address)


def _gradebook(
    file: Path | None, output: Path, titles: Sequence[str], *, column: str | None, overwrite: bool
) -> "Gradebook | None":
    """The gradebook to fill, found faulty before anything is graded."""
    from grader.lms.gradebooks import load

    if file is None:
        if column is not None or overwrite:
            raise AuthorError("--column and --overwrite are of use with --gradebook only")
        return None
    book = load(file, titles=titles, column=column)
    if file.name.casefold() in ("gradebook.csv", "summary.json"):
        raise AuthorError(f"{file}: the grader writes a file of this name too; expected another name")
    if file.resolve().parent == output.resolve():
        raise AuthorError(f"{file}: the filled copy would replace it; expected a file outside of {output}")
    return book


def _handed_back(
    output: Path,
    rows: Sequence["Row"],
    book: "Gradebook | None",
    file: Path | None,
    feedback: TakesBack | None,
    *,
    overwrite: bool,
) -> Iterator[tuple[str, bytes, list[str]]]:
    """The files for the LMS, each with its name and what to tell about it; reports are read again, one by one."""
    from grader.lms.feedback import FEEDBACK
    from grader.lms.filling import fill
    from grader.lms.words import comment
    from grader.render.html import learner_page

    if book is not None and file is not None:
        filled = fill(book, rows, overwrite=overwrite, comment=lambda learner: comment(_again(output, learner)))
        yield file.name, filled.data, filled.sentences()
    if feedback is not None:
        reports = (_again(output, row.learner) for row in rows)
        archive = FEEDBACK[feedback.value](reports, page=partial(learner_page, index=None))
        yield f"feedback_{feedback.value}.zip", archive.data, archive.sentences()


def _again(output: Path, learner: str) -> "Report":
    """A report that was written, or found, before."""
    from grader.resume import earlier

    report = earlier(output, learner)
    if report is None:
        raise AuthorError(f"{_shown(output / learner)}.json is no longer the report that was written; run again")
    return report


def _outputs(submissions: Sequence[Path]) -> Iterator[Path]:
    """Folders among the submissions that an earlier run wrote."""
    from grader.render.gradebook import is_ours

    for path in submissions:
        for found in sorted(path.glob("*/summary.json")) if path.is_dir() else ():
            with suppress(OSError), open(found.with_name("gradebook.csv"), "rb") as file:
                if is_ours(file.readline(200)):
                    yield found.parent


def _make_folder(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise AuthorError(f"{_shown(output)} is no folder, so no reports can be put there") from None
    except OSError as error:
        raise AuthorError(f"the folder {_shown(output)} cannot be made: {error.strerror}") from None


def _write(output: Path, name: str, data: bytes) -> None:
    try:
        atomic.write(output / name, data)
    except OSError as error:
        raise AuthorError(f"{_shown(output / name)} cannot be written: {error.strerror}") from None


def _shown(path: Path) -> str:
    return visible(str(path), limit=500)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error while something is done, if that is a terminal; gives what tells it to advance."""
    from rich import progress
    from rich.text import Text

    from grader.render.terminal import console

    class Rate(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            return Text(f"{task.speed:.3g}/s" if task.speed else "")

    screen, quiet = console(sys.stderr), not sys.stderr.isatty()
    columns = (
        progress.TextColumn(_("Grading")),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        Rate(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=screen, transient=True, disable=quiet) as bar:
        task = bar.add_task("", total=total)
        yield (lambda: None) if quiet else (lambda: bar.advance(task))
