"""The company: what it is and what it offers."""

from __future__ import annotations

import re

from actions import offers, replies, role_choice
from actions.company_answers import say_unknown, tell_company_answer
from actions.lines_of_work import employment_in
from actions.questions import answers
from actions.role_answers import language_note, tell_ad_text
from actions.turn import Turn

_VALUES = re.compile(
    r"värdering|värdegrund|kultur|stämning|arvo(?:t|ja|ihin|ista|jen)|kulttuuri|ilmapiiri|henki(?!l)|values|culture|atmosphere|"
    r"stand for|står .* för",
    re.IGNORECASE,
)
_EARLY_CAREER = frozenset({"internship", "summer"})


@answers("ask_company")
async def tell_company(turn: Turn) -> None:
    """What it does and how large it is; its values when they are asked for."""
    key = "values" if _VALUES.search(turn.text) else "company"
    buttons = [replies.question(turn, i) for i in ("search_roles", "ask_career_development")]
    await tell_company_answer(turn, key, "ask_company", buttons=buttons)


@answers("ask_career_development")
async def tell_career_development(turn: Turn) -> None:
    """Training and ways forward."""
    buttons = [replies.question(turn, i) for i in ("ask_benefits", "search_roles")]
    await tell_company_answer(turn, "career_development", "ask_career_development", buttons=buttons)


@answers("ask_internship")
async def tell_internship(turn: Turn) -> None:
    """Internships and summer jobs in general, and those open now."""
    roles = await turn.gateway.roles(turn.language)
    early = [r for r in roles if {r.get("employment_type"), r.get("field")} & _EARLY_CAREER]
    found = await turn.gateway.answer("internship", turn.language)
    if not found and not early:
        say_unknown(turn, "ask_internship", None)
        return
    turn.remember("roles_shown", [role["ref"] for role in early])
    kind = next((kind for kind in employment_in(turn.text) if kind in _EARLY_CAREER), "internship")
    if not early:
        turn.remember("open_offer", {"kind": "alerts", "wish": {"employment_type": kind}})
    buttons = [role_choice.role_button(turn, r, "ask_role_tasks") for r in early[: role_choice.MOST_BUTTONS]]
    now = {"as_of": turn.now.isoformat()}
    sources = [replies.source("role", now, role["ref"]) for role in early]
    replies.say(
        turn,
        "utter_internships" if early else "utter_internships_none_open",
        words=f"{found['text'].strip()}{language_note(turn, found.get('language'))} " if found else "",
        sources=([replies.source("answer", found)] if found else []) + sources,
        buttons=buttons or [replies.button(turn, "alerts", "subscribe_job_alerts", employment_type=kind)],
    )


@answers("ask_relocation")
async def tell_relocation(turn: Turn) -> None:
    """Help with moving, and permits to live and work."""
    role = await role_choice.role_if_known(turn)
    if not (role and tell_ad_text(turn, role, "ask_relocation", "relocation")):
        buttons = [replies.question(turn, "ask_language_requirements"), replies.person(turn)]
        await tell_company_answer(turn, "relocation", "ask_relocation", role, buttons)


@answers("ask_accommodation")
async def tell_accommodation(turn: Turn) -> None:
    """Adjustments and equal treatment; what one needs oneself is talked through with a person."""
    found = await turn.gateway.answer("accommodation", turn.language)
    if found is None:
        say_unknown(turn, "ask_accommodation", None)
        return
    buttons = offers.make(turn, "accommodation", "accommodation", no=None)
    await tell_company_answer(turn, "accommodation", "ask_accommodation", buttons=buttons)
