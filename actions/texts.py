"""The candidate-facing texts of `nlu/domain`, for button titles and for sentences inside others.

Whole messages are spoken by Rasa from the same files (`replies.say`); what is put together from
parts, and every word on a button, is read here. What an admin has worded otherwise goes before.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions import overlay
from actions.possessive import fitted

DOMAIN = Path(__file__).resolve().parents[1] / "nlu" / "domain"
LANGUAGES = ("sv", "fi", "en")


def sentence(name: str, language: str, /, **fields: Any) -> str:
    """The text of a response in a language, with its fields filled in."""
    edited = overlay.text("response", name, _known(language))
    if edited is not None:
        with suppress(KeyError, IndexError, ValueError):  # a field that the action no longer fills: better as shipped
            return fitted(edited, _known(language), fields).format(**fields)
    return fitted(str(variation(name, language)["text"]), _known(language), fields).format(**fields)


def word(key: str, language: str) -> str:
    """A word or phrase of the table `utter_words`."""
    return overlay.text("word", key, _known(language)) or variation("utter_words", language)["custom"][key]


def title(intent: str, language: str) -> str | None:
    """What a question is called on a button; None for intents that are no question."""
    if intent.startswith(overlay.COMPANY):
        return overlay.any_language("question_title", intent, language)
    return overlay.text("title", intent, _known(language)) or variation("utter_titles", language)["custom"].get(intent)


def button(key: str, language: str) -> str:
    """The title of a button that is no question ('Yes, withdraw it')."""
    return overlay.text("button", key, _known(language)) or variation("utter_buttons", language)["custom"][key]


def variation(name: str, language: str) -> dict[str, Any]:
    """One response in one language, as it stands in the file."""
    return responses()[name][_known(language)]


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"


@lru_cache(maxsize=1)
def responses() -> dict[str, dict[str, dict[str, Any]]]:
    """Name -> language -> variation, of all domain files."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file in sorted(DOMAIN.glob("*.yml")):
        written = yaml.safe_load(file.read_text("utf-8")) or {}
        for name, variations in (written.get("responses") or {}).items():
            found[name] = {_language(v): v for v in variations}
    return found


def _language(variation: dict[str, Any]) -> str:
    conditions = variation.get("condition") or [{}]
    return str(conditions[0].get("value"))
