"""One's own application, and how recruitment goes."""

from __future__ import annotations

import json

import pytest

from tests.actions.office import INTERVIEW, Office, application
from tests.actions.talk import Candidate

OVERDUE = {"who": "Ebba Sandström", "due_on": "2026-11-20", "channel": "email", "overdue": True, "made_at": "2026-11-13"}


def known(office: Office, language: str, *applications: dict) -> Candidate:
    office.applications = list(applications)
    return Candidate(office, language, verified=True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "sv",
            [
                "steget Screening sedan fredag 13 november",
                "Nästa steg är Interview",
                "Ebba Sandström hör av sig på telefon senast fredag 27 november",
                "frågar jag rekryteraren",
                "kl. 14.05",
            ],
        ),
        ("fi", ["vaiheessa Screening", "alkoi perjantaina 13.11.", "puhelimitse viimeistään perjantaina 27.11.", "kysyn rekrytoijalta", "klo 14.05"]),
        (
            "en",
            ["stage Screening, since Friday 13 November", "The next step is Interview", "by phone by Friday 27 November", "I'll ask the recruiter", "14:05"],
        ),
    ],
)
def test_status_tells_stage_next_step_and_who_gets_in_touch(office: Office, language: str, said: list[str]) -> None:
    heard = known(office, language, application("A-1", "LV-101", "Installer")).says("ask_application_status", "?")
    assert all(words in heard.text for words in said), heard.text
    assert heard.sources == [("application", "A-1")]


def test_a_promise_that_was_broken_is_apologised_for_and_chased_once(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", promise=OVERDUE))
    heard = candidate.says("ask_next_contact", "?")
    assert [e["topic"] for e in heard.effects] == ["overdue_promise"]
    assert any(word in heard.text for word in ("Förlåt", "Pahoittelut", "sorry"))
    assert not candidate.says("ask_application_status", "?").effects


def test_without_a_promise_it_offers_to_ask(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", promise=None))
    candidate.says("ask_next_contact", "?")
    assert candidate.says("affirm", "ja").effects == [{"kind": "ask_recruiter", "topic": "next_contact", "role": "LV-101", "question": "?"}]


def test_of_several_without_a_promise_one_is_chosen_before_it_offers_to_ask(office: Office, language: str) -> None:
    open_ones = [application("A-1", "LV-101", "Installer", promise=None), application("A-2", "LV-105", "Seller", promise=None)]
    candidate = known(office, language, *open_ones)
    heard = candidate.says("ask_next_contact", "?")
    assert "?" not in heard.text and list(heard.buttons) == ["Installer", "Seller"]
    assert "?" not in candidate.says("ask_application_status", "?").text
    assert "?" in candidate.presses(heard.buttons["Seller"]).text
    assert candidate.says("affirm", "ja").effects[0]["role"] == "LV-105"


def test_several_applications_are_told_in_short_and_chosen_by_button(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer"), application("A-2", "LV-105", "Seller", status="rejected"))
    heard = candidate.says("ask_application_status", "?")
    assert heard.names == ["utter_status_many"] and list(heard.buttons) == ["Installer", "Seller"]
    assert candidate.presses(heard.buttons["Seller"]).names == ["utter_status_rejected"]


def test_the_application_named_by_its_title_is_meant(office: Office) -> None:
    candidate = known(office, "en", application("A-1", "LV-101", "Heat pump installer"), application("A-2", "LV-105", "Salesperson"))
    assert candidate.says("ask_application_status", "how is my salesperson application?").sources == [("application", "A-2")]


def test_without_applications_it_says_so_and_offers_a_person(office: Office, language: str) -> None:
    for intent in ("ask_application_status", "ask_next_contact", "confirm_receipt", "ask_feedback"):
        heard = known(office, language).says(intent, "?")
        assert heard.names == ["utter_no_applications"] and "/request_human" in heard.buttons.values()


def test_a_rejection_is_told_with_feedback_and_a_call_for_the_interviewed(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", status="rejected", interviewed=True, feedback="You were clear."))
    heard = candidate.says("ask_application_status", "?")
    assert "You were clear." in heard.text
    assert candidate.says("affirm", "ja").effects == [{"kind": "feedback_call", "application": "A-1"}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "rejected", "feedback": "More welding."}, "utter_feedback"),
        ({"status": "rejected", "interviewed": True}, "utter_feedback_call_offer"),
        ({"status": "rejected"}, "utter_feedback_none"),
        ({}, "utter_feedback_not_yet"),
    ],
)
def test_feedback_fits_what_there_is(office: Office, language: str, changes: dict, said: str) -> None:
    assert known(office, language, application("A-1", "LV-101", "Installer", **changes)).says("ask_feedback", "?").names == [said]


def test_a_call_is_only_for_ones_own_application(office: Office) -> None:
    candidate = known(office, "sv", application("A-1", "LV-101", "Installer", status="rejected"))
    assert not candidate.presses('/affirm{"offer": "feedback_call", "application": "A-9"}').effects
    candidate.slots["verified"] = False
    assert not candidate.presses('/affirm{"offer": "feedback_call", "application": "A-1"}').effects


def test_what_has_arrived_is_named_and_nothing_else_is_said_to_have(office: Office) -> None:
    candidate = known(office, "en", application("A-1", "LV-101", "Installer"))
    candidate.slots["page_role"] = "LV-105"
    heard = candidate.says("confirm_receipt", "has my application arrived?")
    assert "Installer: received" in heard.text and "Yes" not in heard.text


def test_receipt_tells_the_day(office: Office, language: str) -> None:
    heard = known(office, language, application("A-1", "LV-101", "Installer")).says("confirm_receipt", "?")
    assert {"sv": "måndag 9 november", "fi": "maanantaina 9.11.", "en": "Monday 9 November"}[language] in heard.text


@pytest.mark.parametrize(
    ("times", "page", "said", "words"),
    [
        ({"median_days": 4, "sample": 18, "promised_days": 10}, "LV-101", "utter_response_time_role", ["4 days", "18", "10 days"]),
        ({"median_days": 1, "sample": 40, "promised_days": None}, None, "utter_response_time", ["1 day (", "40"]),
        ({"median_days": None, "sample": 0, "promised_days": 10}, "LV-101", "utter_response_time_promised", ["10 days"]),
        ({"median_days": None, "sample": 0, "promised_days": None}, None, "utter_response_time_unknown", []),
    ],
)
def test_response_times_come_with_their_sample(office: Office, times: dict, page: str | None, said: str, words: list[str]) -> None:
    office.times.update(times)
    heard = Candidate(office, "en", page=page).says("ask_response_time", "?")
    assert heard.names == [said] and all(word in heard.text for word in words)
    assert heard.sources[0][0] == "measure"


def test_the_steps_are_numbered(office: Office, language: str) -> None:
    office.role("LV-101")["texts"][language]["process"] = [{"name": "A call", "description": "20 minutes."}, {"name": "A visit"}]
    heard = Candidate(office, language, page="LV-101").says("ask_process", "?")
    assert heard.text.endswith("1. A call: 20 minutes.\n2. A visit")


def test_ones_own_interview_is_told_when_known(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", interview=INTERVIEW))
    heard = candidate.says("ask_interview", "?")
    assert heard.names == ["utter_own_interview"]
    assert "Sveavägen 44" in heard.text and "Tomas Hedlund" in heard.text and "60" in heard.text


def test_an_interview_that_has_been_is_not_told_as_coming(office: Office) -> None:
    past = {**INTERVIEW, "at": "2026-11-10T10:00:00+01:00"}
    candidate = known(office, "sv", application("A-1", "LV-101", "Installer", interview=past))
    assert candidate.says("ask_interview", "?").sources == [("answer", "interview")]
    assert candidate.says("reschedule_interview", "?").names == ["utter_no_interview"]


def test_another_time_is_wished_for_and_passed_on(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", interview=INTERVIEW))
    assert candidate.says("reschedule_interview", "?").names == ["utter_which_time"]
    heard = candidate.says("nlu_fallback", "torsdag torstai Thursday 14.00", confidence=0.3)
    assert heard.effects == [{"kind": "reschedule", "application": "A-1", "wish": "torsdag torstai Thursday 14.00"}]
    assert heard.names == ["utter_reschedule_asked"]


@pytest.mark.parametrize("text", ["kan vi ta det på torsdag i stället?", "voisiko sen siirtää ensi viikkoon", "can we do it on Monday at 10?"])
def test_a_time_said_at_once_is_not_asked_for(office: Office, text: str) -> None:
    candidate = known(office, "sv", application("A-1", "LV-101", "Installer", interview=INTERVIEW))
    assert candidate.says("reschedule_interview", text).effects == [{"kind": "reschedule", "application": "A-1", "wish": text}]


@pytest.mark.parametrize(
    "text",
    [
        "jag har en intervju på måndag",
        "jag har en intervju på måndag kan nån hjälpa mig flytta den",
        "kan jag flytta intervjun på torsdag",
        "mulla on haastattelu maanantaina, voiko sitä siirtää",
        "en pääse maanantaina",
        "my interview is tomorrow at 10, I need another time",
        "can I reschedule Monday's interview?",
        "I can't make it on Friday",
    ],
)
def test_the_booked_time_or_one_that_does_not_suit_is_no_wish(office: Office, language: str, text: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", interview=INTERVIEW))
    heard = candidate.says("reschedule_interview", text)
    assert heard.names == ["utter_which_time"] and not heard.effects and "26" in heard.text


@pytest.mark.parametrize(
    "text",
    [
        "jag kan inte på torsdag men fredag går bra",
        "kan jag flytta intervjun till måndag?",
        "flytta min intervju, fredag eftermiddag",
        "en pääse torstaina, kävisikö perjantai?",
        "voisko haastattelun siirtää maanantaille",
        "can I move my interview from Thursday to Monday?",
        "could we do it on Thursday at 3 pm?",
    ],
)
def test_another_time_than_the_booked_one_is_a_wish(office: Office, text: str) -> None:
    candidate = known(office, "sv", application("A-1", "LV-101", "Installer", interview=INTERVIEW))
    assert candidate.says("reschedule_interview", text).effects == [{"kind": "reschedule", "application": "A-1", "wish": text}]


def test_a_question_in_between_is_answered_and_the_wish_asked_for_again(office: Office) -> None:
    candidate = known(office, "sv", application("A-1", "LV-101", "Installer", interview=INTERVIEW))
    candidate.says("reschedule_interview", "kan vi byta tid?")
    heard = candidate.says("ask_salary", "vad är lönen då?")
    assert heard.names == ["utter_which_role_of_many", "utter_which_time"]
    assert candidate.says("deny", "nej, det får vara").names == ["utter_interview_stays"]


def test_of_two_interviews_one_is_chosen(office: Office) -> None:
    candidate = known(office, "en", application("A-1", "LV-101", "Installer", interview=INTERVIEW), application("A-2", "LV-105", "Seller", interview=INTERVIEW))
    buttons = candidate.says("reschedule_interview", "can I change it?").buttons
    assert candidate.presses(buttons["Seller"]).names == ["utter_which_time"]
    assert candidate.says("nlu_fallback", "Monday").effects == [{"kind": "reschedule", "application": "A-2", "wish": "Monday"}]


def test_an_interview_of_which_little_is_known_is_told_all_the_same(office: Office, language: str) -> None:
    bare = {"at": INTERVIEW["at"], "form": None, "minutes": None, "place": None, "participants": []}
    heard = known(office, language, application("A-1", "LV-101", "Installer", interview=bare)).says("ask_interview", "?")
    assert heard.text.endswith({"sv": "kl. 10.00.", "fi": "klo 10.00.", "en": "at 10:00."}[language])


def test_of_two_interviews_both_are_told_the_soonest_first(office: Office, language: str) -> None:
    later = {**INTERVIEW, "at": "2026-11-26T09:30:00+00:00"}  # half past ten, though it sorts before ten as text
    candidate = known(office, language, application("A-1", "LV-101", "Installer", interview=later), application("A-2", "LV-105", "Seller", interview=INTERVIEW))
    heard = candidate.says("ask_interview", "?")
    assert heard.sources == [("application", "A-2"), ("application", "A-1")]
    first, second = heard.text.split("\n")
    assert "Seller" in first and "Installer" in second and len(heard.messages) == 2
    assert [m["buttons"][0]["payload"] for m in heard.messages] == [f'/reschedule_interview{{"application": "{ref}"}}' for ref in ("A-2", "A-1")]


@pytest.mark.parametrize("page", [None, "LV-105"])
def test_interviews_under_an_application_are_of_its_role_whatever_the_page(office: Office, language: str, page: str | None) -> None:
    for ref in ("LV-101", "LV-105"):
        office.role(ref)["texts"][language]["interview"] = f"Interviews for {ref}."
    office.applications = [application("A-1", "LV-101", "Installer"), application("A-2", "LV-105", "Seller", interview=INTERVIEW)]
    candidate = Candidate(office, language, page=page, verified=True)
    buttons = candidate.presses('/ask_application_status{"application": "A-1"}').buttons
    [payload] = [payload for payload in buttons.values() if payload.startswith("/ask_interview")]
    heard = candidate.presses(payload)
    assert "Interviews for LV-101." in heard.text and heard.sources == [("role", "LV-101")]


def test_interviews_under_an_application_that_is_not_known_any_more_are_told_in_general(office: Office) -> None:
    office.role("LV-105")["texts"]["en"]["interview"] = "Interviews for LV-105."
    candidate = Candidate(office, "en", page="LV-105")
    assert candidate.presses('/ask_interview{"application": "A-1"}').sources == [("answer", "interview")]
    candidate.slots["verified"] = True
    office.applications = [application("A-2", "LV-105", "Seller")]
    assert candidate.presses('/ask_interview{"application": "A-1"}').sources == [("answer", "interview")]


@pytest.mark.parametrize(("intent", "said"), [("ask_application_status", "utter_status_rejected"), ("ask_feedback", "utter_feedback_none")])
@pytest.mark.parametrize(
    ("understood", "text"), [("search_roles", "Seller"), ("ask_role_tasks", "seller"), ("nlu_fallback", "den andra"), ("chitchat", "toinen")]
)
def test_a_bare_answer_chooses_the_application_that_was_asked_about(office: Office, intent: str, said: str, understood: str, text: str) -> None:
    candidate = known(office, "en", application("A-1", "LV-101", "Installer", status="rejected"), application("A-2", "LV-105", "Seller", status="rejected"))
    candidate.slots["roles_shown"] = ["LV-103", "LV-104"]
    candidate.says(intent, "?")
    heard = candidate.says(understood, text, confidence=0.5)
    assert heard.names == [said] and heard.sources == [("application", "A-2")]


def test_a_bare_answer_to_who_is_in_touch_next_is_of_that_application(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer"), application("A-2", "LV-105", "Seller"))
    candidate.says("ask_next_contact", "?")
    heard = candidate.says("search_roles", "seller")
    assert heard.names == ["utter_next_contact"] and heard.sources == [("application", "A-2")]


@pytest.mark.parametrize(("intent", "text"), [("search_roles", "any other seller jobs?"), ("ask_salary", "what is the pay?")])
def test_another_question_after_the_list_of_applications_is_answered_as_itself(office: Office, intent: str, text: str) -> None:
    candidate = known(office, "en", application("A-1", "LV-101", "Installer"), application("A-2", "LV-105", "Seller"))
    candidate.says("ask_application_status", "?")
    heard = candidate.says(intent, text)
    assert heard.names and not [name for name in heard.names if "status" in name]
    assert candidate.slots["asked_for"] is None or candidate.slots["asked_for"]["what"] != "application"


@pytest.mark.parametrize("text", ["the second one", "toinen", "den andra", "Seller"])
def test_the_interview_to_move_is_chosen_in_words(office: Office, text: str) -> None:
    candidate = known(office, "en", application("A-1", "LV-101", "Installer", interview=INTERVIEW), application("A-2", "LV-105", "Seller", interview=INTERVIEW))
    candidate.says("reschedule_interview", "can I change it?")
    assert candidate.says("nlu_fallback", text, confidence=0.3).names == ["utter_which_time"]
    assert candidate.says("nlu_fallback", "Monday").effects == [{"kind": "reschedule", "application": "A-2", "wish": "Monday"}]


@pytest.mark.parametrize("status", ["rejected", "hired"])
def test_a_contact_promised_after_the_decision_is_told(office: Office, language: str, status: str) -> None:
    decided = application("A-1", "LV-101", "Installer", status=status, interviewed=True)
    candidate = known(office, language, decided)
    for intent in ("ask_next_contact", "ask_application_status"):
        heard = candidate.says(intent, "?")
        assert "Ebba Sandström" in heard.text and "27" in heard.text, heard.text
    heard = known(office, language, decided).says("ask_next_contact", "?")
    assert heard.names == ["utter_next_contact"] and not [payload for payload in heard.buttons.values() if "affirm" in payload]
    office.applications = [{**decided, "promise": None}]
    assert candidate.says("ask_next_contact", "?").names == [f"utter_status_{status}"]


def test_of_several_those_decided_tell_what_is_still_promised(office: Office, language: str) -> None:
    rejected = application("A-2", "LV-105", "Seller", status="rejected")
    withdrawn = application("A-3", "LV-104", "Payer", status="withdrawn")
    candidate = known(office, language, application("A-1", "LV-101", "Installer", promise=None), rejected, withdrawn)
    lines = candidate.says("ask_application_status", "?").text.splitlines()
    assert ["Ebba" in line for line in lines if "•" in line] == [False, True, False]
    assert candidate.says("ask_next_contact", "?").sources == [("application", "A-1"), ("application", "A-2")]


def test_a_contact_promised_after_a_rejection_is_chased_when_it_is_late(office: Office, language: str) -> None:
    candidate = known(office, language, application("A-1", "LV-101", "Installer", status="rejected", promise=OVERDUE))
    assert [e["topic"] for e in candidate.says("ask_next_contact", "?").effects] == ["overdue_promise"]


OFFERED = [application("A-1", "LV-105", "Energirådgivare och säljare"), application("A-2", "LV-101", "Värmepumpsinstallatör", status="withdrawn")]
TWO_RUNNING = [application("A-1", "LV-104", "Payroll specialist, 14-month cover"), application("A-2", "LV-099", "Installation coordinator")]


@pytest.mark.parametrize(("intent", "text"), [("ask_salary", "lönen för den"), ("give_salary_expectation", "kan jag förhandla upp lönen, jag vill ha 43000")])
def test_a_question_after_ones_applications_is_about_the_one_that_runs(office: Office, intent: str, text: str) -> None:
    candidate = known(office, "sv", *OFFERED)
    candidate.says("ask_application_status", "?")
    assert candidate.says(intent, text).sources == [("role", "LV-105")]


def test_of_two_running_the_choice_is_between_ones_own_also_a_closed_one(office: Office) -> None:
    candidate = known(office, "en", *TWO_RUNNING)
    candidate.slots["role_ref"] = "LV-103"
    candidate.says("ask_application_status", "?")
    heard = candidate.says("ask_salary", "what is the pay for it?")
    assert [json.loads(payload.removeprefix("/ask_salary"))["role_ref"] for payload in heard.buttons.values()] == ["LV-104", "LV-099"]
    assert candidate.says("nlu_fallback", "the second one", confidence=0.3).sources == [("role", "LV-099")]


def test_a_part_of_the_title_says_which_of_ones_own_is_asked_about(office: Office) -> None:
    candidate = known(office, "en", *TWO_RUNNING)
    candidate.says("ask_application_status", "?")
    assert candidate.says("ask_salary", "pay for the payroll one").sources == [("role", "LV-104")]


@pytest.mark.parametrize("text", ["the payroll one", "I mean the payroll job please"])
def test_a_part_of_the_title_with_small_words_chooses_the_application(office: Office, text: str) -> None:
    candidate = known(office, "en", *TWO_RUNNING)
    candidate.says("ask_application_status", "?")
    assert candidate.says("nlu_fallback", text, confidence=0.3).sources == [("application", "A-1")]


@pytest.mark.parametrize(
    "text", ["what was the other application", "and the other application?", "mikä se toinen hakemus oli", "hur går det för min andra ansökan?"]
)
def test_the_other_application_is_the_one_not_yet_told(office: Office, text: str) -> None:
    candidate = known(office, "en", *TWO_RUNNING)
    candidate.says("ask_application_status", "?")
    candidate.says("nlu_fallback", "the second one", confidence=0.3)
    assert candidate.says("ask_feedback", text, confidence=0.7).sources == [("application", "A-1")]
    assert candidate.says("ask_application_status", text).sources == [("application", "A-2")]


def test_on_a_roles_page_a_question_is_about_that_role_even_after_ones_applications(office: Office) -> None:
    candidate = known(office, "sv", *OFFERED)
    candidate.slots["page_role"] = "LV-103"
    candidate.says("ask_application_status", "?")
    assert candidate.says("ask_salary", "lönen?").sources == [("role", "LV-103")]
