"""The open roles: those that fit what is asked for, as a numbered list."""

from __future__ import annotations

from typing import Any

from actions import dates, offers, places, replies, role_choice, texts
from actions.questions import answers
from actions.role_lookup import Role
from actions.role_search import Wish, asks_for_similar, fitting, like, nearest, wish_of, with_hours
from actions.turn import Turn

MOST_LISTED = 5
MOST_NEAR = 3


@answers("search_roles")
async def search_roles(turn: Turn) -> None:
    """List the open roles that fit, numbered, each with a button."""
    roles = await turn.gateway.roles(turn.language)
    talked = role_choice.under_discussion(turn)
    present = next((role for role in roles if role["ref"] == talked), None)
    if present and present.get("field") and asks_for_similar(turn.text):
        list_roles(turn, Wish(fields=[present["field"]]), like(present, roles))
        return
    wish = wish_of(turn, roles)
    found = await _of_the_hours(turn, wish, fitting(wish, roles))
    near = [] if found else await _of_the_hours(turn, wish, nearest(wish, roles))
    if near:
        say_nearest(turn, wish, near[:MOST_NEAR])
    else:
        list_roles(turn, wish, found)


async def _of_the_hours(turn: Turn, wish: Wish, found: list[Role]) -> list[Role]:
    return await with_hours(turn, wish, found) if wish.hours and found else found


def list_roles(turn: Turn, wish: Wish, found: list[Role]) -> None:
    """Say which roles there are, or that there are none and what can be done."""
    if not found:
        say_none(turn, wish)
        return
    spoken = wish.spoken(turn.language)
    shown = found[:MOST_LISTED]
    if len(found) == 1:
        role_choice.discuss(turn, found[0]["ref"])
    turn.remember("roles_shown", [role["ref"] for role in shown])
    turn.remember("roles_found", [role["ref"] for role in found])
    rest = len(found) - len(shown)
    fields = {
        "count": len(found),
        "listed": "\n".join(_listed(turn, n, role) for n, role in enumerate(shown, 1)),
        "more": texts.sentence("utter_part_more_roles", turn.language, count=rest) if rest else "",
        "filters": f" ({spoken})" if spoken else "",
    }
    several = "utter_roles_all" if wish.is_empty() else "utter_roles_found"
    name = "utter_role_found" if len(found) == 1 else several
    replies.say(
        turn,
        name,
        sources=[replies.source("role", {"as_of": turn.now.isoformat()}, r["ref"]) for r in shown],
        buttons=[role_choice.role_button(turn, role, "ask_role_tasks") for role in shown],
        **fields,
    )


def say_none(turn: Turn, wish: Wish) -> None:
    """Nothing fits: offer to tell when something does."""
    filters = wish.spoken(turn.language)
    turn.remember("open_offer", {"kind": "alerts", "wish": _alert_wish(wish)})
    if not filters:
        replies.say(turn, "utter_no_open_roles", buttons=alert_buttons(turn, wish)[:1])
        return
    replies.say(turn, "utter_roles_none", filters=filters, buttons=alert_buttons(turn, wish))


def say_nearest(turn: Turn, wish: Wish, near: list[Role]) -> None:
    """Nothing fits in the town: say so, show what is nearest, and offer to tell when something does."""
    turn.remember("open_offer", {"kind": "alerts", "wish": _alert_wish(wish)})
    turn.remember("roles_shown", [role["ref"] for role in near])
    turn.remember("roles_found", [role["ref"] for role in near])
    replies.say(
        turn,
        "utter_roles_nearest",
        filters=wish.spoken(turn.language),
        listed="\n".join(_listed(turn, n, role) for n, role in enumerate(near, 1)),
        sources=[replies.source("role", {"as_of": turn.now.isoformat()}, role["ref"]) for role in near],
        buttons=[*(role_choice.role_button(turn, role, "ask_role_tasks") for role in near), alert_buttons(turn, wish)[0]],
    )


def alert_buttons(turn: Turn, wish: Wish) -> list[replies.Button]:
    """Hear of such jobs by mail, or see all of them."""
    return [
        replies.button(turn, "alerts", "subscribe_job_alerts", **_in_words(_alert_wish(wish))),
        replies.button(turn, "show_all", "search_roles"),
    ]


def _alert_wish(wish: Wish) -> dict[str, Any]:
    firsts = {"location": wish.towns, "field": wish.fields, "employment_type": wish.employment}
    return {**{name: next(iter(named), None) for name, named in firsts.items()}, "remote": wish.remote or None}


def _in_words(wish: dict[str, Any]) -> dict[str, str | None]:
    """As a button's entities, which have none for remote work: it stands with the kind of employment."""
    kinds = [wish["employment_type"], "remote" if wish["remote"] else None]
    return {"location": wish["location"], "field": wish["field"], "employment_type": " ".join(filter(None, kinds)) or None}


def _listed(turn: Turn, order: int, role: Role) -> str:
    where = [places.name(town, turn.language) for town in role.get("locations") or []]
    where += [texts.word("remote", turn.language)] if role.get("remote") == "full" else []
    until = role.get("closes_on")
    day = dates.day(until, turn.language, turn.now.date()) if until else ""
    return texts.sentence(
        "utter_part_listed_role",
        turn.language,
        number=order,
        title=role["title"],
        places="".join(f", {place}" for place in where),
        until=texts.sentence("utter_part_until", turn.language, day=day) if until else "",
    )


@offers.does("search")
async def show_all(turn: Turn, facts: dict[str, Any]) -> None:
    """'Yes' to 'would you like to see what is open now'."""
    list_roles(turn, Wish(), fitting(Wish(), await turn.gateway.roles(turn.language)))
