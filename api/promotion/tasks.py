"""The worker's part: archives into the store, archives that are not kept any longer, answers that can be told now."""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import select, update

from api import clock, jobs
from api.config import Settings
from api.db import db, read_only
from api.promotion import archives, finding, queries
from api.promotion.models import ModelArchive, Promotion
from api.training.models import NluModel, Training

log = structlog.get_logger()
JUST_TRAINED = timedelta(hours=1)
GONE_LOOKED_AT = 50


@jobs.job("promotion.archives", sweep=True)
def keep_archives() -> None:
    """Store what is not stored yet, delete what is too old to go back to."""
    settings: Settings = current_app.config["SETTINGS"]
    _let_go(settings)
    _delete(settings)
    if settings.model_store:
        _store(settings)


@jobs.job("promotion.follow_ups", sweep=True)
def follow_up() -> None:
    """Once an NluModel is live, look for those who can be told an answer now."""
    finding.run()


def _let_go(settings: Settings) -> None:
    """Mark as gone what is beyond the number kept."""
    read_only()
    surplus = _surplus(settings.models_kept)
    db.session.rollback()
    if surplus:
        idle = (NluModel.id.in_(surplus), NluModel.status.in_(("kept", "candidate")))
        db.session.execute(update(NluModel).where(*idle).values(status="gone"))
        db.session.commit()


def _surplus(keep: int) -> list[str]:
    """NluModels beyond the newest `keep`, by when they were live or trained last; never one that something is done with."""
    last = queries.last_live()
    rows = list(db.session.scalars(select(NluModel).where(NluModel.status.in_(("kept", "candidate")))))
    if len(rows) <= keep:
        return []
    busy = set(db.session.scalars(select(Promotion.model_id).where(Promotion.under_way.is_(True))))
    busy |= set(db.session.scalars(select(Training.model_id).where(Training.under_way.is_(True))))
    rows.sort(key=lambda model: last.get(model.id, model.trained_at), reverse=True)
    fresh = clock.now() - JUST_TRAINED
    return [m.id for m in rows[keep:] if m.id not in busy and m.trained_at < fresh]


def _delete(settings: Settings) -> None:
    """Delete the archives of what is gone, here and in the store."""
    read_only()
    gone = list(db.session.scalars(select(NluModel.id).where(NluModel.status == "gone").order_by(NluModel.trained_at.desc()).limit(GONE_LOOKED_AT)))
    theirs = select(ModelArchive.model_id, ModelArchive.key).join(NluModel, NluModel.id == ModelArchive.model_id).where(NluModel.status == "gone")
    stored = db.session.execute(theirs).all()
    db.session.rollback()
    for model_id in gone:
        archives.remove(settings, model_id)
    for model_id, key in stored if settings.model_store else []:
        try:
            archives.Store(settings).delete(key)
        except Exception as error:  # noqa: BLE001 - whatever the store raises, it is tried again
            log.warning("archive could not be deleted from the store", model=model_id, error=type(error).__name__)
            continue
        db.session.delete(db.session.get_one(ModelArchive, model_id))
        db.session.commit()


def _store(settings: Settings) -> None:
    """Put archives of this machine into the store, one after another."""
    read_only()
    missing = select(NluModel.id, NluModel.sha256).outerjoin(ModelArchive, ModelArchive.model_id == NluModel.id)
    found = db.session.execute(missing.where(NluModel.status != "gone", ModelArchive.model_id.is_(None))).all()
    db.session.rollback()
    for model_id, sha256 in found:
        file = archives.path(settings, model_id)
        if file.exists() and archives.sha256(file) == sha256:
            _store_one(settings, model_id, sha256)


def _store_one(settings: Settings, model_id: str, sha256: str) -> None:
    file = archives.path(settings, model_id)
    try:
        store = archives.Store(settings)
        store.put(file, store.key(model_id), sha256)
    except Exception as error:  # noqa: BLE001 - whatever the store raises, it is tried again
        log.warning("archive could not be stored", model=model_id, error=type(error).__name__)
        return
    db.session.merge(ModelArchive(model_id=model_id, key=store.key(model_id), size=file.stat().st_size))
    db.session.commit()
