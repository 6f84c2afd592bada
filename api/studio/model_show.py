"""What the pages of trainings and NLU models show: rows and plots, worked out from figures. Numbers only, no HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.config import LANGUAGES
from api.training import figures, pairs
from api.training.figures import IntentFigures, Share
from api.training.gate import RARE, TOGETHER
from api.training.models import NluModel
from api.training.pairs import Pair

SAMPLES = ("held_out", "locked")
MATRIX, SHADES = 12, 5
CONFUSIONS = 15


def change(pair: Pair | None, looked_at: int = 1) -> str:
    """`better`, `worse`, `unclear` (may be chance) or `same`; empty if there was nothing to compare."""
    if pair is None or not pair.n:
        return ""
    least = RARE if looked_at == 1 else TOGETHER / looked_at
    if pair.worse_by_chance < least and pair.lost:
        return "worse"
    if pair.better_by_chance < least and pair.gained:
        return "better"
    return "unclear" if pair.lost or pair.gained else "same"


@dataclass(frozen=True)
class Overview:
    """One language in short; `before` figures are the live model's, `in_scope` and `out` what changed."""

    language: str
    right: Share
    right_before: Share
    out_of_scope: Share
    out_before: Share
    wrong: Share
    wrong_before: Share
    change: str
    out_change: str


def overview(model: NluModel, live: NluModel | None, sample: str = "held_out") -> list[Overview]:
    """A row for each language that there are figures of."""
    now, before = _figures(model, sample), _before(model, live, sample)
    compared = pairs.read((model.comparison or {}).get(sample)) if live else {}
    return [_overview(code, now[code], before.get(code), compared.get(code, {})) for code in LANGUAGES if code in now]


def _overview(code: str, now: dict[str, Any], before: dict[str, Any] | None, compared: Mapping[str, Pair]) -> Overview:
    return Overview(
        code,
        figures.in_scope(now),
        figures.in_scope(before),
        figures.out_of_scope(now),
        figures.out_of_scope(before),
        figures.wrong(now),
        figures.wrong(before),
        change(pairs.in_scope(compared)),
        change(compared.get(figures.OUT_OF_SCOPE)),
    )


def _figures(model: NluModel | None, sample: str) -> dict[str, Any]:
    return ((model.figures if model else None) or {}).get(sample) or {}


def _before(model: NluModel, live: NluModel | None, sample: str) -> dict[str, Any]:
    """The live model's figures on the same kind of sample; on locked messages they were measured together."""
    if live is None or live.id == model.id or model.compared_with != live.id:
        return {}
    return _figures(live, sample) if sample == "held_out" else _figures(model, "live_locked")


@dataclass(frozen=True)
class IntentRow:
    """One intent in one language, now and before, and what changed (`pair`: on the same messages)."""

    intent: str
    now: IntentFigures | None
    before: IntentFigures | None
    pair: Pair | None
    change: str


@dataclass(frozen=True)
class LanguageFigures:
    """All that the figures page shows of a language."""

    rows: list[IntentRow]
    calibration: list[tuple[float, Share]]
    confusions: list[tuple[str, str, int]]
    matrix: Matrix


@dataclass(frozen=True)
class Matrix:
    """What is taken for what, among the intents that are confused most. `cells`: [(count, shade 0-5)] by row."""

    intents: list[str] = field(default_factory=list)
    cells: list[list[tuple[int, int]]] = field(default_factory=list)


def of_language(model: NluModel, live: NluModel | None, sample: str, language: str) -> LanguageFigures:
    """The figures of one language, the clearest changes for the worse first, then the worst understood."""
    now, before = _figures(model, sample).get(language), _before(model, live, sample).get(language)
    compared = pairs.read((model.comparison or {}).get(sample)) if live else {}
    looked_at = max(2, sum(len(rows) for rows in compared.values()))
    mine, theirs, paired = figures.by_intent(now), figures.by_intent(before), compared.get(language, {})
    names = {name for found in (mine, theirs) for name, row in found.items() if row.recall.n} | set(paired)
    rows = [IntentRow(n, mine.get(n), theirs.get(n), paired.get(n), change(paired.get(n), looked_at)) for n in names]
    found = now or {}
    return LanguageFigures(
        sorted(rows, key=_worst_first),
        [(total / n, Share(int(right), int(n))) for total, n, right in found.get("calibration", []) if n],
        [(meant, taken, n) for meant, taken, n in found.get("confusions", [])[:CONFUSIONS]],
        _matrix(found.get("confusions", []), mine),
    )


def _worst_first(row: IntentRow) -> tuple[bool, bool, float, str]:
    share = row.now.recall.share if row.now else None
    return row.change != "worse", row.change != "better", 2.0 if share is None else share, row.intent


def _matrix(confusions: list[list[Any]], rows: Mapping[str, IntentFigures]) -> Matrix:
    """Of the intents in the most frequent confusions: rows are what was meant, columns what it was taken for."""
    names: list[str] = []
    for meant, taken, _ in confusions:
        names += [name for name in (meant, taken) if name not in names]
        if len(names) >= MATRIX:
            break
    names = sorted(names[:MATRIX])
    counted = {(meant, taken): n for meant, taken, n in confusions}
    counted |= {(name, name): rows[name].recall.right for name in names if name in rows}
    return Matrix(names, [[_cell(counted.get((a, b), 0), rows.get(a)) for b in names] for a in names])


def _cell(count: int, row: IntentFigures | None) -> tuple[int, int]:
    """A count, and how dark it is: by its share of all that was meant so."""
    of = row.recall.n if row else 0
    if not count or not of:
        return count, 0
    share = count / of
    return count, next(shade for shade, least in ((5, 0.6), (4, 0.3), (3, 0.1), (2, 0.04), (1, 0.0)) if share >= least)


@dataclass(frozen=True)
class DataChange:
    """How many examples more or fewer than the live model's an intent has in the languages."""

    intent: str
    counts: dict[str, int]
    before: dict[str, int]


def data_changes(model: NluModel, live: NluModel | None) -> list[DataChange]:
    """The intents whose numbers of examples differ."""
    if live is None or live.id == model.id:
        return []
    names = sorted(set(model.counts) | set(live.counts))
    rows = [DataChange(n, _by_language(model.counts.get(n)), _by_language(live.counts.get(n))) for n in names]
    return [row for row in rows if row.counts != row.before]


def _by_language(counts: Mapping[str, int] | None) -> dict[str, int]:
    return {code: (counts or {}).get(code, 0) for code in LANGUAGES}


def examples(model: NluModel) -> int:
    """How many examples a model has learnt from."""
    return sum(n for row in model.counts.values() for n in row.values())
