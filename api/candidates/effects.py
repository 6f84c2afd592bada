"""Effects about who the candidate is and what they want to hear of."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import func, select

from api.candidates import alerts, service
from api.candidates.models import Candidate
from api.conversations.effects import Acting, handles
from api.conversations.models import Effect
from api.db import db
from api.errors import DomainError, Invalid
from api.roles.schemas import EMPLOYMENT, LINES

EVENTS = {"right": "/external_verified", "wrong": "/external_code_wrong", "expired": "/external_code_expired"}
ALERTS_AN_HOUR = 5


@handles("verification_start")
def verification_start(acting: Acting, data: dict[str, Any]) -> str:
    """Mail a code, if there is a candidate under the address; say the same in either case."""
    with force_locale(acting.conversation.language):
        try:
            service.start_verification(acting.conversation, str(data.get("email") or ""))
        except DomainError as error:
            acting.say(str(error.sentence))
            return error.type
        acting.say(
            gettext(
                "If there is an application under that address, a code is on its way to it. The code is valid for 10 minutes. "
                "If nothing comes, look among the junk mail, or try the address you applied with."
            )
        )
    return "started"


@handles("verification_confirm")
def verification_confirm(acting: Acting, data: dict[str, Any]) -> str:
    """Try the code, and let the assistant go on from what came of it."""
    outcome = service.confirm_verification(acting.conversation, str(data.get("code") or ""))
    acting.tell_assistant(EVENTS[outcome])
    return outcome


@handles("verification_end")
def verification_end(acting: Acting, data: dict[str, Any]) -> str:
    """Somebody else than the one who was proven is speaking: the conversation is nobody's again."""
    return "ended" if service.end_verification(acting.conversation) else "not-proven"


@handles("job_alert_on")
def job_alert_on(acting: Acting, data: dict[str, Any]) -> str:
    """Mail a link that switches alerts on. That a mail comes is said by the assistant; only a refusal is said here."""
    email = _taken(data)
    with force_locale(acting.conversation.language):
        if _asks_too_often(acting):
            acting.say(gettext("That was a lot at once. Try again in an hour."))
            return "too-many"
        try:
            alerts.ask_alert(email, acting.conversation.language, _wish(data))
        except service.NoAddress as error:
            acting.say(str(error.sentence))
            return error.type
    return "asked"


@handles("job_alert_off")
def job_alert_off(acting: Acting, data: dict[str, Any]) -> str:
    """End alerts: at once for the proven address, which the assistant says; by a mailed link for any other, which is said here."""
    proven, email = _proven_address(acting), _taken(data).strip().lower()
    with force_locale(acting.conversation.language):
        if proven and email in ("", proven):
            alerts.end_all(proven)
            return "ended"
        if _asks_too_often(acting):
            acting.say(gettext("That was a lot at once. Try again in an hour."))
            return "too-many"
        try:
            alerts.ask_end(email, acting.conversation.language)
        except service.NoAddress as error:
            acting.say(str(error.sentence))
            return error.type
        acting.say(gettext("If we write to that address about new jobs, a mail is on its way to it now, with a link that ends that."))
    return "asked"


@handles("feedback_score")
def feedback_score(acting: Acting, data: dict[str, Any]) -> str:
    """What the candidate thinks of how they were treated."""
    score = data.get("score")
    if score is not None and (not isinstance(score, int) or isinstance(score, bool)):
        raise Invalid
    service.give_feedback(acting.conversation, score, str(data.get("comment") or "")[:2000])
    return "kept"


def _taken(data: dict[str, Any]) -> str:
    """The address, taken out of what is kept of the effect: it stands with the alert alone, where erasure finds it."""
    return str(data.pop("email", None) or "")


def _wish(data: dict[str, Any]) -> alerts.Wish:
    """What is known as a line of work or a kind of employment; a stranger's words are not mailed."""
    field, kind = data.get("field"), data.get("employment_type")
    return alerts.Wish(field if field in LINES else None, kind if kind in EMPLOYMENT else None, _place(data), data.get("remote") is True)


def _place(data: dict[str, Any]) -> str | None:
    """A place's name, letters only: it is mailed to an address that a stranger may have typed, so nothing else comes through."""
    letters = "".join(c for c in str(data.get("location") or "") if c.isalpha() or c in " -")
    return " ".join(letters.split())[:60] or None


def _proven_address(acting: Acting) -> str | None:
    if acting.conversation.verified_at is None or acting.conversation.candidate_id is None:
        return None
    return db.session.get_one(Candidate, acting.conversation.candidate_id).email


def _asks_too_often(acting: Acting) -> bool:
    """Whether this conversation has already had several mails sent to addresses that nobody has proven."""
    asked = (Effect.conversation_id == acting.conversation.id, Effect.kind.in_(("job_alert_on", "job_alert_off")))
    lately = select(func.count()).select_from(Effect).where(*asked, Effect.applied_at > acting.now - service.HOUR)
    return (db.session.scalar(lately) or 0) >= ALERTS_AN_HOUR
