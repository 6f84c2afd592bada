"""Public data that the checks read but the project does not hold: `DESK_DATA_DIR`, default `../shared/data`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def path(name: str) -> Path:
    """A file of the data. Absent, the test is skipped; under CI it fails."""
    folder = Path(os.environ.get("DESK_DATA_DIR", "../shared/data"))
    found = (folder if folder.is_absolute() else ROOT / folder) / name
    if not found.exists():
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"{found} is missing; DESK_DATA_DIR names the folder")
        pytest.skip(f"{found} is not here; DESK_DATA_DIR names the folder")
    return found


def naughty_strings() -> list[str]:
    """515 strings that break programs."""
    strings: list[Any] = json.loads(path("naughty_strings/blns.json").read_text(encoding="utf-8"))
    return [str(s) for s in strings]
