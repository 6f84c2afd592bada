"""Feedback on one's own application, and a call about it."""

from __future__ import annotations

from typing import Any

from actions import applications as own_applications
from actions import offers, replies
from actions.applications import Application
from actions.questions import answers
from actions.turn import Turn


@answers("ask_feedback")
async def tell_feedback(turn: Turn) -> None:
    """What has been written, and a call for those who were interviewed."""
    found = await own_applications.own(turn)
    if not found:
        own_applications.say_none(turn)
        return
    chosen = own_applications.meant(turn, found)
    told = [a for a in chosen if a.get("feedback") or a["status"] == "rejected"] or chosen
    if len(told) > 1:
        own_applications.ask_which(turn, "ask_feedback", told)
        own_applications.await_choice(turn, "ask_feedback", told)
        return
    _tell_one(turn, told[0])


def _tell_one(turn: Turn, application: Application) -> None:
    fields: dict[str, Any] = {
        "title": application["role_title"],
        "sources": [own_applications.source(application)],
    }
    interviewed = bool(application.get("interviewed"))
    if application.get("feedback"):
        buttons = _offer_call(turn, application) if interviewed else [replies.person(turn)]
        replies.say(turn, "utter_feedback", feedback=application["feedback"], buttons=buttons, **fields)
    elif application["status"] == "active":
        buttons = [
            replies.question(turn, "ask_application_status", application=application["ref"]),
            replies.person(turn),
        ]
        replies.say(turn, "utter_feedback_not_yet", buttons=buttons, **fields)
    elif interviewed:
        call = _offer_call(turn, application)
        replies.say(turn, "utter_feedback_call_offer", buttons=call, **fields)
    else:
        contact = own_applications.contact_name(turn, application)
        ask = offers.ask_recruiter_offer(turn, "feedback", application["role_ref"], contact)
        replies.say(turn, "utter_feedback_none", contact=contact, buttons=ask, **fields)


def _offer_call(turn: Turn, application: Application) -> list[replies.Button]:
    return offers.make(turn, "feedback_call", "feedback_call", application=application["ref"])


@offers.does("feedback_call")
async def ask_for_call(turn: Turn, facts: dict[str, Any]) -> None:
    """Pass the wish for a call on, once; only to the candidate whose application it is."""
    ref = facts.get("application")
    mine = await own_applications.own(turn) if turn.verified else []
    application = next((a for a in mine if a["ref"] == ref), None)
    if application is None:
        own_applications.say_none(turn)
        return
    contact = own_applications.contact_name(turn, application)
    if offers.first_time(turn, f"call:{ref}"):
        replies.effect(turn, "feedback_call", application=ref, wish=_wish(turn.text))
        replies.say(turn, "utter_call_asked", contact=contact)
    else:
        replies.say(turn, "utter_question_sent_already", contact=contact)


def _wish(text: str) -> str | None:
    """What is said beyond 'yes': when the call would suit."""
    return text if len(text.split()) > 3 else None
