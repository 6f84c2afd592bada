"""Trainings and the NLU models that come of them."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import admin_required, current_staff
from api.db import db, read_only
from api.studio import model_show
from api.studio.pages import blueprint, page
from api.training import queries, service, words
from api.training.models import Training


@blueprint.get("/models")
@admin_required
def models() -> Response:
    """The live model, what is being trained, and what has been."""
    read_only()
    found, live = queries.models(), queries.live()
    rows = [(model, model_show.overview(model, live)) for model in found]
    trainings = queries.trainings()
    started = {t.id: t.staff_id for t in trainings}
    names = queries.names_of({*started.values()})
    return page("models/list", section="models", rows=rows, live=live, trainings=trainings, names=names, words=words, show=model_show, **_progress())


@blueprint.get("/models/progress")
@admin_required
def training_progress() -> Response:
    """How far the training is; when none is under way any more, the page is loaded again."""
    read_only()
    found = _progress()
    if found["running"] is None:
        response = make_response("", 200)
        response.headers["HX-Refresh"] = "true"
        return response
    return page("models/_progress", words=words, **found)


def _progress() -> dict[str, Any]:
    running = queries.under_way()
    return {"running": running, "left": queries.seconds_left(running) if running else None}


@blueprint.post("/models")
@admin_required
def train() -> AnyResponse:
    """Ask for a training on all that is known now."""
    service.start(current_staff())
    db.session.commit()
    return redirect(url_for("studio.models"), 303)


@blueprint.get("/models/trainings/<training_id>")
@admin_required
def training(training_id: str) -> Response:
    """One training, with its log."""
    read_only()
    found = queries.training(training_id)
    who = queries.names_of({found.staff_id})
    left = queries.seconds_left(found)
    return page("models/training", section="models", training=found, running=_open(found), left=left, who=who.get(found.staff_id or ""), words=words)


def _open(found: Training) -> Training | None:
    return found if found.under_way else None


@blueprint.post("/models/trainings/<training_id>/stop")
@admin_required
def stop_training(training_id: str) -> AnyResponse:
    """Stop it; what is live stays live."""
    service.stop(current_staff(), training_id)
    db.session.commit()
    return redirect(url_for("studio.training", training_id=training_id), 303)
