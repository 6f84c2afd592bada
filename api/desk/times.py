"""Times as recruiters read them: relative, exact on hover and for screen readers, in the zone of their office."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time, format_timedelta
from flask import g
from flask_babel import gettext
from markupsafe import Markup

from api import clock
from api.answers.company import company
from api.desk.pages import blueprint
from api.reader import language

NEAR = timedelta(hours=12)
SOON = timedelta(minutes=15)
_TIME = Markup('<time class="{kind}" datetime="{iso}" title="{exact}"{live}><span aria-hidden="true">{short}</span><span class="sr">{exact}</span></time>')


def zone() -> ZoneInfo:
    """The time zone of the reader's office."""
    me = g.get("staff")
    return ZoneInfo(company().office(me.office if me else None).time_zone)


@blueprint.app_template_filter()
def exact(at: datetime) -> str:
    """'Wed 25 Nov 14:05'; only the time, if it is today."""
    local, today = at.astimezone(zone()), clock.now().astimezone(zone()).date()
    if local.date() == today:
        return str(format_time(local, "HH:mm", locale=language()))
    pattern = "EEE d MMM HH:mm" if abs((local.date() - today).days) < 300 else "d MMM y HH:mm"
    return str(format_datetime(local, pattern, locale=language()))


@blueprint.app_template_filter()
def ago(at: datetime) -> Markup:
    """How long ago, kept current by the page."""
    passed = at - clock.now()
    return _TIME.format(kind="ago", iso=at.isoformat(), exact=exact(at), live=Markup(" data-relative"), short=_relative(passed))


@blueprint.app_template_filter()
def due(at: datetime) -> Markup:
    """When something is due: near moments as 'in 35 min', others by day and time; late ones stand out."""
    left = at - clock.now()
    kind = "due late bad" if left < timedelta(0) else "due soon warn" if left < SOON else "due"
    if left < NEAR:
        return _TIME.format(kind=kind, iso=at.isoformat(), exact=exact(at), live=Markup(" data-relative"), short=_relative(left))
    return _TIME.format(kind=kind, iso=at.isoformat(), exact=exact(at), live="", short=exact(at))


def _relative(passed: timedelta) -> str:
    if abs(passed) < timedelta(seconds=45):
        return gettext("now")
    return str(format_timedelta(passed, add_direction=True, format="short", granularity="minute", threshold=1.1, locale=language()))
