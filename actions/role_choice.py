"""Finds the role that a question is about, or asks which one is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions import follow_up, gateway, ordinals, places, replies
from actions.role_lookup import Role, is_title_word, match_roles, part_fits, words_of
from actions.turn import Turn

MOST_BUTTONS = 6
LONGEST_TITLE = 8
SURE_OF_ANOTHER = 0.9  # from this confidence on, a mere part of a title ('entä palkka?') is a question of its own


async def role_in_question(turn: Turn, intent: str) -> Role | None:
    """The role a question is about, in full and now under discussion; None when we had to ask."""
    refs = await _refs_meant(turn)
    if len(refs) == 1:
        role = await read(turn, refs[0])
        if role is not None:
            discuss(turn, role["ref"])
            return role
        if turn.entity("role_ref"):
            turn.remember("open_offer", {"kind": "search"})
            replies.say(turn, "utter_role_gone", buttons=[replies.button(turn, "show_all", "search_roles")])
            return None
    await ask_which(turn, intent, refs)
    return None


async def role_if_known(turn: Turn) -> Role | None:
    """The role a question is about, when that is clear; never asks."""
    refs = await _refs_meant(turn)
    role = await read(turn, refs[0]) if len(refs) == 1 else None
    if role is not None:
        discuss(turn, role["ref"])
    return role


async def is_bare_title(turn: Turn) -> bool:
    """Whether the message is the title of one role and nothing else."""
    words = words_of(turn.text)
    named = await _named(turn) if 0 < len(words) <= LONGEST_TITLE else []
    return len(named) == 1 and all(is_title_word(word, named[0]) for word in words)


async def names_role(turn: Turn) -> bool:
    """Whether the message names or hints at a role of ours, or a place in the list just shown."""
    return bool(await _named(turn) or _from_list(turn) or _hinted(turn.text, await turn.gateway.roles(turn.language)))


def discuss(turn: Turn, ref: str) -> None:
    """Make a role the one under discussion."""
    turn.remember("role_ref", ref)
    turn.remember("role_page", turn.slot("page_role"))


def discuss_own(turn: Turn, ref: str) -> None:
    """Talk of one's own application makes its role the one under discussion, but never on another role's page."""
    if not turn.slot("page_role"):
        discuss(turn, ref)


def under_discussion(turn: Turn) -> str | None:
    """The role that was talked about last on this page, else the role of the page."""
    page = turn.slot("page_role")
    talked = turn.slot("role_ref")
    moved_on = page is not None and turn.slot("role_page") != page
    return page if moved_on or not talked else talked


async def ask_which(turn: Turn, intent: str, refs: Sequence[str] = ()) -> None:
    """Ask which role is meant; each button asks the question again about its role."""
    roles = await turn.gateway.roles(turn.language)
    searched = turn.slot("roles_found") or []
    likely = list(refs or (searched if len(searched) <= MOST_BUTTONS else ()))
    own = [{"ref": a["role_ref"], "title": a["title"]} for a in _own_listed(turn) if a["role_ref"] not in {r["ref"] for r in roles}]
    choice = sorted((r for r in roles + own if r["ref"] in likely), key=lambda r: likely.index(r["ref"])) or roles
    if not choice:
        replies.say(turn, "utter_no_open_roles", buttons=[replies.person(turn)])
        return
    await_role(turn, intent)
    turn.remember("roles_shown", [role["ref"] for role in choice[:MOST_BUTTONS]])
    buttons = [role_button(turn, role, intent) for role in choice[:MOST_BUTTONS]]
    more = len(choice) > MOST_BUTTONS
    replies.say(turn, "utter_which_role_of_many" if more else "utter_which_role", buttons=buttons)


def await_role(turn: Turn, intent: str) -> None:
    """Expect the next message to name a role, for this question and another one of the same message."""
    before = turn.tracker.get_slot("asked_for") or {}
    same_message = turn.message_id is not None and before.get("message") == turn.message_id
    also = before.get("intent") if same_message and before.get("what") == "role" else None
    turn.remember("asked_for", {"what": "role", "intent": intent, "message": turn.message_id, "also": also})


def role_button(turn: Turn, role: Role, intent: str) -> replies.Button:
    """A button with a role's title and towns that asks `intent` about it."""
    towns = ", ".join(places.name(town, turn.language) for town in role.get("locations") or [])
    title = f"{role['title']}, {towns}" if towns else role["title"]
    return {"title": title, "payload": replies.payload(intent, role_ref=role["ref"])}


async def _refs_meant(turn: Turn) -> list[str]:
    pressed = turn.entity("role_ref")
    if pressed:
        return [pressed]
    if turn.chosen_roles:
        return turn.chosen_roles
    named = await _named(turn)
    talked = under_discussion(turn)
    if named:
        refs = [role["ref"] for role in named]
        return [talked] if talked in refs else refs
    listed = _from_list(turn)
    if listed:
        return [listed]
    own = _own_meant(turn)
    if own:
        return own
    roles = await turn.gateway.roles(turn.language)
    if talked:
        pointed = _hinted(_pointing(turn), roles)
        return pointed if pointed and talked not in pointed else [talked]
    return _hinted(turn.text, roles) or [role["ref"] for role in roles if len(roles) == 1]


def _own_listed(turn: Turn) -> list[dict[str, Any]]:
    """One's own applications (`role_ref`, `title`, `active`), where they have just been listed."""
    before = turn.tracker.get_slot("asked_for") or {}
    return list(before["of"]) if before.get("what") == "application" else []


def _own_meant(turn: Turn) -> list[str]:
    """The roles of those just listed that a question without a title is about: by a part of it, else those still running."""
    listed = [] if turn.slot("page_role") else _own_listed(turn)
    hinted = [a["role_ref"] for a in listed if part_fits(turn.text, a)]
    return hinted or [a["role_ref"] for a in listed if a["active"]] or [a["role_ref"] for a in listed]


def _pointing(turn: Turn) -> str:
    """What of a message may point away from the role under discussion: all of an answer to 'which job'."""
    before = turn.tracker.get_slot("asked_for") or {}
    return turn.text if before.get("what") == "role" else follow_up.pointed_at(turn.text)


async def follows_up(turn: Turn, also_by_town: bool) -> bool:
    """Whether the message is no question of its own, but says of which role the last one is asked now; notes which."""
    words = follow_up.after_lead(turn.text, turn.language)
    roles = await turn.gateway.roles(turn.language) if words else []
    if not words or not follow_up.ask_nothing(words, roles):
        return False
    listed = _from_list(turn)
    surely = [role["ref"] for role in await _named(turn)] or ([listed] if listed else [])
    by_town = bool(places.towns_in(turn.text))
    if surely or (also_by_town if by_town else turn.confidence < SURE_OF_ANOTHER):
        turn.chosen_roles = surely or _hinted(turn.text, roles)
    return bool(turn.chosen_roles)


def _hinted(text: str, roles: list[Role]) -> list[str]:
    """Roles that a part of a title ('asentaja') or a town points to, where it points to few."""
    towns = set(places.towns_in(text))
    parts = [role["ref"] for role in roles if part_fits(text, role)]
    there = [role["ref"] for role in roles if towns & set(role.get("locations") or [])]
    both = [ref for ref in parts if ref in there]
    hinted = both or parts or there
    return hinted if len(hinted) < len(roles) else []


async def _named(turn: Turn) -> list[Role]:
    """The roles named in the message, narrowed by a town named with them."""
    text = " ".join([turn.text, *turn.entities("role")])
    if not text.strip():
        return []
    matches = match_roles(text, await turn.gateway.roles(turn.language))
    towns = places.towns_in(text) if len(matches) > 1 else []
    return [m for m in matches if set(m.get("locations") or []) & set(towns)] or matches


def _from_list(turn: Turn) -> str | None:
    shown = turn.slot("roles_shown") or []
    return ordinals.pick(shown, ordinals.ordinal_in(turn.text)) if turn.text else None


async def read(turn: Turn, ref: str) -> dict[str, Any] | None:
    """A role by its reference; None when there is no such role."""
    try:
        return await turn.gateway.role(ref, turn.language)
    except gateway.NotFound:
        return None
