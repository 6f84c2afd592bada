"""The ledger of promises: what is due, what is overdue, who has been promised nothing; made and marked with one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from babel.numbers import format_decimal
from flask import Response, current_app, flash, get_flashed_messages, redirect, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from api import clock
from api.accounts.access import current_staff, staff_required
from api.answers.company import company
from api.db import db, read_only
from api.desk.conversation_views import changed
from api.desk.pages import blueprint, page, wants_part
from api.desk.times import zone
from api.errors import Invalid
from api.handoff.hours import spans
from api.reader import language
from api.roles import measures, promise_acts, promise_queries
from api.roles.measures import Measures
from api.roles.models import Promise
from api.roles.promise_rules import working_day

VIEWS = {
    "overdue": lazy_gettext("Overdue"),
    "today": lazy_gettext("Today"),
    "week": lazy_gettext("This week"),
    "none": lazy_gettext("Nothing promised"),
}
EMPTY = {
    "overdue": (lazy_gettext("Nothing is overdue"), lazy_gettext("A promise whose day has passed appears here, before the candidate has to ask.")),
    "today": (lazy_gettext("Nothing is due today"), lazy_gettext("Whoever is to be contacted today appears here in the morning.")),
    "week": (lazy_gettext("Nothing more is due this week"), lazy_gettext("What was promised for the rest of the week appears here.")),
    "none": (lazy_gettext("Every candidate knows when they hear next"), lazy_gettext("Running applications without a promised contact appear here.")),
}  # fmt: skip
FRIDAY = 4
USUAL = 90
FRESH = timedelta(minutes=10)


class Preset(NamedTuple):
    """A day that one promises with one click: by phone and by mail."""

    due_on: date
    call: str
    mail: str


@blueprint.get("/promises")
@staff_required
def promises_list() -> Response:
    """One of the lists, one's own or everybody's; only the list for htmx."""
    read_only()
    said = " ".join(map(str, get_flashed_messages()))
    return _listed(said=said, undo=request.args.get("undo", "") if said else "")


@blueprint.post("/promises")
@staff_required
def promise_make() -> AnyResponse:
    """Promise a contact for an application: `promise` is `phone:2026-11-27`, or `due_on` and `channel` say it."""
    due_on, channel = _chosen()
    made = promise_acts.promise(current_staff(), request.form.get("application", ""), due_on, channel)
    return _done(gettext("Promised. The candidate has been told."), made)


@blueprint.post("/promises/<promise_id>/kept")
@staff_required
def promise_kept(promise_id: str) -> AnyResponse:
    """Contact was made: now, or with `in_time` on the day."""
    kept = promise_acts.keep(current_staff(), promise_id, bool(request.form.get("in_time")))
    return _done(gettext("Noted as kept.") if kept.status == "kept" else gettext("Noted: contacted, but late."), kept, undo=True)


@blueprint.post("/promises/<promise_id>/open")
@staff_required
def promise_open(promise_id: str) -> AnyResponse:
    """It was not kept, after all."""
    return _done(gettext("It is open again."), promise_acts.take_back(current_staff(), promise_id))


@blueprint.context_processor
def offered() -> dict[str, Callable[[], Any]]:
    """What the card beside a conversation needs for its buttons."""
    return {"promise_presets": presets, "promise_days": days}


def presets() -> list[Preset]:
    """Today, tomorrow, Friday, next week: working days of the reader's office that lie ahead, in that order."""
    today = clock.now().astimezone(zone()).date()
    office = company().office(current_staff().office)
    friday = today + timedelta(days=FRIDAY - today.weekday())
    next_friday = working_day(office, friday + timedelta(days=8), -1)
    found = [Preset(today, gettext("I'll call today"), gettext("I'll mail today"))]
    tomorrow = today + timedelta(days=1)
    if spans(office, tomorrow):
        found.append(Preset(tomorrow, gettext("I'll call by tomorrow"), gettext("I'll mail by tomorrow")))
    if friday > tomorrow and spans(office, friday):
        found.append(Preset(friday, gettext("I'll call by Friday"), gettext("I'll mail by Friday")))
    return [*found, Preset(next_friday, gettext("I'll call by the end of next week"), gettext("I'll mail by the end of next week"))]


def days() -> tuple[date, date]:
    """The first and the last day that one can promise."""
    today = clock.now().astimezone(zone()).date()
    return today, today + promise_acts.FARTHEST


def _chosen() -> tuple[date, str]:
    """The day and the way that the form names. Raises `Invalid`."""
    channel, _, day = request.form.get("promise", "").partition(":")
    try:
        return date.fromisoformat(day or request.form.get("due_on", "")), channel or request.form.get("channel", "")
    except ValueError:
        raise Invalid(gettext("Choose a day.")) from None


def _done(said: str, promise: Promise, undo: bool = False) -> AnyResponse:
    """Back to where it was pressed: the conversation's card, or the list."""
    db.session.commit()
    conversation_id = request.form.get("conversation", "")
    if conversation_id:
        if not wants_part():
            return redirect(url_for("desk.conversation", conversation_id=conversation_id), 303)
        read_only()
        return changed(conversation_id, whole_too=True)
    if not wants_part():
        flash(said)
        return redirect(url_for("desk.promises_list", view=_view(), whose=_whose(), undo=promise.id if undo else None), 303)
    read_only()
    return _listed(said=said, undo=promise.id if undo else "")


def _view() -> str:
    view = request.values.get("view", "")
    return view if view in VIEWS else ""


def _whose() -> str | None:
    return "all" if request.values.get("whose") == "all" else None


def _listed(said: str = "", undo: str = "") -> Response:
    staff, whose = current_staff(), _whose()
    many = promise_queries.counts(staff, whose == "all")
    view = _view() or ("overdue" if many["overdue"] else "today")
    rows = promise_queries.rows(staff, view, whose == "all", language())
    values: dict[str, Any] = {
        "views": VIEWS,
        "empty": EMPTY,
        "counts": many,
        "view": view,
        "whose": whose,
        "rows": rows[: promise_queries.MOST],
        "said": said,
        "undo": undo,
    }
    return page("promises/_list" if wants_part() else "promises/list", **values, more=len(rows) > promise_queries.MOST)


@blueprint.get("/promises/measures")
@staff_required
def promise_measures() -> Response:
    """How well promises are kept, and how long candidates hear nothing."""
    wanted = request.args.get("days", "")
    period = int(wanted) if wanted in map(str, measures.PERIODS) else USUAL
    at, found = _measured(period)
    return page("promises/measures", found=found, counted_at=at, period=period, periods=measures.PERIODS)


def _measured(period: int) -> tuple[datetime, Measures]:
    """The measures and when they were counted: anew every few minutes, since all applications are looked through."""
    kept: dict[tuple[int, str], tuple[datetime, Measures]] = current_app.extensions.setdefault("promise_measures", {})
    key, now = (period, language()), clock.now()
    found = kept.get(key)
    if found is None or not found[0] <= now < found[0] + FRESH:
        read_only()
        found = kept[key] = now, measures.measures(period, language())
    return found


@blueprint.app_template_filter()
def in_days(number: float) -> str:
    """A length of time: '4.5 days', '1 day'."""
    return ngettext("%(length)s day", "%(length)s days", 1 if number == 1 else 2, length=format_decimal(number, locale=language()))
