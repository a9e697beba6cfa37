"""The README is true: its commands are those that CI runs, and its verbs those that there are."""

import re
from pathlib import Path

from typer.main import get_command

from grader.assignment_file import loads
from grader.commands.app import app
from grader.preparation import prepare

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_readme_commands_are_those_that_ci_runs() -> None:
    """Two command lines do everything on a fresh clone, and CI shows it."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == 2
    assert all(line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() for line in lines)


def test_readme_assignment_is_one() -> None:
    """The file at the top is whole, and asks for the three gradients."""
    (text,) = blocks("yaml")
    assert [asked.wrt for asked in prepare(loads(text, "readme.yaml")).asked] == ["X", "W", "Y"]


def test_readme_names_every_command() -> None:
    """No verb is missing, and none is promised that is not there."""
    promised = set(re.findall(r"^\| `grader ([a-z]+)", README, re.MULTILINE))
    assert promised == set(get_command(app).commands)  # type: ignore[attr-defined]


def test_readme_links_lead_somewhere() -> None:
    """Guides and pictures are where it says, and a picture is told in words to those who cannot see it."""
    links = re.findall(r"(!?)\[([^]]*)\]\((?!https?:)([^)]+)\)", README)
    assert [target for _, _, target in links if not (ROOT / target).is_file()] == []
    assert all(len(text) > 40 for mark, text, _ in links if mark)
    assert "grader/render/html/class_page.png" in [target for _, _, target in links]
