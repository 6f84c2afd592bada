"""The desk as real processes that are harmed and come back, as a supervisor would bring them back."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from apiflask import APIFlask

from api.app import create_app
from api.config import ROOT, load_settings
from api.db import db
from api.demo.load import load_if_empty
from api.launch.processes import Process, processes
from api.migrations.run import upgrade
from tests.bench.processes import end, environment, free_port
from tests.faults.mailserver import MailServer
from tests.faults.pooler import Pooler
from tests.faults.servers import Postgres, Redis

BIN = ROOT / ".venv" / "bin"


@dataclass(frozen=True)
class Kind:
    """What the desk stands on: `postgresql` (behind PgBouncer: `pooled`) or SQLite, with Redis or without, and how many gateways."""

    postgresql: bool = False
    pooled: bool = False
    redis: bool = False
    gateways: int = 1

    def __str__(self) -> str:
        parts = [
            "PostgreSQL" if self.postgresql else "SQLite",
            *(["PgBouncer"] if self.pooled else []),
            *(["Redis"] if self.redis else []),
            *([f"{self.gateways} gateways"] if self.gateways > 1 else []),
        ]
        return ", ".join(parts)


class Stand:
    """Gateways, a worker and a stand-in for the assistant. Whatever ends is started again within a second."""

    def __init__(self, folder: Path, kind: Kind, **settings: str) -> None:
        self.kind, self.folder = kind, folder
        self.postgres = Postgres() if kind.postgresql else None
        self.pooler = Pooler(self.postgres) if self.postgres and kind.pooled else None
        self.redis = Redis() if kind.redis else None
        self.mail = MailServer()
        self.ports = [free_port() for _ in range(kind.gateways)]
        self.assistant_port = free_port()
        own = {
            "DESK_VAR": str(folder), "DESK_ASSISTANT_URL": f"http://127.0.0.1:{self.assistant_port}", "DESK_RATE_LIMIT": "off", "DESK_LOG_LEVEL": "ERROR",
            "DESK_SECRET_KEY": secrets.token_urlsafe(32), "DESK_ASSISTANT_SECRET": secrets.token_urlsafe(32), "DESK_TURN_TIMEOUT": "2", "DESK_HANDOFF_AFTER": "600",
            "DESK_DATABASE_URL": self.postgres.url if self.postgres else "", "DESK_REDIS_URL": self.redis.url if self.redis else "",
            "DESK_SMTP_URL": self.mail.url,
        }  # fmt: skip
        self._environment = environment(**own, **settings)
        names = {name.removeprefix("DESK_").lower(): value for name, value in self._environment.items() if name.startswith("DESK_")}
        self.app: APIFlask = create_app(load_settings(**names))
        if self.pooler:  # for the desk's processes; who migrates goes to the server itself
            self._environment |= {"DESK_DATABASE_URL": self.pooler.url}
        with self.app.app_context():
            upgrade()
            load_if_empty()
            db.session.commit()
        (folder / "models").mkdir(exist_ok=True)
        (folder / "models" / "current.json").write_text(json.dumps({"id": "none", "sha256": "none"}))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands = {process.name: process for process in self._processes()}
        self._ending = threading.Event()
        self._held: set[str] = set()
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="supervisor")
        self._keeper.start()

    def _processes(self) -> list[Process]:
        harmed = [sys.executable, "-m", "tests.faults.hooks", str(self.folder)]
        settings = self.app.config["SETTINGS"]
        gateway, worker = (next(p for p in processes(settings) if p.name == name) for name in ("gateway", "worker"))
        gateways = [Process(f"gateway-{n}", [*harmed, *gateway.command], self._environment | {"DESK_PORT": str(port)}) for n, port in enumerate(self.ports)]
        stand_in = [sys.executable, "-m", "tests.faults.assistant", str(self.assistant_port), str(self.folder)]
        return [*gateways, Process("worker", [*harmed, *worker.command], self._environment), Process("assistant", stand_in, self._environment)]

    def _keep(self) -> None:
        while not self._ending.is_set():
            for name, process in self._commands.items():
                running = self._running.get(name)
                if name not in self._held and (running is None or running.poll() is not None):
                    self._start(process)
            self._ending.wait(0.1)

    def _start(self, process: Process) -> None:
        with (self.folder / f"{process.name}.log").open("ab") as log:
            started = subprocess.Popen(process.command, cwd=ROOT, env=process.environment, stdout=log, stderr=log, start_new_session=True)
        self._running[process.name] = started

    def url(self, number: int) -> str:
        """A gateway's address; numbers beyond the last begin anew."""
        return f"http://127.0.0.1:{self.ports[number % len(self.ports)]}"

    def wait(self, seconds: float = 60) -> None:
        """Until every gateway answers and sees the assistant."""
        for number in range(len(self.ports)):
            until = time.monotonic() + seconds
            while not _ready(f"{self.url(number)}/readyz"):
                assert time.monotonic() < until, self.log(f"gateway-{number}")[-3000:]
                time.sleep(0.1)

    def kill(self, name: str, sign: int = signal.SIGKILL, whole: bool = True) -> None:
        """Send a signal to a process (`whole`: with all that it has started); it comes back by itself if it ends."""
        process = self._running[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign) if whole else os.kill(process.pid, sign)

    def hold(self, name: str) -> None:
        """Kill a process, and do not bring it back until `release`."""
        self._held.add(name)
        self.kill(name)
        self._running[name].wait(10)

    def release(self, name: str) -> None:
        self._held.discard(name)

    def tell(self, file: str, text: str = "") -> None:
        """Let the processes find this in their folder: see hooks.py and assistant.py."""
        written = self.folder / f".{file}"
        written.write_text(text)
        written.replace(self.folder / file)

    def untell(self, file: str) -> None:
        (self.folder / file).unlink(missing_ok=True)

    def crashed(self) -> int:
        """How many processes have killed themselves where they were told to."""
        return len(list(self.folder.glob("crashed-*")))

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        self._ending.set()
        self._keeper.join(5)
        end(self._running.values())
        with self.app.app_context():
            db.engine.dispose()
        for server in (self.pooler, self.postgres, self.redis, self.mail):
            if server:
                server.close()


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(json.load(answer)["assistant"] == "ready")
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return False
