"""The first message: that an AI answers, what it can do, how to reach a person, and questions to begin with."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext

from api.answers import texts
from api.answers.company import company
from api.answers.shipped import FIELD, also

TEXT = "greeting"


def greeting(language: str, on_role_page: bool) -> tuple[str, list[dict[str, Any]]]:
    """Text, as admins have worded it or as shipped, and buttons in `language`."""
    values = {"name": company().assistant_name, "company": company().name}
    text = texts.worded("response", TEXT, language) or as_shipped(language)
    filled = FIELD.sub(lambda field: values.get(field[1], field[0]), text)
    with force_locale(language):
        return filled, _about_role() if on_role_page else _anything()


def as_shipped(language: str) -> str:
    """The text with its fields {name} and {company}."""
    with force_locale(language):
        return gettext(
            "Hi! I'm %(name)s, an AI assistant at %(company)s. I answer questions about our jobs, pay and how hiring works, "
            "and, once you have shown who you are, about your own application. "
            'If you would rather talk to a person, choose "Talk to a person" whenever you like.',
            name="{name}", company="{company}",
        )  # fmt: skip


also(TEXT, "welcome", as_shipped)


def _about_role() -> list[dict[str, Any]]:
    return [
        {"title": gettext("What does it pay?"), "button": "/ask_salary"},
        {"title": gettext("What is the work like?"), "button": "/ask_role_tasks"},
        {"title": gettext("How do I apply?"), "button": "/how_to_apply"},
    ]


def _anything() -> list[dict[str, Any]]:
    return [
        {"title": gettext("Open jobs"), "button": "/search_roles"},
        {"title": gettext("How does hiring work?"), "button": "/ask_process"},
        {"title": gettext("My application"), "button": "/ask_application_status"},
    ]
