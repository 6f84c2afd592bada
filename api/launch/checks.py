"""What can stand in the way of a start, each said in one sentence."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

from api.config import ROOT, ConfigError, Settings

NEEDED_BYTES = 1_000_000_000
ASSISTANT_PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"


def check(settings: Settings) -> None:
    """Raise `ConfigError` with one sentence if the desk cannot start here."""
    if not ASSISTANT_PYTHON.exists():
        raise ConfigError("The assistant's Python 3.10 environment is missing: run `make setup` (it needs Python 3.10 or leave to download it).")
    _writable(settings.var)
    free = shutil.disk_usage(settings.var).free
    if free < NEEDED_BYTES:
        raise ConfigError(f"Only {free // 1_000_000} MB are free at {settings.var}; training and the database need {NEEDED_BYTES // 1_000_000} MB.")
    _port_free(settings.host, settings.port, "DESK_PORT")
    assistant = urlsplit(settings.assistant_url)
    _port_free(assistant.hostname or "127.0.0.1", assistant.port or 8010, "DESK_ASSISTANT_URL")


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(f"Nothing can be written to {folder}: {error.strerror}.") from None


def _port_free(host: str, port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(f"Port {port} on {host} is not free ({error.strerror}): stop what uses it, or choose another with {setting}.") from None
