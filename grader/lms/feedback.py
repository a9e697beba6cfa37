"""Feedback archives that an LMS takes back: for each learner what `grader.report.student_view` shows, under the name
by which the LMS knows whose it is.

Reports are taken one by one, and packed as they come. Law: the same reports in the same order make the same bytes.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from grader.lms import canvas, moodle, words
from grader.report import Report, student_view

Page: TypeAlias = Callable[[Report], bytes]
"""Makes a page of HTML of the student view of a report."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Feedback:
    """A zip, and what to tell about it."""

    data: bytes
    learners: int
    left: tuple[tuple[str, tuple[str, ...]], ...]
    """Reasons, and the learners who are not in it for them."""

    def sentences(self) -> list[str]:
        """Who is in it, and who is not."""
        noun = "learner" if self.learners == 1 else "learners"
        return [
            f"Feedback for {self.learners} {noun}",
            *(f"No feedback, {why}: {'; '.join(names)}" for why, names in self.left),
        ]


def for_moodle(reports: Iterable[Report], *, page: Page | None = None) -> Feedback:
    """For "Upload multiple feedback files in a zip": a folder for each participant."""

    def files(report: Report) -> dict[str, bytes] | None:
        folder = moodle.feedback_folder(report)
        if folder is None:
            return None
        pages = {} if page is None else {f"{folder}/feedback.html": page(student_view(report))}
        return {f"{folder}/feedback.txt": words.text(report), **pages}

    return _packed(reports, files, missing="no participant number of Moodle is known")


def for_canvas(reports: Iterable[Report], *, page: Page | None = None) -> Feedback:
    """For "Upload Submissions": one file each, named as it was downloaded, whatever then is in it.

    Canvas shows the file under the name of the learner's own, so a page would not be shown as one, and is left out.
    """

    def files(report: Report) -> dict[str, bytes] | None:
        name = canvas.feedback_name(report)
        return None if name is None else {name: words.text(report)}

    return _packed(reports, files, missing="no file as downloaded from Canvas")


FEEDBACK: Mapping[str, Callable[..., Feedback]] = {"moodle": for_moodle, "canvas": for_canvas}


def _packed(reports: Iterable[Report], files: Callable[[Report], dict[str, bytes] | None], *, missing: str) -> Feedback:
    whole = io.BytesIO()
    left: dict[str, list[str]] = {}
    learners = 0
    with zipfile.ZipFile(whole, "w") as archive:
        for report in reports:
            made = None if report.status == "grader_error" else files(report)
            if made is None:
                why = "not graded, by a fault of the grader" if report.status == "grader_error" else missing
                left.setdefault(why, []).append(report.submission.learner)
                continue
            learners += 1
            for name, data in made.items():
                if name not in archive.NameToInfo:  # a group hands in one file for all its members
                    archive.writestr(_entry(name), data, zipfile.ZIP_DEFLATED)
    return Feedback(whole.getvalue(), learners, tuple((why, tuple(names)) for why, names in left.items()))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry
