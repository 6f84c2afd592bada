"""What is asked: all intents, the examples of each, and the company's own questions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import admin_required, current_staff
from api.config import LANGUAGES
from api.db import db, read_only
from api.errors import Invalid
from api.examples import browsing, changes, near, queries, questions, service
from api.examples.corpus import corpus
from api.examples.folding import fold
from api.examples.names import INDISPENSABLE, SKILLS
from api.reader import language
from api.studio import forms
from api.studio.example_form import ExampleForm, told
from api.studio.pages import blueprint, page
from api.training.queries import mistakes

OUT_OF_SCOPE = "out_of_scope"  # has many times more examples than a question: its bar would make all others short
NOTHING_CHOSEN = _l("Tick the examples first.")


@blueprint.get("/questions")
@admin_required
def questions_list() -> Response:
    """All intents with their counts, and wordings that hold what is searched for."""
    read_only()
    wanted, thin = request.args.get("q", "").strip()[:100], "thin" in request.args
    every = queries.intents(language())
    shown = browsing.narrowed(every, wanted, thin)
    found = browsing.wordings(corpus(), wanted) if wanted else []
    titles = _titles(every)
    most = max((n for entry in every if entry["name"] != OUT_OF_SCOPE for n in entry["counts"].values()), default=0)
    values = {"intents": shown, "found": found, "titles": titles, "most": most, "wanted": wanted, "thin": thin, "skills": SKILLS}
    return page("questions/list", section="questions", enough=queries.ENOUGH, few=sum(browsing.is_thin(entry) for entry in every), **values)


@blueprint.get("/questions/<intent>")
@admin_required
def question(intent: str) -> Response:
    """One intent: its examples by language, what cross-validation gets wrong, what hangs on it."""
    seen = request.args.get("in", "")
    return _question_page(intent, seen if seen in LANGUAGES else LANGUAGES[0], ExampleForm())


def _question_page(intent: str, code: str, adding: ExampleForm, status: int = 200) -> Response:
    read_only()
    every = queries.intents(language())
    entry = browsing.named(every, intent)
    wanted = request.args.get("q", "").strip()[:100]
    held = corpus()
    shown = browsing.page_of(held.of(intent, code), wanted, request.args.get("page", 1, int))
    editing = next((row for row in shown.rows if row.key == request.args.get("edit")), None)
    own = None if entry["shipped"] else queries.question_of(intent)
    said = questions.answers(own) if own else {}
    return page(
        "questions/one", status, section="questions", entry=entry, code=code, wanted=wanted, shown=shown, intents=browsing.usable(every, intent),
        lengths=browsing.lengths(held.of(intent)), mistakes=mistakes(intent), titles=_titles(every), adding=adding,
        own=own, said=said, state=questions.state(own, said) if own else {}, changes=changes.of(intent), enough=queries.ENOUGH, least=queries.LEAST,
        editing=editing, skills=SKILLS, indispensable=intent in INDISPENSABLE, button=browsing.button_titles(intent),
    )  # fmt: skip


@blueprint.get("/questions/<intent>/alike")
@admin_required
def question_alike(intent: str) -> Response:
    """Its examples that almost stand under another intent, too. A part of the page, for it takes a moment."""
    read_only()
    every = queries.intents(language())
    entry = browsing.named(every, intent)
    return page("questions/alike", section="questions", entry=entry, pairs=near.pairs(corpus(), intent), titles=_titles(every))


@blueprint.post("/questions/<intent>/examples")
@admin_required
def add_examples(intent: str) -> AnyResponse:
    """Add wordings, one a line. What is wrong, or taken from another question, is told in the form, which keeps what was typed."""
    code, typed = request.form.get("language", ""), request.form.get("wordings", "")
    form = ExampleForm(code, typed, request.form.get("taken", ""))
    done = form.save(current_staff(), intent)
    if done is None:
        db.session.rollback()
        return _question_page(intent, code, form, 422)
    return _done(intent, told(*done, _titles(queries.intents(language()))), code)


@blueprint.post("/questions/<intent>/examples/change")
@admin_required
def change_examples(intent: str) -> AnyResponse:
    """Move the ticked examples to another intent, remove them, or begin a new question with them."""
    try:
        rows = forms.chosen(corpus())
    except Invalid:
        raise Invalid(NOTHING_CHOSEN) from None
    code = rows[0].language
    if "split" in request.form:
        values = [("row", f"{row.language}:{row.key}") for row in rows]
        return redirect(f"{url_for('studio.new_question')}?{urlencode([('from', intent), *values])}", 303)
    into = None if "remove" in request.form else request.form.get("into", "")
    if into == "":
        raise Invalid(_("Choose the question that these wordings ask."))
    many = service.move(current_staff(), [(row.language, row.text) for row in rows], into)
    said = _("%(num)s examples moved.", num=many) if into else _("%(num)s examples removed.", num=many)
    return _done(intent, said, code)


@blueprint.post("/questions/<intent>/examples/edit")
@admin_required
def edit_example(intent: str) -> AnyResponse:
    """Word an example otherwise."""
    code, before, after = (request.form.get(name, "") for name in ("language", "before", "text"))
    had = corpus().rows.get((code, fold(after)))
    browsing.reword(current_staff(), code, before, after, intent)
    said = _("The example is changed.")
    if had and had.intent != intent:
        titles = _titles(queries.intents(language()))
        said = f"{said} {_('Moved from: %(titles)s.', titles=titles.get(had.intent, had.intent))}"
    return _done(intent, said, code)


@blueprint.get("/questions/<intent>/away")
@admin_required
def away(intent: str) -> Response:
    """What would happen if it were retired, or merged into another: before it is done."""
    read_only()
    every = queries.intents(language())
    entry = browsing.named(every, intent)
    into = request.args.get("into", "")
    heir = browsing.named(every, into) if into else None
    values = {"entry": entry, "heir": heir, "skills": SKILLS, "hanging": changes.hanging(intent), "intents": browsing.usable(every, intent)}
    return page("questions/away", section="questions", titles=_titles(every), **values)


@blueprint.post("/questions/<intent>/away")
@admin_required
def put_away(intent: str) -> AnyResponse:
    """Retire it, or merge it into another."""
    if into := request.form.get("into", ""):
        changes.merge(current_staff(), intent, into)
        return _done(intent, _("Merged. From the next training on, these wordings are understood as the other question."))
    changes.retire(current_staff(), intent)
    return _done(intent, _("Retired. From the next training on, nothing is understood as this question."))


@blueprint.post("/changes/<change_id>/undo")
@admin_required
def undo_change(change_id: str) -> AnyResponse:
    """Put a retired or merged intent back."""
    change = changes.undo(current_staff(), change_id)
    return _done(change.intent, _("Put back. It is understood again from the next training on."))


@blueprint.post("/questions/<intent>/name")
@admin_required
def rename(intent: str) -> AnyResponse:
    """Call a shipped question otherwise on its button."""
    changes.rename(current_staff(), intent, forms.by_language("title"))
    return _done(intent, _("The new names are on the buttons within seconds."))


def _titles(every: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["name"]: entry["title"] for entry in every}


def _done(intent: str, told: str, code: str = "") -> AnyResponse:
    db.session.commit()
    flash(told)
    address = url_for("studio.question", intent=intent)
    return redirect(f"{address}?in={code}" if code in LANGUAGES else address, 303)
