"""How an action speaks: messages with sources and buttons, and effects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from actions import texts
from actions.turn import Turn

Button = dict[str, str]
Source = dict[str, Any]


def say(
    turn: Turn,
    response: str,
    *,
    sources: Iterable[Source] = (),
    buttons: Iterable[Button] = (),
    **fields: Any,
) -> None:
    """Speak a response of the domain in the candidate's language."""
    told = {name: _plain(value) for name, value in fields.items()}
    turn.dispatcher.utter_message(response=response, sources=list(sources), buttons=list(buttons), **told)


def _plain(value: Any) -> Any:
    """Rasa takes '0[' in a filled-in text for a field that it failed to fill: keep the two apart, unseen."""
    return value.replace("0[", "0\u2060[") if isinstance(value, str) else value


def effect(turn: Turn, kind: str, **fields: Any) -> None:
    """Ask the gateway to do something together with this turn; fields that are None are left out."""
    known = {name: value for name, value in fields.items() if value is not None}
    turn.dispatcher.utter_message(json_message={"effect": {"kind": kind, **known}})


def payload(intent: str, **entities: str | None) -> str:
    """What a button sends: an intent and its entities."""
    known = {name: value for name, value in entities.items() if value is not None}
    return f"/{intent}{json.dumps(known, ensure_ascii=False)}" if known else f"/{intent}"


def button(turn: Turn, key: str, intent: str, **entities: str | None) -> Button:
    """A button whose title is in the table `utter_buttons`."""
    return {"title": texts.button(key, turn.language), "payload": payload(intent, **entities)}


def question(turn: Turn, intent: str, **entities: str | None) -> Button:
    """A button that asks a question; its title is in the table `utter_titles`."""
    title = texts.title(intent, turn.language) or intent
    return {"title": title, "payload": payload(intent, **entities)}


def person(turn: Turn) -> Button:
    """The button that brings in a human."""
    return button(turn, "person", "request_human")


def source(kind: str, of: Mapping[str, Any], ref: str | None = None) -> Source:
    """Where a fact comes from, and of when it is."""
    return {"kind": kind, "ref": ref or of.get("ref") or of.get("key"), "as_of": of.get("as_of")}
