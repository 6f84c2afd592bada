from __future__ import annotations

import pytest

from actions.pay_privacy import earlier_pay_spans
from tests.actions.office import Office
from tests.actions.talk import Candidate, Heard


def plain(heard: Heard) -> str:
    return heard.text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "question", "pay", "date"),
    [
        ("sv", "vad är lönen?", "38 000–45 000 kr/mån", "1 oktober 2026"),
        ("fi", "mikä on palkka?", "38 000–45 000 SEK/kk", "1.10.2026"),
        ("en", "what is the pay?", "SEK 38,000–45,000 a month", "1 October 2026"),
    ],
)
def test_the_range_is_told_with_its_date_and_source(office: Office, language: str, question: str, pay: str, date: str) -> None:
    heard = Candidate(office, language, page="LV-101").says("ask_salary", question)
    assert pay in plain(heard) and date in heard.text
    assert heard.sources == [("role", "LV-101")]


def test_the_basis_is_told_when_there_is_one(office: Office) -> None:
    office.role("LV-101")["texts"]["sv"]["pay_basis"] = "Månadslön enligt avtalet."
    heard = Candidate(office, "sv", page="LV-101").says("ask_salary", "vad är lönen?")
    assert "Grund: Månadslön enligt avtalet. " in heard.text


def test_unknown_pay_is_said_to_be_unknown_with_the_law_and_an_offer(office: Office, language: str) -> None:
    candidate = Candidate(office, language, page="LV-108")
    heard = candidate.says("ask_salary", "?")
    assert heard.names == ["utter_pay_unknown"]
    assert "2023/970" in heard.text
    accepted = candidate.says("affirm", "ok")
    assert accepted.effects == [{"kind": "ask_pay", "role": "LV-108"}]


def test_missing_pay_is_asked_for_once(office: Office) -> None:
    candidate = Candidate(office, "en", page="LV-108")
    button = next(iter(candidate.says("ask_salary", "the pay?").buttons.values()))
    assert candidate.presses(button).effects
    again = candidate.says("ask_salary", "and the pay?")
    assert again.names == ["utter_pay_asked_already"] and not again.effects
    assert not candidate.presses(button).effects


def test_declining_the_offer_asks_nobody(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-108")
    candidate.says("ask_salary", "lönen?")
    assert not candidate.says("deny", "nej tack").effects
    assert not candidate.says("affirm", "ja").effects


def test_without_a_role_the_question_is_which_one(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("ask_salary", "?")
    assert heard.names == ["utter_which_role_of_many"] and len(heard.buttons) == 6
    assert '/ask_salary{"role_ref": "LV-101"}' in heard.buttons.values()
    answer = candidate.says("nlu_fallback", "LV-105", confidence=0.3)
    assert answer.sources == [("role", "LV-105")]


def test_the_role_talked_about_is_meant_until_another_is_named(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-101")
    assert candidate.says("ask_role_tasks", "vad gör en servicetekniker?").sources == [("role", "LV-109")]
    assert candidate.says("ask_salary", "och lönen?").sources == [("role", "LV-109")]
    candidate.slots["page_role"] = "LV-105"
    assert candidate.says("ask_salary", "och lönen?").sources == [("role", "LV-105")]


def test_an_expectation_is_thanked_for_with_the_range(office: Office, language: str) -> None:
    heard = Candidate(office, language, page="LV-101").says("give_salary_expectation", "jag vill ha 42 000 kr")
    assert heard.names == ["utter_expectation"] and not heard.effects


def test_earlier_pay_is_masked_and_in_no_slot(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-101")
    text = "Jag tjänar 35 000 kr idag och vill ha 40 000 kr"
    heard = candidate.says("give_salary_expectation", text)
    spans = [[text.index("35"), text.index(" idag")], [text.index("40"), len(text)]]
    assert heard.effects == [{"kind": "mask", "spans": spans}]
    assert "döljs" in heard.text
    assert "35" not in str(candidate.slots.values())


def test_earlier_pay_in_another_question_is_masked_too(office: Office) -> None:
    heard = Candidate(office, "en", page="LV-101").says("ask_salary", "I currently earn 3000 euros, what do you pay?")
    assert [e["kind"] for e in heard.effects] == ["mask"]


@pytest.mark.parametrize(
    ("text", "intent", "masked"),
    [
        ("tienaan nyt 2800 euroa", "give_salary_expectation", ["2800 euroa"]),
        ("palkkani on 3 100 €", "nlu_fallback", ["3 100 €"]),
        ("min lön idag är 33k", "out_of_scope", ["33k"]),
        ("35000", "give_salary_expectation", ["35000"]),
        ("right now I make 42000", "nlu_fallback", ["42000"]),
        ("jag har nu 31 000 kr", "nlu_fallback", ["31 000 kr"]),
        ("Löneönskemål: 45 tusen", "give_salary_expectation", []),
        ("Mitt lönekrav är 44 000", "give_salary_expectation", []),
        ("Palkkapyyntöni on 3 800 euroa kuussa", "give_salary_expectation", []),
        ("I'd like 45 000", "give_salary_expectation", []),
        ("toivoisin 3500 euroa", "give_salary_expectation", []),
        ("I'm looking for at least 4000", "give_salary_expectation", []),
        ("I worked there 2000 hours previously", "ask_requirements", []),
        ("what is the pay for 40 hours", "ask_salary", []),
    ],
)
def test_only_what_is_or_was_earned_is_masked(text: str, intent: str, masked: list[str]) -> None:
    assert [text[start:end] for start, end in earlier_pay_spans(text, intent)] == masked


def test_benefits_of_the_role_go_before_those_of_the_company(office: Office) -> None:
    assert Candidate(office, "en", page="LV-101").says("ask_benefits", "?").sources == [("answer", "benefits")]
    office.role("LV-101")["texts"]["en"]["benefits"] = "A van."
    assert "A van." in Candidate(office, "en", page="LV-101").says("ask_benefits", "?").text


def test_finnish_well_ask_accepts_the_offer(office: Office) -> None:
    candidate = Candidate(office, "fi", page="LV-108")
    candidate.says("ask_salary", "mikä on palkka?")
    assert candidate.says("deny", "no kysy").effects == [{"kind": "ask_pay", "role": "LV-108"}]


@pytest.mark.parametrize(("language", "text"), [("fi", "no"), ("fi", "no ei"), ("fi", "no thanks"), ("fi", "no en jaksa kysyä"), ("en", "no ask")])
def test_a_no_leaves_the_offer(office: Office, language: str, text: str) -> None:
    candidate = Candidate(office, language, page="LV-108")
    candidate.says("ask_salary", "?")
    heard = candidate.says("deny", text)
    assert heard.names == ["utter_all_right"] and not heard.effects
