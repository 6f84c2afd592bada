"""`make check`: everything about the code that can be told without running the desk."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.checks.audit import UNANSWERED

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NLU = ROOT / "nlu" / ".venv" / "bin" / "python"
CODE = ("api", "actions", "nlu", "tests")

CHECKS: list[tuple[str, list[str]]] = [
    ("Rasa's data", [str(NLU), "-m", "tests.checks.rasa_data"]),  # as long as all others together, so it begins
    ("lint", [str(BIN / "ruff"), "check", "--quiet", *CODE]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", *CODE]),
    ("types", [str(BIN / "mypy"), "--no-error-summary"]),
    ("layers", [str(BIN / "lint-imports"), "--no-cache"]),
    ("migrations", [sys.executable, "-m", "tests.checks.migrations"]),
    ("texts in three languages", [sys.executable, "-m", "tests.checks.texts"]),
    ("documented settings", [sys.executable, "-m", "tests.checks.settings"]),
    ("size of the widget", [sys.executable, "-m", "tests.checks.widget"]),
    ("images, compose, proxy", [sys.executable, "-m", "tests.checks.docker"]),
    ("Kubernetes manifests", [sys.executable, "-m", "tests.checks.kubernetes"]),
    ("known vulnerabilities", [sys.executable, "-m", "tests.checks.audit", "gateway"]),
]
_WORDS = {0: "ok    ", UNANSWERED: "UNSURE"}


def main() -> int:
    """Run all checks, as many at once as there are processors; print what fails; 1 if anything did.

    What asks somebody outside and is not answered is no failure of the code; it is said again at the end.
    """
    failed, unanswered = [], []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
        found = pool.map(lambda n: _run(CHECKS[n][1], environment | {"DESK_VAR": f"{folder}/{n}"}), range(len(CHECKS)))
        for (name, _), (status, seconds, printed) in zip(CHECKS, found, strict=True):
            print(f"{_WORDS.get(status, 'FAILED')} {name} ({seconds:.0f} s)", flush=True)
            if status:
                (unanswered if status == UNANSWERED else failed).append(name)
                print("\n".join(printed.strip().splitlines()[-60:]), flush=True)
    if unanswered:
        print(f"\nNot checked, as nobody answered: {', '.join(unanswered)}")
    if failed:
        print(f"\n{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, float, str]:
    """Exit status, seconds, and what was printed."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, time.monotonic() - started, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
