"""The OpenAPI document says all that programs need, and holds together."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.api.conftest import Ask
from tests.service.api.school import School


@pytest.fixture
def document(here: School) -> dict[str, Any]:
    """As it is served."""
    return here.app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation, with its path and its method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_document_is_served_to_everybody(ask: Ask, here: School) -> None:
    """Who has no token yet has to know how to come by one."""
    answer = ask("GET", "/v1/openapi.json", None)
    assert (answer.status_code, answer.json()) == (200, here.app.openapi())


def test_document_each_operation_says_who_may_and_what_may_go_wrong(document: dict[str, Any]) -> None:
    """By a scheme, and by problems; each has a name, and a sentence."""
    names = []
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        names.append(operation["operationId"])
        assert operation["security"] == [{"token": []}], where
        assert operation["description"].startswith(operation["summary"]), where
        assert len(operation["summary"].split()) > 1, where
        expected = {"401", "429", "500", "503"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"413", "415", "408"} if "requestBody" in operation else set()
        assert expected <= set(operation["responses"]), where
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, f"{where} {status}"
    assert len(names) == len(set(names)) >= 50


def test_document_each_reference_and_link_leads_somewhere(document: dict[str, Any]) -> None:
    """Schemas are there, and operations that links name."""
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        reference = part.partition('"')[0]
        assert reference.startswith("#/components/schemas/"), reference
        assert reference.rpartition("/")[2] in schemas, reference
    names = {operation["operationId"]: operation for _, _, operation in operations(document)}
    for _, _, operation in operations(document):
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                parameters = {one["name"] for one in names[link["operationId"]]["parameters"]}
                assert set(link["parameters"]) <= parameters
    assert "HTTPValidationError" not in schemas


def test_document_bounds_of_numbers_are_said_as_json_schema_says_them(document: dict[str, Any]) -> None:
    """Not in words that nobody reads, which pydantic writes where a bound stands outside of a union."""
    days = document["components"]["schemas"]["NewToken"]["properties"]["days"]
    assert days["anyOf"] == [{"maximum": 366, "minimum": 1, "type": "integer"}, {"type": "null"}]
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            for one in (field, *field.get("anyOf", ())):
                assert not {"ge", "le", "gt", "lt"} & set(one)
