"""Where towns are: their country, and which roles lie nearest."""

from __future__ import annotations

import math

from actions.role_lookup import Role

# Latitude and longitude in degrees, by the name used in the role data.
_SWEDEN = {
    "Stockholm": (59.33, 18.07),
    "Göteborg": (57.71, 11.97),
    "Malmö": (55.60, 13.00),
    "Uppsala": (59.86, 17.64),
    "Umeå": (63.83, 20.26),
    "Luleå": (65.58, 22.15),
    "Linköping": (58.41, 15.62),
    "Norrköping": (58.59, 16.18),
    "Västerås": (59.61, 16.55),
    "Örebro": (59.27, 15.21),
    "Lund": (55.70, 13.19),
    "Helsingborg": (56.05, 12.69),
    "Jönköping": (57.78, 14.16),
    "Sundsvall": (62.39, 17.31),
    "Gävle": (60.67, 17.14),
    "Kiruna": (67.86, 20.23),
}
_FINLAND = {
    "Helsinki": (60.17, 24.94),
    "Espoo": (60.21, 24.66),
    "Vantaa": (60.29, 25.04),
    "Tampere": (61.50, 23.76),
    "Turku": (60.45, 22.27),
    "Oulu": (65.01, 25.47),
    "Vaasa": (63.10, 21.62),
    "Jyväskylä": (62.24, 25.75),
    "Kuopio": (62.89, 27.68),
    "Lahti": (60.98, 25.66),
    "Pori": (61.49, 21.80),
    "Kokkola": (63.84, 23.13),
    "Pietarsaari": (63.67, 22.70),
    "Porvoo": (60.39, 25.66),
    "Raasepori": (59.98, 23.44),
    "Rovaniemi": (66.50, 25.73),
    "Lappeenranta": (61.06, 28.19),
    "Joensuu": (62.60, 29.76),
    "Seinäjoki": (62.79, 22.84),
    "Mikkeli": (61.69, 27.27),
    "Hämeenlinna": (60.99, 24.46),
    "Rauma": (61.13, 21.51),
    "Mariehamn": (60.10, 19.94),
}
_POSITIONS = {**_SWEDEN, **_FINLAND}
_KM_A_DEGREE = 111.2


def country_of(town: str) -> str | None:
    """SE or FI; None for a town that only the role data know."""
    if town in _SWEDEN:
        return "SE"
    return "FI" if town in _FINLAND else None


def nearest(towns: list[str], roles: list[Role]) -> list[Role]:
    """The roles in the towns' own countries, the nearest first; empty where no town's position is known."""
    known = [town for town in towns if town in _POSITIONS]
    countries = {country_of(town) for town in known}
    near = [(min(_km(town, place) for town in known for place in places), role) for role in roles if (places := _known_places(role, countries))]
    return [role for _, role in sorted(near, key=lambda found: found[0])]


def _known_places(role: Role, countries: set[str | None]) -> list[str]:
    return [place for place in role.get("locations") or [] if place in _POSITIONS and country_of(place) in countries]


def _km(one: str, other: str) -> float:
    (north, east), (north_too, east_too) = _POSITIONS[one], _POSITIONS[other]
    narrowing = math.cos(math.radians((north + north_too) / 2))
    return math.hypot(north - north_too, (east - east_too) * narrowing) * _KM_A_DEGREE
