"""Our own system for the bench: a gateway on SQLite with the demo company, and the assistant."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.config import ROOT, Settings, load_settings
from api.launch.processes import ASSISTANT, assistant_environment, processes
from tests.bench.processes import Server, environment, free_port, running


@dataclass(frozen=True)
class Desk:
    """Where it runs, and what it may be asked with."""

    gateway: str
    assistant: str
    secret: str
    servers: list[Server]


def settings_in(folder: Path) -> Settings:
    """Settings of a desk that lives in `folder` alone, on free ports; the NLU model is the one that was trained last."""
    (folder / "models").symlink_to(ROOT / "var" / "models")
    own = {name: secrets.token_urlsafe(32) for name in ("secret_key", "assistant_secret")}
    port, assistant_port = free_port(), free_port()
    return load_settings(
        env="demo", var=folder, port=port, assistant_url=f"http://127.0.0.1:{assistant_port}", database_url="", redis_url="",
        public_url="", rate_limit="off", log_level="ERROR", workers=1, **own,
    )  # fmt: skip


def fill(settings: Settings) -> None:
    """Migrate the database and load the demo company."""
    from api.app import create_app
    from api.demo.load import load_if_empty
    from api.migrations.run import upgrade

    app = create_app(settings)
    with app.app_context():
        upgrade()
        load_if_empty()


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Gateway and assistant as `make up` starts them, without the worker: nothing here waits for it."""
    settings = settings_in(folder)
    fill(settings)
    commands = {process.name: process.command for process in processes(settings)}
    secret, site = settings.assistant_secret.get_secret_value(), f"http://{settings.host}:{settings.port}"
    told = environment(
        DESK_VAR=str(folder), DESK_PORT=str(settings.port), DESK_ASSISTANT_URL=settings.assistant_url, DESK_ASSISTANT_SECRET=secret,
        DESK_SECRET_KEY=settings.secret_key.get_secret_value(), DESK_RATE_LIMIT="off", DESK_LOG_LEVEL="ERROR",
    )  # fmt: skip
    started = running("gateway", commands["gateway"], told, folder, f"{site}/healthz")
    assistant = running("assistant", ASSISTANT, assistant_environment(settings), folder, f"{settings.assistant_url}/readyz")
    with started as one, assistant as other:
        yield Desk(site, settings.assistant_url, secret, [one, other])
