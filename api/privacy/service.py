"""A candidate's copy of their data, and its erasure. Works in the caller's transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from api import clock, links, personal_data
from api.answers.company import company
from api.audit.service import Actor, record
from api.candidates import mails
from api.candidates.models import Candidate
from api.conversations.models import Conversation
from api.db import db, new_id
from api.errors import NotAllowed
from api.outbox.service import queue_mail
from api.personal_data import Person
from api.roles.models import Application

# Tables without candidates' data, and why. A table that is neither here nor registered fails a test.
WITHOUT = {
    "answers": "the company's own texts",
    "announced_roles": "which roles have been held against job alerts",
    "api_keys": "keys of systems",
    "role_texts": "the company's own texts",
    "text_versions": "the assistant's and the company's own texts",
    "roles": "positions; people named there are the employer's",
    "staff": "the employer's own people",
    "staff_sessions": "the employer's own people",
    "invitations": "the employer's own people",
    "canned_replies": "the company's own texts",
    "questions": "the company's own texts",
    "intent_changes": "what admins did to the assistant's questions",
    "words": "the assistant's lexicon",
    "trainings": "what training said of itself",
    "nlu_models": "archives and figures",
    "mistakes": "which examples a model gets wrong, without their words",
    "promotions": "which NLU model was put live, by whom",
    "assistants": "where the assistant answers",
    "model_archives": "where archives of NLU models lie",
    "webhooks": "calls that name neither candidates nor their words",
}
EXPORT, EXPORT_LIFE = "export", timedelta(hours=24)


def proven_candidate(conversation: Conversation) -> Candidate:
    """Whose conversation this is. Raises `NotAllowed` unless they have proven it."""
    candidate = db.session.get(Candidate, conversation.candidate_id) if conversation.candidate_id else None
    if conversation.verified_at is None or candidate is None:
        raise NotAllowed
    return candidate


def mail_export(conversation: Conversation) -> None:
    """Mail the candidate a link to their data. Raises `NotAllowed`."""
    candidate = proven_candidate(conversation)
    mail = mails.export(conversation.language, f"/privacy/export/{links.sign(EXPORT, candidate.id)}")
    queue_mail(candidate.email, mail.subject, mail.text, conversation.language, f"export:{new_id()}")
    record(Actor("candidate", candidate.id), "privacy.export_mailed", candidate)


def export_for(token: str) -> tuple[Candidate, dict[str, Any]]:
    """What is kept about the candidate whom a link names, as it is now. Raises `LinkUnusable`."""
    candidate = db.session.get(Candidate, links.read(EXPORT, token, EXPORT_LIFE))
    if candidate is None:
        raise links.LinkUnusable
    kept = personal_data.export(Person(candidate.id, candidate.email))
    return candidate, {"from": company().name, "as_of": clock.now().isoformat(), **kept}


def note_download(candidate_id: str) -> None:
    """The copy has been fetched."""
    record(Actor("candidate", candidate_id), "privacy.export_fetched", db.session.get_one(Candidate, candidate_id))


def erase(conversation: Conversation) -> None:
    """Erase all that is kept about the conversation's candidate, and have the recruiters do so in the ATS.

    The conversation itself stays, empty and nobody's. Raises `NotAllowed`.
    """
    candidate = proven_candidate(conversation)
    person = Person(candidate.id, candidate.email, conversation.id)
    refs = list(db.session.scalars(select(Application.ref).where(Application.candidate_id == candidate.id).order_by(Application.ref)))
    record(Actor("candidate", candidate.id), "privacy.erased", candidate)
    db.session.flush()
    personal_data.erase(person)
    if refs:
        _tell_recruiters(refs)


def _tell_recruiters(refs: list[str]) -> None:
    """By reference alone: this mail must not keep what has just been erased."""
    text = (
        f"The candidate has had their data erased here: {', '.join(refs)}.\n\n"
        "Erase the application in the ATS too, with its attachments, and wherever else it is kept. "
        "Until then the ATS may send it here again.\n"
    )
    queue_mail(current_app.config["SETTINGS"].recruiters_mail, f"Erase on request: {', '.join(refs)}", text, "en", f"erase:{new_id()}")
