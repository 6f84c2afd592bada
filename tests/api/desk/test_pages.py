"""The desk's pages: what they show, what acts answer, how refusals are said, with and without scripts."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from api.audit.models import AuditEntry
from api.conversations.models import Conversation, Message
from api.db import db
from api.desk import listing
from api.handoff.models import Note, Request
from tests.api.candidate import Candidate, over_flask
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


@pytest.fixture
def ebba(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app))


@pytest.fixture
def candidate(app: APIFlask) -> Candidate:
    """Waits for a person after one question."""
    found = Candidate(over_flask(app.test_client()), "en")
    found.say("Is there parking <at work>?")
    found.want_person()
    return found


def path(candidate: Candidate, act: str = "") -> str:
    return f"/desk/conversations/{candidate.id}" + (f"/{act}" if act else "")


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def kept(app: APIFlask, candidate: Candidate) -> Conversation:
    with app.app_context():
        return db.session.get_one(Conversation, candidate.id)


def act(browser: Browser, candidate: Candidate, name: str, **data: Any) -> TestResponse:
    """As a page with scripts does it."""
    answer = browser.post(path(candidate, name), data, headers=HTMX)
    assert answer.status_code == 200, text(answer)
    return answer


def test_the_inbox_shows_who_waits_and_the_conversation_beside_it(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    inbox = text(ebba.get("/desk/"))
    assert f"row-{candidate.id}" in inbox
    assert "Asked for a person" in inbox
    shown = text(ebba.get(path(candidate)))
    assert "Is there parking &lt;at work&gt;?" in shown, "what candidates write is never taken for markup"
    assert f"row-{candidate.id}" in shown
    assert "Not verified" in shown
    part = text(ebba.get(path(candidate), headers=HTMX))
    assert "<html" not in part
    assert 'id="card"' in part
    with app.app_context():
        views = list(db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "conversation.viewed")))
    assert views == [candidate.id], "read twice within the hour, noted once"


def test_every_view_has_words_for_when_it_is_empty(ebba: Browser) -> None:
    for view in ("waiting", "mine", "assistant", "snoozed", "resolved", "nonsense"):
        answer = ebba.get(f"/desk/?view={view}&role=%00&language=xx&verified=maybe&shown=many")
        assert answer.status_code == 200
        assert 'class="empty"' in text(answer)
    assert "Nothing fits" in text(ebba.get("/desk/?q=nobody+says+this"))


def test_a_conversation_goes_through_all_hands(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    claimed = text(act(ebba, candidate, "claim", after=99, version=0))
    assert "You have this conversation." in claimed
    assert 'id="composer"' in claimed, "now one may write"
    sent = text(act(ebba, candidate, "reply", client_id="one", text="Yes, behind the house.", after=3, version=kept(app, candidate).version))
    assert "Yes, behind the house." in sent
    assert 'id="composer"' not in sent, "what is being written stays where it is"
    act(ebba, candidate, "reply", client_id="one", text="Yes, behind the house.")
    assert [text_ for sender, text_ in candidate.seen() if sender == "recruiter"] == ["Yes, behind the house."]
    act(ebba, candidate, "note", text="Ask about the car.")
    assert "Ask about the car." in text(ebba.get(path(candidate)))
    assert "Ask about the car." not in str(candidate.history())
    act(ebba, candidate, "label", add="parking")
    assert "parking" in text(ebba.get("/desk/?view=mine&label=parking"))
    assert "Remove the label parking" not in text(act(ebba, candidate, "label", remove="parking"))
    act(ebba, candidate, "hand-back", note="Lumi helps you from here.")
    assert kept(app, candidate).owner == "assistant"
    act(ebba, candidate, "claim")
    act(ebba, candidate, "resolve")
    assert "Resolved by Ebba Sandström" in text(ebba.get(path(candidate)))


def test_without_scripts_the_same_posts_lead_back_to_the_page(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    claimed = ebba.post(path(candidate, "claim"))
    assert (claimed.status_code, claimed.location) == (303, path(candidate))
    page = text(ebba.get(path(candidate)))
    forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', page)
    assert {f.rsplit("/", 1)[1] for f in forms} >= {"reply", "note", "hand-back", "transfer", "snooze", "resolve", "label"}
    client_id = re.search(r'name="client_id" value="([^"]+)"', page)
    assert client_id
    assert ebba.post(path(candidate, "reply"), {"client_id": client_id[1], "text": "Hello"}).status_code == 303
    assert ("recruiter", "Hello") in candidate.seen()
    assert ebba.post(path(candidate, "reply"), {"text": "no id"}).status_code == 422


def test_a_rival_is_told_who_was_first_and_loses_nothing(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    priya = signed_in(app, add_staff(app, "Priya Raman"))
    act(ebba, candidate, "claim")
    inline = priya.post(path(candidate, "claim"), headers=HTMX)
    assert inline.status_code == 409
    assert 'role="alert"' in text(inline)
    assert "Ebba Sandström has this conversation already." in text(inline)
    page = priya.post(path(candidate, "claim"))
    assert page.status_code == 409
    assert "<html" in text(page)
    assert "Ebba Sandström has this conversation already." in text(page)
    api = priya.post(path(candidate, "claim"), headers={"Accept": "application/json"})
    assert (api.json["type"], api.json["holder"]) == ("/problems/taken", "Ebba Sandström")
    refused = priya.post(path(candidate, "reply"), {"client_id": "x", "text": "mine!"}, headers=HTMX)
    assert refused.status_code == 409
    assert "mine!" not in str(candidate.seen())
    assert "Ebba Sandström has this conversation." in text(priya.get(path(candidate)))


@pytest.mark.parametrize("name", ["claim", "hand-back", "reply", "note", "label", "transfer", "resolve", "snooze", "seen", "typing", "attachment"])
def test_unknown_conversations_and_pages_too_old_are_refused_in_words(ebba: Browser, candidate: Candidate, name: str) -> None:
    data = {"client_id": "1", "text": "x", "add": "x", "to": "team:x", "until": "now", "file": (io.BytesIO(PNG), "a.png")}
    missing = ebba.post(f"/desk/conversations/nobodys/{name}", data)
    assert missing.status_code == 404
    assert "There is nothing here." in text(missing)
    old = ebba.post(path(candidate, name), {"text": "x"}, csrf=False)
    assert old.status_code == 400
    assert "out of date" in text(old)


def test_times_and_targets_that_make_no_sense_are_refused_in_words(ebba: Browser, candidate: Candidate) -> None:
    act(ebba, candidate, "claim")
    for name, data in (
        ("snooze", {"until": "at", "at": "soon"}), ("snooze", {"until": "1999-01-01T00:00"}), ("snooze", {}), ("transfer", {"to": "team:Moon"}),
        ("transfer", {"to": ""}), ("note", {"text": " "}), ("label", {"add": ""}), ("reply", {"client_id": "1", "text": "x" * 4001}),
    ):  # fmt: skip
        answer = ebba.post(path(candidate, name), data, headers=HTMX)
        assert answer.status_code == 422, name
        assert 'class="refusal"' in text(answer)


def test_a_file_goes_with_a_reply_and_comes_down_as_a_download(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    act(ebba, candidate, "claim")
    kept_file = ebba.post(path(candidate, "attachment"), {"file": (io.BytesIO(PNG), "../map.png")}, headers={"Accept": "application/json"})
    assert kept_file.status_code == 200, text(kept_file)
    act(ebba, candidate, "reply", client_id="1", text="", attachment=kept_file.json["id"])
    assert "map.png" in text(ebba.get(path(candidate)))
    down = ebba.get(path(candidate, f"attachments/{kept_file.json['id']}"))
    assert down.headers["Content-Disposition"].startswith("attachment;")
    assert down.data == PNG
    refused = ebba.post(path(candidate, "attachment"), {"file": (io.BytesIO(b"<script>"), "a.pdf")}, headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert refused.json["title"]


def test_what_is_new_comes_alone_and_the_rest_only_when_it_has_changed(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    act(ebba, candidate, "claim")
    row = kept(app, candidate)
    quiet = text(ebba.get(path(candidate, f"live?after={row.last_seq}&version={row.version}"), headers=HTMX))
    assert "<li" not in quiet
    assert 'id="state"' not in quiet
    candidate.say("And for bicycles?")
    news = text(ebba.get(path(candidate, f"live?after={row.last_seq}&version={row.version}"), headers=HTMX))
    assert news.count("<li") == 1
    assert "And for bicycles?" in news
    assert 'id="state"' in text(ebba.get(path(candidate, f"live?after={row.last_seq}&version={row.version - 1}"), headers=HTMX))


def test_earlier_messages_come_when_asked_for(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    with app.app_context():
        start = db.session.get_one(Conversation, candidate.id).last_seq
        for seq in range(start + 1, start + 151):
            db.session.add(Message(conversation_id=candidate.id, seq=seq, sender="candidate", text=f"line {seq}.", language="en"))
        db.session.get_one(Conversation, candidate.id).last_seq = start + 150
        db.session.commit()
    shown = text(ebba.get(path(candidate)))
    first = re.search(r'data-seq="(\d+)"', shown)
    assert first
    assert "parking" not in shown.split('id="log"')[1]
    before = text(ebba.get(path(candidate, f"earlier?before={first[1]}"), headers=HTMX))
    assert "parking" in before
    assert 'class="more"' not in before
    plain = text(ebba.get(path(candidate, f"earlier?before={first[1]}")))
    assert "parking" in plain.split('id="log"')[1] and "Latest messages" in plain and "line 150." not in plain.split('id="log"')[1]


def test_requests_are_listed_until_somebody_has_done_them(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    assert "No open requests" in text(ebba.get("/desk/requests"))
    with app.app_context():
        request = Request(kind="reschedule", conversation_id=candidate.id, text="Thursday would be better", data={"priority": "high"})
        db.session.add(request)
        db.session.commit()
        id_ = request.id
    assert "Thursday would be better" in text(ebba.get("/desk/requests"))
    done = text(ebba.post(f"/desk/requests/{id_}/done", {"status": "open"}, headers=HTMX))
    assert "Thursday would be better" not in done
    assert "Ebba Sandström" in text(ebba.get("/desk/requests?status=done"))
    assert ebba.post(f"/desk/requests/{id_}/done", {"undo": "yes"}).location == "/desk/requests?status=done"
    assert "Thursday would be better" in text(ebba.get("/desk/requests"))
    assert ebba.post("/desk/requests/nobodys/done").status_code == 404
    with app.app_context():
        assert set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == id_))) == {"request.done", "request.reopened"}


def test_pages_cost_the_same_number_of_queries_however_much_there_is(app: APIFlask, ebba: Browser, candidate: Candidate) -> None:
    other = Candidate(over_flask(app.test_client()), "en")
    other.want_person()
    pages = ("/desk/", path(candidate), "/desk/requests")
    assert all(ebba.get(page).status_code == 200 for page in pages), "the first visit is noted, and costs more"
    few = [_queries(app, ebba, page) for page in pages]
    with app.app_context():
        for number in range(12):
            db.session.add(Note(conversation_id=candidate.id, staff_id=_staff(app), text=f"note {number}"))
            db.session.add(Request(kind="ask_pay", conversation_id=candidate.id))
        db.session.commit()
    for _ in range(5):
        Candidate(over_flask(app.test_client()), "sv").want_person()
    assert [_queries(app, ebba, page) for page in pages] == few


def _staff(app: APIFlask) -> str:
    from api.accounts.models import Staff

    return str(db.session.scalar(select(Staff.id)))


def _queries(app: APIFlask, browser: Browser, page: str) -> int:
    with counted(app) as asked:
        assert browser.get(page).status_code == 200
    return len(asked)


def test_how_new_work_is_told_is_asked_once(ebba: Browser) -> None:
    assert 'id="ask"' in text(ebba.get("/desk/"))
    assert ebba.post("/desk/notify", {"sound": "yes", "desktop": ""}).status_code == 204
    page = text(ebba.get("/desk/"))
    assert 'id="ask"' not in page
    assert 'data-sound="yes"' in page


def test_pages_keep_the_strict_policy(ebba: Browser, candidate: Candidate) -> None:
    for address in ("/desk/", path(candidate), "/desk/requests"):
        answer = ebba.get(address)
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text(answer))


@pytest.mark.parametrize(("error", "status"), [(ValueError("A secret"), 500), (OperationalError("SELECT 'A secret'", None, OSError()), 503)])
def test_what_nobody_has_foreseen_is_said_as_a_page_without_details(
    app: APIFlask, ebba: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fails(*args: Any) -> None:
        raise error

    monkeypatch.setattr(listing, "rows", fails)
    answer, part = ebba.get("/desk/"), ebba.get("/desk/", headers=HTMX)
    assert (answer.status_code, part.status_code) == (status, status)
    assert "<h1>That did not work.</h1>" in text(answer) and "A secret" not in text(answer)
    assert 'role="alert"' in text(part) and "<h1>" not in text(part)
