"""Whole turns beside the bare assistant and stock Rasa, in one run: `python -m tests.bench.run` (`make bench`).

Four systems get the same messages in the same order, by the same client: ours through the gateway, on SQLite and on
PostgreSQL, our assistant alone (the client carries the state), and stock Rasa with our domain and actions. Rounds are
interleaved, each beginning with another system, so that whatever else the machine does hits all alike. What counts are
the ratios. Before that, each process is started alone, and our NLU model is trained.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from api.config import ROOT
from tests import postgres
from tests.bench import machine, readiness, report
from tests.bench.desk import desk
from tests.bench.figures import ORDER, Case, Samples, Table
from tests.bench.load import Done, Job
from tests.bench.played import played
from tests.bench.processes import DidNotStart, Server, memory_mb, processor_seconds
from tests.bench.stock import stock, trained

CACHE = ROOT / "var" / "bench"


@dataclass(frozen=True)
class Plan:
    """Rounds; for each case (clients, turns) the conversations of a round; seconds that a job may take."""

    rounds: int
    cases: dict[Case, int]
    seconds: float
    starts: int = 0


FULL = Plan(2, {(1, 1): 30, (1, 5): 12, (1, 10): 6, (1, 100): 3, (1, 500): 1, (8, 5): 48, (8, 100): 8, (32, 5): 96}, 120, 2)
SHORT = Plan(1, {(1, 5): 12, (1, 100): 2, (8, 5): 32, (32, 5): 64}, 40)


@dataclass(frozen=True)
class Target:
    """Where a system is asked."""

    url: str
    secret: str = ""


def measure(plan: Plan, targets: dict[str, Target], servers: list[Server]) -> Table:
    """Play all rounds; each job in a client process of its own."""
    table: Table = {case: {name: Samples() for name in ORDER} for case in plan.cases}
    for name in ORDER:  # not measured: connections, caches, and what a process loads on its first message
        _play(name, targets[name], (2, 10), 6, 60)
    for number in range(plan.rounds):
        for case, conversations in plan.cases.items():
            for name in ORDER[number % len(ORDER) :] + ORDER[: number % len(ORDER)]:
                before = _used(servers)
                done = _play(name, targets[name], case, conversations, plan.seconds)
                table[case][name].add(done, {server: used - before[server] for server, used in _used(servers).items()})
                print(_progress(number, plan, case, name, done), file=sys.stderr)
    return table


def _play(name: str, target: Target, case: Case, conversations: int, seconds: float) -> Done:
    done = played(Job(name, target.url, target.secret, case[0], case[1], conversations, seconds))
    if not done.took:
        raise DidNotStart(f"{name} has answered nothing: {done.wrong}")
    return done


def _used(servers: list[Server]) -> dict[str, float]:
    return {server.name: processor_seconds(server.process.pid) for server in servers}


def _progress(number: int, plan: Plan, case: Case, name: str, done: Done) -> str:
    rate = len(done.took) / done.seconds if done.seconds else 0
    cut = ", cut short" if done.cut else ""
    return f"round {number + 1}/{plan.rounds}  {case[0]} clients x {case[1]:3d} turns  {name:5s} {rate:7.1f} messages/s, {done.failed} failed{cut}"


def bench(plan: Plan, folder: Path) -> report.Result:
    """Start everything, measure, stop everything."""
    archive = trained(CACHE)
    began = machine.load()
    trained_in = readiness.training(folder / "training") if plan.starts else 0.0
    understood = readiness.understanding() if plan.starts else {}
    ready = readiness.ready_after(archive, folder / "starts", plan.starts) if plan.starts else {}
    with ExitStack() as stack:
        database = stack.enter_context(postgres.server(fast=False))
        database.create("desk")
        ours = stack.enter_context(desk(folder / "sqlite"))
        pg = stack.enter_context(desk(folder / "postgresql", database.url("desk"), " on PostgreSQL"))
        stock_url, stock_servers = stack.enter_context(stock(archive, folder, f"{ours.gateway}/internal/v1", ours.secret))
        print("starting gateways, assistants, stock Rasa and its action server …", file=sys.stderr)
        servers = [*ours.servers, *pg.servers, *stock_servers]
        for server in servers:
            server.wait()
        targets = {"ours": Target(ours.gateway), "pg": Target(pg.gateway), "bare": Target(ours.assistant, ours.secret), "stock": Target(stock_url)}
        table = measure(plan, targets, servers)
        memory = ", ".join(f"{server.name} {memory_mb(server.process.pid):.0f} MB" for server in servers)
    facts = (
        machine.describe()
        | _before(ready, trained_in, understood)
        | {"memory after the run": memory, "load average before and after": f"{began}; {machine.load()}"}
    )
    facts |= {"measured": f"{time.strftime('%Y-%m-%d')}, {plan.rounds} round(s), systems interleaved, client on the same machine"}
    return report.Result(table, ready, facts)


def _before(ready: dict[str, float], trained_in: float, understood: dict[str, float]) -> report.Facts:
    """What was measured before the turns, in words."""
    if not ready:
        return {}
    return {
        "from start to ready, each alone": ", ".join(f"{name} {seconds:.1f} s" for name, seconds in ready.items()),
        "training of our whole NLU model": f"{trained_in:.0f} s",
        "our NLU, one message alone": f"{understood['p50']} ms, one in twenty {understood['p95']} ms or more",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when something of ours was not answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="a few minutes instead of thirty, and docs/speed.md stays as it is")
    parser.add_argument("--record", action="store_true", help="write docs/speed.md after a short run, too")
    parser.add_argument("--out", type=Path, default=CACHE / "result.json", help="where the figures go as JSON")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=CACHE))
    try:
        result = bench(SHORT if options.short else FULL, folder)
    except (DidNotStart, subprocess.SubprocessError) as error:
        print(f"The bench stopped: {error}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(report.on_screen(result))
    options.out.write_text(json.dumps(report.as_json(result), indent=1, ensure_ascii=False) + "\n")
    if options.record or not options.short:
        report.record(result)
    return 1 if any(row[name].failed for row in result.table.values() for name in ("ours", "pg")) else 0


if __name__ == "__main__":
    sys.exit(main())
