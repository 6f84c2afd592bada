"""Money or papers lost to people who pretend to be us; telephone numbers, which are no pay."""

from __future__ import annotations

import pytest

from actions import fraud, money, pay_privacy, phones
from tests.actions.office import Office
from tests.actions.talk import Candidate

LOST = ["jag har betalt 3000 kr redan", "har redan betalat 500 euro", "jag råkade swisha pengar till dem", "maksoin jo 300 euroa", "oon jo maksanu 200 €"]
LOST += ["I already paid them 300 euros", "I sent them 500 dollars, 400 €", "i've transferred the deposit"]
KEPT = [
    "jag fick betalt 30000 kr",
    "jag vill ha betalt 35000 kr",
    "jag har inte betalat 300 kr",
    "ska jag betala 300 kr?",
    "jag har betalat tågbiljetten 500 kr",
]
KEPT += ["I get paid 3000 euros", "I was paid 3000 euros", "they paid me 3000 euros", "en ole maksanut 300 euroa", "jag har skickat mitt löneanspråk 35000 kr"]
KEPT += ["jag har skickat mitt personnummer", "I sent my application", "Lähetin hakemuksen kello 23.58. Ehtikö se?", "I sent you ten applications since 2015"]
KEPT += ["maksoin laskun 120 €, missä paketti", "jag har betalat fakturan på 500 kr", "I paid in 2022"]


@pytest.mark.parametrize("text", LOST)
def test_money_lost_brings_a_person_and_is_not_blotted_out(office: Office, language: str, text: str) -> None:
    for begins in (None, "ask_application_status"):
        candidate = Candidate(office, language)
        if begins:
            candidate.says(begins, "?")
        heard = candidate.says("give_salary_expectation", text)
        assert heard.names == ["utter_fraud_loss"] and candidate.form is None
        assert [(e["kind"], e.get("reason"), e.get("priority")) for e in heard.effects] == [("handoff", "offer_check", "high")]


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_payments_are_no_loss(text: str) -> None:
    assert not fraud.loss_in(text)


def warned(office: Office, language: str = "sv") -> Candidate:
    candidate = Candidate(office, language)
    assert candidate.says("verify_offer", "erbjudande från hr@lumivik-jobs.com, är det ni?").names == ["utter_sender_foreign"]
    return candidate


@pytest.mark.parametrize(
    ("intent", "text"), [("nlu_fallback", "har redan skickat passet"), ("affirm", "lähetin jo passin"), ("edit_application", "I sent my passport")]
)
def test_papers_count_after_a_warning(office: Office, intent: str, text: str) -> None:
    heard = warned(office).says(intent, text)
    assert heard.names == ["utter_fraud_loss"] and "lumivik-jobs.com" in heard.effects[0]["note"]


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("out_of_scope", "vad ska jag göra nu"),
        ("nlu_fallback", "de vill att jag köper en dator"),
        ("ask_process", "mitä mä nyt teen"),
        ("verify_offer", "they want a fee"),
    ],
)
def test_what_follows_a_warning_stays_in_the_matter(office: Office, language: str, intent: str, text: str) -> None:
    candidate = warned(office, language)
    for _ in range(3):
        heard = candidate.says(intent, text)
        assert heard.names == ["utter_sender_advice"] and not heard.effects
    done = candidate.says("affirm", "yes")
    assert done.effects == [{"kind": "handoff", "reason": "offer_check", "priority": "high", "note": "lumivik-jobs.com"}]


@pytest.mark.parametrize(("intent", "says"), [("thank", "utter_thank"), ("deny", "utter_all_right"), ("request_human", "utter_handing_over")])
def test_a_warning_may_be_left(office: Office, intent: str, says: str) -> None:
    assert warned(office).says(intent, "tack").names == [says]


NUMBERS = ["+358 50 000 0705", "+358 44 123 4567", "0500000705", "070 174 06 51", "070-174 06 51", "0046 70 174 06 51", "09 2525 0111"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("intent", ["give_salary_expectation", "nlu_fallback", "request_human"])
def test_a_telephone_number_is_kept_and_a_call_asked_for(office: Office, language: str, intent: str, number: str) -> None:
    heard = Candidate(office, language).says(intent, f"numret är {number}.", confidence=0.9)
    assert heard.names == ["utter_call_me"] and number in heard.text
    assert heard.effects == [{"kind": "handoff", "reason": "asked_for_person", "priority": "normal", "note": f"Would like to be called: {number}"}]


@pytest.mark.parametrize("text", ["2026-11-22", "01-02-2026", "0700-1600", "08.00-17.00", "050203-1234", "35 000 kr", "LV-101", "koden är 012345", "5000000"])
def test_other_numbers_are_no_telephone_numbers(text: str) -> None:
    assert phones.first(text) is None


def test_pay_beside_a_telephone_number_is_blotted_out_alone() -> None:
    text = "jag tjänar 35000 nu, ring 070 174 06 51"
    assert [text[start:end] for start, end in pay_privacy.earlier_pay_spans(text, "give_salary_expectation")] == ["35000"]
    assert money.amount_spans("ärende 1234567890") == []


def test_a_telephone_number_is_no_code(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "?")
    candidate.says("nlu_fallback", "elin@example.com")
    heard = candidate.says("give_salary_expectation", "mitt nummer är 070 174 06 51")
    assert heard.names == ["utter_call_me"] and [e["kind"] for e in heard.effects] == ["handoff"]
