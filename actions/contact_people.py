"""Who to name when a question is passed on."""

from __future__ import annotations

from typing import Any

from actions import gateway, texts
from actions.turn import Turn


def name_of(role: dict[str, Any] | None, turn: Turn) -> str:
    """The role's contact person, or 'the recruiter'."""
    for who in ("contact", "recruiter"):
        name = ((role or {}).get(who) or {}).get("name")
        if name:
            return str(name)
    return recruiter_word(turn)


def recruiter_word(turn: Turn) -> str:
    """'the recruiter' in the candidate's language."""
    return texts.word("recruiter", turn.language)


async def contact_of(turn: Turn, ref: str | None) -> str | None:
    """The contact person of a role by its reference, if both are known."""
    if not ref:
        return None
    try:
        return name_of(await turn.gateway.role(ref, turn.language), turn)
    except gateway.NotFound:
        return None
