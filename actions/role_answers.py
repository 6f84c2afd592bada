"""Parts that answers about a role share: its texts, sources and the questions that may follow."""

from __future__ import annotations

from dataclasses import dataclass

from babel.lists import format_list
from babel.numbers import format_decimal

from actions import contact_people, offers, replies, texts
from actions.role_lookup import Role
from actions.turn import Turn

# What one may want to know next.
NEXT: dict[str, tuple[str, ...]] = {
    "ask_role_tasks": ("ask_salary", "ask_requirements", "how_to_apply"),
    "ask_requirements": ("ask_salary", "how_to_apply"),
    "ask_language_requirements": ("ask_requirements", "how_to_apply"),
    "ask_location": ("ask_remote_work", "ask_salary"),
    "ask_remote_work": ("ask_location", "ask_working_hours"),
    "ask_working_hours": ("ask_salary", "ask_start_date"),
    "ask_start_date": ("ask_deadline", "ask_working_hours"),
    "ask_deadline": ("how_to_apply", "ask_documents"),
    "ask_team": ("ask_role_tasks", "ask_salary"),
    "ask_employer": ("ask_company", "ask_role_tasks"),
    "ask_salary": ("ask_benefits", "how_to_apply"),
    "ask_benefits": ("ask_salary", "how_to_apply"),
    "ask_process": ("ask_response_time", "how_to_apply"),
    "ask_interview": ("ask_process", "ask_assessment"),
    "ask_assessment": ("ask_process", "ask_interview"),
    "ask_documents": ("how_to_apply", "ask_deadline"),
    "how_to_apply": ("ask_documents", "ask_deadline"),
    "ask_contact_person": ("how_to_apply",),
}


@dataclass(frozen=True)
class Found:
    """A text of the ad, and a note when it isn't in the candidate's language."""

    words: str
    note: str


def role_text(turn: Turn, role: Role, key: str) -> Found | None:
    """A text of the role, or None where the ad is silent."""
    words = str((role.get("texts") or {}).get(key) or "").strip()
    written_in = (role.get("text_languages") or {}).get(key) or role.get("text_language")
    return Found(words, language_note(turn, written_in)) if words else None


def language_note(turn: Turn, written_in: str | None) -> str:
    """' (The text is only available in Finnish.)' when the text isn't in the candidate's language."""
    if written_in in (None, turn.language):
        return ""
    language = texts.word(f"written_in_{written_in}", turn.language)
    return texts.sentence("utter_part_text_language", turn.language, written_in=language)


def more(turn: Turn, role: Role, key: str) -> str:
    """What the ad adds to a fact, as a sentence after it; empty where it adds nothing."""
    found = role_text(turn, role, key)
    return f" {found.words}{found.note}" if found else ""


def tell_ad_text_in_own_language(turn: Turn, role: Role, intent: str, key: str) -> bool:
    """Speak a text of the ad if it is in the candidate's language; else plain facts serve better."""
    found = role_text(turn, role, key)
    return bool(found and not found.note) and tell_ad_text(turn, role, intent, key)


def closed_note(turn: Turn, role: Role) -> str:
    """' The job is no longer open.' for one that isn't."""
    is_open = role.get("status", "open") == "open"
    return "" if is_open else texts.sentence("utter_part_closed", turn.language)


def next_questions(turn: Turn, intent: str, role: Role | None) -> list[replies.Button]:
    """Buttons for what one may want to know next about the same role."""
    ref = role["ref"] if role else None
    return [replies.question(turn, follow, role_ref=ref) for follow in NEXT.get(intent, ())]


def tell(turn: Turn, role: Role, intent: str, response: str, **fields: str) -> None:
    """Speak a fact of a role with its source and what one may ask next."""
    replies.say(
        turn,
        response,
        title=role["title"],
        sources=[replies.source("role", role)],
        buttons=next_questions(turn, intent, role),
        **fields,
    )


def tell_ad_text(turn: Turn, role: Role, intent: str, key: str) -> bool:
    """Speak a text of the ad; False where the ad is silent."""
    found = role_text(turn, role, key)
    if found is None:
        return False
    note = found.note + closed_note(turn, role)
    tell(turn, role, intent, "utter_from_ad", words=found.words, note=note)
    return True


def tell_unknown(turn: Turn, role: Role, intent: str) -> None:
    """Say that the ad is silent, and offer to ask."""
    contact = contact_people.name_of(role, turn)
    buttons = offers.ask_recruiter_offer(turn, intent, role["ref"], contact)
    replies.say(
        turn,
        "utter_detail_unknown",
        title=role["title"],
        contact=contact,
        buttons=buttons,
        sources=[replies.source("role", role)],
    )


def joined(items: list[str], language: str) -> str:
    """'a, b och c', 'a, b ja c', 'a, b and c'."""
    return format_list(items, locale="en_GB" if language == "en" else language)


def number(value: float, language: str) -> str:
    """A number as written in the language."""
    return format_decimal(value, locale=language)
