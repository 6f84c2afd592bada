"""The same turn always says the same, in its language."""

from __future__ import annotations

from nlu.nlg import choose_response


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
