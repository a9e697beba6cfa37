"""The verbs in Chinese."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.commands.app import app

RIGHT = "def grad_X(X, W): return 2 * X @ W @ W.T\ndef grad_W(X, W): return 2 * X.T @ X @ W\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class of two, where the program runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "a.yaml").write_text(
        'objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [3, 2], W: [2, 2]}\nframework: numpy\n'
    )
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ann.py").write_text(RIGHT)
    (tmp_path / "class" / "bob.py").write_text(RIGHT.replace("2 * X.T", "-2 * X.T"))
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    """What a command prints; its table's spaces at the end of lines are left out."""
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stderr) == (code, "")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


@pytest.mark.usefixtures("warm")
def test_check_in_chinese_prints_a_table_in_chinese() -> None:
    """The columns stand under their headings, although Chinese letters take two places."""
    printed = run("check", "a.yaml", "class/bob.py", "--seed", "5", "--lang", "zh-CN", code=1)
    assert re.sub(r"[\d.-]+，应为 [\d.-]+", "…，应为 …", printed) == (
        "bob  1 分（满分 2 分）\n"
        "  梯度  函数    结果  分数  测试点\n"
        "  X     grad_X  正确   1/1     6/6\n"
        "  W     grad_W  错误   0/1     0/6\n"
        "  grad_W, W，测试点 handout，随机种子 0：4 个元素中有 4 个不符；偏差最大的在 (0, 1) 处：得到 …，应为 …。\n"
        "  dW 除了正负号之外都对。如果 W 增大一点点，目标函数是增大还是减小？\n"
        "随机测试点由 --seed 5 生成。\n"
    )


@pytest.mark.usefixtures("warm")
def test_grade_in_chinese_writes_everything_in_chinese() -> None:
    """The screen, the reports and the pages; what machines read has its English names."""
    printed = run("grade", "a.yaml", "class", "--lang", "zh-CN")
    assert "共 2 份提交：2 份已评分，0 份被拒收，0 份评分程序出错\n" in printed
    assert printed.endswith("报告、gradebook.csv、summary.json 和 index.html 都在 reports 中\n")
    report = json.loads(Path("reports/bob.json").read_text(encoding="utf-8"))
    assert report["environment"]["language"] == "zh-CN"
    assert report["gradients"][1]["diagnosis"][0]["message"] == "dW 除了正负号之外都对。"
    page = Path("reports/bob.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert '<h2 id="wrong">错误说明</h2>' in page
    index = Path("reports/index.html").read_text(encoding="utf-8")
    assert "最常见的是“正负号”：1 人。" in index
    assert Path("reports/gradebook.csv").read_text(encoding="utf-8").splitlines() == [
        "learner,name,score,max_score,status,late,X,W,mistakes",
        "ann,ann,2,2,graded,,correct,correct,",
        "bob,bob,1,2,graded,,correct,incorrect,sign",
    ]


@pytest.mark.usefixtures("warm")
def test_report_in_another_language_is_not_kept() -> None:
    """A run has one language: what was graded in another one is graded again, and then it holds."""
    again = "2 of 2 were graded before and are unchanged (--regrade grades them again).\n"
    run("grade", "a.yaml", "class")
    assert again in run("grade", "a.yaml", "class")
    assert "之前已评过分" not in run("grade", "a.yaml", "class", "--lang", "zh-CN")
    assert "2 份中有 2 份之前已评过分且没有变化" in run("grade", "a.yaml", "class", "--lang", "zh-CN")
    assert again not in run("grade", "a.yaml", "class")


@pytest.mark.usefixtures("warm")
def test_title_and_locale_choose_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for no language gets that of the only title, else that of the machine."""

    def language(*options: str) -> str:
        done = CliRunner().invoke(app, ["check", "a.yaml", "class/ann.py", "--json", *options])
        return str(json.loads(done.stdout)["environment"]["language"])

    assert language() == "en"
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert (language(), language("--lang", "en")) == ("zh-CN", "en")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with open("a.yaml", "a", encoding="utf-8") as file:
        file.write("title: {zh-CN: 矩阵求导}\n")
    assert language() == "zh-CN"


def test_kit_in_chinese_says_where_it_is() -> None:
    """The files, and the warning that a small file can be guessed."""
    done = CliRunner().invoke(app, ["kit", "a.yaml", "-o", "kit", "--lang", "zh-CN"])
    assert (done.exit_code, done.stdout) == (0, "kit 中有 a.yaml, a.md, a.html, a.py, a.ipynb\n")
    assert done.stderr.startswith("拿到学生包的人可以逐字节猜出 ")
    assert "## 提交要求" in Path("kit/a.md").read_text(encoding="utf-8")
