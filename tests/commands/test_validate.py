"""An author's look at an assignment, before the deadline."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.commands.app import app

ASSIGNMENT = """\
objective: "||max(X W, 0) - Y||_F^2"
seed: 0
shapes: {X: [N, D], W: [D, M], Y: [N, M]}
dims: {N: 7, D: 3, M: 5}
framework: numpy
cases:
  - {name: handout, visibility: public}
  - {name: hidden, dims: {N: 5, D: 7, M: 3}}
"""
SMALL = ASSIGNMENT.replace("N: 5, D: 7, M: 3", "N: 6, D: 1, M: 1")
RIGHT = """
import numpy as np
def grad_X(X, W, Y): return 2 * (np.maximum(X @ W, 0) - Y) * (X @ W > 0) @ W.T
def grad_W(X, W, Y): return X.T @ (2 * (np.maximum(X @ W, 0) - Y) * (X @ W > 0))
def grad_Y(X, W, Y): return -2 * (np.maximum(X @ W, 0) - Y)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with assignments and solutions, which is also where the program runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "good.yaml").write_text(ASSIGNMENT)
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "faulty.yaml").write_text(ASSIGNMENT.replace("X W", "X V"))
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text(RIGHT.replace("-2", "-1"))
    (tmp_path / "broken.py").write_text("def grad_X(X, W, Y) return")
    return tmp_path


def validated(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["validate", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_assignment_that_is_proven_succeeds() -> None:
    """A verdict with a score, a line for each check, and a table of mistake × case."""
    code, out, _ = validated("good.yaml")
    assert code == 0
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[0].startswith("good  proven  ")
    assert lines[0].endswith(" known mistakes are rejected (100 %)")
    assert "  ok  inputs     2 cases ask a sensible question: handout, hidden" in lines
    assert "  gradient  mistake                handout  hidden  least" in lines
    assert any(line.split() == ["constant_answer", "0/1", "1/1", "shape"] for line in lines)


def test_assignment_that_is_not_proven_fails_and_says_what_to_change() -> None:
    """Exit code 1, and the change once for all findings that need the same."""
    code, out, _ = validated("small.yaml")
    assert code == 1
    assert out.startswith("small  not proven  ")
    assert " failure  mistakes   `transpose` at " in out
    assert (
        out.count("→ add cases of other sizes, all different and none 1 or 2, or with other inputs; `--fix` proposes")
        == 1
    )


def test_validate_in_chinese_says_all_in_chinese() -> None:
    """Heading, checks, findings, what to change, and the table; the codes stay, since `credit` has them."""
    code, out, _ = validated("small.yaml", "--lang", "zh-CN")
    assert code == 1
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0].startswith("small 未通过验证 ")
    assert "通过 输入 2 个测试点能有效考查：handout, hidden" in lines
    assert "通过 参考答案 自动微分与推导出的表达式在每个测试点上都一致" in lines
    assert "失败 典型错误 能通过所有隐藏测试点：grad_X 的 dX 中 Z 处的 `transpose`" in lines
    assert "通过 大小 各维大小不会掩盖转置错误" in lines
    assert "→ 请增加其他大小的测试点，各个大小互不相同，也不要取 1 或 2，或者换用其他输入；`--fix` 会给出建议" in lines
    assert "梯度 错误 handout hidden 最小误差" in lines


def test_several_assignments_fail_if_one_does() -> None:
    """Each with a heading of its own."""
    code, out, _ = validated("good.yaml", "small.yaml")
    assert code == 1
    assert out.startswith("good  proven  ")
    assert "\n\nsmall  not proven  " in out


def test_faulty_file_is_2() -> None:
    """What is no assignment cannot be proven, and the place is named."""
    code, out, err = validated("faulty.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("grader: faulty.yaml:1: at objective: `V` is not known.")


def test_json_says_all_that_was_found() -> None:
    """With every mistake on every case."""
    code, out, _ = validated("good.yaml", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["proven"] is True
    (one,) = found["assignments"]
    assert (one["assignment"], one["proven"], one["score"]) == ("good", True, 1.0)
    assert one["findings"][0] == {
        "problem": "good",
        "check": "inputs",
        "verdict": "ok",
        "message": "2 cases ask a sensible question: handout, hidden",
        "change": None,
    }
    copied = [row for row in one["mistakes"] if row["code"] == "constant_answer" and row["wrt"] == "W"]
    assert copied == [
        {
            "problem": "good",
            "function": "grad_W",
            "wrt": "W",
            "code": "constant_answer",
            "step": None,
            "tried": [
                {"case": "handout", "hidden": False, "outcome": "accepted", "error": 0.0},
                {"case": "hidden", "hidden": True, "outcome": "rejected", "error": None},
            ],
            "rejected": True,
        }
    ]


def test_fix_proposes_cases_and_writes_a_copy(folder: Path) -> None:
    """The lines to add are printed; the copy is proven, and the file itself is left alone."""
    code, out, _ = validated("small.yaml", "--fix", "-o", "fixed.yaml")
    assert code == 1
    assert "\nProven with these under `cases:`:\n\n  - {name: proven_1, seed: " in out
    assert out.endswith("\nA copy that has them is in fixed.yaml\n")
    assert (folder / "small.yaml").read_text() == SMALL
    assert (folder / "fixed.yaml").read_text().startswith(SMALL)
    assert validated("fixed.yaml")[0] == 0


def test_fix_of_what_is_proven_changes_nothing() -> None:
    """There is nothing to look for."""
    code, out, _ = validated("good.yaml", "--fix")
    assert code == 0
    assert out.endswith("\nNo other cases are needed.\n")


@pytest.mark.usefixtures("warm")
def test_right_solution_is_all_correct() -> None:
    """It is graded in the sandbox, on all cases."""
    code, out, _ = validated("good.yaml", "--solution", "right.py")
    assert code == 0
    assert "the solution is right: 3 answers in 2 cases" in out


@pytest.mark.usefixtures("warm")
def test_wrong_solution_is_a_failure_that_names_gradient_and_case() -> None:
    """With what the grader would tell a student."""
    code, out, _ = validated("good.yaml", "--solution", "wrong.py", "--json")
    assert code == 1
    (found,) = [one for one in json.loads(out)["assignments"][0]["findings"] if one["check"] == "solution"]
    assert found["verdict"] == "failure"
    assert found["message"].startswith("Y by grad_Y on the case handout (incorrect): ")
    assert found["change"] == "correct the solution, or the objective"


@pytest.mark.usefixtures("warm")
def test_solution_that_cannot_be_run_is_a_failure() -> None:
    """As a student's would be rejected."""
    code, out, _ = validated("good.yaml", "--solution", "broken.py", "--json")
    assert code == 1
    (found,) = [one for one in json.loads(out)["assignments"][0]["findings"] if one["check"] == "solution"]
    assert found["message"].startswith("the solution cannot be run: ")
    assert found["message"].endswith(" (line 1)")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["good.yaml", "small.yaml", "--solution", "a.py"],
            "--solution and --output belong to one assignment; expected a single one",
        ),
        (["good.yaml", "-o", "new.yaml"], "--output is of use with --fix only"),
        (["good.yaml", "--fix", "-o", "small.yaml"], "small.yaml is there already; expected a new file"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(arguments: list[str], sentence: str) -> None:
    """Nothing is begun."""
    assert validated(*arguments) == (2, "", f"grader: {sentence}\n")
