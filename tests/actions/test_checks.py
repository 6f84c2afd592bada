"""Drug tests and background checks: what nobody has written is said to be unknown, never "no test"."""

from __future__ import annotations

import pytest

from actions import checks
from tests.actions.office import Office
from tests.actions.talk import Candidate

ASKED = {
    "drugs": [
        "teettekö huumetestin",
        "onko huumeseulaa",
        "do you drug test",
        "is there a drug test before hiring?",
        "gör ni drogtest",
        "testar ni för droger?",
    ],
    "health": ["onko terveystarkastus", "är det läkarundersökning?", "is there a medical exam"],
    "background": ["gör ni bakgrundskontroll", "kollar ni belastningsregistret", "teettekö turvallisuusselvityksen", "do you run a credit check"],
}
NOT_ASKED = [
    "är det något test?",
    "onko haastattelussa testi",
    "is there a coding test",
    "vilka steg är det",
    "kontrollerar ni betyg?",
    "what are the health benefits",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, asked in ASKED.items() for text in asked])
def test_it_says_that_it_does_not_know_and_offers_to_ask(office: Office, language: str, kind: str, text: str) -> None:
    assert checks.asked_in(text) == [kind]
    for intent in ("ask_assessment", "ask_process"):
        candidate = Candidate(office, language)
        assert candidate.says(intent, text).names == ["utter_company_unknown"]
        assert Candidate(office, language, page="LV-101").says(intent, text).names == ["utter_detail_unknown"]
        (effect,) = candidate.says("affirm", "yes").effects
        assert (effect["kind"], effect["question"]) == ("ask_recruiter", text)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_other_questions_are_answered_from_what_is_written(office: Office, text: str) -> None:
    assert checks.asked_in(text) == []
    assert "utter_company_unknown" not in Candidate(office, "sv").says("ask_assessment", text).names


def test_what_the_ad_names_is_told(office: Office) -> None:
    written = office.role("LV-101")["texts"]["sv"]
    written["process"] = [{"name": "Bakgrundskontroll", "description": "innan avtalet skrivs"}]
    written["requirements"] = ["Körkort B", "Godkänt drogtest"]
    heard = Candidate(office, "sv", page="LV-101").says("ask_process", "gör ni bakgrundskontroll?")
    assert heard.names == ["utter_role_process"] and "Bakgrundskontroll" in heard.text
    heard = Candidate(office, "sv", page="LV-101").says("ask_assessment", "gör ni drogtest?")
    assert heard.names == ["utter_from_ad"] and "Godkänt drogtest" in heard.text
    assert Candidate(office, "sv", page="LV-101").says("ask_process", "är det läkarundersökning?").names == ["utter_detail_unknown"]
