"""Our own system for the bench: a gateway on SQLite or PostgreSQL with the demo company, and the assistant."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
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


def settings_in(folder: Path, database_url: str = "") -> Settings:
    """Settings of a desk that lives in `folder` alone, on free ports; the NLU model is the one that was trained last."""
    folder.mkdir(exist_ok=True)
    (folder / "models").symlink_to(ROOT / "var" / "models")
    own = {name: secrets.token_urlsafe(32) for name in ("secret_key", "assistant_secret")}
    port, assistant_port = free_port(), free_port()
    return load_settings(
        env="demo", var=folder, port=port, assistant_url=f"http://127.0.0.1:{assistant_port}", database_url=database_url, redis_url="",
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


def prepared(folder: Path, database_url: str = "") -> Settings:
    """The same, with its database filled."""
    settings = settings_in(folder, database_url)
    fill(settings)
    return settings


def gateway(settings: Settings, name: str = "gateway") -> AbstractContextManager[Server]:
    """The gateway, started as `make up` does."""
    [command] = [process.command for process in processes(settings) if process.name == "gateway"]
    told = environment(
        DESK_VAR=str(settings.var), DESK_PORT=str(settings.port), DESK_ASSISTANT_URL=settings.assistant_url,
        DESK_ASSISTANT_SECRET=settings.assistant_secret.get_secret_value(), DESK_SECRET_KEY=settings.secret_key.get_secret_value(),
        DESK_RATE_LIMIT="off", DESK_LOG_LEVEL="ERROR", DESK_DATABASE_URL=settings.database_url,
    )  # fmt: skip
    return running(name, command, told, settings.var, f"http://{settings.host}:{settings.port}/healthz")


def assistant(settings: Settings, name: str = "assistant") -> AbstractContextManager[Server]:
    """The assistant, started as `make up` does."""
    return running(name, ASSISTANT, assistant_environment(settings), settings.var, f"{settings.assistant_url}/readyz")


@contextmanager
def desk(folder: Path, database_url: str = "", mark: str = "") -> Iterator[Desk]:
    """Gateway and assistant, without the worker: nothing here waits for it. `mark` tells their names from another desk's."""
    settings = prepared(folder, database_url)
    secret, site = settings.assistant_secret.get_secret_value(), f"http://{settings.host}:{settings.port}"
    with gateway(settings, f"gateway{mark}") as one, assistant(settings, f"assistant{mark}") as other:
        yield Desk(site, settings.assistant_url, secret, [one, other])
