"""The OpenAPI document and the bodies that no parser takes."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

METHODS = {"get", "put", "post", "delete"}


@pytest.fixture
def operations(client: FlaskClient) -> list[tuple[str, str, dict[str, Any]]]:
    paths = client.get("/api/openapi.json").json["paths"]
    return [(path, method, operation) for path, found in paths.items() for method, operation in found.items() if method in METHODS]


def test_every_error_of_the_api_is_described_as_a_problem(operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    for path, method, operation in operations:
        for status, response in operation["responses"].items():
            if path.startswith("/api/") and status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (path, method, status)


def test_every_route_says_what_it_may_refuse(operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    for path, method, operation in operations:
        if path.startswith("/api/"):
            expected = {"429", "503"} | ({"404"} if "{" in path else set()) | ({"400", "413", "422"} if "requestBody" in operation else set())
            expected |= {"401"} if operation.get("security") else set()
            assert expected <= set(operation["responses"]), (path, method)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"language": ' + b"9" * 5000 + b"}"])
def test_a_body_that_no_parser_takes_is_refused_everywhere(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/conversations", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["type"]) == (400, "/problems/bad-request")


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/conversations", data=b'{"language": "' + b"x" * 300_000 + b'"}', content_type="application/json")
    assert (answer.status_code, answer.json["type"]) == (413, "/problems/too-large")


def test_a_field_named_in_half_a_character_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/conversations", data=b'{"\\ud800": 1}', content_type="application/json")
    assert answer.status_code == 422 and answer.json["errors"][0]["message"] == "Unknown field."
