"""The daily look for what has been kept long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from api import clock, jobs
from api.privacy import retention

EVERY = timedelta(days=1)


@jobs.job("privacy.retention", sweep=True)
def expire() -> None:
    """Once a day in each worker, and when it starts; doing it twice deletes nothing more."""
    last: datetime | None = current_app.extensions.get("retention")
    if last is None or clock.now() - last >= EVERY:
        current_app.extensions["retention"] = clock.now()
        retention.run()
