"""Facts of a role or an application in words: money and dates as people write them in each language.

All functions say it in the current locale; `force_locale` chooses another.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol
from flask_babel import get_locale, gettext

from api.roles.models import Role


def _locale() -> Locale:
    return get_locale() or Locale("en")


def _number(value: Decimal) -> str:
    return format_decimal(value, "#,##0" if value == value.to_integral_value() else "#,##0.00", locale=_locale())


def money(low: Decimal | None, high: Decimal | None, currency: str) -> str:
    """An amount or a range: '38 000–45 000 kr', '3 200–3 600 €', '€3,200–3,600', 'from 38 000 kr'."""
    numbers = "–".join(dict.fromkeys(_number(n) for n in (low, high) if n is not None))
    symbol = get_currency_symbol(currency, locale=_locale())
    if _locale().language == "en":
        amount = f"{symbol} {numbers}" if symbol[-1].isalpha() else f"{symbol}{numbers}"
    else:
        amount = f"{numbers} {symbol}"
    if low is None:
        return gettext("up to %(amount)s", amount=amount)
    return amount if high is not None else gettext("from %(amount)s", amount=amount)


def pay(role: Role) -> str | None:
    """The pay range with its period: '38 000–45 000 kr/mån'; None if it is not known."""
    if role.pay_currency is None:
        return None
    amount = money(role.pay_min, role.pay_max, role.pay_currency)
    if role.pay_period == "hour":
        return gettext("%(amount)s an hour", amount=amount)
    if role.pay_period == "year":
        return gettext("%(amount)s a year", amount=amount)
    return gettext("%(amount)s a month", amount=amount)


def day(value: date, today: date) -> str:
    """'Friday 27 November', 'fredag 27 november', 'perjantaina 27.11.'; with the year if it is another."""
    pattern = "EEEE d.M." if _locale().language == "fi" else "EEEE d MMMM"
    if value.year != today.year:
        pattern += "y" if _locale().language == "fi" else " y"
    return format_date(value, pattern, locale=_locale())


def closes_on(role: Role, today: date) -> str:
    """Until when one can apply."""
    if role.closes_on is None:
        return gettext("No closing date set")
    return gettext("Apply by %(date)s", date=day(role.closes_on, today))


def employment(role: Role) -> str | None:
    """What kind of employment, full or part time."""
    kinds = {
        "permanent": gettext("Permanent"), "temporary": gettext("Temporary"), "internship": gettext("Internship"),
        "summer": gettext("Summer job"), "hourly": gettext("Paid by the hour"),
    }  # fmt: skip
    hours = {"full_time": gettext("full time"), "part_time": gettext("part time")}
    said = [words for words in (kinds.get(role.employment_type or ""), hours.get(role.hours or "")) if words]
    text = ", ".join(said)
    return text[0].upper() + text[1:] if text else None


def remote(role: Role) -> str | None:
    """Whether the work can be done elsewhere."""
    words = {"none": gettext("On site"), "hybrid": gettext("Partly remote"), "full": gettext("Remote")}
    return words.get(role.remote or "")


def line_of_work(role: Role) -> str | None:
    """The field the role belongs to."""
    words = {
        "engineering": gettext("Engineering"), "installation": gettext("Installation and service"), "sales": gettext("Sales"),
        "customer_service": gettext("Customer service"), "it": gettext("IT"), "finance": gettext("Finance"), "hr": gettext("HR"),
        "logistics": gettext("Logistics"), "marketing": gettext("Marketing"), "internship": gettext("Internship"),
    }  # fmt: skip
    return words.get(role.field or "")


def places(role: Role) -> str | None:
    """The cities, or the country where no city is said."""
    cities = list(dict.fromkeys(place["city"] for place in role.locations if place.get("city")))
    return ", ".join(cities) or _locale().territories.get(role.country or "")


def hours(role: Role) -> str | None:
    """Hours a week."""
    if role.hours_per_week is None:
        return None
    return gettext("%(hours)s hours a week", hours=format_decimal(role.hours_per_week, locale=_locale()))


def spoken(role: Role) -> str | None:
    """The languages that the work needs, with how well."""
    levels = {"fluent": gettext("fluent"), "good": gettext("good"), "basic": gettext("basic")}
    said = []
    for skill in role.languages:
        name, level = language_name(skill["language"]), levels.get(skill.get("level") or "")
        said.append(f"{name} ({level})" if level else name)
    return ", ".join(said) or None


def language_name(code: str) -> str:
    """A language by its code: 'Swedish', 'svenska', 'ruotsi'."""
    try:
        return _locale().languages.get(code) or Locale.parse(code).get_display_name(_locale()) or code
    except (UnknownLocaleError, ValueError):
        return code


def stage(name: str) -> str:
    """A stage as a candidate would call it."""
    names = {
        "received": gettext("Application received"), "screening": gettext("A recruiter reads the application"),
        "interview": gettext("Interview"), "assessment": gettext("Work sample or test"), "offer": gettext("Job offer"),
        "hired": gettext("Hired"), "rejected": gettext("Not going further"), "withdrawn": gettext("Withdrawn"),
    }  # fmt: skip
    return names[name]


def next_stage(name: str, has_assessment: bool) -> str | None:
    """What comes after a stage; None when nothing does. Nobody is promised an offer: it says 'decision'."""
    after = {
        "received": gettext("A recruiter reads the application"),
        "screening": gettext("Interview"),
        "interview": gettext("Work sample or test") if has_assessment else gettext("Decision"),
        "assessment": gettext("Decision"),
        "offer": gettext("Employment contract"),
    }
    return after.get(name)


def facts(role: Role, today: date) -> list[tuple[str, str]]:
    """What is known of a role, as labels and values in reading order; what is not known is left out."""
    employer: dict[str, Any] = role.employer
    manager = ", ".join(filter(None, (role.manager.get("name"), role.manager.get("title"))))
    rows = [
        (gettext("Pay"), pay(role)),
        (gettext("Place"), places(role)),
        (gettext("Remote work"), remote(role)),
        (gettext("Employment"), employment(role)),
        (gettext("Hours"), hours(role)),
        (gettext("Length"), gettext("%(n)s months", n=role.contract_months) if role.contract_months else None),
        (gettext("Start"), day(role.starts_on, today) if role.starts_on else None),
        (gettext("Last day to apply"), day(role.closes_on, today) if role.closes_on else None),
        (gettext("Languages"), spoken(role)),
        (gettext("Team"), gettext("%(n)s people", n=role.team_size) if role.team_size else None),
        (gettext("Manager"), manager),
        (gettext("Employer"), employer.get("name")),
        (gettext("Answer"), gettext("within %(n)s days", n=role.response_days) if role.response_days else None),
        (gettext("Reference"), role.ref),
    ]
    return [(label, value) for label, value in rows if value]
