"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe() -> dict[str, str]:
    """Processor, memory, system, and the versions that matter."""
    return {
        "processor": f"{_first('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "memory": f"{int(_first('/proc/meminfo', 'MemTotal').split()[0]) / 1048576:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "gateway": f"Python {platform.python_version()}, gunicorn {version('gunicorn')} with gevent {version('gevent')}, SQLAlchemy {version('sqlalchemy')}, SQLite",
        "assistant and stock Rasa": "Python 3.10, Rasa 3.6.21",
    }


def load() -> str:
    """The load average now: more than the bench itself makes says that others were at work too."""
    return " ".join(f"{x:.1f}" for x in os.getloadavg())


def _first(path: str, name: str) -> str:
    lines = (line.partition(":") for line in Path(path).read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "unknown")
