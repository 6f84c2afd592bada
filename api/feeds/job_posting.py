"""schema.org JobPosting, as job boards write it, turned into a role."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from api.assistant.language import text_language
from api.config import LANGUAGES
from api.feeds.pages import unescaped, words
from api.feeds.places import country_code, locations
from api.feeds.values import first, items, lines, number, text
from api.fields import UNSTORABLE
from api.roles.queries import local_now

SUMMARY_LENGTH = 400
TYPES = {
    "permanent": r"permanent|tillsvidare|fast anst|vakinai|vakitui|toistaiseksi",
    "summer": r"sommar|summer|kesä",
    "internship": r"\bintern\b|internship|praktik|harjoittel|trainee|\blia\b",
    "temporary": r"temporary|tidsbegränsad|visstid|vikariat|säsong|seasonal|projektanst|määräaika|sijais|fixed.term|projekt-",
    "hourly": r"hourly|timanst|tuntityö|per.?diem|extrajobb|behovsanst|tarvittaessa",
}
HOURS = {"full_time": r"full.?time|heltid|kokoaika|kokopäivä", "part_time": r"part.?time|deltid|osa-?aika"}
PERIODS = {"month": r"month|månad|kuukau|^mon$", "hour": r"hour|timm|^tim$|tunti|tunnis", "year": r"year|annum|annual|^år|vuosi|vuode"}


class Refused(Exception):
    """The object cannot become a role; the message is the reason in plain words."""


def is_job_posting(value: Any) -> bool:
    """Whether a JSON object is a JobPosting."""
    return isinstance(value, dict) and any(str(kind).rpartition("/")[2] == "JobPosting" for kind in items(value.get("@type")))


def as_role(posting: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The role (as `RoleIn` takes it) and notes on what could not be kept. Raises `Refused`."""
    notes: list[str] = []
    title = unescaped(text(posting.get("title")) or text(posting.get("name")))
    if not title:
        raise Refused("it has no title")
    closes_on = _closing_day(posting.get("validThrough"))
    if closes_on is None:
        notes.append("no last day to apply is given")
    kind, hours = _employment(posting.get("employmentType"), notes)
    where = locations(posting.get("jobLocation"))
    required = country_code(posting.get("applicantLocationRequirements"))
    role = {
        "ref": reference(posting),
        "status": "closed" if closes_on is not None and closes_on < local_now().date() else "open",
        "employer": _employer(posting.get("hiringOrganization"), notes),
        "country": next((place["country"] for place in where if "country" in place), required),
        "locations": where,
        "remote": "full" if "TELECOMMUTE" in text(posting.get("jobLocationType")).upper() else None,
        "employment_type": kind,
        "hours": hours,
        "closes_on": closes_on.isoformat() if closes_on else None,
        "starts_on": _start(posting.get("jobStartDate"), notes),
        "pay": _pay(posting, notes),
        "contact": _contact(first(posting.get("applicationContact"))),
        "url": _url(posting.get("url"), notes),
        "texts": _texts(posting, title),
    }
    return role, notes


def reference(posting: dict[str, Any]) -> str:
    """What the posting is known by: its identifier, or the end of its address. Raises `Refused` if it has neither."""
    address = _last_part(text(posting.get("url")))
    identifier = first(posting.get("identifier"))
    if isinstance(identifier, dict):  # a PropertyValue's name is the employer's, its value the posting's
        identifier = identifier.get("value") or identifier.get("@id") or identifier.get("name")
    raw = text(identifier) or address
    if not raw:
        raise Refused("it has neither an identifier nor an address to be known by")
    raw = _last_part(raw) or raw
    plain = re.sub(r"[^\w.:~-]+", "-", unicodedata.normalize("NFC", raw)).lstrip(".:~-").rstrip("-")
    if not plain:
        raise Refused("its identifier has no letters or digits")
    if len(plain) <= 64:
        return plain
    return f"{plain[:53]}-{hashlib.sha256(raw.encode(errors='replace')).hexdigest()[:10]}"


def _last_part(value: str) -> str:
    """The last part of an http address; '' for other texts."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return unquote(parts.path).rstrip("/").rpartition("/")[2] if parts.scheme in ("http", "https") else ""


def _day(value: Any) -> date | None:
    """A date, or the day that a moment falls on at the office. Raises `ValueError`."""
    said = text(value)
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        moment = datetime.fromisoformat(said)
    try:
        return moment.astimezone(local_now().tzinfo).date() if moment.tzinfo else moment.date()
    except OverflowError:
        raise ValueError from None


def _closing_day(value: Any) -> date | None:
    try:
        return _day(value)
    except ValueError:
        raise Refused(f"validThrough is not a date: {text(value)[:40]!r}") from None


def _start(value: Any, notes: list[str]) -> str | None:
    try:
        day = _day(value)
    except ValueError:
        notes.append("jobStartDate is not a date and was left out")
        return None
    return day.isoformat() if day else None


def _employment(value: Any, notes: list[str]) -> tuple[str | None, str | None]:
    """Kind and hours of employment from free text; None where it says several or none."""
    said = lines(value).replace("_", " ").lower()
    kinds = [kind for kind, pattern in TYPES.items() if re.search(pattern, said)]
    hours = [kind for kind, pattern in HOURS.items() if re.search(pattern, said)]
    if "summer" in kinds:  # a summer job is also seasonal and temporary
        kinds = ["summer"]
    if said and (len(kinds) > 1 or not (kinds or hours)):
        notes.append(f"kind of employment left open: {' / '.join(map(text, items(value)))[:80]!r}")
    return (kinds[0] if len(kinds) == 1 else None), (hours[0] if len(hours) == 1 else None)


def _employer(value: Any, notes: list[str]) -> dict[str, str]:
    organisation = first(value)
    name = unescaped(text(organisation))[:200]
    if not name:
        notes.append("no employer named")
        return {}
    department = unescaped(text(organisation.get("department")))[:500] if isinstance(organisation, dict) else ""
    return {"name": name} | ({"org": department} if department else {})


def _pay(posting: dict[str, Any], notes: list[str]) -> dict[str, Any] | None:
    """MonetaryAmount with a number or a QuantitativeValue, a PriceSpecification, or a bare number."""
    salary = first(posting.get("baseSalary"))
    if salary is None:
        return None
    outer = salary if isinstance(salary, dict) else {"value": salary}
    inner = first(outer.get("value"))
    inner = inner if isinstance(inner, dict) else {"value": inner}
    both = {**outer, **inner}
    exact = number(both.get("value")) or number(both.get("price"))
    low = number(both.get("minValue")) or number(both.get("minPrice")) or exact
    high = number(both.get("maxValue")) or number(both.get("maxPrice")) or exact
    currency = text(both.get("currency")) or text(both.get("priceCurrency")) or text(posting.get("salaryCurrency"))
    unit = (text(both.get("unitText")) or text(both.get("unitCode"))).lower()
    period = next((name for name, pattern in PERIODS.items() if re.search(pattern, unit)), None)
    if not (low or high) or period is None or not re.fullmatch(r"[A-Za-z]{3}", currency):
        notes.append("pay left out: its amount, currency or period (hour, month, year) is not said")
        return None
    posted = _start(posting.get("datePosted"), [])
    return {"min": low, "max": high, "currency": currency.upper(), "period": period, "as_of": posted}


def _contact(value: Any) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    found = {"name": text(value.get("name"))[:200], "email": text(value.get("email")).removeprefix("mailto:"), "phone": text(value.get("telephone"))[:40]}
    if not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", found["email"], re.ASCII):
        found["email"] = ""
    return {name: said for name, said in found.items() if said} or None


def _url(value: Any, notes: list[str]) -> str | None:
    said = text(value)
    if not said:
        return None
    if re.fullmatch(r"https?://[^\s\\]+", said) and len(said) <= 500:
        return said
    notes.append("its address is no web address and was left out")
    return None


def _texts(posting: dict[str, Any], title: str) -> dict[str, Any]:
    """The texts in the language that they are in."""
    description = words(lines(posting.get("description")))
    requirements = [posting.get(name) for name in ("qualifications", "experienceRequirements", "educationRequirements", "skills")]
    texts = {
        "title": title,
        "summary": _beginning(description),
        "tasks": words(lines(posting.get("responsibilities"))) or description,
        "requirements": "\n".join(dict.fromkeys(filter(None, (words(lines(part)) for part in requirements)))),
        "benefits": words(lines(posting.get("jobBenefits"))),
        "working_hours": words(lines(posting.get("workHours"))),
        "employer": words(lines(posting.get("employerOverview"))),
    }
    if UNSTORABLE.search(title + "".join(texts.values())):
        raise Refused("its texts are not valid: they hold NUL or half a character")
    said = text(posting.get("inLanguage"))[:2].lower()
    language = said if said in LANGUAGES else text_language(f"{title}. {description[:2000]}", "en")
    return {language: {name: value for name, value in texts.items() if value}}


def _beginning(description: str) -> str:
    """The first sentences, as many as fit a list of jobs."""
    line = re.sub(r"\s+", " ", description).strip()
    if len(line) <= SUMMARY_LENGTH:
        return line
    cut = line[:SUMMARY_LENGTH]
    end = max(cut.rfind(mark) for mark in (". ", "? ", "! "))
    return cut[: end + 1] if end > SUMMARY_LENGTH // 3 else cut[: cut.rfind(" ")].rstrip(" ,;:") + " …"
