"""What the assistant says, as the gateway gets it."""

from __future__ import annotations

import asyncio

import pytest

from nlu.output import BadReply, TurnOutput, with_also


def say(output: TurnOutput, **message: object) -> None:
    asyncio.run(output.send_response("c1", message))


def test_a_reply_keeps_buttons_sources_and_blank_lines():
    output = TurnOutput("sv")
    source = {"kind": "role", "ref": "LV-101", "as_of": "2026-11-22T10:00:00+01:00"}
    say(output, text="38 000\n\nper månad", buttons=[{"title": "Förmåner", "payload": "/ask_benefits"}], sources=[source], utter_action="utter_x")
    assert output.replies() == [
        {"text": "38 000\n\nper månad", "language": "sv", "buttons": [{"title": "Förmåner", "button": "/ask_benefits"}], "sources": [source]}
    ]
    assert output.effects == []


def test_an_effect_is_no_reply():
    output = TurnOutput("fi")
    say(output, text=None, custom={"effect": {"kind": "handoff", "reason": "complaint"}})
    assert (output.replies(), output.effects) == ([], [{"kind": "handoff", "reason": "complaint"}])


def test_a_reply_may_carry_an_effect():
    output = TurnOutput("fi")
    say(output, text="Selvä.", custom={"effect": {"kind": "ask_pay", "role": "LV-101"}})
    assert [r["text"] for r in output.replies()] == ["Selvä."]
    assert len(output.effects) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "x", "custom": {"kind": "handoff"}},
        {"text": "x", "custom": {"effect": {}}},
        {"text": "x", "buttons": [{"title": "a"}]},
        {"text": "x", "buttons": [{"title": "a", "payload": "ask"}]},
        {"text": "x", "sources": ["LV-101"]},
    ],
)
def test_what_the_protocol_has_no_place_for_fails_aloud(wrong):
    with pytest.raises(BadReply):
        say(TurnOutput("sv"), **wrong)


def test_replies_to_two_questions_come_in_order():
    output = TurnOutput("en")
    output.begin_part(0)
    say(output, text="Pay")
    output.begin_part(1)
    say(output, text="Start")
    assert [r["text"] for r in output.replies()] == ["Pay", "Start"]


def test_what_both_questions_ask_back_is_asked_once_and_answers_both():
    output = TurnOutput("en")
    for number, intent in enumerate(("ask_salary", "ask_team")):
        output.begin_part(number)
        buttons = [{"title": f"Job {n}", "payload": f'/{intent}{{"role_ref": "LV-{n}"}}'} for n in (1, 2)]
        say(output, text="Which job?", buttons=buttons)
    (reply,) = output.replies()
    assert [b["button"] for b in reply["buttons"]] == [f'/ask_salary{{"role_ref": "LV-{n}", "also": "ask_team"}}' for n in (1, 2)]


@pytest.mark.parametrize("other", [None, "/ask_salary", '/ask_team{"role_ref": "LV-2"}', "broken"])
def test_buttons_that_do_not_belong_together_stay_apart(other):
    assert with_also("/ask_salary", other) == "/ask_salary"
