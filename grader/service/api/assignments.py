"""/v1/assignments: texts that are published, and the copies that students may have of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.assignment import Id
from grader.errors import AssignmentError, AuthorError
from grader.kit.public import public_data, yaml_text
from grader.marked_yaml import compose
from grader.service import access, audit
from grader.service.access import Author, Grader, Reader, Teacher
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, YAML, binary, body, links
from grader.service.api.door import router
from grader.service.api.downloads import download
from grader.service.api.paging import Asked, Statement
from grader.service.assignments import publish, read
from grader.service.handing_in import regrade_all
from grader.service.pace import Pace
from grader.service.problems import Fault, Problem, not_there
from grader.service.proving import Proof, validated
from grader.service.tables import Assignment, AssignmentVersion, Policy, now
from grader.service.tokens import Holder

routes = router("assignments")

NEXT = links(
    "assignments.get",
    "assignments.get_versions",
    "assignments.get_public",
    "assignments.post_regrade",
    "policies.get",
    "policies.put",
    "grades.get_all",
    "grades.get_gradebook",
    assignment_id="id",
)
MOST_WAITING = 3
"""Who wait until something is validated."""
_WAITING = BoundedSemaphore(MOST_WAITING)
UNNAMED = "assignment"
"""The id of an assignment whose text gives none, and which came without a name."""


@dataclass(frozen=True)
class Sent:
    """A text that was sent, and the modules that came with it."""

    text: bytes
    name: str
    modules: Mapping[str, bytes]


async def sent(
    request: Request,
    id: Annotated[Id | None, Query(description="The id of an assignment whose text gives none.")] = None,
) -> Sent:
    """The body: YAML, or a form with the files `assignment` and `modules`."""
    if not bodies.is_form(request):
        return Sent(await request.body(), id or UNNAMED, {})
    form = await bodies.form(request)
    texts = form.files.get("assignment", ())
    if len(texts) != 1 or form.fields or set(form.files) - {"assignment", "modules"}:
        raise Problem(422, "the form has one file `assignment`, and files `modules` if there are any")
    stem = texts[0].name.rpartition(".")[0]
    return Sent(texts[0].data, id or stem, {one.name: one.data for one in form.files.get("modules", ())})


@routes.post(
    "/assignments",
    status_code=201,
    response_model=models.Published,
    responses={**ANSWERS.created(models.Published, NEXT), **ANSWERS.of(400, 401, 403, 408, 413, 415, 422, 429)},
    openapi_extra=body(
        {
            YAML: {
                "schema": {
                    "type": "object",
                    "required": ["objective", "seed"],
                    "description": "Keys and values as `grader schema assignment` describes them.",
                },
                "example": {"objective": "||X W||_F^2", "seed": 0, "shapes": {"X": [3, 2], "W": [2, 2]}},
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["assignment"],
                    "additionalProperties": False,
                    "properties": {"assignment": binary(), "modules": {"type": "array", "items": binary()}},
                }
            },
        }
    ),
)
def post(
    request: Request,
    response: Response,
    holder: Author,
    sent: Annotated[Sent, Depends(sent)],
    validate: Annotated[bool, Query(description="Look at it as `grader validate` does, which takes seconds.")] = True,
) -> models.Published:
    """Publish an assignment, or another version of it; the same text again is no new version.

    Whatever validating it finds, it is published: `proven` says whether its cases reject every known mistake.
    """
    database, name = bodies.database(request), f"{sent.name}.yaml"
    try:
        proof = _proof(sent, name) if validate else None
        kept = proof.dump() if proof is not None else None
        version_id = publish(database, sent.text, name, sent.modules, proof=kept, actor=holder.name)
    except AuthorError as error:
        raise faulty(error) from None
    with database.reading() as session:
        version = session.get_one(AssignmentVersion, version_id)
    response.headers["Location"] = f"/v1/assignments/{version.assignment_id}"
    return models.Published(
        id=version.assignment_id,
        version=version.number,
        proven=proof.proven if proof is not None else None,
        findings=[models.Finding(**asdict(one)) for one in proof.findings] if proof is not None else [],
    )


@routes.post(
    "/assignments/{assignment_id}/regrade",
    status_code=202,
    responses={
        **ANSWERS.accepted(models.RegradedAll, links("submissions.get_all", assignment="id")),
        **ANSWERS.of(401, 403, 404, 422, 429),
    },
)
def post_regrade(
    request: Request, response: Response, holder: Grader, assignment_id: models.AssignmentId
) -> models.RegradedAll:
    """Grade whatever is not graded on the newest version, nor waits for it; asking twice is the same as asking once."""
    database = bodies.database(request)
    with database.reading() as session:
        access.assignment(session, holder, assignment_id)
    count = regrade_all(database, assignment_id)
    with database.writing() as session:
        audit.note(session, holder.name, "regrade", f"assignment:{assignment_id}", f"submissions {count}")
    pace: Pace = request.app.state.pace
    response.headers["Location"] = f"/v1/submissions?assignment={assignment_id}"
    response.headers["Retry-After"] = str(pace.seconds())
    return models.RegradedAll(id=assignment_id, count=count)


def _proof(sent: Sent, name: str) -> Proof:
    """What validating a text finds; few wait for it at a time, since each takes a thread from those who hand in."""
    if not _WAITING.acquire(blocking=False):
        again = {"Retry-After": "10"}
        raise Problem(429, "others are being validated; ask again, or with validate=false", headers=again)
    try:
        return validated(sent.text, name, sent.modules)
    finally:
        _WAITING.release()


def faulty(error: AuthorError) -> Problem:
    """An assignment that is none, with the line if it is known."""
    line = error.line if isinstance(error, AssignmentError) else None
    sentence = error.problem if isinstance(error, AssignmentError) else str(error)
    return Problem(
        422,
        "this is no sensible assignment",
        code="urn:gradient-grader:faulty-assignment",
        errors=[Fault(detail=sentence, line=line)],
    )


@routes.get("/assignments", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(request: Request, holder: Reader, asked: Asked) -> models.Listing[models.Assignment]:
    """All assignments; for a learner those that are open, or were."""
    found = _newest().where(access.open_assignments(holder))
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, found, Assignment.id)
        return asked.listing([_shown(holder, *row[:3]) for row in rows.found], rows)


@routes.get("/assignments/{assignment_id}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Reader, assignment_id: models.AssignmentId) -> models.Assignment:
    """One assignment."""
    with bodies.database(request).reading() as session:
        access.assignment(session, holder, assignment_id)
        return _shown(holder, *session.execute(_newest().where(Assignment.id == assignment_id)).one())


@routes.get("/assignments/{assignment_id}/versions", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_versions(
    request: Request, holder: Teacher, assignment_id: models.AssignmentId, asked: Asked
) -> models.Listing[models.Version]:
    """What was published of an assignment, the newest first."""
    with bodies.database(request).reading() as session:
        access.assignment(session, holder, assignment_id)
        wanted = select(AssignmentVersion).where(AssignmentVersion.assignment_id == assignment_id)
        rows = asked.rows(session, wanted, AssignmentVersion.number, newest_first=True)
        return asked.listing([_version(one) for one, _ in rows.found], rows)


@routes.get(
    "/assignments/{assignment_id}/versions/{number}/text",
    response_class=Response,
    responses={**ANSWERS.text(YAML), **ANSWERS.of(401, 403, 404, 422, 429)},
)
def get_text(request: Request, holder: Teacher, assignment_id: models.AssignmentId, number: models.Number) -> Response:
    """The text of a version as it was published, with everything that learners may not know."""
    with bodies.database(request).reading() as session:
        access.assignment(session, holder, assignment_id)
        return download(_numbered(session, assignment_id, number).text, f"{assignment_id}.yaml", YAML)


@routes.get(
    "/assignments/{assignment_id}/public",
    response_class=Response,
    responses={**ANSWERS.text(YAML), **ANSWERS.of(401, 403, 404, 422, 429)},
)
def get_public(request: Request, holder: Reader, assignment_id: models.AssignmentId) -> Response:
    """The students' copy of the newest version: without hidden cases, and good for `grader check`."""
    with bodies.database(request).reading() as session:
        access.assignment(session, holder, assignment_id)
        version = session.execute(_newest().where(Assignment.id == assignment_id)).one()[1]
    return download(public_copy(version.text, assignment_id), f"{assignment_id}.yaml", YAML)


@lru_cache(maxsize=64)
def public_copy(text: bytes, assignment_id: str) -> bytes:
    """The copy of a text that learners may have."""
    data = compose(text.decode("utf-8-sig")).data
    assert isinstance(data, dict), "it was published"
    return yaml_text(public_data(data, assignment_id)).encode()


@lru_cache(maxsize=256)
def _title(version: "_Key") -> Mapping[str, str]:
    return read(version.text, f"{version.assignment_id}.yaml", dict(version.modules)).title


@dataclass(frozen=True)
class _Key:
    """A version as far as its title depends on it; it never changes."""

    assignment_id: str
    text: bytes
    modules: tuple[tuple[str, bytes], ...]


def _newest() -> Statement:
    """Every assignment with its newest version, and when it opens."""
    number = (
        select(func.max(AssignmentVersion.number))
        .where(AssignmentVersion.assignment_id == Assignment.id)
        .correlate(Assignment)
        .scalar_subquery()
    )
    return (
        select(Assignment, AssignmentVersion, Policy.opens_at)
        .join(AssignmentVersion, AssignmentVersion.assignment_id == Assignment.id)
        .outerjoin(Policy, Policy.assignment_id == Assignment.id)
        .where(AssignmentVersion.number == number)
    )


def _numbered(session: Session, assignment_id: str, number: int) -> AssignmentVersion:
    which = (AssignmentVersion.assignment_id == assignment_id, AssignmentVersion.number == number)
    version = session.scalar(select(AssignmentVersion).where(*which))
    if version is None:
        raise not_there("version")
    return version


def _shown(holder: Holder, one: Assignment, version: AssignmentVersion, opens_at: Any) -> models.Assignment:
    modules = tuple((module.name, module.source) for module in version.modules)
    return models.Assignment(
        id=one.id,
        title=dict(_title(_Key(one.id, version.text, modules))),
        version=version.number,
        sha256=version.sha256 if holder.staff_id is not None else None,
        max_score=version.max_score,
        open=opens_at is None or opens_at <= now(),
        created_at=one.created_at,
    )


def _version(one: AssignmentVersion) -> models.Version:
    return models.Version(number=one.number, sha256=one.sha256, max_score=one.max_score, created_at=one.created_at)
