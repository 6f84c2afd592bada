"""What the assistant has offered to do, and doing it when the candidate says yes.

An offer is a dictionary with its `kind` and what it needs; a button carries the kind itself, so
that an old button still means what it says. A typed 'yes' holds for the offer of
the turn before; small talk in between leaves it open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from actions import replies
from actions.contact_people import contact_of, recruiter_word
from actions.turn import Turn

Doing = Callable[[Turn, dict[str, Any]], Awaitable[None]]

DOINGS: dict[str, Doing] = {}


def does(kind: str) -> Callable[[Doing], Doing]:
    """Make the decorated function what happens when an offer is accepted."""

    def register(doing: Doing) -> Doing:
        DOINGS[kind] = doing
        return doing

    return register


def make(turn: Turn, kind: str, yes: str, no: str | None = "no_thanks", **facts: Any) -> list[replies.Button]:
    """Remember an offer, and return the buttons that accept and decline it."""
    offer = {"kind": kind, **facts, "buttons": [yes, no]}
    turn.remember("open_offer", offer)
    return again(turn, offer)


def again(turn: Turn, offer: dict[str, Any]) -> list[replies.Button]:
    """The buttons of an offer that still stands."""
    yes, no = offer.get("buttons") or (None, None)
    told = {name: offer.get(name) for name in ("role_ref", "application")}
    accepts = [replies.button(turn, yes, "affirm", offer=offer["kind"], **told)] if yes else []
    return accepts + ([replies.button(turn, no, "deny", offer=offer["kind"])] if no else [])


def person(turn: Turn) -> replies.Button:
    """The button that brings in a human, for texts that offer one: then a typed yes does so too."""
    turn.remember("open_offer", {"kind": "person"})
    return replies.person(turn)


def offered(turn: Turn) -> str | None:
    """The kind of offer that a yes or no answers."""
    return turn.entity("offer") or (turn.offer or {}).get("kind")


async def accept(turn: Turn) -> bool:
    """Do what was offered; False when nothing was."""
    kind = offered(turn)
    doing = DOINGS.get(kind or "")
    if doing is None:
        return False
    facts = dict(turn.offer or {}) if (turn.offer or {}).get("kind") == kind else {}
    for name in ("role_ref", "application"):
        if turn.entity(name):
            facts[name] = turn.entity(name)
    await doing(turn, facts)
    return True


def first_time(turn: Turn, what: str) -> bool:
    """Whether something is asked of a recruiter for the first time in this conversation; notes it."""
    asked = list(turn.slot("already_asked") or [])
    if what in asked:
        return False
    turn.remember("already_asked", [*asked, what])
    return True


def asked_before(turn: Turn, what: str) -> bool:
    """Whether a recruiter has been asked something in this conversation."""
    return what in (turn.slot("already_asked") or [])


def ask_recruiter_offer(turn: Turn, topic: str, role_ref: str | None, contact: str) -> list[replies.Button]:
    """Offer to pass a question on to a person."""
    return make(
        turn,
        "ask_recruiter",
        "ask_for_me",
        topic=topic,
        role_ref=role_ref,
        contact=contact,
        question=turn.text or None,
    )


@does("ask_recruiter")
async def ask_recruiter(turn: Turn, facts: dict[str, Any]) -> None:
    """Pass a question on to the contact person, once."""
    ref, topic = facts.get("role_ref"), facts.get("topic") or "question"
    contact = facts.get("contact") or await contact_of(turn, ref) or recruiter_word(turn)
    if not first_time(turn, f"{topic}:{ref}"):
        replies.say(turn, "utter_question_sent_already", contact=contact)
        return
    replies.effect(turn, "ask_recruiter", topic=topic, role=ref, question=facts.get("question"))
    replies.say(turn, "utter_question_sent", contact=contact)
