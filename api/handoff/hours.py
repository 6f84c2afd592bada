"""When a person answers: opening hours by office, time zone and public holidays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from flask_babel import force_locale, format_date, format_time, gettext

from api import clock
from api.answers.company import DAYS, Office, company


def N_(text: str) -> str:  # noqa: N802 - the name that pybabel looks for
    """Mark a text for translation without translating it."""
    return text


# In Sweden the eves are days off in practice; in Finland the two that matter are in the public list.
CATEGORIES = {"SE": ("public", "de_facto"), "FI": ("public",)}
# Whole phrases, since Finnish and Swedish inflect where English says "on". Marked here, translated on use.
WEEKDAYS = (
    N_("on Monday %(date)s"), N_("on Tuesday %(date)s"), N_("on Wednesday %(date)s"), N_("on Thursday %(date)s"),
    N_("on Friday %(date)s"), N_("on Saturday %(date)s"), N_("on Sunday %(date)s"),
)  # fmt: skip
# Whose time it is, for readers who may live by another.
TIMES = {"FI": N_("%(time)s (Finnish time)"), "SE": N_("%(time)s (Swedish time)")}
REPLY_WITHIN = timedelta(hours=1)
SEARCH_DAYS = 60


@dataclass(frozen=True)
class Expectation:
    """When somebody answers: `reply_by` is aware; `text` says it in the reader's language."""

    open_now: bool
    reply_by: datetime
    text: str


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # half a second with all its countries: not at each start

    if country not in CATEGORIES:
        return frozenset(holidays.country_holidays(country, years=year))
    return frozenset(holidays.country_holidays(country, years=year, categories=CATEGORIES[country]))


def warm_up(offices: Iterable[Office]) -> None:
    """Load this year's public holidays before somebody waits for them."""
    for office in offices:
        _holidays(office.country, clock.now().year)


def spans(office: Office, day: date) -> list[tuple[datetime, datetime]]:
    """The office's opening times on a local day, as aware moments; none on a public holiday."""
    if day in _holidays(office.country, day.year):
        return []
    zone = ZoneInfo(office.time_zone)
    hours = office.hours.get(DAYS[day.weekday()], [])
    return [(datetime.combine(day, time.fromisoformat(a), zone), datetime.combine(day, time.fromisoformat(b), zone)) for a, b in hours]


def open_until(office: Office, at: datetime) -> datetime | None:
    """When the office closes, if it is open at `at`."""
    day = at.astimezone(ZoneInfo(office.time_zone)).date()
    return next((end for start, end in spans(office, day) if start <= at < end), None)


def add_open_time(office: Office, at: datetime, duration: timedelta) -> datetime:
    """The moment at which the office will have been open for `duration` since `at`."""
    day = at.astimezone(ZoneInfo(office.time_zone)).date()
    for offset in range(SEARCH_DAYS):
        for start, end in spans(office, day + timedelta(days=offset)):
            begin = max(start, at)
            if begin >= end:
                continue
            if end - begin >= duration:
                return begin + duration
            duration -= end - begin
    return at + timedelta(days=SEARCH_DAYS)


def next_opening(office: Office, at: datetime) -> datetime:
    """The next moment at which the office is open: `at` itself, if it is."""
    return add_open_time(office, at, timedelta(0)) if open_until(office, at) is None else at


def expectation(office_key: str | None, now: datetime, language: str) -> Expectation:
    """When a recruiter of that office answers somebody who asks at `now`, in words."""
    office = office_for(office_key, language)
    said = _elsewhere(office, now, language)
    closes = open_until(office, now)
    reply_by = add_open_time(office, now, REPLY_WITHIN)
    zone = ZoneInfo(office.time_zone)
    local_now, local = now.astimezone(zone), next_opening(office, now).astimezone(zone)
    with force_locale(language):
        if closes is not None and reply_by - now <= REPLY_WITHIN:
            text = gettext("A recruiter usually answers within an hour.")
        elif closes is not None:
            until = add_open_time(office, closes, timedelta(0)).astimezone(zone)
            text = gettext(
                "We close soon. If nobody manages today, you get an answer %(day)s after %(time)s.", day=_day(until, local_now), time=_time(until, said)
            )
        else:
            text = gettext("We are closed right now. A recruiter answers %(day)s after %(time)s.", day=_day(local, local_now), time=_time(local, said))
    return Expectation(closes is not None, reply_by, text)


def office_for(key: str | None, language: str) -> Office:
    """The named office; without one, the first in the country where the language is spoken."""
    known = {o.key: o for o in company().offices}
    if key in known:
        return known[key]
    country = {"fi": "FI", "sv": "SE"}.get(language)
    return next((o for o in company().offices if o.country == country), company().offices[0])


def _day(moment: datetime, now: datetime) -> str:
    """A day as people say it: today, tomorrow, on Monday 23 November."""
    days = (moment.date() - now.date()).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    pattern = gettext("d MMMM")
    return gettext(WEEKDAYS[moment.weekday()], date=format_date(moment.date(), pattern))


def _elsewhere(office: Office, now: datetime, language: str) -> Office | None:
    """The office, if its clock is not surely the reader's: another than that of the country of their language.

    Who writes English may live by the clock of any of the offices.
    """
    ours = now.astimezone(ZoneInfo(office.time_zone)).utcoffset()
    readers = company().offices if language == "en" else [office_for(None, language)]
    return office if any(now.astimezone(ZoneInfo(o.time_zone)).utcoffset() != ours for o in readers) else None


def _time(moment: datetime, said: Office | None) -> str:
    """A time of day, with whose it is, if that has to be said."""
    time = format_time(moment.replace(tzinfo=None), gettext("HH:mm"), rebase=False)
    if said is None:
        return time
    return gettext(TIMES[said.country], time=time) if said.country in TIMES else f"{time} ({said.city})"
