"""How often one address and one conversation may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from api.db import db
from api.limits import limiter
from tests.api.assistant import FakeAssistant
from tests.api.candidate import API, Answer, Candidate, new_client_id, over_flask
from tests.api.conftest import MakeApp

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no database is asked for a limit


@pytest.fixture
def limited(make_app: MakeApp, fake_assistant: FakeAssistant) -> Iterator[APIFlask]:
    """A gateway that counts. The limiter is one for all applications of the process."""
    app = make_app(assistant_url=fake_assistant.url, rate_limit="on")
    with app.app_context():
        limiter.reset()
    yield app
    with app.app_context():
        limiter.reset()
    limiter.enabled = False


def from_address(app: APIFlask, address: str) -> Callable[..., Answer]:
    """A client with an address of its own."""
    ask = over_flask(app.test_client())
    return lambda method, path, **wishes: ask(method, path, environ_overrides={"REMOTE_ADDR": address}, **wishes)


def statuses(times: int, ask: Callable[[], Answer]) -> list[int]:
    return [ask().status for _ in range(times)]


def is_too_many(answer: Answer) -> bool:
    assert answer.status == 429
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json["type"], answer.json["status"]) == ("/problems/too-many", 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    return True


def test_one_address_cannot_start_conversations_without_end(limited: APIFlask) -> None:
    one, other = from_address(limited, "10.0.0.1"), from_address(limited, "10.0.0.2")

    def start(ask: Callable[..., Answer]) -> Answer:
        return ask("POST", f"{API}/conversations", json={})

    assert statuses(30, lambda: start(one)) == [201] * 30
    assert is_too_many(start(one))
    assert start(other).status == 201


def test_where_the_counts_are_kept_is_asked_when_the_database_has_been_let_go(limited: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    """That may be Redis: others would wait for SQLite's lock meanwhile, and keep this request from going on."""
    held: list[bool] = []
    ask = limiter.limiter.get_window_stats

    def note(*which: Any) -> Any:
        held.append(db.session.in_transaction())
        return ask(*which)

    monkeypatch.setattr(limiter.limiter, "get_window_stats", note)
    assert from_address(limited, "10.0.0.1")("POST", f"{API}/conversations", json={}).status == 201
    assert from_address(limited, "10.0.0.1")("POST", f"{API}/conversations/none/messages", json={"client_id": new_client_id(), "text": "hej"}).status in (
        401,
        404,
    )
    assert held and not any(held)


def test_one_conversation_cannot_send_without_end_and_others_may_go_on(limited: APIFlask, fake_assistant: FakeAssistant) -> None:
    ask = from_address(limited, "10.0.0.1")
    busy, calm = Candidate(ask), Candidate(ask)
    assert statuses(40, lambda: busy.try_say("Hej")) == [200] * 40
    refused = busy.try_say("En till")
    assert is_too_many(refused)
    assert calm.try_say("Hej").status == 200
    assert len([t for _, t in busy.seen() if t == "En till"]) == 0
    assert busy.ask("GET", "messages").status == 200, "reading goes on"


def test_one_address_cannot_knock_at_many_conversations_without_end(limited: APIFlask) -> None:
    ask = from_address(limited, "10.0.0.1")
    body: dict[str, Any] = {"client_id": new_client_id(), "text": "Hej"}
    knocks = [ask("POST", f"{API}/conversations/guess-{n}/messages", json=body, headers={"Authorization": "Bearer x"}) for n in range(620)]
    assert knocks[0].status == 404
    assert is_too_many(knocks[-1])


def test_codes_cannot_be_tried_without_end(limited: APIFlask) -> None:
    candidate = Candidate(from_address(limited, "10.0.0.1"))
    tried = [candidate.ask("POST", "verification/confirm", json={"code": f"{n:06}"}) for n in range(40)]
    assert is_too_many(tried[-1])


def test_health_is_never_refused(limited: APIFlask) -> None:
    ask = from_address(limited, "10.0.0.1")
    assert set(statuses(650, lambda: ask("GET", "/healthz"))) == {200}


def test_limits_can_be_lifted_for_load_tests(make_app: MakeApp) -> None:
    ask = from_address(make_app(rate_limit="off"), "10.0.0.1")
    assert set(statuses(35, lambda: ask("POST", f"{API}/conversations", json={}))) == {201}
