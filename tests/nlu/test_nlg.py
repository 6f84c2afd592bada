"""The same turn always says the same, in its language."""

from __future__ import annotations

import pytest

from nlu.absent import pretend_absent

pretend_absent()

from actions import overlay  # noqa: E402
from nlu.nlg import LanguageGenerator, MissingValue, choose_response, places  # noqa: E402


def variation(text: str, **slots: object) -> dict:
    return {"text": text, "condition": [{"type": "slot", "name": n, "value": v} for n, v in slots.items()]}


HELLO = [variation("Hej", language="sv"), variation("Hei", language="fi"), variation("Hello", language="en"), variation("Hello again", language="en")]


def test_the_language_of_the_turn_chooses():
    assert [choose_response(HELLO, {"language": code})["text"] for code in ("sv", "fi", "en")] == ["Hej", "Hei", "Hello"]


def test_the_first_variation_that_fits_is_always_taken():
    assert {choose_response(HELLO, {"language": "en"})["text"] for _ in range(50)} == {"Hello"}


def test_a_missing_language_falls_back_to_english_then_swedish():
    assert choose_response(HELLO[:1] + HELLO[2:], {"language": "fi"})["text"] == "Hello"
    assert choose_response(HELLO[:2], {"language": "en"})["text"] == "Hej"


def test_other_conditions_hold_in_the_fallback_too():
    only_verified = [variation("Verifierad", language="sv", verified=True)]
    assert choose_response(only_verified, {"language": "en", "verified": False}) is None
    assert choose_response(only_verified, {"language": "en", "verified": True})["text"] == "Verifierad"


def test_a_variation_without_conditions_fits_always():
    assert choose_response([{"text": "1"}], {"language": "fi"})["text"] == "1"


def test_no_variation_is_none():
    assert choose_response([], {"language": "sv"}) is None


PAY = {"utter_pay": [{"text": "{title}: {low}–{high}", "buttons": [{"title": "Mer om {title}", "payload": "/ask_role_tasks"}]}]}


def test_places_are_filled_with_values():
    said = LanguageGenerator(PAY).generate_from_slots("utter_pay", {"title": "Montör"}, "desk", low="1", high="2")
    assert said["text"] == "Montör: 1–2"
    assert said["buttons"][0]["title"] == "Mer om Montör"


@pytest.mark.parametrize(("language", "said"), [("sv", "Hus domän"), ("en", "Hus' domain")])
def test_a_name_that_ends_in_an_s_takes_no_other(language, said):
    whose = LanguageGenerator({"utter_whose": [variation("{company}s domän", language="sv"), variation("{company}'s domain", language="en")]})
    assert whose.generate_from_slots("utter_whose", {"language": language}, "desk", company="Hus")["text"] == said


@pytest.mark.parametrize("values", [{}, {"low": "1"}, {"low": "1", "high": None}])
def test_a_value_that_nobody_gave_fails_aloud(values):
    with pytest.raises(MissingValue, match="utter_pay has no value for"):
        LanguageGenerator(PAY).generate_from_slots("utter_pay", {"title": "Montör"}, "desk", **values)


def test_a_response_is_not_changed_by_its_use():
    generator = LanguageGenerator(PAY)
    for title in ("A", "B"):
        assert generator.generate_from_slots("utter_pay", {"title": title}, "desk", low="1", high="2")["text"].startswith(title)


def test_double_braces_are_no_place():
    assert places({"text": "{{x}} {y}"}) == ["y"]


EACH = {"utter_pay": [variation("{title}: {low}", language="sv"), variation("{title} pays {low}", language="en")]}


def test_a_response_is_said_as_an_admin_has_worded_it(monkeypatch):
    monkeypatch.setattr(overlay, "_texts", {"response": {"utter_pay": {"sv": "{low} för {title} [0[1]", "en": "{title} pays {salary}"}}})
    said = LanguageGenerator(EACH)
    values = {"low": "1", "title": "Montör"}
    assert said.generate_from_slots("utter_pay", {"language": "sv"}, "desk", **values)["text"].replace("\u2060", "") == "1 för Montör [0[1]"
    assert said.generate_from_slots("utter_pay", {"language": "en"}, "desk", **values)["text"] == "Montör pays 1"  # nothing fills its field
    assert EACH["utter_pay"][0]["text"] == "{title}: {low}"
