"""All routes of the API."""

from fastapi import FastAPI

from grader.service.api import (
    assignments,
    audit,
    classes,
    grades,
    learners,
    me,
    policies,
    reports,
    staff,
    submissions,
    tokens,
    webhooks,
)

RESOURCES = (
    me,
    assignments,
    policies,
    submissions,
    reports,
    grades,
    learners,
    classes,
    staff,
    tokens,
    webhooks,
    audit,
)


def add(app: FastAPI) -> None:
    """Answer programs."""
    for resource in RESOURCES:
        # Laid flat, so that whoever asks what an application answers finds every route.
        app.router.routes.extend(resource.routes.routes)
