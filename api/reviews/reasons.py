"""Why a message is worth a look. Pure: what was said in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from api.assistant.language import seems

REFUSED, CHOSEN, FALLBACK, LOW = "refused", "chosen", "fallback", "low"
THUMBS_DOWN, PERSON_AFTER, DECLINED, LANGUAGE = "thumbs_down", "person_after", "declined", "language"
REASONS = (THUMBS_DOWN, REFUSED, CHOSEN, FALLBACK, LOW, DECLINED, PERSON_AFTER, LANGUAGE)
# Below this confidence an answer may well have been to another question.
SURE = 0.65
NOT_UNDERSTOOD, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
TALK = frozenset(("greet", "goodbye", "thank", "affirm", "deny", "chitchat", "bot_challenge", "request_human", "complaint"))
# How unsure we are at least, whatever the NLU model says of itself.
LEAST = {THUMBS_DOWN: 0.8, REFUSED: 0.9, CHOSEN: 0.6, FALLBACK: 0.5, PERSON_AFTER: 0.5, DECLINED: 0.4, LANGUAGE: 0.5}
ASKED_FOR = frozenset(("asked_for_person", "not_understood"))
INTENT = re.compile(r"/(\w+)")
REFUSES = re.compile(r'/deny\{.*"offer":\s*"meaning"')


class Said(NamedTuple):
    """A message as it is read here."""

    id: str
    conversation_id: str
    seq: int
    sender: str
    text: str
    language: str
    button: str | None
    buttons: list[Any]
    hidden: bool
    in_reply_to: str | None
    intent: str | None
    confidence: float | None
    alternatives: list[Any]
    model_id: str | None
    rating: str | None
    sent_at: datetime


class Asked(NamedTuple):
    """When a conversation was handed to a person, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class Finding:
    """A message worth a look: why, and what it is likeliest to ask, with the next likely ones."""

    message: Said
    reasons: tuple[str, ...]
    guess: str | None
    confidence: float
    alternatives: list[dict[str, Any]]

    @property
    def uncertainty(self) -> float:
        return uncertainty(self.confidence, self.reasons)


def uncertainty(confidence: float, reasons: Iterable[str]) -> float:
    """How much a label would teach: 0 (nothing) to 1."""
    return round(max([1.0 - confidence, *(LEAST.get(reason, 0.0) for reason in reasons)]), 4)


def findings(talk: Sequence[Said], handoffs: Sequence[Asked]) -> list[Finding]:
    """The messages of one conversation that are worth a look; `talk` in order."""
    typed = [m for m in talk if m.sender == "candidate" and not m.hidden]
    replies: dict[str, list[Said]] = {}
    for message in talk:
        if message.sender == "assistant" and message.in_reply_to:
            replies.setdefault(message.in_reply_to, []).append(message)
    found = []
    for place, message in enumerate(typed):
        if message.button is None and message.intent is not None and message.text:
            following = typed[place + 1] if place + 1 < len(typed) else None
            after = typed[place + 2] if place + 2 < len(typed) else None
            found.append(_of(message, replies.get(message.id, []), following, after, handoffs))
    return [finding for finding in found if finding is not None]


def _of(message: Said, replies: list[Said], following: Said | None, after: Said | None, handoffs: Sequence[Asked]) -> Finding | None:
    confidence = message.confidence or 0.0
    ranking = [dict(entry) for entry in message.alternatives if isinstance(entry, dict) and entry.get("intent")]
    guess = message.intent
    reasons = []
    if message.intent == NOT_UNDERSTOOD:
        guess = ranking.pop(0)["intent"] if ranking else None
        if _asked_back(replies) or _handed(message, following, handoffs):
            reasons.append(FALLBACK)
            meant = _meant(replies, following)
            if meant:
                reasons.append(meant)
            if meant == CHOSEN and following is not None:
                guess = _chosen(following, guess)
    elif message.intent == OUT_OF_SCOPE:
        reasons.append(DECLINED)
    elif confidence < SURE and replies:
        reasons.append(LOW)
    if any(reply.rating == "down" for reply in replies):
        reasons.append(THUMBS_DOWN)
    if replies and message.intent not in TALK and following is not None and _handed(following, after, handoffs):
        reasons.append(PERSON_AFTER)
    if replies and _other_language(message):
        reasons.append(LANGUAGE)
    if not reasons:
        return None
    return Finding(message, tuple(r for r in REASONS if r in reasons), guess, confidence, [e for e in ranking if e["intent"] != guess])


def _asked_back(replies: list[Said]) -> bool:
    """ "Did you mean", or that it was not understood: a form takes texts that no intent fits, and that is no failure."""
    offered = [str(button.get("button", "")) for reply in replies for button in reply.buttons]
    return any(REFUSES.match(button) for button in offered) or bool(offered) and all(button.startswith("/request_human") for button in offered)


def _meant(replies: list[Said], following: Said | None) -> str | None:
    """What the candidate said to "did you mean"."""
    offered = [str(button.get("button", "")) for reply in replies for button in reply.buttons]
    if following is None or not any(REFUSES.match(button) for button in offered):
        return None
    if following.button is None:
        return CHOSEN if following.intent == "affirm" else REFUSED if following.intent == "deny" else None
    if REFUSES.match(following.button):
        return REFUSED
    return CHOSEN if following.button in offered and not following.button.startswith("/request_human") else None


def _chosen(following: Said, best: str | None) -> str | None:
    pressed = INTENT.match(following.button or "")
    return pressed.group(1) if pressed else best


def _handed(message: Said, following: Said | None, handoffs: Sequence[Asked]) -> bool:
    """Whether this message had the conversation handed to a person."""
    return any(h.reason in ASKED_FOR and message.sent_at <= h.at and (following is None or h.at < following.sent_at) for h in handoffs)


def _other_language(message: Said) -> bool:
    """Whether the text seems to be in another language than it was taken for."""
    return seems(message.text) not in (None, message.language)
