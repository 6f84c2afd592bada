"""Times as recruiters read them: relative, exact on hover and for screen readers, in the zone of their office."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_time, format_timedelta
from flask import g
from flask_babel import gettext
from markupsafe import Markup, escape

from api import clock
from api.answers.company import company
from api.desk.pages import blueprint
from api.reader import language, short_day

NEAR = timedelta(hours=12)
SOON = timedelta(minutes=15)


def zone() -> ZoneInfo:
    """The time zone of the reader's office."""
    me = g.get("staff")
    if me is None:
        return ZoneInfo(company().office(None).time_zone)
    if "zone" not in g:
        g.zone = ZoneInfo(company().office(me.office).time_zone)
    found: ZoneInfo = g.zone
    return found


@blueprint.app_template_filter()
def exact(at: datetime) -> str:
    """'Wed 25 Nov 14:05'; only the time, if it is today."""
    here = zone()
    return _exact(at, clock.now().astimezone(here).date(), here, language())


@lru_cache(8192)  # a list is drawn again and again with the same times in it
def _exact(at: datetime, today: date, here: ZoneInfo, locale: str) -> str:
    local = at.astimezone(here)
    if local.date() == today:
        return str(format_time(local, "HH:mm", locale=locale))
    near = abs((local.date() - today).days) < 300
    return f"{short_day(local.date(), locale, weekday=near, year=not near)} {format_time(local, 'HH:mm', locale=locale)}"


@blueprint.app_template_filter()
def ago(at: datetime) -> Markup:
    """How long ago, kept current by the page."""
    return _time("ago", at, _relative(at - clock.now()), live=True)


@blueprint.app_template_filter()
def due(at: datetime) -> Markup:
    """When something is due: near moments as 'in 35 min', others by day and time; late ones stand out."""
    left = at - clock.now()
    kind = "due late bad" if left < timedelta(0) else "due soon warn" if left < SOON else "due"
    return _time(kind, at, _relative(left), live=True) if left < NEAR else _time(kind, at, exact(at), live=False)


def _time(kind: str, at: datetime, short: str, live: bool) -> Markup:
    """`short` for the eye, the exact time on hover and for screen readers."""
    told, kept = escape(exact(at)), " data-relative" if live else ""
    shown = f'<span aria-hidden="true">{escape(short)}</span><span class="sr">{told}</span>'
    html = f'<time class="{kind}" datetime="{at.isoformat()}" title="{told}"{kept}>{shown}</time>'
    return Markup(html)  # noqa: S704 - all of it is escaped, or ours


@blueprint.app_template_filter()
def for_so_long(seconds: float) -> str:
    """'12 min', '3 days'."""
    return str(format_timedelta(timedelta(seconds=seconds), format="short", granularity="minute", threshold=1.1, locale=language()))


def _relative(passed: timedelta) -> str:
    if abs(passed) < timedelta(seconds=45):
        return gettext("now")
    return _in_words(round(passed / timedelta(minutes=1)), language())


@lru_cache(8192)
def _in_words(minutes: int, locale: str) -> str:
    passed = timedelta(minutes=minutes)
    return str(format_timedelta(passed, add_direction=True, format="short", granularity="minute", threshold=1.1, locale=locale))
