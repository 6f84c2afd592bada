from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from api.assistant import client
from api.db import db, read_only
from api.limits import limiter
from api.operations.metrics import exposition

blueprint = APIBlueprint("health", __name__, tag="Operations")


@blueprint.get("/healthz")
@limiter.exempt
def healthz() -> Response:
    """The process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@blueprint.doc(responses={200: "Ready; `assistant` is `ready` or `waking_up`.", 503: "The database is away."})
@limiter.exempt
def readyz() -> tuple[Response, int]:
    """The database answers. A sleeping assistant does not make the gateway unready: messages wait for it."""
    read_only()
    db.session.execute(text("SELECT 1"))
    db.session.rollback()  # nothing is asked of the network while a transaction is open
    return jsonify(status="ok", assistant="ready" if client.is_ready(current_app.config["SETTINGS"]) else "waking_up"), 200


@blueprint.get("/metrics")
@blueprint.doc(hide=True)
@limiter.exempt
def metrics() -> Response:
    """Prometheus' text format. Keep it inside: the proxy of docker/ does not pass it on."""
    read_only()
    found = exposition()
    db.session.rollback()
    return Response(found, content_type=CONTENT_TYPE_LATEST)
