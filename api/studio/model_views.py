"""One NLU model: what the gate says, its figures beside the live model's, and what it answers otherwise."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api import clock
from api.accounts.access import admin_required, current_staff
from api.answers import queries as answers
from api.config import LANGUAGES
from api.db import db, read_only
from api.examples import queries as examples
from api.reader import language
from api.studio import model_show
from api.studio.pages import blueprint, page, wants_part
from api.training import queries, service, words
from api.training.figures import FALLBACK
from api.training.models import Difference, NluModel

SHOWN = ("open", "worse", "better", "neither", "all")


def titles() -> dict[str, str]:
    """What each intent is called, in the reader's language."""
    return {entry["name"]: entry["title"] for entry in examples.intents(language())}


def _shared(model: NluModel, tab: str) -> dict[str, Any]:
    live = queries.live()
    shown = None if live is None or live.id == model.id else live
    return {"section": "models", "tab": tab, "model": model, "live": shown, "titles": titles(), "words": words, "fallback": FALLBACK}


@blueprint.get("/models/<model_id>")
@admin_required
def model(model_id: str) -> Response:
    """The gate's verdict, and the figures in short."""
    read_only()
    found = queries.candidate(model_id)
    shared = _shared(found, "verdict")
    verdict = queries.gate(found)
    live = shared["live"]
    rows = {sample: model_show.overview(found, live, sample) for sample in model_show.SAMPLES}
    judged = queries.differences(model_id, "all").counts
    changes = model_show.data_changes(found, live)
    return page("models/verdict", verdict=verdict, rows=rows, judged=judged, changes=changes, running=queries.under_way(), show=model_show, **shared)


@blueprint.get("/models/<model_id>/figures")
@admin_required
def model_figures(model_id: str) -> Response:
    """Every intent in one language."""
    read_only()
    found = queries.candidate(model_id)
    shared = _shared(found, "figures")
    chosen = request.args.get("language", "")
    chosen = chosen if chosen in LANGUAGES else language()
    sample = "locked" if request.args.get("sample") == "locked" else "held_out"
    seen = model_show.of_language(found, shared["live"], sample, chosen)
    return page("models/figures", seen=seen, chosen=chosen, sample=sample, languages=LANGUAGES, **shared)


@blueprint.get("/models/<model_id>/messages")
@admin_required
def model_messages(model_id: str) -> Response:
    """Real messages that get another answer, old and new side by side."""
    read_only()
    found = queries.candidate(model_id)
    show = request.args.get("show", "open")
    show = show if show in SHOWN else "open"
    seen = queries.differences(model_id, show, request.args.get("page", 1, type=int))
    names = queries.names_of({row.staff_id for row in seen.rows})
    said = answers.said(clock.now())
    return page("models/messages", seen=seen, show=show, names=names, said=said, pickable=_pickable(), **_shared(found, "messages"))


def _pickable() -> list[dict[str, Any]]:
    """The intents that a message can be labelled with."""
    return sorted((entry for entry in examples.intents(language()) if not entry["retired"]), key=lambda entry: str(entry["title"]).casefold())


@blueprint.post("/models/<model_id>/compare")
@admin_required
def compare_model(model_id: str) -> AnyResponse:
    """Compare it with the model that is live now."""
    service.compare_again(current_staff(), model_id)
    db.session.commit()
    return redirect(url_for("studio.models"), 303)


@blueprint.post("/models/differences/<difference_id>")
@admin_required
def judge_difference(difference_id: str) -> AnyResponse:
    """Say what a message really asks."""
    row = service.judge(current_staff(), difference_id, request.form.get("right_intent", ""))
    db.session.commit()
    if wants_part():
        return _judged(row)
    show, number = request.form.get("show", "open"), request.form.get("page", "1")
    return redirect(url_for("studio.model_messages", model_id=row.model_id, show=show, page=number), 303)


def _judged(row: Difference) -> Response:
    read_only()
    names, said = queries.names_of({row.staff_id}), answers.said(clock.now())
    return page("models/_difference", row=row, said=said, titles=titles(), names=names, pickable=_pickable(), fallback=FALLBACK, words=words, show="", page=1)
