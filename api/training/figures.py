"""How well an NLU model understands, from outcomes on messages that it has not learnt from. Plain counts, no files.

Shape of `figures`: {language: {"n", "right", "asked", "intents": {intent: {"n", "right", "asked", "taken", "taken_right"}},
"calibration": [[sum of confidences, n, right]… ten bins], "confusions": [[intent, taken for, how often]…]}}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.config import LANGUAGES
from api.training.statistics import wilson

FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
BINS, MOST_CONFUSIONS = 10, 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of a message whose intent is known. `sure`: it answers; otherwise it asks back."""

    digest: str
    language: str
    intent: str
    best: str
    confidence: float
    sure: bool

    @property
    def predicted(self) -> str:
        return self.best if self.sure else FALLBACK

    @property
    def right(self) -> bool:
        return self.sure and self.best == self.intent


@dataclass(frozen=True)
class Share:
    """A share with the size of its sample and its 95 % interval."""

    right: int
    n: int

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None

    @property
    def low(self) -> float:
        return wilson(self.right, self.n)[0]

    @property
    def high(self) -> float:
        return wilson(self.right, self.n)[1]


def figures(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """The figures of each language that there is something to say of."""
    by_language: dict[str, list[Outcome]] = {code: [] for code in LANGUAGES}
    for outcome in outcomes:
        by_language.get(outcome.language, []).append(outcome)
    return {code: _of_language(found) for code, found in by_language.items() if found}


def _of_language(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    names = sorted({o.intent for o in outcomes} | {o.best for o in outcomes})
    intents = {name: {"n": 0, "right": 0, "asked": 0, "taken": 0, "taken_right": 0} for name in names}
    for o in outcomes:
        meant = intents[o.intent]
        meant["n"] += 1
        meant["right"] += o.right
        meant["asked"] += not o.sure
        if o.sure:
            intents[o.best]["taken"] += 1
            intents[o.best]["taken_right"] += o.right
    return {
        "n": len(outcomes),
        "right": sum(o.right for o in outcomes),
        "asked": sum(not o.sure for o in outcomes),
        "intents": intents,
        "calibration": _calibration(outcomes),
        "confusions": _confusions(outcomes),
    }


def _calibration(outcomes: Sequence[Outcome]) -> list[list[float]]:
    bins: list[list[float]] = [[0.0, 0, 0] for _ in range(BINS)]
    for o in outcomes:
        place = bins[min(BINS - 1, int(o.confidence * BINS))]
        place[0] += o.confidence
        place[1] += 1
        place[2] += o.best == o.intent
    return [[round(total, 3), int(n), int(right)] for total, n, right in bins]


def _confusions(outcomes: Sequence[Outcome]) -> list[list[Any]]:
    pairs = Counter((o.intent, o.best) for o in outcomes if o.sure and not o.right)
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return [[meant, taken, count] for (meant, taken), count in ordered[:MOST_CONFUSIONS]]


@dataclass(frozen=True)
class IntentFigures:
    """How one intent does in one language."""

    intent: str
    recall: Share  # of the messages that mean it, how many are answered as it
    precision: Share  # of those that are answered as it, how many mean it
    asked: int

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None when there is nothing to tell it from."""
        total = self.recall.n + self.precision.n
        return 2 * self.recall.right / total if self.recall.n and total else None


def by_intent(of_language: dict[str, Any] | None) -> dict[str, IntentFigures]:
    """The figures of each intent, read from what `figures` wrote for a language."""
    found = (of_language or {}).get("intents", {})
    return {name: IntentFigures(name, Share(row["right"], row["n"]), Share(row["taken_right"], row["taken"]), row["asked"]) for name, row in found.items()}


def in_scope(of_language: dict[str, Any] | None) -> Share:
    """Right at once, of the messages that the desk answers."""
    rows = [row for name, row in (of_language or {}).get("intents", {}).items() if name != OUT_OF_SCOPE]
    return Share(sum(row["right"] for row in rows), sum(row["n"] for row in rows))


def out_of_scope(of_language: dict[str, Any] | None) -> Share:
    """Seen to be outside, of the messages that are."""
    row = (of_language or {}).get("intents", {}).get(OUT_OF_SCOPE, {"right": 0, "n": 0})
    return Share(row["right"], row["n"])


def wrong(of_language: dict[str, Any] | None) -> Share:
    """Answered as something else, of all messages."""
    found = of_language or {"n": 0, "right": 0, "asked": 0}
    return Share(found["n"] - found["right"] - found["asked"], found["n"])
