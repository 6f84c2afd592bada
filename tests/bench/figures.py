"""From samples to figures: throughput, percentiles, and the ratios that the goals are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from tests.bench.load import Done

ORDER = ("ours", "pg", "bare", "stock")
LONG = 200  # from here on stock Rasa is cut short: its median is that of its first turns
WIDTH = 10  # turns a bin: one round of messages, so that every bin holds the same ones
Case = tuple[int, int]  # clients, turns of a conversation


@dataclass
class Samples:
    """All rounds of one case on one system."""

    seconds: float = 0.0
    took: list[tuple[int, float]] = field(default_factory=list)
    failed: int = 0
    wrong: list[str] = field(default_factory=list)
    processor: dict[str, float] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)

    def add(self, done: Done, processor: dict[str, float]) -> None:
        """One more round; `processor`: seconds used by each server in it."""
        for server, seconds in processor.items():
            self.processor[server] = self.processor.get(server, 0.0) + seconds
        self.seconds += done.seconds
        self.took += done.took
        self.failed += done.failed
        self.wrong += done.wrong
        if done.took:
            self.rates.append(len(done.took) / done.seconds)
            self.medians.append(median(t for _, t in done.took))

    @property
    def rate(self) -> float:
        """Messages a second over all rounds."""
        return len(self.took) / self.seconds if self.seconds else 0.0

    @property
    def milliseconds_used(self) -> dict[str, float]:
        """Processor time of a turn by server, without those that had nothing to do."""
        a_turn = {server: 1000 * seconds / max(1, len(self.took)) for server, seconds in self.processor.items()}
        return {server: used for server, used in a_turn.items() if used >= 0.5}

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the turns was answered."""
        return percentile((t for _, t in self.took), share) * 1000

    def by_message(self, round_: int) -> list[float]:
        """Median milliseconds of each of the round's messages."""
        said: list[list[float]] = [[] for _ in range(round_)]
        for turn, seconds in self.took:
            said[(turn - 1) % round_].append(seconds)
        return [median(times) * 1000 if times else 0.0 for times in said]

    def by_turn(self) -> dict[int, float]:
        """Median milliseconds by bin of turns; the key is the last turn of the bin."""
        bins = defaultdict(list)
        for turn, seconds in self.took:
            bins[-(-turn // WIDTH) * WIDTH].append(seconds)
        return {last: median(times) * 1000 for last, times in sorted(bins.items())}


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True)
class Goal:
    """A ratio, what it should be, and whether it is."""

    what: str
    wanted: str
    measured: float
    met: bool

    @property
    def line(self) -> str:
        return f"{self.measured:6.2f}   {self.wanted:>7}   {'yes' if self.met else 'NO':>3}   {self.what}"


Table = dict[Case, dict[str, Samples]]


def goals(table: Table, starts: dict[str, float]) -> list[Goal]:
    """The ratios of the goals, as far as the table holds their cases; `starts`: seconds until ready."""
    found = []
    for (clients, turns), row in table.items():
        ours, pg, bare, stock = (row[name] for name in ORDER)
        shape = f"{clients} client{'s' * (clients > 1)}, conversations of {turns}"
        if clients > 1:
            found.append(_at_least(f"messages a second: ours / stock Rasa, {shape}", ours.rate / stock.rate, 5.0))
            found.append(_at_least(f"messages a second: ours on PostgreSQL / stock Rasa, {shape}", pg.rate / stock.rate, 5.0))
            found.append(_at_most(f"time for a message (1 / rate): ours / bare assistant, {shape}", bare.rate / ours.rate, 1.35))
            found.append(_at_most(f"time for a message (1 / rate): ours on PostgreSQL / bare assistant, {shape}", bare.rate / pg.rate, 1.35))
        if clients == 1 and turns < LONG:
            found.append(_at_most(f"p50 of a turn: ours / bare assistant, {shape}", ours.percentile(0.5) / bare.percentile(0.5), 1.35))
            found.append(_at_most(f"p50 of a turn: ours on PostgreSQL / bare assistant, {shape}", pg.percentile(0.5) / bare.percentile(0.5), 1.35))
            found.append(_at_most(f"p50 of a turn: ours / stock Rasa, {shape}", ours.percentile(0.5) / stock.percentile(0.5), 0.5))
        if clients == 1 and turns > WIDTH:
            found += _lengths(ours.by_turn(), stock.by_turn())
    if starts:
        found.append(_at_most("time from start to ready: our assistant / stock Rasa", starts["assistant"] / starts["stock"], 0.6))
    return found


def _lengths(ours: dict[int, float], stock: dict[int, float]) -> list[Goal]:
    first, last = min(ours), max(ours)
    worst = max(ours, key=lambda turn: ours[turn] / stock.get(turn, float("inf")))
    span = f"{worst - WIDTH + 1}-{worst}"
    return [
        _at_most(f"p50 of ours: turns {last - WIDTH + 1}-{last} / turns 1-{first}", ours[last] / ours[first], 1.2),
        _at_most(f"p50 of a turn: ours / stock Rasa where it is worst for ours, turns {span}", ours[worst] / stock[worst], 0.5),
    ]


def _at_least(what: str, measured: float, wanted: float) -> Goal:
    return Goal(what, f">= {wanted:g}", measured, measured >= wanted)


def _at_most(what: str, measured: float, wanted: float) -> Goal:
    return Goal(what, f"<= {wanted:g}", measured, measured <= wanted)
