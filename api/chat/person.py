"""What a candidate does around a person's help: seeing and typing, where to be told, what it was worth, files, a copy."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file

from api.candidates import rating, reply_mail
from api.chat import schemas, transcript
from api.chat.talk import status_of
from api.chat.views import OWN, _as, auth, blueprint, lock_own_conversation, own_conversation
from api.conversations.streams import hub
from api.db import db
from api.handoff import attachments, presence
from api.limits import per_conversation


@blueprint.put(f"{OWN}/typing")
@blueprint.input(schemas.TypingIn)
@blueprint.output({}, status_code=204)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
@per_conversation("60 per minute")
def typing(conversation_id: str, json_data: dict[str, Any]) -> str:
    """The candidate writes; say so again every few seconds while they do. Shown to a recruiter, never to the assistant."""
    if own_conversation(conversation_id).owner != "assistant":
        db.session.rollback()
        presence.set(conversation_id, presence.CANDIDATE, "typing" if json_data["typing"] else "looking")
        db.session.commit()
    return ""


@blueprint.put(f"{OWN}/seen")
@blueprint.input(schemas.SeenIn)
@blueprint.output({}, status_code=204)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
@per_conversation("120 per minute")
def seen(conversation_id: str, json_data: dict[str, Any]) -> str:
    """The messages up to a number have been before the candidate's eyes."""
    conversation = own_conversation(conversation_id)
    seq = min(json_data["seq"], conversation.last_seq)
    if seq > conversation.candidate_seen_seq:
        db.session.rollback()
        presence.seen(conversation_id, presence.CANDIDATE, seq)
        db.session.commit()
    return ""


@blueprint.put(f"{OWN}/reply-mail")
@blueprint.input(schemas.ReplyMail)
@blueprint.output(schemas.Talk)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 409, 422, 429])
@per_conversation("10 per minute")
def leave_address(conversation_id: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """Leave an address at which to be told of a person's answer; the mail holds a link back to this conversation."""
    conversation = lock_own_conversation(conversation_id)
    reply_mail.leave_address(conversation, json_data["email"])
    db.session.commit()
    hub().wake(conversation_id)  # another tab shows it, too
    return status_of(conversation)


@blueprint.post(f"{OWN}/rating")
@blueprint.input(schemas.HelpRating)
@blueprint.output({}, status_code=204)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 409, 422, 429])
@per_conversation("20 per minute")
def rate_help(conversation_id: str, json_data: dict[str, Any]) -> str:
    """Say what a person's help was worth, 1 to 5, perhaps in words. Again changes it."""
    rating.rate_help(lock_own_conversation(conversation_id), json_data["score"], json_data["comment"])
    db.session.commit()
    hub().wake(conversation_id)
    return ""


@blueprint.post(f"{OWN}/transcript-mail")
@blueprint.input(schemas.TranscriptMail)
@blueprint.output({}, status_code=202)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 409, 422, 429])
@per_conversation("5 per minute")
def mail_transcript(conversation_id: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """Have the conversation mailed: as text to a proven address, to another as a link that opens it."""
    conversation = lock_own_conversation(conversation_id)
    text = transcript.as_text(conversation) if reply_mail.proven_address(conversation) else ""
    reply_mail.mail_copy(conversation, text, json_data.get("email"))
    db.session.commit()
    return {}


@blueprint.get(f"{OWN}/attachments/<attachment_id>")
@blueprint.auth_required(auth)
@blueprint.doc(responses=_as("application/octet-stream", "the file"))
def attachment(conversation_id: str, attachment_id: str) -> Response:
    """A file that a recruiter has sent, to be saved; never shown in place."""
    conversation = own_conversation(conversation_id)
    file, path = attachments.open_for(conversation.id, attachment_id)
    response = send_file(path, mimetype=file.mime, as_attachment=True, download_name=file.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
