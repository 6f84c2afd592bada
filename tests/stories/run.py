"""Run the test stories with the trained model. Runs in the assistant's environment; 1 if a prediction is wrong.

`--archive FILE` names another archive than the one in force.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _in_force() -> Path:
    models = Path(os.environ.get("DESK_VAR", ROOT / "var")) / "models"
    return models / f"{json.loads((models / 'current.json').read_text())['id']}.tar.gz"


def main() -> int:
    """`rasa test core` on tests/stories."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.run", description=__doc__)
    parser.add_argument("--archive", type=Path)
    model = (parser.parse_args().archive or _in_force()).absolute()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    with tempfile.TemporaryDirectory() as out:
        rasa = [str(Path(sys.executable).parent / "rasa"), "test", "core", "--fail-on-prediction-errors"]
        where = ["--stories", "tests/stories", "--model", str(model), "--out", out]
        done = subprocess.run([*rasa, *where], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        failed = Path(out) / "failed_test_stories.yml"
        wrong = failed.read_text() if failed.exists() else ""
    lines = (done.stdout + done.stderr).splitlines()
    print("\n".join(line for line in lines if "Correct" in line or "Evaluation" in line))
    if done.returncode:
        print(wrong[-6000:], "\n".join(lines[-30:]))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
