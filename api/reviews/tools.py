"""The assistant's own tools over texts, as processes at low priority: which are alike, what a model makes of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from api.config import ROOT

log = structlog.get_logger()
PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"
# Nothing of the gateway's own: no database, no secrets. One thread, so that candidates' turns have the rest.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def run(arguments: list[str], rows: Iterable[Mapping[str, object]], patience: float) -> list[Any]:
    """Give `python -m <arguments>` rows as JSON lines, and read those that it writes; none, noted in the log, if it fails.

    `patience`: the seconds that it may take.
    """
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    command = ["nice", "-n", "15", str(PYTHON), "-m", *arguments]
    try:
        done = subprocess.run(command, input=lines, capture_output=True, cwd=ROOT, timeout=patience, check=True, env=ENVIRONMENT)
        return [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("tool failed", tool=arguments[0], error=type(error).__name__)
        return []
