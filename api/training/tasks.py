"""The worker's part: trains, compares, keeps what comes of it. What is live is never touched here."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, update

from api import clock, jobs
from api.audit.service import SYSTEM, record
from api.db import db, read_only
from api.examples import merge
from api.training import archive as archives
from api.training import comparing, service, tools
from api.training.models import Mistake, NluModel, Training
from api.training.work import Failed, Lost, Stopped, Work

log = structlog.get_logger()
SILENT = timedelta(seconds=90)  # without a sign of life, the worker is taken for dead
MOST_ATTEMPTS = 2
SAID = re.compile(r"(.+), (\d+) %, [\d.]+ s")


@jobs.job("training.sweep", sweep=True)
def sweep() -> None:
    """Find what waits, and what died; see to it that what is live is known with its figures."""
    service.register_current()
    read_only()
    now = clock.now()
    due = select(Training.id).where(Training.under_way.is_(True), or_(Training.status == "queued", Training.heartbeat_at < now - SILENT))
    found = db.session.scalar(due)
    db.session.rollback()
    if found:
        jobs.later("training.run", found)


@jobs.job("training.run")
def run(training_id: str) -> None:
    """Do a training or a comparison that waits, from its beginning to its end."""
    work = _claim(training_id)
    if work is None:
        return
    try:
        _do(work)
        work.end("done")
    except Stopped:
        db.session.rollback()
        work.end("stopped")
    except Lost:
        db.session.rollback()
        log.warning("training taken over by another worker", training=training_id)
    except Failed as failure:
        db.session.rollback()
        work.log(failure.detail)
        work.end("failed", failure.code, failure.detail)
    except Exception as error:  # noqa: BLE001 - a training must never be left as if it went on
        db.session.rollback()
        log.error("training broke", training=training_id, error=type(error).__name__, exc_info=error)
        work.end("failed", "broken", type(error).__name__)
    db.session.rollback()


def _claim(training_id: str) -> Work | None:
    """Take it, unless another worker has it and lives. One that was begun too often is given up."""
    now = clock.now()
    row = db.session.get(Training, training_id, populate_existing=True, with_for_update=True)
    free = row is not None and row.under_way and (row.status == "queued" or _silent(row, now))
    if row is None or not free:
        db.session.rollback()
        return None
    if row.stop_asked_at or row.attempts >= MOST_ATTEMPTS:
        row.status, row.under_way, row.ended_at = "stopped" if row.stop_asked_at else "failed", None, now
        row.error = None if row.stop_asked_at else "lost"
        db.session.commit()
        return None
    work = Work(row.id, row.kind)
    row.status, row.runner, row.attempts, row.heartbeat_at = "running", work.runner, row.attempts + 1, now
    row.started_at, row.percent, row.stages = now, 0, []
    db.session.commit()
    return work


def _silent(row: Training, now: datetime) -> bool:
    return row.heartbeat_at is None or row.heartbeat_at < now - SILENT


def _do(work: Work) -> None:
    read_only()
    row = db.session.get_one(Training, work.id)
    kind, model_id = row.kind, row.model_id
    db.session.rollback()
    service.register_current()
    if kind == "training":
        model_id = _train(work)
    _compare(work, str(model_id))


def _train(work: Work) -> str:
    """Train on the merged data into a new archive, and register it. Its id."""
    work.begin("gathering")
    models = archives.folder()
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="desk-training-") as folder:
        merged = merge.write(Path(folder))
        work.log(*merged.problems)
        work.begin("training")
        trained = _trained(work, merged, models)
    work.begin("reading")
    path = models / f"{trained['id']}.tar.gz"
    outcomes, size = archives.held_out(path), path.stat().st_size
    model = NluModel(id=trained["id"], sha256=trained["sha256"], inputs_hash=merged.inputs_hash, training_id=work.id, counts=merged.counts)
    model.trained_at = datetime.fromisoformat(trained["trained_at"])
    db.session.add(model)
    db.session.flush()
    service.describe(model, outcomes, size)
    _forget_mistakes(model.id)
    db.session.execute(update(Training).where(Training.id == work.id).values(model_id=model.id))
    record(SYSTEM, "nlu_model.trained", model)
    db.session.commit()
    return model.id


def _trained(work: Work, merged: merge.Merged, models: Path) -> dict[str, Any]:
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        if said := SAID.fullmatch(line):
            work.progress(int(said[2]) / 100)
            work.log(line)

    where = ["--models", str(models), "--config", str(merged.config), "--domain", str(merged.domain), "--data", *map(str, merged.data)]
    code, errors = tools.run(work, ["-m", "nlu.train", *where, "--no-current", "--inputs-hash", merged.inputs_hash, "--with-stdin"], hear)
    work.log(*errors[-200:])
    if code:
        raise _failure(code, errors)
    found: dict[str, Any] = json.loads(heard[-1])
    return found


def _failure(code: int, errors: list[str]) -> Failed:
    """Why the training tool ended as it did."""
    told = next((line for line in reversed(errors) if line.startswith("Training failed: ")), "")
    if told:
        return Failed("no_space" if "No space left" in told else "bad_data", told.removeprefix("Training failed: "))
    if code in (-9, 137):
        return Failed("memory")
    return Failed("crashed", errors[-1] if errors else str(code))


def _forget_mistakes(newest: str) -> None:
    """Mistakes are kept of the live model and of the newest one."""
    old = select(NluModel.id).where(NluModel.status != "live", NluModel.id != newest)
    db.session.execute(delete(Mistake).where(Mistake.model_id.in_(old)))


@dataclass(frozen=True)
class _Two:
    new: comparing.Side
    live: comparing.Side | None
    live_id: str | None


def _compare(work: Work, model_id: str) -> None:
    """Smoke test, both models on everything there is, test stories."""
    two = _read(work, model_id)
    work.begin("smoke")
    smoke = tools.smoke_test(work, two.new.archive)
    work.begin("comparing")
    try:
        found = comparing.compare(work, two.new, two.live)
    except Failed:
        _note_checks(model_id, {"smoke": smoke, "stories": {}})
        raise
    work.begin("stories")
    stories = tools.play_stories(work, two.new.archive)
    work.note()
    comparing.store(model_id, two.live_id, found, {"smoke": smoke, "stories": stories})
    db.session.commit()


def _note_checks(model_id: str, checks: dict[str, Any]) -> None:
    db.session.get_one(NluModel, model_id).checks = checks
    db.session.commit()


def _read(work: Work, model_id: str) -> _Two:
    work.begin("reading")
    read_only()
    model = db.session.get_one(NluModel, model_id)
    live = db.session.scalar(select(NluModel).where(NluModel.status == "live", NluModel.id != model_id))
    db.session.rollback()
    return _Two(comparing.side(model), comparing.side(live) if live else None, live.id if live else None)
