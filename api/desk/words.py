"""What the database keeps as keys, in words that recruiters use."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from api.config import LANGUAGES

REASONS: dict[str, LazyString] = {
    "asked_for_person": lazy_gettext("Asked for a person"),
    "complaint": lazy_gettext("Complaint"),
    "not_understood": lazy_gettext("Not understood twice"),
    "data_request": lazy_gettext("Question about their data"),
    "accommodation": lazy_gettext("Needs an adjustment"),
    "offer_check": lazy_gettext("Is an offer genuine"),
    "technical_problem": lazy_gettext("Technical problem"),
    "assistant_failed": lazy_gettext("The assistant failed"),
    "promise_overdue": lazy_gettext("Promise overdue"),
    "withdrew": lazy_gettext("Withdrew after an interview"),
    "taken_over": lazy_gettext("Taken over"),
    "wrote_again": lazy_gettext("Wrote again"),
}
VIEWS: dict[str, LazyString] = {
    "waiting": lazy_gettext("Waiting"),
    "mine": lazy_gettext("Mine"),
    "assistant": lazy_gettext("With the assistant"),
    "snoozed": lazy_gettext("Snoozed"),
    "resolved": lazy_gettext("Resolved"),
}
EMPTY: dict[str, tuple[LazyString, LazyString]] = {
    "waiting": (
        lazy_gettext("Nobody waits"),
        lazy_gettext("Candidates who ask for a person appear here by themselves, the one whose reply is due first on top."),
    ),
    "mine": (
        lazy_gettext("You hold no conversation"),
        lazy_gettext("Claim one under Waiting, or take one over from the assistant. It stays here until you hand it back or resolve it."),
    ),
    "assistant": (
        lazy_gettext("The assistant talks to nobody"),
        lazy_gettext("Conversations that the assistant answers appear here, to read along and to take over."),
    ),
    "snoozed": (
        lazy_gettext("Nothing is snoozed"),
        lazy_gettext("Conversations that you put off come back under Mine at the time you choose, or as soon as the candidate writes."),
    ),
    "resolved": (
        lazy_gettext("Nothing is resolved yet"),
        lazy_gettext("Conversations that a person has ended appear here. They open again when the candidate writes."),
    ),
}
REQUESTS: dict[str, LazyString] = {
    "withdraw": lazy_gettext("Has withdrawn"),
    "reschedule": lazy_gettext("Asks for another interview time"),
    "feedback_call": lazy_gettext("Would like a call with feedback"),
    "ask_pay": lazy_gettext("Asks for the pay range that the ad lacks"),
    "ask_recruiter": lazy_gettext("Asks what the assistant could not answer"),
    "export": lazy_gettext("Asked for a copy of their data"),
    "erase": lazy_gettext("Had their data erased here"),
}
SOURCES: dict[str, LazyString] = {
    "role": lazy_gettext("role"),
    "application": lazy_gettext("application"),
    "answer": lazy_gettext("company answer"),
}
PROOFS: dict[str, LazyString] = {
    "mail": lazy_gettext("by a code sent to their address"),
    "link": lazy_gettext("by a link in a mail"),
    "identity": lazy_gettext("signed in on the careers site"),
}
CHANNELS: dict[str, LazyString] = {
    "phone": lazy_gettext("by phone"),
    "email": lazy_gettext("by mail"),
    "mail": lazy_gettext("by mail"),
    "chat": lazy_gettext("here in the chat"),
    "video": lazy_gettext("by video"),
    "letter": lazy_gettext("by letter"),
    "meeting": lazy_gettext("at a meeting"),
}
PROMISES: dict[str, LazyString] = {
    "open": lazy_gettext("open"),
    "kept": lazy_gettext("kept"),
    "broken": lazy_gettext("not kept"),
    "replaced": lazy_gettext("replaced"),
    "dropped": lazy_gettext("dropped"),
}


@cache
def tongues(reader: str) -> dict[str, str]:
    """What the languages are called in the reader's own."""
    return {code: str(Locale(code).get_display_name(reader)) for code in LANGUAGES}


def of(words: dict[str, Any], key: str | None) -> str:
    """The words for a key; an unknown key is better than nothing."""
    return str(words.get(key or "", (key or "").replace("_", " ")))


def visitor(name: str | None) -> str:
    """Whom one talks to, named or not."""
    return name or gettext("Visitor")
