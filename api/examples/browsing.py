"""Looking at examples: searched, counted, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api import clock
from api.accounts.models import Staff
from api.answers import texts
from api.config import LANGUAGES
from api.errors import NotFound
from api.examples import service
from api.examples.corpus import Corpus, Row
from api.examples.folding import fold, words_of
from api.examples.queries import ENOUGH
from api.examples.shipped import shipped

PAGE = 100
MOST_FOUND = 50
# Upper ends of the classes that lengths, in words, are counted in.
CLASSES = (1, 2, 3, 5, 8, 12)


@dataclass(frozen=True)
class Shown:
    """A page of examples: of how many that were found, of how many there are."""

    rows: list[Row]
    number: int
    pages: int
    found: int
    all: int


def named(every: Sequence[dict[str, Any]], intent: str) -> dict[str, Any]:
    """The intent of this name. Raises `NotFound`."""
    found = next((entry for entry in every if entry["name"] == intent), None)
    if found is None:
        raise NotFound
    return found


def usable(every: Sequence[dict[str, Any]], but: str) -> list[dict[str, Any]]:
    """The intents that examples can be moved to."""
    return sorted((e for e in every if e["name"] != but and not e["retired"]), key=lambda e: str(e["title"]).casefold())


def is_thin(entry: dict[str, Any]) -> bool:
    """Whether an intent in use has too few examples in some language."""
    return not entry["retired"] and min(entry["counts"].values()) < ENOUGH


def narrowed(every: Sequence[dict[str, Any]], wanted: str, thin: bool) -> list[dict[str, Any]]:
    """The intents whose name, title or description holds all words that are wanted, or only those with too few examples."""
    parts = words_of(wanted)
    shown = (e for e in every if not thin or is_thin(e))
    return [e for e in shown if all(part in " ".join(words_of(f"{e['title']} {e['description']} {e['name']}")) for part in parts)]


def wordings(held: Corpus, wanted: str) -> list[Row]:
    """Some of the examples, of whatever intent, that hold all words that are wanted; the shortest first."""
    parts = words_of(wanted)
    found = [row for row in held.rows.values() if parts and all(part in row.key for part in parts)]
    return sorted(found, key=lambda row: (len(row.key), row.key))[:MOST_FOUND]


def page_of(rows: Sequence[Row], wanted: str, number: int) -> Shown:
    """One page of an intent's examples; the studio's own first, since they are what one looks after."""
    parts = words_of(wanted)
    found = [row for row in rows if all(part in row.key for part in parts)]
    found.sort(key=lambda row: (row.shipped, row.key))
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, number), pages)
    return Shown(found[(number - 1) * PAGE : number * PAGE], number, pages, len(found), len(rows))


def lengths(rows: Sequence[Row]) -> list[tuple[str, dict[str, int]]]:
    """How long examples are: (words, examples by language) for each class of lengths."""
    counted = Counter((row.language, _class(len(row.key.split()))) for row in rows)
    lowest = (1, *(end + 1 for end in CLASSES))
    names = [str(low) if low == end else f"{low}–{end}" for low, end in zip(lowest, CLASSES, strict=False)] + [f"{lowest[-1]}+"]
    return [(name, {language: counted[language, place] for language in LANGUAGES}) for place, name in enumerate(names)]


def _class(words: int) -> int:
    return next((place for place, end in enumerate(CLASSES) if words <= end), len(CLASSES))


def reword(staff: Staff, language: str, before: str, after: str, intent: str) -> None:
    """Let another wording stand for one of an intent's examples. Raises `Invalid`."""
    after = service.tidy(after)
    if fold(before) != fold(after):
        service.set_example(staff, language, before, None, "studio")
    service.set_example(staff, language, after, intent, "studio")


def button_titles(intent: str) -> dict[str, str]:
    """What a shipped question's button is called now, by language; empty for those without a button."""
    if not shipped().titles["en"].get(intent):
        return {}
    said = {version.language: version.text for version in texts.in_force(clock.now(), "title", intent)}
    return {language: said.get(language) or shipped().titles[language].get(intent, "") for language in LANGUAGES}
