"""Open roles that fit what a candidate asks for: place, line of work, kind of employment, a title."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace

from actions import distances, lines_of_work, places, texts
from actions.role_lookup import Role, match_roles, part_fits, words_of
from actions.turn import Turn

_LIKE_THIS = re.compile(r"liknande|motsvarande|samankalta|vastaava|similar|like this", re.IGNORECASE)
# 'jobb som kock', 'kokin töitä' is left to titles, 'job as a cook'
_AS_A = re.compile(
    r"\b(?:\w*(?:jobb|arbet|tjänst|roll|anställ|plats|vikari)\w*|mig|söker|bli|jobs?|work(?:ing)?|roles?|me)\s+(?:som|as an?)\s+"
    r"(?:en\s+|ett\s+)?([^\W\d_]{4,})",
    re.IGNORECASE,
)
_NO_TRADE = re.compile(
    r"ledig\w*|passar|finns|söker|nå\w+|praktikant|anställd|jobbar|helst|behöver|exempel|stud\w+|nyexaminerad|well|soon|"
    r"bara|vill|inte|kräver|börjar|innebär|ligger|utländsk|kund|behov|this|that|part|full|ni|jag",
    re.IGNORECASE,
)


@dataclass
class Wish:
    """What a candidate looks for; empty means anything."""

    towns: list[str] = field(default_factory=list)
    country: str | None = None
    fields: list[str] = field(default_factory=list)
    employment: list[str] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)
    remote: bool = False
    titles: list[str] = field(default_factory=list)  # references of roles named by title
    trade: str | None = None  # a trade named in words that fit no role

    def is_empty(self) -> bool:
        """Whether nothing at all narrows the search."""
        return self == Wish()

    def spoken(self, language: str) -> str:
        """The wish in a few words of the language: 'Göteborg, försäljning'."""
        words = [places.name(town, language) for town in self.towns]
        words += [texts.word(f"country_{self.country}", language)] if self.country else []
        words += [texts.word(f"field_{name}", language) for name in self.fields]
        words += [texts.word(f"kind_{name}", language) for name in self.employment]
        words += [texts.word(f"hours_{name}", language) for name in self.hours]
        words += [texts.word("remote", language)] if self.remote else []
        words += [self.trade] if self.trade else []
        return ", ".join(dict.fromkeys(words))


def wish_of(turn: Turn, roles: list[Role]) -> Wish:
    """What the message and its entities ask for."""
    said = " ".join([turn.text, *turn.entities("location"), *turn.entities("field"), *turn.entities("employment_type"), *turn.entities("role")])
    known = {town for role in roles for town in role.get("locations") or []}
    wish = Wish(
        towns=places.towns_in(said, known),
        fields=_fields(said, turn),
        employment=lines_of_work.employment_in(said),
        hours=lines_of_work.hours_in(said),
        remote=lines_of_work.wants_remote(said),
    )
    wish.country = None if wish.towns else places.country_in(said)
    if "internship" in wish.employment and "internship" in wish.fields:
        wish.fields.remove("internship")
    _add_titles(wish, said, roles)
    return wish


def _fields(said: str, turn: Turn) -> list[str]:
    pressed = [name for name in turn.entities("field") if name in lines_of_work.FIELDS]
    return pressed or lines_of_work.fields_in(said)


def _add_titles(wish: Wish, said: str, roles: list[Role]) -> None:
    named = match_roles(said, roles) or [role for role in roles if part_fits(said, role)]
    wish.titles = [role["ref"] for role in named]
    if wish.titles or wish.fields:
        return
    trade = next((t for t in _AS_A.findall(said) if not _NO_TRADE.fullmatch(t)), None)
    if trade and not places.towns_in(trade) and not lines_of_work.employment_in(trade):
        wish.trade = trade.casefold()


def fitting(wish: Wish, roles: list[Role]) -> list[Role]:
    """The roles that fit a wish, those named by title first, then those that close first."""
    if wish.trade:
        return []
    found = [role for role in roles if _fits(wish, role)]
    by_title = [role for role in found if role["ref"] in wish.titles]
    found = by_title or ([] if wish.titles and not wish.fields else found)
    return sorted(found, key=lambda role: (_elsewhere(wish, role), role.get("closes_on") or "9999"))


def _elsewhere(wish: Wish, role: Role) -> bool:
    """Whether a role fits a town only because it is done remotely."""
    return bool(wish.towns) and not set(wish.towns) & set(role.get("locations") or [])


def _fits(wish: Wish, role: Role) -> bool:
    return (
        _place_fits(wish, role)
        and (not wish.fields or role.get("field") in wish.fields or role["ref"] in wish.titles)
        and (not wish.employment or _employment_fits(wish, role))
        and (not wish.remote or role.get("remote") in ("full", "hybrid"))
    )


def _place_fits(wish: Wish, role: Role) -> bool:
    if wish.country and role.get("country") != wish.country:
        return False
    there = bool(set(wish.towns) & set(role.get("locations") or []))
    return not wish.towns or there or any(_done_from(town, role) for town in wish.towns)


def _done_from(town: str, role: Role) -> bool:
    """Whether a role is done remotely from a town: in its own country, whose law and taxes it comes under."""
    return role.get("remote") == "full" and distances.country_of(town) in (None, role.get("country"))


def nearest(wish: Wish, roles: list[Role]) -> list[Role]:
    """The roles that fit but for the place, the nearest first, in the same country."""
    return distances.nearest(wish.towns, fitting(replace(wish, towns=[]), roles))


def _employment_fits(wish: Wish, role: Role) -> bool:
    kinds = {role.get("employment_type"), role.get("field")}
    return bool(kinds & set(wish.employment))


async def with_hours(turn: Turn, wish: Wish, found: list[Role]) -> list[Role]:
    """Those with the wished hours, which only the roles themselves tell, not their list."""
    full = await asyncio.gather(*(turn.gateway.role(role["ref"], turn.language) for role in found))
    wished = {role["ref"] for role in full if role.get("hours") in wish.hours}
    return [role for role in found if role["ref"] in wished]


def like(role: Role, roles: list[Role]) -> list[Role]:
    """Other open roles in the same line of work."""
    return [r for r in roles if r.get("field") == role.get("field") and r["ref"] != role["ref"]]


def asks_for_similar(text: str) -> bool:
    """Whether roles like the present one are asked for."""
    return bool(_LIKE_THIS.search(text)) and len(words_of(text)) > 0
