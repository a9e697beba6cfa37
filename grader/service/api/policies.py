"""/v1/assignments/{id}/policy: when work is taken, what of it counts, and what is shown."""

from fastapi import Request

from grader.service import access, audit, policy
from grader.service.access import Author, Reader
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS
from grader.service.api.door import router

routes = router("assignments")


@routes.get("/assignments/{assignment_id}/policy", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Reader, assignment_id: models.AssignmentId) -> models.Policy:
    """The policy of an assignment; one that was never set has the defaults."""
    with bodies.database(request).reading() as session:
        access.assignment(session, holder, assignment_id)
        return models.Policy.of(policy.rules(session, assignment_id))


@routes.put("/assignments/{assignment_id}/policy", responses=ANSWERS.of(400, 401, 403, 404, 408, 413, 415, 422, 429))
def put(request: Request, holder: Author, assignment_id: models.AssignmentId, new: models.Policy) -> models.Policy:
    """Set it, for what was handed in before, too; what is left out has its default."""
    with bodies.database(request).writing() as session:
        access.assignment(session, holder, assignment_id)
        policy.set_rules(session, assignment_id, new.rules())
        audit.note(session, holder.name, "policy", f"assignment:{assignment_id}", new.model_dump_json())
        return models.Policy.of(policy.rules(session, assignment_id))
