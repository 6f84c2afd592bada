"""Signed links in an ATS's mails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api import clock, links
from api.accounts.service import add_key
from api.audit.service import SYSTEM
from api.db import db
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, candidate_id, conversation


@pytest.fixture
def key(app: APIFlask) -> str:
    add_applicant(app)
    with app.app_context():
        _, secret = add_key("Our ATS", SYSTEM)
        db.session.commit()
    return secret


def ask(client: FlaskClient, key: str, ref: str = "A-1") -> str:
    answer = client.post(f"/api/v1/applications/{ref}/link", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    return str(answer.json["url"])


def token_of(url: str) -> str:
    return url.split("#identity=")[1]


def status(client: FlaskClient, token: str) -> int:
    return client.post("/api/v1/conversations", json={"identity": token}).status_code


def test_a_link_opens_the_chat_as_the_applicant(app: APIFlask, client: FlaskClient, key: str) -> None:
    url = ask(client, key)
    assert url.startswith("http://desk.test/chat#identity=")
    candidate = Candidate(over_flask(client), identity=token_of(url))
    row = conversation(app, candidate.id)
    assert (row.candidate_id, row.verified_by) == (candidate_id(app), "link")


def test_a_link_names_nobody(app: APIFlask, client: FlaskClient, key: str) -> None:
    with app.app_context():
        assert EVA not in str(links.read("application", token_of(ask(client, key))))


def test_a_link_works_for_thirty_days(client: FlaskClient, key: str) -> None:
    token, now = token_of(ask(client, key)), clock.now()
    with clock.at(now + timedelta(days=29)):
        assert status(client, token) == 201
    with clock.at(now + timedelta(days=30, minutes=1)):
        assert status(client, token) == 422


def test_a_changed_link_is_refused(client: FlaskClient, key: str) -> None:
    token = token_of(ask(client, key))
    body, stamp, signature = token.rsplit(".", 2)
    # The first letter of the signature: the last one carries two bits that base64 drops.
    other_signature = ("A" if signature[0] != "A" else "B") + signature[1:]
    for other in (f"{body}.{stamp}.{other_signature}", f"X{token[1:]}", f"{body}.zzzzzz.{signature}", f"{body}.{stamp}.", token + "A", token[:-4]):
        assert status(client, other) == 422


def test_a_token_for_another_purpose_is_refused(app: APIFlask, client: FlaskClient, key: str) -> None:
    with app.app_context():
        data = links.read("application", token_of(ask(client, key)))
        assert status(client, links.sign("export", data)) == 422


def test_a_link_dies_when_the_address_is_corrected(client: FlaskClient, app: APIFlask, key: str) -> None:
    token = token_of(ask(client, key))
    add_applicant(app, "A-1", "right@example.com")
    assert status(client, token) == 422


def test_a_link_dies_with_the_application(client: FlaskClient, key: str) -> None:
    token = token_of(ask(client, key))
    client.delete("/api/v1/applications/A-1", headers={"Authorization": f"Bearer {key}"})
    assert status(client, token) == 422


def test_links_are_for_those_with_a_key(client: FlaskClient, key: str) -> None:
    assert client.post("/api/v1/applications/A-1/link").status_code == 401
    assert client.post("/api/v1/applications/A-1/link", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.post("/api/v1/applications/A-9/link", headers={"Authorization": f"Bearer {key}"}).status_code == 404
    assert client.get("/api/v1/applications/A-1/link", headers={"Authorization": f"Bearer {key}"}).status_code == 405
