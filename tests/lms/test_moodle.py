"""The grading worksheet of Moodle."""

import pytest

from grader.errors import AuthorError
from grader.lms.filling import Filled, fill
from grader.lms.gradebooks import opened
from grader.lms.words import comment
from grader.report import Report
from tests.example_reports import MASKLESS, REJECTED, rows_of
from tests.lms.class_of import failed, half, right

ENGLISH = (
    'Identifier,"Full name","Email address",Status,Group,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Online text","Last modified (grade)","Feedback comments"\n'
    '"Participant 11","Jane Doe",jane@uni.edu,"Submitted for grading - ",,,10.00,Yes,"Monday, 1 June 2026, 9:00 PM",'
    '"<p>a ""b"",\nc</p>",-,\n'
    '"Participant 12","Zoë Bär",zoe@uni.edu,"No submission - ",Team 1,,10.00,Yes,-,,-,\n'
    '"Participant 13","Ann Lee",a@uni.edu,Graded,Team 1,6.50,10.00,Yes,-,,"Tuesday, 2 June 2026, 9:00 PM",good\n'
    '"Participant 14","Ann Lee",b@uni.edu,Graded,,,10.00,No,-,,-,\n'
).encode()
RIGHT_COMMENT = "W: correct, 4 of 4 points"

LOCALISED = {
    "de": (
        'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",'
        '"Zuletzt geändert (Bewertung)","Feedback als Kommentar"',
        "Teilnehmer/in",
        "Ja",
    ),
    "es": (
        'Identificador,"Nombre completo","Dirección de correo",Estado,Calificación,"Calificación máxima",'
        '"La calificación puede ser cambiada","Última modificación (calificación)","Comentarios de retroalimentación"',
        "Participante ",
        "Sí",
    ),
    "fr": (
        'Identifiant,"Nom complet","Adresse de courriel",Statut,Note,"Note maximale","La note peut être modifiée",'
        '"Dernière modification (note)","Feedback par commentaires"',
        "Participant",
        "Oui",
    ),
    "zh": ("标识符,全名,电子邮件地址,状态,成绩,最高分,成绩可以更改,最后修改（教师）,反馈评论", "参与人", "是"),
}


def _filled(*reports: Report, data: bytes = ENGLISH, overwrite: bool = False, column: str | None = None) -> Filled:
    book = opened(data, file="w.csv", titles=("relu",), column=column)
    known = {report.submission.learner: report for report in reports}
    return fill(book, rows_of(reports), overwrite=overwrite, comment=lambda learner: comment(known[learner]))


def test_grade_and_comment_are_all_that_changes() -> None:
    """Every other byte stays, the dates of grading most of all."""
    done = _filled(right("11"))
    expected = ENGLISH.replace(b'- ",,,10.00', b'- ",,10,10.00', 1).replace(
        b'c</p>",-,\n', f'c</p>",-,"{RIGHT_COMMENT}"\n'.encode()
    )
    assert done.data == expected
    assert done.sentences() == [
        "Filled 1 cell of the column Grade",
        "Scores are scaled from 4 points to 10",
        "Left alone, without a submission: Zoë Bär; Ann Lee",
        "Left alone, locked in the gradebook: Ann Lee",
    ]


def test_graded_locked_and_failed_are_left_alone() -> None:
    """A grade that is there stays, and so does its comment; a locked row stays even when all is overwritten."""
    reports = [failed("11"), right("13"), right("14")]
    assert _filled(*reports).data == ENGLISH
    over = _filled(*reports, overwrite=True).data
    assert over == ENGLISH.replace(b"6.50", b"10").replace(b'PM",good', f'PM","{RIGHT_COMMENT}"'.encode())


@pytest.mark.parametrize("language", LOCALISED)
def test_headers_in_other_languages(language: str) -> None:
    """Found by name in each language, with the decimal comma that goes with it; a comma between commas is quoted."""
    header, participant, yes = LOCALISED[language]
    row = f'{participant}100001,"Zoë Bär",z@uni.edu,x,%s,"5,00",{yes},-,%s\n'
    before, after = row % ("", ""), row % ('"2,5"', '"W: correct, 4 of 4 points"')
    data = f"{header}\n{before}".encode("utf-8-sig")
    assert _filled(half("100001"), data=data).data == f"{header}\n{after}".encode("utf-8-sig")


def test_mail_and_name_do_without_the_number() -> None:
    """Learners of another system are found too."""
    done = _filled(right("x", mail="ZOE@uni.edu"), right("y", name="Doe, Jane"))
    assert done.filled == ("Jane Doe", "Zoë Bär")


def test_blind_worksheet_has_numbers_only() -> None:
    """Then the number tells who is meant, in the answer too."""
    header = b'Identifier,Status,Grade,"Maximum grade","Last modified (grade)"\n'
    data = header + b"Participant 11,x,-,4,-\nParticipant 12,x,,4,-\nParticipant 13,x,'-,4,-\n"
    done = _filled(half("11"), half("13"), data=data)
    assert done.data == data.replace(b"x,-,4", b"x,2,4").replace(b"x,'-,4", b"x,2,4")
    assert done.left == (("without a submission", ("Participant 12",)),)
    assert done.scales == ("Scores are written as they are, out of 4",)


def test_group_is_graded_member_by_member() -> None:
    """The number of the group's folder is no participant's."""
    done = _filled(right("11", name="Team 1", group="Team 1"), overwrite=True)
    assert done.filled == ("Zoë Bär", "Ann Lee")


def test_comment_says_what_the_student_may_see() -> None:
    """Verdict, mistake and advice as HTML; nothing of a hidden case, nothing that a spreadsheet computes."""
    wrong = right("11", like=MASKLESS)
    text = opened(_filled(wrong).data, file="w.csv", titles=()).table.cell(1, 11)
    assert text == "W: incorrect, 0 of 4 points<br>The mask is missing. Look at H."
    reason = REJECTED.reason.model_copy(update={"message": "=1 <b>"}) if REJECTED.reason else None
    spoiled = right("11", like=REJECTED.model_copy(update={"reason": reason}))
    assert opened(_filled(spoiled).data, file="w.csv", titles=()).table.cell(1, 11) == "'=1 &lt;b&gt;"


def test_comment_is_in_the_language_of_the_report() -> None:
    """Not in that of the gradebook's headers."""
    chinese = right("11", like=MASKLESS.model_copy(update={"environment": {"language": "zh-CN"}}))
    text = opened(_filled(chinese).data, file="w.csv", titles=()).table.cell(1, 11)
    assert text == "W：错误，0 分（满分 4 分）<br>The mask is missing.Look at H."


@pytest.mark.parametrize(
    ("data", "column", "why"),
    [
        (
            b"Identifier,Points,Last modified (grade)\n",
            None,
            "expected a column Grade, found the columns Identifier, Points, Last modified (grade); "
            "--column names the one to fill",
        ),
        (
            b"Identifier,Grade,Last modified (grade)\n",
            "Identifier",
            "expected a column Identifier, found the columns Identifier, Grade, Last modified (grade)",
        ),
        (
            b"Identifier,Grade,Scale,Last modified (grade)\n",
            None,
            "expected grades in points, found a scale, which points cannot be put into",
        ),
    ],
    ids=["none", "another", "scale"],
)
def test_column_that_cannot_be_filled(data: bytes, column: str | None, why: str) -> None:
    """The error names the file, what was looked for and what is there."""
    with pytest.raises(AuthorError) as caught:
        _filled(data=data, column=column)
    assert str(caught.value) == f"w.csv: {why}"


def test_column_may_be_named() -> None:
    """Where a site calls its grades otherwise."""
    data = b"Identifier,Points,Last modified (grade)\nParticipant 1,,-\n"
    assert _filled(right("1"), data=data, column="points").data == data.replace(b"1,,", b"1,4,")
