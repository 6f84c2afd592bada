"""How long each process takes from its start until it answers, one after the other; how long a training takes, and one message."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median

from api.config import ROOT
from tests.bench.desk import assistant, gateway, prepared
from tests.bench.processes import Server, environment, free_port
from tests.bench.stock import rasa

Start = Callable[[], AbstractContextManager[Server]]


def ready_after(archive: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Median seconds until ready, of each; `archive` is stock Rasa's."""
    settings = prepared(folder)
    starts: dict[str, Start] = {
        "gateway": lambda: gateway(settings),
        "assistant": lambda: assistant(settings),
        "stock": lambda: rasa(archive, folder, free_port()),
    }
    took: dict[str, list[float]] = {name: [] for name in starts}
    for number in range(rounds + 1):  # the first start reads the disk, and is not counted
        for name, start in starts.items():
            with start() as server:
                took[name].append(server.wait())
            print(f"start {number}/{rounds}  {name:9s} ready after {took[name][-1]:.1f} s", file=sys.stderr)
    return {name: median(times[1:]) for name, times in took.items()}


def training(folder: Path) -> float:
    """Seconds of a whole training of our NLU model, from nothing, as `make train` does it."""
    began = time.monotonic()
    desk = str(ROOT / ".venv" / "bin" / "desk")
    print("training our NLU model …", file=sys.stderr)
    subprocess.run([desk, "train"], cwd=ROOT, env=environment(DESK_VAR=str(folder)), check=True, capture_output=True, timeout=900)
    return time.monotonic() - began


def understanding() -> dict[str, float]:
    """Milliseconds (`p50`, `p95`) in which our NLU understands one message, alone."""
    python = str(ROOT / "nlu" / ".venv" / "bin" / "python")
    done = subprocess.run([python, "-m", "tests.bench.nlu_time"], cwd=ROOT, env=environment(), check=True, capture_output=True, text=True, timeout=300)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
