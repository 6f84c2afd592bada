"""People: who to write to, a person instead of the assistant, and complaints."""

from __future__ import annotations

from typing import Any

from actions import phones, replies, role_choice
from actions.handing_over import hand_over
from actions.questions import answers
from actions.role_answers import next_questions
from actions.role_lookup import Role
from actions.turn import Turn


@answers("ask_contact_person")
async def tell_contact_person(turn: Turn) -> None:
    """The role's contact; without a role, the general address and the question which role."""
    role = await role_choice.role_if_known(turn)
    contact, reach = _whom(role or {})
    if role and contact:
        replies.say(
            turn,
            "utter_contact_person",
            title=role["title"],
            reach=reach,
            name=contact["name"],
            sources=[replies.source("role", role)],
            buttons=[*next_questions(turn, "ask_contact_person", role), replies.person(turn)],
        )
        return
    await _tell_general_address(turn, asked_for_role=role is None)


def _whom(role: Role) -> tuple[dict[str, Any], str]:
    """The first of the role's contact and recruiter who has a name and can be reached, and how; nothing if nobody."""
    for person in (role.get("contact") or {}, role.get("recruiter") or {}):
        reach = " · ".join(str(person[way]) for way in ("email", "phone") if person.get(way))
        if person.get("name") and reach:
            return person, reach
    return {}, ""


async def _tell_general_address(turn: Turn, asked_for_role: bool) -> None:
    company = await turn.gateway.company()
    emails = company.get("careers_email") or {}
    buttons = [replies.person(turn)]
    if asked_for_role:
        roles = await turn.gateway.roles(turn.language)
        role_choice.await_role(turn, "ask_contact_person")
        turn.remember("roles_shown", [role["ref"] for role in roles])
        most = role_choice.MOST_BUTTONS - 1
        buttons = [role_choice.role_button(turn, r, "ask_contact_person") for r in roles[:most]] + buttons
    replies.say(
        turn,
        "utter_contact_general" if asked_for_role else "utter_contact_recruiting",
        email=emails.get(turn.language) or next(iter(emails.values()), ""),
        sources=[replies.source("company", {"as_of": turn.now.isoformat()}, company["name"])],
        buttons=buttons,
    )


@answers("request_human")
async def bring_person(turn: Turn) -> None:
    """Hand over; with a telephone number, so that they are called."""
    number = phones.first(turn.text)
    reason = "not_understood" if (turn.offer or {}).get("kind") == "not_understood" else "asked_for_person"
    if number:
        hand_over(turn, reason, "utter_call_me", note=f"Would like to be called: {number}", number=number)
    else:
        hand_over(turn, reason, "utter_handing_over")


@answers("complaint")
async def take_complaint(turn: Turn) -> None:
    """Hand over at once, with care."""
    hand_over(turn, "complaint", "utter_complaint", priority="high")
