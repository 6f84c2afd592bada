from __future__ import annotations

import pytest

from actions.withdrawal import reason_in
from tests.actions.office import Office, application
from tests.actions.talk import Candidate


@pytest.fixture
def office() -> Office:
    office = Office()
    office.applications = [application("A-1", "LV-101", "Installer")]
    return office


YES = {"sv": "ja", "fi": "kyllä", "en": "yes"}


def test_nothing_happens_without_a_yes(office: Office, language: str) -> None:
    candidate = Candidate(office, language, verified=True)
    heard = candidate.says("withdraw_application", "?")
    assert heard.names == ["utter_withdraw_sure"] and not heard.effects and heard.sources == [("application", "A-1")]


def test_the_yes_withdraws_and_the_reason_follows(office: Office, language: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("withdraw_application", "?")
    heard = candidate.says("affirm", YES[language])
    assert heard.effects == [{"kind": "withdraw", "application": "A-1"}] and heard.names == ["utter_withdrawn_why"]
    told = candidate.says("out_of_scope", "jag flyttar till Norge")
    assert told.effects == [{"kind": "withdraw", "application": "A-1", "reason": "jag flyttar till Norge"}]
    assert candidate.form is None and candidate.slots["withdraw_confirmed"] is None


@pytest.mark.parametrize("text", ["det vill jag inte säga", "en halua kertoa", "I'd rather not say", "nej", "hoppa över"])
def test_no_reason_need_be_given(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    candidate.presses('/affirm{"offer": "withdraw", "application": "A-1"}')
    heard = candidate.says("deny", text)
    assert heard.names == ["utter_withdraw_no_reason"] and not heard.effects


@pytest.mark.parametrize("text", ["nej, vänta", "ei sittenkään", "wait, no", "jag ångrar mig", "behåll den"])
def test_one_may_change_ones_mind(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    heard = candidate.says("deny", text)
    assert heard.names == ["utter_application_kept"] and not heard.effects and candidate.form is None


@pytest.mark.parametrize("text", ["cancel my application", "Avbryt min ansökan", "lopeta hakemukseni"])
def test_to_say_it_once_more_with_cancel_is_no_no(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    heard = candidate.says("withdraw_application", text)
    assert heard.names == ["utter_withdraw_sure"] and not heard.effects and candidate.form
    assert candidate.says("affirm", "ja").effects == [{"kind": "withdraw", "application": "A-1"}]


def test_a_yes_taken_back_in_the_same_breath_is_no_yes(office: Office) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    assert not candidate.says("affirm", "ja, nej vänta lite").effects


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_salary", "ja om ni inte kan höja lönen"),
        ("nlu_fallback", "ok but only if Aino hasn't decided yet"),
        ("affirm", "ja men inte än"),
        ("affirm", "ja efter att jag pratat med Aino"),
        ("affirm", "yes unless the pay goes up"),
        ("affirm", "joo jos palkka ei nouse"),
        ("affirm", "joo ellei Aino soita"),
        ("affirm", "okei mut haluisin eka miettiä"),
    ],
)
def test_a_yes_with_a_condition_withdraws_nothing_and_is_asked_about_again(office: Office, language: str, intent: str, text: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("withdraw_application", "?")
    heard = candidate.says(intent, text)
    assert heard.names == ["utter_withdraw_unclear", "utter_withdraw_sure"] and not heard.effects and candidate.form
    assert candidate.says("affirm", "ja").effects == [{"kind": "withdraw", "application": "A-1"}]


def test_who_wants_to_talk_first_gets_a_person_and_the_application_stays(office: Office) -> None:
    candidate = Candidate(office, "fi", verified=True)
    candidate.says("withdraw_application", "?")
    heard = candidate.says("request_human", "okei mut haluisin eka jutella jonkun kanssa")
    assert [e["kind"] for e in heard.effects] == ["handoff"] and candidate.form is None


@pytest.mark.parametrize(
    "text",
    [
        "ja jag vill inte jobba där längre",
        "yes I'm not interested any more",
        "joo en halua sitä enää",
        "ja, jag har fått ett annat jobb",
        "yes because you don't pay enough",
    ],
)
def test_a_yes_with_a_reason_is_a_yes(office: Office, text: str) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    assert candidate.says("withdraw_application", text).effects[0]["reason"]


@pytest.mark.parametrize(("intent", "text"), [("affirm", "no joo"), ("deny", "no joo"), ("deny", "no kyllä peru vaan"), ("nlu_fallback", "No, peru se")])
def test_finnish_well_is_no_refusal(office: Office, intent: str, text: str) -> None:
    candidate = Candidate(office, "fi", verified=True)
    candidate.says("withdraw_application", "?")
    assert candidate.says(intent, text).effects == [{"kind": "withdraw", "application": "A-1"}]


@pytest.mark.parametrize("text", ["no", "No.", "no ei", "no thanks", "no, keep it", "no en sittenkään", "no antaa olla", "no en mä sit kuitenkaan"])
@pytest.mark.parametrize("spoken", ["fi", "en"])
def test_a_no_is_one_in_finnish_too(office: Office, spoken: str, text: str) -> None:
    candidate = Candidate(office, spoken, verified=True)
    candidate.says("withdraw_application", "?")
    assert candidate.says("deny", text).names == ["utter_application_kept"]


@pytest.mark.parametrize("text", ["no joo mut vasta huomenna", "no joo jos palkka ei nouse", "no peru sit ku Aino on soittanu"])
def test_well_does_not_make_a_condition_a_yes(office: Office, text: str) -> None:
    candidate = Candidate(office, "fi", verified=True)
    candidate.says("withdraw_application", "?")
    heard = candidate.says("affirm", text)
    assert heard.names == ["utter_withdraw_unclear", "utter_withdraw_sure"] and not heard.effects


def test_a_reason_said_beforehand_is_not_asked_for(office: Office) -> None:
    candidate = Candidate(office, "en", verified=True)
    candidate.says("withdraw_application", "please withdraw my application because I moved abroad")
    heard = candidate.says("affirm", "yes")
    assert heard.effects == [{"kind": "withdraw", "application": "A-1", "reason": "I moved abroad"}]
    assert heard.names == ["utter_withdraw_thanks"]


def test_a_side_question_is_answered_and_the_yes_asked_for_again(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-108", verified=True)
    candidate.says("withdraw_application", "dra tillbaka min ansökan")
    heard = candidate.says("ask_salary", "vad var lönen?")
    assert heard.names == ["utter_pay_unknown", "utter_withdraw_sure"]
    assert not candidate.presses('/deny{"offer": "ask_pay"}').effects and candidate.form
    assert candidate.says("affirm", "ja").effects == [{"kind": "withdraw", "application": "A-1"}]


def test_the_yes_button_of_another_offer_withdraws_nothing(office: Office) -> None:
    candidate = Candidate(office, "sv", page="LV-108", verified=True)
    candidate.says("withdraw_application", "dra tillbaka min ansökan")
    candidate.says("ask_salary", "vad var lönen?")
    heard = candidate.presses('/affirm{"offer": "ask_pay", "role_ref": "LV-108"}')
    assert heard.effects == [{"kind": "ask_pay", "role": "LV-108"}] and candidate.form == "withdraw_form"


def test_a_question_at_the_reason_is_no_reason(office: Office) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    candidate.says("affirm", "ja")
    heard = candidate.says("out_of_scope", "hur lång är uppsägningstiden?")
    assert heard.names == ["utter_out_of_scope", "utter_withdraw_why"] and not heard.effects


def test_who_asks_for_a_person_at_the_reason_gets_one_and_no_word_about_reasons(office: Office, language: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("withdraw_application", "?")
    assert candidate.says("affirm", YES[language]).effects == [{"kind": "withdraw", "application": "A-1"}]
    heard = candidate.says("request_human", "?")
    assert heard.names == ["utter_handing_over"] and [e["kind"] for e in heard.effects] == ["handoff"]
    assert candidate.form is None and candidate.slots["withdraw_confirmed"] is None


def test_of_several_applications_one_is_chosen(office: Office, language: str) -> None:
    office.applications.append(application("A-2", "LV-105", "Seller"))
    candidate = Candidate(office, language, verified=True)
    heard = candidate.says("withdraw_application", "?")
    assert heard.names == ["utter_which_application"]
    assert "Seller" in candidate.presses(heard.buttons["Seller"]).text
    pressed = candidate.presses('/affirm{"offer": "withdraw", "application": "A-2"}')
    assert pressed.effects == [{"kind": "withdraw", "application": "A-2"}]


def test_an_old_yes_for_another_application_is_asked_about_again(office: Office) -> None:
    office.applications.append(application("A-2", "LV-105", "Seller"))
    candidate = Candidate(office, "en", verified=True)
    candidate.presses('/withdraw_application{"application": "A-1"}')
    assert not candidate.presses('/affirm{"offer": "withdraw", "application": "A-2"}').effects


def test_an_ended_application_cannot_be_withdrawn(office: Office, language: str) -> None:
    office.applications[0]["status"] = "rejected"
    assert Candidate(office, language, verified=True).says("withdraw_application", "?").names == ["utter_nothing_to_withdraw"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ja, jag har fått ett annat jobb", "jag har fått ett annat jobb"),
        ("peru hakemukseni, koska sain toisen paikan", "sain toisen paikan"),
        ("ja, dra tillbaka den", None),
        ("ja det är klart", None),
        ("yes please do it", None),
        ("kyllä", None),
        ("I want to withdraw", None),
    ],
)
def test_a_reason_is_heard_where_there_is_one(text: str, reason: str | None) -> None:
    assert reason_in(text) == reason


BACK = [
    ("withdraw_application", "ångrar mig!! kan ni lägga tillbaka den"),
    ("nlu_fallback", "hups peruin vahingossa, saako sen takas"),
    ("out_of_scope", "I withdrew my application by mistake, can you undo it?"),
    ("withdraw_application", "jag råkade dra tillbaka ansökan, kan den återställas"),
]


@pytest.mark.parametrize(("intent", "text"), BACK)
def test_a_withdrawal_that_is_regretted_is_passed_to_the_recruiter_at_once(office: Office, language: str, intent: str, text: str) -> None:
    office.applications[0]["status"] = "withdrawn"
    candidate = Candidate(office, language, verified=True)
    heard = candidate.says(intent, text)
    assert heard.names == ["utter_withdrawal_undo_asked"] and heard.sources == [("application", "A-1")] and candidate.form is None
    assert heard.effects == [{"kind": "ask_recruiter", "topic": "undo_withdrawal", "role": "LV-101", "question": text}]
    again = candidate.says(intent, text)
    assert again.names == ["utter_question_sent_already"] and not again.effects


def test_it_is_proven_first_who_wants_it_back(office: Office) -> None:
    office.applications[0]["status"] = "withdrawn"
    candidate = Candidate(office, "fi")
    candidate.says("nlu_fallback", "hups peruin vahingossa, saako sen takas")
    assert candidate.form == "verification_form"
    assert candidate.slots["pending_question"]["text"] == "hups peruin vahingossa, saako sen takas"


@pytest.mark.parametrize("text", ["ångrar mig", "hups, peruin vahingossa", "no wait, I didn't mean to", "undo"])
def test_a_regret_at_the_why_is_no_reason(office: Office, language: str, text: str) -> None:
    candidate = Candidate(office, language, verified=True)
    candidate.says("withdraw_application", "?")
    candidate.says("affirm", "ja")
    heard = candidate.says("deny", text)
    assert heard.names == ["utter_withdrawal_undo_asked"] and [e["kind"] for e in heard.effects] == ["ask_recruiter"]


def test_a_regret_right_after_is_understood_in_few_words(office: Office) -> None:
    candidate = Candidate(office, "sv", verified=True)
    candidate.says("withdraw_application", "?")
    candidate.says("affirm", "ja")
    candidate.says("deny", "nej")
    office.applications[0]["status"] = "withdrawn"
    assert candidate.says("deny", "hoppsan, ångrar mig").names == ["utter_withdrawal_undo_asked"]


@pytest.mark.parametrize("text", ["jag sökte av misstag", "hain vahingossa väärää paikkaa", "I changed my mind about moving", "I can have my old job back"])
def test_a_reason_that_sounds_like_regret_is_a_reason(office: Office, text: str) -> None:
    candidate = Candidate(office, "en", verified=True)
    candidate.says("withdraw_application", "?")
    candidate.says("affirm", "ja")
    assert candidate.says("out_of_scope", text).effects == [{"kind": "withdraw", "application": "A-1", "reason": text}]


@pytest.mark.parametrize(
    "text", ["jag ångrar min ansökan, dra tillbaka den", "I applied by mistake, please withdraw it", "was my interview cancelled by mistake"]
)
def test_other_regrets_ask_for_nothing_back(office: Office, text: str) -> None:
    office.applications.append(application("A-2", "LV-105", "Seller", status="withdrawn"))
    candidate = Candidate(office, "en", verified=True)
    assert candidate.says("withdraw_application", text).names == ["utter_withdraw_sure"]
