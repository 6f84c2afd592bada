"""The conversation as one HTML form after another: no script, no cookie, the token only inside the page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from flask_babel import gettext
from sqlalchemy import select

from api import tracing
from api.answers.company import company
from api.candidates import rating, reply_mail
from api.conversations import queries, service, turns
from api.conversations.effects import perform
from api.conversations.models import Attachment, Conversation, Message
from api.db import db
from api.errors import DomainError, NotFound
from api.fields import UNSTORABLE
from api.handoff import attachments, claims, presence
from api.reader import day_and_time

TEXT_LIMIT = 2000


@dataclass
class Page:
    """What the form shows: the messages so far, what is wrong, and the hidden fields for the next step."""

    language: str
    role: str = ""
    conversation: str = ""
    token: str = ""
    messages: list[Message] = field(default_factory=list)
    status: str = "answered"
    waiting_because: str | None = None
    error: str = ""
    draft: str = ""
    text_limit: int = TEXT_LIMIT
    told_by_mail: bool = False
    may_rate: bool = False
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def buttons(self) -> list[dict[str, str]]:
        """What was offered since the candidate last spoke, each once; the desk's own while a person is waited for."""
        offered: dict[str, dict[str, str]] = {}
        waits = self.status == "with_recruiter"
        for message in self.messages if not waits else [m for m in self.messages if m.sender == "system"][-1:]:
            if message.sender == "candidate":
                offered.clear()
            offered |= {button["button"]: button for button in message.buttons}
        return list(offered.values())

    def clock(self, at: datetime) -> str:
        """Date and time in the employer's zone; without scripts nobody knows the reader's."""
        zone = ZoneInfo(company().office(None).time_zone)
        return day_and_time(at, zone, self.language)

    def source(self, source: dict[str, Any]) -> str:
        """Where an answer comes from, in words."""
        ref = source.get("ref") or ""
        names = {
            "role": gettext("the ad %(ref)s", ref=ref),
            "application": gettext("your application %(ref)s", ref=ref),
            "measure": gettext("measured reply times"),
        }
        name = names.get(source["kind"], gettext("information from the employer"))
        said = gettext("Source: %(name)s", name=name.strip())
        return f"{said}, {self.clock(datetime.fromisoformat(source['as_of']))}" if source.get("as_of") else said


def empty(language: str, role: str) -> Page:
    """The page before the first message; nothing is stored for who only looks."""
    return Page(language, role)


def take(form: Mapping[str, str]) -> Page:
    """Do what the form asks: send a text or a button, ask for a person, or only look for answers.

    What cannot be done comes back as `error`, with the text kept as `draft`.
    """
    g.language = form.get("language", "sv")
    text = form.get("text", "").replace("\r\n", "\n").strip()
    page = Page(g.language, form.get("role", "")[:64], draft=text)
    action = form.get("action", "")
    if not (action or form.get("button") or text) and form.get("email"):
        action = "mail"  # Enter in that field presses the form's first button
    if not (action or form.get("button")):
        page.error = _wrong_with(text)
    try:
        conversation = _open(form, page)
        if not page.error:
            _do(action, conversation, form, page)
        db.session.commit()
    except NotFound:
        db.session.rollback()
        page.conversation = page.token = ""
        page.error = gettext("That conversation has ended. What you wrote is still here: send it again and we start a new one.")
    except DomainError as error:
        db.session.rollback()
        page.error = str(error.sentence)
    return _shown(page)


def file(form: Mapping[str, str]) -> tuple[Attachment, Path]:
    """A recruiter's file, for who holds the page it stands on. Raises `NotFound`."""
    conversation = service.get_conversation_for(form.get("conversation", ""), form.get("token", ""))
    return attachments.open_for(conversation.id, form.get("file", ""))


def _wrong_with(text: str) -> str:
    if not text:
        return gettext("Write something first, then press Send.")
    if len(text) > TEXT_LIMIT:
        return gettext("The text is %(n)s characters too long. Nothing was sent. Shorten it or send it in two parts.", n=len(text) - TEXT_LIMIT)
    if UNSTORABLE.search(text):
        return gettext("The text holds a sign that can't be sent. Nothing was sent. Write it again without it.")
    return ""


def _open(form: Mapping[str, str], page: Page) -> Conversation | None:
    """The form's conversation, or a new one if there is something to put in it."""
    if form.get("conversation"):
        conversation = service.get_conversation_for(form["conversation"], form.get("token", ""))
        page.conversation, page.token = conversation.id, form["token"]
        return conversation
    if page.error or form.get("action") == "look":
        return None
    conversation, page.token = service.start_conversation(page.language, queries.known_role(page.role))
    page.conversation = conversation.id
    return conversation


def _do(action: str, conversation: Conversation | None, form: Mapping[str, str], page: Page) -> None:
    if conversation is None:
        return
    if conversation.language != page.language and form.get("language_was") != page.language:
        service.set_language(service.lock(conversation.id), page.language)
    if action == "person":
        perform(service.lock(conversation.id), "handoff", {"reason": "asked_for_person"})
    elif action == "mail":
        reply_mail.leave_address(service.lock(conversation.id), form.get("email", ""))
    elif action.startswith("rate-"):
        rating.rate_help(service.lock(conversation.id), int(action[5:6] if action[5:6].isdecimal() else 0), page.draft)
        page.draft = ""
    elif not action:
        _send(conversation.id, form, page)


def _send(conversation_id: str, form: Mapping[str, str], page: Page) -> None:
    button = form.get("button") or None
    client_id, role = _uuid(form.get("client_id", "")), queries.known_role(page.role)
    with tracing.span("store message", conversation=conversation_id) as span:
        conversation = service.lock_row(conversation_id)
        heard = service.add_candidate_message(conversation, client_id, None if button else page.draft, button, page_role=role)
        claims.candidate_wrote(heard)
        message_id, lease = heard.message.id, turns.lease_for_heard(heard)
        db.session.commit()
        span.note(message=message_id)
    if not button:
        page.draft = ""
    turns.answer(conversation_id, message_id, lease)


def _uuid(text: str) -> str:
    """The form's own id, so that a page sent twice is one message."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid4())


def _shown(page: Page) -> Page:
    if not page.conversation:
        return page
    conversation = db.session.scalar(select(Conversation).where(Conversation.id == page.conversation).execution_options(populate_existing=True))
    if conversation is None:
        return page
    page.messages = queries.messages_after(conversation.id)
    page.told_by_mail, page.may_rate = reply_mail.recipient(conversation) is not None, rating.is_open(conversation)
    state = queries.status_of(conversation)
    page.status, page.waiting_because = str(state["status"]), state["waiting_because"]
    if page.messages[-1].seq > conversation.candidate_seen_seq and page.status == "with_recruiter":
        presence.seen(conversation.id, presence.CANDIDATE, page.messages[-1].seq)
        db.session.commit()
    return page
