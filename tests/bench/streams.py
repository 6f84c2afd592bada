"""What open chats cost a gateway in which nothing is said, and how soon each is told: `python -m tests.bench.streams [--short]`.

One gateway process (gunicorn with gevent), twice: with PostgreSQL and Redis, and with SQLite alone. A client process opens streams,
each on a conversation of its own, and leaves them idle; then another process stores messages, as a second gateway or a worker
would. Told is: processor time, memory and database statements of the idle gateway, and the time from a commit to its stream.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from api.config import ROOT
from tests.bench import machine, stream_report
from tests.bench.figures import percentile
from tests.bench.processes import DidNotStart, memory_mb, processor_seconds
from tests.bench.stream_stand import Stand, stand

CACHE = ROOT / "var" / "bench"
SYSTEMS = {"PostgreSQL, Redis": True, "SQLite": False}
SETTLE_SECONDS, LATE_SECONDS = 2.0, 5.0
SAMPLE, SAMPLE_SECONDS = 100, 5.0


@dataclass(frozen=True)
class Plan:
    """Numbers of open chats by system; seconds of idling; seconds over which every chat is then sent a message, by number."""

    numbers: dict[str, Sequence[int]]
    idle_seconds: float
    all_seconds: dict[int, float]


FULL = Plan({"PostgreSQL, Redis": (100, 1000, 5000), "SQLite": (100, 1000, 5000)}, 15, {100: 2, 1000: 6, 5000: 30})
SHORT = Plan({"PostgreSQL, Redis": (100, 1000), "SQLite": (100, 1000)}, 5, {100: 1, 1000: 6})


@dataclass(frozen=True)
class Told:
    """Milliseconds from commit to stream: of `sent` messages at `rate` a second, of which `missing` were never told."""

    rate: float
    sent: int
    missing: int
    p50: float
    p99: float
    worst: float


@dataclass(frozen=True)
class Row:
    """One number of open chats on one system. Memory in MB and processor milliseconds a second are of the gateway's processes."""

    system: str
    streams: int
    open_seconds: float
    memory: float
    memory_before: float
    idle_processor: float
    idle_statements: float
    connections: int
    some: Told
    all: Told
    all_processor: float

    @property
    def stream_kb(self) -> float:
        """What one stream takes."""
        return (self.memory - self.memory_before) * 1024 / self.streams


def measure(system: str, plan: Plan, folder: Path) -> list[Row]:
    """Open more and more streams on one gateway."""
    numbers, rows = plan.numbers[system], []
    with stand(folder, SYSTEMS[system], max(numbers)) as desk:
        before, opened = memory_mb(desk.gateway.process.pid), 0
        for number in numbers:
            rows.append(_row(desk, system, plan, opened, number, before))
            opened = number
            print(stream_report.line(rows[-1]), file=sys.stderr)
    return rows


def _row(desk: Stand, system: str, plan: Plan, opened: int, number: int, before: float) -> Row:
    came = desk.listener.ask({"open": desk.conversations[opened:number]})
    if came["failed"]:
        raise DidNotStart(f"{came['failed']} streams did not open: {came['why']}")
    time.sleep(SETTLE_SECONDS)
    processor, statements = _idle(desk, plan.idle_seconds)
    memory = memory_mb(desk.gateway.process.pid)
    some, _ = _send(desk, desk.conversations[: number : number // SAMPLE], SAMPLE_SECONDS)
    everybody, used = _send(desk, desk.conversations[:number], plan.all_seconds[number])
    connections = desk.database.connections()
    return Row(system, number, came["seconds"], memory, before, processor, statements, connections, some, everybody, used)


def _idle(desk: Stand, seconds: float) -> tuple[float, float]:
    """Processor milliseconds and statements of an idle second."""
    began, used, said = time.monotonic(), processor_seconds(desk.gateway.process.pid), desk.database.statements()
    time.sleep(seconds)
    took = time.monotonic() - began
    return 1000 * (processor_seconds(desk.gateway.process.pid) - used) / took, (desk.database.statements() - said) / took


def _send(desk: Stand, conversations: list[str], seconds: float) -> tuple[Told, float]:
    """Have another process store a message in each; how soon they were told, and the gateway's processor milliseconds a message."""
    desk.listener.ask({"heard": True})
    used, began = processor_seconds(desk.gateway.process.pid), time.monotonic()
    committed = desk.writer.ask({"conversations": conversations, "seconds": seconds})
    took, heard, until = time.monotonic() - began, {}, time.monotonic() + LATE_SECONDS
    while len(heard) < len(committed) and time.monotonic() < until:
        time.sleep(0.2)
        answer = desk.listener.ask({"heard": True})
        heard |= {(name, seq): at for name, seq, at in answer["heard"]}
        if answer["lost"]:
            raise DidNotStart(f"{answer['lost']} streams ended")
    waits = [1000 * (heard[name, seq] - at) for name, seq, at in committed if (name, seq) in heard]
    processor = 1000 * (processor_seconds(desk.gateway.process.pid) - used) / len(committed)
    rate, missing = len(committed) / took, len(committed) - len(waits)
    return Told(rate, len(committed), missing, percentile(waits, 0.5), percentile(waits, 0.99), max(waits, default=0.0)), processor


def bench(plan: Plan) -> tuple[list[Row], dict[str, str]]:
    """Both systems, one after the other."""
    began, rows = machine.load(), []
    for system in plan.numbers:
        with tempfile.TemporaryDirectory(prefix="streams-", dir=CACHE, ignore_cleanup_errors=True) as folder:
            rows += measure(system, plan, Path(folder))
    return rows, machine.describe() | {"load average before and after": f"{began}; {machine.load()}", "measured": time.strftime("%Y-%m-%d")}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when a message was not told within a second, or not at all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.streams", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="a minute instead of four, and the page stays as it is")
    parser.add_argument("--out", type=Path, default=CACHE / "streams.json", help="where the figures go as JSON")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        rows, facts = bench(SHORT if options.short else FULL)
    except DidNotStart as error:
        print(f"The bench stopped: {error}", file=sys.stderr)
        return 2
    options.out.write_text(json.dumps({"facts": facts, "rows": [asdict(row) for row in rows]}, indent=1, ensure_ascii=False) + "\n")
    if not options.short:
        stream_report.record(rows, facts)
    return 1 if any(told.missing or told.worst > 1000 for row in rows for told in (row.some, row.all)) else 0


if __name__ == "__main__":
    sys.exit(main())
