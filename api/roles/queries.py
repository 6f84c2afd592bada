"""Reading roles: for the assistant's actions, for the public API, for a careers site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from api import clock
from api.db import db
from api.errors import NotFound
from api.reader import nearest
from api.roles import text
from api.roles.models import Role, RoleText
from api.roles.promises import zone_of

SUMMARY = (Role.ref, Role.field, Role.locations, Role.country, Role.remote, Role.employment_type, Role.closes_on, Role.url)


def local_now(office: str | None = None) -> datetime:
    """The time at an office, the first without a name; its date is the day there."""
    return clock.now().astimezone(zone_of(office))


def is_open() -> ColumnElement[bool]:
    """The condition for roles that one can apply for: open, and the last day has not passed."""
    return (Role.status == "open") & or_(Role.closes_on.is_(None), Role.closes_on >= local_now().date())


def status_of(role: Role) -> str:
    """`open`, `paused` or `closed`: also closed once the last day has passed."""
    past = role.closes_on is not None and role.closes_on < local_now(role.office).date()
    return "closed" if past else role.status


def version() -> str:
    """Another text whenever any role, or the day, has changed."""
    count, changes, newest = db.session.execute(select(func.count(), func.sum(Role.revision), func.max(Role.updated_at)).select_from(Role)).one()
    return f"{count}-{changes}-{newest.timestamp() if newest else 0}-{local_now().date()}"


def open_roles(language: str) -> list[dict[str, Any]]:
    """The open roles in short, with all titles; `title` in the language or the nearest there is."""
    query = select(*SUMMARY, RoleText.language, RoleText.title).join(RoleText).where(is_open()).order_by(Role.ref)
    found: dict[str, dict[str, Any]] = {}
    titles: dict[str, dict[str, str]] = defaultdict(dict)
    for row in db.session.execute(query):
        titles[row.ref][row.language] = row.title
        found.setdefault(row.ref, _summary(row))
    for ref, summary in found.items():
        best = nearest(titles[ref], language)
        summary |= {"title": titles[ref][best] if best else ref, "titles": titles[ref]}
    return list(found.values())


def _summary(row: Any) -> dict[str, Any]:
    cities = list(dict.fromkeys(place["city"] for place in row.locations if place.get("city")))
    return {
        "ref": row.ref, "field": row.field, "locations": cities, "country": row.country, "remote": row.remote,
        "employment_type": row.employment_type, "closes_on": _iso(row.closes_on), "url": row.url,
    }  # fmt: skip


def search(language: str, words: str) -> list[dict[str, Any]]:
    """The open roles in whose titles, places, field or reference every one of `words` stands."""
    wanted = words.casefold().split()
    return [role for role in open_roles(language) if all(word in _searched(role) for word in wanted)]


def _searched(role: dict[str, Any]) -> str:
    return " ".join([role["ref"], role["field"] or "", *role["locations"], *role["titles"].values()]).casefold()


def role_by_ref(ref: str) -> Role:
    """A role, whatever its status. Raises `NotFound`."""
    role = db.session.scalars(select(Role).options(joinedload(Role.texts)).where(Role.ref == ref)).unique().one_or_none()
    if role is None:
        raise NotFound
    return role


def texts_of(role: Role, language: str) -> tuple[str | None, dict[str, Any], dict[str, str]]:
    """The role's texts for a reader: the main language, the texts with `title`, and the language of each.

    A text that is missing in the main language is taken from the nearest that has it.
    """
    by_language = {t.language: {"title": t.title} | t.data for t in role.texts}
    names = dict.fromkeys(name for texts in by_language.values() for name in texts)
    languages = {name: _nearest_with(by_language, name, language) for name in names}
    texts = {name: by_language[code][name] for name, code in languages.items()}
    return nearest(by_language, language), texts, languages


def _nearest_with(by_language: dict[str, dict[str, Any]], name: str, language: str) -> str:
    having = [code for code, texts in by_language.items() if texts.get(name)] or [code for code, texts in by_language.items() if name in texts]
    return nearest(having, language) or having[0]


def full_role(ref: str, language: str) -> dict[str, Any]:
    """All that is known of a role, as plain data, with texts for a reader. Raises `NotFound`."""
    role = role_by_ref(ref)
    main, texts, languages = texts_of(role, language)
    plain = ("ref", "employer", "country", "office", "locations", "remote", "field", "employment_type", "hours", "contract_months")
    more = ("languages", "team_size", "manager", "contact", "recruiter", "response_days", "url")
    return {name: getattr(role, name) for name in (*plain, *more)} | {
        "status": status_of(role), "hours_per_week": _number(role.hours_per_week), "starts_on": _iso(role.starts_on),
        "closes_on": _iso(role.closes_on), "pay": pay_of(role), "title": texts.get("title", role.ref), "texts": texts,
        "text_language": main, "text_languages": languages, "as_of": local_now(role.office).isoformat(),
    }  # fmt: skip


def pay_of(role: Role) -> dict[str, Any] | None:
    """The pay as plain data, or None if it is not known."""
    if role.pay_currency is None:
        return None
    return {
        "min": _number(role.pay_min), "max": _number(role.pay_max), "currency": role.pay_currency,
        "period": role.pay_period, "as_of": _iso(role.pay_as_of),
    }  # fmt: skip


def for_site(language: str) -> list[dict[str, Any]]:
    """The open roles as a careers site lists them, in words; those that close first come first."""
    query = select(Role).where(is_open()).order_by(Role.closes_on.is_(None), Role.closes_on, Role.ref)
    roles: Sequence[Role] = db.session.scalars(query).all()
    with force_locale(language):
        return [_in_words(role, language) for role in roles]


def role_for_site(ref: str, language: str) -> dict[str, Any]:
    """One role as its page shows it, closed ones too (`status`). Raises `NotFound`."""
    role = role_by_ref(ref)
    with force_locale(language):
        return _in_words(role, language) | {
            "facts": text.facts(role, local_now(role.office).date()), "contact": role.contact, "employer": role.employer,
            "status": status_of(role), "pay_known": role.pay_currency is not None,
        }  # fmt: skip


def _in_words(role: Role, language: str) -> dict[str, Any]:
    main, texts, languages = texts_of(role, language)
    return {
        "ref": role.ref, "title": texts.get("title", role.ref), "summary": texts.get("summary", ""), "locations": text.places(role) or "",
        "pay_text": text.pay(role), "closes_on_text": text.closes_on(role, local_now(role.office).date()),
        "employment_text": text.employment(role), "remote_text": text.remote(role), "field_text": text.line_of_work(role),
        "url": role.url or f"/roles/{role.ref}", "texts": texts, "text_language": main, "text_languages": languages,
    }  # fmt: skip


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
