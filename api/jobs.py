"""Background work: named jobs in a Huey queue (SQLite file or Redis), and sweeps that run every ten seconds.

The queue is a wake-up only. Each job looks at rows that are due and each sweep finds rows that no job came
for, so a lost queue loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Flask, current_app

from api import clock, tracing
from api.lean import without

with without("psycopg"):  # a kind of queue that is not used; where the database is PostgreSQL, it is loaded for that
    from huey import RedisHuey, SqliteHuey, crontab
    from huey.api import Huey

log = structlog.get_logger()
SWEEP_EVERY = 10
SWEPT = "desk.swept"

_jobs: dict[str, Callable[..., None]] = {}
_sweeps: list[str] = []


def job(name: str, sweep: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a job by name; with `sweep` it also runs every ten seconds without arguments."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _jobs[name] = function
        if sweep:
            _sweeps.append(name)
        return function

    return register


def later(name: str, *arguments: Any, delay: float = 0) -> None:
    """Ask the worker to run a job, after `delay` seconds. A queue that is away is no error: the sweep comes."""
    if name not in _jobs:
        raise LookupError(f"no job named {name}")
    try:
        task = current_app.extensions["jobs"]["run"]
        trace = {"trace": found} if (found := tracing.headers().get("traceparent")) else {}
        task.schedule((name, *arguments), trace, delay=delay) if delay else task(name, *arguments, **trace)
    except Exception as error:  # noqa: BLE001 - whatever the transport raises, the rows are stored
        log.warning("queue unavailable", job=name, error=type(error).__name__)


def run_now(name: str, *arguments: Any) -> None:
    """Run a job in this process, in its own transaction."""
    _jobs[name](*arguments)


def last_sweep() -> datetime | None:
    """When the worker last looked for work: the queue remembers. None if it never has, or the queue is away."""
    try:
        at = current_app.extensions["jobs"]["huey"].get(SWEPT, peek=True)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("queue unavailable", job="sweep", error=type(error).__name__)
        return None
    return None if at is None else datetime.fromtimestamp(at, UTC)


def init_app(app: Flask) -> Huey:
    """Build the queue for `app` and its consumer's tasks."""
    settings = app.config["SETTINGS"]
    if settings.redis_url:
        huey: Huey = RedisHuey("desk", url=settings.redis_url)
    else:
        huey = SqliteHuey("desk", filename=str(settings.var / "queue.db"), fsync=False)

    @huey.task(name="run")  # type: ignore[untyped-decorator]
    def run(name: str, *arguments: Any, trace: str | None = None) -> None:
        with app.app_context(), tracing.span(f"job {name}", parent=trace, if_written=trace is None, job=name):
            run_now(name, *arguments)

    @huey.periodic_task(crontab(), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        huey.put(SWEPT, clock.now().timestamp())
        for second in range(0, 60, SWEEP_EVERY):
            for name in _sweeps:
                run.schedule((name,), delay=second)

    app.extensions["jobs"] = {"huey": huey, "run": run}
    return huey
