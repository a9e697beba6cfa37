"""/v1/submissions: work that is handed in, what becomes of it, and its files as they came."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from grader.assignment import Id
from grader.language import Language
from grader.service import access, audit, views
from grader.service.access import Grader, Reader, Submitter
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, binary, body, links, properties, ref
from grader.service.api.door import router
from grader.service.api.downloads import download
from grader.service.api.etags import IfNoneMatch, tagged
from grader.service.api.paging import Asked, Found, Statement
from grader.service.handing_in import File, hand_in, regrade
from grader.service.pace import Pace
from grader.service.problems import Problem, fault, not_there
from grader.service.queue import Queue
from grader.service.refusals import RefusedError
from grader.service.results import WAITING
from grader.service.tables import AssignmentVersion, Attempt, HandedFile, State, Submission
from grader.service.tokens import Holder

routes = router("submissions")

NEXT = links(
    "submissions.get",
    "submissions.get_files",
    "submissions.get_attempts",
    "submissions.post_regrade",
    "submissions.post_cancel",
    "reports.get",
    submission_id="id",
)
NEXT_OF_ATTEMPT = links(
    "submissions.get_attempt", "reports.get_of_attempt", "reports.get_difference", submission_id="id", number="attempt"
)

Newest = aliased(Attempt)


# ----- handing in -----


@dataclass(frozen=True)
class Work:
    """What somebody wants to hand in."""

    assignment: str
    learner: UUID | None
    language: Language | None
    files: tuple[File, ...]


async def handed(request: Request) -> Work:
    """The body: JSON with the files in it, or a form with the files `files`."""
    if bodies.is_form(request):
        form = await bodies.form(request)
        if set(form.files) - {"files"}:
            raise Problem(422, "the files of a submission are in fields named `files`")
        sent = bodies.checked(models.SubmissionFields, form.fields)
        files = form.files.get("files", ())
    else:
        new = bodies.parsed(models.NewSubmission, await request.body())
        sent, files = new, tuple(_files(new))
    most = request.app.state.settings.most_files
    if not 1 <= len(files) <= most:
        raise bodies.faulty([fault(("body", "files"), f"a submission has from 1 to {most} files")])
    return Work(sent.assignment, sent.learner, sent.language, files)


def _files(new: models.NewSubmission) -> "list[File]":
    files: list[File] = []
    for name, content in new.files.items():
        try:
            files.append(File(name, content.data()))
        except RefusedError as error:
            raise bodies.faulty([fault(("body", "files", name), str(error))]) from None
    return files


@routes.post(
    "/submissions",
    status_code=202,
    response_model=models.Receipt,
    responses={
        **ANSWERS.accepted(models.Receipt, NEXT),
        **ANSWERS.of(400, 401, 403, 404, 408, 409, 413, 415, 422, 429),
    },
    openapi_extra=body(
        {
            "application/json": {"schema": ref(models.NewSubmission)},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["assignment", "files"],
                    "additionalProperties": False,
                    "properties": {
                        **properties(models.SubmissionFields),
                        "files": {"type": "array", "items": binary(), "minItems": 1},
                    },
                }
            },
        }
    ),
)
def post(
    request: Request,
    response: Response,
    holder: Submitter,
    work: Annotated[Work, Depends(handed)],
    idempotency_key: Annotated[
        models.Key | None, Header(description="The same key and work again get the same answer; staff need one.")
    ] = None,
) -> models.Receipt:
    """Hand in, to be graded soon: what is accepted is kept, whatever happens then."""
    database = bodies.database(request)
    learner_id = work.learner or holder.learner_id
    if learner_id is None:
        raise bodies.faulty([fault(("body", "learner"), "whose work is it?")])
    with database.reading() as session:
        access.learner(session, holder, learner_id)
        access.assignment(session, holder, work.assignment)
    if holder.staff_id is not None and idempotency_key is None:
        raise Problem(400, "who hands in for others needs an Idempotency-Key", code="urn:gradient-grader:key-missing")
    receipt = hand_in(database, work.assignment, learner_id, work.files, idempotency_key, work.language)
    response.headers.update({"Location": f"/v1/submissions/{receipt.submission_id}", **_soon(request)})
    return models.Receipt(id=receipt.submission_id, state=State.QUEUED)


# ----- what became of it -----


@routes.get("/submissions", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(
    request: Request,
    holder: Reader,
    asked: Asked,
    assignment: Annotated[Id | None, Query()] = None,
    learner: Annotated[UUID | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
) -> models.Listing[models.Submission]:
    """Submissions, the newest first; a learner's own."""
    found = _all().where(access.own_submissions(holder))
    if assignment is not None:
        found = found.where(Submission.assignment_id == assignment)
    if learner is not None:
        found = found.where(Submission.learner_id == learner)
    if state is not None:
        found = found.where(Newest.state == state)
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, found, Submission.created_at, Submission.id, newest_first=True)
        return asked.listing(_shown(session, rows.found), rows)


@routes.get(
    "/submissions/{submission_id}",
    response_model=models.Submission,
    responses={**ANSWERS.tagged(models.Submission), **ANSWERS.of(401, 403, 404, 422, 429)},
)
def get(request: Request, holder: Reader, submission_id: UUID, _: IfNoneMatch = None) -> Response:
    """One submission; Retry-After says when to ask again, while it is not done."""
    with bodies.database(request).reading() as session:
        access.submission(session, holder, submission_id)
        (shown,) = _shown(session, session.execute(_all().where(Submission.id == submission_id)).all())
    return tagged(request, shown, _soon(request) if shown.state in WAITING else None)


@routes.post(
    "/submissions/{submission_id}/cancel",
    responses=ANSWERS.of(401, 403, 404, 409, 422, 429),
)
def post_cancel(request: Request, holder: Grader, submission_id: UUID) -> models.Submission:
    """Stop what is not graded yet; the submission stays, and can be regraded."""
    database = bodies.database(request)
    with database.reading() as session:
        access.submission(session, holder, submission_id)
        mine = (Attempt.submission_id == submission_id, Attempt.state.in_(WAITING))
        waiting = session.scalars(select(Attempt.id).where(*mine)).all()
    if not [attempt for attempt in waiting if Queue(database).cancel(attempt)]:
        raise Problem(409, "there is nothing to cancel: it is done")
    with database.writing() as session:
        audit.note(session, holder.name, "cancel", f"submission:{submission_id}")
        (shown,) = _shown(session, session.execute(_all().where(Submission.id == submission_id)).all())
    return shown


@routes.post(
    "/submissions/{submission_id}/regrade",
    status_code=202,
    responses={**ANSWERS.accepted(models.Regraded, NEXT_OF_ATTEMPT), **ANSWERS.of(401, 403, 404, 422, 429)},
)
def post_regrade(request: Request, response: Response, holder: Grader, submission_id: UUID) -> models.Regraded:
    """One more attempt, on the newest version of the assignment; the result so far stays until there is another."""
    database = bodies.database(request)
    with database.reading() as session:
        access.submission(session, holder, submission_id)
    number = regrade(database, submission_id)
    with database.writing() as session:
        audit.note(session, holder.name, "regrade", f"submission:{submission_id}", f"attempt {number}")
    response.headers.update({"Location": f"/v1/submissions/{submission_id}/attempts/{number}", **_soon(request)})
    return models.Regraded(id=submission_id, attempt=number, state=State.QUEUED)


# ----- its attempts and files -----


@routes.get("/submissions/{submission_id}/attempts", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_attempts(request: Request, holder: Reader, submission_id: UUID, asked: Asked) -> models.Listing[models.Attempt]:
    """How often it was graded, and what came of each time."""
    with bodies.database(request).reading() as session:
        access.submission(session, holder, submission_id)
        rows = asked.rows(session, _attempts(submission_id), Attempt.number)
        return asked.listing([_attempt(row, holder) for row in rows.found], rows)


@routes.get("/submissions/{submission_id}/attempts/{number}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_attempt(request: Request, holder: Reader, submission_id: UUID, number: models.Number) -> models.Attempt:
    """One grading of it."""
    with bodies.database(request).reading() as session:
        access.submission(session, holder, submission_id)
        row = session.execute(_attempts(submission_id).where(Attempt.number == number)).one_or_none()
    if row is None:
        raise not_there("attempt")
    return _attempt(row, holder)


@routes.get("/submissions/{submission_id}/files", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_files(request: Request, holder: Reader, submission_id: UUID, asked: Asked) -> models.Listing[models.HandedFile]:
    """The files that were handed in."""
    sizes = select(HandedFile.position, HandedFile.name, func.length(HandedFile.data))
    with bodies.database(request).reading() as session:
        access.submission(session, holder, submission_id)
        rows = asked.rows(session, sizes.where(HandedFile.submission_id == submission_id), HandedFile.position)
    files = [models.HandedFile(position=at, name=name, size=size) for at, name, size, _ in rows.found]
    return asked.listing(files, rows)


@routes.get(
    "/submissions/{submission_id}/files/{position}",
    response_class=Response,
    responses={**ANSWERS.text("text/plain"), **ANSWERS.of(401, 403, 404, 422, 429)},
)
def get_file(request: Request, holder: Reader, submission_id: UUID, position: models.Position) -> Response:
    """A file, byte for byte, to be saved and not shown."""
    with bodies.database(request).reading() as session:
        access.submission(session, holder, submission_id)
        file = session.get(HandedFile, (submission_id, position))
    if file is None:
        raise not_there("file")
    return download(file.data, file.name, "text/plain")


# ----- as models -----


def _all() -> Statement:
    """Every submission, with the state and the number of its newest attempt."""
    last = (
        select(func.max(Attempt.number))
        .where(Attempt.submission_id == Submission.id)
        .correlate(Submission)
        .scalar_subquery()
    )
    return select(Submission, Newest.state, Newest.number).join(
        Newest, (Newest.submission_id == Submission.id) & (Newest.number == last)
    )


def _soon(request: Request) -> dict[str, str]:
    """When it is worth asking what became of something."""
    pace: Pace = request.app.state.pace
    return {"Retry-After": str(pace.seconds())}


def _shown(session: Session, rows: Found) -> list[models.Submission]:
    """Rows of `_all`, with the results that count."""
    done = (
        select(Attempt.submission_id, Attempt.number, Attempt.state, Attempt.status, Attempt.score, Attempt.max_score)
        .where(Attempt.submission_id.in_([row[0].id for row in rows]))
        .where(Attempt.state.in_((State.GRADED, State.FAILED)))
        .order_by(Attempt.state == State.GRADED, Attempt.number)
    )
    # The last one counts: the newest that is graded, or else the newest that failed.
    counting = {row.submission_id: row for row in session.execute(done)}
    return [_submission(row[0], row[1], row[2], counting.get(row[0].id)) for row in rows]


def _submission(one: Submission, state: State, attempts: int, counts: Any) -> models.Submission:
    result = None
    if counts is not None:
        result = models.Result(
            attempt=counts.number, status=counts.status, score=counts.score, max_score=counts.max_score
        )
    return models.Submission(
        id=one.id,
        assignment=one.assignment_id,
        learner=one.learner_id,
        created_at=one.created_at,
        state=state,
        attempts=attempts,
        result=result,
    )


def _attempts(submission_id: UUID) -> Statement:
    """Without their reports, which are large."""
    return (
        select(
            Attempt.number,
            AssignmentVersion.number.label("version"),
            Attempt.state,
            Attempt.status,
            Attempt.score,
            Attempt.max_score,
            Attempt.created_at,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.fault,
        )
        .join(AssignmentVersion, AssignmentVersion.id == Attempt.version_id)
        .where(Attempt.submission_id == submission_id)
    )


def _attempt(row: Any, holder: Holder) -> models.Attempt:
    known = {name: getattr(row, name) for name in models.Attempt.model_fields}
    if holder.staff_id is None:
        times = {name: views.student_time(known[name]) for name in ("started_at", "finished_at")}
        known |= {**times, "fault": None}
    return models.Attempt(**known)
