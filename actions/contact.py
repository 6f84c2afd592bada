"""People: who to write to, a person instead of the assistant, and complaints."""

from __future__ import annotations

from actions import replies, role_choice
from actions.handing_over import hand_over
from actions.questions import answers
from actions.role_answers import next_questions
from actions.turn import Turn


@answers("ask_contact_person")
async def tell_contact_person(turn: Turn) -> None:
    """The role's contact; without a role, the general address and the question which role."""
    role = await role_choice.role_if_known(turn)
    contact = ((role or {}).get("contact") or (role or {}).get("recruiter") or {}) if role else {}
    reach = " · ".join(str(contact[way]) for way in ("email", "phone") if contact.get(way))
    if role and contact.get("name") and reach:
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
        "utter_contact_general",
        email=emails.get(turn.language) or next(iter(emails.values()), ""),
        sources=[replies.source("company", {"as_of": turn.now.isoformat()}, company["name"])],
        buttons=buttons,
    )


@answers("request_human")
async def bring_person(turn: Turn) -> None:
    """Hand over."""
    hand_over(turn, "asked_for_person", "utter_handing_over")


@answers("complaint")
async def take_complaint(turn: Turn) -> None:
    """Hand over at once, with care."""
    hand_over(turn, "complaint", "utter_complaint", priority="high")
