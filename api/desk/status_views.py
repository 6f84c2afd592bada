"""How the desk is doing, for whoever works at it."""

from __future__ import annotations

from flask import Response

from api.accounts.access import staff_required
from api.db import db, read_only
from api.desk.pages import blueprint, page
from api.operations.readings import readings
from api.operations.status import parts

WORK = ("conversations_waiting", "replies_late", "promises_overdue", "turns_waiting")


@blueprint.get("/status")
@staff_required
def status() -> Response:
    """Each part with whether it works, and what waits for how long."""
    read_only()
    found = readings()
    db.session.rollback()  # the assistant is asked next
    return page("status", parts=parts(found), work={r.name: r for r in found if r.name in WORK})
