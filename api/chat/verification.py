"""Proving an address through the API, for clients with a form of their own; in the chat, the assistant asks."""

from __future__ import annotations

from typing import Any

from api.candidates import service as candidates
from api.chat import schemas
from api.chat.views import OWN, auth, blueprint, lock_own_conversation
from api.conversations import queries, service, turns
from api.conversations.models import Conversation
from api.db import db
from api.limits import per_conversation


@blueprint.post(f"{OWN}/verification")
@blueprint.input(schemas.EmailIn)
@blueprint.output({}, status_code=202)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
@per_conversation("10 per minute")
def start_verification(conversation_id: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """Have a code mailed, if there is an application under the address. The answer is the same if there is none."""
    candidates.start_verification(lock_own_conversation(conversation_id), json_data["email"])
    db.session.commit()
    return {}


@blueprint.post(f"{OWN}/verification/confirm")
@blueprint.input(schemas.CodeIn)
@blueprint.output(schemas.Status)
@blueprint.auth_required(auth)
@blueprint.doc(responses=[401, 404, 422, 429])
@per_conversation("20 per minute")
def confirm_verification(conversation_id: str, json_data: dict[str, Any]) -> dict[str, Any]:
    """Give the mailed code. After five wrong ones, or ten minutes, a new one must be asked for."""
    conversation = lock_own_conversation(conversation_id)
    outcome = candidates.confirm_verification(conversation, json_data["code"])
    if outcome != "right":
        db.session.commit()
        raise candidates.CodeWrong if outcome == "wrong" else candidates.CodeExpired
    if conversation.owner == "assistant":
        event = service.tell_assistant(conversation, "/external_verified")
        event_id, lease = event.id, turns.lease_for(event)
        db.session.commit()
        turns.answer(conversation_id, event_id, lease)
    db.session.commit()
    return queries.status_of(db.session.get_one(Conversation, conversation_id, populate_existing=True))
