"""The state that travels with a turn: the last few user turns, the slots, the form in progress.

Pure functions on event dictionaries as Rasa writes them. A turn costs the same at message 5 and at
message 500 because older events are folded into a head that says what they left behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.blot import blot

Event = dict[str, Any]

VERSION = 1
TURNS_KEPT = 2
_LISTEN: Event = {"event": "action", "name": "action_listen"}
_SESSION: list[Event] = [
    {"event": "action", "name": "action_session_start"},
    {"event": "session_started"},
]


class BadState(ValueError):
    """The state was not written by this module."""


def events_of(state: Any, slots: Mapping[str, Any]) -> list[Event]:
    """The events to start a turn from, with `slots` as they are for this turn.

    A slot that has changed is set after everything that was said before, as it happened.
    """
    if state is None:
        return [*_SESSION, *_slot_events(slots), _LISTEN]
    if not isinstance(state, dict) or state.get("version") != VERSION:
        raise BadState("The state is not one of this assistant's.")
    events = state.get("events")
    if not isinstance(events, list) or not all(isinstance(e, dict) for e in events):
        raise BadState("The state holds no list of events.")
    known = _fold(events).slots
    changed = {n: v for n, v in slots.items() if n not in known or known[n] != v}
    return [*events, *_slot_events(changed)]


def state_of(events: list[Event], volatile: Collection[str] = (), turns: int = TURNS_KEPT) -> dict[str, Any]:
    """The state to keep after a turn, from all of its events; `volatile` slots are left out."""
    lasting = [e for e in events if not (e.get("event") == "slot" and e.get("name") in volatile)]
    cut = _start_of_last(lasting, turns)
    kept = [slim for event in lasting[cut:] if (slim := _slim(event))]
    return {"version": VERSION, "events": [*_head(lasting[:cut]), *kept]}


def blotted(events: Iterable[Event], text: str, understood: str, spans: Sequence[Sequence[int]]) -> list[Event]:
    """The events without what stands at these places (start, end) of a text that the user has said.

    Entities found there go, too; they count from the beginning of `understood`, the part of the text that the NLU saw.
    """
    if not spans:
        return list(events)
    hidden, before = blot(text, spans), max(0, text.find(understood))

    def stays(entity: dict[str, Any]) -> bool:
        start, end = entity.get("start"), entity.get("end")
        return start is None or end is None or not any(a < end + before and start + before < b for a, b in spans)

    def without(event: Event) -> Event:
        if event.get("event") != "user" or event.get("text") != text:
            return event
        parsed = event.get("parse_data") or {}
        kept = [entity for entity in parsed.get("entities") or [] if stays(entity)]
        return {**event, "text": hidden, "parse_data": {**parsed, "text": hidden, "entities": kept}}

    return [without(event) for event in events]


@dataclass
class _Folded:
    """What events leave behind."""

    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None


def _fold(events: list[Event]) -> _Folded:
    folded = _Folded()
    for event in events:
        kind = event.get("event")
        if kind == "slot":
            folded.slots[event["name"]] = event.get("value")
        elif kind == "reset_slots":
            folded.slots.clear()
        elif kind == "restart":
            folded = _Folded()
        elif kind == "active_loop":
            folded.form = event.get("name")
    return folded


def form_in_progress(events: list[Event]) -> str | None:
    """The name of the form that waits for an answer, if any."""
    return _fold(events).form


def _start_of_last(events: list[Event], turns: int) -> int:
    users = [i for i, event in enumerate(events) if event.get("event") == "user"]
    if not users:
        return len(events)
    return users[-turns] if len(users) >= turns else users[0]


def _head(events: list[Event]) -> list[Event]:
    """The folded events as the beginning of a conversation that stands at the same point."""
    folded = _fold(events)
    form = folded.form
    in_form = [{"event": "action", "name": form}, {"event": "active_loop", "name": form}]
    filled = {name: value for name, value in folded.slots.items() if value is not None}
    return [*_SESSION, *_slot_events(filled), *(in_form if form else []), _LISTEN]


def _slot_events(slots: Mapping[str, Any]) -> list[Event]:
    return [{"event": "slot", "name": name, "value": value} for name, value in slots.items()]


def _slim(event: Event) -> Event | None:
    """The event without what no later turn reads; None for what needs no keeping."""
    kind = event.get("event")
    if kind == "bot":
        return None
    if kind == "user":
        parsed = event.get("parse_data") or {}
        known = {key: parsed.get(key) for key in ("intent", "entities")}
        return {"event": "user", "text": event.get("text"), "parse_data": known}
    dropped = {"timestamp", "metadata", "policy", "confidence", "action_text"}
    return {k: v for k, v in event.items() if k not in dropped and v is not None or k == "value"}
