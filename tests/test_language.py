"""The language of what is written."""

import pytest

from grader import messages
from grader.language import Language, chosen, counted, speaking, spoken, translated

EN, ZH = Language.en, Language.zh_cn


@pytest.mark.parametrize(
    ("asked", "titles", "environment", "language"),
    [
        (None, ["en"], {}, EN),
        (None, ["en"], {"LANG": "en_GB.UTF-8"}, EN),
        (None, ["en"], {"LANG": "zh_CN.UTF-8"}, ZH),
        (None, ["en"], {"LANG": "zh"}, ZH),
        (None, ["en"], {"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "de_DE"}, ZH),
        (None, ["en"], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, EN),
        (None, ["zh-CN"], {"LANG": "en_US.UTF-8"}, ZH),
        (None, ["zh"], {}, ZH),
        (None, ["de"], {}, EN),
        (None, ["en", "zh-CN"], {}, EN),
        (EN, ["zh-CN"], {"LANG": "zh_CN.UTF-8"}, EN),
        (ZH, ["en"], {}, ZH),
    ],
)
def test_chosen_is_what_was_asked_for_else_the_title_else_the_locale(
    asked: Language | None, titles: list[str], environment: dict[str, str], language: Language
) -> None:
    """Who says nothing gets English."""
    assert chosen(asked, titles, environment) == language


def test_speaking_lasts_as_long_as_its_block() -> None:
    """Inside it is another language, and so in what is said."""
    with speaking(ZH):
        assert (spoken(), translated("Correct.")) == (ZH, "正确。")
        assert counted("{count} learner", "{count} learners", 1) == "1 人"
        with speaking(EN):
            assert counted("{count} learner", "{count} learners", 1) == "1 learner"
    assert (spoken(), translated("Correct.")) == (EN, "Correct.")


def test_text_without_translation_stays_english() -> None:
    """Its facts are filled in all the same."""
    with speaking(ZH):
        assert translated("{name} knows no Chinese.", name="Ann") == "Ann knows no Chinese."


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("the function returned None", "没有可以比较的结果：函数返回了 None。"),
        ("grad_W is not defined", "没有可以比较的结果：没有定义 grad_W。"),
        ("entry 2 of 3 was left out", "没有可以比较的结果：缺少第 2 项（共 3 项）。"),
        ("something new", "没有可以比较的结果：something new。"),
    ],
)
def test_fact_that_is_a_phrase_is_translated(what: str, sentence: str) -> None:
    """What the sandbox says of an answer is a phrase that is known, or stays as it is."""
    with speaking(ZH):
        assert messages.case("missing", what=what) == sentence


def test_words_of_a_student_are_left_alone() -> None:
    """What an exception says is nobody's but the student's, also where it is a phrase of ours."""
    with speaking(ZH):
        said = messages.case("raised", function="grad_W", exception="ValueError", text="is empty", line=3)
        placed = messages.case("raised", function="grad_W", exception="ValueError", text="is empty", line=3, cell=2)
    assert said == "grad_W 在第 3 行抛出了 ValueError：is empty"
    assert placed == "grad_W 在第 2 个单元格第 3 行抛出了 ValueError：is empty"


@pytest.mark.parametrize(
    ("code", "said", "sentence"),
    [
        ("syntax_error", "invalid syntax", "文件不是合法的 Python 代码：invalid syntax"),
        ("syntax_error", "invalid syntax; this looks like Python 2, and Python 3 is needed",
         "文件不是合法的 Python 代码：invalid syntax；这看起来是 Python 2 的代码，而这里需要 Python 3"),
        ("import_error", "`import pandas`: there is no module pandas in the grader's sandbox in b.py",
         "文件无法导入：`import pandas`：评分环境中没有模块 pandas in b.py"),
        ("timed_out", "the import reached the limit on wall_seconds", "导入时达到了限制 wall_seconds"),
        ("crashed", "the import ended the process: signal SIGSEGV", "导入使进程终止：收到信号 SIGSEGV"),
    ],
)  # fmt: skip
def test_rejection_says_what_the_sandbox_said(code: messages.ReasonCode, said: str, sentence: str) -> None:
    """A phrase within a phrase is translated too."""
    with speaking(ZH):
        assert messages.rejection(code, said) == sentence
