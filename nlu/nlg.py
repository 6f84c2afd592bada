"""Chooses responses by the language of the turn; the same turn always says the same."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator

FALLBACK_LANGUAGES = ("en", "sv", "fi")


class LanguageGenerator(TemplatedNaturalLanguageGenerator):
    """The first variation whose conditions hold; else the same in English, Swedish or Finnish."""

    def _random_response_for(  # the name is Rasa's; nothing here is random
        self, utter_action: str, output_channel: str, filled_slots: dict[str, Any]
    ) -> dict[str, Any] | None:
        return choose_response(self.responses.get(utter_action, []), filled_slots)


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
