"""The worker process: Huey's consumer over the jobs of all features."""

from __future__ import annotations

from flask import Flask, current_app

from api.assistant import address
from api.tracing import web as tracing

WORKERS = 4


def run() -> None:
    """Work until a stop signal; a job that is running is finished first."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    address.follow(app)
    tracing.start(app, "worker")
    huey = current_app.extensions["jobs"]["huey"]
    consumer = huey.create_consumer(workers=WORKERS, worker_type="thread", initial_delay=0.1, max_delay=0.5, scheduler_interval=1)
    try:
        consumer.run()
    finally:
        tracing.stop()
