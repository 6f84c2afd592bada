"""What a candidate does around a person's help: typing, seen, an address to be told at, a rating, files, a copy."""

from __future__ import annotations

import hashlib
import itertools
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock, links
from api.accounts.models import Staff
from api.candidates import reply_mail
from api.candidates.models import Candidate as Row
from api.candidates.models import Feedback
from api.candidates.service import end_verification, mark_verified
from api.chat import stream as streaming
from api.conversations import devices
from api.conversations.models import Attachment, Conversation, Presence
from api.conversations.service import Draft, append, lock
from api.db import db
from api.handoff import claims
from api.outbox.models import Mail
from tests.api.candidate import API, Candidate, over_flask
from tests.api.staff import add_staff
from tests.api.statements import counted


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client), language="en")


@pytest.fixture
def ebba(app: APIFlask) -> str:
    return add_staff(app)


class Desk:
    """What recruiters do, by the services."""

    def __init__(self, app: APIFlask, staff_id: str, candidate: Candidate) -> None:
        self.app, self.staff_id, self.id = app, staff_id, candidate.id

    def _do(self, what: Any, *arguments: Any) -> None:
        with self.app.app_context():
            what(db.session.get_one(Staff, self.staff_id), self.id, *arguments)
            db.session.commit()

    def claim(self) -> None:
        self._do(claims.claim)

    def resolve(self) -> None:
        self._do(claims.resolve)

    def hand_back(self) -> None:
        self._do(claims.hand_back)

    def says(self, text: str, **fields: Any) -> int:
        with self.app.app_context():
            stored = append(lock(self.id), Draft("recruiter", text, author="Ebba Sandström", staff_id=self.staff_id, **fields))
            db.session.commit()
            return stored.seq


@pytest.fixture
def desk(app: APIFlask, ebba: str, candidate: Candidate) -> Desk:
    return Desk(app, ebba, candidate)


def row(app: APIFlask, candidate: Candidate) -> Conversation:
    with app.app_context():
        return db.session.get_one(Conversation, candidate.id)


def mails_to(app: APIFlask, recipient: str) -> list[Mail]:
    with app.app_context():
        return list(db.session.scalars(select(Mail).where(Mail.recipient == recipient).order_by(Mail.created_at)))


def prove(app: APIFlask, candidate: Candidate, email: str) -> None:
    with app.app_context():
        known = Row(email=email)
        db.session.add(known)
        db.session.flush()
        mark_verified(lock(candidate.id), known.id, "mail", clock.now())
        db.session.commit()


def link_in(mail: Mail) -> str:
    return mail.text.split("#reply=")[1].split()[0]


def link_token(app: APIFlask, candidate: Candidate, email: str) -> str:
    """What stands in the link in a mail to this address."""
    with app.app_context():
        return reply_mail.link(lock(candidate.id), email).split("#reply=")[1]


def by_link(app: APIFlask, client: FlaskClient, candidate: Candidate, email: str) -> Candidate:
    """The device of who reads that mail."""
    opened = open_link(client, link_token(app, candidate, email))
    assert opened.status_code == 201, opened.text
    return with_token(client, candidate, opened.json["token"])


def with_token(client: FlaskClient, candidate: Candidate, token: str) -> Candidate:
    """Another device on the same conversation."""
    device = Candidate.__new__(Candidate)
    device._ask, device.id, device.token = over_flask(client), candidate.id, token
    return device


def open_link(client: FlaskClient, token: str) -> Any:
    return client.post(f"{API}/conversations", json={"reply": token})


def test_typing_and_seen_are_kept_for_the_recruiters(app: APIFlask, candidate: Candidate, desk: Desk) -> None:
    def doing() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(select(Presence.doing).where(Presence.who == "candidate")))

    assert candidate.ask("PUT", "typing", json={}).status == 204
    assert doing() == [], "the assistant does not care"
    candidate.want_person()
    candidate.ask("PUT", "typing", json={})
    assert doing() == ["typing"]
    candidate.ask("PUT", "typing", json={"typing": False})
    assert doing() == ["looking"]
    desk.claim()
    seq = desk.says("Hello")
    assert candidate.ask("PUT", "seen", json={"seq": seq}).status == 204
    assert row(app, candidate).candidate_seen_seq == seq
    candidate.ask("PUT", "seen", json={"seq": 1})
    candidate.ask("PUT", "seen", json={"seq": 10_000})
    assert row(app, candidate).candidate_seen_seq == seq, "neither back, nor beyond what there is"
    for wrong in ({}, {"seq": -1}, {"seq": "1"}, {"seq": 1.5}, {"seq": None}, {"seq": 2**40}):
        assert candidate.ask("PUT", "seen", json=wrong).status == 422


def test_status_tells_what_there_is_to_expect_and_when_it_is_over(candidate: Candidate, desk: Desk) -> None:
    before = candidate.history()
    assert (before["ended"], before["expected"], before["reply_mail"], before["rate"]) == (False, None, False, False)
    candidate.want_person()
    waiting = candidate.history()
    assert waiting["expected"].endswith(".") and waiting["speaker"] is None
    desk.claim()
    with_ebba = candidate.history()
    assert (with_ebba["speaker"], with_ebba["ended"], with_ebba["rate"]) == ("Ebba Sandström", False, False)
    desk.resolve()
    ended = candidate.history()
    assert (ended["status"], ended["speaker"], ended["ended"], ended["rate"], ended["expected"]) == ("with_recruiter", None, True, True, None)


def test_help_is_rated_once_and_may_get_words_later(app: APIFlask, candidate: Candidate, desk: Desk) -> None:
    def kept() -> list[tuple[int | None, str]]:
        with app.app_context():
            return [(f.score, f.comment) for f in db.session.scalars(select(Feedback).order_by(Feedback.created_at))]

    refused = candidate.ask("POST", "rating", json={"score": 5})
    assert (refused.status, refused.json["type"]) == (409, "/problems/nothing-to-rate")
    desk.claim()
    desk.hand_back()
    assert candidate.history()["rate"] is True
    assert candidate.ask("POST", "rating", json={"score": 2}).status == 204
    assert candidate.history()["rate"] is False
    candidate.ask("POST", "rating", json={"score": 4, "comment": " Quick and kind. "})
    assert kept() == [(4, "Quick and kind.")]
    assert [m.subject for m in mails_to(app, "rekryterare@lumivik.example") if "Feedback" in m.subject] == ["Feedback from a candidate: 4 of 5"]
    desk.claim()
    desk.resolve()
    assert candidate.history()["rate"] is True, "somebody has helped anew"
    candidate.ask("POST", "rating", json={"score": 1})
    assert kept() == [(4, "Quick and kind."), (1, "")]
    for wrong in ({"score": 0}, {"score": 6}, {"score": "5"}, {"score": 2.5}, {"comment": "x"}, {"score": 5, "comment": "x" * 2001}):
        assert candidate.ask("POST", "rating", json=wrong).status == 422


def test_an_address_is_left_changed_and_taken_back(app: APIFlask, candidate: Candidate) -> None:
    left = candidate.ask("PUT", "reply-mail", json={"email": "Elin@Example.com"})
    assert (left.status, left.json["reply_mail"]) == (200, True)
    assert row(app, candidate).reply_mail == "elin@example.com"
    assert "elin" not in left.text.lower(), "the address itself is not told to whoever holds the token"
    assert candidate.ask("PUT", "reply-mail", json={"email": None}).json["reply_mail"] is False
    for wrong in ({}, {"email": "elin"}, {"email": ""}, {"email": 5}, {"email": "a@b.se" * 60}):
        assert candidate.ask("PUT", "reply-mail", json=wrong).status == 422


def test_who_has_proven_an_address_is_written_to_there_only(app: APIFlask, candidate: Candidate) -> None:
    prove(app, candidate, "elin@example.com")
    assert candidate.history()["reply_mail"] is True
    for route, body in (("reply-mail", {"email": "other@example.com"}), ("transcript-mail", {"email": "other@example.com"})):
        method = "PUT" if route == "reply-mail" else "POST"
        refused = candidate.ask(method, route, json=body)
        assert (refused.status, refused.json["type"]) == (409, "/problems/address-known")
    assert candidate.ask("PUT", "reply-mail", json={"email": "elin@example.com"}).status == 200


def test_a_mailed_link_opens_that_very_conversation_elsewhere(app: APIFlask, client: FlaskClient, candidate: Candidate, desk: Desk) -> None:
    candidate.say("Hi")
    with app.app_context():
        link = reply_mail.link(lock(candidate.id), "elin@example.com")
        db.session.commit()
    assert link.startswith("http://desk.test/chat?language=en#reply=")
    token = link.split("#reply=")[1]
    opened = open_link(client, token)
    assert (opened.status_code, opened.json["id"]) == (201, candidate.id)
    assert [m["seq"] for m in opened.json["messages"]] == [1, 2, 3]
    phone = with_token(client, candidate, opened.json["token"])
    phone.say("From the telephone")
    candidate.say("From the computer")
    assert phone.seen() == candidate.seen()
    other = Candidate(over_flask(client))
    assert over_flask(client)("GET", f"{other.path}/messages", headers=phone.headers).status == 404
    for bad in (token[:-2], token + "x", opened.json["token"], "x", "."):
        refused = open_link(client, bad)
        assert (refused.status_code, refused.json["type"]) == (410, "/problems/link-unusable")
    with clock.at(clock.now() + timedelta(days=31)):
        assert open_link(client, token).status_code == 410
        assert phone.history()["messages"], "who came in time stays"


def test_a_link_to_another_mailbox_dies_when_somebody_proves_who_they_are(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    mine, theirs = (link_token(app, candidate, a) for a in ("elin@example.com", "elni@example.com"))
    assert open_link(client, theirs).status_code == 201
    prove(app, candidate, "elin@example.com")
    assert [open_link(client, t).status_code for t in (mine, theirs)] == [201, 410]


def test_so_does_the_device_that_came_by_it(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    stranger = by_link(app, client, candidate, "elni@example.com")
    stranger.say("Who are you?")
    prove(app, candidate, "elin@example.com")
    asked = [stranger.ask("GET", "messages"), stranger.try_say("Still here"), stranger.ask("POST", "handoff", json={}), stranger.ask("GET", "events")]
    assert [a.status for a in asked] == [404] * 4
    assert "Still here" not in [text for _, text in candidate.seen()]


@pytest.mark.parametrize(("opened_for", "ends"), [(None, False), ((None,), True)], ids=["the first one's", "a device's"])
def test_so_does_the_devices_open_stream(
    app: APIFlask, candidate: Candidate, monkeypatch: pytest.MonkeyPatch, opened_for: tuple[None] | None, ends: bool
) -> None:
    """A device that may go on comes again at once."""
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.001)
    came = streaming.events(app, candidate.id, 0, opened_for)
    while "keep-alive" not in next(came):
        pass
    prove(app, candidate, "elin@example.com")
    candidate.say("How is my application?")
    told = itertools.islice(came, 500)
    assert any("my application" in event for event in told) != ends
    assert (next(came, None) is None) == ends
    came.close()


def test_a_device_that_came_by_the_proven_mailbox_goes_on(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    before = by_link(app, client, candidate, "elin@example.com")
    prove(app, candidate, "elin@example.com")
    after = by_link(app, client, candidate, "elin@example.com")
    for device in (before, after, candidate):
        device.say("It is me")
    assert before.seen() == after.seen() == candidate.seen()


def test_a_device_of_the_candidate_before_is_not_the_next_ones(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    device = by_link(app, client, candidate, "elin@example.com")
    for email, status in (("elin@example.com", 200), ("ola@example.com", 404)):
        prove(app, candidate, email)
        assert device.ask("GET", "messages").status == status


def test_when_the_proven_one_is_let_go_only_their_own_devices_go_on(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    """What was said to them still stands in the conversation."""
    mine, theirs = (by_link(app, client, candidate, a) for a in ("elin@example.com", "elni@example.com"))
    tokens = [link_token(app, candidate, a) for a in ("elin@example.com", "elni@example.com")]
    prove(app, candidate, "elin@example.com")
    with app.app_context():
        assert end_verification(lock(candidate.id))
        db.session.commit()
    assert [d.ask("GET", "messages").status for d in (candidate, mine, theirs)] == [200, 200, 404]
    assert [open_link(client, t).status_code for t in tokens] == [201, 410]
    prove(app, candidate, "ola@example.com")
    assert [d.ask("GET", "messages").status for d in (candidate, mine, theirs)] == [200, 404, 404]


def test_a_device_goes_with_the_address_when_that_is_corrected(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    prove(app, candidate, "elni@example.com")
    device = by_link(app, client, candidate, "elni@example.com")
    with app.app_context():
        db.session.scalars(select(Row)).one().email = "elin@example.com"
        db.session.commit()
    assert device.ask("GET", "messages").status == 404


@pytest.mark.parametrize("came_to", [[], [None], [""], [7], ["å"], [["elin"]]])
def test_a_device_of_which_no_mailbox_is_known_opens_what_nobody_has_proven(
    app: APIFlask, client: FlaskClient, candidate: Candidate, came_to: list[Any]
) -> None:
    """Tokens of before mailboxes stood in them are such; the link in the mail gives another."""
    with app.app_context():
        old = links.sign(devices.PURPOSE, [candidate.id, row(app, candidate).token_hash[:16], *came_to])
    phone = with_token(client, candidate, old)
    phone.say("From the telephone")
    prove(app, candidate, "elin@example.com")
    assert phone.try_say("From the telephone").status == 404
    by_link(app, client, candidate, "elin@example.com").say("From the telephone")


def test_only_a_device_is_asked_for_its_mailbox(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    def statements(of: Candidate) -> list[str]:
        with counted(app) as said:
            of.ask("PUT", "language", json={"language": "en"})
        return said

    device = by_link(app, client, candidate, "elin@example.com")
    first = statements(candidate)
    for is_proven in (False, True):
        if is_proven:
            prove(app, candidate, "elin@example.com")
        assert statements(candidate) == first
        asked = [s for s in statements(device) if s not in first]
        assert len(asked) == 1 and "candidates.email" in asked[0]


def test_a_devices_token_names_no_address(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    token = by_link(app, client, candidate, "elin@example.com").token
    with app.app_context():
        assert "elin" not in str(links.read(devices.PURPOSE, token))


def test_the_conversation_is_mailed_as_text_to_its_owner_and_as_a_link_to_others(app: APIFlask, client: FlaskClient, candidate: Candidate) -> None:
    candidate.say("Buy cheap pills")
    assert candidate.ask("POST", "transcript-mail", json={}).status == 422, "nobody knows where to"
    assert candidate.ask("POST", "transcript-mail", json={"email": "stranger@example.com"}).status == 202
    (mail,) = mails_to(app, "stranger@example.com")
    assert "pills" not in mail.text + mail.subject
    assert open_link(client, link_in(mail)).json["id"] == candidate.id
    for _ in range(4):
        candidate.ask("POST", "transcript-mail", json={"email": "stranger@example.com"})
    assert candidate.ask("POST", "transcript-mail", json={"email": "stranger@example.com"}).status == 429
    prove(app, candidate, "elin@example.com")
    assert candidate.ask("POST", "transcript-mail", json={}).status == 202
    (mail,) = mails_to(app, "elin@example.com")
    assert "You: Buy cheap pills" in mail.text and "Lumi: Echo" in mail.text


def test_a_recruiters_file_is_fetched_by_its_candidate_alone(app: APIFlask, client: FlaskClient, candidate: Candidate, desk: Desk, tmp_path: Any) -> None:
    content = b"%PDF-1.7 the offer"
    desk.claim()
    with app.app_context():
        file = Attachment(
            conversation_id=candidate.id,
            staff_id=desk.staff_id,
            name="Erbjudande.pdf",
            mime="application/pdf",
            size=18,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        db.session.add(file)
        db.session.commit()
        id_ = file.id
    folder = app.config["SETTINGS"].var / "attachments"
    folder.mkdir(exist_ok=True)
    (folder / id_).write_bytes(content)
    assert candidate.ask("GET", f"attachments/{id_}").status == 404, "not sent yet"
    shown = {"id": id_, "name": "Erbjudande.pdf", "mime": "application/pdf", "size": 18}
    seq = desk.says("Here it is", attachments=[shown])
    with app.app_context():
        message = candidate.history(seq - 1)["messages"][0]
        db.session.get_one(Attachment, id_).message_id = message["id"]
        db.session.commit()
    assert message["attachments"] == [shown]
    got = candidate.ask("GET", f"attachments/{id_}")
    assert (got.status, got.text) == (200, content.decode())
    assert got.headers["Content-Disposition"] == "attachment; filename=Erbjudande.pdf"
    assert (got.headers["Content-Type"], got.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    other = Candidate(over_flask(client))
    assert over_flask(client)("GET", f"{other.path}/attachments/{id_}", headers=other.headers).status == 404
