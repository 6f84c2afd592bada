"""The inbox: who waits, whom I talk to, what the assistant does."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api.accounts.access import current_staff, staff_required
from api.db import read_only
from api.desk import listing, words
from api.desk.asked import Asked, address_bar, asked, shown
from api.desk.pages import blueprint, page, wants_part


@blueprint.get("/")
@staff_required
def inbox() -> Response:
    """The list, and a place for the conversation that is chosen from it; or only the list, anew."""
    read_only()
    wanted = asked()
    if not wants_part():
        return page("inbox", **of_list(wanted), talk=None)
    if request.headers.get("HX-Target") == "inbox":
        return page("_inbox", **of_list(wanted), talk=None)
    response = page("_rows", **of_rows(wanted), talk=None)
    if request.headers.get("HX-Trigger") == "sieve":
        response.headers["HX-Replace-Url"] = address_bar(wanted)
    return response


def of_list(wanted: Asked) -> dict[str, Any]:
    """What the list's pane shows: views with counts, what one can filter by, rows."""
    staff = current_staff()
    return of_rows(wanted) | {
        "views": words.VIEWS, "counts": listing.counts(staff), "options": listing.options(staff.language), "reasons": words.REASONS,
    }  # fmt: skip


def of_rows(wanted: Asked) -> dict[str, Any]:
    """What the rows show."""
    many = shown()
    rows, more = listing.rows(current_staff(), wanted, many)
    return {"asked": wanted, "rows": rows, "more": more, "shown": many, "empty": words.EMPTY, "whys": {key: str(why) for key, why in words.REASONS.items()}}
