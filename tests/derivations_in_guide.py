"""The derivations in the guide for teachers, which a command writes and a test compares.

Renew them with `python -m tests.derivations_in_guide`.
"""

import re
from pathlib import Path

from grader import assignment_file
from grader.derivations import derivation
from grader.objective.derivation import as_markdown
from grader.problem import resolve_all

FOLDER = Path(__file__).parent.parent / "assignments"
GUIDE = FOLDER / "README.md"
BETWEEN = re.compile(r"(?<=<!-- derivations: begin -->\n).*(?=<!-- derivations: end -->)", re.DOTALL)


def renewed(guide: str) -> str:
    """The guide with the derivations of all examples between its marks."""
    sections = [
        f"\n### {one.problem.id}\n\n{as_markdown(derivation(one))}"
        for path in sorted(FOLDER.glob("*.yaml"))
        for one in resolve_all(assignment_file.load(path))
    ]
    return BETWEEN.sub(lambda _: "".join(sections) + "\n", guide)


if __name__ == "__main__":
    GUIDE.write_text(renewed(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
