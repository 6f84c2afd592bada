"""Wordings of different intents that say almost the same: one of the two is likely to be in the wrong place.

Alike are texts that share their telling words: each counts by how rare it is (idf), cut to its first letters, so that
inflection matters little. "What kind of team is it" and "what kind of test is it" are not alike, though the letters are.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from dataclasses import dataclass

from api.config import LANGUAGES
from api.examples.corpus import Corpus, Row

ALIKE = 0.8  # cosine
LETTERS = 75  # of 100: words that only begin alike are other words
STEM = 6
FREQUENT = 1500  # texts a language: so common a word finds nothing, it only weighs
MOST = 40
PAUSE, FEW = 500, 5  # texts between two pauses: when they are weighed, when they are compared

Weights = dict[str, float]


@dataclass(frozen=True)
class Pair:
    """An example, its near double under another intent, and how alike they are (0 to 1)."""

    row: Row
    other: Row
    alike: float


class Likeness:
    """All examples of a language, to be asked which are like a text."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self._seen = Counter(stem for row in rows for stem in _stems(row.key))
        self._weights = [self._weigh(row.key) for row in rows]
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, weights in enumerate(self._weights):
            for stem in weights:
                self._places[stem].append(place)
            if place % PAUSE == 0:
                time.sleep(0)  # the gateway answers candidates meanwhile

    def like(self, key: str, but: str | None = None, least: float = ALIKE) -> list[tuple[Row, float]]:
        """The rows like a folded text, the most alike first, leaving out those of the intent `but`."""
        mine = self._weigh(key)
        scores: dict[int, float] = defaultdict(float)
        for stem, weight in mine.items():
            if self._seen[stem] <= FREQUENT:
                for place in self._places[stem]:
                    scores[place] += weight * self._weights[place][stem]
        common = [stem for stem in mine if self._seen[stem] > FREQUENT]
        found = [
            (self._rows[place], score + sum(mine[s] * self._weights[place].get(s, 0.0) for s in common)) for place, score in scores.items() if score > least / 2
        ]
        return sorted(((row, score) for row, score in found if score >= least and row.intent != but), key=lambda pair: -pair[1])

    def _weigh(self, key: str) -> Weights:
        weights = {stem: math.log(1 + len(self._rows) / (1 + self._seen[stem])) for stem in _stems(key)}
        length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        return {stem: w / length for stem, w in weights.items()}


_likenesses: dict[str, tuple[int, Likeness]] = {}
_pairs_kept: dict[str, tuple[Corpus, list[Pair]]] = {}


def likeness(held: Corpus, language: str) -> Likeness:
    """The examples of a language, ready to be asked. Kept until the examples change."""
    kept = _likenesses.get(language)
    if kept is None or kept[0] != id(held.rows):
        kept = _likenesses[language] = (id(held.rows), Likeness([row for row in held.rows.values() if row.language == language]))
    return kept[1]


def pairs(held: Corpus, intent: str) -> list[Pair]:
    """The near doubles of an intent's examples in other intents, the most alike first."""
    kept = _pairs_kept.get(intent)
    if kept is None or kept[0] is not held:
        # Rounded, since the same words come out as 1 or a hair below it.
        found = sorted(_pairs(held, intent), key=lambda pair: (-round(pair.alike, 6), pair.row.key))
        kept = _pairs_kept[intent] = (held, found[:MOST])
    return kept[1]


def _pairs(held: Corpus, intent: str) -> list[Pair]:
    from rapidfuzz import fuzz  # not at each start: few look for doubles

    found = []
    for language in LANGUAGES:
        others = likeness(held, language)
        for number, row in enumerate(held.of(intent, language)):
            alike = (pair for pair in others.like(row.key, but=intent) if fuzz.ratio(row.key, pair[0].key) >= LETTERS)
            if best := next(alike, None):
                found.append(Pair(row, *best))
            if number % FEW == 0:
                time.sleep(0)
    return found


def _stems(key: str) -> set[str]:
    return {word[:STEM] for word in key.split()}
