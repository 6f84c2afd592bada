"""The company's own questions: made, worded, answered and put into training, wholly here."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import admin_required, current_staff
from api.config import LANGUAGES
from api.db import db, read_only
from api.errors import DomainError
from api.examples import changes, logged, queries, questions, suggestions
from api.examples.corpus import Row, corpus
from api.examples.folding import fold
from api.examples.models import Question
from api.examples.questions import Draft
from api.reviews import queries as reviews
from api.reviews import service as labelling
from api.studio import forms
from api.studio.pages import blueprint, page


@blueprint.get("/questions/new")
@admin_required
def new_question() -> Response:
    """The form; with a group of reviews or chosen examples, their wordings stand in it already."""
    read_only()
    held = _begun_with()
    wordings: dict[str, list[str]] = {language: [text for code, text in held if code == language] for language in LANGUAGES}
    return _form(Draft(wordings=wordings))


@blueprint.post("/questions/new")
@admin_required
def create_question() -> Response | AnyResponse:
    """Keep it as a draft; a group's messages are labelled with it, chosen examples leave the question they were in."""
    draft = forms.draft()
    try:
        made = questions.create(current_staff(), draft)
        told = _settle_origin(made, draft)
        if "ready" in request.form:
            questions.make_ready(current_staff(), made)
            told = _("The question is part of the next training. Until then the chat does not know it yet.")
    except DomainError as error:
        db.session.rollback()
        return _form(draft, error)
    return _to(made, told)


@blueprint.post("/suggestions")
@admin_required
def suggest_wordings() -> Response:
    """What the wordings in the form still lack: a part of the page."""
    read_only()
    draft, known = forms.draft(), corpus().of(request.form.get("intent", ""))
    wordings = {code: [*draft.wordings[code], *(row.text for row in known if row.language == code)] for code in LANGUAGES}
    titles = {code: [*wordings[code], *filter(None, [draft.titles.get(code)])] for code in LANGUAGES}
    messages = logged.newest(still_open=True)
    lacking, close = suggestions.synonyms(titles), suggestions.close_messages(wordings, messages)
    return page("questions/suggestions", section="questions", synonyms=lacking, close=close, any=any(titles.values()))


@blueprint.post("/questions/<intent>/texts")
@admin_required
def save_question(intent: str) -> Response | AnyResponse:
    """Titles, answers and note of a question, and wordings to add."""
    own = queries.question_of(intent)
    draft = forms.draft()
    try:
        questions.save(current_staff(), own, draft)
    except DomainError as error:
        db.session.rollback()
        return _form(draft, error, own)
    return _to(own, _("Saved. New answers and titles are live within seconds, new wordings count from the next training on."))


@blueprint.get("/questions/<intent>/edit")
@admin_required
def edit_question(intent: str) -> Response:
    """The form of a question that there is."""
    read_only()
    own = queries.question_of(intent)
    return _form(Draft(dict(own.titles), questions.answers(own), {}, own.note), own=own)


@blueprint.post("/questions/<intent>/ready")
@admin_required
def ready_question(intent: str) -> AnyResponse:
    """Let it be learnt at the next training."""
    own = queries.question_of(intent)
    questions.make_ready(current_staff(), own)
    return _to(own, _("The question is part of the next training. Until then the chat does not know it yet."))


@blueprint.post("/questions/<intent>/draft")
@admin_required
def hold_back_question(intent: str) -> AnyResponse:
    """Leave it out of the next training."""
    own = queries.question_of(intent)
    questions.hold_back(current_staff(), own)
    return _to(own, _("A draft again: the next training leaves it out."))


@blueprint.post("/questions/<intent>/delete")
@admin_required
def delete_question(intent: str) -> AnyResponse:
    """Remove a draft."""
    own = queries.question_of(intent)
    questions.delete(current_staff(), own)
    db.session.commit()
    flash(_("The draft is deleted."))
    return redirect(url_for("studio.questions_list"), 303)


def _form(draft: Draft, error: DomainError | None = None, own: Question | None = None) -> Response:
    held = corpus().counts(own.intent) if own else dict.fromkeys(LANGUAGES, 0)
    origin: dict[str, Any] = {"group": request.values.get("group", ""), "begun": request.values.get("from", ""), "rows": request.values.getlist("row")}
    values = {"draft": draft, "own": own, "held": held, "enough": queries.ENOUGH, "least": queries.LEAST, "origin": origin}
    return page("questions/form", error.status if error else 200, section="questions", error=error.sentence if error else None, **values)


def _begun_with() -> list[tuple[str, str]]:
    """The wordings that the form begins with, as (language, text)."""
    if group := request.args.get("group", ""):
        return reviews.texts_of(group)
    return [(row.language, row.text) for row in _chosen_rows()] or [(request.args.get("in", LANGUAGES[0]), text) for text in request.args.getlist("text")]


def _chosen_rows() -> list[Row]:
    held = corpus().rows
    places = [tuple(value.split(":", 1)) for value in request.values.getlist("row")]
    return [held[place] for place in places if len(place) == 2 and place in held]


def _settle_origin(made: Question, draft: Draft) -> str:
    """Where the first wordings came from knows it now. The sentence for whoever made it."""
    if group := request.form.get("group", ""):
        labelling.label_group(current_staff(), group, made.intent)
        return _("The draft is kept, and the messages that it began with are labelled with it.")
    taught = {f"{language}:{fold(text)}" for language, lines in draft.wordings.items() for text in lines}
    taken, begun = taught.intersection(request.form.getlist("row")), request.form.get("from", "")
    if taken and begun in queries.names():
        changes.note_split(current_staff(), begun, made.intent, len(taken))
    return _("The draft is kept. The list says what it still lacks.")


def _to(own: Question, told: str) -> AnyResponse:
    db.session.commit()
    flash(told)
    return redirect(url_for("studio.question", intent=own.intent), 303)
