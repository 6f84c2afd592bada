"""A conversation as plain text, for the candidate to keep."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import force_locale, gettext

from api.answers.company import company
from api.conversations import queries
from api.conversations.models import Conversation


def as_text(conversation: Conversation) -> str:
    """All visible messages with time and speaker, in the office's local time."""
    zone = ZoneInfo(company().office(None).time_zone)
    with force_locale(conversation.language):
        names = {"candidate": gettext("You"), "system": company().name}
        lines = [gettext("Conversation with %(company)s", company=company().name), ""]
    after = 0
    while batch := queries.messages_after(conversation.id, after):
        for message in batch:
            who = message.author or names.get(message.sender, message.sender)
            lines.append(f"{message.sent_at.astimezone(zone):%Y-%m-%d %H:%M}  {who}: {message.text}")
        after = batch[-1].seq
    return "\n".join(lines) + "\n"
