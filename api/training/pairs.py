"""Two models on the same messages: what the new one lost and what it gained, by language and intent.

Shape: {language: {intent: [n, right before, right now, lost, gained]}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.training.figures import OUT_OF_SCOPE, Outcome
from api.training.statistics import by_chance


@dataclass(frozen=True)
class Pair:
    """Two models on the same `n` messages. `lost`: right before, not now; `gained`: the other way round."""

    n: int = 0
    before: int = 0
    now: int = 0
    lost: int = 0
    gained: int = 0

    def __add__(self, other: Pair) -> Pair:
        return Pair(*(a + b for a, b in zip(self.plain(), other.plain(), strict=True)))

    def plain(self) -> list[int]:
        """Ready for JSON."""
        return [self.n, self.before, self.now, self.lost, self.gained]

    @property
    def drop(self) -> float:
        """How much smaller the share of right ones is now."""
        return (self.before - self.now) / self.n if self.n else 0.0

    @property
    def worse_by_chance(self) -> float:
        """How likely chance alone makes it look at least this much worse."""
        return by_chance(self.lost, self.gained)

    @property
    def better_by_chance(self) -> float:
        """How likely chance alone makes it look at least this much better."""
        return by_chance(self.gained, self.lost)


def pairs(before: Mapping[str, Outcome], now: Mapping[str, Outcome]) -> dict[str, dict[str, Pair]]:
    """Compare on the messages that both have an outcome for. What a message means, the new one's outcomes say."""
    found: dict[str, dict[str, Pair]] = {}
    for digest in before.keys() & now.keys():
        new = now[digest]
        old_right, new_right = replace(before[digest], intent=new.intent).right, new.right
        row = found.setdefault(new.language, {})
        one = Pair(1, int(old_right), int(new_right), int(old_right and not new_right), int(new_right and not old_right))
        row[new.intent] = row.get(new.intent, Pair()) + one
    return found


def plain(found: Mapping[str, Mapping[str, Pair]]) -> dict[str, dict[str, list[int]]]:
    """Ready for JSON."""
    return {language: {intent: pair.plain() for intent, pair in sorted(rows.items())} for language, rows in sorted(found.items())}


def read(written: Mapping[str, Mapping[str, list[Any]]] | None) -> dict[str, dict[str, Pair]]:
    """Back from JSON."""
    return {language: {intent: Pair(*row) for intent, row in rows.items()} for language, rows in (written or {}).items()}


def in_scope(rows: Mapping[str, Pair]) -> Pair:
    """All intents of a language together, but what is out of scope."""
    return sum((pair for intent, pair in rows.items() if intent != OUT_OF_SCOPE), Pair())
