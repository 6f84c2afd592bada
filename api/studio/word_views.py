"""The lexicon: words that mean the same, by concept."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.access import admin_required, current_staff
from api.config import LANGUAGES
from api.db import db, read_only
from api.errors import Invalid
from api.examples import logged, words
from api.examples.folding import words_of
from api.studio.pages import blueprint, page

SHOWN = 40
MOST_TOUCHED = 30


@blueprint.get("/words")
@admin_required
def words_list() -> Response:
    """Concepts whose name or words hold what is searched for; what was changed here comes first."""
    read_only()
    wanted = request.args.get("q", "").strip()[:60]
    return _list(wanted)


def _list(wanted: str, refused: str = "", status: int = 200) -> Response:
    """The page; `refused`: what is wrong with the new concept that was sent in."""
    every = words.concepts()
    found = _matching(every, wanted)
    changed = sum(item.state != "shipped" for by_language in every.values() for items in by_language.values() for item in items)
    values = {"concepts": found[:SHOWN], "found": len(found), "all": len(every), "wanted": wanted, "changed": changed}
    return page("words/list", status, section="words", refused=refused, sent=request.form, **values)


@blueprint.get("/words/<concept>")
@admin_required
def concept(concept: str) -> Response:
    """One concept in three languages. With `?try=` and `?in=`: which logged messages a word would touch."""
    read_only()
    return _concept(concept, request.args.get("try", "").strip(), request.args.get("in", LANGUAGES[0]))


def _concept(concept: str, tried: str, code: str, refused: str = "") -> Response:
    """The page; a word that cannot be one stands in its form again, with the reason."""
    items = words.concepts().get(concept) or {language: [] for language in LANGUAGES}
    touched: list[str] = []
    item, looked_at = "", 0
    if tried and not refused:
        try:
            item = words.tidy(tried)
        except Invalid as error:
            refused = str(error.sentence)
        else:
            touched, looked_at = _touched(concept, tried, code)
    values = {"concept": concept, "items": items, "tried": tried, "code": code, "touched": touched[:MOST_TOUCHED], "many": len(touched), "looked_at": looked_at}
    return page("words/one", 422 if refused else 200, section="words", item=item, refused=refused, new=not any(items.values()), **values)


@blueprint.post("/words")
@admin_required
def add_word() -> AnyResponse:
    """Add a word to a concept, old or new; then see what it touches. What is wrong is told in the form, which keeps what was typed."""
    concept, code, item = (request.form.get(name, "") for name in ("concept", "language", "item"))
    concept = concept.strip().casefold().replace(" ", "_")
    try:
        made = words.add(current_staff(), concept, code, item)
    except Invalid as error:
        db.session.rollback()
        read_only()
        known = concept in words.concepts()
        return _concept(concept, item, code, str(error.sentence)) if known else _list("", str(error.sentence), 422)
    return _to(concept, _("Added. It counts from the next training on.") if made else _("That word is there already."), code, words.tidy(item))


@blueprint.post("/words/<concept>/remove")
@admin_required
def remove_word(concept: str) -> AnyResponse:
    """Take a word out."""
    words.remove(current_staff(), concept, request.form.get("language", ""), request.form.get("item", ""))
    return _to(concept, _("Taken out. It no longer counts from the next training on."))


@blueprint.post("/words/<concept>/restore")
@admin_required
def restore_word(concept: str) -> AnyResponse:
    """Put a word back that was taken out."""
    words.add(current_staff(), concept, request.form.get("language", ""), request.form.get("item", ""))
    return _to(concept, _("The word is back."))


def _matching(every: words.Concepts, wanted: str) -> list[tuple[str, dict[str, list[words.Item]]]]:
    parts = words_of(wanted.replace("_", " "))
    found = [(name, items) for name, items in every.items() if all(part in _said(name, items) for part in parts)]
    return sorted(found, key=lambda pair: (not any(i.state != "shipped" for items in pair[1].values() for i in items), pair[0]))


def _said(name: str, items: dict[str, list[words.Item]]) -> str:
    return " ".join([name.replace("_", " "), *(item.text for some in items.values() for item in some)])


def _touched(concept: str, tried: str, code: str) -> tuple[list[str], int]:
    """The logged messages that the word would change, the newest first, and how many were looked at."""
    item = words.tidy(tried)
    texts = [text for _language, text in logged.newest([code])]
    return words.touched(concept, code, item, texts), len(texts)


def _to(concept: str, told: str, code: str = "", item: str = "") -> AnyResponse:
    db.session.commit()
    flash(told)
    address = url_for("studio.concept", concept=concept)
    return redirect(f"{address}?{urlencode({'in': code, 'try': item})}" if item else address, 303)
