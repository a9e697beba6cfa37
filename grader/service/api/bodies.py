"""Bodies that are more than JSON: forms with files, and texts of other types, as far as the limits let them in.

application/json     ─ pydantic ─┐
multipart/form-data  ─ fields ───┴─▶ a model, or 422 with the place of each fault
                     └ files ─▶ File, whose name leads nowhere
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from grader.service.api import limits
from grader.service.database import Database
from grader.service.handing_in import File
from grader.service.problems import Fault, Problem, fault
from grader.service.refusals import RefusedError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Form:
    """What came in a form: fields, and the files of each name."""

    fields: Mapping[str, str]
    files: Mapping[str, tuple[File, ...]]


def is_form(request: Request) -> bool:
    """Whether the body is a form with files."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


def database(request: Request) -> Database:
    """Where everything is kept."""
    kept: Database = request.app.state.database
    return kept


def parsed(model: type[Model], data: bytes) -> Model:
    """A model, from JSON.

    Raises:
        RequestValidationError: if it is none.
    """
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise _invalid(error) from None


def checked(model: type[Model], data: Mapping[str, Any]) -> Model:
    """A model, from fields.

    Raises:
        RequestValidationError: if it is none.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> RequestValidationError:
    return RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()])


async def form(request: Request) -> Form:
    """The fields and files of a form, all of them in memory.

    Raises:
        Problem: 400 if it is no form, or has too much of something; 422 if a file's name is none.
    """
    allowed = limits.of_forms(request.app.state.settings)
    try:
        async with request.form(**allowed) as data:
            return await _read(data)
    except (HTTPException, RefusedError):
        raise
    except Exception:
        # The parsers of forms trust a header here and there, and stumble over it in ways of their own.
        raise Problem(400, "the body is no form that can be read") from None


async def _read(data: FormData) -> Form:
    fields: dict[str, str] = {}
    files: dict[str, list[File]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            try:
                files.setdefault(name, []).append(File(value.filename or "", await value.read()))
            except RefusedError as error:
                raise faulty([fault(("body", name, len(files[name]) if name in files else 0), str(error))]) from None
        elif name in fields:
            raise faulty([fault(("body", name), "this field is there more than once")])
        else:
            fields[name] = value
    return Form(fields, {name: tuple(some) for name, some in files.items()})


def faulty(faults: list[Fault]) -> Problem:
    """A request that is understood, and wrong."""
    return Problem(422, "the request is not as it should be", errors=faults)
