"""/v1/webhooks: addresses that are told of what happens, and whether they were reached."""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service import audit
from grader.service.access import Admin
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, links
from grader.service.api.door import router
from grader.service.api.paging import Asked
from grader.service.problems import not_there
from grader.service.tables import Delivery, Outbox, Webhook
from grader.service.webhooks import Kind, subscribe

routes = router("webhooks")

NEXT = links("webhooks.get", "webhooks.get_deliveries", "webhooks.delete", webhook_id="id")


@routes.post(
    "/webhooks",
    status_code=201,
    responses={**ANSWERS.created(models.IssuedWebhook, NEXT), **ANSWERS.of(400, 401, 403, 408, 413, 415, 422, 429)},
)
def post(request: Request, response: Response, holder: Admin, new: models.NewWebhook) -> models.IssuedWebhook:
    """Have an address told; the secret that its messages are signed with is shown this one time."""
    to_private = request.app.state.settings.webhooks_to_private
    with bodies.database(request).writing() as session:
        webhook_id, secret = subscribe(session, new.url, new.kinds, to_private=to_private)
        audit.note(session, holder.name, "create", f"webhook:{webhook_id}")
        shown = _shown(session.get_one(Webhook, webhook_id))
    response.headers["Location"] = f"/v1/webhooks/{webhook_id}"
    return models.IssuedWebhook(**shown.model_dump(), secret=secret)


@routes.get("/webhooks", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(request: Request, holder: Admin, asked: Asked) -> models.Listing[models.Webhook]:
    """All addresses that are told."""
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, select(Webhook), Webhook.created_at, Webhook.id)
        return asked.listing([_shown(row[0]) for row in rows.found], rows)


@routes.get("/webhooks/{webhook_id}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Admin, webhook_id: UUID) -> models.Webhook:
    """One address."""
    with bodies.database(request).reading() as session:
        return _shown(_webhook(session, webhook_id))


@routes.delete("/webhooks/{webhook_id}", status_code=204, responses=ANSWERS.of(401, 403, 404, 422, 429))
def delete(request: Request, holder: Admin, webhook_id: UUID) -> None:
    """Have an address told no more, of what it has not been told yet neither."""
    with bodies.database(request).writing() as session:
        session.delete(_webhook(session, webhook_id))
        audit.note(session, holder.name, "delete", f"webhook:{webhook_id}")


@routes.get("/webhooks/{webhook_id}/deliveries", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_deliveries(request: Request, holder: Admin, webhook_id: UUID, asked: Asked) -> models.Listing[models.Delivery]:
    """What an address was told, or will be, the newest first."""
    found = select(Delivery, Outbox).join(Outbox, Outbox.id == Delivery.outbox_id)
    with bodies.database(request).reading() as session:
        _webhook(session, webhook_id)
        rows = asked.rows(session, found.where(Delivery.webhook_id == webhook_id), Outbox.id, newest_first=True)
        return asked.listing([_delivery(row[0], row[1]) for row in rows.found], rows)


def _webhook(session: Session, webhook_id: UUID) -> Webhook:
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise not_there("webhook")
    return found


def _shown(one: Webhook) -> models.Webhook:
    words = one.kinds.split()
    return models.Webhook(
        id=one.id, url=one.url, kinds=[kind for kind in Kind if kind in words], created_at=one.created_at
    )


def _delivery(one: Delivery, told: Outbox) -> models.Delivery:
    return models.Delivery(
        id=one.id,
        kind=Kind(told.kind),
        created_at=told.created_at,
        tries=one.tries,
        next_at=one.next_at,
        delivered_at=one.delivered_at,
        fault=one.fault,
    )
