"""Words of suicide through the whole assistant: found before anything is guessed, in a form too, and named nowhere else."""

from __future__ import annotations

import pytest

WORDS = {"sv": "jag orkar inte leva längre", "fi": "en jaksa enää elää", "en": "/I want to die"}


@pytest.mark.parametrize("before", [None, {"sv": "hur går det för min ansökan", "fi": "miten hakemukseni etenee", "en": "how is my application doing"}])
@pytest.mark.parametrize("language", WORDS)
def test_help_is_named_and_a_person_asked_at_once(talk, language: str, before: dict[str, str] | None):
    if before:
        assert talk.say(before[language], language)["intent"] == "ask_application_status"
    answer = talk.say(WORDS[language], language)
    (reply,) = answer["replies"]
    assert "112" in reply["text"] and "90101" in reply["text"] and "09 2525 0111" in reply["text"]
    (effect,) = answer["effects"]
    assert (effect["kind"], effect["priority"], answer["intent"], answer["confidence"]) == ("handoff", "high", "request_human", 1.0)
    assert talk.say("nej", language)["replies"], "the form has been left, and the assistant is still there"
    assert WORDS[language] not in talk.log.read_text(), "what was written is in no log"
