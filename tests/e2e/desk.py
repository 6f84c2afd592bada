"""The whole desk as real processes in a folder of its own: what a user's `make up` runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from api.answers.company import Office
from api.config import ROOT, load_settings
from api.handoff.hours import spans
from api.launch.processes import processes
from tests.e2e import by_clock

READY_SECONDS = 120


def free_port() -> int:
    """A loopback port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_current(models: Path, folder: Path) -> str:
    """Copy the archive in force, so that what is put live here stays here; its id."""
    folder.mkdir(parents=True)
    shutil.copy(models / "current.json", folder)
    id_ = str(json.loads((models / "current.json").read_text())["id"])
    shutil.copy(models / f"{id_}.tar.gz", folder)
    return id_


class Desk:
    """Gateway, assistant and worker under test. Only processes started here are ever stopped."""

    def __init__(self, folder: Path, models: Path, **environment: str) -> None:
        self.var = folder / "var"
        self.var.mkdir(parents=True)
        copy_current(models, self.var / "models")
        port, assistant = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {"DESK_VAR": str(self.var), "DESK_PORT": str(port), "DESK_ASSISTANT_URL": f"http://127.0.0.1:{assistant}", "DESK_RATE_LIMIT": "off"}
        self.environment = dict(os.environ) | own | environment
        self._clock = folder / "clock"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._settings = load_settings(var=self.var, port=port, assistant_url=own["DESK_ASSISTANT_URL"])
        self.run("prepare")

    def run(self, *command: str) -> str:
        """Run a `desk` command to its end; its output."""
        done = subprocess.run([str(ROOT / ".venv/bin/desk"), *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes by name, all three by default."""
        for process in processes(self._settings, self.environment):
            if process.name in (names or ("gateway", "assistant", "worker")):
                ahead = [sys.executable, "-m", "tests.e2e.by_clock", str(self._clock)] if self._clock.exists() and process.name != "assistant" else []
                log = (self.var / f"{process.name}.log").open("ab")
                self._running[process.name] = subprocess.Popen(
                    [*ahead, *process.command], cwd=ROOT, env=process.environment, stdout=log, stderr=log, start_new_session=True
                )

    @property
    def now(self) -> datetime:
        """The time by which the desk's processes go."""
        return by_clock.ahead(self._clock) if self._clock.exists() else datetime.now(UTC)

    def turn_to(self, moment: datetime) -> None:
        """From now on it is this time for gateway and worker, which must have been started by a clock that is passed in: turned once before."""
        new = self._clock.with_suffix(".new")
        new.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        new.replace(self._clock)

    def stop(self, name: str, signal_: int = signal.SIGTERM) -> None:
        """Stop one process and wait for its end."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal_)
        process.wait(30)

    def send_signal(self, name: str, signal_: int) -> None:
        """Send a signal to a process and to those that it has started."""
        os.killpg(self._running[name].pid, signal_)

    def stop_all(self) -> None:
        for name in list(self._running):
            self.stop(name)

    def wait(self, assistant: bool = True) -> None:
        """Wait until the gateway answers, and the assistant too."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=2).json()
                if not assistant or answer["assistant"] == "ready":
                    return
            except (httpx.HTTPError, KeyError, ValueError):
                pass
            dead = [name for name, process in self._running.items() if process.poll() is not None]
            assert not dead, f"{dead} ended: {self.log(dead[0])[-3000:]}"
            time.sleep(0.2)
        raise AssertionError(f"not ready: {self.log('assistant')[-3000:]}")

    def log(self, name: str) -> str:
        """What a process has printed."""
        return (self.var / f"{name}.log").read_text(errors="replace")


class Chat:
    """A candidate on the public API."""

    def __init__(self, desk: Desk, language: str = "en", role: str | None = None) -> None:
        body = {"language": language} | ({"role": role} if role else {})
        started = httpx.post(f"{desk.url}/api/v1/conversations", json=body, timeout=20)
        assert started.status_code == 201, started.text
        self.id = started.json()["id"]
        self.first = started.json()["messages"]
        self._http = httpx.Client(
            base_url=f"{desk.url}/api/v1/conversations/{self.id}", headers={"Authorization": f"Bearer {started.json()['token']}"}, timeout=30
        )

    def send(self, client_id: str, **said: str) -> dict[str, Any]:
        """Send text or a button; the API's answer."""
        answer = self._http.post("/messages", json={"client_id": client_id} | said)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, text: str) -> str:
        """Ask and give all replies as one text."""
        import uuid

        return "\n".join(m["text"] for m in self.send(str(uuid.uuid4()), text=text)["replies"])

    def history(self, after: int = 0) -> dict[str, Any]:
        """Messages and status."""
        found: dict[str, Any] = self._http.get("/messages", params={"after": after}).json()
        return found


def morning(office: Office) -> datetime:
    """An hour after the office opens on its next day with many hours."""
    days = (date.today() + timedelta(days=n) for n in range(1, 30))
    return next(start for day in days for start, end in spans(office, day) if end - start > timedelta(hours=6)) + timedelta(hours=1)


def closed_company(folder: Path) -> Path:
    """A copy of the demo whose offices open only the day after tomorrow: it is night for everybody."""
    shutil.copytree(ROOT / "demo", folder / "demo")
    company = json.loads((ROOT / "demo/company.json").read_text())
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(time.localtime().tm_wday + 2) % 7]
    for office in company["offices"]:
        office["hours"] = {day: [["08:00", "17:00"]]}
    path = folder / "demo" / "company.json"
    path.write_text(json.dumps(company, ensure_ascii=False))
    return path
