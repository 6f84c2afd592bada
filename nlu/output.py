"""What the assistant says in a turn: replies with buttons and sources, and effects."""

from __future__ import annotations

import json
from typing import Any

from rasa.core.channels.channel import OutputChannel

from nlu.turn import ALSO, BadTurn, read_button

Reply = dict[str, Any]


class BadReply(ValueError):
    """An action uttered something that the reply protocol has no place for."""


class TurnOutput(OutputChannel):
    """Collects replies as the gateway wants them; Rasa's own collector drops half of it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.effects: list[dict[str, Any]] = []
        self._parts: list[list[Reply]] = [[]]

    @classmethod
    def name(cls) -> str:
        """The channel's name in responses and events."""
        return "desk"

    @property
    def hidden(self) -> list[list[int]]:
        """Start and end of what is to be blotted out in the message."""
        return [span for effect in self.effects if effect["kind"] == "mask" for span in effect["spans"]]

    def begin_part(self, number: int) -> None:
        """What follows answers the message's question of this number, counted from 0."""
        while len(self._parts) <= number:
            self._parts.append([])

    def replies(self) -> list[Reply]:
        """All replies, in order; what two questions ask back alike is asked once."""
        first, *others = self._parts
        said = list(first)
        for part in others:
            for reply in part:
                twin = next((r for r in said if r["text"] == reply["text"]), None)
                if twin is None:
                    said.append(reply)
                else:
                    said[said.index(twin)] = ask_both(twin, reply)
        return said

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one utterance: a reply, an effect, or both."""
        custom = message.get("custom") or {}
        if custom:
            self.effects.append(_effect(custom))
        buttons = [_button(b) for b in message.get("buttons") or []]
        text = (message.get("text") or "").strip()
        if not text and not buttons:
            if not custom:
                raise BadReply("An utterance had neither text, nor buttons, nor an effect.")
            return
        self._parts[-1].append(
            {
                "text": text,
                "language": message.get("language") or self.language,
                "buttons": buttons,
                "sources": [_source(s) for s in message.get("sources") or []],
            }
        )


def ask_both(first: Reply, second: Reply) -> Reply:
    """One reply for two questions that both ask back the same ('Which job do you mean?').

    Its buttons answer both questions.
    """
    payloads = {button["title"]: button["button"] for button in second["buttons"]}
    buttons = [{**button, "button": with_also(button["button"], payloads.get(button["title"]))} for button in first["buttons"]]
    return {**first, "buttons": buttons}


def with_also(payload: str, other: str | None) -> str:
    """The payload that does what both do, when they differ in the intent alone."""
    try:
        one, two = read_button(payload), read_button(other or "")
    except BadTurn:
        return payload
    if one.intent == two.intent or one.entities != two.entities or one.also or two.also:
        return payload
    entities = {**one.entities, ALSO: two.intent}
    return f"/{one.intent}{json.dumps(entities, ensure_ascii=False)}"


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
