"""Grief is met with a word of sympathy, and takes no offer away."""

from __future__ import annotations

import pytest

from tests.actions.office import Office, application
from tests.actions.talk import Candidate


@pytest.fixture
def office() -> Office:
    office = Office()
    office.applications = [application("A-1", "LV-101", "Installer", status="rejected", interviewed=True)]
    return office


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("goodbye", "jag gråter nu, jag var så säker"),
        ("affirm", "mä itken, olin niin varma"),
        ("nlu_fallback", "I'm crying right now, I was so sure"),
        ("complaint", "så ledsen"),
        ("complaint", "I feel devastated"),
        ("complaint", "olen tosi surullinen"),
        ("chitchat", "voi ei"),
    ],
)
def test_tears_after_a_rejection_leave_the_offered_call_open(office: Office, language: str, intent: str, text: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("ask_feedback", "?")
    heard = candidate.says(intent, text)
    assert heard.names == ["utter_sympathy_offer_stands"] and not heard.effects and len(heard.buttons) == 2
    assert candidate.says("affirm", "ja").effects == [{"kind": "feedback_call", "application": "A-1"}]


@pytest.mark.parametrize(
    "text",
    [
        "my dog died today",
        "min pappa dog igår och jag orkar inte svara på telefon",
        "mun isä kuoli eilen enkä jaksa vastata puhelimeen",
        "I lost my dad last week",
        "mamma har gått bort",
        "äitini on kuollut",
        "min far dog i måndags",
    ],
)
def test_grief_is_met_with_condolence_and_a_person(office: Office, language: str, text: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("out_of_scope", text)
    assert heard.names == ["utter_sympathy_person"]
    assert [e["kind"] for e in candidate.says("affirm", "ja").effects] == ["handoff"]


def test_what_is_asked_besides_is_not_lost(office: Office) -> None:
    candidate = Candidate(office, "en")
    ranking = [("chitchat", 0.73), ("ask_salary", 0.01)]
    heard = candidate.says("chitchat", "my dog died today lol nvm, what's the salary", 0.73, ranking)
    assert heard.names == ["utter_sympathy_person"] and "/ask_salary" in heard.buttons.values()
    understood = Candidate(office, "en", page="LV-101").says("ask_salary", "my dog died today. what's the salary?")
    assert understood.names == ["utter_part_condolence", "utter_pay_range"]


def test_a_complaint_is_one_however_sad(office: Office) -> None:
    heard = Candidate(office, "sv").says("complaint", "jag är så ledsen över hur jag blev behandlad på intervjun")
    assert heard.names == ["utter_complaint"]


@pytest.mark.parametrize(
    "text",
    [
        "jag dör av nyfikenhet",
        "min telefon dog",
        "my phone died",
        "har ni dötid mellan passen",
        "is this a killer app",
        "jag är ledsen men jag kan inte komma",
        "I'm sorry but I can't come",
        "jag gråter av skratt",
        "akku kuoli",
        "onko isä vai äiti rekrytoija",
        "jobbar ni på en begravningsbyrå",
        "kan jag ta med min hund",
        "please make sure it is passed on, so far the page is dead",
    ],
)
def test_ordinary_words_get_no_condolence(office: Office, language: str, text: str) -> None:
    assert Candidate(office, language).says("out_of_scope", text).names == ["utter_out_of_scope"]


@pytest.mark.parametrize(("intent", "text"), [("thank", "tack"), ("chitchat", "hur mår du"), ("greet", "hej")])
def test_small_talk_leaves_an_offer_open(office: Office, intent: str, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("ask_feedback", "?")
    candidate.says(intent, text)
    assert candidate.says("affirm", "ja").effects == [{"kind": "feedback_call", "application": "A-1"}]


def test_another_matter_closes_an_offer(office: Office) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("ask_feedback", "?")
    candidate.says("ask_privacy", "vad sparar ni?")
    assert not candidate.says("affirm", "ja").effects
