from __future__ import annotations

import pytest

from tests.actions.office import Office
from tests.actions.talk import Candidate


def test_privacy_tells_how_long_things_are_kept(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("ask_privacy", "?")
    assert "12" in heard.text and "6" in heard.text
    assert heard.sources == [("answer", "privacy"), ("company", "retention")]


def test_times_that_the_company_tells_itself_are_not_told_twice(office: Office) -> None:
    office.company["retention_months"] = {"application": 1, "conversation": 1}
    office.company["retention_months"] = {}
    assert Candidate(office, "en").says("ask_privacy", "?").text == "About privacy in en."


@pytest.mark.parametrize(("intent", "kind"), [("delete_my_data", "erase"), ("export_my_data", "export")])
def test_a_clear_yes_is_needed(office: Office, language: str, intent: str, kind: str) -> None:
    candidate = Candidate(office, language, verified=True)
    heard = candidate.says(intent, "?")
    assert heard.names == [f"utter_{kind}_sure"] and not heard.effects
    done = candidate.presses(next(p for p in heard.buttons.values() if p.startswith("/affirm")))
    assert done.effects == [{"kind": kind}] and done.names == [f"utter_{kind}_done"]


@pytest.mark.parametrize("text", ["nej, vänta", "ei sittenkään", "no, keep it", "jag ångrade mig"])
def test_one_may_change_ones_mind(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("delete_my_data", "radera mig")
    assert not candidate.says("deny", text).effects and candidate.form is None
    assert not candidate.says("affirm", "ja").effects


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("affirm", "ja men spara min ansökan"),
        ("affirm", "ja, utom ansökan"),
        ("affirm", "ja radera bara chatten"),
        ("affirm", "ja, radera chatten"),
        ("delete_my_data", "yes, delete my CV"),
        ("delete_my_data", "joo poista chätti"),
        ("nlu_fallback", "yes but not my application"),
        ("affirm", "sure, as long as my application stays"),
        ("affirm", "okay when Aino has read it"),
        ("withdraw_application", "joo mut älä poista hakemusta"),
        ("affirm", "joo mut vasta huomenna"),
        ("affirm", "kyllä kunhan hakemus jää"),
        ("affirm", "yes, no"),
        ("affirm", "ja?"),
        ("ask_salary", "ja lönen var för låg"),
    ],
)
def test_a_yes_with_a_condition_erases_nothing_and_is_asked_about_again(office: Office, language: str, intent: str, text: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("delete_my_data", "?")
    heard = candidate.says(intent, text)
    assert heard.names == ["utter_erase_unclear", "utter_erase_sure"] and not heard.effects and candidate.form
    assert candidate.says("affirm", "ja").effects == [{"kind": "erase"}]


@pytest.mark.parametrize("text", ["okej, ge mig en kopia först", "yes but only after you've sent me a copy", "joo mut eka kopio"])
def test_who_wants_a_copy_first_gets_it_before_anything_is_erased(office: Office, language: str, text: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("delete_my_data", "?")
    heard = candidate.says("export_my_data", text)
    assert heard.names == ["utter_erase_copy_first"] and heard.effects == [{"kind": "export"}] and candidate.form is None
    assert candidate.presses(next(iter(heard.buttons.values()))).names == ["utter_erase_sure"]


def test_who_wants_to_talk_first_gets_a_person_and_nothing_is_erased(office: Office) -> None:
    candidate = Candidate(office, "en", verified=True)
    candidate.says("delete_my_data", "?")
    assert [e["kind"] for e in candidate.says("request_human", "ok but first let me talk to a human").effects] == ["handoff"]


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("delete_my_data", "ja tack, radera allt"),
        ("affirm", "yes please delete it"),
        ("delete_my_data", "joo poista kaikki"),
        ("affirm", "ja men visst"),
        ("affirm", "ja men absolut"),
        ("affirm", "yes as soon as possible"),
        ("affirm", "joo poista vaan"),
        ("delete_my_data", "ja ta bort allt ni har om mig"),
        ("delete_my_data", "ja, radera mig och mitt konto helt och hållet"),
        ("delete_my_data", "joo, poistakaa ihan kaikki mitä teillä on musta"),
        ("nlu_fallback", "yes delete all of it, thank you"),
        ("affirm", "yes I want everything gone"),
        ("affirm", "ja, jag är helt säker"),
    ],
)
def test_a_yes_in_more_words_is_a_yes(office: Office, intent: str, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("delete_my_data", "?")
    assert candidate.says(intent, text).effects == [{"kind": "erase"}]


def test_a_side_question_erases_nothing(office: Office) -> None:
    candidate = Candidate(office, "en", verified=True)
    candidate.says("delete_my_data", "erase me")
    heard = candidate.says("ask_privacy", "ok but what do you keep?")
    assert heard.names == ["utter_privacy", "utter_erase_sure"] and not heard.effects


def test_an_old_yes_button_asks_again(office: Office) -> None:
    candidate = Candidate(office, "en", verified=True)
    heard = candidate.presses('/affirm{"offer": "erase"}')
    assert heard.names == ["utter_erase_sure"] and not heard.effects
    candidate = Candidate(office, "en")
    assert not candidate.presses('/affirm{"offer": "erase"}').effects


def test_no_machine_judges_in_the_companys_words_or_ours(office: Office, language: str) -> None:
    assert Candidate(office, language).says("ask_ai_use", "?").sources == [("answer", "ai_use")]
    del office.answers["ai_use"]
    assert Candidate(office, language).says("ask_ai_use", "?").names == ["utter_ai_use"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("is hr@lumivik-careers.com you?", "utter_sender_foreign"),
        ("I got it from jobb@lumivik.example", "utter_sender_ours"),
        ("I got it from jobb@lumivik.example but the link is lumivik.example.pay.com", "utter_sender_foreign"),
        ("I got a strange offer", "utter_sender_unknown"),
    ],
)
def test_a_sender_is_checked_against_our_domains(office: Office, language: str, text: str, said: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("verify_offer", text)
    assert heard.names == [said] and ("company", "mail_domains") in heard.sources
    assert candidate.says("affirm", "ja").effects[0]["reason"] == "offer_check"


def test_the_sender_may_be_told_afterwards(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("verify_offer", "jag har fått ett skumt erbjudande")
    assert candidate.says("ask_employer", "det kom från jobs@lumivik.com").names == ["utter_sender_foreign"]
