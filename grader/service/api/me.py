"""/v1/me: whose token this is."""

from fastapi import Request

from grader.service.access import Anybody, Scope
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS
from grader.service.api.door import router
from grader.service.tables import Person, Staff

routes = router("tokens")


@routes.get("/me", responses=ANSWERS.of(401, 429))
def get(request: Request, holder: Anybody) -> models.Me:
    """Whose token this is, and what it is good for."""
    with bodies.database(request).reading() as session:
        name: str | None
        if holder.staff_id is not None:
            name = session.get_one(Staff, holder.staff_id).name
        else:
            person = session.get(Person, holder.learner_id)
            name = None if person is None else person.name or person.login
    return models.Me(
        learner=holder.learner_id,
        staff=holder.staff_id,
        name=name,
        token=holder.token_id,
        scopes=[scope for scope in Scope if scope in holder.scopes],
    )
