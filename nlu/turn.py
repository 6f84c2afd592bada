"""One turn: a checked request in; replies, effects and the new state out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("sv", "fi", "en")
LONGEST_TEXT = 4000
ALSO = "also"  # the entity of a button that asks a second question too
_COMMAND = re.compile("^[\\s/\u2044\u2215\uff0f]+")  # a slash in any of its forms
_BUTTON = re.compile(r"^/([a-z][a-z0-9_]*)(\{.*\})?$", re.DOTALL)


class BadTurn(ValueError):
    """The request is not a turn; the message says what is wrong with it."""


@dataclass(frozen=True)
class Button:
    """A pressed button or an internal event: an intent without any guessing."""

    intent: str
    entities: dict[str, Any]
    payload: str
    also: str | None = None


@dataclass(frozen=True)
class Turn:
    """A checked request. Exactly one of `text` and `button` is set."""

    conversation: str
    message_id: str
    text: str | None
    button: Button | None
    language: str
    page_role: str | None
    verified: bool
    now: str
    state: Any
    edition: str | None = None  # of what the actions read

    @property
    def slots(self) -> dict[str, Any]:
        """What the gateway says about this turn, as slots."""
        return {
            "language": self.language,
            "page_role": self.page_role,
            "verified": self.verified,
            "now": self.now,
            "conversation_id": self.conversation,
        }


def read_turn(body: Any) -> Turn:
    """Check a request body; raises `BadTurn` with one sentence."""
    if not isinstance(body, dict):
        raise BadTurn("The body must be a JSON object.")
    context = body.get("context")
    if not isinstance(context, dict):
        raise BadTurn("'context' must be an object.")
    text, button = body.get("text"), body.get("button")
    if (text is None) == (button is None):
        raise BadTurn("Exactly one of 'text' and 'button' must be given.")
    language = _text(body, "language")
    if language not in LANGUAGES:
        raise BadTurn(f"'language' must be one of {', '.join(LANGUAGES)}.")
    page_role, verified = context.get("page_role"), context.get("verified")
    if page_role is not None and not isinstance(page_role, str):
        raise BadTurn("'context.page_role' must be a string or null.")
    if not isinstance(verified, bool):
        raise BadTurn("'context.verified' must be true or false.")
    edition = context.get("edition")
    if edition is not None and not isinstance(edition, str):
        raise BadTurn("'context.edition' must be a string or null.")
    return Turn(
        conversation=_text(body, "conversation"),
        message_id=_text(body, "message_id"),
        text=None if text is None else _text(body, "text", LONGEST_TEXT),
        button=None if button is None else read_button(_text(body, "button")),
        language=language,
        page_role=page_role,
        verified=verified,
        now=_text(context, "now"),
        state=body.get("state"),
        edition=edition,
    )


def read_button(payload: str) -> Button:
    """`/intent{"entity": "value"}` as a button; raises `BadTurn` for anything else."""
    match = _BUTTON.match(payload)
    if not match:
        raise BadTurn('\'button\' must look like /intent or /intent{"entity": "value"}.')
    try:
        entities = json.loads(match.group(2) or "{}")
    except ValueError as error:
        raise BadTurn("The entities of 'button' are not JSON.") from error
    also = entities.pop(ALSO, None)
    if also is not None and not isinstance(also, str):
        raise BadTurn(f"'{ALSO}' of 'button' must name an intent.")
    return Button(match.group(1), entities, payload, also)


def _text(body: dict[str, Any], key: str, longest: int = LONGEST_TEXT) -> str:
    value = body.get(key)
    if not isinstance(value, str) or (not value and key != "text"):
        raise BadTurn(f"'{key}' must be a string.")
    if len(value) > longest:
        raise BadTurn(f"'{key}' is longer than {longest} characters.")
    return value


def for_understanding(text: str) -> str:
    """The text as the NLU sees it: never a command, though it may begin with a slash.

    Rasa takes `/restart` or `/intent{…}` for commands; typed by a person they are just text.
    """
    return _COMMAND.sub("", text).strip()
