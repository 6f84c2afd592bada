"""One assistant process (`nlu.server`), as its keeper sees it. It ends with its keeper, however that one ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

import urllib3
from urllib3.exceptions import HTTPError

from api.config import ROOT, Settings
from api.launch.processes import ASSISTANT, assistant_environment, assistant_host, assistant_port
from api.promotion.live import Wanted

LOAD_SECONDS = 300.0
LOOK_SECONDS = 1.0
PORTS = 20
# The niceness of the thread that loads while another assistant is at work; once it serves it is like any other.
BESIDE = 10


class Child:
    """A started assistant, which may not be ready yet. `wants` is what it was started for."""

    def __init__(self, settings: Settings, wants: Wanted, archive: Path, taken: Collection[int], beside: bool) -> None:
        """Start it on a port that is not `taken`; `beside`: another one is taking turns."""
        self.wants = wants
        self.port = _free_port(assistant_host(settings), assistant_port(settings), taken)
        self.address = f"http://{_in_url(assistant_host(settings))}:{self.port}"
        self.leaves_at = float("inf")
        self._started = time.monotonic()
        self._killed_at = float("inf")
        self._patience = settings.turn_timeout + 2
        self._problem = Path(tempfile.mkstemp(prefix="assistant-")[1])
        told = {"DESK_STOP_WITH_STDIN": "1", "DESK_PROBLEM_FILE": str(self._problem), **({"DESK_LOAD_NICE": str(BESIDE)} if beside else {})}
        environment = assistant_environment(settings, archive, wants.sha256, self.port) | told
        self._process = subprocess.Popen(ASSISTANT, cwd=ROOT, env=environment, stdin=subprocess.PIPE)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._started

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def look(self) -> tuple[bool, str]:
        """Whether it takes turns with the right NluModel; if not yet, what it is doing."""
        try:
            answer = urllib3.request("GET", f"{self.address}/readyz", timeout=LOOK_SECONDS, retries=False)
            found = answer.json()
        except (HTTPError, ValueError):
            return False, ""
        ready = answer.status == 200 and found.get("model_id") == self.wants.model_id
        return ready, str(found.get("step", ""))

    def problem(self) -> str:
        """Why it has ended or is not ready, in a sentence."""
        if self.is_alive():
            return f"It was not ready after {self.age:.0f} s."
        said = self._problem.read_text("utf-8").strip() if self._problem.exists() else ""
        return said or f"It ended by itself ({_ended(self._process.returncode)})."

    def stop(self) -> None:
        """Ask it to finish its turns and end; `settle` sees to it that it does."""
        self._killed_at = min(self._killed_at, time.monotonic() + self._patience)
        if self.is_alive():
            self._process.send_signal(signal.SIGTERM)

    def settle(self) -> bool:
        """Whether it has ended; what does not end in time is killed."""
        if self.is_alive() and time.monotonic() > self._killed_at:
            self._process.kill()
        if self.is_alive():
            return False
        if self._process.stdin:
            self._process.stdin.close()
        self._problem.unlink(missing_ok=True)
        return True


def _free_port(host: str, first: int, taken: Collection[int]) -> int:
    """The first port from the configured one on that nobody uses, for a firewall's sake; else any."""
    for port in [p for p in range(first, min(first + PORTS, 65536)) if p not in taken]:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
