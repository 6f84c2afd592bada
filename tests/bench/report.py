"""The report: ratios first, then the table; on the screen, as JSON, and as Markdown between markers in docs/speed.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.config import ROOT
from tests.bench.figures import ORDER, Samples, Table, goals
from tests.bench.messages import ROUND
from tests.bench.plot import NAMES, by_length

PAGE = ROOT / "docs" / "speed.md"
PLOT = ROOT / "docs" / "plots" / "turn-by-length.svg"
BEGIN, END = "<!-- figures of `make bench`: begin -->", "<!-- figures of `make bench`: end -->"
Facts = dict[str, str]


@dataclass(frozen=True)
class Result:
    """A whole run; `starts`: seconds from start to ready by process, if that was measured."""

    table: Table
    starts: dict[str, float]
    facts: Facts

    @property
    def longest(self) -> dict[str, Samples]:
        """The longest conversation of one client, by system."""
        return self.table[max((case for case in self.table if case[0] == 1), key=lambda case: case[1])]


def on_screen(result: Result) -> str:
    """Ratios, table, machine."""
    table, facts = result.table, result.facts
    lines = [" ratio      goal   met", *(goal.line for goal in goals(table, result.starts)), ""]
    lines.append(f"{'clients':>7} {'turns':>6}  {'system':28} {'messages/s':>10} {'p50 ms':>8} {'p95 ms':>8} {'turns':>7} {'failed':>6}")
    for (clients, turns), row in table.items():
        for name in ORDER:
            s = row[name]
            figures = f"{s.rate:10.1f} {s.percentile(0.5):8.1f} {s.percentile(0.95):8.1f} {len(s.took):7d} {s.failed:6d}"
            lines.append(f"{clients:7d} {turns:6d}  {NAMES[name]:28} {figures}")
    lines += ["", "processor time of a turn, ms:"]
    lines += [f"{c:7d} {t:6d}  {NAMES[n]:28} {_used(row[n])}" for (c, t), row in table.items() for n in ORDER]
    lines += ["", *(f"{key}: {value}" for key, value in facts.items())]
    lines += [f"! {NAMES[name]}: {wrong}" for row in table.values() for name in ORDER for wrong in row[name].wrong[:3]]
    return "\n".join(lines)


def _used(samples: Samples) -> str:
    return ", ".join(f"{server} {used:.1f}" for server, used in samples.milliseconds_used.items())


def as_json(result: Result) -> dict[str, Any]:
    """Everything but the single samples."""
    rows = [
        {
            "clients": clients, "turns": turns, "system": name, "messages": len(s.took), "failed": s.failed, "messages_per_second": round(s.rate, 2),
            "p50_ms": round(s.percentile(0.5), 2), "p95_ms": round(s.percentile(0.95), 2), "rates_by_round": [round(r, 1) for r in s.rates],
            "p50_by_round_ms": [round(m * 1000, 2) for m in s.medians], "processor_ms_a_turn": {k: round(v, 2) for k, v in s.milliseconds_used.items()}, "p50_by_turn_ms": {k: round(v, 2) for k, v in s.by_turn().items()},
        }
        for (clients, turns), row in result.table.items() for name, s in row.items()
    ]  # fmt: skip
    ratios = [{"what": g.what, "goal": g.wanted, "ratio": round(g.measured, 3), "met": g.met} for g in goals(result.table, result.starts)]
    return {"facts": result.facts, "seconds_until_ready": result.starts, "ratios": ratios, "cases": rows}


def record(result: Result) -> None:
    """Write the figures into docs/speed.md, and the plot beside it."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n" + _markdown(result) + END + after)
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    PLOT.write_text(by_length({name: result.longest[name].by_turn() for name in ORDER}))


def _markdown(result: Result) -> str:
    table = result.table
    lines = ["| ratio | goal | met | of what |", "|---:|---:|---|---|"]
    lines += [
        f"| **{g.measured:.2f}** | {g.wanted.replace('>=', '≥').replace('<=', '≤')} | {'yes' if g.met else '**no**'} | {g.what} |"
        for g in goals(table, result.starts)
    ]
    lines += ["", "| clients | turns | system | messages/s | p50 ms | p95 ms | processor time of a turn, ms |", "|---:|---:|---|---:|---:|---:|---|"]
    for (clients, turns), row in table.items():
        for name in ORDER:
            s = row[name]
            lines.append(f"| {clients} | {turns} | {NAMES[name]} | {s.rate:.1f} | {s.percentile(0.5):.1f} | {s.percentile(0.95):.1f} | {_used(s)} |")
    lines += ["", *_by_message(result.longest)]
    lines += ["", f"![Median time of a turn by length of the conversation](plots/{PLOT.name})", ""]
    lines += [f"- {key}: {value}" for key, value in result.facts.items()]
    return "\n".join(lines) + "\n"


def _by_message(longest: dict[str, Samples]) -> list[str]:
    """What each message of the round takes: those with facts are read for, the others are only said."""
    said = ROUND["en"]
    columns = {name: longest[name].by_message(len(said)) for name in ORDER}
    lines = ["| message (in three languages) | " + " | ".join(f"{NAMES[name]}, p50 ms" for name in ORDER) + " |", "|---|" + "---:|" * len(ORDER)]
    return lines + [f"| {text} | " + " | ".join(f"{columns[name][place]:.1f}" for name in ORDER) + " |" for place, text in enumerate(said)]
