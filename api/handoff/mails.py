"""Mails to the recruiters' mailbox: in English, with all that is needed to act without asking again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from api.answers.company import company
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db
from api.handoff.models import Handoff, Request
from api.outbox.service import queue_mail
from api.roles.models import Application, Role

REASON_WORDS = {
    "asked_for_person": "asked for a person",
    "complaint": "complaint",
    "not_understood": "not understood twice",
    "data_request": "data request",
    "accommodation": "adjustments needed",
    "offer_check": "wants an offer checked",
    "technical_problem": "technical problem",
    "assistant_failed": "the assistant did not answer",
    "promise_overdue": "promise overdue",
    "withdrew": "withdrew",
    "taken_over": "a recruiter took over",
    "wrote_again": "wrote again after the end",
}
REQUEST_WORDS = {
    "withdraw": "has withdrawn",
    "reschedule": "asks for another interview time",
    "feedback_call": "would like a call with feedback",
    "ask_pay": "asks for the pay range, which the ad does not give",
    "ask_recruiter": "asks something the desk could not answer",
    "export": "has asked for a copy of their data",
    "erase": "has had their data erased here",
}


def tell_of_handoff(conversation: Conversation, handoff: Handoff, dedupe: str) -> None:
    """Somebody waits for a person. The same `dedupe` mails once."""
    who = _name(conversation)
    urgent = "URGENT: " if handoff.priority == "high" else ""
    subject = f"{urgent}{who} waits for a person ({REASON_WORDS.get(handoff.reason, handoff.reason)})"
    lines = [
        f"{who} waits for a person.",
        f"Reason: {REASON_WORDS.get(handoff.reason, handoff.reason)}. Language: {conversation.language}. Role page: {conversation.page_role or 'none'}.",
        f"Reply due: {handoff.reply_due_at.astimezone(_zone()):%Y-%m-%d %H:%M} ({company().office(None).city} time).",
        *([f"Note: {handoff.note}"] if handoff.note else []),
        "",
        "What was said last:",
        *_last_words(conversation),
    ]
    queue_mail(_mailbox(), subject, "\n".join(lines), "en", dedupe)


def tell_of_request(conversation: Conversation, request: Request, application: Application | None, role: Role | None) -> None:
    """Somebody asked for something that a person does."""
    who = _name(conversation)
    words = REQUEST_WORDS.get(request.kind, request.kind)
    lines = [
        f"{who} {words}.",
        *([f"Application: {application.ref} ({application.stage})."] if application else []),
        *([f"Role: {role.ref}. Recruiter: {role.recruiter.get('name', 'not named')}."] if role else []),
        *([f"In their words: {request.text}"] if request.text else []),
        f"Language: {conversation.language}. Conversation: {conversation.id}.",
    ]
    urgent = "URGENT: " if request.data.get("priority") == "high" else ""
    queue_mail(_mailbox(role), f"{urgent}{who} {words}", "\n".join(lines), "en", f"request:{request.id}")


def _mailbox(role: Role | None = None) -> str:
    """The role's own recruiter, or the recruiters' common mailbox."""
    own = role.recruiter.get("email") if role else None
    return str(own or current_app.config["SETTINGS"].recruiters_mail)


def _zone() -> ZoneInfo:
    """Times in mails are those of the first office."""
    return ZoneInfo(company().office(None).time_zone)


def _name(conversation: Conversation) -> str:
    if conversation.candidate_id is None:
        return "A visitor"
    candidate = db.session.get(Candidate, conversation.candidate_id)
    return f"{candidate.name or 'A candidate'} <{candidate.email}>" if candidate else "A visitor"


def _last_words(conversation: Conversation) -> list[str]:
    query = select(Message).where(Message.conversation_id == conversation.id, Message.hidden.is_(False)).order_by(Message.seq.desc()).limit(8)
    zone = _zone()
    return [f"  {m.sent_at.astimezone(zone):%H:%M} {m.author or m.sender}: {m.text}" for m in reversed(list(db.session.scalars(query)))]
