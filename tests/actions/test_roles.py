from __future__ import annotations

import pytest

from tests.actions.office import Office, application
from tests.actions.talk import Candidate


def refs(heard_sources: list[tuple[str, str]]) -> list[str]:
    return [ref for _, ref in heard_sources]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("sv", "jobb i Tammerfors", ["LV-104", "LV-109", "LV-111"]),
        ("fi", "avoimia paikkoja Göteborgissa", ["LV-105", "LV-103"]),
        ("en", "sales jobs in Gothenburg", ["LV-105"]),
        ("sv", "Helsingfors på deltid?", ["LV-108"]),
        ("fi", "kesätöitä", ["LV-111"]),
        ("en", "remote developer jobs", ["LV-103"]),
        ("sv", "jobb i Finland inom ekonomi", ["LV-104"]),
        ("fi", "huoltoteknikon paikka", ["LV-109"]),
    ],
)
def test_search_narrows_by_place_field_and_kind(office: Office, language: str, text: str, found: list[str]) -> None:
    for role in office.roles:
        role["hours"] = "part_time" if role["ref"] == "LV-108" else "full_time"
    heard = Candidate(office, language).says("search_roles", text)
    assert refs(heard.sources) == found


def test_at_most_five_are_listed_and_the_rest_counted(office: Office, language: str) -> None:
    heard = Candidate(office, language).says("search_roles", "?")
    assert len(heard.buttons) == 5 and "7" in heard.text and "2" in heard.text.rsplit("\n", 1)[1]


@pytest.mark.parametrize(("language", "text"), [("sv", "säljare i Åbo"), ("fi", "kesätyötä Göteborgissa"), ("en", "a job as a cook")])
def test_when_nothing_fits_it_says_so_and_offers_alerts(office: Office, language: str, text: str) -> None:
    office.roles = [r for r in office.roles if r["remote"] != "full"]
    heard = Candidate(office, language).says("search_roles", text)
    assert heard.names == ["utter_roles_none"]
    assert next(iter(heard.buttons.values())).startswith("/subscribe_job_alerts")


@pytest.mark.parametrize(
    ("language", "text", "near"),
    [
        ("fi", "onko töitä Kuopion suunnalla", ["LV-104", "LV-109", "LV-111"]),
        ("sv", "jobb i Malmö", ["LV-105", "LV-101", "LV-103"]),
        ("en", "part-time jobs in Vaasa", ["LV-108"]),
    ],
)
def test_when_nothing_is_there_the_nearest_in_the_same_country_are_shown(office: Office, language: str, text: str, near: list[str]) -> None:
    office.role("LV-103")["remote"] = "hybrid"
    for role in office.roles:
        role["hours"] = "part_time" if role["ref"] == "LV-108" else "full_time"
    candidate = Candidate(office, language)
    heard = candidate.says("search_roles", text)
    assert heard.names == ["utter_roles_nearest"] and refs(heard.sources) == near
    assert list(heard.buttons.values())[-1].startswith("/subscribe_job_alerts")
    assert refs(candidate.says("ask_salary", "den första").sources) == near[:1]


@pytest.mark.parametrize(("text", "listed"), [("jobb i Malmö", True), ("jobb i Vasa", False), ("jobb i Tammerfors", False), ("distansjobb", True)])
def test_remote_work_is_done_in_its_own_country(office: Office, text: str, listed: bool) -> None:
    assert ("LV-103" in refs(Candidate(office, "sv").says("search_roles", text).sources)) is listed


@pytest.mark.parametrize(("language", "text"), [("sv", "vad betalar den andra?"), ("fi", "entä toisen palkka?"), ("en", "what does the second one pay?")])
def test_the_second_one_is_that_of_the_list_just_shown(office: Office, language: str, text: str) -> None:
    candidate = Candidate(office, language)
    listed = refs(candidate.says("search_roles", "Tampere").sources)
    assert refs(candidate.says("ask_salary", text).sources) == [listed[1]]


def test_a_bare_place_in_the_list_tells_about_that_job(office: Office) -> None:
    candidate = Candidate(office, "sv")
    listed = refs(candidate.says("search_roles", "jobb i Tammerfors").sources)
    heard = candidate.says("nlu_fallback", "den tredje tack", confidence=0.3)
    assert heard.names == ["utter_from_ad"] and refs(heard.sources) == [listed[2]]


def test_a_bare_title_tells_about_that_job_whatever_was_understood(office: Office) -> None:
    heard = Candidate(office, "en").says("ask_career_development", "payroll specialist", confidence=0.4)
    assert refs(heard.sources) == ["LV-104"]


def test_the_only_job_found_is_the_one_under_discussion(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("search_roles", "jobb inom ekonomi")
    assert refs(candidate.says("ask_requirements", "vad krävs?").sources) == ["LV-104"]


def test_which_role_offers_those_just_listed(office: Office) -> None:
    candidate = Candidate(office, "sv")
    listed = refs(candidate.says("search_roles", "jobb i Tammerfors").sources)
    heard = candidate.says("ask_requirements", "vad krävs?")
    assert heard.names == ["utter_which_role"] and len(heard.buttons) == len(listed)


def test_similar_jobs_are_those_of_the_same_field(office: Office) -> None:
    office.role("LV-111")["field"] = "installation"
    heard = Candidate(office, "sv", page="LV-101").says("search_roles", "finns det något liknande?")
    assert refs(heard.sources) == ["LV-111"]


@pytest.mark.parametrize(
    ("intent", "sv", "fi", "en"),
    [
        (
            "ask_language_requirements",
            "svenska (flytande) och engelska (goda kunskaper)",
            "ruotsi (sujuva) ja englanti (hyvä)",
            "Swedish (fluent) and English (good)",
        ),
        ("ask_location", "Sveavägen 44, Stockholm", "Sveavägen 44, Tukholma", "Sveavägen 44, Stockholm"),
        ("ask_remote_work", "på plats", "paikan päällä", "on site"),
        (
            "ask_working_hours",
            "tillsvidareanställning på heltid, 40 timmar i veckan",
            "kokoaikatyö, 40 tuntia viikossa",
            "a permanent job, full time, 40 hours a week",
        ),
        ("ask_start_date", "måndag 11 januari 2027", "maanantaina 11.1.2027", "Monday 11 January 2027"),
        ("ask_deadline", "senast fredag 11 december.", "viimeistään perjantaina 11.12.", "by Friday 11 December."),
        ("ask_team", "Teamet består av 7 personer.", "Tiimissä on 7 ihmistä.", "The team is 7 people."),
        ("ask_employer", "Lumivik AB", "Lumivik AB", "Lumivik AB"),
    ],
)
def test_plain_facts_are_told_in_the_language(office: Office, intent: str, sv: str, fi: str, en: str) -> None:
    for language, said in (("sv", sv), ("fi", fi), ("en", en)):
        heard = Candidate(office, language, page="LV-101").says(intent, "?")
        assert said in heard.text
        assert heard.sources == [("role", "LV-101")]


@pytest.mark.parametrize("key", ["location", "working_hours", "team", "remote_work", "employer", "requirements", "tasks"])
def test_the_ads_own_words_are_told_when_in_the_candidates_language(office: Office, key: str) -> None:
    office.role("LV-101")["texts"]["fi"][key] = "Ilmoituksen omat sanat."
    intent = {"tasks": "ask_role_tasks"}.get(key, f"ask_{key}")
    assert "Ilmoituksen omat sanat." in Candidate(office, "fi", page="LV-101").says(intent, "?").text


def test_a_text_in_another_language_says_so(office: Office) -> None:
    del office.role("LV-101")["texts"]["fi"], office.role("LV-101")["texts"]["en"]
    office.roles = [office.role("LV-101")]
    office.roles[0]["texts"] = {"sv": {"title": "Värmepumpsinstallatör", "requirements": "Körkort."}}

    def short(role: dict, language: str) -> dict:
        return {"ref": role["ref"], "title": role["texts"]["sv"]["title"], "titles": {}, "locations": []}

    office._short = short  # type: ignore[method-assign,assignment]
    assert "vain ruotsiksi" in Candidate(office, "fi", page="LV-101").says("ask_requirements", "?").text


def test_what_the_ad_doesnt_say_is_unknown_and_can_be_asked(office: Office, language: str) -> None:
    candidate = Candidate(office, language, page="LV-108")
    heard = candidate.says("ask_start_date", "?")
    assert heard.names == ["utter_detail_unknown"] and "Ebba Sandström" in heard.text
    asked = candidate.says("affirm", "ja")
    assert asked.effects == [{"kind": "ask_recruiter", "topic": "ask_start_date", "role": "LV-108", "question": "?"}]


def test_the_last_day_of_a_closed_job_has_gone(office: Office, language: str) -> None:
    heard = Candidate(office, language, page="LV-099").says("ask_deadline", "?")
    assert heard.names == ["utter_role_deadline_passed"]


def test_a_job_that_is_gone_is_said_to_be_gone(office: Office, language: str) -> None:
    heard = Candidate(office, language).presses('/ask_salary{"role_ref": "LV-404"}')
    assert heard.names == ["utter_role_gone"]


def test_an_unknown_page_role_leads_to_the_question_which(office: Office) -> None:
    assert Candidate(office, "en", page="LV-404").says("ask_salary", "?").names == ["utter_which_role_of_many"]


def test_without_open_roles_it_says_so(office: Office, language: str) -> None:
    office.roles = []
    assert Candidate(office, language).says("search_roles", "?").names == ["utter_no_open_roles"]
    assert Candidate(office, language).says("ask_salary", "?").names == ["utter_no_open_roles"]


def test_a_typed_yes_to_alerts_keeps_the_wish(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("search_roles", "kundtjänst i Malmö")
    assert candidate.says("affirm", "ja gärna").names == ["utter_alert_address"]
    effects = candidate.says("nlu_fallback", "anna@example.com").effects
    assert effects == [{"kind": "job_alert_on", "email": "anna@example.com", "location": "Malmö", "field": "customer_service"}]


def test_a_typed_yes_shows_what_is_open(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    candidate.presses('/ask_salary{"role_ref": "LV-404"}')
    assert candidate.says("affirm", "ja").names == ["utter_roles_all"]


@pytest.mark.parametrize(("text", "ref"), [("säljaren", "LV-105"), ("den i Helsingfors", "LV-108"), ("backend", "LV-103"), ("markkinoijan", "LV-108")])
def test_the_question_which_may_be_answered_in_short(office: Office, text: str, ref: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_requirements", "vad krävs?")
    assert refs(candidate.says("search_roles", text, confidence=0.4).sources) == [ref]


def test_on_a_roles_page_talk_of_ones_own_application_moves_nothing(office: Office) -> None:
    office.applications = [application("A-1", "LV-105", "Seller")]
    on_page = Candidate(office, "en", page="LV-101", verified=True)
    on_page.says("ask_application_status", "?")
    assert refs(on_page.says("ask_salary", "and the pay?").sources) == ["LV-101"]
    elsewhere = Candidate(office, "en", verified=True)
    elsewhere.says("ask_application_status", "?")
    assert refs(elsewhere.says("ask_salary", "and the pay?").sources) == ["LV-105"]


def test_two_questions_that_waited_for_the_role_are_both_answered(office: Office) -> None:
    candidate = Candidate(office, "en")
    candidate.asks_both("ask_salary", "ask_requirements", "what is the pay and what is required?")
    heard = candidate.says("search_roles", "the payroll specialist", confidence=0.5)
    assert heard.names == ["utter_pay_range", "utter_from_ad"] and refs(heard.sources) == ["LV-104", "LV-104"]


def test_two_questions_about_a_role_named_once(office: Office) -> None:
    heard = Candidate(office, "sv").asks_both("ask_salary", "ask_remote_work", "vad tjänar en säljare och kan man jobba hemifrån?")
    assert refs(heard.sources) == ["LV-105", "LV-105"]


def test_the_language_of_a_single_text_counts_not_that_of_the_role(office: Office) -> None:
    office.role("LV-101")["text_languages"] = {"requirements": "fi"}
    assert "only available in Finnish" in Candidate(office, "en", page="LV-101").says("ask_requirements", "?").text


@pytest.mark.parametrize(
    ("language", "text", "understood", "confidence", "about"),
    [
        ("en", "and for the payroll one?", "nlu_fallback", 0.3, ["LV-104"]),
        ("sv", "och för energirådgivaren?", "ask_role_tasks", 0.95, ["LV-105"]),
        ("sv", "å för jobbet i Göteborg då", "ask_location", 0.95, ["LV-105"]),
        ("fi", "ja Göteborgissa?", "nlu_fallback", 0.4, ["LV-105"]),
        ("fi", "entäs huoltoteknikko", "search_roles", 0.6, ["LV-109"]),
        ("en", "no I meant the second one", "deny", 0.96, ["LV-104"]),
        ("sv", "nej jag menar den andra", "deny", 0.96, ["LV-104"]),
    ],
)
def test_the_last_question_is_asked_of_the_job_just_named(
    office: Office, language: str, text: str, understood: str, confidence: float, about: list[str]
) -> None:
    candidate = Candidate(office, language, page="LV-101")
    candidate.slots["roles_shown"] = ["LV-103", "LV-104"]
    candidate.says("ask_salary", "?")
    heard = candidate.says(understood, text, confidence=confidence)
    assert heard.names == ["utter_pay_range"] and refs(heard.sources) == about
    assert refs(candidate.says("ask_start_date", "?").sources) == about


@pytest.mark.parametrize(("language", "text"), [("sv", "för den i Tammerfors"), ("fi", "entä siellä Tampereella"), ("en", "and for the one in Tampere?")])
def test_where_several_jobs_may_be_meant_the_last_question_is_kept_for_the_choice(office: Office, language: str, text: str) -> None:
    candidate = Candidate(office, language, page="LV-101")
    candidate.says("ask_salary", "?")
    heard = candidate.says("search_roles", text)
    assert all(payload.startswith("/ask_salary") for payload in heard.buttons.values()) and len(heard.buttons) == 3
    assert refs(candidate.says("search_roles", "LV-109", confidence=0.5).sources) == ["LV-109"]


@pytest.mark.parametrize(
    ("language", "text", "understood", "said"),
    [
        ("fi", "entä palkka?", "ask_salary", "utter_pay_range"),
        ("sv", "och för mig?", "ask_fit", "utter_fit"),
        ("sv", "ja i Göteborg", "affirm", "utter_what_next"),
        ("en", "and when does it start in Helsinki?", "ask_start_date", "utter_role_start"),
        ("en", "no", "deny", "utter_all_right"),
    ],
)
def test_what_asks_something_of_its_own_is_answered_as_itself(office: Office, language: str, text: str, understood: str, said: str) -> None:
    candidate = Candidate(office, language, page="LV-101")
    candidate.says("ask_working_hours", "?")
    heard = candidate.says(understood, text, confidence=0.95)
    assert heard.names == [said] and "LV-104" not in refs(heard.sources)


def test_after_a_search_another_town_is_searched(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("search_roles", "jobb i Tammerfors")
    assert refs(candidate.says("search_roles", "och i Göteborg?").sources) == ["LV-105", "LV-103"]


@pytest.mark.parametrize("text", ["what about salary for the payroll one", "what is the pay for the one in Gothenburg"])
def test_a_question_that_points_at_another_job_is_about_that_one(office: Office, text: str) -> None:
    heard = Candidate(office, "en", page="LV-101").says("ask_salary", text)
    assert refs(heard.sources) in (["LV-104"], ["LV-105"])
