"""The first message: that an AI answers, what it can do, how to reach a person, and questions to begin with."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext

from api.answers.company import company


def greeting(language: str, on_role_page: bool) -> tuple[str, list[dict[str, Any]]]:
    """Text and buttons in `language`."""
    with force_locale(language):
        text = gettext(
            "Hi! I'm %(name)s, an AI assistant at %(company)s. I answer questions about our jobs, pay and how hiring works, "
            "and, once you have shown who you are, about your own application. "
            'If you would rather talk to a person, choose "Talk to a person" whenever you like.',
            name=company().assistant_name, company=company().name,
        )  # fmt: skip
        return text, _about_role() if on_role_page else _anything()


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
