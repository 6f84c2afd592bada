"""The processes of the desk: their commands and their environments."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from api.config import ROOT, ConfigError, Settings
from api.launch.checks import ASSISTANT_PYTHON

HERE = Path(sys.executable).parent
ASSISTANT = [str(ASSISTANT_PYTHON), "-m", "nlu.server"]


@dataclass(frozen=True)
class Process:
    """One process: its name in the logs, its command, and what it needs in its environment."""

    name: str
    command: list[str]
    environment: dict[str, str]

    @property
    def shell(self) -> str:
        return shlex.join(self.command)


def processes(settings: Settings, environ: Mapping[str, str] = os.environ) -> list[Process]:
    """Gateway, worker, and the keeper of the assistant, which starts that itself."""
    own = dict(environ) | {"PYTHONUNBUFFERED": "1", "DESK_VAR": str(settings.var)}
    return [
        Process("gateway", [str(HERE / "gunicorn"), "-c", "python:api.gunicorn", "api.wsgi:app"], own),
        Process("assistant", [str(HERE / "desk"), "assistant"], own),
        Process("worker", [str(HERE / "desk"), "worker"], own),
    ]


def assistant_environment(settings: Settings, archive: Path | None = None, sha256: str = "", port: int | None = None) -> dict[str, str]:
    """All that an assistant is told: no database, no mail, only the gateway, its own secret, and where traces go.

    Without an archive it is the one of `current.json`. Raises `ConfigError` if there is none.
    """
    if archive is None:
        current = current_model(settings)
        archive, sha256 = settings.var / "models" / f"{current['id']}.tar.gz", current["sha256"]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ") or name.startswith("OTEL_")}
    return kept | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "DESK_ASSISTANT_HOST": assistant_host(settings),
        "DESK_ASSISTANT_PORT": str(port or assistant_port(settings)),
        "DESK_ASSISTANT_SECRET": settings.assistant_secret.get_secret_value(),
        "DESK_INTERNAL_URL": f"http://{settings.host}:{settings.port}/internal/v1",
        "DESK_NLU_MODEL": str(archive),
        "DESK_NLU_MODEL_SHA256": sha256,
        "DESK_TURN_DEADLINE": str(max(1.0, settings.turn_timeout - 2)),
    }


def assistant_host(settings: Settings) -> str:
    """Where an assistant listens; a loopback or private address."""
    return urlsplit(settings.assistant_url).hostname or "127.0.0.1"


def assistant_port(settings: Settings) -> int:
    """The port of the first assistant; the next ones take those after it."""
    return urlsplit(settings.assistant_url).port or 8010


def current_model(settings: Settings) -> dict[str, str]:
    """Id and SHA-256 of the NLU model in force."""
    path = settings.var / "models" / "current.json"
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except OSError:
        raise ConfigError("There is no NLU model yet: run `make train`.") from None
    return found
