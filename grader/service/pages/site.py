"""What every page has at hand: the database, the settings, and what is made from the texts of assignments."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from grader.service import audit
from grader.service.api.limits import Rates
from grader.service.database import Database
from grader.service.pages import sessions
from grader.service.pages.library import Library
from grader.service.settings import Settings
from grader.service.tokens import Holder


@dataclass(frozen=True)
class SiteOfPages:
    settings: Settings
    database: Database
    library: Library
    rates: Rates
    """Those of the API too: whoever asks by both ways asks no more often for it."""

    def note(self, holder: Holder, action: str, object: str, detail: str | None = None) -> None:
        """Write down in the audit what one of the staff is about to see; others need not wait for the page of it."""
        with self.database.writing() as session:
            audit.note(session, holder.name, action, object, detail)


def _site(request: Request) -> SiteOfPages:
    site: SiteOfPages = request.app.state.site
    return site


def counted(request: Request, site: Annotated[SiteOfPages, Depends(_site)]) -> None:
    """One more request of whoever has signed in; others have nothing that they could ask too often.

    Raises:
        Problem: 429, if there were too many.
    """
    holder = request.state.visitor.holder
    if holder is not None:
        site.rates.count(holder)


def make(settings: Settings, database: Database, rates: Rates) -> SiteOfPages:
    """What the pages of one application have at hand."""
    return SiteOfPages(settings, database, Library(database), rates)


Site = Annotated[SiteOfPages, Depends(_site)]
Learner = Annotated[UUID, Depends(sessions.learner)]
"""The page is for learners: everybody else finds nothing there."""
Staff = Annotated[Holder, Depends(sessions.staff)]
"""The page is for the staff."""
