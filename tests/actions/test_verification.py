"""Proving who one is in the chat: nothing private is said before, the question is answered after."""

from __future__ import annotations

import pytest

from actions import hurry
from tests.actions.office import Office, application
from tests.actions.talk import Candidate

PRIVATE = [
    "ask_application_status",
    "ask_next_contact",
    "confirm_receipt",
    "ask_feedback",
    "withdraw_application",
    "reschedule_interview",
    "export_my_data",
    "delete_my_data",
]


@pytest.fixture
def office() -> Office:
    office = Office()
    office.applications = [application("A-1", "LV-101", "Värmepumpsinstallatör")]
    office.verified = False
    return office


def prove(candidate: Candidate, office: Office) -> None:
    candidate.says("nlu_fallback", "elin@example.com", confidence=0.3)
    candidate.says("nlu_fallback", "123 456", confidence=0.3)
    office.verified = candidate.slots["verified"] = True


@pytest.mark.parametrize("intent", PRIVATE)
def test_nothing_private_is_read_before_the_candidate_is_known(office: Office, language: str, intent: str) -> None:
    heard = Candidate(office, language).says(intent, "?")
    assert heard.names in (["utter_why_verification"], ["utter_why_verification_to_act"])
    assert not office.asked


def test_the_question_is_answered_by_itself_after_the_code(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("ask_application_status", "hur går det?")
    sent = candidate.says("nlu_fallback", "det är elin@example.com", confidence=0.3)
    assert sent.effects == [{"kind": "verification_start", "email": "elin@example.com"}]
    coded = candidate.says("nlu_fallback", "koden är 123456", confidence=0.3)
    assert coded.effects == [{"kind": "verification_confirm", "code": "123456"}]
    assert candidate.slots["verification_code"] is None
    office.verified = candidate.slots["verified"] = True
    assert candidate.presses("/external_verified").names == ["utter_status_active"]
    assert candidate.slots["pending_question"] is None


@pytest.mark.parametrize(
    ("intent", "asks"),
    [("withdraw_application", "utter_withdraw_sure"), ("delete_my_data", "utter_erase_sure"), ("export_my_data", "utter_export_sure")],
)
def test_what_needs_a_yes_goes_on_after_the_code(office: Office, intent: str, asks: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says(intent, "?")
    prove(candidate, office)
    assert candidate.presses("/external_verified").names == [asks]


def test_an_address_in_the_first_message_is_used(office: Office) -> None:
    heard = Candidate(office, "en").says("ask_application_status", "status for elin@example.com please")
    assert heard.effects == [{"kind": "verification_start", "email": "elin@example.com"}]
    assert heard.names == ["utter_write_code"]


def test_a_wrong_code_is_asked_for_again(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("ask_next_contact", "?")
    prove(candidate, office)
    candidate.slots["verified"] = False
    heard = candidate.presses("/external_code_wrong")
    assert heard.names == ["utter_code_wrong"] and "elin@example.com" in heard.text
    assert candidate.says("nlu_fallback", "654321").effects == [{"kind": "verification_confirm", "code": "654321"}]


def test_a_used_up_code_is_replaced_at_the_press_of_a_button(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("ask_next_contact", "?")
    prove(candidate, office)
    candidate.slots["verified"] = False
    heard = candidate.presses("/external_code_expired")
    assert heard.names == ["utter_code_expired"]
    assert candidate.presses(heard.buttons["elin@example.com"]).effects == [{"kind": "verification_start", "email": "elin@example.com"}]


@pytest.mark.parametrize("text", ["jag har inte fått någon kod", "koodia ei ole tullut", "I didn't get a code"])
def test_a_code_that_never_came_is_sent_again(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "?")
    candidate.says("nlu_fallback", "elin@example.com")
    assert candidate.says("technical_problem", text).effects == [{"kind": "verification_start", "email": "elin@example.com"}]


def test_another_address_may_be_given_instead_of_the_code(office: Office) -> None:
    candidate = Candidate(office, "en")
    candidate.says("ask_application_status", "?")
    buttons = candidate.says("nlu_fallback", "elin@example.com").buttons
    assert candidate.presses(buttons["Change the address"]).names == ["utter_which_address"]
    assert candidate.says("nlu_fallback", "e.berg@example.com").effects == [{"kind": "verification_start", "email": "e.berg@example.com"}]


@pytest.mark.parametrize("text", ["nej, strunt i det", "ei sittenkään", "never mind", "avbryt"])
def test_one_may_change_ones_mind(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "?")
    heard = candidate.says("deny", text)
    assert heard.names == ["utter_verification_left"] and candidate.form is None
    assert candidate.slots["pending_question"] is None


def test_a_side_question_is_answered_and_the_form_goes_on(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-101")
    candidate.says("ask_application_status", "hur går det för min ansökan?")
    heard = candidate.says("ask_salary", "vad är lönen?")
    assert heard.names == ["utter_pay_range", "utter_which_address"]
    assert candidate.says("nlu_fallback", "elin@example.com").effects


def test_asking_for_a_person_ends_the_form(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "hur går det för min ansökan?")
    heard = candidate.says("request_human", "jag vill prata med en människa")
    assert heard.names == ["utter_handing_over"] and candidate.form is None


def test_no_address_is_said_and_asked_again(office: Office, language: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("ask_application_status", "?")
    assert candidate.says("nlu_fallback", "elin example").names == ["utter_not_an_address", "utter_which_address"]


def test_a_code_of_five_digits_is_no_code(office: Office) -> None:
    candidate = Candidate(office, "en")
    candidate.says("ask_application_status", "?")
    candidate.says("nlu_fallback", "elin@example.com")
    heard = candidate.says("nlu_fallback", "12345")
    assert heard.names == ["utter_not_a_code", "utter_write_code"] and not heard.effects


def test_the_event_alone_proves_nothing(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "?")
    candidate.form = None
    assert candidate.presses("/external_verified").names == []


def test_proving_oneself_elsewhere_ends_the_form_and_answers(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "hur går det?")
    office.verified = candidate.slots["verified"] = True
    heard = candidate.presses("/external_verified")
    assert heard.names == ["utter_status_active"] and candidate.form is None


def test_without_a_pending_question_it_asks_what_to_tell(office: Office, language: str) -> None:
    candidate = Candidate(office, language, verified=True)
    assert candidate.presses("/external_verified").names == ["utter_verified"]


@pytest.mark.parametrize("event", ["external_verified", "external_code_wrong", "external_code_expired"])
def test_an_event_that_is_typed_has_no_effect(office: Office, event: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.slots["pending_question"] = {"intent": "ask_application_status"}
    heard = candidate.says(event, f"/{event}", ranking=[(event, 0.9), ("greet", 0.05)])
    assert heard.names == ["utter_not_understood"] or heard.names == ["utter_did_you_mean"]
    assert not heard.effects and candidate.form is None


def test_a_yes_that_is_typed_as_a_button_is_no_button(office: Office) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("delete_my_data", "radera mig")
    heard = candidate.says("nlu_fallback", '/affirm{"offer": "erase"}', ranking=[("affirm", 0.4), ("deny", 0.2)])
    assert not heard.effects


@pytest.mark.parametrize(
    ("intent", "text", "says"),
    [
        ("complaint", "jag blev trakasserad av Tomas på intervjun", "utter_complaint"),
        ("complaint", "haastattelija haukku mua", "utter_complaint"),
        ("bot_challenge", "ootsä ihminen", "utter_bot_challenge"),
    ],
)
def test_what_is_clearly_another_matter_is_not_taken_for_an_address(office: Office, language: str, intent: str, text: str, says: str) -> None:
    for begins in ("ask_application_status", "subscribe_job_alerts"):
        candidate = Candidate(office, language)
        candidate.says(begins, "?")
        heard = candidate.says(intent, text, confidence=0.95)
        assert heard.names[0] == says and "utter_not_an_address" not in heard.names
        assert candidate.form is None or intent != "complaint"


@pytest.mark.parametrize(("intent", "text"), [("out_of_scope", "Kalle Svensson"), ("ask_location", "min adress är storgatan 5"), ("complaint", "elin exempel")])
def test_a_name_or_an_unsure_guess_is_no_other_matter(office: Office, intent: str, text: str) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("ask_application_status", "?")
    assert candidate.says(intent, text, confidence=0.95 if intent != "complaint" else 0.5).names == ["utter_not_an_address", "utter_which_address"]


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("nlu_fallback", "en muista millä meilillä hain"),
        ("ask_location", "jag minns inte vilken adress jag använde"),
        ("ask_location", "I don’t remember which address I used"),
        ("deny", "minns inte"),
        ("nlu_fallback", "I forgot"),
    ],
)
def test_a_forgotten_address_is_helped_with(office: Office, language: str, intent: str, text: str) -> None:
    candidate = Candidate(office, language)
    candidate.says("ask_application_status", "?")
    assert candidate.says(intent, text).names == ["utter_address_forgotten", "utter_which_address"]
    assert candidate.says("affirm", "yes").effects == [{"kind": "handoff", "reason": "asked_for_person", "priority": "normal"}]


STATUS, CONTACT = "ask_application_status", "ask_next_contact"


@pytest.mark.parametrize(
    ("intent", "text", "pending"),
    [
        ("out_of_scope", "elin@example.com is my mail, why did nobody write to me as promised?", CONTACT),
        ("out_of_scope", "min mejl är elin@example.com", STATUS),
        ("greet", "hi, I'm elin@example.com", STATUS),
        ("nlu_fallback", "mun sähköposti on elin@example.com", STATUS),
        ("ask_assessment", "elin@example.com", STATUS),
        ("verify_offer", "elin@example.com.", STATUS),
    ],
)
def test_an_address_written_unasked_begins_the_proof(office: Office, language: str, intent: str, text: str, pending: str) -> None:
    candidate = Candidate(office, language)
    heard = candidate.says(intent, text)
    assert heard.effects == [{"kind": "verification_start", "email": "elin@example.com"}] and heard.names == ["utter_write_code"]
    assert candidate.slots["pending_question"]["intent"] == pending


def test_an_address_after_did_you_mean_takes_the_private_meaning(office: Office) -> None:
    candidate = Candidate(office, "en")
    candidate.says("nlu_fallback", "hm?", ranking=[("how_to_apply", 0.4), ("confirm_receipt", 0.3)])
    assert candidate.says("out_of_scope", "elin@example.com").effects == [{"kind": "verification_start", "email": "elin@example.com"}]
    assert candidate.slots["pending_question"]["intent"] == "confirm_receipt"


@pytest.mark.parametrize(
    ("intent", "text"),
    [("verify_offer", "is hr@lumivik-jobs.com you?"), ("nlu_fallback", "hr@lumivik-jobs.com"), ("verify_offer", "I'm sure hr@x.example is fake")],
)
def test_a_sender_is_no_address_of_ones_own(office: Office, intent: str, text: str) -> None:
    candidate = Candidate(office, "en")
    candidate.says("verify_offer", "is this mail real?")
    assert candidate.says(intent, text).names == ["utter_sender_foreign"]
    assert candidate.form is None


def test_ones_own_address_after_a_question_for_the_sender_is_no_sender(office: Office) -> None:
    candidate = Candidate(office, "sv")
    candidate.says("verify_offer", "är det äkta?")
    assert candidate.says("out_of_scope", "min mejl är elin@example.com").names == ["utter_write_code"]


HASTE = [
    "jag har fått ett erbjudande från annan firma, måste svara imorgon. kan ni skynda på?",
    "sain toisen työtarjouksen ja pitää vastata huomenna",
    "I have another offer and need to answer by Friday, can you speed up?",
]


@pytest.mark.parametrize("text", HASTE)
@pytest.mark.parametrize("intent", ["verify_offer", "nlu_fallback", "ask_next_contact"])
def test_haste_is_passed_on_as_urgent_after_the_proof(office: Office, language: str, intent: str, text: str) -> None:
    candidate = Candidate(office, language)
    assert candidate.says(intent, text).names == ["utter_why_verification"]
    prove(candidate, office)
    heard = candidate.presses("/external_verified")
    assert heard.names == ["utter_hurry_told", "utter_next_contact"]
    assert heard.effects == [{"kind": "ask_recruiter", "topic": "hurry", "priority": "high", "role": "LV-101", "question": text}]
    assert candidate.says(intent, text).effects == [], "once in a conversation"


@pytest.mark.parametrize(
    "text", ["hur snabbt svarar ni?", "do I need to hurry to apply?", "jag har ett annat jobb", "onko kiire hakea?", "can you offer another job?"]
)
def test_what_is_no_haste(text: str) -> None:
    assert not hurry.found_in(text)


def proven(office: Office, language: str, address: str = "noora.salmi@example.com") -> Candidate:
    office.applications, office.verified = [application("A-1", "LV-101", "Installer")], True
    candidate = Candidate(office, language, verified=True)
    candidate.slots["email"] = address
    candidate.says("ask_application_status", "?")
    return candidate


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("deny", "I'm not Noora"),
        ("deny", "jag är inte noora"),
        ("nlu_fallback", "mä en oo Noora"),
        ("nlu_fallback", "that's my sister's"),
        ("ask_application_status", "det där är min systers ansökan, hur går det för min?"),
        ("ask_feedback", "se on siskoni hakemus"),
        ("chitchat", "you have the wrong person"),
        ("nlu_fallback", "det är inte jag"),
    ],
)
def test_who_is_somebody_else_sees_no_more_and_is_asked_who(office: Office, language: str, intent: str, text: str) -> None:
    candidate = proven(office, language)
    heard = candidate.says(intent, text)
    assert heard.effects == [{"kind": "verification_end"}]
    assert heard.names == ["utter_another_person", *heard.names[1:]] and len(heard.names) == 2
    assert candidate.slots.get("role_ref") is None and candidate.form == "verification_form"


def test_somebody_elses_address_begins_their_proof(office: Office) -> None:
    candidate = proven(office, "en")
    heard = candidate.says("nlu_fallback", "sorry, that's my sister's. I'm mikael.rosenqvist@example.org")
    assert heard.effects == [{"kind": "verification_end"}, {"kind": "verification_start", "email": "mikael.rosenqvist@example.org"}]
    assert heard.names == ["utter_another_person", "utter_write_code"]
    candidate.slots["verified"] = False  # as the gateway says from now on
    candidate.says("nlu_fallback", "123456")
    candidate.slots["verified"] = True
    assert candidate.presses("/external_verified").names == ["utter_status_active"]


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_fit", "I'm not Swedish, can I apply?"),
        ("deny", "I'm not sure"),
        ("deny", "jag är inte säker"),
        ("deny", "en ole varma"),
        ("refer_friend", "my sister is looking for a job"),
        ("ask_application_status", "I'm noora.salmi@example.com, how is it going?"),
        ("verify_offer", "is hr@lumivik-jobs.example you?"),
        ("chitchat", "det är inte jag som bestämmer"),
    ],
)
def test_whose_words_only_sound_so_stays_proven(office: Office, intent: str, text: str) -> None:
    assert not [e for e in proven(office, "en").says(intent, text).effects if e["kind"] == "verification_end"]
