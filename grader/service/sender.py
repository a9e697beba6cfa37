"""The sender: takes what was announced to the addresses that want it, each at least once, or says why it could not.

    due ─ claim ─▶ ours for LEASE ─ sent ─▶ delivered
     ▲                 └─ no, or silence ─┬▶ later, by BACKOFF
     └────────────────────────────────────┘└▶ given up, after the last: `next_at` is empty, and `fault` says why

Several replicas may send: a claim is skipped by the others, and who dies with it leaves it due again. What is said of a
delivery counts only from its newest try. An address that fails is left alone for a moment, so that others do not wait
for it. A next try that lies farther ahead than any that is ever set is due: then the clock has jumped.
"""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from grader import __version__
from grader.service import reachable
from grader.service.database import Database, Unavailable
from grader.service.refusals import RefusedError
from grader.service.tables import Delivery, Outbox, Webhook, now
from grader.visible import visible

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Until the next try, after each; three days in all."""
JITTER = 0.2
"""So that what failed at once does not come back at once."""
FARTHEST = BACKOFF[-1] * (1 + JITTER)
LEASE = timedelta(minutes=2)
ALONE = timedelta(seconds=30)
"""That an address is left."""
KEPT = timedelta(days=30)
"""That a message is kept, once nothing more is to be done about it."""
SWEEP_SECONDS = 3600.0
STEP_SECONDS, WHOLE_SECONDS = 5.0, 15.0
"""That an address may take, for each step and in all; slow drops cannot hold us."""
AT_ONCE = 8
LONGEST_PAUSE = 30.0
MOST_FAULT = 300
GONE = 410
"""The address says that it wants nothing any more."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """A delivery that is ours, with all that it takes."""

    delivery_id: UUID
    webhook_id: UUID
    tries: int
    url: str
    secret: bytes
    payload: bytes


@dataclass(frozen=True)
class Outcome:
    """What became of a try."""

    message: Message
    fault: str | None = None
    final: bool = False


class Sender:
    """One who sends, in the thread that calls `run`."""

    def __init__(self, database: Database, *, to_private: bool = False, idle_seconds: float = 1.0) -> None:
        self._database = database
        self._to_private = to_private
        self._idle = idle_seconds
        self._stopping = threading.Event()
        self._certificates = httpx.create_ssl_context()
        self._swept: float | None = None

    def run(self) -> None:
        """Send until `stop`."""
        pause = self._idle
        while not self._stopping.is_set():
            try:
                self._sweep()
                if self.round():
                    pause = 0.0
                    continue
                pause = self._idle
            except Unavailable:
                pause = min(2 * pause + self._idle, LONGEST_PAUSE)  # the worker logs it
            except Exception:
                log.exception("the sender stumbled")
                pause = LONGEST_PAUSE
            self._stopping.wait(pause)

    def stop(self) -> None:
        """Send nothing more; what is on its way is finished, or sent once more by the next one."""
        self._stopping.set()

    def round(self) -> int:
        """Try some of what is due, all at once; returns how many."""
        messages = self._claim()
        if messages:
            self._record(asyncio.run(self._sent(messages)))
        return len(messages)

    # ----- in the database -----

    def _claim(self) -> list[Message]:
        at = now()
        with self._database.reading() as session:
            # A transaction that writes makes others wait on SQLite, so there is one only if there is something to do.
            if session.scalar(select(Delivery.id).where(_due(at)).limit(1)) is None:
                return []
        with self._database.writing() as session:
            picked = (
                select(Delivery.id)
                .where(_due(at))
                .order_by(Delivery.next_at)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
                .cte("picked")
            )
            taken = (
                update(Delivery)
                .where(Delivery.id.in_(select(picked.c.id)))
                .values(tries=Delivery.tries + 1, next_at=at + LEASE)
                .returning(Delivery.id)
                .execution_options(synchronize_session=False)
            )
            ours = session.scalars(taken).all()
            wanted = (
                select(Delivery.id, Delivery.webhook_id, Delivery.tries, Webhook.url, Webhook.secret, Outbox.payload)
                .join(Webhook, Webhook.id == Delivery.webhook_id)
                .join(Outbox, Outbox.id == Delivery.outbox_id)
                .where(Delivery.id.in_(ours))
            )
            return [Message(*row) for row in session.execute(wanted)]

    def _record(self, outcomes: list[Outcome]) -> None:
        with self._database.writing() as session:
            for outcome in outcomes:
                _note(session, outcome, now())
            failing = {outcome.message.webhook_id for outcome in outcomes if outcome.fault is not None}
            if failing:
                waiting = update(Delivery).where(Delivery.webhook_id.in_(failing), Delivery.next_at <= now())
                session.execute(waiting.values(next_at=now() + ALONE).execution_options(synchronize_session=False))

    def _sweep(self) -> None:
        """Now and then, throw away what was told long ago."""
        if self._swept is not None and time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        undone = select(Delivery.outbox_id).where(Delivery.next_at.is_not(None))
        old = delete(Outbox).where(Outbox.created_at < now() - KEPT, Outbox.id.not_in(undone))
        with self._database.writing() as session:
            session.execute(old.execution_options(synchronize_session=False))
        self._swept = time.monotonic()

    # ----- on the network -----

    async def _sent(self, messages: list[Message]) -> list[Outcome]:
        limits = httpx.Timeout(STEP_SECONDS)
        # Nothing of the environment: a proxy would resolve the name once more.
        async with httpx.AsyncClient(verify=self._certificates, timeout=limits, trust_env=False) as client:
            return list(await asyncio.gather(*(self._tried(client, message) for message in messages)))

    async def _tried(self, client: httpx.AsyncClient, message: Message) -> Outcome:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                status = await self._posted(client, message)
        except TimeoutError:
            return Outcome(message, f"it took longer than {WHOLE_SECONDS:g} seconds")
        except RefusedError as error:
            return Outcome(message, str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            said = f": {error}" if str(error) else ""
            return Outcome(message, visible(f"{type(error).__name__}{said}", limit=MOST_FAULT))
        if 200 <= status < 300:
            return Outcome(message)
        return Outcome(message, f"the answer was {status}", final=status == GONE)

    async def _posted(self, client: httpx.AsyncClient, message: Message) -> int:
        """The status that came back; of what else is said, nothing is read."""
        url = httpx.URL(message.url)
        if url.scheme != "https" and not self._to_private:
            raise RefusedError("messages are sent by https only")
        port = url.port or (443 if url.scheme == "https" else 80)
        places = await reachable.addresses(url.host, port, to_private=self._to_private)
        for place in places[:-1]:
            with suppress(httpx.ConnectError):
                return await _post(client, url, place, message)
        return await _post(client, url, places[-1], message)


async def _post(client: httpx.AsyncClient, url: httpx.URL, place: str, message: Message) -> int:
    """Send to one of the addresses of a host, whose certificate must be the name's nevertheless."""
    async with client.stream(
        "POST",
        url.copy_with(host=place),
        headers={"Host": url.netloc.decode("ascii"), **signed(message, now())},
        content=message.payload,
        extensions={"sni_hostname": url.host},
        follow_redirects=False,
    ) as response:
        return response.status_code


def signed(message: Message, at: datetime) -> dict[str, str]:
    """The headers of a message, as Standard Webhooks has them; its id stays the same, however often it is tried."""
    known_by = f"msg_{message.delivery_id.hex}"
    return {
        "Content-Type": "application/json",
        "User-Agent": f"gradient-grader/{__version__}",
        "webhook-id": known_by,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(message.secret).sign(known_by, at, message.payload.decode()),
    }


def pending(session: Session) -> int:
    """How many deliveries are still to be made."""
    return session.scalar(select(func.count()).where(Delivery.next_at.is_not(None))) or 0


def given_up(session: Session) -> int:
    """How many never arrived, and are not tried any more."""
    lost = (Delivery.next_at.is_(None), Delivery.delivered_at.is_(None))
    return session.scalar(select(func.count()).select_from(Delivery).where(*lost)) or 0


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(Delivery.next_at <= at, Delivery.next_at > at + FARTHEST)


def _note(session: Session, outcome: Outcome, at: datetime, jitter: Callable[[], float] = random.random) -> None:
    """Record an outcome, unless somebody else has tried since."""
    message = outcome.message
    if outcome.fault is None:
        values: dict[str, object] = {"next_at": None, "delivered_at": at, "fault": None}
    elif outcome.final or message.tries > len(BACKOFF):
        log.warning("delivery %s is given up: %s", message.delivery_id, outcome.fault)
        values = {"next_at": None, "fault": outcome.fault}
    else:
        wait = BACKOFF[message.tries - 1] * (1 + JITTER * (2 * jitter() - 1))
        values = {"next_at": at + wait, "fault": outcome.fault}
    ours = update(Delivery).where(Delivery.id == message.delivery_id, Delivery.tries == message.tries)
    session.execute(ours.values(**values).execution_options(synchronize_session=False))
