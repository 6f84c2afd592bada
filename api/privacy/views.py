"""The candidate's copy of their data, behind a link in a mail."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, json

from api.candidates.pages import unusable
from api.db import db, read_only
from api.limits import limiter
from api.links import LinkUnusable
from api.privacy import service

blueprint = APIBlueprint("privacy", __name__, enable_openapi=False)
blueprint.register_error_handler(LinkUnusable, unusable)


@blueprint.get("/privacy/export/<token>")
@limiter.limit("10 per minute")
def export(token: str) -> Response:
    """All that is kept about the candidate whom the link was mailed to, built now."""
    read_only()
    candidate, kept = service.export_for(token)
    candidate_id = candidate.id
    db.session.rollback()
    service.note_download(candidate_id)
    db.session.commit()
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=False) + "\n", mimetype="application/json", headers=headers)
