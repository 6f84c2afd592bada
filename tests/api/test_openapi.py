"""The OpenAPI document is served and true: no answer it does not know, no body that breaks its schemas, no 5xx."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from api.accounts.service import add_key
from api.audit.service import SYSTEM
from api.db import db
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = r"/events$"  # an event stream is read in tests/api/chat/test_stream.py
EXAMPLES = 8


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_document_is_a_valid_one_and_holds_the_whole_public_api(app: APIFlask, document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document).validate()
    served = {r.rule.replace("<", "{").replace(">", "}") for r in app.url_map.iter_rules() if r.rule.startswith("/api/v1/")}
    assert {path.replace("string:", "") for path in served} <= set(document["paths"])
    assert not [path for path in document["paths"] if path.startswith(("/internal", "/demo", "/metrics"))]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_operation_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in ((m, o) for m, o in operations.items() if m in ("get", "put", "post", "delete")):
            assert operation.get("summary"), (method, path)
            assert [s for s in operation["responses"] if s < "400"], (method, path, "no good answer is documented")
            if "{conversation_id}" in path or path.startswith(("/api/v1/applications",)) or method in ("put", "delete"):
                assert operation.get("security"), (method, path)
                assert "401" in operation["responses"], (method, path)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_answer_is_undocumented_or_breaks_its_schema(app: APIFlask, fake_assistant: FakeAssistant, mode: GenerationMode) -> None:
    with app.app_context():
        _, key = add_key("schemathesis", SYSTEM)
        db.session.commit()
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app).exclude(path_regex=ENDLESS)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 15
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()) and not operation.body:
            continue  # nothing can be wrong with a call that carries nothing
        _try_out(app, operation, mode, key)


def _try_out(app: APIFlask, operation: Any, mode: GenerationMode, key: str) -> None:
    candidate = Candidate(over_flask(app.test_client()))
    turns = itertools.count()

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        if next(turns) % 3:  # two of three calls come from somebody who may
            _let_in(case, candidate, key)
        response = case.call()
        case.validate_response(response, checks=CHECKS)

    check()


def _let_in(case: Any, candidate: Candidate, key: str) -> None:
    """Give the case an own conversation and its token, or an ATS's key."""
    if "conversation_id" in case.operation.path:
        case.path_parameters = {**(case.path_parameters or {}), "conversation_id": candidate.id}
        case.headers = {**(case.headers or {}), **candidate.headers}
    else:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
