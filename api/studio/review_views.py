"""What was misunderstood: the inbox of messages worth a look, grouped by likeness."""

from __future__ import annotations

from flask import Response, make_response, request

from api.accounts.access import admin_required, current_staff
from api.db import db, read_only
from api.reviews import queries, service
from api.studio.pages import blueprint, page, wants_part
from api.studio.review_show import just_done, listed, of_group, of_list, shown, wanted


@blueprint.get("/")
@admin_required
def reviews() -> Response:
    """The groups that teach most, with the first one open that nobody else works on."""
    read_only()
    if request.headers.get("HX-Target") == "groups":
        return page("reviews/_rows", **of_list(*listed()))
    return shown(None, *just_done())


@blueprint.get("/reviews/<group_id>")
@admin_required
def review_group(group_id: str) -> Response:
    """One group: its wordings, and what one can say of them."""
    read_only()
    if wants_part() and request.headers.get("HX-Target") == "detail":
        return page("reviews/_group", **of_group(queries.group(group_id), wanted()))
    return shown(group_id)


@blueprint.post("/reviews/<group_id>/hold")
@admin_required
def hold_group(group_id: str) -> Response:
    """This person works on the group for some minutes; if another does, the page says so."""
    holder = service.hold(current_staff(), group_id)
    db.session.commit()
    if holder is None:
        return make_response("", 204)
    read_only()
    return page("reviews/_group", **of_group(queries.group(group_id), wanted()))


@blueprint.get("/reviews/messages/<review_id>")
@admin_required
def review_around(review_id: str) -> Response:
    """The conversation around one message, masked."""
    read_only()
    template = "reviews/_around" if wants_part() else "reviews/around"
    return page(template, section="reviews", around=queries.around(review_id))
