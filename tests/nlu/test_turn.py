"""What counts as a turn, and what typed text can never be."""

from __future__ import annotations

from typing import Any

import pytest

from nlu.turn import BadTurn, for_understanding, read_button, read_turn


def body(**changes: Any) -> dict[str, Any]:
    plain = {
        "conversation": "c1",
        "message_id": "m1",
        "text": "hej",
        "language": "sv",
        "context": {"page_role": None, "verified": False, "now": "2026-11-22T10:00:00+01:00"},
        "state": None,
    }
    return {k: v for k, v in {**plain, **changes}.items() if v is not ...}


def test_a_text_is_a_turn():
    turn = read_turn(body(context={"page_role": "LV-101", "verified": True, "now": "n"}))
    assert (turn.text, turn.button) == ("hej", None)
    assert turn.slots == {"language": "sv", "page_role": "LV-101", "verified": True, "now": "n", "conversation_id": "c1"}


def test_a_button_is_an_intent_with_entities():
    turn = read_turn(body(text=..., button='/ask_salary{"role_ref": "LV-101"}'))
    assert turn.button and (turn.button.intent, turn.button.entities) == ("ask_salary", {"role_ref": "LV-101"})


def test_a_button_may_ask_two_things():
    button = read_button('/ask_salary{"role_ref": "LV-101", "also": "ask_team"}')
    assert (button.also, button.entities) == ("ask_team", {"role_ref": "LV-101"})


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ...},
        {"button": "/greet"},
        {"text": 3},
        {"text": "x" * 4001},
        {"language": "de"},
        {"language": ...},
        {"conversation": ""},
        {"message_id": None},
        {"context": ...},
        {"context": {"verified": "yes", "now": "n"}},
        {"context": {"verified": False}},
        {"context": {"verified": False, "now": "n", "page_role": 3}},
        {"context": {"verified": False, "now": "n", "edition": 3}},
        {"text": ..., "button": "ask_salary"},
        {"text": ..., "button": "/ask_salary{"},
        {"text": ..., "button": '/ask_salary{"also": 3}'},
        {"text": ..., "button": "/Ask salary"},
    ],
)
def test_anything_else_is_refused_with_a_sentence(changes):
    with pytest.raises(BadTurn, match=r"\."):
        read_turn(body(**changes))


@pytest.mark.parametrize("wrong", [None, [], "x", 3])
def test_a_body_that_is_no_object_is_refused(wrong):
    with pytest.raises(BadTurn):
        read_turn(wrong)


@pytest.mark.parametrize("typed", ["/restart", " /restart", "//restart", "/ /restart", "\uff0frestart", "\u2215restart", "/ \n/restart"])
def test_typed_text_is_never_a_command(typed):
    assert for_understanding(typed) == "restart"


def test_other_text_stays_as_it_is():
    assert for_understanding("Heltid/deltid?") == "Heltid/deltid?"
