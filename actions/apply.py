"""Applying, and what has been sent in."""

from __future__ import annotations

import re

from actions import applications as own_applications
from actions import dates, offers, replies, role_choice, texts
from actions.company_answers import tell_company_answer
from actions.handing_over import hand_over
from actions.questions import answers
from actions.role_answers import role_text, tell, tell_ad_text
from actions.role_lookup import Role
from actions.turn import Turn

_OPEN_APPLICATION = re.compile(
    r"öppen ansökan|öppna ansökningar|spontanansök\w*|spontant|intresseanmälan|"
    r"avoin hakemus|avoimen hakemuksen|avointa hakemusta|avoimella hakemuksella|"
    r"open application|spontaneous|speculative|unsolicited",
    re.IGNORECASE,
)


@answers("how_to_apply")
async def tell_how_to_apply(turn: Turn) -> None:
    """The role's way, with its link and last day; else how it is done here in general."""
    if _OPEN_APPLICATION.search(turn.text):
        await tell_company_answer(turn, "open_application", "how_to_apply")
        return
    role = await role_choice.role_if_known(turn)
    if role is None:
        await tell_company_answer(turn, "how_to_apply", "how_to_apply", buttons=[replies.question(turn, "search_roles")])
    elif role.get("status", "open") != "open":
        replies.say(
            turn,
            "utter_role_closed",
            title=role["title"],
            sources=[replies.source("role", role)],
            buttons=[replies.question(turn, "search_roles")],
        )
    else:
        await _tell_way(turn, role)


async def _tell_way(turn: Turn, role: Role) -> None:
    found = role_text(turn, role, "how_to_apply")
    until = role.get("closes_on")
    day = dates.day(until, turn.language, turn.now.date()) if until else ""
    deadline = texts.sentence("utter_part_apply_by", turn.language, day=day) if until else ""
    link = await _link(turn, role)
    if found is None and link is None:
        await tell_company_answer(turn, "how_to_apply", "how_to_apply", role)
        return
    tell(
        turn,
        role,
        "how_to_apply",
        "utter_how_to_apply" if link else "utter_how_to_apply_no_link",
        words=f"{found.words}{found.note} " if found else "",
        deadline=deadline,
        link=link or "",
    )


async def _link(turn: Turn, role: Role) -> str | None:
    url = role.get("url")
    if not url or "://" in url:
        return url
    site = (await turn.gateway.company()).get("site_url")
    return f"{site.rstrip('/')}/{url.lstrip('/')}" if site else None


@answers("ask_documents")
async def tell_documents(turn: Turn) -> None:
    """What to send along: the role's own list, else the company's."""
    role = await role_choice.role_if_known(turn)
    if not (role and tell_ad_text(turn, role, "ask_documents", "documents")):
        await tell_company_answer(turn, "documents", "ask_documents", role)


@answers("confirm_receipt")
async def tell_receipt(turn: Turn) -> None:
    """Whether the application has arrived, and when."""
    found = await own_applications.own(turn)
    if not found:
        own_applications.say_none(turn)
        return
    chosen = own_applications.meant(turn, found)
    lines = [
        texts.sentence(
            "utter_part_received",
            turn.language,
            title=application["role_title"],
            day=own_applications.day(turn, application["received_at"]),
        )
        for application in chosen
    ]
    replies.say(
        turn,
        "utter_received",
        lines="\n".join(lines),
        sources=[own_applications.source(a) for a in chosen],
        buttons=[replies.question(turn, i) for i in ("ask_application_status", "ask_next_contact")],
    )


@answers("edit_application")
async def tell_how_to_edit(turn: Turn) -> None:
    """How to change or complete what was sent."""
    await tell_company_answer(
        turn,
        "edit_application",
        "edit_application",
        buttons=[replies.question(turn, "withdraw_application"), replies.person(turn)],
    )


@answers("technical_problem")
async def help_with_technology(turn: Turn) -> None:
    """Steps to try, and a person where they don't help."""
    if offers.offered(turn) == "technical_problem":  # it was just explained, and still fails
        hand_over(turn, "technical_problem", "utter_handing_over")
        return
    found = await turn.gateway.answer("technical_problem", turn.language)
    buttons = offers.make(turn, "technical_problem", "still_broken", no=None)
    if found:
        await tell_company_answer(turn, "technical_problem", "technical_problem", buttons=buttons)
    else:
        replies.say(turn, "utter_technical_steps", buttons=buttons)
