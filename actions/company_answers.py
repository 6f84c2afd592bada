"""What the company says about itself, and what to do where it says nothing."""

from __future__ import annotations

from actions import offers, replies, texts
from actions.role_answers import language_note, next_questions
from actions.role_lookup import Role
from actions.turn import Turn


async def tell_company_answer(
    turn: Turn,
    key: str,
    intent: str,
    role: Role | None = None,
    buttons: list[replies.Button] | None = None,
) -> None:
    """Speak the company's answer with its source; where there is none, offer to ask a recruiter."""
    found = await turn.gateway.answer(key, turn.language)
    if found is None:
        say_unknown(turn, intent, role)
        return
    replies.say(
        turn,
        "utter_from_company",
        words=found["text"].strip(),
        note=language_note(turn, found.get("language")),
        sources=[replies.source("answer", found)],
        buttons=next_questions(turn, intent, role) if buttons is None else buttons,
    )


def say_unknown(turn: Turn, intent: str, role: Role | None) -> None:
    """The company has written nothing on this: offer to pass the question on."""
    ref = role["ref"] if role else None
    recruiter = texts.word("recruiter", turn.language)
    buttons = offers.ask_recruiter_offer(turn, intent, ref, recruiter)
    replies.say(turn, "utter_company_unknown", buttons=[*buttons, replies.person(turn)])
