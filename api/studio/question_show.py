"""Filters of the pages about questions and words."""

from __future__ import annotations

from typing import Any

from babel import Locale

from api.config import LANGUAGES
from api.examples.names import SKILLS
from api.reader import language
from api.studio.pages import blueprint


@blueprint.app_template_filter()
def tongue(code: str) -> str:
    """A language's name in the reader's: 'Finnish', 'suomi'."""
    name = str(Locale(code).get_display_name(language()))
    return name[:1].upper() + name[1:]


@blueprint.app_template_filter()
def concept_name(name: str) -> str:
    """`shift_supplement` as people read it; the letter that sorts some (`q_possible`, `o_pets`) is nothing to them."""
    return (name[2:] if name[1:2] == "_" else name).replace("_", " ")


@blueprint.context_processor
def tongues() -> dict[str, Any]:
    """The languages that candidates are answered in, and intents by skill."""
    return {"tongues": LANGUAGES, "by_skill": by_skill}


def by_skill(intents: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Intents with their skills: the company's own first, then as a recruitment goes."""
    groups = ((skill, sorted((e for e in intents if e["skill"] == skill), key=lambda e: str(e["title"]).casefold())) for skill in ("studio", *SKILLS))
    return list({skill: group for skill, group in groups if group}.items())
