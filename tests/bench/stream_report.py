"""The page of capacity: figures, plot and plan, between markers in docs/capacity.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.config import ROOT
from tests.bench import capacity
from tests.bench.capacity import Costs, Need
from tests.bench.plot_cost import Panel, side_by_side

if TYPE_CHECKING:
    from tests.bench.streams import Extras, Row, Told

PAGE = ROOT / "docs" / "capacity.md"
PLOT = ROOT / "docs" / "plots" / "open-chats.svg"
START = ROOT / "var" / "bench" / "start.json"
BEGIN, END = "<!-- figures of `python -m tests.bench.streams`: begin -->", "<!-- figures of `python -m tests.bench.streams`: end -->"
REDIS = "PostgreSQL, Redis"


def line(row: Row) -> str:
    """A row while the bench runs."""
    head = f"{row.system:17} {row.streams:5d} open in {row.open_seconds:5.1f} s, {row.memory:.0f} MB"
    return f"{head}; idle second {row.idle.gateway:.0f} ms, {row.idle.statements:.1f} statements; told: {_told(row.some)}; all: {_told(row.all)}"


def _told(told: Told) -> str:
    lost = f", {told.missing} never" if told.missing else ""
    return f"{told.p50:.0f} / {told.p99:.0f} / {told.worst:.0f} ms{lost}"


def record(rows: list[Row], extras: Extras, facts: dict[str, str]) -> None:
    """Write figures, plot and plan; `make up`'s processes as `tests.bench.start` found them last."""
    start = json.loads(START.read_text())
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    parts = [_figures(rows, facts), _processes(start), _unit_costs(costs(rows, extras, start), extras), _plan(costs(rows, extras, start))]
    PAGE.write_text(before + BEGIN + "\n" + "\n\n".join(parts) + "\n" + END + after)
    PLOT.write_text(plot(rows))


def plot(rows: list[Row]) -> str:
    """Memory and processor time of the idle gateway against the number of open chats."""
    systems = list(dict.fromkeys(row.system for row in rows))

    def lines(value: Any) -> dict[str, list[tuple[float, float]]]:
        return {system: [(row.streams, value(row)) for row in rows if row.system == system] for system in systems}

    panels = [
        Panel("memory of the gateway", "MB", lines(lambda row: row.memory)),
        Panel("processor time of an idle second", "ms", lines(lambda row: row.idle.gateway)),
    ]
    return side_by_side("What open chats cost one gateway process in which nothing is said", "open chats", panels)


def _figures(rows: list[Row], facts: dict[str, str]) -> str:
    lines = [
        "| system | open chats | opened in, s | gateway, MB | a chat, KB | processor, ms of an idle second | statements of an idle second | connections |"
        " told: p50 / p99 / worst ms, of 100 | of all chats, messages/s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for r in rows:
        shown = f"| {r.system} | {r.streams:,} | {r.open_seconds:.0f} | {r.memory:.0f} | {r.stream_kb:.0f} | {r.idle.gateway:.0f} | {r.idle.statements:.1f}"
        lines.append(f"{shown} | {r.connections or '–'} | {_told(r.some)} | {_told(r.all)}, {r.all.rate:.0f} |")
    lines += ["", f"![Memory and processor time by number of open chats](plots/{PLOT.name})", ""]
    return "\n".join(lines + [f"- {name}: {value}" for name, value in facts.items()])


def _processes(start: dict[str, Any]) -> str:
    lines = ["| process | works after, s (three starts) | memory 5 s later, MB | processor time of a turn, ms |", "|---|---:|---:|---:|"]
    turns = start["turns"]
    for name, used in turns["milliseconds"].items():
        seconds = ", ".join(f"{s:.1f}" for s in start["started"]["seconds"].get(name, [])) or "–"
        memory = ", ".join(f"{m:.0f}" for m in start["started"]["memory"].get(name, [])) or "–"
        lines.append(f"| {name} | {seconds} | {memory} | {used:.1f} |")
    loads = start["facts"]
    end = f"Turns: 8 clients, {turns['rate']:.0f} a second, {turns['statements']:.0f} statements each (of all processes, BEGIN, COMMIT and pings included)."
    return "\n".join([*lines, "", f"{end} Load average before and after: {loads['load average before and after']}; measured {loads['measured']}."])


def costs(rows: list[Row], extras: Extras, start: dict[str, Any]) -> Costs:
    """What the plan reckons with: the largest number of chats with PostgreSQL and Redis, and the process bench."""
    row = max((r for r in rows if r.system == REDIS), key=lambda r: r.streams)
    turn, memory = start["turns"]["milliseconds"], start["started"]["memory"]
    return Costs(
        idle=row.idle.gateway / row.streams, look=row.telling.gateway, opening=row.opening.gateway, person=max(0.0, extras.waiting.gateway),
        turn_gateway=turn["gateway"], turn_assistant=turn["assistant"], turn_database=turn["PostgreSQL"],
        look_database=row.telling.database, opening_database=row.opening.database, person_database=max(0.0, extras.waiting.database),
        wake_redis=row.telling.redis, gateway_mb=row.memory_before, stream_kb=row.stream_kb, assistant_mb=max(memory["assistant"]),
        worker_mb=max(memory["worker"]), connections=row.connections,
    )  # fmt: skip


def _unit_costs(c: Costs, extras: Extras) -> str:
    rows = [
        ("an open, idle chat, a second", c.idle, None),
        ("telling a stream of a message (PostgreSQL: with storing it)", c.look, c.look_database),
        ("opening a stream", c.opening, c.opening_database),
        ("a chat that waits for a person, a second, beyond an idle one", c.person, c.person_database),
        ("a message in a conversation that nobody follows here", max(0.0, extras.stranger.gateway), None),
        ("a turn", c.turn_gateway, c.turn_database),
    ]
    lines = ["| processor time, ms, of | gateway | PostgreSQL |", "|---|---:|---:|"]
    lines += [f"| {what} | {gateway:.3f} | {'–' if database is None else f'{database:.3f}'} |" for what, gateway, database in rows]
    return "\n".join([*lines, f"\nRedis: {c.wake_redis:.3f} ms a wake-up that is told on; {extras.redis_mb:.0f} MB with a channel for each open chat."])


def _plan(c: Costs) -> str:
    needs = [capacity.need(chats, c) for chats in capacity.SIZES]
    head = "| | " + " | ".join(f"{n.chats:,} open chats" for n in needs) + " |\n|---|" + "---:|" * len(needs)
    rows: list[tuple[str, Any]] = [
        ("turns a second", lambda n: f"{n.turns:,.0f}"),
        ("gateways' work, cores", lambda n: f"{n.work:.2f}"),
        ("gateway processes, each a core", lambda n: f"{n.gateways:,}"),
        ("memory of each, MB", lambda n: f"{n.gateway_mb:.0f}"),
        (f"assistants ({c.assistant_mb:.0f} MB each, with its keeper)", lambda n: f"{n.assistants:,}"),
        ("PostgreSQL, cores busy", lambda n: f"{n.database_cores:.1f}"),
        ("connections to PostgreSQL (or to the pooler)", lambda n: f"{n.connections:,}"),
        ("Redis, cores busy", lambda n: f"{n.redis_cores:.2f}"),
    ]
    lines = [head, *(f"| {what} | " + " | ".join(show(n) for n in needs) + " |" for what, show in rows)]
    return "\n".join([*lines, "", _arithmetic(needs[1], c)])


def _arithmetic(n: Need, c: Costs) -> str:
    """The steps for one size."""
    opens, persons = n.chats * capacity.OPENINGS_A_MINUTE / 60, n.chats * capacity.WITH_PERSON
    steps = [
        f"turns: {n.chats:,} × {capacity.MESSAGES_A_MINUTE} / 60 = {n.turns:.0f} a second",
        f"gateways' work: {n.chats:,} × {c.idle:.3f} ms (idle) + {n.turns:.0f} × ({c.turn_gateway:.1f} + {capacity.LOOKS_A_TURN} × {c.look:.2f}) ms (turns, told)"
        f" + {opens:.0f} × {c.opening:.1f} ms (streams opened) + {persons:,.0f} × {c.person:.2f} ms (with a person) = {n.work:.2f} cores",
        f"gateways: the larger of {n.chats:,} / {capacity.STREAMS_A_GATEWAY:,} and {n.work:.2f} / {capacity.BUSY} = {n.gateways}",
        f"memory of each: {c.gateway_mb:.0f} MB + {c.stream_kb:.0f} KB × {n.chats / n.gateways:,.0f} = {n.gateway_mb:.0f} MB",
        f"assistants: {n.turns:.0f} × {c.turn_assistant:.1f} ms / {capacity.BUSY} = {n.assistants}",
        f"PostgreSQL: {n.turns:.0f} × ({c.turn_database:.1f} + {capacity.LOOKS_A_TURN} × {c.look_database:.2f}) ms + {opens:.0f} × {c.opening_database:.2f} ms"
        f" + {persons:,.0f} × {c.person_database:.2f} ms = {n.database_cores:.1f} cores (at most: the storing of a message is in both)",
        f"connections: {n.gateways} × {c.connections}, the most that one gateway had open = {n.connections:,}",
        f"Redis: {n.turns:.0f} × {capacity.WAKES_A_TURN} × {c.wake_redis:.3f} ms = {n.redis_cores:.2f} cores",
    ]
    return "\n".join([f"The steps for {n.chats:,}:", "", *(f"- {step}" for step in steps)])
