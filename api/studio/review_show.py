"""The inbox's page: its list and its group, whole or in part, and what has just been done."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext, ngettext

from api import clock
from api.accounts.access import current_staff
from api.config import LANGUAGES
from api.db import db
from api.errors import NotFound
from api.examples import queries as examples
from api.reader import language
from api.reviews import queries, service
from api.reviews.models import ReviewLabel
from api.reviews.queries import Group, GroupRow, Wanted
from api.reviews.reasons import OUT_OF_SCOPE, REASONS
from api.studio import review_words
from api.studio.pages import page, wants_part

AT_ONCE, MOST = 50, 1000
TODAY = timedelta(hours=16)  # what one has done "today", whatever the time zone
UNDO = timedelta(days=1)
CHOICES = 3
List = tuple[Wanted, list[GroupRow], bool]


def shown(group_id: str | None, said: str = "", undo: str | None = None) -> Response:
    """The whole page, or both its panes for htmx, with this group open, or the first one that is free.

    Raises `NotFound` for a group that there is no more, unless the page goes on to it after something was done.
    """
    listed_ = listed()
    me = current_staff()
    opened = group_id or next((row.id for row in listed_[1] if row.holder_id in (None, me.id)), None)
    try:
        group = queries.group(opened) if opened else None
    except NotFound:
        if not said or opened != group_id:
            raise
        return shown(None, said, undo)  # somebody has labelled it meanwhile: on to the first
    values = of_list(*listed_) | of_group(group, listed_[0]) | {"said": said, "undo": undo}
    response = page("reviews/_panes" if wants_part() else "reviews/list", pane="detail" if group_id or said else "list", **values)
    if said and wants_part():
        response.headers["HX-Push-Url"] = url_for("studio.review_group", group_id=opened, **narrowed()) if group else url_for("studio.reviews", **narrowed())
    return response


def wanted() -> Wanted:
    """What the list is narrowed to, as the request says."""
    reason, tongue = request.values.get("reason", ""), request.values.get("language", "")
    return Wanted(reason if reason in REASONS else "", tongue if tongue in LANGUAGES else "", request.values.get("q", "").strip()[:100])


def narrowed() -> dict[str, Any]:
    """The fields that keep the list as it is narrowed."""
    return {name: value for name, value in asdict(wanted()).items() if value}


def listed() -> List:
    """What the list is narrowed to, its rows, and whether there are more."""
    asked = wanted()
    many = max(AT_ONCE, min(MOST, request.values.get("shown", AT_ONCE, type=int)))
    rows = queries.listed(asked, many + 1)
    return asked, rows[:many], len(rows) > many


def of_list(asked: Wanted, rows: list[GroupRow], more: bool) -> dict[str, Any]:
    """What the list's templates show."""
    return {
        "section": "reviews", "wanted": asked, "narrowed": narrowed(), "rows": rows, "more": more, "at_once": AT_ONCE,
        "counts": queries.counts(current_staff(), clock.now() - TODAY), "titles": titles(), "reasons": review_words.REASONS,
    }  # fmt: skip


def of_group(group: Group | None, asked: Wanted) -> dict[str, Any]:
    """What the group's template shows."""
    choices = [entry for entry in all_intents() if not entry["retired"]]
    known = {entry["name"]: entry for entry in choices}
    return {
        "section": "reviews", "group": group, "wanted": asked, "narrowed": narrowed(), "titles": titles(), "choices": choices,
        "guess": known.get(group.row.guess or "") if group else None, "likely": _likely(group, known), "out_of_scope": OUT_OF_SCOPE,
        "held": group is not None and group.row.holder_id not in (None, current_staff().id), "reason": review_words.reason, "why": review_words.why,
    }  # fmt: skip


def _likely(group: Group | None, known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The next likely questions for a group, by how many of its messages each would fit."""
    votes: dict[str, float] = {}
    for wording in group.wordings if group else ():
        for place, name in enumerate([wording.guess, *wording.alternatives]):
            if name in known and group is not None and name not in (group.row.guess, OUT_OF_SCOPE):
                votes[name] = votes.get(name, 0.0) + wording.many / (place + 1)
    return [known[name] for name in sorted(votes, key=lambda name: (-votes[name], name))[:CHOICES]]


def all_intents() -> list[dict[str, Any]]:
    """All questions, read once a request."""
    if "intents" not in g:
        g.intents = examples.intents(language())
    found: list[dict[str, Any]] = g.intents
    return found


def titles() -> dict[str, str]:
    """What questions are called, by intent."""
    return {entry["name"]: str(entry["title"]) for entry in all_intents()}


def said_of(act: ReviewLabel) -> str:
    """What was done, as the page says it."""
    many = act.many
    if act.intent:
        name = titles().get(act.intent, act.intent)
        return ngettext("%(num)d message now means “%(name)s”.", "%(num)d messages now mean “%(name)s”.", many, name=name)
    if act.decision == service.ERASE:
        return gettext("The text is erased here and never used for training.")
    return ngettext("%(num)d message is ignored.", "%(num)d messages are ignored.", many)


def just_done() -> tuple[str, str | None]:
    """What was done before this page was loaded (`?labelled=`): in words, and what can be taken back."""
    label_id = request.args.get("labelled")
    act = db.session.get(ReviewLabel, label_id) if label_id else None
    if act is None or act.staff_id != current_staff().id or act.undone_at or clock.now() - act.at > UNDO:
        return "", None
    return said_of(act), None if act.decision == service.ERASE else act.id
