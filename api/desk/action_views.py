"""What a recruiter does in a conversation. Each answers with what has changed on the page, or with the page itself."""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import current_staff, staff_required
from api.db import db, read_only
from api.desk.conversation_views import CONVERSATION, changed
from api.desk.pages import blueprint, wants_part
from api.desk.talk import find, number
from api.desk.times import zone
from api.errors import Invalid
from api.handoff import attachments, claims, labels, notes, presence, replies

LARGEST_UPLOAD = 11 * 1024 * 1024


@blueprint.post(f"{CONVERSATION}/claim")
@staff_required
def claim(conversation_id: str) -> AnyResponse:
    """Become the one who speaks."""
    claims.claim(current_staff(), conversation_id)
    return _done(conversation_id, whole=True)


@blueprint.post(f"{CONVERSATION}/hand-back")
@staff_required
def hand_back(conversation_id: str) -> AnyResponse:
    """Let the assistant speak again."""
    claims.hand_back(current_staff(), conversation_id, request.form.get("note", ""))
    return _done(conversation_id, whole=True)


@blueprint.post(f"{CONVERSATION}/resolve")
@staff_required
def resolve(conversation_id: str) -> AnyResponse:
    """End it."""
    claims.resolve(current_staff(), conversation_id)
    return _done(conversation_id, whole=True)


@blueprint.post(f"{CONVERSATION}/transfer")
@staff_required
def transfer(conversation_id: str) -> AnyResponse:
    """Pass it on; `to` is `staff:<id>` or `team:<name>`."""
    kind, _, target = request.form.get("to", "").partition(":")
    claims.transfer(current_staff(), conversation_id, target if kind == "staff" else None, target if kind == "team" else None)
    return _done(conversation_id, whole=True)


@blueprint.post(f"{CONVERSATION}/snooze")
@staff_required
def snooze(conversation_id: str) -> AnyResponse:
    """Put it aside until a time, or take it back now."""
    claims.snooze(current_staff(), conversation_id, _until())
    return _done(conversation_id, whole=True)


@blueprint.post(f"{CONVERSATION}/reply")
@staff_required
def reply(conversation_id: str) -> AnyResponse:
    """Write to the candidate. The same `client_id` again is the same message."""
    client_id = request.form.get("client_id", "")[:64]
    if not client_id:
        raise Invalid
    replies.reply(current_staff(), conversation_id, client_id, request.form.get("text", ""), request.form.getlist("attachment")[:10])
    return _done(conversation_id)


@blueprint.post(f"{CONVERSATION}/note")
@staff_required
def note(conversation_id: str) -> AnyResponse:
    """Write to colleagues."""
    notes.add(current_staff(), conversation_id, request.form.get("text", ""))
    return _done(conversation_id)


@blueprint.post(f"{CONVERSATION}/label")
@staff_required
def label(conversation_id: str) -> AnyResponse:
    """Add a label, or remove one."""
    change = labels.remove if request.form.get("remove") else labels.add
    change(current_staff(), conversation_id, request.form.get("remove") or request.form.get("add", ""))
    return _done(conversation_id, whole=True)


@blueprint.post(f"{CONVERSATION}/attachment")
@staff_required
def attach(conversation_id: str) -> Response:
    """Keep a file for the next reply; says its id."""
    request.max_content_length = LARGEST_UPLOAD
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(gettext("Choose a file."))
    kept = attachments.store(current_staff(), conversation_id, file.filename, file.stream)
    db.session.commit()
    return jsonify(id=kept.id, name=kept.name, size=kept.size)


@blueprint.post(f"{CONVERSATION}/seen")
@staff_required
def seen(conversation_id: str) -> AnyResponse:
    """The page has shown the messages up to `seq` to somebody."""
    find(conversation_id)
    db.session.rollback()
    presence.seen(conversation_id, "staff", number("seq"))
    db.session.commit()
    return make_response("", 204)


@blueprint.post(f"{CONVERSATION}/typing")
@staff_required
def typing(conversation_id: str) -> AnyResponse:
    """Somebody writes, or has stopped."""
    find(conversation_id)
    db.session.rollback()
    presence.set(conversation_id, current_staff().id, "looking" if request.form.get("stopped") else "typing")
    db.session.commit()
    return make_response("", 204)


def _until() -> datetime | None:
    """When it shall come back: a moment, one's own time of the day, or now (None). Raises `Invalid`."""
    wanted = request.form.get("until", "")
    if wanted == "now":
        return None
    try:
        moment = datetime.fromisoformat(request.form.get("at", "") if wanted == "at" else wanted)
    except ValueError:
        raise Invalid(gettext("Choose a day and a time.")) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone())


def _done(conversation_id: str, whole: bool = False) -> AnyResponse:
    db.session.commit()
    if not wants_part():
        return redirect(url_for("desk.conversation", conversation_id=conversation_id), 303)
    read_only()
    return changed(conversation_id, whole)
