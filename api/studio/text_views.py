"""All texts of the assistant and what the company says: by skill and language, in versions, live without training."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api import clock
from api.accounts.access import admin_required, current_staff
from api.answers import history, texts
from api.answers.checks import LONGEST, WITHOUT_SHIPPED
from api.answers.company import company
from api.answers.models import TextVersion
from api.answers.overview import COMPANY, Line, line_of, lines
from api.answers.shipped import find
from api.config import LANGUAGES
from api.conversations.greeting import TEXT as GREETING
from api.db import db, read_only
from api.errors import NotFound
from api.reader import language
from api.studio import text_names
from api.studio.pages import blueprint, page
from api.studio.text_forms import TextForm

ONLY = ("care", "edited", "planned")


@blueprint.get("/answers")
@admin_required
def texts_list() -> Response:
    """`?view=answers|messages|buttons|words`, narrowed by `skill`, `only=care|edited|planned` and `q`."""
    read_only()
    every = lines(clock.now())
    view = request.args.get("view", "answers")
    view = view if view in text_names.VIEWS else "answers"
    counts = {name: sum(line.needs_care for line in every if line.kind in kinds) for name, (_title, kinds) in text_names.VIEWS.items()}
    here = [line for line in every if line.kind in text_names.VIEWS[view][1]]
    wanted = {"q": request.args.get("q", "").strip()[:100], "skill": request.args.get("skill", ""), "only": request.args.get("only", "")}
    titles = _own_titles()
    shown = _grouped([line for line in here if _fits(line, titles, **wanted)])
    skills = [skill for skill in text_names.SKILLS if any(line.skill == skill for line in here)]
    return page(
        "answers/list", section="answers", view=view, views=text_names.VIEWS, explained=text_names.EXPLAINED[view], counts=counts, shown=shown,
        many=len(here), skills=skills, skill_names=text_names.SKILLS, name=text_names.name, titles=titles, **wanted,
    )  # fmt: skip


@blueprint.get("/answers/<kind>/<key>")
@admin_required
def text(kind: str, key: str) -> Response:
    """One text in all languages, its preview, and its versions."""
    read_only()
    line = line_of(clock.now(), kind, key)
    return _text_page(line, TextForm.of(line, history.newest(kind, key)))


@blueprint.post("/answers/<kind>/<key>")
@admin_required
def save_text(kind: str, key: str) -> AnyResponse:
    """Word it otherwise, from now on or for a time. What is wrong is told in the form, which keeps what was typed."""
    line = line_of(clock.now(), kind, key)
    form = TextForm.sent(request.form)
    changed = form.save(current_staff(), line, _zone())
    if changed is None:
        db.session.rollback()
        read_only()
        return _text_page(line_of(clock.now(), kind, key), form, 422)
    db.session.commit()
    if not changed:
        return _done(kind, key, _("Nothing was changed."))
    return _done(kind, key, _("Planned. It changes by itself when the time comes.") if form.for_a_time else _("Saved. The assistant says it within seconds."))


@blueprint.post("/answers/<kind>/<key>/confirm")
@admin_required
def confirm_text(kind: str, key: str) -> AnyResponse:
    """The text in one language still says what the others do."""
    texts.confirm(current_staff(), kind, key, _chosen_language())
    db.session.commit()
    return _done(kind, key, _("Noted: it still says the same."))


@blueprint.post("/answers/<kind>/<key>/reset")
@admin_required
def reset_text(kind: str, key: str) -> AnyResponse:
    """Back to the wording before all versions; an answer that has none is removed in this language."""
    texts.save(current_staff(), kind, key, {_chosen_language(): None})
    db.session.commit()
    return _done(kind, key, _("Done. You can take it back below, under versions."))


@blueprint.post("/answers/versions/<int:version_id>/<act>")
@admin_required
def change_version(version_id: int, act: str) -> AnyResponse:
    """`end` a version that counts, call off one to come, or `revert` to an earlier one."""
    version = db.session.get(TextVersion, version_id)
    if version is None or act not in ("end", "revert"):
        raise NotFound
    if act == "end":
        texts.end(current_staff(), version_id)
        said = _("Ended.") if version.valid_from <= clock.now() else _("Called off.")
    else:
        said = _("That version counts again.") if texts.revert(current_staff(), version_id) else _("That version counts already.")
    db.session.commit()
    return _done(version.kind, version.key, said)


def _text_page(line: Line, form: TextForm, status: int = 200) -> Response:
    shipped = find(line.kind, line.key)
    fields = shipped.fields if shipped and line.kind == "response" else frozenset[str]()
    ours = {"company": company().name} | ({"name": company().assistant_name} if line.key == GREETING else {})
    samples = {code: text_names.samples(fields, code, ours) for code in LANGUAGES}
    values: dict[str, Any] = {
        "line": line,
        "form": form,
        "title": text_names.name(line, language(), _own_titles()),
        "skill": text_names.SKILLS.get(line.skill, line.skill),
        "view": next(view for view, (_title, kinds) in text_names.VIEWS.items() if line.kind in kinds),
        "views": text_names.VIEWS,
        "samples": samples,
        "preview": lambda typed, code: text_names.preview(typed, samples[code]),
        "fields": sorted(fields),
        "longest": LONGEST[line.kind],
        "base": texts.base(line.kind, line.key),
        "is_shipped": line.kind not in WITHOUT_SHIPPED,
        "own_question": line.key if line.key.startswith(COMPANY) else None,
        "entries": history.history(clock.now(), line.kind, line.key),
        "statuses": text_names.STATUSES,
        "source": text_names.SOURCE,
        "zone": _zone().key,
    }
    return page("answers/text", status, section="answers", **values)


def _fits(line: Line, titles: dict[str, str], q: str, skill: str, only: str) -> bool:
    if (skill and line.skill != skill) or (only == "care" and not line.needs_care):
        return False
    if (only == "edited" and not line.edited) or (only == "planned" and not line.planned):
        return False
    said = (text_names.name(line, language(), titles), line.key, *(cell.text or "" for cell in line.cells.values()))
    return not q or any(q.casefold() in each.casefold() for each in said)


def _own_titles() -> dict[str, str]:
    return text_names.own_titles(language(), texts.overrides(clock.now(), ("question_title",)))


def _grouped(found: list[Line]) -> dict[str, list[Line]]:
    """Skill -> lines, in the order of the skills."""
    groups: dict[str, list[Line]] = {skill: [] for skill in text_names.SKILLS}
    for line in found:
        groups.setdefault(line.skill, []).append(line)
    return {skill: group for skill, group in groups.items() if group}


def _chosen_language() -> str:
    code = request.form.get("language", "")
    if code not in LANGUAGES:
        raise NotFound
    return code


def _zone() -> ZoneInfo:
    """The time zone of the office of who is signed in: times in forms are meant in it."""
    return ZoneInfo(company().office(current_staff().office).time_zone)


def _done(kind: str, key: str, said: str) -> AnyResponse:
    flash(said)
    return redirect(url_for("studio.text", kind=kind, key=key), 303)
