"""What is kept of a candidate as such: name and address, proofs of it, job alerts, feedback."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, select

from api import personal_data
from api.candidates.models import Candidate, Feedback, JobAlert, Verification
from api.conversations.models import Conversation
from api.db import db
from api.outbox.models import Mail
from api.personal_data import Person, facts, without_address


def export(person: Person) -> dict[str, Any]:
    """The candidate, the codes that were mailed to them (when, not which), and their job alerts."""
    codes = db.session.scalars(select(Verification).where(Verification.candidate_id == person.candidate_id).order_by(Verification.created_at))
    alerts = db.session.scalars(select(JobAlert).where(JobAlert.email == person.email).order_by(JobAlert.created_at))
    return facts(db.session.get_one(Candidate, person.candidate_id)) | {
        "codes": [facts(c, "id", "candidate_id", "conversation_id", "code_hash") for c in codes],
        "job_alerts": [facts(a, "id") for a in alerts],
    }


def erase(person: Person) -> None:
    """Remove it all; runs last, because the others are found by it."""
    db.session.execute(delete(JobAlert).where(JobAlert.email == person.email))
    db.session.execute(delete(Verification).where(Verification.candidate_id == person.candidate_id))
    db.session.execute(delete(Candidate).where(Candidate.id == person.candidate_id))


def _feedback(person: Person) -> Select[Feedback]:
    return select(Feedback).where(Feedback.conversation_id.in_(select(Conversation.id).where(Conversation.candidate_id == person.candidate_id)))


def export_feedback(person: Person) -> list[dict[str, Any]]:
    """What the person thought of how they were treated."""
    return [facts(f, "id") for f in db.session.scalars(_feedback(person))]


def erase_feedback(person: Person) -> None:
    """Remove it, and the mails that told of it; mask the address where others wrote it."""
    for feedback in db.session.scalars(_feedback(person)).all():
        db.session.execute(delete(Mail).where(Mail.dedupe == f"feedback:{feedback.id}"))
        db.session.delete(feedback)
    for feedback in db.session.scalars(select(Feedback).where(Feedback.comment.icontains(person.email, autoescape=True))):
        feedback.comment = without_address(feedback.comment, person.email)
    db.session.flush()


personal_data.register("feedback", "feedback", export=export_feedback, erase=erase_feedback, rank=1)
personal_data.register("candidate", "candidates", "verifications", "job_alerts", export=export, erase=erase, rank=9)
