"""The state that travels with a turn."""

from __future__ import annotations

import pytest

from nlu.state import BadState, blotted, events_of, form_in_progress, state_of

SLOTS = {"language": "sv", "verified": False, "now": "2026-11-22T10:00:00+01:00"}
LISTEN = {"event": "action", "name": "action_listen"}


def said(text: str, intent: str = "greet") -> list[dict]:
    parsed = {"intent": {"name": intent, "confidence": 0.9}, "intent_ranking": [{"name": intent}] * 6, "entities": [], "text": text}
    return [
        {"event": "user", "text": text, "parse_data": parsed, "timestamp": 1.0, "metadata": {"model_id": "x"}},
        {"event": "action", "name": f"utter_{intent}", "policy": "RulePolicy", "confidence": 1.0, "timestamp": 2.0},
        {"event": "bot", "text": "Hej!", "data": {"buttons": []}, "timestamp": 3.0},
        {**LISTEN, "timestamp": 4.0},
    ]


def slot(name: str, value: object) -> dict:
    return {"event": "slot", "name": name, "value": value}


def names(state: dict) -> list[str]:
    return [e.get("name") or e["event"] for e in state["events"]]


def test_a_new_conversation_begins_with_a_session_and_the_turns_slots():
    events = events_of(None, SLOTS)
    assert [e["event"] for e in events] == ["action", "session_started", "slot", "slot", "slot", "action"]
    assert events[-1] == LISTEN


def test_a_slot_that_has_not_changed_is_not_set_again():
    state = state_of(events_of(None, SLOTS) + said("hej"), volatile=("now",))
    events = events_of(state, {**SLOTS, "verified": True})
    assert [(e["name"], e["value"]) for e in events[len(state["events"]) :]] == [("verified", True), ("now", SLOTS["now"])]


def test_the_state_is_as_long_at_turn_100_as_at_turn_5():
    state, lengths = None, []
    for number in range(100):
        state = state_of(events_of(state, SLOTS) + [slot("role_ref", f"LV-{number}")] + said(f"message {number}"), volatile=("now",))
        lengths.append(len(str(state)))
    assert max(lengths[4:]) - min(lengths[4:]) <= 8  # the numbers get a digit longer


def test_the_head_keeps_the_last_value_of_each_filled_slot():
    events = events_of(None, SLOTS) + [slot("role_ref", "LV-101")] + said("a") + [slot("role_ref", "LV-102"), slot("gone", 1), slot("gone", None)] + said("b")
    state = state_of(events + said("c") + said("d"), volatile=("now",), turns=1)
    head = {e["name"]: e["value"] for e in state["events"] if e["event"] == "slot"}
    assert head == {"language": "sv", "verified": False, "role_ref": "LV-102"}


def test_a_form_in_progress_survives_the_cut():
    form = [{"event": "active_loop", "name": "withdraw_form"}, slot("requested_slot", "reason")]
    events = events_of(None, SLOTS) + said("I withdraw") + form + said("what is the salary") + said("and the benefits")
    state = state_of(events, turns=1)
    assert names(state)[-6:-3] == ["withdraw_form", "withdraw_form", "action_listen"]
    assert form_in_progress(state["events"]) == "withdraw_form"


def test_a_finished_form_leaves_nothing():
    form = [{"event": "active_loop", "name": "withdraw_form"}, {"event": "active_loop", "name": None}]
    state = state_of(events_of(None, SLOTS) + said("x") + form + said("y") + said("z"), turns=1)
    assert form_in_progress(state["events"]) is None
    assert "withdraw_form" not in names(state)


def test_rankings_replies_and_bookkeeping_are_left_out():
    state = state_of(events_of(None, SLOTS) + said("hej"))
    written = str(state)
    assert "intent_ranking" not in written and "Hej!" not in written and "RulePolicy" not in written and "timestamp" not in written


def test_volatile_slots_are_left_out():
    assert "now" not in names(state_of(events_of(None, SLOTS) + said("hej"), volatile=("now",)))


def test_a_restart_forgets_slots_and_forms():
    events = events_of(None, SLOTS) + [{"event": "active_loop", "name": "f"}, {"event": "restart"}, *said("x"), *said("y")]
    state = state_of(events, turns=1)
    assert form_in_progress(state["events"]) is None
    assert not [e for e in state["events"] if e["event"] == "slot"]


@pytest.mark.parametrize("state", [[], "x", 3, {}, {"version": 99, "events": []}, {"version": 1}, {"version": 1, "events": ["x"]}])
def test_a_foreign_state_is_refused(state):
    with pytest.raises(BadState):
        events_of(state, SLOTS)


def test_what_must_not_be_kept_is_blotted_out_with_its_entities():
    text = " Jag har 35 000 kr på LV-101"
    understood = text.strip()
    found = [
        {"entity": "money", "value": "35 000 kr", "start": understood.index("35"), "end": understood.index(" på")},
        {"entity": "role_ref", "value": "LV-101", "start": understood.index("LV"), "end": len(understood)},
        {"entity": "of a button", "value": "x"},
    ]
    events = said("hej") + said(text)
    events[4]["parse_data"]["entities"] = found
    kept = blotted(events, text, understood, [[text.index("35"), text.index(" på")]])
    assert kept[4]["text"] == kept[4]["parse_data"]["text"] == " Jag har ••••••••• på LV-101"
    assert [e["entity"] for e in kept[4]["parse_data"]["entities"]] == ["role_ref", "of a button"]
    assert [e for i, e in enumerate(kept) if i != 4] == [e for i, e in enumerate(events) if i != 4]
    assert blotted(events, text, understood, []) == events
