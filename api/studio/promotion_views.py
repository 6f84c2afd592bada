"""Putting an NLU model live, going back, and telling the answers that are known since."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import admin_required, current_staff
from api.db import db, read_only
from api.errors import Invalid
from api.promotion import follow_ups, queries, service, words
from api.promotion.queries import State
from api.studio import model_show
from api.studio.model_views import titles
from api.studio.pages import blueprint, page, wants_part
from api.training import queries as training


@blueprint.app_template_global()
def promotion_state() -> State:
    """For the pages of trainings and models, which show it too."""
    return queries.state()


@blueprint.get("/promotions")
@admin_required
def promotions() -> Response:
    """What is live, what it can be taken back to, and who put what live when."""
    read_only()
    live, kept, events = training.live(), queries.kept(), queries.history()
    rows = {m.id: model_show.overview(m, None) for m in [*([live] if live else []), *kept]}
    since = queries.last_live()
    return page("promotion/history", section="models", live=live, kept=kept, events=events, rows=rows, since=since, words=words, show=model_show)


@blueprint.get("/promotions/state")
@admin_required
def promotion_progress() -> Response:
    """How far it is; when nothing is under way any more, the page is loaded again."""
    read_only()
    if queries.state().under_way is None:
        response = make_response("", 200)
        response.headers["HX-Refresh"] = "true"
        return response
    return page("promotion/_state", words=words)


@blueprint.post("/models/<model_id>/promote")
@admin_required
def promote(model_id: str) -> AnyResponse:
    """Put a candidate live."""
    reason = request.form.get("reason", "") if "over" in request.form else None
    if reason is not None and not reason.strip():
        raise Invalid(gettext("Say why it should go live although the gate stops it. Your reason is kept in the history."))
    service.promote(current_staff(), model_id, reason)
    db.session.commit()
    return redirect(url_for("studio.promotions"), 303)


@blueprint.get("/models/<model_id>/roll-back")
@admin_required
def ask_roll_back(model_id: str) -> Response:
    """What going back will do, before it is done."""
    read_only()
    model, live = training.candidate(model_id), training.live()
    changes = model_show.data_changes(model, live)
    return page("promotion/roll_back", section="models", model=model, live=live, changes=changes, titles=titles(), since=queries.last_live(), show=model_show)


@blueprint.post("/models/<model_id>/roll-back")
@admin_required
def roll_back(model_id: str) -> AnyResponse:
    """Go back to a model that was live."""
    service.roll_back(current_staff(), model_id)
    db.session.commit()
    return redirect(url_for("studio.promotions"), 303)


@blueprint.post("/promotions/<promotion_id>/withdraw")
@admin_required
def withdraw_promotion(promotion_id: str) -> AnyResponse:
    """Give it up; what is live stays so."""
    service.withdraw(current_staff(), promotion_id)
    db.session.commit()
    if wants_part():
        return promotion_progress()
    return redirect(url_for("studio.promotions"), 303)


@blueprint.get("/answers-to-tell")
@admin_required
def answers_to_tell() -> Response:
    """To whom which answer can be told now, as they would read it."""
    return _to_tell()


def _to_tell(said: str = "") -> Response:
    read_only()
    proposals = follow_ups.proposed()
    grouped: dict[str, list[follow_ups.Proposal]] = {}
    for proposal in proposals:
        grouped.setdefault(proposal.row.intent, []).append(proposal)
    return page("promotion/answers", section="models", grouped=grouped, many=len(proposals), titles=titles(), words=words, said=said)


@blueprint.post("/answers-to-tell")
@admin_required
def tell_answers() -> AnyResponse:
    """Tell those chosen, or decide not to."""
    ids = request.form.getlist("chosen")
    if request.form.get("act") == "decline":
        many = follow_ups.decline(current_staff(), ids)
        db.session.commit()
        return _to_tell(ngettext("%(num)d candidate is not told.", "%(num)d candidates are not told.", many))
    outcome = follow_ups.send(current_staff(), ids)
    db.session.commit()
    return _to_tell(words.told(outcome))
