"""Saying what messages ask: labels, taking them back, their history."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import admin_required, current_staff
from api.db import db, read_only
from api.reviews import queries, service
from api.studio import review_words
from api.studio.pages import blueprint, page, wants_part
from api.studio.review_show import narrowed, said_of, shown, titles

LATEST = 100


@blueprint.post("/reviews/<group_id>/label")
@admin_required
def label_group(group_id: str) -> AnyResponse:
    """Label the chosen wordings of a group at once; then the next group stands open."""
    form = request.form
    decision, intent = form.get("decision", ""), form.get("intent") or None
    if decision.startswith("intent:"):
        decision, intent = "intent", decision.removeprefix("intent:")
    if decision == service.NEW:
        return _new_question(group_id)
    act = service.label(current_staff(), group_id, form.getlist("review"), decision, intent)
    db.session.commit()
    if not wants_part():
        return redirect(url_for("studio.reviews", labelled=act.id, **narrowed()), 303)
    read_only()
    return shown(form.get("next") or None, said_of(act), None if decision == service.ERASE else act.id)


def _new_question(group_id: str) -> AnyResponse:
    """On to the form of a new question, which begins with the chosen wordings."""
    own = service.split(current_staff(), group_id, request.form.getlist("review"))
    db.session.commit()
    target = f"/studio/questions/new?group={own}"
    if not wants_part():
        return redirect(target, 303)
    response = make_response("", 204)
    response.headers["HX-Redirect"] = target
    return response


@blueprint.post("/reviews/labels/<label_id>/undo")
@admin_required
def undo_label(label_id: str) -> AnyResponse:
    """Take a label back; its messages stand open."""
    group_id = service.undo(current_staff(), label_id)
    db.session.commit()
    if not wants_part():
        return redirect(url_for("studio.review_group", group_id=group_id), 303)
    read_only()
    return shown(group_id, gettext("Taken back. The messages are open again."))


@blueprint.post("/reviews/labels/<label_id>/erase")
@admin_required
def erase_label(label_id: str) -> AnyResponse:
    """The texts of a label are erased, and what was learnt from them."""
    service.erase_labelled(current_staff(), label_id)
    db.session.commit()
    return redirect(url_for("studio.review_history"), 303)


@blueprint.get("/reviews/history")
@admin_required
def review_history() -> Response:
    """Who labelled what, and when."""
    read_only()
    mine = bool(request.args.get("mine"))
    acts = queries.history(LATEST, current_staff().id if mine else None)
    return page("reviews/history", section="reviews", acts=acts, mine=mine, most=LATEST, titles=titles(), decisions=review_words.DECISIONS)
