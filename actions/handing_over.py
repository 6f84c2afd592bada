"""Bringing in a person. The gateway says who and when; here only that it happens."""

from __future__ import annotations

from typing import Any

from actions import offers, replies
from actions.turn import Turn


def hand_over(turn: Turn, reason: str, response: str, priority: str = "normal", note: str | None = None, **fields: str) -> None:
    """Ask for a person and say so, with the response's `fields`; forms in progress end."""
    replies.effect(turn, "handoff", reason=reason, priority=priority, note=note)
    turn.remember("asked_for", {"what": "person"})
    replies.say(turn, response, **fields)


@offers.does("person")
async def bring_offered_person(turn: Turn, facts: dict[str, Any]) -> None:
    """'Yes' to 'would you rather talk to a person'."""
    hand_over(turn, "asked_for_person", "utter_handing_over")


@offers.does("not_understood")
async def bring_person_who_understands(turn: Turn, facts: dict[str, Any]) -> None:
    """'Yes' to a person after the assistant has not understood twice."""
    hand_over(turn, "not_understood", "utter_handing_over")


@offers.does("technical_problem")
async def still_broken(turn: Turn, facts: dict[str, Any]) -> None:
    """The steps didn't help."""
    hand_over(turn, "technical_problem", "utter_handing_over")


@offers.does("accommodation")
async def arrange_accommodation(turn: Turn, facts: dict[str, Any]) -> None:
    """An adjustment is talked through with a person."""
    hand_over(turn, "accommodation", "utter_handing_over")


@offers.does("offer_check")
async def check_offer(turn: Turn, facts: dict[str, Any]) -> None:
    """A person looks at the message that the candidate got."""
    senders = ", ".join(facts.get("senders") or []) or None
    hand_over(turn, "offer_check", "utter_handing_over", priority="high", note=senders)


@offers.does("data_request")
async def pass_data_request_on(turn: Turn, facts: dict[str, Any]) -> None:
    """A request about personal data that can't be done here."""
    hand_over(turn, "data_request", "utter_handing_over")
