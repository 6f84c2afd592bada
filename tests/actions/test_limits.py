from __future__ import annotations

import pytest

from actions.questions import FORMS
from tests.actions.office import INTERVIEW, Office, application
from tests.actions.talk import Candidate

UNSURE = [("ask_salary", 0.35), ("ask_benefits", 0.2), ("greet", 0.1), ("request_human", 0.1), ("ask_team", 0.09), ("ask_deadline", 0.01)]


def test_it_asks_what_was_meant_with_readable_buttons(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("nlu_fallback", "hm?", ranking=UNSURE)
    assert heard.names == ["utter_did_you_mean"]
    assert list(heard.buttons.values()) == ["/ask_salary", "/ask_benefits", "/ask_team", '/deny{"offer": "meaning"}', "/request_human"]
    assert next(iter(heard.buttons)) == {"sv": "Lönen", "fi": "Palkka", "en": "The pay"}[language]


@pytest.mark.parametrize(("intent", "text", "answered"), [("affirm", "ja", "utter_pay_range"), ("nlu_fallback", "den andra", "utter_from_company")])
def test_a_short_reply_picks_a_meaning(office: Office, intent: str, text: str, answered: str) -> None:
    candidate = Candidate(office, "sv", page="LV-101")
    candidate.says("nlu_fallback", "hm?", ranking=UNSURE)
    assert candidate.says(intent, text, confidence=0.4).names == [answered]


@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_a_typed_yes_to_a_meaning_that_begins_a_dialogue_begins_it(office: Office, form: str, verified: bool) -> None:
    candidate = Candidate(office, "sv", verified=verified)
    candidate.slots["email"] = "elin@example.com"
    office.applications = [application("A-1", "LV-101", "Montör", interview=INTERVIEW)]
    candidate.says("nlu_fallback", "hm?", ranking=[(form, 0.4), ("greet", 0.1)])
    heard = candidate.says("affirm", "ja")
    assert heard.names or heard.effects
    if form == "give_feedback":
        assert candidate.slots.get("feedback_comment") is None, "a yes is no comment"
    if not verified and form not in ("subscribe_job_alerts", "unsubscribe", "give_feedback"):
        assert candidate.form == "verification_form" and candidate.slots["pending_question"]["intent"] == form


def test_two_misunderstandings_in_a_row_offer_a_person_and_take_none(office: Office, language: str) -> None:
    for accepts in (lambda candidate: candidate.says("affirm", "yes"), lambda candidate: candidate.presses("/request_human")):
        candidate = Candidate(office, language)
        candidate.says("nlu_fallback", "hm?", ranking=UNSURE)
        for _ in range(10):
            heard = candidate.says("nlu_fallback", "hm hm?", ranking=UNSURE)
            assert heard.names == ["utter_not_understood_twice"] and not heard.effects
            assert list(heard.buttons.values()) == ["/request_human"]
        assert accepts(candidate).effects == [{"kind": "handoff", "reason": "not_understood", "priority": "normal"}]


def test_after_the_offer_of_a_person_one_may_go_on(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-101")
    for _ in range(2):
        candidate.says("nlu_fallback", "hm?", ranking=UNSURE)
    assert candidate.says("ask_salary", "vad är lönen?").names == ["utter_pay_range"]
    assert candidate.says("nlu_fallback", "hm?", ranking=UNSURE).names == ["utter_did_you_mean"]


def test_something_else_keeps_the_count(office: Office) -> None:
    candidate = Candidate(office, "sv")
    heard = candidate.says("nlu_fallback", "hm?", ranking=UNSURE)
    assert candidate.presses(heard.buttons["Något annat"]).names == ["utter_say_it_otherwise"]
    assert candidate.says("nlu_fallback", "hm?", ranking=UNSURE).names == ["utter_not_understood_twice"]


@pytest.mark.parametrize("intent", ["ask_salary", "greet", "search_roles"])
def test_a_message_that_is_understood_resets_the_count(office: Office, intent: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("nlu_fallback", "hm?", ranking=UNSURE)
    candidate.says(intent, "?")
    assert candidate.says("nlu_fallback", "hm?", ranking=UNSURE).names == ["utter_did_you_mean"]


def test_without_any_likely_meaning_it_says_so(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("nlu_fallback", "hm?", ranking=[("greet", 0.2)])
    assert heard.names == ["utter_not_understood"] and "/request_human" in heard.buttons.values()


def test_out_of_scope_offers_what_it_can_do_and_a_person(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("out_of_scope", "weather?")
    assert heard.names == ["utter_out_of_scope"] and "/request_human" in heard.buttons.values()


def test_fit_is_never_judged(office: Office, language: str) -> None:
    heard = Candidate(office, language, page="LV-101").says("ask_fit", "?")
    assert heard.names == ["utter_fit"] and "requirements" in heard.text and "/request_human" in heard.buttons.values()
    assert Candidate(office, language).says("ask_fit", "?").names == ["utter_fit_without_requirements"]


def test_an_unexpected_error_is_not_swallowed(office: Office) -> None:
    office.role("LV-101")["pay"] = {"min": "a lot"}
    with pytest.raises((KeyError, TypeError, ValueError)):
        Candidate(office, "sv", page="LV-101").says("ask_salary", "?")
