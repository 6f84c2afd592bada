"""Proving who one is by a mailed code; feedback. Everything works in the caller's transaction.

Whether an address is known here is nobody's business: an unknown one gets the same answer after the same
work, only that the mail stays out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Literal

from flask import current_app
from flask_babel import lazy_gettext
from marshmallow import ValidationError, validate
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api import clock
from api.audit.service import Actor, record
from api.candidates import mails, queries
from api.candidates.marks import PROOF_ENDED
from api.candidates.models import Candidate, Feedback, Verification
from api.conversations.models import Conversation
from api.db import db
from api.errors import DomainError, Invalid
from api.fields import UNSTORABLE
from api.outbox.service import queue_mail, queue_nothing

VALID = timedelta(minutes=10)
TRIES = 5
HOUR = timedelta(hours=1)
CODES_PER_CONVERSATION = 3
CODES_PER_CANDIDATE = 5
LONGEST_ADDRESS = 254

Outcome = Literal["right", "wrong", "expired"]
_is_address = validate.Email()


class NoAddress(Invalid):
    """What was given as a mail address is none."""

    type = "no-address"
    sentence = lazy_gettext("That does not look like a mail address. Check it and send it again.")


class TooManyCodes(DomainError):
    """The conversation has had its codes for this hour, whatever the addresses."""

    type = "too-many-codes"
    status = 429
    sentence = lazy_gettext("That was several codes in a short time. Try again in an hour, or ask for a person.")


class CodeWrong(Invalid):
    """Not the code; another try is left."""

    type = "code-wrong"
    sentence = lazy_gettext("That is not the code in the mail. Check it and try again.")


class CodeExpired(Invalid):
    """No code can be tried any more: too old, too many tries, or none was sent."""

    type = "code-expired"
    sentence = lazy_gettext("That code does not work any more. Ask for a new one.")


def address(text: str) -> str:
    """A mail address as it is kept: in lower case. Raises `NoAddress`."""
    email = text.strip().lower()
    try:
        if len(email) > LONGEST_ADDRESS or UNSTORABLE.search(email):
            raise NoAddress
        _is_address(email)
    except (ValidationError, UnicodeError):
        raise NoAddress from None
    return email


def start_verification(conversation: Conversation, email: str) -> None:
    """Mail a code to the address if a candidate has it. The conversation must be locked.

    Raises `NoAddress`, or `TooManyCodes` by the conversation alone, so that the error says nothing of the address.
    """
    email, now = address(email), clock.now()
    if queries.codes_of_conversation(conversation.id, now - HOUR) >= CODES_PER_CONVERSATION:
        raise TooManyCodes
    queries.one_at_a_time(email)  # the conversation's lock keeps out its own requests only
    candidate = queries.candidate_with(email)
    sent = queries.codes_of_candidate(candidate.id if candidate else "", now - HOUR)
    receiver = candidate if sent < CODES_PER_CANDIDATE else None
    code = f"{secrets.randbelow(10**6):06d}"
    verification = _new_verification(conversation, receiver, code, now)
    mail = mails.code(code, conversation.language)
    dedupe = f"code:{verification.id}"
    if receiver is None:
        queue_nothing(dedupe)
    else:
        queue_mail(receiver.email, mail.subject, mail.text, conversation.language, dedupe)
    record(Actor("candidate", conversation.id), "verification.start", conversation)


def _new_verification(conversation: Conversation, receiver: Candidate | None, code: str, now: datetime) -> Verification:
    """A fresh code; those before it cannot be tried any more."""
    db.session.execute(update(Verification).where(Verification.conversation_id == conversation.id).values(tries_left=0))
    verification = Verification(
        conversation_id=conversation.id, candidate_id=receiver.id if receiver else None, code_hash="", tries_left=TRIES, expires_at=now + VALID, created_at=now
    )
    db.session.add(verification)
    db.session.flush()
    verification.code_hash = _code_hash(verification, code)
    db.session.flush()
    return verification


def _code_hash(verification: Verification, code: str) -> str:
    """Keyed, because six digits are soon tried out; bound to the row, so that equal codes look different."""
    said = f"code:{verification.id}:{code}".encode()
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), said, hashlib.sha256).hexdigest()


def confirm_verification(conversation: Conversation, code: str) -> Outcome:
    """Try a code. `right` makes the conversation the candidate's; the conversation must be locked.

    `expired` also stands for the last wrong try, and for a code that was never sent. The caller commits in any
    case: a wrong try counts.
    """
    now = clock.now()
    verification = queries.newest_code(conversation.id, now)
    if verification is None:
        return "expired"
    said = "".join(c for c in code if c.isascii() and c.isdigit())
    right = hmac.compare_digest(verification.code_hash, _code_hash(verification, said))
    if right and verification.candidate_id is not None:
        verification.used_at = now
        mark_verified(conversation, verification.candidate_id, "mail", now)
        return "right"
    verification.tries_left -= 1
    record(Actor("candidate", conversation.id), "verification.wrong", conversation)
    return "wrong" if verification.tries_left else "expired"


def mark_verified(conversation: Conversation, candidate_id: str, how: str, now: datetime) -> None:
    """The conversation is this candidate's from now on; `how`: mail, identity, link."""
    if conversation.candidate_id not in (None, candidate_id):
        conversation.state = None  # the assistant must not go on with another person's applications in mind
    conversation.candidate_id, conversation.verified_at, conversation.verified_by = candidate_id, now, how
    conversation.version += 1
    db.session.flush()
    record(Actor("candidate", candidate_id), "candidate.verified", conversation, by=how)


def end_verification(conversation: Conversation) -> bool:
    """The conversation is nobody's from now on, nor is anything mailed to whoever was proven. It must be locked; False if nobody was."""
    owner = conversation.candidate_id
    if owner is None:
        return False
    conversation.candidate_id = conversation.verified_at = conversation.verified_by = conversation.reply_mail = None
    conversation.version += 1
    db.session.flush()
    record(Actor("candidate", owner), PROOF_ENDED, conversation)
    return True


def find_or_add_candidate(email: str, name: str = "", language: str | None = None) -> Candidate:
    """The candidate with this (proven) address; what is known of them already is not overwritten."""
    candidate = queries.candidate_with(email) or _add_candidate(email)
    candidate.name = candidate.name or name
    candidate.language = candidate.language or language
    return candidate


def _add_candidate(email: str) -> Candidate:
    """A new candidate, or the one that another request has just added."""
    candidate = Candidate(email=email)
    try:
        with db.session.begin_nested():
            db.session.add(candidate)
            db.session.flush()
    except IntegrityError:
        return db.session.scalars(select(Candidate).where(Candidate.email == email)).one()
    record(Actor("candidate", candidate.id), "candidate.created", candidate)
    return candidate


def give_feedback(conversation: Conversation, score: int | None, comment: str) -> Feedback:
    """Keep a score from 1 to 5, words, or both, and tell the recruiters. Raises `Invalid` if there is neither."""
    if (score is None and not comment) or (score is not None and not 1 <= score <= 5):
        raise Invalid
    feedback = Feedback(conversation_id=conversation.id, score=score, comment=comment)
    db.session.add(feedback)
    db.session.flush()
    mail = mails.feedback(conversation, feedback)
    queue_mail(current_app.config["SETTINGS"].recruiters_mail, mail.subject, mail.text, "en", f"feedback:{feedback.id}")
    return feedback
