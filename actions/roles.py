"""What each role is: its work, its place, its terms, its people."""

from __future__ import annotations

from babel import Locale

from actions import dates, places, replies, role_choice, texts
from actions.questions import answers
from actions.role_answers import (
    closed_note,
    joined,
    more,
    number,
    role_text,
    tell,
    tell_ad_text,
    tell_ad_text_in_own_language,
    tell_unknown,
)
from actions.role_list import alert_buttons
from actions.role_lookup import Role
from actions.role_search import Wish
from actions.turn import Turn


@answers("ask_role_tasks")
async def tell_tasks(turn: Turn) -> None:
    """What the work is, with the honest preview of its days."""
    role = await role_choice.role_in_question(turn, "ask_role_tasks")
    if role is None:
        return
    parts = [role_text(turn, role, key) for key in ("tasks", "preview")]
    found = [part for part in parts if part] or [p for p in [role_text(turn, role, "summary")] if p]
    if not found:
        tell_unknown(turn, role, "ask_role_tasks")
        return
    words = " ".join(part.words for part in found)
    note = found[0].note + closed_note(turn, role)
    tell(turn, role, "ask_role_tasks", "utter_from_ad", words=words, note=note)


@answers("ask_requirements")
async def tell_requirements(turn: Turn) -> None:
    """What is asked for."""
    role = await role_choice.role_in_question(turn, "ask_requirements")
    if role and not tell_ad_text(turn, role, "ask_requirements", "requirements"):
        tell_unknown(turn, role, "ask_requirements")


@answers("ask_language_requirements")
async def tell_languages(turn: Turn) -> None:
    """Which languages, and how well."""
    role = await role_choice.role_in_question(turn, "ask_language_requirements")
    if role is None:
        return
    needed = [_language_and_level(entry, turn.language) for entry in role.get("languages") or []]
    if not needed:
        tell_unknown(turn, role, "ask_language_requirements")
        return
    languages = joined(needed, turn.language)
    tell(turn, role, "ask_language_requirements", "utter_role_languages", languages=languages, more="")


def _language_and_level(entry: dict[str, str], language: str) -> str:
    name = Locale(language).languages.get(entry["language"], entry["language"])
    level = entry.get("level")
    return f"{name} ({texts.word(f'level_{level}', language)})" if level else str(name)


@answers("ask_location")
async def tell_location(turn: Turn) -> None:
    """Where the work is done."""
    role = await role_choice.role_in_question(turn, "ask_location")
    if role is None or tell_ad_text_in_own_language(turn, role, "ask_location", "location"):
        return
    where = [said for place in role.get("locations") or [] if (said := _address(place, turn.language))]
    extra = more(turn, role, "location")
    if where:
        spoken = joined(where, turn.language)
        tell(turn, role, "ask_location", "utter_role_location", places=spoken, more=extra)
    elif role.get("remote") == "full":
        tell(turn, role, "ask_location", "utter_role_location_free", more=extra)
    else:
        tell_unknown(turn, role, "ask_location")


def _address(place: dict[str, str], language: str) -> str:
    town = places.name(place.get("city") or "", language)
    return ", ".join(part for part in (place.get("address"), town) if part)


@answers("ask_remote_work")
async def tell_remote(turn: Turn) -> None:
    """Whether the work can be done elsewhere."""
    role = await role_choice.role_in_question(turn, "ask_remote_work")
    if role is None or tell_ad_text_in_own_language(turn, role, "ask_remote_work", "remote_work"):
        return
    kind = role.get("remote")
    if kind not in ("none", "hybrid", "full"):
        tell_unknown(turn, role, "ask_remote_work")
        return
    extra = more(turn, role, "remote_work")
    tell(turn, role, "ask_remote_work", f"utter_role_remote_{kind}", more=extra)


@answers("ask_working_hours")
async def tell_hours(turn: Turn) -> None:
    """Kind and length of employment, hours, shifts."""
    role = await role_choice.role_in_question(turn, "ask_working_hours")
    if role is None or tell_ad_text_in_own_language(turn, role, "ask_working_hours", "working_hours"):
        return
    language, extra = turn.language, more(turn, role, "working_hours")
    if not (role.get("employment_type") and role.get("hours")):
        if not tell_ad_text(turn, role, "ask_working_hours", "working_hours"):
            tell_unknown(turn, role, "ask_working_hours")
        return
    week, months = role.get("hours_per_week"), role.get("contract_months")
    tell(
        turn,
        role,
        "ask_working_hours",
        "utter_role_hours",
        employment=texts.word(f"employment_{role['employment_type']}", language),
        hours=texts.word(f"hours_{role['hours']}", language),
        weekly=_counted("utter_part_weekly", week, language),
        contract=_counted("utter_part_contract", months, language),
        more=extra,
    )


def _counted(name: str, count: float | None, language: str) -> str:
    return texts.sentence(name, language, number=number(count, language)) if count else ""


@answers("ask_start_date")
async def tell_start(turn: Turn) -> None:
    """When the work begins."""
    role = await role_choice.role_in_question(turn, "ask_start_date")
    if role is None:
        return
    if not role.get("starts_on"):
        tell_unknown(turn, role, "ask_start_date")
        return
    day = dates.day(role["starts_on"], turn.language, turn.now.date())
    tell(turn, role, "ask_start_date", "utter_role_start", day=day)


@answers("ask_deadline")
async def tell_deadline(turn: Turn) -> None:
    """The last day to apply, and whether it has gone."""
    role = await role_choice.role_in_question(turn, "ask_deadline")
    if role is None:
        return
    until, today = role.get("closes_on"), turn.now.date()
    closed = role.get("status", "open") != "open"
    day = dates.day(until, turn.language, today) if until else ""
    if until and dates.as_date(until) < today:
        _tell_too_late(turn, role, "utter_role_deadline_passed", day=day)
    elif closed:
        _tell_too_late(turn, role, "utter_role_closed")
    elif until:
        tell(turn, role, "ask_deadline", "utter_role_deadline", day=day)
    else:
        tell(turn, role, "ask_deadline", "utter_role_deadline_none")


def _tell_too_late(turn: Turn, role: Role, response: str, **fields: str) -> None:
    replies.say(
        turn,
        response,
        title=role["title"],
        sources=[replies.source("role", role)],
        buttons=alert_buttons(turn, Wish(fields=[role["field"]] if role.get("field") else [])),
        **fields,
    )


@answers("ask_team")
async def tell_team(turn: Turn) -> None:
    """How large the team is, who leads it, what it is like."""
    role = await role_choice.role_in_question(turn, "ask_team")
    if role is None or tell_ad_text_in_own_language(turn, role, "ask_team", "team"):
        return
    facts = _team_facts(turn, role)
    found = role_text(turn, role, "team")
    if found:
        facts.append(found.words)
    if not facts:
        tell_unknown(turn, role, "ask_team")
        return
    note = found.note if found else ""
    tell(turn, role, "ask_team", "utter_role_team", facts=" ".join(facts), note=note)


def _team_facts(turn: Turn, role: Role) -> list[str]:
    language, facts = turn.language, []
    if role.get("team_size"):
        facts.append(texts.sentence("utter_part_team_size", language, number=role["team_size"]))
    manager = (role.get("manager") or {}).get("name")
    if manager:
        facts.append(texts.sentence("utter_part_manager", language, name=manager))
    return facts


@answers("ask_employer")
async def tell_employer(turn: Turn) -> None:
    """Who stands behind the ad; without a role, all employers of the company."""
    role = await role_choice.role_if_known(turn)
    if role and tell_ad_text_in_own_language(turn, role, "ask_employer", "employer"):
        return
    employer = (role or {}).get("employer") or {}
    if role and employer.get("name"):
        extra = more(turn, role, "employer")
        tell(turn, role, "ask_employer", "utter_role_employer", employer=employer["name"], more=extra)
        return
    company = await turn.gateway.company()
    about = await turn.gateway.answer("company", turn.language) or {}
    sources = [replies.source("company", {"as_of": turn.now.isoformat()}, company["name"])]
    if about:
        sources.append(replies.source("answer", about))
    employers = joined([_employer_name(e) for e in company.get("employers") or []] or [company["name"]], turn.language)
    replies.say(
        turn,
        "utter_employers",
        employers=employers,
        words=about.get("text", ""),
        sources=sources,
        buttons=[replies.question(turn, "search_roles"), replies.question(turn, "ask_company")],
    )


def _employer_name(employer: dict[str, str] | str) -> str:
    return employer if isinstance(employer, str) else employer["name"]
