"""Processes of the bench: each with its own log and its own process group, and gone at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.config import ROOT

KEPT = ("PATH", "HOME", "LANG", "TZ")


class DidNotStart(Exception):
    """A process died or never became ready; the message says which, with the end of its log."""


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**own: str) -> dict[str, str]:
    """What a process of the bench is told: nothing of the settings of whoever runs the bench."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "RASA_TELEMETRY_ENABLED": "false"} | own


@dataclass(frozen=True)
class Server:
    """A started process, which may not answer yet."""

    name: str
    process: subprocess.Popen[bytes]
    ready_url: str
    log: Path
    started: float

    def wait(self, seconds: float = 300) -> float:
        """Until it answers 200 on `ready_url`; the seconds since its start. Raises `DidNotStart`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.ready_url, timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - self.started
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise DidNotStart(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")


@contextmanager
def running(name: str, command: list[str], env: dict[str, str], folder: Path, ready_url: str) -> Iterator[Server]:
    """Start a process; its group is ended on the way out."""
    log, started = folder / f"{name}.log", time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True)
    try:
        yield Server(name, process, ready_url, log, started)
    finally:
        end([process], 10)


def end(processes: Collection[subprocess.Popen[bytes]], seconds: float = 5) -> None:
    """Ask all politely, wait that long for each, then kill what is left; the groups hold what the processes have started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


def memory_mb(pid: int) -> float:
    """Resident memory of a process group, in MB; pages that its processes share count for each."""
    return sum(int(fields[21]) for fields in _group(pid)) * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor_seconds(pid: int) -> float:
    """What the processes of a group have used of the processor so far. Others' work hardly changes it, as it does waiting."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _group(pid)) / os.sysconf("SC_CLK_TCK")


def family_seconds(pid: int) -> float:
    """The same of a process, its children, each perhaps in a group of its own (PostgreSQL's are), and those that have ended."""
    own = [f for f in _stats() if int(f[1]) == pid] + [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()]
    ended = sum(int(own[-1][i]) for i in (13, 14))
    return (ended + sum(int(fields[11]) + int(fields[12]) for fields in own)) / os.sysconf("SC_CLK_TCK")


def _group(pid: int) -> Iterator[list[str]]:
    return (fields for fields in _stats() if int(fields[2]) == pid)


def _stats() -> Iterator[list[str]]:
    """The fields of /proc/…/stat from the third on, of each process."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
