"""The gate: may a candidate model go live? Decided from figures alone, so that it can be tested as it stands.

What differs by chance does not stop a model, and what may be chance does not praise one. A loss counts when chance alone
would show one as large in fewer than 1 of 100 trainings and it is large (15 points); or when chance would hardly show it
in any of all the intents looked at (5 % together, by Bonferroni). Totals of a language, and what is out of scope, must fall below
the live model's interval, too: over ten thousand examples chance explains next to nothing, not even half a point that nobody feels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.config import LANGUAGES
from api.examples.queries import ENOUGH, LEAST
from api.training import pairs
from api.training.figures import OUT_OF_SCOPE
from api.training.pairs import Pair
from api.training.statistics import by_chance, wilson

RARE, TOGETHER, LARGE = 0.01, 0.05, 0.15
JUDGED = 0.05
SMALL_LOCKED_SET = 50
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Reason:
    """Why not, or what was not counted: a code of `api.training.words`, and what its sentence tells."""

    code: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """`reasons` stop the model; `notes` say what could not be counted or is good to know."""

    reasons: list[Reason]
    notes: list[Reason]

    @property
    def passed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Facts:
    """All that the gate looks at.

    `counts` and `live_counts`: examples by intent and language; `retired`: intents that are to be forgotten.
    `without_answer`: (intent, language). `comparison`, `checks`: as `NluModel` keeps them. `up_to_date`: compared with the
    model that is live now. `better`, `worse`: how many messages were judged so.
    """

    counts: Counts
    retired: frozenset[str] = frozenset()
    live: bool = True
    up_to_date: bool = True
    live_counts: Counts = field(default_factory=dict)
    without_answer: list[tuple[str, str]] = field(default_factory=list)
    comparison: Mapping[str, Any] | None = None
    checks: Mapping[str, Any] | None = None
    better: int = 0
    worse: int = 0


def verdict(facts: Facts) -> Verdict:
    """All reasons, the gravest first, and all notes."""
    reasons = [*_checks(facts), *_compared(facts), *_data(facts), *_losses(facts), *_judgements(facts)]
    return Verdict(reasons, list(_notes(facts)))


def _checks(facts: Facts) -> Iterator[Reason]:
    if facts.checks is None:
        yield Reason("not_checked")
        return
    smoke, stories = facts.checks.get("smoke") or {}, facts.checks.get("stories") or {}
    if not smoke.get("passed"):
        yield Reason("smoke_failed", {"detail": smoke.get("sentence", "")})
    if stories.get("passed") is False:
        yield Reason("stories_failed", {"detail": stories.get("sentence", "")})


def _compared(facts: Facts) -> Iterator[Reason]:
    if facts.live and not facts.up_to_date:
        yield Reason("not_compared")


def _losses(facts: Facts) -> Iterator[Reason]:
    """Single questions first, those that lost most before others; then languages as a whole, and what is out of scope."""
    found: list[Reason] = []
    for sample in ("held_out", "locked"):
        compared = pairs.read((facts.comparison or {}).get(sample))
        looked_at = sum(len(rows) for rows in compared.values())
        for language in LANGUAGES:
            found += _losses_in(sample, language, compared.get(language, {}), looked_at)
    order = ("intent_lost", "language_lost", "scope_lost")
    yield from sorted(found, key=lambda reason: (order.index(reason.code), reason.fields["gained"] - reason.fields["lost"]))


def _losses_in(sample: str, language: str, rows: Mapping[str, Pair], looked_at: int) -> Iterator[Reason]:
    if _below(total := pairs.in_scope(rows)):
        yield _loss("language_lost", sample, language, total)
    for intent, pair in rows.items():
        if intent == OUT_OF_SCOPE and _below(pair):
            yield _loss("scope_lost", sample, language, pair)
        elif intent != OUT_OF_SCOPE and _lost(pair, looked_at):
            yield _loss("intent_lost", sample, language, pair, intent=intent)


def _below(pair: Pair) -> bool:
    """Worse than chance explains, and beyond the interval of the live model's share."""
    return pair.n > 0 and pair.worse_by_chance < RARE and pair.now / pair.n < wilson(pair.before, pair.n)[0]


def _lost(pair: Pair, looked_at: int) -> bool:
    chance = pair.worse_by_chance
    return pair.lost > pair.gained and ((chance < RARE and pair.drop >= LARGE) or chance < TOGETHER / max(1, looked_at))


def _loss(code: str, sample: str, language: str, pair: Pair, **more: Any) -> Reason:
    counted = {"n": pair.n, "before": pair.before, "now": pair.now, "lost": pair.lost, "gained": pair.gained}
    return Reason(code, {"sample": sample, "language": language, **counted, **more})


def _data(facts: Facts) -> Iterator[Reason]:
    for intent, by_language in sorted(facts.counts.items()):
        for language in LANGUAGES:
            n = by_language.get(language, 0)
            if n < LEAST:
                before = facts.live_counts.get(intent, {}).get(language, 0)
                yield Reason("few_examples", {"intent": intent, "language": language, "n": n, "before": before, "fewest": LEAST})
    for intent in sorted(set(facts.live_counts) - set(facts.counts) - facts.retired):
        yield Reason("no_examples", {"intent": intent})
    for intent in dict.fromkeys(intent for intent, _ in facts.without_answer):
        yield Reason("no_answer", {"intent": intent, "languages": [language for name, language in facts.without_answer if name == intent]})


def _judgements(facts: Facts) -> Iterator[Reason]:
    if facts.worse > facts.better and by_chance(facts.worse, facts.better) < JUDGED:
        yield Reason("judged_worse", {"worse": facts.worse, "better": facts.better})


def _notes(facts: Facts) -> Iterator[Reason]:
    thin = sorted(intent for intent, row in facts.counts.items() if any(LEAST <= row.get(language, 0) < ENOUGH for language in LANGUAGES))
    if thin:
        yield Reason("thin_examples", {"intents": thin, "enough": ENOUGH})
    if not facts.live:
        yield Reason("nothing_to_compare")
        return
    comparison = facts.comparison or {}
    if facts.checks is not None and (facts.checks.get("stories") or {}).get("passed") is None:
        yield Reason("stories_absent")
    if facts.comparison is not None and not comparison.get("held_out"):
        yield Reason("no_held_out")
    locked = sum(pair.n for rows in pairs.read(comparison.get("locked")).values() for pair in rows.values())
    if facts.comparison is not None and locked < SMALL_LOCKED_SET:
        yield Reason("small_locked_set", {"n": locked})
    if left_out := comparison.get("locked_left_out"):
        yield Reason("locked_left_out", {"n": left_out})
    gone = sorted((set(facts.live_counts) - set(facts.counts)) & facts.retired)
    if gone:
        yield Reason("intents_gone", {"intents": gone})
