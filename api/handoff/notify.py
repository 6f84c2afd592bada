"""Telling recruiters of work that waits: on the desk, by webhook, and by mail if nobody would see it otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import exists, select

from api import clock
from api.accounts.models import Staff
from api.conversations.models import Conversation
from api.db import db
from api.handoff import mails
from api.handoff.models import Handoff
from api.outbox.service import queue_mail, queue_webhook
from api.roles.models import Role, RoleText

ONLINE = timedelta(minutes=2)


def is_online(staff: Staff, now: datetime) -> bool:
    """Whether a page of theirs has asked for anything lately."""
    return staff.seen_at is not None and staff.seen_at >= now - ONLINE


def anybody_online(now: datetime) -> bool:
    """Whether any of the staff would see new work on the desk."""
    return bool(db.session.scalar(select(exists().where(Staff.active, Staff.seen_at >= now - ONLINE))))


def mail_key(handoff: Handoff) -> str:
    """Names the mail about this wait; one that came back to the queue is told of again."""
    return f"handoff:{handoff.id}:{handoff.returns}" if handoff.returns else f"handoff:{handoff.id}"


def queued(conversation: Conversation, handoff: Handoff) -> None:
    """Somebody waits from now on. The webhook is told at once; the mail waits while somebody is at the desk (see `tasks`)."""
    _call_webhook(conversation, handoff)
    if handoff.returns or not anybody_online(clock.now()):
        mails.tell_of_handoff(conversation, handoff, mail_key(handoff))


def given(staff: Staff, conversation: Conversation, handoff: Handoff) -> None:
    """A conversation has become this person's without their doing."""
    tell(staff, HANDED_OVER, conversation, f"given:{handoff.id}:{conversation.version}")


def tell(staff: Staff, letter: str, conversation: Conversation, dedupe: str, even_online: bool = False) -> None:
    """Mail a person that they are wanted on the desk, unless they are there. No word of the candidate's stands in it."""
    if even_online or not is_online(staff, clock.now()):
        with force_locale(staff.language):
            subject = gettext(letter)
            text = "\n\n".join((gettext("Hi %(name)s,", name=staff.name.split()[0]), f"{subject}:", link(conversation.id)))
        queue_mail(staff.email, subject, text + "\n", staff.language, dedupe)


def link(conversation_id: str) -> str:
    """Where recruiters find a conversation."""
    return f"{current_app.config['SETTINGS'].site}/desk/conversations/{conversation_id}"


def N_(text: str) -> str:  # noqa: N802 - the name that pybabel looks for
    """Mark a text for translation without translating it."""
    return text


HANDED_OVER = N_("A conversation has been handed over to you")
STILL_WAITS = N_("A candidate still waits for your answer")
BACK_AGAIN = N_("A conversation that you put aside is back")
MENTIONED = N_("You are mentioned in a note")
WROTE_AGAIN = N_("A candidate has written to you again")


def _call_webhook(conversation: Conversation, handoff: Handoff) -> None:
    """Role, reason and link; neither the candidate's name nor their words leave by this door."""
    urgent = "URGENT: " if handoff.priority == "high" else ""
    about = mails.REASON_WORDS.get(handoff.reason, handoff.reason)
    again = " again" if handoff.returns else ""
    text = f"{urgent}A candidate waits for a person{again} ({about}). {_role(conversation)}Language: {conversation.language}. {link(conversation.id)}"
    queue_webhook(text, f"{mail_key(handoff)}:hook")


def _role(conversation: Conversation) -> str:
    if conversation.page_role is None:
        return ""
    rows = db.session.execute(select(RoleText.language, RoleText.title).join(Role).where(Role.ref == conversation.page_role))
    titles = dict(rows.all())
    title = titles.get("en") or next(iter(titles.values()), "")
    return f"Role: {title} ({conversation.page_role}). " if title else f"Role: {conversation.page_role}. "
