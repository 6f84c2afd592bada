"""How soon each process works and what it takes then, and what a turn costs each: `python -m tests.bench.start`.

Gateway, assistant (with the keeper that starts it) and worker by the commands of `make up`, on PostgreSQL and Redis (private ones):
started one after the other, three times, memory 5 s after each works. "Works": the gateway answers, the assistant has loaded its NLU
model and tried it, the worker has emptied its queue. The last time, 8 clients then talk to them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from api.app import create_app
from api.config import ROOT, Settings
from api.db import db
from api.demo.load import load_if_empty
from api.launch.processes import processes
from api.migrations.run import upgrade
from tests import postgres
from tests.bench import machine
from tests.bench.desk import settings_in
from tests.bench.load import Job
from tests.bench.played import played
from tests.bench.processes import Server, environment, family_seconds, memory_mb, processor_seconds, running
from tests.bench.stream_stand import COUNTED, Database
from tests.faults.servers import Redis

CACHE = ROOT / "var" / "bench"
TIMES, QUIET_SECONDS, PATIENCE = 3, 5.0, 120.0
CLIENTS, TURNS, CONVERSATIONS = 8, 5, 48
OUT = CACHE / "start.json"


@dataclass(frozen=True)
class Started:
    """Seconds until each process worked, and its memory in MB 5 s later; a value for each time."""

    seconds: dict[str, list[float]]
    memory: dict[str, list[float]]


@dataclass(frozen=True)
class Turns:
    """Of each turn: processor milliseconds by process, and statements of all processes; how many there were a second."""

    milliseconds: dict[str, float]
    statements: float
    rate: float
    failed: int


@dataclass(frozen=True)
class Place:
    """What the processes stand on, and what they are told."""

    settings: Settings
    told: dict[str, str]
    app: Any
    database: Database
    redis: Redis


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """PostgreSQL with the demo company, and Redis."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server(*COUNTED))
        server.create("desk")
        database = Database(server.url("desk"), folder / "statements", server.pid)
        database.ask_at(server.url("postgres"))
        stack.callback(database.close)
        redis = Redis()
        stack.callback(redis.close)
        settings = settings_in(folder).model_copy(update={"database_url": database.url, "redis_url": redis.url})
        app = create_app(settings)
        with app.app_context():
            upgrade()
            load_if_empty()
            db.session.commit()
        told = environment(
            DESK_VAR=str(folder), DESK_PORT=str(settings.port), DESK_ASSISTANT_URL=settings.assistant_url, DESK_DATABASE_URL=database.url,
            DESK_REDIS_URL=redis.url, DESK_RATE_LIMIT="off", DESK_LOG_LEVEL="ERROR", DESK_SECRET_KEY=settings.secret_key.get_secret_value(),
            DESK_ASSISTANT_SECRET=settings.assistant_secret.get_secret_value(),
        )  # fmt: skip
        yield Place(settings, told, app, database, redis)


@contextmanager
def all_started(at: Place, folder: Path, note: Callable[[str, float, float], None]) -> Iterator[dict[str, Server]]:
    """Start one process after the other; `note`: its name, seconds and MB."""
    commands = {process.name: process.command for process in processes(at.settings)}
    ready = {"gateway": f"http://{at.settings.host}:{at.settings.port}/healthz", "assistant": f"{at.settings.assistant_url}/readyz", "worker": ""}
    with ExitStack() as stack:
        servers = {}
        for name in ("gateway", "assistant", "worker"):
            if name == "worker":
                at.app.extensions["jobs"]["run"]("desk.nothing")
            began = time.monotonic()
            server = servers[name] = stack.enter_context(running(name, commands[name], at.told, folder, ready[name]))
            server.wait(PATIENCE) if ready[name] else _emptied(at.app)
            took = time.monotonic() - began
            time.sleep(QUIET_SECONDS)
            note(name, took, memory_mb(server.process.pid))
        yield servers


def _emptied(app: Any) -> None:
    """Until the worker has taken what was in its queue."""
    until = time.monotonic() + PATIENCE
    while app.extensions["jobs"]["huey"].pending_count():
        if time.monotonic() > until:
            raise TimeoutError("the worker did not take its work")
        time.sleep(0.02)


def measure(folder: Path) -> tuple[Started, Turns]:
    """Start everything three times; the last time, have turns made."""
    started = Started({}, {})

    def note(name: str, seconds: float, megabytes: float) -> None:
        started.seconds.setdefault(name, []).append(seconds)
        started.memory.setdefault(name, []).append(megabytes)

    with place(folder) as at:
        for number in range(TIMES):
            with all_started(at, folder, note) as servers:
                if number == TIMES - 1:
                    return started, turns(at, servers)
    raise AssertionError("unreachable")


def turns(at: Place, servers: dict[str, Server]) -> Turns:
    """Eight clients at a time, after a round that is not measured."""
    url = f"http://{at.settings.host}:{at.settings.port}"
    played(Job("ours", url, "", 2, 10, 6, 60))

    def used() -> dict[str, float]:
        own = {name: processor_seconds(server.process.pid) for name, server in servers.items()}
        return own | {"PostgreSQL": at.database.processor_seconds(), "Redis": family_seconds(at.redis.pid)}

    before, said = used(), at.database.statements()
    done = played(Job("ours", url, "", CLIENTS, TURNS, CONVERSATIONS, 60))
    number = len(done.took)
    milliseconds = {name: 1000 * (seconds - before[name]) / number for name, seconds in used().items()}
    return Turns(milliseconds, (at.database.statements() - said) / number, number / done.seconds, done.failed)


def main() -> int:
    """Measure, tell, keep as JSON for the page of capacity."""
    CACHE.mkdir(parents=True, exist_ok=True)
    began, folder = machine.load(), Path(tempfile.mkdtemp(prefix="start-", dir=CACHE))
    try:
        started, made = measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, seconds in started.seconds.items():
        memory = started.memory[name]
        each = ", ".join(f"{s:.1f} s {m:.0f} MB" for s, m in zip(seconds, memory, strict=True))
        print(f"{name:10} {median(seconds):5.1f} s {median(memory):5.0f} MB   ({each})")
    print(made)
    facts = {"load average before and after": f"{began}; {machine.load()}", "measured": time.strftime("%Y-%m-%d")}
    OUT.write_text(json.dumps({"started": asdict(started), "turns": asdict(made), "facts": facts}, indent=1) + "\n")
    return 1 if made.failed else 0


if __name__ == "__main__":
    sys.exit(main())
