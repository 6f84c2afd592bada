"""What templates of the desk know besides what their view gives them: words for keys, the page's token."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from babel.numbers import format_percent
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from api import clock
from api.desk import words
from api.desk.pages import blueprint
from api.desk.times import exact, zone
from api.examples import queries
from api.reader import language, short_day

_TOKEN = Markup('<input type="hidden" name="csrf_token" value="{}">')


@blueprint.context_processor
def known() -> dict[str, Any]:
    """Words by key, as functions."""
    return {
        "reason": lambda key: words.of(words.REASONS, key), "source_word": lambda key: words.of(words.SOURCES, key),
        "proof": lambda key: words.of(words.PROOFS, key), "channel": lambda key: words.of(words.CHANNELS, key),
        "intent_titles": lambda lines: queries.titles({line.understood[0] for line in lines if line.understood}, language()),
        "promise_status": lambda key: words.of(words.PROMISES, key), "request_word": lambda key: words.of(words.REQUESTS, key),
        "tongues": words.tongues(language()), "token": lambda: _TOKEN.format(generate_csrf()), "now": clock.now(),
    }  # fmt: skip


@blueprint.app_template_filter()
def percent(share: float) -> str:
    """0.934 as '93%', as the reader writes it."""
    return str(format_percent(share, locale=language()))


@blueprint.app_template_filter()
def day(value: date | datetime | str) -> str:
    """A day as people say it: 'Friday 27 November'."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    local = value.astimezone(zone()).date() if isinstance(value, datetime) and value.tzinfo else value
    near = local.year == clock.now().year
    return short_day(local, language(), weekday=near, year=not near)


@blueprint.app_template_filter()
def at(moment: datetime) -> Markup:
    """The time of a message: the time today, day and time before; exact on hover."""
    return Markup('<time datetime="{0}" title="{1}">{1}</time>').format(moment.isoformat(), exact(moment))


def snoozes(now: datetime) -> list[tuple[str, datetime]]:
    """Times that people put things off to, in the reader's zone: only those that lie ahead."""
    local = now.astimezone(zone())
    tomorrow = (local + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    monday = (local + timedelta(days=7 - local.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    choices = [(gettext("In an hour"), local + timedelta(hours=1)), (gettext("Tomorrow at 9"), tomorrow)]
    return choices if monday == tomorrow else [*choices, (gettext("On Monday at 9"), monday)]
