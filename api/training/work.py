"""One piece of background work: it says how far it is, shows that it lives, and stops when somebody asks.

What it says is written to its `Training` row every other second, in a short transaction of its own.
"""

from __future__ import annotations

import time

from sqlalchemy import select, update

from api import clock
from api.db import db, new_id
from api.training.models import Training

EVERY = 2.0  # seconds between two notes
LOG_LIMIT = 100_000
# The stages and about how much of the whole each takes, in percent.
STAGES = {
    "training": {"gathering": 3, "training": 47, "reading": 5, "smoke": 5, "comparing": 15, "stories": 25},
    "comparison": {"reading": 10, "smoke": 15, "comparing": 30, "stories": 45},
}


class Stopped(Exception):
    """Somebody asked it to stop."""


class Lost(Exception):
    """Another worker took it over, because this one was silent for too long."""


class Failed(Exception):
    """It cannot go on: a code of `api.training.words`, and what the tool said."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class Work:
    """What a worker holds while it does the work."""

    def __init__(self, training_id: str, kind: str) -> None:
        self.id, self.runner = training_id, new_id()
        self._shares = STAGES[kind]
        self._stage, self._percent = "queued", 0
        self._stages: list[tuple[str, float]] = []
        self._lines: list[str] = []
        self._begun = self._noted = time.monotonic()

    def begin(self, stage: str) -> None:
        """Enter a stage."""
        self._stage = stage
        self._stages.append((stage, round(time.monotonic() - self._begun, 1)))
        self.progress(0.0)
        self.note()

    def progress(self, share: float) -> None:
        """How much of the stage is done, 0 to 1."""
        before = 0
        for name, part in self._shares.items():
            if name == self._stage:
                self._percent = max(self._percent, min(99, int(before + part * share)))
                return
            before += part

    def log(self, *lines: str) -> None:
        """Keep what a tool said."""
        self._lines += [line.rstrip() for line in lines if line.strip()]

    def tick(self) -> None:
        """Note it, if the last note is old. Raises as `note`."""
        if time.monotonic() - self._noted >= EVERY:
            self.note()

    def note(self) -> None:
        """Write down how far it is. Raises `Stopped`, `Lost`."""
        self._noted = time.monotonic()
        values = {
            "stage": self._stage,
            "percent": self._percent,
            "stages": [list(s) for s in self._stages],
            "log": self.log_text(),
            "heartbeat_at": clock.now(),
        }
        if not self._write(values):
            raise Lost
        asked = db.session.scalar(select(Training.stop_asked_at).where(Training.id == self.id))
        db.session.rollback()
        if asked:
            raise Stopped

    def end(self, status: str, error: str | None = None, detail: str = "") -> bool:
        """Finish: `done`, `failed` or `stopped`. False if it was not this worker's any more."""
        done = {"status": status, "under_way": None, "ended_at": clock.now(), "error": error, "detail": detail[:2000], "log": self.log_text()}
        return self._write(done | ({"percent": 100} if status == "done" else {}))

    def log_text(self) -> str:
        """All that was said, its end if it is long."""
        return "\n".join(self._lines)[-LOG_LIMIT:]

    def _write(self, values: dict[str, object]) -> bool:
        mine = (Training.id == self.id, Training.runner == self.runner, Training.status == "running")
        found = db.session.execute(update(Training).where(*mine).values(**values)).rowcount  # type: ignore[attr-defined]
        db.session.commit()
        return bool(found)
