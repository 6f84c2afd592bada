"""Each intent of the domain, in each language: answered, with sources for facts, and honest when the gateway is down."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.actions.office import INTERVIEW, Office, application
from tests.actions.talk import FORMS, Candidate

DOMAIN = Path(__file__).resolve().parents[2] / "nlu" / "domain"
EVENTS = {"external_verified", "external_code_wrong", "external_code_expired"}
INTENTS = sorted(
    {
        intent
        for file in DOMAIN.glob("*.yml")
        for intent in yaml.safe_load(file.read_text("utf-8")).get("intents") or []
        if intent not in EVENTS
    }
)  # fmt: skip
# These speak of nothing but the talk itself, or only ask back.
WITHOUT_FACTS = {
    "greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "chitchat", "out_of_scope", "nlu_fallback", "request_human",
    "complaint", "subscribe_job_alerts", "unsubscribe", "give_feedback", "delete_my_data", "export_my_data",
}  # fmt: skip
# These say the same whether or not the gateway answers.
NEED_NO_GATEWAY = WITHOUT_FACTS


def known(office: Office, language: str) -> Candidate:
    office.applications = [application("A-1", "LV-101", "Installer", interview=INTERVIEW)]
    return Candidate(office, language, page="LV-101", verified=True)


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_is_answered_with_its_source(office: Office, language: str, intent: str) -> None:
    heard = known(office, language).says(intent, "?")
    assert heard.text.strip()
    assert "{" not in heard.text and "None" not in heard.text
    assert bool(heard.sources) == (intent not in WITHOUT_FACTS)
    assert all(source["as_of"] for message in heard.spoken for source in message["sources"])


@pytest.mark.parametrize("intent", [i for i in INTENTS if i not in NEED_NO_GATEWAY])
def test_when_the_gateway_is_down_nothing_is_invented(office: Office, language: str, intent: str) -> None:
    candidate = known(office, language)
    office.down = True
    heard = candidate.says(intent, "?")
    assert heard.names == ["utter_data_unreachable"] and not heard.effects
    assert intent not in FORMS or candidate.form is None


@pytest.mark.parametrize("intent", INTENTS)
def test_where_ad_and_company_are_silent_it_says_so(office: Office, language: str, intent: str) -> None:
    office.answers = {}
    office.roles = [office.role("LV-101")]
    for texts in office.roles[0]["texts"].values():
        for key in [key for key in texts if key != "title"]:
            del texts[key]
    heard = known(office, language).says(intent, "?")
    assert heard.text.strip() and "None" not in heard.text


def test_buttons_are_few_and_short(office: Office, language: str) -> None:
    for intent in INTENTS:
        buttons = known(office, language).says(intent, "?").buttons
        assert len(buttons) <= 6, intent
        assert all(len(title) <= 60 for title in buttons), buttons
