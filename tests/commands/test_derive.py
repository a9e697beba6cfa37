"""The derivation of an assignment on the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.commands.app import app

SHEET = """
problems:
  - {id: average, objective: "f = mean(X W)", seed: 0, shapes: {X: [N, D], W: [D, M]}, dims: {N: 6, D: 4, M: 3}}
  - id: labels
    objective: "f = cross_entropy(X W, y) + reg ||W||_F^2"
    seed: 0
    shapes: {X: [N, 4], W: [4, C], y: [N]}
    inputs: {y: {draw: labels, classes: C}, reg: {value: 0.1}}
    dims: {N: 10, C: 3}
    wrt: [W]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place with a sheet and an assignment of one problem, where the program runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet.yaml").write_text(SHEET)
    (tmp_path / "one.yaml").write_text(
        'objective: "f = ||b X||_F^2"\nseed: 0\nshapes: {b: [], X: [N, 3]}\ndims: {N: 4}'
    )
    (tmp_path / "wrong.yaml").write_text('objective: "||X V||_F^2"\nseed: 0\nshapes: {X: [4, 3]}')


def test_derive_sheet_prints_each_problem_with_the_names_of_sizes() -> None:
    """Sizes that have a name are called by it, and so are steps that have none."""
    done = CliRunner().invoke(app, ["derive", "sheet.yaml"])
    assert (done.exit_code, done.stdout) == (
        0,
        "average:\n"
        "\n"
        "f = mean(X W)\n"
        "\n"
        "dX = 𝟏 𝟏ᵀ Wᵀ / (N M)\n"
        "dW = Xᵀ 𝟏 𝟏ᵀ / (N M)\n"
        "\n"
        "𝟏 is a column of ones.\n"
        "\n"
        "labels:\n"
        "\n"
        "Z = X W\n"
        "f = cross_entropy(Z, y) + reg ||W||_F^2\n"
        "\n"
        "dZ = (softmax(Z) − onehot(y, C)) / N\n"
        "dW = 2 reg W + Xᵀ dZ\n"
        "\n"
        "dW = 2 reg W + Xᵀ (softmax(Z) − onehot(y, C)) / N\n",
    )


def test_derive_in_chinese_explains_its_words_in_chinese() -> None:
    """All that is no formula."""
    done = CliRunner().invoke(app, ["derive", "sheet.yaml", "--problem", "average", "--lang", "zh-CN"])
    assert (done.exit_code, done.stdout) == (
        0,
        "average:\n\nf = mean(X W)\n\ndX = 𝟏 𝟏ᵀ Wᵀ / (N M)\ndW = Xᵀ 𝟏 𝟏ᵀ / (N M)\n\n𝟏 是元素全为 1 的列向量。\n",
    )


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("text", "f = ||b X||_F^2\n\ndb = 2 b ||X||_F^2\ndX = 2 b^2 X\n"),
        (
            "latex",
            "\\begin{align*}\n  f &= \\|b \\, X\\|_F^2\n\\end{align*}\n\n"
            "\\begin{align*}\n  \\bar{b} &= 2 \\, b \\, \\|X\\|_F^2 \\\\\n"
            "  \\bar{X} &= 2 \\, b^2 \\, X\n\\end{align*}\n",
        ),
        (
            "markdown",
            "$$\n\\begin{aligned}\n  f &= \\|b \\, X\\|_F^2\n\\end{aligned}\n$$\n\n"
            "$$\n\\begin{aligned}\n  \\bar{b} &= 2 \\, b \\, \\|X\\|_F^2 \\\\\n  \\bar{X} &= 2 \\, b^2 \\, X\n"
            "\\end{aligned}\n$$\n",
        ),
    ],
)
def test_derive_formats_say_the_same(format: str, expected: str) -> None:
    """Text to read, LaTeX to paste, Markdown to show."""
    done = CliRunner().invoke(app, ["derive", "one.yaml", "--format", format])
    assert (done.exit_code, done.stdout) == (0, expected)


def test_derive_one_problem_prints_no_other() -> None:
    """A problem of a sheet is named by its id, and a wrong id is one sentence."""
    done = CliRunner().invoke(app, ["derive", "sheet.yaml", "--problem", "labels"])
    assert "labels:" in done.stdout
    assert "average" not in done.stdout
    done = CliRunner().invoke(app, ["derive", "sheet.yaml", "--problem", "x"])
    assert (done.exit_code, done.stderr) == (2, "grader: there is no problem x; there are: average, labels\n")


def test_derive_faulty_assignment_gives_the_usual_error() -> None:
    """The file, the line, the key and the place."""
    done = CliRunner().invoke(app, ["derive", "wrong.yaml"])
    assert done.exit_code == 2
    assert done.stderr.startswith("grader: wrong.yaml:1: at objective: `V` is not known. Known names: `X`.")
