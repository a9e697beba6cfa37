"""Moodle: its offline grading worksheet, in the languages whose headers are known, and folders that it takes back.

    Identifier, Full name, Email address, Status, Grade, Maximum grade, ..., Last modified (grade), Feedback comments
    Participant 4711, Jane Doe, ...

Columns may come and go, so they are found by name. `Last modified (grade)` stays as it is: Moodle passes over a row
whose grade it has changed since.
"""

import re
import unicodedata
from collections.abc import Sequence

from grader.errors import AuthorError
from grader.lms.cells import Table
from grader.lms.filling import Gradebook, GradebookRow
from grader.lms.numbers import decimal_sign, number
from grader.lms.people import person
from grader.report import Report
from grader.visible import visible

NAME = "moodle"

_HEADERS = {
    # en, de, es, fr, zh_cn; where versions differ, all of them
    "identifier": ("Identifier", "ID", "Identificador", "Identifiant", "标识符", "标识", "识别码", "编号"),
    "name": ("Full name", "Vollständiger Name", "Nombre completo", "Nom complet", "全名", "姓名"),
    "number": ("ID number", "ID-Nummer", "Número de ID", "Numéro d'identification", "学号", "ID号", "ID 号码"),
    "mail": (
        "Email address",
        "E-Mail-Adresse",
        "Dirección de correo",
        "Adresse de courriel",
        "电子邮件地址",
        "Email地址",
        "邮箱地址",
        "电子邮件",
    ),
    "user": ("Username", "Anmeldename", "Nombre de usuario", "Nom d'utilisateur", "用户名"),
    "group": ("Group", "Gruppe", "Grupo", "Groupe", "小组", "组"),
    "grade": ("Grade", "Bewertung", "Calificación", "Note", "成绩", "评分", "分数"),
    "scale": ("Scale", "Skala", "Escala", "Barème", "等级", "量表"),
    "maximum": (
        "Maximum grade",
        "Bestwertung",
        "Calificación máxima",
        "Note maximale",
        "最高分",
        "最高成绩",
        "最大成绩",
        "最高分数",
        "满分",
    ),
    "open": (
        "Grade can be changed",
        "Bewertung kann geändert werden",
        "La calificación puede ser cambiada",
        "La calificación puede cambiarse",
        "La note peut être modifiée",
        "成绩可以更改",
        "成绩可以修改",
        "成绩可以改变",
        "成绩可以被更改",
        "可以更改成绩",
    ),
    "modified": (
        "Last modified (grade)",
        "Zuletzt geändert (Bewertung)",
        "Última modificación (calificación)",
        "Dernière modification (note)",
        "最后修改（教师）",
        "最后修改（成绩）",
        "最后修改（评分）",
        "最后修改时间（成绩）",
    ),
    "comments": (
        "Feedback comments",
        "Feedback als Kommentar",
        "Comentarios de retroalimentación",
        "Comentarios de la retroalimentación",
        "Feedback par commentaires",
        "反馈评论",
        "反馈意见",
        "评语反馈",
        "反馈评语",
        "评语",
    ),
}
_BLANKS = frozenset({"", "-", "'-"})
"""No grade; Moodle itself keeps a cell from being computed by an apostrophe."""
_NO = frozenset({"no", "nein", "non", "否", "不"})
_PARTICIPANT = re.compile(r"\D*(\d+)")

_DOWNLOADED = re.compile(r"[^_]*_\d+_assignsubmission_(?:file|onlinetext)(?=_|$)")


def read(table: Table, *, file: str, titles: Sequence[str], column: str | None) -> Gradebook | None:
    """The gradebook in a worksheet, or None if it is none; raises AuthorError where it has no column of points."""
    header = next((index for index, row in enumerate(table.rows) if any(cell.strip() for cell in row)), None)
    if header is None:
        return None
    names = [_plain(cell) for cell in table.rows[header]]
    places = {role: _place(names, spellings) for role, spellings in _HEADERS.items()}
    identifier, modified = places["identifier"], places["modified"]
    if identifier is None or modified is None:
        return None
    grade = places["grade"] if column is None else _place(names, [column])
    if grade is None or grade in [place for role, place in places.items() if role != "grade"]:
        raise AuthorError(
            visible(
                f"{file}: expected a column {column or 'Grade'}, found the columns {', '.join(table.rows[header])}"
                + ("" if column else "; --column names the one to fill")
            )
        )
    if places["scale"] is not None and places["maximum"] is None:
        raise AuthorError(visible(f"{file}: expected grades in points, found a scale, which points cannot be put into"))
    body = range(header + 1, len(table.rows))
    decimal = decimal_sign(
        (table.cell(row, place) for place in (places["maximum"], grade) for row in body), delimiter=table.delimiter
    )
    rows = []
    for index in body:
        found = _PARTICIPANT.fullmatch(table.cell(index, identifier))
        if not found:
            continue
        cells = {role: table.cell(index, place) for role, place in places.items()}
        who = person(
            own=[found[1]],
            lms=NAME,
            ids=[cells[role] for role in ("identifier", "number", "mail", "user")],
            name=cells["name"],
            group=cells["group"],
        )
        closed = "locked in the gradebook" if cells["open"].casefold() in _NO else None
        name = cells["name"] or cells["identifier"]
        rows.append(GradebookRow(index, who, name, number(cells["maximum"], decimal), closed))
    title = table.cell(header, grade)
    return Gradebook(NAME, table, tuple(rows), grade, title, decimal, places["comments"], _BLANKS)


def feedback_folder(report: Report) -> str | None:
    """The folder that the learner's files were downloaded in: name, participant, kind of submission, and a `_`."""
    parts = (part for path in report.submission.files for part in path.split("/"))
    found = next(filter(None, map(_DOWNLOADED.match, parts)), None)
    if found is not None:
        return f"{found[0]}_"
    lms = report.submission.lms
    if lms is None or lms.format != NAME or not re.fullmatch(r"[0-9]+", lms.id):
        return None
    name = re.sub(r"[/\\_]", " ", lms.name or "Participant").strip(" .~")
    return f"{name}_{lms.id}_assignsubmission_file_"


def _place(names: Sequence[str], spellings: Sequence[str]) -> int | None:
    wanted = set(map(_plain, spellings))
    return next((place for place, name in enumerate(names) if name in wanted), None)


def _plain(header: str) -> str:
    """A header without what versions of Moodle write differently: case, space, the width of brackets."""
    return "".join(unicodedata.normalize("NFKC", header).casefold().split())
