"""The streams that keep pages current, and the sign of life of who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Flask, Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import staff as everyone
from api.accounts.access import current_session, current_staff, staff_required
from api.db import db, read_only
from api.desk import stream
from api.desk.conversation_views import CONVERSATION
from api.desk.pages import blueprint
from api.desk.talk import find

EVENTS = "text/event-stream"


@blueprint.get("/events")
@staff_required
def events() -> Response:
    """The whole desk: counts, lists that have moved, new work. `Last-Event-ID` (a moment) tells what came while one was away."""
    return _stream(stream.desk_events(_app(), _reader(), _since()))


@blueprint.get(f"{CONVERSATION}/events")
@staff_required
def conversation_events(conversation_id: str) -> Response:
    """One conversation."""
    reader = _reader()
    read_only()
    find(conversation_id)
    return _stream(stream.conversation_events(_app(), reader, conversation_id))


@blueprint.get("/here")
@staff_required
def here() -> AnyResponse:
    """Somebody sits at the page. That they asked is all that counts: who is here gets no mail about new work."""
    return Response(status=204)


@blueprint.post("/notify")
@staff_required
def notify() -> AnyResponse:
    """How a person wants to hear of new work. The page asks once; the account page is for changing one's mind."""
    me, wanted = current_staff(), {name: bool(request.form.get(name)) for name in ("sound", "desktop")}
    everyone.update_own(me.id, me.name, me.language, wanted)
    db.session.commit()
    return Response(status=204)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def _reader() -> stream.Reader:
    return stream.Reader(current_staff().id, current_session().id)


def _since() -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.headers.get("Last-Event-ID", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _stream(body: Iterator[str]) -> Response:
    db.session.rollback()
    return Response(body, mimetype=EVENTS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
