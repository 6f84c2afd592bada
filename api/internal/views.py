"""What the assistant's actions read. Only the assistant has the secret; nothing is written here."""

from __future__ import annotations

import hashlib
import hmac

from apiflask import APIBlueprint
from flask import Response, current_app, g, json, jsonify, request
from sqlalchemy import select

from api import clock
from api.answers import edition
from api.answers import queries as answers
from api.answers import texts as worded
from api.answers.company import company
from api.conversations.models import Conversation
from api.db import db, read_only
from api.errors import NotAllowed, NotFound, SignInNeeded
from api.limits import limiter
from api.reader import language
from api.roles import progress, queries

blueprint = APIBlueprint("internal", __name__, url_prefix="/internal/v1", enable_openapi=False)
limiter.exempt(blueprint)


@blueprint.before_request
def only_the_assistant() -> None:
    """Check the shared secret, in constant time."""
    secret = current_app.config["SETTINGS"].assistant_secret.get_secret_value()
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
        raise SignInNeeded


EDITION = "Desk-Edition"


@blueprint.before_request
def at_which_edition() -> None:
    """Find out the edition before what is read, for whoever means to keep that.

    It need not be the one that came with the turn: another gateway may serve the read, with a slower clock or an older
    company file.
    """
    g.edition = None
    if EDITION in request.headers:
        read_only()
        g.edition = edition.current()
        db.session.rollback()


@blueprint.after_request
def name_edition(response: Response) -> Response:
    """Say it."""
    if g.get("edition"):
        response.headers[EDITION] = g.edition
    return response


@blueprint.get("/roles")
def roles() -> Response:
    """The open roles in short; 304 while nothing has changed."""
    read_only()
    etag = f"{queries.version()}-{language()}"
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = jsonify(roles=queries.open_roles(language()))
    response.set_etag(etag, weak=True)
    return response


@blueprint.get("/roles/<ref>")
def role(ref: str) -> Response:
    """All that is known of one role, closed ones too."""
    read_only()
    return jsonify(queries.full_role(ref, language()))


@blueprint.get("/answers/<key>")
def answer(key: str) -> Response:
    """What the company says on a subject."""
    read_only()
    return jsonify(answers.answer(key, language()))


@blueprint.get("/texts")
def texts() -> Response:
    """The texts that the assistant words otherwise than shipped; 304 while they are the same. Asked for every few seconds."""
    read_only()
    found = json.dumps({"texts": worded.overrides(clock.now())}, sort_keys=True)
    etag = hashlib.sha256(found.encode()).hexdigest()[:32]
    unchanged = request.if_none_match.contains_weak(etag)
    response = Response(status=304) if unchanged else Response(found, content_type="application/json")
    response.set_etag(etag, weak=True)
    return response


@blueprint.get("/conversations/<conversation_id>/applications")
def applications(conversation_id: str) -> Response:
    """The applications of the candidate who proved who they are in this conversation; 403 before that."""
    read_only()
    who = select(Conversation.verified_at, Conversation.candidate_id).where(Conversation.id == conversation_id)
    row = db.session.execute(who).one_or_none()
    if row is None:
        raise NotFound
    if row.verified_at is None or row.candidate_id is None:
        raise NotAllowed
    return jsonify(applications=progress.applications_of(row.candidate_id, language()))


@blueprint.get("/response-times")
def response_times() -> Response:
    """How long candidates have waited for the employer's first move."""
    read_only()
    return jsonify(progress.response_times(request.args.get("role")))


@blueprint.get("/company")
def about() -> Response:
    """Names, addresses and retention times."""
    return jsonify(answers.facts(company()))
