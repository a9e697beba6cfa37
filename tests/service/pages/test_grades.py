"""How a class did, and one learner's grade, as the staff sees and sets them."""

from uuid import UUID

from sqlalchemy import select

from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.grades import grade
from grader.service.tables import Attempt, Audit, Class, Membership, State
from tests.example_reports import MASKLESS, REJECTED, RIGHT
from tests.service.graded import submitted
from tests.service.pages.conftest import SHEET, Visitor, learner

PAGE = "/staff/assignments/a"


def a_class(database: Database) -> dict[str, UUID]:
    """Three of a class, and one who is in none."""
    ids = {name: learner(database, name, name.title()) for name in ("ann", "bob", "cyd", "dan")}
    with database.writing() as session:
        session.add(Class(id="c", title="The class"))
        session.flush()
        for name, report in (("ann", RIGHT), ("bob", MASKLESS), ("cyd", REJECTED)):
            session.add(Membership(class_id="c", learner_id=ids[name]))
            submitted(session, ids[name], report)
        submitted(session, ids["dan"], MASKLESS)
    return ids


def order(page: str) -> list[str]:
    """The names in the table, from top to bottom."""
    return sorted(("Ann", "Bob", "Cyd", "Dan"), key=lambda name: page.index(f">{name}</a></th>"))


def test_page_shows_how_scores_gradients_and_mistakes_are_spread(
    teacher: Visitor, database: Database, sheet: str
) -> None:
    """Of everybody, or of a class; the mistake leads to the work that has it."""
    ids = a_class(database)
    page = teacher.page(PAGE)
    assert "<dt>learners</dt><dd>4</dd>" in page
    assert '<td class="n">1 of 4</td>' in page
    assert f'href="{PAGE}/mistakes/missing_mask">missing mask</a>' in page
    found = teacher.page(f"{PAGE}/mistakes/missing_mask")
    assert "2 learners" in found
    assert "Bob" in found
    assert "Dan" in found
    assert "Ann" not in found
    page = teacher.page(f"{PAGE}?class=c")
    assert "<dt>learners</dt><dd>3</dd>" in page
    assert f'href="{PAGE}/mistakes/missing_mask?class=c"' in page
    found = teacher.page(f"{PAGE}/mistakes/missing_mask?class=c")
    assert "Dan" not in found
    assert f"/staff/assignments/a/learners/{ids['bob']}" in found
    assert teacher.get(f"{PAGE}/mistakes/sign").status_code == 404


def test_gradient_leads_to_those_that_are_not_right(teacher: Visitor, database: Database, sheet: str) -> None:
    """What was rejected counts among them."""
    a_class(database)
    found = teacher.page(f"{PAGE}/gradients/W")
    assert "W is not right" in found
    assert "3 learners" in found
    assert "Ann" not in found


def test_table_is_sorted_as_its_heads_say(teacher: Visitor, database: Database, sheet: str) -> None:
    """Without a script; equals stay in the order of their names."""
    a_class(database)
    assert order(teacher.page(PAGE)) == ["Ann", "Bob", "Cyd", "Dan"]
    assert order(teacher.page(f"{PAGE}?sort=name&down=true")) == ["Dan", "Cyd", "Bob", "Ann"]
    page = teacher.page(f"{PAGE}?sort=score")
    assert order(page) == ["Bob", "Cyd", "Dan", "Ann"]
    assert '<th scope="col" class="n" aria-sort="ascending"><a href="?sort=score&amp;down=true#learners">' in page
    assert teacher.get(f"{PAGE}?sort=mail").status_code == 422


def test_gradebook_is_a_table_of_the_class(teacher: Visitor, database: Database, sheet: str) -> None:
    """And whoever takes it is in the audit."""
    a_class(database)
    answer = teacher.get(f"{PAGE}/gradebook.csv?class=c")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gradebook.csv"'
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["learner", "ann", "bob", "cyd"]
    with database.reading() as session:
        assert session.scalars(select(Audit.detail).where(Audit.object == "grades:a")).all() == ["c"]
    assert teacher.get("/staff/assignments/b/gradebook.csv").status_code == 404


def test_grade_is_set_with_a_reason_and_taken_back(teacher: Visitor, database: Database, sheet: str, ann: UUID) -> None:
    """The reckoned one counts again then."""
    with database.writing() as session:
        submitted(session, ann, MASKLESS)
    page = f"{PAGE}/learners/{ann}"
    for fields, sentence in (
        ({"score": "4", "reason": " "}, "a reason is needed"),
        ({"score": "lots", "reason": "r"}, "The points are no number."),
        ({"score": "-1", "reason": "r"}, "a grade is a number of points"),
        ({"score": "nan", "reason": "r"}, "a grade is a number of points"),
    ):
        answer = teacher.send(f"{page}/override", on=page, **fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    answer = teacher.send(f"{page}/override", on=page, score="3,5", reason="Was ill.")
    assert answer.headers["location"] == f"{page}?done=overridden"
    assert "<q>Was ill.</q>" in teacher.page(page)
    with database.reading() as session:
        assert grade(session, "a", ann).score == 3.5
    teacher.send(f"{page}/override", on=page, undo="true", reason="taken back")
    with database.reading() as session:
        assert grade(session, "a", ann).score == 0.0
        actions = session.scalars(select(Audit.action).where(Audit.object == f"grade:a:learner:{ann}")).all()
    assert actions.count("override") == 2


def test_learner_who_has_handed_in_nothing_has_a_page(
    teacher: Visitor, database: Database, sheet: str, ann: UUID
) -> None:
    """One who is not there has none."""
    page = teacher.page(f"{PAGE}/learners/{ann}")
    assert "Ann Example" in page
    assert "Nothing yet." in page
    assert teacher.get(f"{PAGE}/learners/{UUID(int=1)}").status_code == 404
    with database.writing() as session:
        submitted(session, ann, State.QUEUED)
    assert "being graded" in teacher.page(PAGE)


def test_regrade_of_all_is_offered_when_the_assignment_has_changed(
    teacher: Visitor, database: Database, sheet: str
) -> None:
    """Until everything waits for the newest version; it is asked for in two steps, and is written down."""
    a_class(database)
    assert "on the newest version" not in teacher.page(PAGE)
    publish(database, SHEET + b"points: {W: 3}\n", "a.yaml")
    assert "4 submissions are not graded on the newest version</summary>" in teacher.page(PAGE)
    assert "4 份提交尚未按最新版本评分" in teacher.page(f"{PAGE}?lang=zh-CN")
    teacher.page(f"{PAGE}?lang=en")
    answer = teacher.send(f"{PAGE}/regrade", on=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=regrading-all")
    page = teacher.page(answer.headers["location"])
    assert "They will be graded once more." in page
    assert "on the newest version" not in page
    with database.reading() as session:
        assert session.scalars(select(Attempt.state).where(Attempt.number == 2)).all() == [State.QUEUED] * 4
        noted = session.execute(select(Audit.object, Audit.detail).where(Audit.action == "regrade")).all()
    assert [tuple(one) for one in noted] == [("assignment:a", "submissions 4")]
    assert teacher.send("/staff/assignments/nothing/regrade", on=PAGE).status_code == 404
