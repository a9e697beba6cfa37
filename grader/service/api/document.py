"""What OpenAPI says of the API, where it is more than the types of its functions: problems, bodies that are no models.

ANSWERS.of(401, 404)                 the problems that a route may answer with
ANSWERS.tagged(Model)                200 with an ETag, or 304
links("tokens.get", token_id="id")   what may be asked of it next
body({media type: ...})              a request's body that is read by hand
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from grader.report import Report
from grader.service.api.models import NewSubmission, SubmissionFields
from grader.service.problems import MEDIA_TYPE, Document

PATH = "/v1/openapi.json"
YAML = "application/yaml"
COMPONENTS = "#/components/schemas/{model}"

ABOUT = """
Programs show a personal access token, `Authorization: Bearer grader_…`; its *scopes* say what it is good for.

* **Handing in** is answered with 202 as soon as the work is safely kept; `Location` says where to ask what became of
  it, and `Retry-After` when. With an `Idempotency-Key` it may be asked again: the same work is taken once.
* **Lists** come in parts: `next`, and the header `Link`, lead to the part after.
* **Errors** are problem documents (RFC 9457); `type` says which kind, and `errors` each place of the request.
* **Tags**: what has an `ETag` is answered with 304 to who sends it back as `If-None-Match`.
* **Limits**: 413 for what is too large, 408 for what comes too slowly, 429 with `Retry-After` for what comes too often.
* **Webhooks** are signed as [Standard Webhooks](https://www.standardwebhooks.com) are.
"""

Schema: TypeAlias = dict[str, Any]
Responses: TypeAlias = dict[int | str, Schema]

HAND_MADE: tuple[type[BaseModel], ...] = (Document, NewSubmission, SubmissionFields, Report)
"""Models that no function of ours has in its signature."""


def ref(model: type[BaseModel]) -> Schema:
    """Where the schema of a model is."""
    return {"$ref": COMPONENTS.format(model=model.__name__)}


class ANSWERS:
    """The answers of a route, beside the one that its function returns."""

    @staticmethod
    def of(*statuses: int) -> Responses:
        """Problems; what may befall any request is among them."""
        return {status: _problem(status) for status in (*statuses, 500, 503)}

    @staticmethod
    def text(media_type: str) -> Responses:
        """A file."""
        schema: Schema = {"type": "object" if media_type == YAML else "string"}
        headers = {"Content-Disposition": _text("That it is to be saved.")}
        return {200: {"description": "The file.", "content": {media_type: {"schema": schema}}, "headers": headers}}

    @staticmethod
    def tagged(model: type[BaseModel]) -> Responses:
        """A body with its tag, or only the tag."""
        headers = {"ETag": _text("Changes with the body.")}
        content = {"application/json": {"schema": ref(model)}}
        return {
            200: {"description": "As it is now.", "content": content, "headers": headers},
            304: {"description": "As the asker has it.", "headers": headers},
        }

    @staticmethod
    def created(model: type[BaseModel], links: Schema) -> Responses:
        """A new thing, and where it is."""
        headers = {"Location": _text("Where.")}
        return {201: {"description": "It is there now.", "model": model, "headers": headers, "links": links}}

    @staticmethod
    def accepted(model: type[BaseModel], links: Schema) -> Responses:
        """Something that will be done, and where and when to ask for it."""
        headers = {"Location": _text("Where to ask."), "Retry-After": _seconds()}
        return {202: {"description": "It will be done.", "model": model, "headers": headers, "links": links}}


def links(*operations: str, **parameters: str) -> Schema:
    """What can be asked of a thing that was answered, with the fields of the answer that say which thing it is."""
    taken = {name: f"$response.body#/{field}" for name, field in parameters.items()}
    return {operation: {"operationId": operation, "parameters": taken} for operation in operations}


def _text(description: str) -> Schema:
    return {"schema": {"type": "string"}, "required": True, "description": description}


def _seconds() -> Schema:
    return {"schema": {"type": "integer", "minimum": 1}, "required": True, "description": "Seconds."}


def _problem(status: int) -> Schema:
    answer: Schema = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": ref(Document)}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": _seconds()}
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": _text("How to sign in.")}
    return answer


def body(content: Mapping[str, Schema]) -> Schema:
    """A body that is read by hand, by its media types."""
    return {"requestBody": {"required": True, "content": dict(content)}}


def properties(model: type[BaseModel]) -> Schema:
    """The schemas of a model's fields, for a form that has them."""
    schema: Schema = model.model_json_schema(ref_template=COMPONENTS)["properties"]
    return schema


def binary() -> Schema:
    """A file in a form."""
    return {"type": "string", "format": "binary"}


def add(app: FastAPI) -> None:
    """Say all of it in the application's document."""
    made = app.openapi

    def openapi() -> Schema:
        if app.openapi_schema is None:
            document = made()
            _, definitions = models_json_schema([(one, "validation") for one in HAND_MADE], ref_template=COMPONENTS)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(definitions["$defs"])
            for methods in document["paths"].values():
                for operation in methods.values():
                    operation["summary"] = operation["description"].partition(". ")[0].partition("\n")[0].rstrip(".")
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
