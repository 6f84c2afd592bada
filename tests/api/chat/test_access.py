"""A conversation opens only with its own token; another's looks as if it were not there."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.candidate import API, Answer, Candidate, new_client_id, over_flask

BODY: dict[tuple[str, str], Any] = {
    ("POST", "messages"): {"client_id": new_client_id(), "text": "Hej"},
    ("GET", "messages"): None,
    ("GET", "events"): None,
    ("POST", "verification"): {"email": "someone@example.com"},
    ("POST", "verification/confirm"): {"code": "123456"},
    ("POST", "handoff"): {},
    ("POST", "ratings"): {"message": "x", "value": "up"},
    ("PUT", "language"): {"language": "fi"},
    ("GET", "transcript"): None,
    ("PUT", "typing"): {},
    ("PUT", "seen"): {"seq": 1},
    ("PUT", "reply-mail"): {"email": "someone@example.com"},
    ("POST", "rating"): {"score": 5},
    ("POST", "transcript-mail"): {"email": "someone@example.com"},
    ("GET", "attachments/<attachment_id>"): None,
}
STRANGE_IDS = ["x", "%00", "a%00b", "%ED%A0%80", "%FF", "ÅÄÖ", "%F0%9F%92%A9", "x" * 500, "' OR 1=1--", "null", "undefined"]


def knock(client: FlaskClient, method: str, path: str, body: Any, token: str | None) -> Answer:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return over_flask(client)(method, path, headers=headers, **({"json": body} if body is not None else {}))


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client))


def test_every_route_of_a_conversation_is_tried_here(app: Any) -> None:
    prefix = f"{API}/conversations/<conversation_id>/"
    served = {(m, r.rule.removeprefix(prefix)) for r in app.url_map.iter_rules() if r.rule.startswith(prefix) for m in r.methods - {"HEAD", "OPTIONS"}}
    assert served == set(BODY)


def test_another_conversations_token_opens_nothing(client: FlaskClient, candidate: Candidate) -> None:
    other = Candidate(over_flask(client))
    for (method, route), body in BODY.items():
        refused = knock(client, method, f"{candidate.path}/{route}", body, other.token)
        unknown = knock(client, method, f"{API}/conversations/AAAAAAAAAAAAAAAAAAAAAA/{route}", body, other.token)
        assert (refused.status, refused.headers["Content-Type"]) == (404, "application/problem+json"), (method, route)
        assert refused.json == unknown.json, "what is not yours looks as what is not there"
    assert [m["text"] for m in candidate.history()["messages"]] == [candidate.greeting["text"]]


def test_without_a_token_nothing_opens(client: FlaskClient, candidate: Candidate) -> None:
    for (method, route), body in BODY.items():
        refused = knock(client, method, f"{candidate.path}/{route}", body, None)
        assert (refused.status, refused.json["type"]) == (401, "/problems/sign-in-needed"), (method, route)
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_strange_authorization_is_no_token(client: FlaskClient, candidate: Candidate) -> None:
    for header in ("", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "bearer", "Token x", "Bearer \u00e9\u00e9", "Bearer a b", "Digest username=x", "x" * 4000):
        answer = over_flask(client)("GET", f"{candidate.path}/messages", headers={"Authorization": header})
        assert answer.status in (401, 404), header
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_strange_id_is_simply_not_there(client: FlaskClient, candidate: Candidate) -> None:
    for strange in STRANGE_IDS:
        for method, route in BODY:
            answer = knock(client, method, f"{API}/conversations/{strange}/{route}", BODY[method, route], candidate.token)
            assert answer.status == 404, (strange, method, route, answer.text)
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_tokens_and_ids_cannot_be_guessed_and_are_not_kept(app: Any, client: FlaskClient) -> None:
    from api.conversations.models import Conversation
    from api.db import db

    many = [Candidate(over_flask(client)) for _ in range(5)]
    assert len({c.token for c in many} | {c.id for c in many}) == 10
    assert all(len(c.token) >= 43 and len(c.id) >= 22 for c in many)
    with app.app_context():
        row = db.session.get_one(Conversation, many[0].id)
        assert many[0].token not in str({c.key: getattr(row, c.key) for c in row.__table__.columns})


def test_a_token_in_the_address_opens_nothing(client: FlaskClient, candidate: Candidate) -> None:
    assert over_flask(client)("GET", f"{candidate.path}/messages?token={candidate.token}&access_token={candidate.token}").status == 401


def test_the_first_message_says_that_an_ai_answers(client: FlaskClient) -> None:
    words = {"sv": "AI", "fi": "tekoäly", "en": "AI"}
    for language, word in words.items():
        candidate = Candidate(over_flask(client), language=language)
        assert candidate.greeting["sender"] == "assistant"
        assert word.lower() in candidate.greeting["text"].lower()
        assert (candidate.greeting["seq"], candidate.greeting["language"], candidate.greeting["author"]) == (1, language, "Lumi")


def test_a_conversation_starts_in_the_browsers_language(client: FlaskClient) -> None:
    wishes = {"fi-FI,fi;q=0.9,en;q=0.8": "fi", "de,sv;q=0.5": "sv", "ja": "en", "*": "en", "": "en", ";;;q=x": "en"}
    got = {w: client.post(f"{API}/conversations", json={}, headers={"Accept-Language": w}).json["language"] for w in wishes}
    assert {w: got[w] for w in wishes if w != "*"} == {w: language for w, language in wishes.items() if w != "*"}
