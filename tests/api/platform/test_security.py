"""Which sites may call and embed, the headers of every answer, and errors that tell nothing they should not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from api.db import db
from tests.api.candidate import API, Candidate, over_flask
from tests.api.conftest import MakeApp

CAREERS = "https://careers.example.com"


@pytest.fixture
def public(make_app: MakeApp) -> FlaskClient:
    """A gateway that one careers site may embed."""
    return make_app(public_url="https://desk.example.com", widget_origins=f"{CAREERS}, https://jobs.example.fi:8443").test_client()


def preflight(client: FlaskClient, path: str, origin: str, method: str = "POST") -> Any:
    return client.options(
        path, headers={"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
    )


def test_a_listed_site_may_call_the_chat(public: FlaskClient) -> None:
    for origin in (CAREERS, "https://jobs.example.fi:8443", "https://desk.example.com"):
        asked = preflight(public, f"{API}/conversations", origin)
        assert asked.status_code == 204
        assert asked.headers["Access-Control-Allow-Origin"] == origin
        assert {"authorization", "content-type", "last-event-id"} <= {h.strip().lower() for h in asked.headers["Access-Control-Allow-Headers"].split(",")}
        called = public.post(f"{API}/conversations", json={}, headers={"Origin": origin})
        assert (called.status_code, called.headers["Access-Control-Allow-Origin"]) == (201, origin)
        assert "Origin" in called.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in called.headers


STRANGERS = [
    "https://evil.example.com", "http://careers.example.com", "https://careers.example.com.evil.com", "https://careers.example.com:444",
    "https://xcareers.example.com", "https://careers.example.com/", "null", "*", "", "https://CAREERS.example.com.", "file://",
]  # fmt: skip


def test_no_other_site_may_call(public: FlaskClient) -> None:
    for origin in STRANGERS:
        for answer in (preflight(public, f"{API}/conversations", origin), public.post(f"{API}/conversations", json={}, headers={"Origin": origin})):
            assert not [h for h in answer.headers if h[0].startswith("Access-Control")], origin
            assert "Origin" in answer.headers["Vary"]


def test_a_listed_site_can_read_errors_too(public: FlaskClient) -> None:
    for answer in (
        public.get(f"{API}/conversations/x/messages", headers={"Origin": CAREERS}),
        public.post(f"{API}/conversations", data="{", headers={"Origin": CAREERS, "Content-Type": "application/json"}),
    ):
        assert answer.status_code >= 400
        assert answer.headers["Access-Control-Allow-Origin"] == CAREERS


@pytest.mark.parametrize("path", ["/internal/v1/roles", "/metrics", "/healthz", f"{API}/applications/A-1", "/desk", "/"])
def test_nothing_else_is_for_other_sites(public: FlaskClient, path: str) -> None:
    for answer in (preflight(public, path, CAREERS, "GET"), public.get(path, headers={"Origin": CAREERS})):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_carries_the_headers(public: FlaskClient) -> None:
    for path in ("/healthz", "/", "/nowhere", f"{API}/conversations/x/messages", "/api/openapi.json"):
        headers = public.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert headers["Strict-Transport-Security"].startswith("max-age=")
        assert "Cross-Origin-Resource-Policy" in headers
        if path.startswith("/api/"):
            assert headers["Cache-Control"] == "no-store"


def test_plain_http_promises_no_https(make_app: MakeApp) -> None:
    assert "Strict-Transport-Security" not in make_app(public_url="http://desk.test").test_client().get("/healthz").headers


def policy(client: FlaskClient, path: str) -> dict[str, set[str]]:
    value = client.get(path).headers["Content-Security-Policy"]
    parts = [part.split() for part in value.split(";") if part.strip()]
    assert len({p[0] for p in parts}) == len(parts), "no directive twice"
    return {p[0]: set(p[1:]) for p in parts}


def test_pages_run_only_our_own_scripts_and_nobody_frames_them(public: FlaskClient) -> None:
    found = policy(public, "/")
    assert found["default-src"] == {"'none'"}
    assert found["script-src"] == {"'self'"}
    assert found["style-src"] == {"'self'"}
    assert found["base-uri"] == {"'none'"}
    assert found["form-action"] == {"'self'"}
    assert found["frame-ancestors"] == {"'none'"}
    assert not [v for values in found.values() for v in values if "unsafe" in v or v == "*" or v == "https:"]


def test_the_chat_page_may_be_framed_by_listed_sites_only(public: FlaskClient) -> None:
    assert policy(public, "/chat")["frame-ancestors"] == {"'self'", CAREERS, "https://jobs.example.fi:8443", "https://desk.example.com"}


def test_an_unknown_address_is_a_problem_and_tells_nothing(client: FlaskClient) -> None:
    for path in ("/api/v1/nowhere", "/api/v2/conversations", "/internal/v1/nowhere"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert set(answer.json or {}) == {"type", "title", "status"}


def test_an_unexpected_error_tells_only_that_it_is_ours(app: APIFlask, client: FlaskClient) -> None:
    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("the password is hunter2")

    answer = client.get("/breaks")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "hunter2" not in answer.text
    assert answer.json["type"] == "/problems/internal"


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(app: APIFlask, client: FlaskClient) -> None:
    @app.get("/away")
    def away() -> None:
        raise OperationalError("SELECT secret_column", {}, Exception("connection to 10.0.0.7 refused"))

    answer = client.get("/away")
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret_column" not in answer.text
    assert "10.0.0.7" not in answer.text


def test_a_database_error_does_not_quote_what_was_to_be_stored(context: APIFlask) -> None:
    """Such errors are logged; what candidates write is not."""
    with pytest.raises(DBAPIError) as raised:
        db.session.execute(text("INSERT INTO nowhere (words) VALUES (:words)"), {"words": "min hemliga fråga"})
    assert "hemlig" not in str(raised.value)


def test_a_message_with_markup_comes_back_as_data_not_as_a_page(client: FlaskClient) -> None:
    candidate = Candidate(over_flask(client))
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    candidate.say(evil)
    history, transcript = candidate.ask("GET", "messages"), candidate.ask("GET", "transcript")
    assert history.headers["Content-Type"] == "application/json"
    assert transcript.headers["Content-Type"].startswith("text/plain")
    assert transcript.headers["Content-Disposition"].startswith("attachment")
    assert evil in [m["text"] for m in json.loads(history.text)["messages"]]


def test_forwarded_headers_are_believed_only_from_a_known_number_of_proxies(make_app: MakeApp) -> None:
    seen: list[tuple[str, str]] = []
    for proxies in (0, 1):
        app = make_app(trusted_proxies=proxies)

        @app.get("/who")
        def who() -> str:
            from flask import request

            seen.append((request.remote_addr or "", request.scheme))
            return ""

        app.test_client().get("/who", headers={"X-Forwarded-For": "6.6.6.6, 9.9.9.9", "X-Forwarded-Proto": "https"})
    assert seen == [("127.0.0.1", "http"), ("9.9.9.9", "https")]


def test_what_is_for_machines_inside_is_not_there_for_who_comes_through_a_proxy(make_app: MakeApp) -> None:
    client = make_app(trusted_proxies=1).test_client()
    for path, inside in (("/metrics", 200), ("/readyz", 200), ("/internal/v1/roles", 401), ("/healthz", 200)):
        outside = 200 if path == "/healthz" else 404
        assert client.get(path).status_code == inside, path
        assert client.get(path, headers={"X-Forwarded-For": "9.9.9.9"}).status_code == outside, path
