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
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import redis

from api.config import ROOT
from api.conversations.wake_ups import channel
from tests.bench import machine, stream_report
from tests.bench.figures import percentile
from tests.bench.processes import DidNotStart, family_seconds, memory_mb, processor_seconds
from tests.bench.stream_stand import Stand, stand

CACHE = ROOT / "var" / "bench"
SYSTEMS = {"PostgreSQL, Redis": True, "SQLite": False}
LIMIT_SECONDS = 480
SETTLE_SECONDS, LATE_SECONDS = 1.0, 5.0
SAMPLE, SAMPLE_SECONDS = 100, 4.0


@dataclass(frozen=True)
class Plan:
    """Numbers of open chats by system; seconds of idling; seconds over which every chat is then sent a message, by number.

    `waiting`: chats that wait for a person, opened at the end; `strangers`: wake-ups of conversations that nobody follows here.
    """

    numbers: dict[str, Sequence[int]]
    idle_seconds: float
    all_seconds: dict[int, float]
    waiting: int
    strangers: int


FULL = Plan({"PostgreSQL, Redis": (100, 1000, 5000), "SQLite": (100, 5000)}, 15, {100: 2, 1000: 8, 5000: 40}, 300, 10_000)
SHORT = Plan({"PostgreSQL, Redis": (100, 1000), "SQLite": (1000,)}, 5, {100: 1, 1000: 6}, 100, 2_000)


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
class Used:
    """Processor milliseconds of the gateway's processes, of PostgreSQL's and Redis', and statements; of what, says whoever holds it."""

    gateway: float
    database: float
    redis: float
    statements: float

    def beyond(self, idle: Used, number: float) -> Used:
        """Without what an idle gateway uses meanwhile, divided by the number of what was done."""
        return Used(*((getattr(self, f.name) - getattr(idle, f.name)) / number for f in fields(self)))


@dataclass(frozen=True)
class Row:
    """One number of open chats on one system. `memory` in MB, of the gateway's processes; `connections`: most seen, to PostgreSQL."""

    system: str
    streams: int
    open_seconds: float
    memory_before: float
    memory: float
    connections: int
    opening: Used  # of a stream
    idle: Used  # of a second
    telling: Used  # of a message
    some: Told
    all: Told

    @property
    def stream_kb(self) -> float:
        """What one stream takes, in KB."""
        return (self.memory - self.memory_before) * 1024 / self.streams


@dataclass(frozen=True)
class Extras:
    """What else the plan needs. `waiting`: of a second, of one chat that waits for a person; `stranger`: of a wake-up that is for
    another gateway; `redis_mb`: Redis' memory with all channels."""

    waiting: Used
    stranger: Used
    redis_mb: float


class Meter:
    """What is used from now on."""

    def __init__(self, desk: Stand) -> None:
        self._desk, self._began, self.seconds = desk, time.monotonic(), 0.0
        self._before = self._now()

    def _now(self) -> tuple[float, float, float, float]:
        desk = self._desk
        redis_used = family_seconds(desk.redis.pid) if desk.redis else 0.0
        used = processor_seconds(desk.gateway.process.pid), desk.database.processor_seconds(), redis_used
        return 1000 * used[0], 1000 * used[1], 1000 * used[2], desk.database.statements()

    def of(self, number: float) -> Used:
        """Divided by the number of what was done."""
        return Used(*((now - before) / number for now, before in zip(self._now(), self._before, strict=True)))

    def of_a_second(self) -> Used:
        self.seconds = time.monotonic() - self._began
        return self.of(self.seconds)


def measure(system: str, plan: Plan, folder: Path) -> tuple[list[Row], Extras | None]:
    """Open more and more streams on one gateway."""
    numbers, rows = plan.numbers[system], []
    with stand(folder, SYSTEMS[system], max(numbers), plan.waiting) as desk:
        before, opened = memory_mb(desk.gateway.process.pid), 0
        for number in numbers:
            rows.append(_row(desk, system, plan, opened, number, before))
            opened = number
            print(stream_report.line(rows[-1]), file=sys.stderr)
        return rows, _extras(desk, plan, rows[-1]) if desk.redis else None


def _row(desk: Stand, system: str, plan: Plan, opened: int, number: int, before: float) -> Row:
    seconds, opening = _open(desk, desk.conversations[opened:number])
    idle, memory = _idle(desk, plan.idle_seconds), memory_mb(desk.gateway.process.pid)
    some, _ = _send(desk, desk.conversations[: number : number // SAMPLE], SAMPLE_SECONDS)
    everybody, telling = _send(desk, desk.conversations[:number], plan.all_seconds[number])
    return Row(system, number, seconds, before, memory, desk.database.connections(), opening, idle, telling, some, everybody)


def _open(desk: Stand, conversations: list[str]) -> tuple[float, Used]:
    meter = Meter(desk)
    came = desk.listener.ask({"open": conversations})
    if came["failed"]:
        raise DidNotStart(f"{came['failed']} streams did not open: {came['why']}")
    return came["seconds"], meter.of(len(conversations))


def _idle(desk: Stand, seconds: float) -> Used:
    time.sleep(SETTLE_SECONDS)
    meter = Meter(desk)
    time.sleep(seconds)
    return meter.of_a_second()


def _send(desk: Stand, conversations: list[str], seconds: float) -> tuple[Told, Used]:
    """Have another process store a message in each: how soon each was told, and what that used (PostgreSQL: with the storing)."""
    desk.listener.ask({"heard": True})
    meter, began = Meter(desk), time.monotonic()
    committed = desk.writer.ask({"conversations": conversations, "seconds": seconds})
    took, until = time.monotonic() - began, time.monotonic() + LATE_SECONDS
    heard: dict[tuple[str, int], float] = {}
    while len(heard) < len(committed) and time.monotonic() < until:
        time.sleep(0.2)
        answer = desk.listener.ask({"heard": True})
        heard |= {(name, seq): at for name, seq, at in answer["heard"]}
        if answer["lost"]:
            raise DidNotStart(f"{answer['lost']} streams ended")
    waits = [1000 * (heard[name, seq] - at) for name, seq, at in committed if (name, seq) in heard]
    told = Told(len(committed) / took, len(committed), len(committed) - len(waits), percentile(waits, 0.5), percentile(waits, 0.99), max(waits, default=0.0))
    return told, meter.of(len(committed))


def _extras(desk: Stand, plan: Plan, last: Row) -> Extras:
    """Wake-ups that are for other gateways, then chats that wait for a person, on top of all others."""
    assert desk.redis is not None
    client = redis.Redis.from_url(desk.redis.url)
    meter = Meter(desk)
    for number in range(plan.strangers):
        client.publish(channel(f"nobody-follows-{number:08}"), b"")
        if number % 100 == 99:
            time.sleep(0.05)
    found = meter.of_a_second()
    stranger = found.beyond(last.idle, plan.strangers / meter.seconds)
    _open(desk, desk.waiting)
    waiting = _idle(desk, plan.idle_seconds).beyond(last.idle, plan.waiting)
    return Extras(waiting, stranger, client.info("memory")["used_memory_rss"] / 2**20)


def bench(plan: Plan) -> tuple[list[Row], Extras | None, dict[str, str]]:
    """Both systems, one after the other."""
    began, rows, extras = machine.load(), [], None
    for system in plan.numbers:
        with tempfile.TemporaryDirectory(prefix="streams-", dir=CACHE, ignore_cleanup_errors=True) as folder:
            found, more = measure(system, plan, Path(folder))
            rows, extras = rows + found, extras or more
    on = {name: what.removesuffix(", SQLite") for name, what in machine.describe().items() if "Rasa" not in name}
    return rows, extras, on | {"load average before and after": f"{began}; {machine.load()}", "measured": time.strftime("%Y-%m-%d")}


def _too_late(*_: object) -> None:
    raise DidNotStart(f"{LIMIT_SECONDS} s are over; the machine is too busy to measure on")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when a message was not told within a second, or not at all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.streams", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="a minute instead of five, and the page stays as it is")
    parser.add_argument("--out", type=Path, default=CACHE / "streams.json", help="where the figures go as JSON")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(LIMIT_SECONDS)
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        rows, extras, facts = bench(SHORT if options.short else FULL)
    except DidNotStart as error:
        print(f"The bench stopped: {error}", file=sys.stderr)
        return 2
    options.out.write_text(
        json.dumps({"facts": facts, "rows": [asdict(row) for row in rows], "extras": asdict(extras) if extras else None}, indent=1, ensure_ascii=False) + "\n"
    )
    if not options.short:
        stream_report.record(rows, extras, facts)
    return 1 if any(told.missing or told.worst > 1000 for row in rows for told in (row.some, row.all)) else 0


if __name__ == "__main__":
    sys.exit(main())
