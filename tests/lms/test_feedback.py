"""Archives of feedback."""

import io
import zipfile

import pytest

from grader.language import Language, speaking
from grader.lms import feedback
from grader.lms.feedback import for_canvas, for_moodle
from grader.report import DiagnosisReport, Report
from tests.example_reports import MASKLESS, REJECTED, WRONG, case, gradient
from tests.lms.class_of import failed, half, right


def _files(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name).decode() for name in archive.namelist()}


CHINESE_DIAGNOSIS = (DiagnosisReport(code="missing_mask", step="H", message="缺少掩码。", help="看一看 H。"),)

MOODLE = (
    right("12", "Zoë Bär_12_assignsubmission_file/src/hw.py"),
    right("13", "Ann Lee_13_assignsubmission_file_/hw.py"),
    right("14", "Sam Ray_14_assignsubmission_file_my_hw.py"),
    right("15", "hw.py", format="moodle", id="15", name="王 小_明"),
    right("16", "Participant_16_assignsubmission_onlinetext/onlinetext.html"),
)


def test_moodle_knows_the_folders() -> None:
    """Folder or flat, old or new, blind or not: name, participant, kind."""
    made = for_moodle(MOODLE)
    assert list(_files(made.data)) == [
        "Zoë Bär_12_assignsubmission_file_/feedback.txt",
        "Ann Lee_13_assignsubmission_file_/feedback.txt",
        "Sam Ray_14_assignsubmission_file_/feedback.txt",
        "王 小 明_15_assignsubmission_file_/feedback.txt",
        "Participant_16_assignsubmission_onlinetext_/feedback.txt",
    ]
    assert made.sentences() == ["Feedback for 5 learners"]


def test_canvas_knows_the_names() -> None:
    """The very name that was downloaded, also of a file within it; a group's file stands there once."""
    made = for_canvas(
        [
            right("4711", "doejane_LATE_4711_90_my_hw_2.py"),
            right("4712", "team1_4712_91_hw.zip/src/hw.py"),
            half("4713", "team1_4712_91_hw.zip/src/hw.py"),
            right("4714", "bärzoë_4714_text.html"),
            right("eve", "eve.py"),
        ]
    )
    assert list(_files(made.data)) == ["doejane_LATE_4711_90_my_hw_2.py", "team1_4712_91_hw.zip"]
    assert made.sentences() == ["Feedback for 3 learners", "No feedback, no file as downloaded from Canvas: 4714; eve"]


def test_nobody_is_left_out_in_silence() -> None:
    """Neither those whom Moodle does not know nor those whom the grader failed."""
    made = for_moodle([right("7"), right("8", format="gradescope", id="8"), failed("dan")])
    assert _files(made.data) == {}
    assert made.left == (
        ("no participant number of Moodle is known", ("7", "8")),
        ("not graded, by a fault of the grader", ("dan",)),
    )


def test_same_reports_make_the_same_bytes() -> None:
    """They are taken one by one."""
    assert for_moodle(MOODLE).data == for_moodle(iter(MOODLE)).data


@pytest.mark.parametrize("make", feedback.FEEDBACK.values(), ids=feedback.FEEDBACK)
def test_text_is_what_the_student_may_see(make: object) -> None:
    """Neither numbers nor exceptions of a hidden case, nor what was printed."""
    name = "x_1_assignsubmission_file_/x_1_2_hw.py"
    (text,) = _files(make([right("1", name, like=MASKLESS)]).data).values()  # type: ignore[operator]
    assert text == (
        "relu: 0 of 4 points\n"
        "\n"
        "W (grad_W): incorrect, 0 of 4 points\n"
        f"- case handout: {MASKLESS.gradients[0].cases[0].message}\n"
        f"- case hidden-1: {MASKLESS.gradients[0].cases[1].hidden().message}\n"
        "> The mask is missing. Look at H.\n"
        "\n"
        "Warning: bob.py mentions autograd.\n"
    )
    assert "1.25" not in text


def test_text_is_in_the_language_of_the_report() -> None:
    """Whoever runs the grader; the hidden case says what it says in that language too."""
    with speaking(Language.zh_cn):
        handout = case("incorrect", comparison=WRONG)
    wrong = gradient(handout, *MASKLESS.gradients[0].cases[1:], verdict="incorrect", diagnosis=CHINESE_DIAGNOSIS)
    chinese = MASKLESS.model_copy(update={"gradients": (wrong,), "environment": {"language": "zh-CN"}})
    (text,) = _files(for_canvas([right("1", "x_1_2_hw.py", like=chinese)]).data).values()
    assert text == (
        "relu：0 分（满分 4 分）\n"
        "\n"
        "W（grad_W）：错误，0 分（满分 4 分）\n"
        "- 测试点 handout：16 个元素中有 7 个不符；偏差最大的在 (0, 3) 处：得到 2.5，应为 4。\n"
        "- 测试点 hidden-1：抛出了异常。\n"
        "> 缺少掩码。看一看 H。\n"
        "\n"
        "警告：bob.py mentions autograd.\n"
    )


def test_rejected_learner_reads_why() -> None:
    """With the line."""
    (text,) = _files(for_canvas([right("1", "x_1_2_hw.py", like=REJECTED)]).data).values()
    assert text == "relu: 0 of 4 points\n\nThe file is not valid Python: invalid syntax (line 2)\n"


def test_page_is_made_of_the_student_view() -> None:
    """And stands beside the text."""
    seen: list[Report] = []

    def page(report: Report) -> bytes:
        seen.append(report)
        return b"<p>"

    files = _files(for_moodle(MOODLE[:1], page=page).data)
    assert files["Zoë Bär_12_assignsubmission_file_/feedback.html"] == "<p>"
    assert [case.seed for case in seen[0].gradients[0].cases] == [7, None]
