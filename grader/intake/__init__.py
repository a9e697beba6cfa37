"""Where submissions come from: each kind of source gives `HandedIn`s, and `collect` makes `Submission`s of them.

paths ─ files ─▶ HandedIn (bytes, as handed in) ─ learner ids, text, scan ─▶ Submission (source, or why not)
"""

from grader.intake.collect import collect, collect_one
from grader.intake.submission import Submission

__all__ = ["Submission", "collect", "collect_one"]
