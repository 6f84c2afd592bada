"""Greetings, yes and no, and who is talking."""

from __future__ import annotations

from actions import offers, replies
from actions.forms import says_well_yes
from actions.questions import answers
from actions.turn import Turn


@answers("greet")
async def greet(turn: Turn) -> None:
    """Greet back and show what can be asked."""
    replies.say(turn, "utter_greet", buttons=beginnings(turn))


@answers("goodbye")
async def goodbye(turn: Turn) -> None:
    """Say goodbye."""
    replies.say(turn, "utter_goodbye")


@answers("thank")
async def thank(turn: Turn) -> None:
    """Take the thanks."""
    replies.say(turn, "utter_thank")


@answers("chitchat")
async def chitchat(turn: Turn) -> None:
    """A friendly word, and back to the matter."""
    if not in_form(turn):
        replies.say(turn, "utter_chitchat", buttons=beginnings(turn))


@answers("bot_challenge")
async def tell_what_i_am(turn: Turn) -> None:
    """Say that this is an AI, and offer a human."""
    replies.say(turn, "utter_bot_challenge", buttons=[offers.person(turn)])


@answers("affirm")
async def affirm(turn: Turn) -> None:
    """Do what was offered; a form in progress asks its own question again."""
    if await offers.accept(turn) or in_form(turn):
        return
    replies.say(turn, "utter_what_next", buttons=beginnings(turn))


@answers("deny")
async def deny(turn: Turn) -> None:
    """Leave what was offered."""
    if in_form(turn) or (says_well_yes(turn) and await offers.accept(turn)):
        return
    if offers.offered(turn) == "meaning":
        replies.say(turn, "utter_say_it_otherwise", buttons=[replies.person(turn)])
    else:
        replies.say(turn, "utter_all_right")


def beginnings(turn: Turn) -> list[replies.Button]:
    """What most people come for."""
    page = turn.slot("page_role")
    first = replies.question(turn, "ask_salary", role_ref=page) if page else None
    asked = [first] if first else []
    return [
        *asked,
        replies.question(turn, "search_roles"),
        replies.question(turn, "ask_application_status"),
        replies.person(turn),
    ]


def in_form(turn: Turn) -> bool:
    """Whether a form waits for something of its own."""
    return bool((turn.tracker.active_loop or {}).get("name"))
