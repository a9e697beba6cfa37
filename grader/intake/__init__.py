"""Where submissions come from: each kind of source gives `HandedIn`s, and `collect` makes `Submission`s of them.

paths ─ files ─▶ folder, archive ─ listing ─▶ formats ─▶ one file per source ─▶ Attempt ─ newest, gathered ─▶ HandedIn
HandedIn (bytes, as handed in) ─ learner ids, text, notebook, scan ─▶ Submission (source, or why not)
"""

from grader.intake.collect import collect, collect_one
from grader.intake.formats import Format, Options
from grader.intake.submission import Lms, Member, Submission

__all__ = ["Format", "Lms", "Member", "Options", "Submission", "collect", "collect_one"]
