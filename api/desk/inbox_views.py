"""The inbox: who waits, whom I talk to, what the assistant does."""

from __future__ import annotations

from flask import Response

from api.accounts.access import staff_required
from api.desk.pages import blueprint, page


@blueprint.get("/")
@staff_required
def inbox() -> Response:
    """The list, and a place for the conversation that is chosen from it."""
    return page("inbox")
