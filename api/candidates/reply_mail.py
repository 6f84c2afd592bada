"""Where a candidate who has left is told that a person has answered, and the link that brings them back.

Who has proven an address is written to there, and nowhere else: what the desk says to them is theirs alone.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import lazy_gettext

from api import clock, links
from api.audit.service import Actor, record
from api.candidates import mails, queries
from api.candidates.marks import address_mark, may_open
from api.candidates.models import Candidate
from api.candidates.service import address
from api.conversations import devices
from api.conversations.models import Conversation
from api.db import db, new_id
from api.errors import Conflict, DomainError, Invalid
from api.outbox.service import queue_mail

LINK, LINK_LIFE = "reply", timedelta(days=30)
DAY = timedelta(days=1)
COPIES_A_DAY = 5  # to one address: nobody is to be pestered through us


class AddressKnown(Conflict):
    """Another address than the proven one."""

    type = "address-known"
    sentence = lazy_gettext("You have shown which mail address is yours, so we write to that one.")


class TooManyMails(DomainError):
    """The address has had its mails for today."""

    type = "too-many-mails"
    status = 429
    sentence = lazy_gettext("That address has had several mails from us today. Try again tomorrow, or download the conversation.")


def proven_address(conversation: Conversation) -> str | None:
    """The candidate's own address, if the conversation is known to be theirs."""
    if conversation.verified_at is None or conversation.candidate_id is None:
        return None
    candidate = db.session.get(Candidate, conversation.candidate_id)
    return candidate.email if candidate else None


def recipient(conversation: Conversation) -> str | None:
    """Who is told of an answer by mail; None if we know no address."""
    return proven_address(conversation) or conversation.reply_mail


def leave_address(conversation: Conversation, email: str | None) -> None:
    """Keep where to tell of an answer; None: nowhere. The conversation must be locked. Raises `NoAddress`, `AddressKnown`."""
    wanted, proven = address(email) if email else None, proven_address(conversation)
    if proven and wanted not in (None, proven):
        raise AddressKnown
    if wanted != conversation.reply_mail:
        conversation.reply_mail = wanted
        record(_actor(conversation), "reply_mail.left" if wanted else "reply_mail.removed", conversation)


def mail_copy(conversation: Conversation, text: str, email: str | None) -> None:
    """Mail the conversation: its text to the proven address, to any other a link, so that nobody's words reach a stranger through us.

    The conversation must be locked. Raises `NoAddress`, `AddressKnown`, `TooManyMails`, and `Invalid` if no address is known.
    """
    proven, wanted = proven_address(conversation), address(email) if email else None
    if proven and wanted not in (None, proven):
        raise AddressKnown
    to = proven or wanted or conversation.reply_mail
    if to is None:
        raise Invalid(errors=[{"field": "email", "message": "needed, because no address is known"}])
    if queries.mails_to(to, "copy:", clock.now() - DAY) >= COPIES_A_DAY:
        raise TooManyMails
    mail = mails.conversation_text(conversation.language, text) if proven else mails.conversation_link(conversation.language, link(conversation, to))
    queue_mail(to, mail.subject, mail.text, conversation.language, f"copy:{new_id()}")
    record(_actor(conversation), "conversation.mailed", conversation)


def link(conversation: Conversation, email: str) -> str:
    """The address that opens this conversation for who reads the mail to `email`, on any device. What stands behind # no server sees."""
    token = links.sign(LINK, [conversation.id, address_mark(email)])
    return f"{current_app.config['SETTINGS'].site}/chat?language={conversation.language}#reply={token}"


def opened_by(token: str) -> tuple[Conversation, str]:
    """The conversation that a mailed link opens, and a token of its own for the device that came by it. Raises `LinkUnusable`.

    Once somebody has proven who they are, links that went to other addresses open nothing any more,
    nor do the devices that came by them.
    """
    id_, mark = links.read(LINK, token, LINK_LIFE)
    conversation = db.session.get(Conversation, id_)
    if conversation is None:
        raise links.LinkUnusable
    if not may_open(mark, conversation):
        raise links.LinkUnusable
    record(_actor(conversation), "conversation.opened_by_link", conversation)
    return conversation, devices.token_for(conversation, mark)


def _actor(conversation: Conversation) -> Actor:
    return Actor("candidate", conversation.candidate_id or conversation.id)
