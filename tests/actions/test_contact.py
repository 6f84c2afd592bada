from __future__ import annotations

from tests.actions.office import Office
from tests.actions.talk import Candidate


def test_the_contact_person_is_told_with_ways_to_reach_them(office: Office, language: str) -> None:
    heard = Candidate(office, language, page="LV-101").says("ask_contact_person", "?")
    assert "Ebba Sandström" in heard.text and "ebba@lumivik.example · +46 8 123" in heard.text


def test_a_job_that_nobody_can_be_reached_about_is_not_said_to_have_a_contact(office: Office, language: str) -> None:
    office.role("LV-101").update(contact={"name": "Ebba Sandström"}, recruiter=None)
    heard = Candidate(office, language, page="LV-101").says("ask_contact_person", "?")
    assert heard.names == ["utter_contact_recruiting"] and "@lumivik.example" in heard.text


def test_a_contact_without_an_address_gives_way_to_the_recruiter(office: Office) -> None:
    office.role("LV-101").update(contact={"name": "Tomas Hedlund"})
    heard = Candidate(office, "sv", page="LV-101").says("ask_contact_person", "?")
    assert "Ebba Sandström" in heard.text and "ebba@lumivik.example" in heard.text


def test_without_a_role_the_general_address_is_told_and_roles_offered(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("ask_contact_person", "?")
    assert {"sv": "jobb@", "fi": "rekry@", "en": "careers@"}[language] in heard.text
    assert candidate.says("nlu_fallback", "LV-105").names == ["utter_contact_person"]


def test_a_person_is_brought_in(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("request_human", "?")
    assert heard.effects == [{"kind": "handoff", "reason": "asked_for_person", "priority": "normal"}]
    assert heard.names == ["utter_handing_over"] and not heard.buttons


def test_a_complaint_is_handed_over_at_once(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("complaint", "?")
    assert heard.effects == [{"kind": "handoff", "reason": "complaint", "priority": "high"}]


def test_a_fault_that_stays_brings_in_a_person(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    assert not candidate.says("technical_problem", "the form fails").effects
    again = candidate.says("technical_problem", "it still fails")
    assert again.effects == [{"kind": "handoff", "reason": "technical_problem", "priority": "normal"}]


def test_an_adjustment_is_talked_through_with_a_person(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("ask_accommodation", "?")
    pressed = candidate.presses(next(iter(heard.buttons.values())))
    assert pressed.effects[0]["reason"] == "accommodation"


def test_the_way_to_apply_has_link_and_last_day(office: Office, language: str) -> None:
    heard = Candidate(office, language, page="LV-101").says("how_to_apply", "?")
    assert "https://lumivik.example/roles/LV-101" in heard.text
    assert {"sv": "11 december", "fi": "11.12.", "en": "11 December"}[language] in heard.text


def test_a_closed_job_cannot_be_applied_for(office: Office, language: str) -> None:
    assert Candidate(office, language, page="LV-099").says("how_to_apply", "?").names == ["utter_role_closed"]


def test_open_applications_have_their_own_answer(office: Office) -> None:
    for text in ("kan man skicka spontanansökan?", "voiko jättää avoimen hakemuksen", "do you take open applications?"):
        assert Candidate(office, "en", page="LV-101").says("how_to_apply", text).sources == [("answer", "open_application")]


def test_values_have_their_own_answer(office: Office) -> None:
    assert Candidate(office, "sv").says("ask_company", "vad har ni för värderingar?").sources == [("answer", "values")]
    assert Candidate(office, "sv").says("ask_company", "vad gör ni?").sources == [("answer", "company")]


def test_internships_list_what_is_open(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("ask_internship", "?")
    assert ("role", "LV-111") in heard.sources and len(heard.buttons) == 1
    office.roles = [r for r in office.roles if r["ref"] != "LV-111"]
    assert Candidate(office, language).says("ask_internship", "?").names == ["utter_internships_none_open"]


def test_the_machine_says_that_it_is_one(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("bot_challenge", "?")
    assert {"sv": "AI-assistent", "fi": "tekoälyavustaja", "en": "AI assistant"}[language] in heard.text


def test_small_talk_inside_a_form_says_little(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "?")
    assert candidate.says("chitchat", "fint väder").names == ["utter_not_an_address", "utter_which_address"]
    assert candidate.says("affirm", "ja").names == ["utter_which_address"]


def test_a_typed_yes_to_a_person_brings_one_in(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("bot_challenge", "?")
    assert candidate.says("affirm", "ja").effects[0]["reason"] == "asked_for_person"
    known = Candidate(office, language, verified=True)
    known.says("withdraw_application", "?")
    assert known.says("affirm", "ja").effects[0]["reason"] == "asked_for_person"
