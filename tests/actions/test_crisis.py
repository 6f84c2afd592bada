"""Words of suicide are answered before anything else, and only they."""

from __future__ import annotations

import pytest

from actions import crisis
from tests.actions.office import Office, application
from tests.actions.talk import Candidate

MEANT = [
    "Jag vill dö",
    "ja vill ba dö",
    "jag orkar inte leva längre, ingen vill ha mig",
    "Jag orkar inte längre leva",
    "vill inte leva mer",
    "annars tar jag livet av mig",
    "jag tänker ta livet av mig om jag inte får jobbet",
    "jag har självmordstankar",
    "jag funderar på självmord",
    "det vore bättre om jag var död",
    "jag har inget att leva för",
    "livet är inte värt att leva",
    "får jag inte jobbet kommer jag hänga mig",
    "en jaksa enää elää jos en saa tätä työtä",
    "Haluan kuolla",
    "mä haluun vaan kuolla",
    "en halua elää enää",
    "en mä jaksa elää",
    "tapan itseni",
    "mul on itsemurha-ajatuksia",
    "aion tehdä itsemurhan",
    "olisi parempi olla kuollut",
    "if I don't get this job I'll kill myself",
    "I want to die",
    "i just wanna die",
    "I don’t want to live anymore",
    "I do not want to live",
    "I'm thinking about ending my life",
    "I am suicidal",
    "i have suicidal thoughts",
    "I'd be better off dead",
    "there is nothing left to live for",
    "/I want to die",
    "tar livet av mig snart, jag orkar inte",
    "jag ser ingen mening med att leva",
    "jag har planerat mitt självmord",
    "en jaksa elää näin",
    "toivoisin olevani kuollut",
    "vedän itteni hirteen",
    "I can't go on living like this",
    "what's the point of living",
]
NOT_MEANT = [
    "jag dör av nyfikenhet",
    "jag vill dö av skratt",
    "jag vill inte dö av tristess",
    "hur mycket dötid är det mellan passen?",
    "jag kan inte leva på den lönen",
    "jag vill inte leva i Stockholm",
    "jag orkar inte leva på 20 000 i månaden",
    "jag orkar inte leva längre med den här pendlingen",
    "jag hänger mig på det",
    "då hänger jag mig på gärna",
    "kan man skada sig i jobbet?",
    "kan jag skada mig på montaget?",
    "jag vill inte finnas i ert register längre",
    "den här väntan tar livet av mig",
    "jobbar ni med självmordsprevention?",
    "min pappa dog igår",
    "Vill ni ha mitt liv i en text?",
    "nog vill jag det",
    "no haluan kyllä jatkaa",
    "en halua elää Helsingissä",
    "en halua elää tällä palkalla",
    "en jaksa odottaa enää",
    "kuolen uteliaisuuteen",
    "haluaisin kuolla nauruun",
    "en halua kuolla tylsyyteen",
    "voinko vahingoittaa itseäni työssä?",
    "do you build a killer app?",
    "this wait is killing me",
    "I'd kill for this job",
    "I don't want to live in Stockholm",
    "I don't want to live there anymore",
    "I can't live on that salary",
    "do I need to live in Sweden?",
    "I'm not going to kill myself over this test",
    "dying to know when you answer",
    "I want to take my life in a new direction",
    "can I introduce myself?",
    "my dog died today",
    "deadline?",
    "jag vill ta mitt liv i en ny riktning",
    "jag jobbade på självmordslinjen",
    "hellre dör jag än jobbar natt",
    "kuolisin mieluummin kuin teen yövuoroa",
    "en halua elää näin kaukana",
    "istun bussissa ja tapan aikaa",
    "I want to end my application",
    "I'd rather not live like a nomad",
    "I want to cut myself off from night shifts",
]


@pytest.mark.parametrize("text", MEANT)
def test_it_is_found(text: str) -> None:
    assert crisis.found_in(text)


@pytest.mark.parametrize("text", NOT_MEANT)
def test_ordinary_words_are_not(text: str) -> None:
    assert not crisis.found_in(text)


@pytest.mark.parametrize("intent", ["nlu_fallback", "customer_question", "out_of_scope", "request_human"])
def test_help_is_named_and_a_person_asked_at_once(office: Office, language: str, intent: str) -> None:
    heard = Candidate(office, language).says(intent, "Jag vill dö")
    assert heard.names == ["utter_crisis"]
    assert {"112", "90101"} <= set(heard.text.replace(".", " ").replace(",", " ").split()) and "09 2525 0111" in heard.text
    (effect,) = heard.effects
    assert (effect["kind"], effect["priority"]) == ("handoff", "high")
    assert "dö" not in effect["note"]


@pytest.mark.parametrize(
    ("begins", "text", "form"),
    [
        ("ask_application_status", "hur går det?", "verification_form"),
        ("subscribe_job_alerts", "mejla mig jobb", "job_alert_form"),
        ("give_feedback", "jag vill ge betyg", "rating_form"),
    ],
)
def test_a_form_in_progress_is_left(office: Office, begins: str, text: str, form: str) -> None:
    office.verified = False
    candidate = Candidate(office, "sv")
    candidate.says(begins, text)
    assert candidate.form == form
    heard = candidate.says("request_human", "jag orkar inte leva längre")
    assert heard.names == ["utter_crisis"] and candidate.form is None
    assert heard.effects[0]["kind"] == "handoff"


def test_nothing_is_withdrawn_or_erased_by_it(office: Office) -> None:
    office.applications = [application("A-1", "LV-101", "Montör")]
    for begins in ("withdraw_application", "delete_my_data"):
        candidate = Candidate(office, "sv", verified=True)
        candidate.says(begins, "?")
        heard = candidate.says("request_human", "ja, jag vill dö")
        assert heard.names == ["utter_crisis"] and [e["kind"] for e in heard.effects] == ["handoff"] and candidate.form is None
