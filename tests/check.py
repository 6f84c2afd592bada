"""`make check`: everything about the code that can be told without running the desk."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NLU = ROOT / "nlu" / ".venv" / "bin" / "python"
CODE = ("api", "actions", "nlu", "tests")

CHECKS: list[tuple[str, list[str]]] = [
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
    ("Rasa's data", [str(NLU), "-m", "tests.checks.rasa_data"]),
]


def main() -> int:
    """Run all checks; print what fails; 1 if anything did."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "DESK_VAR": folder, "RASA_TELEMETRY_ENABLED": "false"}
        for name, command in CHECKS:
            started = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - started:.0f} s)", flush=True)
            if done.returncode:
                failed.append(name)
                print("\n".join((done.stdout + done.stderr).strip().splitlines()[-60:]), flush=True)
    if failed:
        print(f"\n{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
