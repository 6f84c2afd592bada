"""What the assistant says in a turn: replies with buttons and sources, and effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import OutputChannel


class BadReply(ValueError):
    """An action uttered something that the reply protocol has no place for."""


@dataclass
class Said:
    """Everything said so far in one turn, in order."""

    replies: list[dict[str, Any]] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)


class TurnOutput(OutputChannel):
    """Collects replies as the gateway wants them; Rasa's own collector drops half of it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.said = Said()

    @classmethod
    def name(cls) -> str:
        """The channel's name in responses and events."""
        return "desk"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one utterance: a reply, an effect, or both."""
        custom = message.get("custom") or {}
        if custom:
            self.said.effects.append(_effect(custom))
        buttons = [_button(b) for b in message.get("buttons") or []]
        text = (message.get("text") or "").strip()
        if not text and not buttons:
            if not custom:
                raise BadReply("An utterance had neither text, nor buttons, nor an effect.")
            return
        self.said.replies.append(
            {
                "text": text,
                "language": message.get("language") or self.language,
                "buttons": buttons,
                "sources": [_source(s) for s in message.get("sources") or []],
            }
        )


def _effect(custom: dict[str, Any]) -> dict[str, Any]:
    effect = custom.get("effect")
    if not isinstance(effect, dict) or not isinstance(effect.get("kind"), str):
        raise BadReply("A json_message must be {'effect': {'kind': …}}.")
    return effect


def _button(button: dict[str, Any]) -> dict[str, str]:
    title, payload = button.get("title"), button.get("payload")
    if not isinstance(title, str) or not isinstance(payload, str) or not payload.startswith("/"):
        raise BadReply("A button needs a title and a payload that starts with '/'.")
    return {"title": title, "button": payload}


def _source(source: Any) -> dict[str, Any]:
    if not isinstance(source, dict) or not isinstance(source.get("kind"), str):
        raise BadReply("A source must be {'kind': …, 'ref': …, 'as_of': …}.")
    return {key: source.get(key) for key in ("kind", "ref", "as_of")}
