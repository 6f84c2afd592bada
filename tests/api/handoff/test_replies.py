"""What recruiters write: to the candidate once, to one another with names, in ready sentences, under labels."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.config import LANGUAGES, ROOT
from api.conversations.models import Conversation
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.handoff import canned, claims, labels, notes, replies, summary
from api.handoff.models import ConversationLabel, Note
from api.outbox.models import Mail
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask, over_http
from tests.api.candidates.people import EVA, add_applicant, verify
from tests.api.handoff.recruiters import act, change, look, waits
from tests.api.serving import Stream, served
from tests.api.staff import add_staff


@pytest.fixture
def ebba(app: APIFlask) -> str:
    return add_staff(app)


@pytest.fixture
def candidate(app: APIFlask, client: FlaskClient, ebba: str) -> Candidate:
    """Somebody whom Ebba has claimed."""
    found = Candidate(over_flask(client), "en")
    found.want_person()
    act(app, claims.claim, ebba, found.id)
    return found


def test_a_reply_carries_the_recruiters_name_and_goes_out_once(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    first = act(app, replies.reply, ebba, candidate.id, "c1", "  Hi Eva,\r\nit is 38 000 kr.  ")
    again = act(app, replies.reply, ebba, candidate.id, "c1", "Hi Eva,\nit is 38 000 kr.")
    assert first.id == again.id
    last = candidate.history()["messages"][-1]
    assert (last["sender"], last["author"], last["text"]) == ("recruiter", "Ebba Sandström", "Hi Eva,\nit is 38 000 kr.")
    handoff = waits(app, candidate.id)
    assert handoff is not None
    assert handoff.first_reply_at == first.sent_at
    assert look(app, candidate.id).staff_seen_seq == first.seq
    with pytest.raises(Conflict):
        act(app, replies.reply, ebba, candidate.id, "c1", "Something else")
    for wrong in ("  ", "x" * 4001, "a\x00b"):
        with pytest.raises(Invalid):
            act(app, replies.reply, ebba, candidate.id, "c2", wrong)
    with app.app_context():
        assert db.session.scalars(select(AuditEntry.data).where(AuditEntry.action == "message.sent")).all() == [{"seq": first.seq}]


def test_another_may_not_answer_nor_anybody_what_nobody_has(app: APIFlask, candidate: Candidate, client: FlaskClient) -> None:
    jonas = add_staff(app, "Jonas Lindqvist")
    unclaimed = Candidate(over_flask(client), "en")
    for conversation in (candidate, unclaimed):
        with pytest.raises(claims.NotYours):
            act(app, replies.reply, jonas, conversation.id, "c1", "Hi")
    with pytest.raises(NotFound):
        act(app, replies.reply, jonas, "no-such-conversation", "c1", "Hi")


def test_both_directions_arrive_without_asking_again(app: APIFlask, ebba: str) -> None:
    with served(app) as base:
        talk = Candidate(over_http(base), "en")
        talk.want_person()
        act(app, claims.claim, ebba, talk.id)
        with app.extensions["hub"].follow(talk.id) as desk:
            stream = Stream(base, talk, last_event_id=3)
            talk.say("Hello Ebba")
            assert desk.wait(5), "the desk is woken"
            act(app, replies.reply, ebba, talk.id, "c1", "Hello yourself")
            stream.until(lambda event: event[0] == "message" and event[2]["text"] == "Hello yourself")
            stream.close()
        assert talk.history()["status"] == "with_recruiter"


def test_who_is_named_in_a_note_is_mailed_and_the_candidate_never_sees_it(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    anna, berglund = add_staff(app, "Anna Berg"), add_staff(app, "Anna Berglund", email="berglund@lumivik.example")
    jonas = add_staff(app, "Jonas Lindqvist", language="sv", seen_at=clock.now())
    add_staff(app, "Priya Raman", active=False)
    before = candidate.seen()
    text = "@anna berg and @Jonas: look. @Priya is gone, @Anna is two, mail x@Jonas.example, @Ebba is me."
    note = act(app, notes.add, ebba, candidate.id, text)
    assert note.mentions == [anna, jonas]
    assert candidate.seen() == before
    with app.app_context():
        mails = {m.recipient: m for m in db.session.scalars(select(Mail).where(Mail.dedupe.startswith("note:")))}
        assert set(mails) == {"anna@lumivik.example", "jonas@lumivik.example"}
        assert "look" not in mails["anna@lumivik.example"].text, "mails leave the house: what is said of candidates does not"
        assert f"/desk/conversations/{candidate.id}" in mails["anna@lumivik.example"].text
        assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == note.id)).all() == ["note.added"]
        assert berglund not in note.mentions
    for wrong in ("", " \n ", "x" * 4001):
        with pytest.raises(Invalid):
            act(app, notes.add, ebba, candidate.id, wrong)


def test_labels_are_one_word_in_whatever_case(app: APIFlask, client: FlaskClient, candidate: Candidate, ebba: str) -> None:
    other = Candidate(over_flask(client), "en")
    assert act(app, labels.add, ebba, candidate.id, "  Work   permit ") == "Work permit"
    assert act(app, labels.add, ebba, other.id, "work PERMIT") == "Work permit"
    act(app, labels.add, ebba, candidate.id, "work permit")
    for wrong in ("", "   ", "x" * 41, "a\x00b"):
        with pytest.raises(Invalid):
            act(app, labels.add, ebba, candidate.id, wrong)
    with app.app_context():
        assert sorted(db.session.scalars(select(ConversationLabel.conversation_id))) == sorted([candidate.id, other.id])
    act(app, labels.remove, ebba, candidate.id, "Work permit")
    act(app, labels.remove, ebba, candidate.id, "Work permit")
    for n in range(20):
        act(app, labels.add, ebba, candidate.id, f"label {n}")
    with pytest.raises(Conflict):
        act(app, labels.add, ebba, candidate.id, "one more")
    with app.app_context():
        made = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("label."))))
    assert (made.count("label.added"), made.count("label.removed")) == (22, 1)


def ready(app: APIFlask, staff_id: str, conversation_id: str) -> dict[str, str]:
    with app.app_context():
        found = canned.for_conversation(db.session.get_one(Conversation, conversation_id), db.session.get_one(Staff, staff_id))
        return {reply["key"]: reply["text"] for reply in found}


def test_ready_replies_are_filled_in_in_the_candidates_language(app: APIFlask, client: FlaskClient, ebba: str) -> None:
    add_applicant(app, promise={"who": "Ebba Sandström", "due_on": (clock.now() + timedelta(days=3)).date().isoformat(), "channel": "phone"})
    with app.app_context():
        canned.load(json.loads((ROOT / "demo" / "canned.json").read_text(encoding="utf-8")))
        db.session.commit()
    stranger, eva = Candidate(over_flask(client), "fi"), Candidate(over_flask(client), "sv")
    verify(app, eva.id, EVA)
    known, unknown = ready(app, ebba, eva.id), ready(app, ebba, stranger.id)
    assert known["hello"].startswith("Hej Eva, Ebba här.")
    assert "Ebba Sandström" in known["next_contact"]
    assert "(" in known["still_in"]
    assert unknown["hello"].startswith("Hei, täällä Ebba.")
    assert not {"next_contact", "still_in"} & set(unknown), "what is not known is not said"
    assert "{" not in "".join([*known.values(), *unknown.values()])
    with app.app_context(), pytest.raises(Invalid):
        canned.save("x", {"en": "X"}, {"en": "Your {salary}"})


def test_the_demos_ready_replies_exist_in_every_language() -> None:
    entries = json.loads((ROOT / "demo" / "canned.json").read_text(encoding="utf-8"))
    assert all(set(entry["titles"]) == set(entry["texts"]) == set(LANGUAGES) for entry in entries)
    assert len({entry["key"] for entry in entries}) == len(entries) >= 12


def test_the_summary_says_what_was_asked_answered_and_is_open(app: APIFlask, client: FlaskClient, ebba: str, fake_assistant: FakeAssistant) -> None:
    talk = Candidate(over_flask(client), "en")

    def understands(body: dict[str, str]) -> dict[str, object]:
        intent = {"Hi": "greet", "Pay?": "ask_salary"}.get(body["text"], "nlu_fallback")
        return reply("From 38 000 kr." if intent == "ask_salary" else "Sorry?", intent=intent)

    fake_assistant.script = understands
    with app.app_context():
        assert summary.of(db.session.get_one(Conversation, talk.id)) is None
    for text in ("Hi", "Pay?", "May my dog come?"):
        talk.say(text)
    talk.want_person()
    talk.say("And my cat?")
    with app.app_context():
        found = summary.of(db.session.get_one(Conversation, talk.id))
        assert found == summary.Summary(["Pay?"], ["From 38 000 kr."], ["May my dog come?", "And my cat?"]), "nothing is said twice"
    act(app, claims.claim, ebba, talk.id)
    act(app, replies.reply, ebba, talk.id, "c1", "Both may.")
    with app.app_context():
        found = summary.of(db.session.get_one(Conversation, talk.id))
        assert found == summary.Summary(["Pay?", "May my dog come?", "And my cat?"], ["From 38 000 kr."], [])


def test_the_summary_keeps_what_is_said_with_the_wish_for_a_person(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    talk = Candidate(over_flask(client), "en")
    fake_assistant.script = lambda body: reply("I'm asking a person to take over here.", intent="request_human")
    talk.press("/request_human")
    with app.app_context():
        assert summary.of(db.session.get_one(Conversation, talk.id)) is None, "a pressed button holds no question"
    talk.say("Nobody called me, can I talk to a person?")
    with app.app_context():
        found = summary.of(db.session.get_one(Conversation, talk.id))
        assert found == summary.Summary(open=["Nobody called me, can I talk to a person?"])


def test_the_summary_takes_no_question_of_the_assistants_for_an_answer(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    talk = Candidate(over_flask(client), "fi")
    said = {"text": "Peruttu.", "language": "fi", "buttons": [], "sources": []}
    answers = {
        "Perun hakemukseni": reply("Perunko hakemuksesi? Sen jälkeen et ole enää mukana.", intent="withdraw_application"),
        "Kyllä": reply(intent="affirm", replies=[said, said | {"text": "Haluatko kertoa, miksi?"}]),
        "Muutan": reply("Kiitos.", intent="nlu_fallback"),
        "Palkka?": reply(intent="ask_salary", replies=[said | {"text": "3 000 euroa. Mitä muuta?", "sources": [{"kind": "role", "ref": "LV-101"}]}]),
    }
    fake_assistant.script = lambda body: answers[body["text"]]

    def found(note: str = "") -> summary.Summary | None:
        with app.app_context():
            return summary.of(db.session.get_one(Conversation, talk.id), note)

    talk.say("Perun hakemukseni")
    assert found() == summary.Summary(open=["Perun hakemukseni"])
    talk.say("Kyllä")
    assert found() == summary.Summary(["Perun hakemukseni"], ["Peruttu."]), "what follows the yes is the answer"
    talk.say("Muutan")
    talk.say("Palkka?")
    assert found() == summary.Summary(["Perun hakemukseni", "Palkka?"], ["Peruttu.", "3 000 euroa. Mitä muuta?"], ["Muutan"])
    assert found("Muutan") == summary.Summary(["Perun hakemukseni", "Palkka?"], ["Peruttu.", "3 000 euroa. Mitä muuta?"]), "the note says it"


def test_notes_and_labels_go_with_their_conversation(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    act(app, notes.add, ebba, candidate.id, "Calls back on Monday")
    act(app, labels.add, ebba, candidate.id, "visa")
    change(app, ebba, seen_at=clock.now())
    with app.app_context():
        db.session.delete(db.session.get_one(Conversation, candidate.id))
        db.session.commit()
        assert db.session.scalars(select(Note)).all() == db.session.scalars(select(ConversationLabel)).all() == []
