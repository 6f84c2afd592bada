"""Compares intent classifiers: `nlu/.venv/bin/python -m tests.bench.nlu_compare`, from the root.

Ours, Rasa's LogisticRegressionClassifier and Rasa's DIETClassifier on our own messages, on BANKING77 with
ten examples an intent, and on CLINC150. Prints markdown tables and writes `var/bench/nlu_compare.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from nlu.evaluate import LANGUAGES, OUT_OF_SCOPE
from tests.bench import nlu_sets
from tests.bench.nlu_engines import Engine, Ours, OursByLanguage, RasaPipeline, Scored, diet, logistic
from tests.bench.nlu_sets import Message, Set

IN_SCOPE_AT_LEAST = (0.92, 0.895)  # CLINC150: how often out of scope is seen while this much in scope is right
BANKING_SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Row:
    """What was measured of one engine on one set."""

    engine: str
    set: str
    accuracy: float  # of in-scope messages, without any threshold
    by_language: dict[str, float]
    out_of_scope_seen: float  # recall without any threshold
    at_least: dict[str, tuple[float, float]]  # (in scope right, out of scope seen) at a threshold from validation
    best_at_least: dict[str, float]  # out of scope seen at the test set's own threshold
    seconds: float
    milliseconds: float
    note: str = ""


def measure(engine: Engine, data: Set) -> Row:
    """Train, then understand every test message one at a time."""
    started = time.monotonic()
    engine.train(data.train)
    seconds = time.monotonic() - started
    validation = [engine.score(message) for message in data.validation]
    started = time.perf_counter()
    scored = [engine.score(message) for message in data.test]
    took = (time.perf_counter() - started) / len(data.test) * 1000
    inside = [(m, s) for m, s in zip(data.test, scored, strict=True) if m.intent != OUT_OF_SCOPE]
    outside = [s for m, s in zip(data.test, scored, strict=True) if m.intent == OUT_OF_SCOPE]
    thresholds = {str(least): threshold_for(least, data.validation, validation) for least in IN_SCOPE_AT_LEAST if validation}
    return Row(
        engine=engine.name,
        set=data.name,
        accuracy=share(m.intent == s.intent for m, s in inside),
        by_language={x: share(m.intent == s.intent for m, s in inside if m.language == x) for x in LANGUAGES if data.name == nlu_sets.OWN},
        out_of_scope_seen=share(s.intent == OUT_OF_SCOPE for s in outside),
        at_least={least: at(threshold, data.test, scored) for least, threshold in thresholds.items()},
        best_at_least={least: best(float(least), data.test, scored) for least in thresholds},
        seconds=round(seconds, 1),
        milliseconds=round(took, 2),
        note=_note(engine),
    )


def share(right: Iterable[bool]) -> float:
    """How many of these are true; 0 when there are none."""
    values = list(right)
    return round(sum(values) / len(values), 4) if values else 0.0


def at(threshold: float, messages: Sequence[Message], scored: Sequence[Scored]) -> tuple[float, float]:
    """(in scope right, out of scope seen) when scores below `threshold` count as out of scope."""
    taken = [OUT_OF_SCOPE if s.score < threshold else s.intent for s in scored]
    pairs = list(zip(messages, taken, strict=True))
    return (
        share(m.intent == intent for m, intent in pairs if m.intent != OUT_OF_SCOPE),
        share(intent == OUT_OF_SCOPE for m, intent in pairs if m.intent == OUT_OF_SCOPE),
    )


def threshold_for(least: float, messages: Sequence[Message], scored: Sequence[Scored]) -> float:
    """The highest threshold at which at least this share of the in-scope messages is right."""
    candidates = np.quantile([s.score for s in scored], np.linspace(0, 0.6, 601))
    kept = [float(t) for t in candidates if at(float(t), messages, scored)[0] >= least]
    return max(kept, default=-np.inf)


def best(least: float, messages: Sequence[Message], scored: Sequence[Scored]) -> float:
    """How much out of scope can be seen while this share in scope is right, on these messages themselves."""
    return at(threshold_for(least, messages, scored), messages, scored)[1]


def _note(engine: Engine) -> str:
    epochs = engine.epochs if isinstance(engine, RasaPipeline) else None
    return f"{epochs} epochs" if epochs else ""


def mean(rows: Sequence[Row]) -> Row:
    """One row for several draws of the same set."""
    numbers = {key: round(float(np.mean([getattr(row, key) for row in rows])), 4) for key in ("accuracy", "out_of_scope_seen", "seconds", "milliseconds")}
    note = "; ".join(filter(None, [rows[0].note, "draws: " + ", ".join(f"{row.accuracy:.3f}" for row in rows)]))
    return Row(**{**asdict(rows[0]), **numbers, "note": note})


def table(rows: Sequence[Row]) -> str:
    """All rows as markdown."""
    heads = [
        "classifier",
        "right in scope",
        "sv / fi / en",
        "out of scope seen",
        *(f"… at ≥ {x} in scope (own / validation's threshold)" for x in IN_SCOPE_AT_LEAST),
    ]
    lines = ["| set | " + " | ".join([*heads, "training, s", "ms a message", "note"]) + " |", "|---" * (len(heads) + 4) + "|"]
    for row in rows:
        languages = " / ".join(f"{value:.3f}" for value in row.by_language.values())
        points = [_point(row, str(least)) for least in IN_SCOPE_AT_LEAST]
        cells = [row.set, row.engine, f"{row.accuracy:.3f}", languages, f"{row.out_of_scope_seen:.3f}" if row.out_of_scope_seen else "", *points]
        lines.append("| " + " | ".join([*cells, f"{row.seconds:.0f}", f"{row.milliseconds:.2f}", row.note]) + " |")
    return "\n".join(lines)


def _point(row: Row, least: str) -> str:
    if least not in row.at_least:
        return ""
    right, seen = row.at_least[least]
    return f"{row.best_at_least[least]:.3f} / {seen:.3f} (in scope {right:.3f})"


def jobs(engines: Sequence[str], sets: Sequence[str], minutes: float) -> Iterable[Callable[[], Row]]:
    """What is to be measured, the quick ones first."""
    makers: dict[str, list[Callable[[], Engine]]] = {"ours": [Ours], "logistic": [logistic], "diet": [lambda: diet(minutes)]}
    if "own" in sets:
        variants: list[Callable[[], Engine]] = [lambda: Ours("ours, without concepts", concepts=False), OursByLanguage]
        for make in [m for name in engines for m in makers[name]] + (variants if "ours" in engines else []):
            yield lambda make=make: measure(make(), nlu_sets.own())  # type: ignore[misc]
    public: dict[str, list[Callable[[], Engine]]] = {**makers, "ours": [lambda: Ours(concepts=False, calibrated=False)]}
    for make in [m for name in engines for m in public[name]]:
        if "banking" in sets:
            yield lambda make=make: _banking(make)  # type: ignore[misc]
        if "clinc" in sets:
            yield lambda make=make: measure(make(), nlu_sets.clinc())  # type: ignore[misc]


def _banking(make: Callable[[], Engine]) -> Row:
    """Mean of three draws; one for an engine that takes its time."""
    timed = isinstance(make(), RasaPipeline) and make().name.endswith("DIETClassifier")
    return mean([measure(make(), nlu_sets.banking(seed)) for seed in BANKING_SEEDS[: 1 if timed else None]])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nlu_compare", description=__doc__)
    parser.add_argument("--engines", default="ours,logistic,diet")
    parser.add_argument("--sets", default="own,banking,clinc")
    parser.add_argument("--minutes", type=float, default=20.0, help="what DIET may take for each training")
    parser.add_argument("--json", type=Path, default=Path("var/bench/nlu_compare.json"))
    options = parser.parse_args(arguments)
    rows = []
    for job in jobs(options.engines.split(","), options.sets.split(","), options.minutes):
        rows.append(job())
        print(table(rows[-1:]).splitlines()[-1], flush=True)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        machine = {"cpus": os.cpu_count(), "load": os.getloadavg()}
        options.json.write_text(json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, indent=1) + "\n", "utf-8")
    print("\n" + table(rows))
    return 0


if __name__ == "__main__":
    from nlu.quiet import silence_libraries

    silence_libraries()
    sys.exit(main())
