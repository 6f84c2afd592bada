"""Where a job is, from the many ways in which feeds say so."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from api.config import LANGUAGES
from api.feeds.values import first, items, text

# "Södermanlands län Katrineholm": a region before the town; "Jämtlands län": a region alone.
REGION = re.compile(r"^.*?\b(?:län|landskap|maakunta|county)\b[\s,:-]*", re.IGNORECASE)
POST_CODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{3} ?\d{2}\s+")
SIZES = {"city": 100, "address": 300}


def country_code(value: Any) -> str | None:
    """ISO 3166 code of a country given by code or by name in Swedish, Finnish or English."""
    name = text(value).strip()
    if re.fullmatch(r"[A-Za-z]{2}", name) and name.upper() in Locale("en").territories:
        return name.upper()
    alias = get_global("territory_aliases").get(name.upper(), [])
    return alias[0] if len(alias) == 1 else _countries().get(name.casefold())


@cache
def _countries() -> dict[str, str]:
    named = ((name.casefold(), code) for language in LANGUAGES for code, name in Locale(language).territories.items())
    return {name: code for name, code in named if len(code) == 2 and code.isalpha()}


def locations(value: Any) -> list[dict[str, str]]:
    """`jobLocation`, one or many, as city, country and address. Regions are left out where a town is named."""
    found = [place for place in map(_place, items(value)) if place]
    towns = [place for place in found if place.get("city")]
    unique: list[dict[str, str]] = []
    for place in towns or found:
        if place not in unique:
            unique.append(place)
    return unique


def _place(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return _from_text(value)
    if not isinstance(value, dict):
        return {}
    address = first(value.get("address"))
    if isinstance(address, dict):
        return _from_parts(address, text(value.get("name")))
    return _from_text(text(address) or text(value.get("name")))


def _from_parts(address: dict[str, Any], name: str) -> dict[str, str]:
    """A PostalAddress."""
    town = _from_text(text(address.get("addressLocality")) or text(address.get("name")))
    country = country_code(address.get("addressCountry")) or town.get("country")
    street = text(address.get("streetAddress"))
    if not town.get("city"):
        rest = _from_text(text(address.get("addressRegion")) or name)
        street = street or rest.get("address", "") or rest.get("city", "")
    return _cut({"city": town.get("city", ""), "country": country or "", "address": street})


def _from_text(value: str) -> dict[str, str]:
    """'Storgatan 1, 111 22 Stockholm, Sverige': street, town, country; each of them may be missing."""
    parts = [part.strip() for part in re.split(r"[,\n;]", value) if part.strip()]
    country = country_code(parts[-1]) if parts else None
    if country:
        parts.pop()
    town = REGION.sub("", POST_CODE.sub("", parts[-1])).strip() if parts else ""
    street = ", ".join(parts[:-1]) if town else ", ".join(parts)
    return _cut({"city": town, "country": country or "", "address": street})


def _cut(place: dict[str, str]) -> dict[str, str]:
    return {name: said[: SIZES.get(name, 2)] for name, said in place.items() if said}
