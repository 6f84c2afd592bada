"""What a conversation's page shows of it: the summary above, the role it is about, what was understood."""

from __future__ import annotations

import re

import pytest
from apiflask import APIFlask

from api.db import db
from api.examples.models import Question
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import add_applicant, verify
from tests.api.staff import Browser, add_staff, signed_in


@pytest.fixture
def ebba(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app))


@pytest.fixture
def talk(app: APIFlask) -> Candidate:
    """Has said nothing yet."""
    return Candidate(over_flask(app.test_client()), "en")


def page(browser: Browser, talk: Candidate, part: str = "") -> str:
    """The conversation's page, or a part of it as htmx asks for it."""
    return browser.get(f"/desk/conversations/{talk.id}{part}", headers={"HX-Request": "true"} if part else {}).get_data(as_text=True)


def summary_of(browser: Browser, talk: Candidate) -> str:
    """What stands above the messages."""
    found = re.search(r'<div id="so-far".*?</div>', page(browser, talk), re.DOTALL)
    assert found
    return found[0]


def test_a_note_sent_with_the_wish_for_a_person_is_read_though_nothing_was_asked(ebba: Browser, talk: Candidate) -> None:
    assert "<details" not in summary_of(ebba, talk)
    talk.want_person(reason="I was promised a call <today>")
    assert "I was promised a call &lt;today&gt;" in summary_of(ebba, talk)
    assert "I was promised a call &lt;today&gt;" in page(ebba, talk, "/live?after=0&version=0"), "to who looks already, too"


def test_the_summary_speaks_of_a_hand_off_only_where_one_was(ebba: Browser, talk: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply("Yes.", intent="ask_benefits")
    talk.say("Is there parking?")
    assert "<summary>So far</summary>" in summary_of(ebba, talk)
    talk.want_person()
    assert "<summary>At hand-off: Asked for a person</summary>" in summary_of(ebba, talk)


def test_the_head_names_the_role_that_the_list_names(app: APIFlask, ebba: Browser, talk: Candidate) -> None:
    add_applicant(app)
    talk.want_person()
    assert '<p class="small">No role · English</p>' in page(ebba, talk)
    verify(app, talk.id)
    assert '<p class="small">Operations engineer · English</p>' in page(ebba, talk)
    assert "Operations engineer · English" in ebba.get("/desk/").get_data(as_text=True)


def test_what_was_understood_is_named_in_the_readers_language(app: APIFlask, talk: Candidate, fake_assistant: FakeAssistant) -> None:
    with app.app_context():
        db.session.add(Question(slug="pets", titles={"sv": "Husdjur på jobbet"}))
        db.session.commit()
    sara = signed_in(app, add_staff(app, "Sara Lind", language="sv"))
    fake_assistant.script = lambda body: reply("Svar", intent=body["text"])
    for intent in ("ask_salary", "company_pets", "nlu_fallback"):
        talk.say(intent)
    said = re.findall(r"<span>([^<]*) säkert</span>", page(sara, talk))
    assert said == ["Tolkat som Lönen, 99\xa0%", "Tolkat som Husdjur på jobbet, 99\xa0%"]
    assert "Inte förstått" in page(sara, talk)
