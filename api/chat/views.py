"""The candidates' API: conversations, their messages and streams."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, HTTPTokenAuth
from flask import Response, current_app, jsonify, request

from api import tracing
from api.answers.company import company
from api.candidates import reply_mail
from api.chat import schemas, stream, talk, transcript
from api.conversations import devices, effects, queries, service, turns
from api.conversations.models import Conversation, Message, Stored
from api.conversations.streams import hub
from api.conversations.work import Told
from api.db import db, read_only
from api.errors import SignInNeeded
from api.handoff import claims
from api.limits import limiter, per_conversation
from api.reader import language

blueprint = APIBlueprint("chat", __name__, url_prefix="/api/v1", tag="Conversations")
auth = HTTPTokenAuth(description="The token that came with the conversation.")
auth.verify_token(lambda token: token or None)  # whose it is depends on the path: see own_conversation
OWN = "/conversations/<conversation_id>"


def _as(mimetype: str, description: str) -> Any:
    """The documented responses of a route whose answer is no JSON."""
    found = {200: {"description": description, "content": {mimetype: {"schema": {"type": "string"}}}}}
    return found | {401: "No token.", 404: "Not yours, or not there.", 429: "Too many requests."}


def own_conversation(conversation_id: str) -> Conversation:
    """The conversation in the path, to be read, if the request carries its token. Another's answers 404."""
    token = _token()
    read_only()
    return service.get_conversation_for(conversation_id, token)


def lock_own_conversation(conversation_id: str) -> Conversation:
    """The same, to be written."""
    return service.lock_conversation_for(conversation_id, _token())


def _token() -> str:
    token: str | None = auth.current_user
    if not token:
        raise SignInNeeded
    return token


@blueprint.post("/conversations")
@blueprint.input(schemas.Start)
@blueprint.output(schemas.Started, status_code=201)
@blueprint.doc(responses=[410, 422, 429])
@limiter.limit("30 per minute; 300 per hour")
def start(json_data: dict[str, Any]) -> dict[str, Any]:
    """Start a conversation, whose first message says that an AI answers, or come back to one by a mailed link."""
    if json_data.get("reply"):
        conversation, token = reply_mail.opened_by(json_data["reply"])
    else:
        conversation, token = _started(json_data)
    db.session.commit()
    shown = [queries.as_public(m) for m in queries.messages_after(conversation.id)]
    return {"id": conversation.id, "token": token, "language": conversation.language, "messages": shown}


def _started(json_data: dict[str, Any]) -> tuple[Conversation, str]:
    conversation, token = service.start_conversation(json_data.get("language") or language(), queries.known_role(json_data.get("role")))
    if json_data.get("identity"):
        from api.candidates.identity import verify_with_token

        verify_with_token(conversation, json_data["identity"])
    return conversation, token


@blueprint.post(f"{OWN}/messages")
@blueprint.input(schemas.Send)
@blueprint.output(schemas.Answered)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 409, 422, 429])
@per_conversation("40 per minute")
def send(conversation_id: str, json_data: dict[str, Any]) -> Response:
    """Send a message or press a button. The same `client_id` again gives the same message and replies."""
    with tracing.span("store message") as span:
        conversation = service.lock_row_for(conversation_id, _token())
        heard = service.add_candidate_message(
            conversation, str(json_data["client_id"]), json_data.get("text"), json_data.get("button"), page_role=queries.known_role(json_data.get("role"))
        )
        claims.candidate_wrote(heard)
        lease = turns.lease_for_heard(heard)
        db.session.commit()
        message = heard.message
        span.note(conversation=conversation_id, message=message.id, language=message.language)
    told = turns.answer(conversation_id, message.id, lease)
    return jsonify(_answered(message, told))  # like the schema, but not through it: that takes a fifteenth of the turn


def _answered(message: Message | Stored, told: Told) -> dict[str, Any]:
    """What came of it: as this request itself has just stored it, or else as it is found in the database."""
    if told.idle:
        replies = [_as_json(m) for m in told.messages if m.in_reply_to == message.id]
        return {"message": _as_json(message), "replies": replies, **queries.ANSWERED}
    read_only()
    kept = db.session.get_one(Message, message.id, populate_existing=True)
    conversation = db.session.get_one(Conversation, message.conversation_id, populate_existing=True)
    replies = [_as_json(m) for m in queries.replies_to(kept)]
    return {"message": _as_json(kept), "replies": replies, **queries.status_of(conversation)}


def _as_json(message: Message | Stored) -> dict[str, Any]:
    return queries.as_public(message) | {"sent_at": message.sent_at.isoformat()}


@blueprint.get(f"{OWN}/messages")
@blueprint.input(schemas.After, location="query")
@blueprint.output(schemas.History)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
def history(conversation_id: str, query_data: dict[str, int]) -> dict[str, Any]:
    """Messages after a number."""
    conversation = own_conversation(conversation_id)
    shown = [queries.as_public(m) for m in queries.messages_after(conversation.id, query_data["after"])]
    return {"messages": shown, "language": conversation.language, **talk.status_of(conversation)}


@blueprint.get(f"{OWN}/events")
@blueprint.auth_required(auth)
@blueprint.doc(responses=_as("text/event-stream", "server-sent events"))
def events(conversation_id: str) -> Response:
    """The stream of a conversation; `Last-Event-ID` (a message number) resumes it."""
    with hub().looks:  # when a gateway goes, thousands come to the next at once
        conversation = own_conversation(conversation_id)
        id_, opened_for = conversation.id, (conversation.candidate_id,) if devices.is_devices(_token()) else None
        db.session.rollback()
    last = request.headers.get("Last-Event-ID", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
    body = stream.events(current_app._get_current_object(), id_, after, opened_for)  # type: ignore[attr-defined]
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(body, mimetype="text/event-stream", headers=headers)


@blueprint.post(f"{OWN}/handoff")
@blueprint.input(schemas.Ask)
@blueprint.output(schemas.Status, status_code=201)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
@per_conversation("10 per minute")
def handoff(conversation_id: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """Ask for a person. Asking again changes nothing."""
    conversation = lock_own_conversation(conversation_id)
    effects.perform(conversation, "handoff", {"reason": "asked_for_person", "note": json_data.get("reason", "")})
    db.session.commit()
    return queries.status_of(conversation)


@blueprint.post(f"{OWN}/ratings")
@blueprint.input(schemas.Rate)
@blueprint.output({}, status_code=204)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
def rate(conversation_id: str, json_data: dict[str, Any]) -> str:
    """Thumbs up or down on an answer."""
    service.rate_message(lock_own_conversation(conversation_id), json_data["message"], json_data["value"])
    db.session.commit()
    return ""


@blueprint.put(f"{OWN}/language")
@blueprint.input(schemas.LanguageIn)
@blueprint.output({}, status_code=204)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
def switch_language(conversation_id: str, json_data: dict[str, Any]) -> str:
    """The candidate chooses a language."""
    service.set_language(lock_own_conversation(conversation_id), json_data["language"])
    db.session.commit()
    return ""


@blueprint.get(f"{OWN}/transcript")
@blueprint.auth_required(auth)
@blueprint.doc(responses=_as("text/plain", "the conversation as text"))
def download(conversation_id: str) -> Response:
    """The whole conversation, to keep."""
    conversation = own_conversation(conversation_id)
    headers = {"Content-Disposition": f'attachment; filename="{company().name}.txt"'.encode("ascii", "replace").decode()}
    return Response(transcript.as_text(conversation), mimetype="text/plain", headers=headers)


from api.chat import person, public  # noqa: E402, F401 - they add their routes to the blueprint
