"""The chat without scripts: one form after another."""

from __future__ import annotations

import html
import io
import re
import uuid

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.accounts.models import Staff
from api.candidates.models import Feedback
from api.conversations.models import Conversation
from api.db import db
from api.handoff import attachments, claims, replies
from tests.api.assistant import FakeAssistant, reply
from tests.api.staff import add_staff

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def hidden(response: TestResponse) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(response.text)}


def send(client: FlaskClient, page: TestResponse, **fields: str) -> TestResponse:
    """Press a button of the form on `page`."""
    return client.post("/chat/plain", data={"language": "sv"} | hidden(page) | fields)


def start(client: FlaskClient) -> TestResponse:
    return client.get("/chat/plain?language=sv")


def test_a_question_is_answered_on_the_next_page(client: FlaskClient) -> None:
    page = send(client, start(client), text="Vad är lönen?")
    assert page.status_code == 200
    assert "AI" in page.text and "Echo: Vad är lönen?" in page.text


def test_the_conversation_goes_on(client: FlaskClient) -> None:
    first = send(client, start(client), text="ett")
    second = send(client, first, text="två")
    assert "Echo: ett" in second.text and "Echo: två" in second.text
    assert hidden(first)["conversation"] == hidden(second)["conversation"]


def test_the_same_form_sent_twice_is_one_message(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    first = send(client, start(client), text="ett")
    send(client, first, text="två")
    again = send(client, first, text="två")
    assert again.text.count("Echo: två") == 1
    assert len(fake_assistant.bodies) == 2


def test_looking_stores_nothing(client: FlaskClient) -> None:
    page = send(client, start(client), action="look", language="fi")
    assert hidden(page)["conversation"] == ""
    assert 'lang="fi"' in page.text


def test_an_empty_text_is_refused_with_a_sentence(client: FlaskClient) -> None:
    page = send(client, start(client), text="  ")
    assert page.status_code == 422 and 'role="alert"' in page.text


def test_a_long_text_is_refused_and_kept(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    page = send(client, start(client), text="å" * 2001)
    assert page.status_code == 422 and "å" * 2001 in page.text
    assert not fake_assistant.bodies


def test_line_breaks_of_a_form_count_once(client: FlaskClient) -> None:
    assert send(client, start(client), text="a\r\n" * 999 + "aa").status_code == 200


def test_a_button_is_taken(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    button = {"title": "Vad är lönen?", "button": "/ask_salary"}
    said = {"text": "Hej", "language": "sv", "buttons": [button], "sources": []}
    fake_assistant.script = lambda body: reply(replies=[said])
    page = send(client, start(client), text="hej")
    assert 'value="/ask_salary"' in page.text
    send(client, page, button="/ask_salary")
    assert fake_assistant.bodies[-1]["button"] == "/ask_salary"


def test_a_button_that_was_not_offered_is_refused(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    page = send(client, send(client, start(client), text="hej"), button="/restart")
    assert page.status_code == 422
    assert len(fake_assistant.bodies) == 1


def test_a_person_can_be_asked_for_at_once(client: FlaskClient) -> None:
    page = send(client, start(client), action="person")
    assert page.status_code == 200
    assert 'value="person"' not in page.text


def test_another_ones_conversation_is_not_shown(client: FlaskClient) -> None:
    theirs = send(client, start(client), text="hemligt")
    page = send(client, theirs, text="hej", token="wrong")
    assert page.status_code == 422 and "hemligt" not in page.text
    assert hidden(page)["conversation"] == "" and "hej" in page.text


def test_text_is_never_markup(client: FlaskClient) -> None:
    page = send(client, start(client), text="<script>alert(1)</script>")
    assert "<script>" not in page.text


def test_the_page_is_not_kept_and_the_token_is_in_no_address(client: FlaskClient) -> None:
    page = send(client, start(client), text="hej")
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r'(?:href|action|src)="[^"]*' + re.escape(hidden(page)["token"]), page.text)


def test_a_form_without_a_proper_id_still_sends(client: FlaskClient) -> None:
    assert "Echo: hej" in send(client, start(client), text="hej", client_id="x").text
    assert uuid.UUID(hidden(start(client))["client_id"])


def test_an_address_is_left_while_a_person_is_waited_for(client: FlaskClient) -> None:
    page = send(client, send(client, start(client), text="ett"), action="person")
    assert 'name="email"' in page.text
    refused = send(client, page, action="mail", email="elin")
    assert refused.status_code == 422 and 'role="alert"' in refused.text
    left = send(client, refused, email="elin@example.com")
    assert left.status_code == 200 and 'name="email"' not in left.text


def test_a_persons_help_is_rated_and_their_file_is_saved(app: APIFlask, client: FlaskClient) -> None:
    page = send(client, start(client), text="ett")
    id_, staff_id = hidden(page)["conversation"], add_staff(app)
    with app.app_context():
        ebba = db.session.get_one(Staff, staff_id)
        claims.claim(ebba, id_)
        db.session.commit()
        ebba = db.session.get_one(Staff, staff_id)
        file_id = attachments.store(ebba, id_, "Erbjudande.pdf", io.BytesIO(b"%PDF-1.7 the offer")).id
        db.session.commit()
        replies.reply(db.session.get_one(Staff, staff_id), id_, "a-client-id", "Här är det.", [file_id])
        claims.resolve(db.session.get_one(Staff, staff_id), id_)
        db.session.commit()
    page = send(client, page, action="look")
    assert "Erbjudande.pdf" in page.text
    saved = client.post("/chat/plain/file", data=hidden(page) | {"file": file_id})
    assert saved.data == b"%PDF-1.7 the offer" and saved.headers["Content-Disposition"].startswith("attachment")
    assert client.post("/chat/plain/file", data=hidden(page) | {"file": file_id, "token": "x"}).status_code == 404
    assert send(client, page, action="rate-9").status_code == 422
    assert "rate-4" not in send(client, page, action="rate-4", text="Bra").text
    with app.app_context():
        (kept,) = db.session.scalars(select(Feedback)).all()
        assert (kept.score, kept.comment) == (4, "Bra")
        assert db.session.get_one(Conversation, id_).candidate_seen_seq == db.session.get_one(Conversation, id_).last_seq
