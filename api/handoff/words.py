"""What the desk tells a candidate when the speaker changes, in the conversation's language."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext

from api import clock
from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.handoff import service
from api.handoff.hours import expectation


def joined(conversation: Conversation, name: str) -> None:
    """A person has taken the conversation."""
    with force_locale(conversation.language):
        conversations.say(conversation, gettext("%(name)s, recruiter, has joined and can see what you have written here.", name=name))


def passed_on(conversation: Conversation, before: str | None, name: str) -> None:
    """Another person has it now."""
    with force_locale(conversation.language):
        if before is None:
            text = gettext("%(name)s, recruiter, has joined and can see what you have written here.", name=name)
        else:
            text = gettext("%(before)s has handed over to %(name)s, recruiter, who can see what you have written here.", before=before, name=name)
        conversations.say(conversation, text)


def handed_back(conversation: Conversation, name: str) -> None:
    """The assistant speaks again."""
    with force_locale(conversation.language):
        text = gettext("%(name)s has left. You are talking to the assistant again. Ask for a person whenever you like.", name=name)
        conversations.say(conversation, text)


def resolved(conversation: Conversation, name: str) -> None:
    """A person has ended it; what is written next reaches a person again."""
    with force_locale(conversation.language):
        text = gettext("%(name)s has ended this conversation. If anything is left, just write here, and a recruiter answers.", name=name)
        conversations.say(conversation, text, buttons=[_back()])


def reopened(conversation: Conversation, name: str | None, in_reply_to: str) -> None:
    """The candidate has written again after the end."""
    expected = _expected(conversation)
    with force_locale(conversation.language):
        if name is None:
            text = gettext("I have told our recruiters that you wrote again. %(when)s", when=expected)
        else:
            text = gettext("I have told %(name)s that you wrote again. %(when)s", name=name, when=expected)
        conversations.say(conversation, text, in_reply_to=in_reply_to, buttons=[_back()] if name is None else [])


def assistant_again(conversation: Conversation, in_reply_to: str | None) -> None:
    """The assistant speaks, since nobody else does."""
    with force_locale(conversation.language):
        conversations.say(conversation, gettext("You are talking to the assistant again. What would you like to know?"), in_reply_to=in_reply_to)


def new_matter(conversation: Conversation, in_reply_to: str) -> None:
    """Long after the end the candidate writes again; the assistant answers next."""
    with force_locale(conversation.language):
        text = gettext("You are talking to the assistant again. Ask for a person whenever you like.")
        conversations.say(conversation, text, in_reply_to=in_reply_to)


def already_there(conversation: Conversation, name: str, in_reply_to: str) -> None:
    """The candidate would rather have the assistant, but a person is there."""
    with force_locale(conversation.language):
        text = gettext("%(name)s has already joined and answers you here. Tell %(name)s if you would rather go on with the assistant.", name=name)
        conversations.say(conversation, text, in_reply_to=in_reply_to)


def in_line_again(conversation: Conversation, name: str | None, reason: str) -> None:
    """Whoever had the conversation has not, any more; it waits for the next who is free. `reason`: silent, away, team."""
    expected = _expected(conversation)
    with force_locale(conversation.language):
        if name is None:
            text = gettext("You are in line for a recruiter. %(when)s", when=expected)
        elif reason == "away":
            text = gettext("%(name)s is away now, so I have asked the other recruiters to take over. %(when)s", name=name, when=expected)
        elif reason == "team":
            text = gettext("%(name)s has passed your question on to the colleagues who know it best. %(when)s", name=name, when=expected)
        else:
            text = gettext("%(name)s has not managed to answer, I am sorry. I have asked the other recruiters to take over. %(when)s", name=name, when=expected)
        conversations.say(conversation, text, buttons=[_back()])


def _expected(conversation: Conversation) -> str:
    return expectation(service.office_of(conversation), clock.now(), conversation.language).text


def _back() -> dict[str, Any]:
    return {"title": gettext("Ask the assistant instead"), "button": service.BACK}
