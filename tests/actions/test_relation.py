from __future__ import annotations

import pytest

from tests.actions.office import Office
from tests.actions.talk import Candidate


def test_alerts_are_for_the_place_and_work_that_were_wished(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    asked = candidate.says("subscribe_job_alerts", "Tampere, sales sälj myynti")
    assert asked.names == ["utter_alert_address"]
    done = candidate.says("nlu_fallback", "anna@example.com")
    assert done.effects == [{"kind": "job_alert_on", "email": "anna@example.com", "field": "sales", "location": "Tampere"}]


def test_the_button_of_a_search_without_luck_keeps_the_wish(office: Office) -> None:
    candidate = Candidate(office, "sv")
    button = next(iter(candidate.says("search_roles", "kundtjänst i Malmö").buttons.values()))
    candidate.presses(button)
    effects = candidate.says("nlu_fallback", "anna@example.com").effects
    assert effects == [{"kind": "job_alert_on", "email": "anna@example.com", "field": "customer_service", "location": "Malmö"}]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("mejla mig om sommarjobb inom försäljning", {"field": "sales", "employment_type": "summer"}),
        ("ilmoittakaa kesätöistä Tampereella", {"employment_type": "summer", "location": "Tampere"}),
        ("tell me of summer jobs", {"employment_type": "summer"}),
        ("kerro kun harjoittelupaikka aukeaa", {"employment_type": "internship"}),
        ("mejla mig om sommarjobb på distans", {"employment_type": "summer", "remote": True}),
    ],
)
def test_alerts_know_the_kind_of_employment(office: Office, text: str, wish: dict[str, str]) -> None:
    candidate = Candidate(office, "en")
    candidate.says("subscribe_job_alerts", text)
    heard = candidate.says("nlu_fallback", "anna@example.com")
    assert heard.effects == [{"kind": "job_alert_on", "email": "anna@example.com", **wish}]
    assert {"summer": "summer job", "internship": "internship"}[wish["employment_type"]] in heard.text


@pytest.mark.parametrize(("text", "kind"), [("har ni sommarjobb?", "summer"), ("tar ni emot praktikanter?", "internship"), ("?", "internship")])
@pytest.mark.parametrize("by_button", [True, False])
def test_the_alert_offered_where_nothing_is_open_is_of_the_kind_asked_for(office: Office, text: str, kind: str, by_button: bool) -> None:
    office.roles = [r for r in office.roles if r["ref"] != "LV-111"]
    candidate = Candidate(office, "sv")
    buttons = candidate.says("ask_internship", text).buttons
    _ = candidate.presses(next(iter(buttons.values()))) if by_button else candidate.says("affirm", "ja")
    effects = candidate.says("nlu_fallback", "anna@example.com").effects
    assert effects == [{"kind": "job_alert_on", "email": "anna@example.com", "employment_type": kind}]


def test_the_alert_offered_after_a_search_for_summer_jobs_is_about_them(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.presses(next(iter(candidate.says("search_roles", "sommarjobb i Malmö").buttons.values())))
    effects = candidate.says("nlu_fallback", "anna@example.com").effects
    assert effects == [{"kind": "job_alert_on", "email": "anna@example.com", "employment_type": "summer", "location": "Malmö"}]


def test_an_address_already_said_or_proven_is_not_asked_for(office: Office) -> None:
    heard = Candidate(office, "fi").says("subscribe_job_alerts", "työpaikkavahti osoitteeseen anna@example.com")
    assert heard.effects == [{"kind": "job_alert_on", "email": "anna@example.com"}]
    known = Candidate(office, "fi", verified=True)
    known.slots["email"] = "elin@example.com"
    assert known.says("subscribe_job_alerts", "tilaa").effects[0]["email"] == "elin@example.com"


def test_a_side_question_is_answered_and_the_address_asked_for_again(office: Office) -> None:
    candidate = Candidate(office, "en", page="LV-101")
    candidate.says("subscribe_job_alerts", "tell me of new jobs")
    assert candidate.says("ask_salary", "what does this one pay?").names == ["utter_pay_range", "utter_alert_address"]
    assert candidate.says("deny", "no, forget it").names == ["utter_all_right"] and candidate.form is None


def test_mails_are_stopped_for_the_address_or_the_known_candidate(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    assert candidate.says("unsubscribe", "?").names == ["utter_unsubscribe_address"]
    assert candidate.says("nlu_fallback", "anna@example.com").effects == [{"kind": "job_alert_off", "email": "anna@example.com"}]
    assert Candidate(office, language, verified=True).says("unsubscribe", "?").effects == [{"kind": "job_alert_off"}]


def test_a_score_follows_the_words(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("give_feedback", "You were quick")
    assert heard.names == ["utter_which_score"] and len(heard.buttons) == 6
    done = candidate.presses(heard.buttons["5"])
    assert done.effects == [{"kind": "feedback_score", "score": 5, "comment": "You were quick"}]


@pytest.mark.parametrize(("text", "score"), [("4/5, bra chatt", 4), ("annan arvosanan 3", 3), ("five stars? no: 2 out of 5", 2)])
def test_a_score_in_the_words_is_taken(office: Office, text: str, score: int) -> None:
    assert Candidate(office, "sv").says("give_feedback", text).effects[0]["score"] == score


def test_no_score_need_be_given(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says("give_feedback", "Too slow")
    skip = next(p for p in heard.buttons.values() if p.startswith("/deny"))
    assert candidate.presses(skip).effects == [{"kind": "feedback_score", "score": None, "comment": "Too slow"}]


def test_a_low_score_is_offered_a_person(office: Office) -> None:
    candidate = Candidate(office, "en")
    candidate.says("give_feedback", "I waited for weeks")
    heard = candidate.says("nlu_fallback", "1")
    assert heard.names == ["utter_rated_low"] and "/request_human" in heard.buttons.values()


def test_customers_are_shown_to_customer_service(office: Office, language: str) -> None:
    assert Candidate(office, language).says("customer_question", "?").sources == [("answer", "customer_service")]
    del office.answers["customer_service"]
    heard = Candidate(office, language).says("customer_question", "?")
    phone = {"sv": "+46 8 465 004 00", "fi": "+358 50 000 0100", "en": "(FI)"}[language]
    assert phone in heard.text and "https://lumivik.example/service" in heard.text


@pytest.mark.parametrize(
    ("intent", "text", "changed"),
    [
        ("deny", "nej fel, det ska vara nina.borg@example.com", {"email": "nina.borg@example.com"}),
        ("nlu_fallback", "sorry, typo: nina.borg@example.com", {"email": "nina.borg@example.com"}),
        ("out_of_scope", "nina.borg@example.com", {"email": "nina.borg@example.com"}),
        ("subscribe_job_alerts", "eiku nina.borg@example.com", {"email": "nina.borg@example.com"}),
        ("affirm", "muuta se tampereeksi", {"location": "Tampere"}),
        ("ask_location", "make it Malmö instead", {"location": "Malmö"}),
        ("search_roles", "jag menade försäljning", {"field": "sales"}),
    ],
)
def test_a_correction_of_an_alert_keeps_the_rest_of_it(office: Office, language: str, intent: str, text: str, changed: dict[str, str]) -> None:
    candidate = Candidate(office, language)
    candidate.says("subscribe_job_alerts", "IT jobs in Göteborg")
    candidate.says("nlu_fallback", "nina.berg@example.com")
    heard = candidate.says(intent, text)
    wish = {"email": "nina.berg@example.com", "field": "it", "location": "Göteborg", **changed}
    assert heard.effects == [{"kind": "job_alert_on", **wish}] and heard.names == ["utter_alert_corrected"]
    assert wish["email"] in heard.text


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("deny", "nej"),
        ("search_roles", "onko jotain muuta Tampereella?"),
        ("search_roles", "no, what about Malmö?"),
        ("verify_offer", "is hr@lumivik-careers.com really you?"),
        ("thank", "tack"),
    ],
)
def test_what_follows_an_alert_is_not_always_a_correction(office: Office, intent: str, text: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("subscribe_job_alerts", "mejla mig")
    candidate.says("nlu_fallback", "nina.berg@example.com")
    assert not candidate.says(intent, text).effects


def test_another_alert_is_another_one(office: Office) -> None:
    candidate = Candidate(office, "en")
    candidate.says("subscribe_job_alerts", "IT jobs in Göteborg")
    candidate.says("nlu_fallback", "nina.berg@example.com")
    candidate.says("subscribe_job_alerts", "mail me about summer jobs too")
    heard = candidate.says("nlu_fallback", "bo@example.com")
    assert heard.effects == [{"kind": "job_alert_on", "email": "bo@example.com", "employment_type": "summer"}] and heard.names == ["utter_alert_on"]


def test_the_address_whose_mails_are_to_end_can_be_corrected(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("unsubscribe", "sluta mejla mig")
    candidate.says("nlu_fallback", "nina.berg@example.com")
    assert candidate.says("deny", "nej fel, nina.borg@example.com").effects == [{"kind": "job_alert_off", "email": "nina.borg@example.com"}]


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [("en", "notify me about remote jobs", "remote"), ("sv", "mejla mig om distansjobb", "distans"), ("fi", "ilmoita etätöistä", "etätyö")],
)
def test_an_alert_may_be_of_remote_work_alone(office: Office, language: str, text: str, said: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("subscribe_job_alerts", text)
    heard = candidate.says("nlu_fallback", "anna@example.com")
    assert heard.effects == [{"kind": "job_alert_on", "email": "anna@example.com", "remote": True}] and said in heard.text


@pytest.mark.parametrize("by_button", [True, False])
def test_the_alert_offered_after_a_search_for_remote_work_is_of_it(office: Office, by_button: bool) -> None:
    office.roles = [role for role in office.roles if role.get("remote") not in ("full", "hybrid")]
    candidate = Candidate(office, "sv")
    buttons = candidate.says("search_roles", "distansjobb inom försäljning").buttons
    _ = candidate.presses(next(iter(buttons.values()))) if by_button else candidate.says("affirm", "ja")
    assert candidate.says("nlu_fallback", "anna@example.com").effects == [
        {"kind": "job_alert_on", "email": "anna@example.com", "field": "sales", "remote": True}
    ]
