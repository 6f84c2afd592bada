"""What the bench of streams stands on: one gateway with its database, a process that writes, and one that listens."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert

from api.app import create_app
from api.config import ROOT, load_settings
from api.conversations.models import Conversation, Message
from api.conversations.service import token_hash
from api.db import db, new_id
from api.launch.processes import processes
from api.migrations.run import upgrade
from tests import postgres
from tests.bench import counted
from tests.bench.processes import Server, environment, family_seconds, free_port, running
from tests.faults.servers import Redis

COUNTED = ("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on", "pg_stat_statements.max=1000")
STATEMENTS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = 'desk'"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'desk'"
SAID = "Thank you for writing. A recruiter will look at your question, and you will be told here."


class Helper:
    """A process of the bench that is given orders as JSON lines and answers each with one."""

    def __init__(self, module: str, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True, encoding="utf-8"
        )

    def tell(self, order: dict[str, Any]) -> None:
        """Give an order, and do not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """The next answer. Raises `RuntimeError` if the process has ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait(10)}")
        return json.loads(line)

    def ask(self, order: dict[str, Any]) -> Any:
        """Order and answer."""
        self.tell(order)
        return self.answer()

    def close(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


@dataclass
class Database:
    """How its statements and connections are counted."""

    url: str
    counter: Path
    pid: int = 0
    _asked: psycopg.Connection[Any] | None = field(default=None)

    def ask_at(self, url: str) -> None:
        """Ask PostgreSQL itself, over a connection to another database, which is not counted."""
        self._asked = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._asked.execute("CREATE EXTENSION pg_stat_statements")

    def statements(self) -> int:
        """What the processes of the desk have asked so far (PostgreSQL: with BEGIN, COMMIT and pings)."""
        return int(self._number(STATEMENTS)) if self._asked else counted.count(self.counter)

    def connections(self) -> int:
        """Open ones of the desk now; SQLite has none."""
        return int(self._number(CONNECTIONS)) if self._asked else 0

    def processor_seconds(self) -> float:
        """What PostgreSQL's processes have used; SQLite is part of the gateway."""
        return family_seconds(self.pid) if self.pid else 0.0

    def _number(self, query: str) -> Any:
        assert self._asked is not None
        [found] = self._asked.execute(query).fetchone() or [0]  # type: ignore[call-overload]
        return found

    def close(self) -> None:
        if self._asked:
            self._asked.close()


@dataclass(frozen=True)
class Stand:
    """All that runs, and the conversations that were made; one token opens each."""

    gateway: Server
    database: Database
    listener: Helper
    writer: Helper
    conversations: list[str]
    waiting: list[str]
    redis: Redis | None


@contextmanager
def stand(folder: Path, postgresql: bool, conversations: int, waiting: int) -> Iterator[Stand]:
    """PostgreSQL with Redis, or SQLite alone; a gateway as `make up` starts it, without limits by address.

    `waiting`: how many conversations wait for a person, besides those with the assistant.
    """
    with ExitStack() as stack:
        database, redis = Database("", folder / "statements"), None
        if postgresql:
            server = stack.enter_context(postgres.server(*COUNTED))
            server.create("desk")
            database.url, database.pid = server.url("desk"), server.pid
            database.ask_at(server.url("postgres"))
            redis = Redis()
            stack.callback(redis.close)
        stack.callback(database.close)
        token, port = secrets.token_urlsafe(32), free_port()
        told = _environment(folder, port, database.url, redis.url if redis else "")
        made = _fill(told, token, conversations, "assistant"), _fill(told, token, waiting, "queue")
        gateway = stack.enter_context(_gateway(told, folder, port, database, counts=not postgresql))
        gateway.wait(60)
        threading.Event().wait(3)  # what a gateway loads only once it answers is loaded
        listener, writer = Helper("tests.bench.stream_client", environment()), Helper("tests.bench.stream_writer", told)
        stack.callback(listener.close)
        stack.callback(writer.close)
        listener.tell({"port": port, "token": token})
        yield Stand(gateway, database, listener, writer, *made, redis)


def _environment(folder: Path, port: int, database_url: str, redis_url: str) -> dict[str, str]:
    return environment(
        DESK_VAR=str(folder), DESK_PORT=str(port), DESK_DATABASE_URL=database_url, DESK_REDIS_URL=redis_url, DESK_RATE_LIMIT="off",
        DESK_LOG_LEVEL="ERROR", DESK_SECRET_KEY=secrets.token_urlsafe(32), DESK_ASSISTANT_SECRET=secrets.token_urlsafe(32),
    )  # fmt: skip


def _gateway(told: dict[str, str], folder: Path, port: int, database: Database, counts: bool) -> Any:
    command = next(process.command for process in processes(load_settings(**_settings(told))) if process.name == "gateway")
    if counts:
        command = [sys.executable, "-m", "tests.bench.counted", str(database.counter), *command]
    return running("gateway", command, told, folder, f"http://127.0.0.1:{port}/healthz")


def _settings(told: dict[str, str]) -> dict[str, Any]:
    return {name.removeprefix("DESK_").lower(): value for name, value in told.items() if name.startswith("DESK_")}


def _fill(told: dict[str, str], token: str, number: int, owner: str) -> list[str]:
    """Make the schema and conversations of two messages, straight in the database."""
    app = create_app(load_settings(**_settings(told)))
    made = [new_id() for _ in range(number)]
    if not made:
        return made
    with app.app_context():
        upgrade()
        talks = [{"id": id_, "token_hash": token_hash(token), "language": "en", "last_seq": 2, "owner": owner} for id_ in made]
        db.session.execute(insert(Conversation), talks)
        said = [{"id": new_id(), "conversation_id": id_, "seq": seq, "sender": "assistant", "text": SAID, "language": "en"} for id_ in made for seq in (1, 2)]
        db.session.execute(insert(Message), said)
        db.session.commit()
        db.engine.dispose()
    return made
