"""Chooses responses by the language of the turn; the same turn always says the same."""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator

from actions import overlay
from actions.possessive import fitted

FALLBACK_LANGUAGES = ("en", "sv", "fi")

log = logging.getLogger("assistant")
_PLACE = re.compile(r"(?<!{){([^\n{}]+)}(?!})")


class MissingValue(ValueError):
    """A response has a place for a value that nobody gave; Rasa would show the place, or 'None'."""


class LanguageGenerator(TemplatedNaturalLanguageGenerator):
    """The first variation whose conditions hold; else the same in English, Swedish or Finnish."""

    def _random_response_for(  # the name is Rasa's; nothing here is random
        self, utter_action: str, output_channel: str, filled_slots: dict[str, Any]
    ) -> dict[str, Any] | None:
        return choose_response(self.responses.get(utter_action, []), filled_slots)

    def generate_from_slots(self, utter_action: str, filled_slots: dict[str, Any], output_channel: str, **kwargs: Any) -> dict[str, Any] | None:
        """The response with all its places filled; raises `MissingValue` where it cannot be."""
        shipped = self._random_response_for(utter_action, output_channel, filled_slots)
        if shipped is None:
            return None
        values = {**filled_slots, **kwargs}
        edited = as_edited(utter_action, shipped)
        if edited is not None and (missing := _missing(edited, values)):
            log.warning("%s: worded with {%s}, which has no value; said as shipped", utter_action, ", ".join(missing))
            edited = None
        chosen = edited or shipped
        missing = _missing(chosen, values)
        if missing:
            raise MissingValue(f"{utter_action} has no value for {', '.join(missing)}.")
        fitting = {**chosen, "text": fitted(chosen["text"], _language(chosen), values)} if chosen.get("text") else chosen
        return self._fill_response(copy.deepcopy(fitting), filled_slots, **kwargs)


def as_edited(name: str, shipped: dict[str, Any]) -> dict[str, Any] | None:
    """A response as an admin has worded it, in the language of the shipped one; None where nobody has."""
    text = overlay.text("response", name, _language(shipped))
    # Rasa takes "0[" in a filled-in text for a place that it failed to fill: keep the two apart, unseen.
    return None if text is None else {**shipped, "text": text.replace("0[", "0\u2060[")}


def _language(variation: dict[str, Any]) -> str:
    return next((str(c["value"]) for c in variation.get("condition") or [] if c["name"] == "language"), "")


def _missing(response: dict[str, Any], values: dict[str, Any]) -> list[str]:
    return [name for name in places(response) if values.get(name) is None]


def places(response: dict[str, Any]) -> list[str]:
    """The names of the values that a response's text and button titles need."""
    titles = [button.get("title") or "" for button in response.get("buttons") or []]
    return [name for text in (response.get("text") or "", *titles) for name in _PLACE.findall(text)]


def choose_response(variations: list[dict[str, Any]], slots: dict[str, Any]) -> dict[str, Any] | None:
    """The variation for these slots, or None when there is none in any language."""
    for language in (slots.get("language"), *FALLBACK_LANGUAGES):
        wanted = {**slots, "language": language}
        for variation in variations:
            if _holds(variation.get("condition") or [], wanted):
                return variation
    return None


def _holds(conditions: list[dict[str, Any]], slots: dict[str, Any]) -> bool:
    return all(_same(slots.get(c["name"]), c["value"]) for c in conditions)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return bool(value == wanted)
