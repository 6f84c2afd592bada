"""Towns and regions by their Swedish, Finnish and English names, inflected and short forms too."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Name in the role data -> beginnings of words that mean it. A beginning may go on as it likes
# ('stockholmstrakten', 'tampereella'); one that ends in '$' may not.
TOWNS: dict[str, str] = {
    "Stockholm": "stockholm tukholm sthlm$ holmia$",
    "Göteborg": "götebor göteborg gothenburg goteborg gbg$ götet$ göteporis",
    "Malmö": "malmö malmo$ malmos",
    "Uppsala": "uppsal upsal",
    "Umeå": "umeå umea$ uumaja",
    "Luleå": "luleå lulea$ luulaja",
    "Linköping": "linköping linkoping",
    "Norrköping": "norrköping norrkoping",
    "Västerås": "västerås vasteras",
    "Örebro": "örebro orebro$",
    "Lund": "lund$ lunds$ lundissa$ lundista$ lundiin$",
    "Helsingborg": "helsingbor hbg$",
    "Jönköping": "jönköping jonkoping",
    "Sundsvall": "sundsvall",
    "Gävle": "gävle gavle$",
    "Kiruna": "kirun",
    "Helsinki": "helsinki helsingi helsinks helsingfors hesa$ hesas hesaan stadi$ stadis hki$ helsinkiin",
    "Espoo": "espoo esbo$ esbos",
    "Vantaa": "vantaa vanda$ vandas",
    "Tampere": "tampere tammerfors treel treest tresel manse$ mansees",
    "Turku": "turku$ turkul turkuu turkus turun$ turussa turusta turulla åbo$ åbos",
    "Oulu": "oulu oulus uleåborg",
    "Vaasa": "vaasa vasa$ vasatr vasas$",
    "Jyväskylä": "jyväskyl jkl$",
    "Kuopio": "kuopio",
    "Lahti": "lahti$ lahde lahtee lahtis$",
    "Pori": "pori$ poris porin$ poriin björneborg",
    "Kokkola": "kokkola karleby",
    "Pietarsaari": "pietarsaar jakobstad",
    "Porvoo": "porvoo borgå",
    "Raasepori": "raasepor raseborg ekenäs tammisaar",
    "Rovaniemi": "rovanieme rovaniemi",
    "Lappeenranta": "lappeenran villmanstrand",
    "Joensuu": "joensuu",
    "Seinäjoki": "seinäjo",
    "Mikkeli": "mikkeli mikkelis",
    "Hämeenlinna": "hämeenlinna tavastehus",
    "Rauma": "rauma$ raumal raumo$",
    "Mariehamn": "mariehamn maarianhamin",
}
# Regions and countries -> the towns or the country code they stand for.
REGIONS: dict[str, tuple[str, ...]] = {
    "huvudstadsregionen pääkaupunkiseu nyland uusima uudellam": ("Helsinki", "Espoo", "Vantaa"),
    "birkaland pirkanma": ("Tampere",),
    "västkusten götaland länsi-göta": ("Göteborg",),
    "skåne skoone scania": ("Malmö", "Lund", "Helsingborg"),
    "mälardalen": ("Stockholm", "Uppsala", "Västerås"),
    "österbotten pohjanma": ("Vaasa", "Kokkola", "Pietarsaari", "Seinäjoki"),
}
COUNTRIES: dict[str, str] = {
    "sverige ruotsissa ruotsista ruotsiin sweden": "SE",
    "finland$ finlands$ suomessa suomesta suomeen": "FI",
}


_NAMES: dict[str, dict[str, str]] = {
    "sv": {
        "Helsinki": "Helsingfors",
        "Espoo": "Esbo",
        "Vantaa": "Vanda",
        "Tampere": "Tammerfors",
        "Turku": "Åbo",
        "Oulu": "Uleåborg",
        "Vaasa": "Vasa",
        "Lahti": "Lahtis",
        "Pori": "Björneborg",
        "Porvoo": "Borgå",
        "Raasepori": "Raseborg",
    },
    "fi": {"Stockholm": "Tukholma", "Uppsala": "Upsala", "Umeå": "Uumaja", "Luleå": "Luulaja", "Mariehamn": "Maarianhamina"},
    "en": {"Göteborg": "Gothenburg"},
}


def name(town: str, language: str) -> str:
    """What speakers of a language call a town."""
    return _NAMES.get(language, {}).get(town, town)


def towns_in(text: str, known: Iterable[str] = ()) -> list[str]:
    """The towns that a text names, by the name used in the role data; `known` adds towns of the data."""
    words = re.findall(r"[\w-]+", text.casefold())
    named = [town for town, stems in TOWNS.items() if _any_said(stems.split(), words)]
    for stems, towns in REGIONS.items():
        if _any_said(stems.split(), words):
            named += towns
    others = [t for t in known if t not in TOWNS and _any_said([t.casefold()[:12]], words)]
    return list(dict.fromkeys(named + others))


def country_in(text: str) -> str | None:
    """SE or FI, when a text names the country."""
    words = re.findall(r"[\w-]+", text.casefold())
    return next((c for stems, c in COUNTRIES.items() if _any_said(stems.split(), words)), None)


def _any_said(stems: list[str], words: list[str]) -> bool:
    for stem in stems:
        whole = stem.endswith("$")
        if any(w == stem[:-1] if whole else w.startswith(stem) for w in words):
            return True
    return False
