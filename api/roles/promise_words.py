"""What candidates are told of promises, in their conversation and by mail: a new one, another day, one that was not kept."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, get_locale, gettext

from api.answers.company import company
from api.config import LANGUAGES
from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.outbox.service import queue_mail
from api.roles import promises, text
from api.roles.models import Application, Promise
from api.roles.queries import local_now, texts_of

PERSON = "/request_human"


def tell_promise(application: Application, made: Promise, before: Promise | None, conversation: Conversation | None) -> None:
    """Somebody contacts the candidate by a day: said in the (locked) conversation, and mailed if there is none or the day has changed.

    Where the day that was named before has passed, that comes first, with an apology, unless it has been said.
    """
    late = before is not None and was_late(before, application)
    apology = late and before is not None and before.told_candidate_at is None
    if apology and before is not None:
        before.told_candidate_at = made.made_at

    def say() -> str:
        sorry = [missed(before, application)] if apology and before is not None else []
        moved = before is not None and not sorry
        return " ".join((*sorry, new_day(made, application) if moved or sorry else promised(made, application)))

    dedupe = f"promise:{made.id}:made" if before is None else moved_key(before)
    tell(application, say, conversation, dedupe, by_mail=conversation is None or before is not None)


def tell_missed(application: Application, broken: Promise, conversation: Conversation | None) -> None:
    """The day has passed, and nobody has named another: said in the (locked) conversation and by mail."""

    def say() -> str:
        told = gettext("I have told our recruiters that you are still waiting. You hear from us here and by mail as soon as there is a new day.")
        return f"{missed(broken, application)} {told}"

    tell(application, say, conversation, f"promise:{broken.id}:missed", by_mail=True)


def tell(application: Application, say: Any, conversation: Conversation | None, dedupe: str, by_mail: bool) -> None:
    """Say it in the conversation, in its language, and by mail, in the candidate's."""
    if conversation is not None:
        with force_locale(conversation.language):
            person = {"title": gettext("Talk to a person"), "button": PERSON}
            conversations.say(conversation, say(), buttons=[person] if conversation.owner == "assistant" else [])
    if not by_mail:
        return
    language = application.candidate.language or (conversation.language if conversation else None)
    language = language if language in LANGUAGES else "en"
    with force_locale(language):
        subject = gettext("About your application: %(title)s", title=title(application, language))
        link = gettext("You can ask us anything here: %(url)s", url=company().site_url)
        paragraphs = (gettext("Hi!"), say(), link, company().name)
        queue_mail(application.candidate.email, subject, "\n\n".join(paragraphs) + "\n", language, dedupe)


def moved_key(before: Promise) -> str:
    """Names the mail about the day that took the place of this promise's."""
    return f"promise:{before.id}:moved"


def was_late(promise: Promise, application: Application) -> bool:
    """Whether the promise was still open when its day had passed."""
    return promise.closed_at is not None and not promises.in_time(promise, promise.closed_at, application.role)


def missed(promise: Promise, application: Application) -> str:
    """That contact has not been made, as an apology."""
    return gettext(
        "%(who)s was to be in touch by %(day)s about your application for %(title)s and has not been. I am sorry that you have had to wait.",
        who=promise.who, day=_day(promise, application), title=_title(application),
    )  # fmt: skip


def promised(promise: Promise, application: Application) -> str:
    """Who contacts the candidate, by when and how."""
    who, day, about = promise.who, _day(promise, application), _title(application)
    if promise.channel == "phone":
        return gettext("%(who)s will call you about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)
    if promise.channel == "email":
        return gettext("%(who)s will mail you about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)
    if promise.channel == "video":
        return gettext("%(who)s will talk to you by video about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)
    return gettext("%(who)s will meet you about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)


def new_day(promise: Promise, application: Application) -> str:
    """The day that takes the place of another."""
    who, day, about = promise.who, _day(promise, application), _title(application)
    if promise.channel == "phone":
        return gettext("There is a new day: %(who)s will call you about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)
    if promise.channel == "email":
        return gettext("There is a new day: %(who)s will mail you about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)
    if promise.channel == "video":
        return gettext("There is a new day: %(who)s will talk to you by video about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)
    return gettext("There is a new day: %(who)s will meet you about your application for %(title)s, by %(day)s.", who=who, day=day, title=about)


def title(application: Application, language: str) -> str:
    """The role's title in a language, or its reference."""
    return str(texts_of(application.role, language)[1].get("title", application.role.ref))


def _day(promise: Promise, application: Application) -> str:
    return text.day(promise.due_on, local_now(application.role.office).date())


def _title(application: Application) -> str:
    locale = get_locale()
    return title(application, locale.language if locale else "en")
