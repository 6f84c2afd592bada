"""Two of each: gateways, assistants and workers as processes of their own, on PostgreSQL and Redis, behind the proxy of docker/.

Nothing is sticky: the proxy asks any gateway, and gateways reach assistants through one address that spreads connections,
as assistants do gateways. Where `PGBOUNCER` names its program, PgBouncer stands before PostgreSQL. `python -m tests.e2e.pair`
(`make pair`) starts it for somebody to look at.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.config import ROOT, load_settings
from api.db import db
from api.demo.load import load_if_empty
from api.launch.processes import ASSISTANT, assistant_environment, current_model, processes
from api.migrations.run import upgrade
from tests.api.candidate import Answer, Ask
from tests.bench.processes import end, environment, free_port
from tests.e2e.balancer import Balancer
from tests.faults.pooler import Pooler
from tests.faults.servers import Postgres, Redis

BIN = ROOT / ".venv" / "bin"
READY_SECONDS = 120
SECOND_ID = "a-copy-of-the-model-in-force"
UPSTREAMS = re.compile(r"dynamic a \{.*?\n\t\t\}", re.DOTALL)
GATEWAYS, ASSISTANTS, WORKERS = (("gateway-0", "gateway-1"), ("assistant-0", "assistant-1"), ("worker-0", "worker-1"))
_people = itertools.count(1)


@dataclass(frozen=True)
class Started:
    """How a process is started, and where it says that it is ready (workers listen on nothing)."""

    command: list[str]
    environment: dict[str, str]
    ready_url: str | None = None


class Pair:
    """The whole set-up. Only processes started here are ever stopped."""

    def __init__(self, folder: Path, models: Path, **settings: str) -> None:
        self.folder = folder
        (folder / "models").symlink_to(models)
        self.postgres, self.redis = Postgres(), Redis()
        self.gateway_ports, self.assistant_ports = ([free_port() for _ in range(2)] for _ in range(2))
        self.inner, self.assistants = Balancer(*self.gateway_ports), Balancer(*self.assistant_ports)
        self.proxy_port = free_port()
        own = {name: secrets.token_urlsafe(32) for name in ("DESK_SECRET_KEY", "DESK_ASSISTANT_SECRET")} | {
            "DESK_VAR": str(folder), "DESK_DATABASE_URL": self.postgres.url, "DESK_REDIS_URL": self.redis.url, "DESK_LOG_LEVEL": "WARNING",
            "DESK_DATABASE_CONNECTIONS": "16", "DESK_PUBLIC_URL": self.url, "DESK_TRUSTED_PROXIES": "1", "DESK_ASSISTANT_URL": self.assistants.url,
        }  # fmt: skip
        self._environment = environment(**own, **settings)
        known = {name.removeprefix("DESK_").lower(): value for name, value in self._environment.items() if name.startswith("DESK_")}
        self.settings = load_settings(**known)
        self.app = create_app(self.settings)
        with self.app.app_context():
            upgrade()
            load_if_empty()
            db.session.commit()
        self.pooler = Pooler(self.postgres) if "PGBOUNCER" in os.environ else None
        if self.pooler:  # for the desk's processes; who migrates goes to the server itself
            self._environment |= {"DESK_DATABASE_URL": self.pooler.url}
        self.how = self._processes()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where candidates and recruiters reach it: the proxy."""
        return f"http://127.0.0.1:{self.proxy_port}"

    def gateway_url(self, number: int) -> str:
        """One gateway, past the proxy."""
        return f"http://127.0.0.1:{self.gateway_ports[number]}"

    def _processes(self) -> dict[str, Started]:
        commands = {process.name: process.command for process in processes(self.settings, self._environment)}
        env = self._environment | {"PYTHONUNBUFFERED": "1"}
        gateways = {
            name: Started(commands["gateway"], env | {"DESK_PORT": str(port)}, f"http://127.0.0.1:{port}/readyz")
            for name, port in zip(GATEWAYS, self.gateway_ports, strict=True)
        }
        assistants = {name: self.assistant(port) for name, port in zip(ASSISTANTS, self.assistant_ports, strict=True)}
        workers = {name: Started(commands["worker"], env) for name in WORKERS}
        return gateways | assistants | workers | {"proxy": self._proxy()}

    def assistant(self, port: int, archive: Path | None = None, sha256: str = "") -> Started:
        """An assistant as its image starts it: no keeper, one NLU model, gateways behind one address."""
        env = assistant_environment(self.settings, archive, sha256, port) | {"DESK_INTERNAL_URL": f"{self.inner.url}/internal/v1"}
        return Started(ASSISTANT, env, f"http://127.0.0.1:{port}/readyz")

    def _proxy(self) -> Started:
        """docker/Caddyfile, which finds gateways by name; here, where no name has two addresses, they are listed."""
        listed = "to " + " ".join(f"127.0.0.1:{port}" for port in self.gateway_ports)
        written, times = UPSTREAMS.subn(listed, (ROOT / "docker" / "Caddyfile").read_text())
        assert times == 1
        (self.folder / "Caddyfile").write_text(written)
        env = environment(DOMAIN=self.url, HOME=str(self.folder))
        return Started([str(BIN / "caddy"), "run", "--adapter", "caddyfile", "--config", str(self.folder / "Caddyfile")], env, f"{self.url}/healthz")

    def start(self, *names: str) -> None:
        """Start processes by name, all by default."""
        for name in names or self.how:
            how = self.how[name]
            with (self.folder / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(how.command, cwd=ROOT, env=how.environment, stdout=log, stderr=log, start_new_session=True)

    def wait(self, *names: str) -> None:
        """Until all that listen answer that they are ready."""
        until = time.monotonic() + READY_SECONDS
        for name in names or self.how:
            url = self.how[name].ready_url
            while url and not _is_ready(url):
                assert self._running[name].poll() is None, f"{name} ended: {self.log(name)[-3000:]}"
                assert time.monotonic() < until, f"{name} is not ready: {self.log(name)[-3000:]}"
                time.sleep(0.1)

    def tell_to_stop(self, name: str) -> subprocess.Popen[bytes]:
        """What an engine does: SIGTERM to the process that it has started, and to no other."""
        process = self._running.pop(name)
        process.terminate()
        return process

    def kill(self, name: str) -> None:
        """As if the machine took it: with all that it has started, and without a word."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def signal(self, name: str, signal_: int) -> None:
        """Send a signal to a process and to those that it has started."""
        os.killpg(self._running[name].pid, signal_)

    def copy_of_the_model(self) -> str:
        """Another NLU model, which is the same under another name; its id."""
        current = current_model(self.settings)
        (self.folder / "second").mkdir()
        shutil.copy(self.folder / "models" / f"{current['id']}.tar.gz", self.folder / "second" / f"{SECOND_ID}.tar.gz")
        return SECOND_ID

    def replace_assistant(self, number: int, model_id: str) -> None:
        """As Kubernetes does: one more is ready before the old one is left out; then that is told to stop."""
        name, port = ASSISTANTS[number], free_port()
        archive, sha256 = self.folder / "second" / f"{model_id}.tar.gz", current_model(self.settings)["sha256"]
        old = self._running.pop(name)
        self.how[name] = self.assistant(port, archive, sha256)
        self.start(name)
        self.wait(name)
        self.assistant_ports[number] = port
        self.assistants.ports = list(self.assistant_ports)
        old.terminate()
        old.wait(60)

    def process(self, name: str) -> subprocess.Popen[bytes]:
        return self._running[name]

    def log(self, name: str) -> str:
        """What a process has printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        end(self._running.values())
        with self.app.app_context():
            db.engine.dispose()
        for server in (self.inner, self.assistants, self.pooler, self.postgres, self.redis):
            if server:
                server.close()

    def somebody(self, *gateways: int) -> Ask:
        """A person with an address of their own, so that nobody's limits are another's.

        Through the proxy, or past it: then each request goes to the next of the gateways named.
        """
        number = next(_people)
        address = f"127.9.{number // 250}.{number % 250 + 1}"
        if not gateways:
            return _over(lambda: self.url, local_address=address)
        turns = itertools.cycle(gateways)
        return _over(lambda: self.gateway_url(next(turns)), headers={"X-Forwarded-For": address})


def _over(base: Callable[[], str], local_address: str | None = None, headers: dict[str, str] | None = None) -> Ask:
    """Ask over HTTP; each request has a connection of its own, so threads may share this."""

    def ask(method: str, path: str, **wishes: Any) -> Answer:
        wishes["headers"] = (headers or {}) | wishes.get("headers", {})
        with httpx.Client(transport=httpx.HTTPTransport(local_address=local_address), timeout=40) as client:
            response = client.request(method, base() + path, **wishes)
        is_json = "json" in response.headers.get("Content-Type", "") and bool(response.content)
        return Answer(response.status_code, response.json() if is_json else None, response.headers, response.text)

    return ask


def _is_ready(url: str) -> bool:
    """Of a gateway also that it sees the assistants."""
    try:
        answer = httpx.get(url, timeout=2, trust_env=False)
        return answer.status_code == 200 and answer.json().get("assistant", "ready") == "ready"
    except (httpx.HTTPError, json.JSONDecodeError):
        return False


def main() -> None:
    """Start two of each in a new folder, until told to stop."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="desk-pair-") as folder:
        pair = Pair(Path(folder), ROOT / "var" / "models")
        try:
            pair.start()
            pair.wait()
            print(f"Chat, desk and studio: {pair.url}", *(f"{name}: {how.ready_url}" for name, how in pair.how.items() if how.ready_url), sep="\n")
            print("Ctrl-C ends all of it.", flush=True)
            signal.pause()
        finally:
            pair.close()


if __name__ == "__main__":
    main()
