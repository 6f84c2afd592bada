"""The list of what candidates have asked for that a person must do."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, get_flashed_messages, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import current_staff, staff_required
from api.db import db, read_only
from api.desk.pages import blueprint, page, wants_part
from api.handoff import requests

MOST = 200


@blueprint.get("/requests")
@staff_required
def requests_list() -> Response:
    """Open requests, or with `?status=done` those that are done; only the list for htmx."""
    read_only()
    return _listed(_status(), " ".join(map(str, get_flashed_messages())))


@blueprint.post("/requests/<request_id>/done")
@staff_required
def request_done(request_id: str) -> AnyResponse:
    """It is done; with `undo` it is not, after all."""
    undo = bool(request.form.get("undo"))
    requests.set_done(current_staff(), request_id, not undo)
    db.session.commit()
    said = gettext("It is open again.") if undo else gettext("Done. It is under “Done” now, where you can take that back.")
    if not wants_part():
        flash(said)
        return redirect(url_for("desk.requests_list", status="done" if undo else None), 303)
    read_only()
    return _listed(_status(), said)


def _status() -> str:
    return "done" if request.values.get("status") == "done" else "open"


def _listed(status: str, said: str = "") -> Response:
    values: dict[str, Any] = {
        "which": status,
        "asked": requests.listed(current_staff(), status, MOST),
        "open": requests.many("open"),
        "most": MOST,
        "said": said,
    }
    return page("_requests" if wants_part() else "requests", **values)
