"""Which NluModel takes turns: what the assistant's keeper asks and notes. The live one is `NluModel.status`.

Every function works in the caller's transaction, unless it says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from api import clock
from api.assistant.address import TRUSTED
from api.assistant.models import LIVE, Assistant
from api.audit.service import SYSTEM, record
from api.db import db
from api.promotion.models import Promotion
from api.training.models import NluModel

MOST_ATTEMPTS = 3  # keepers that may die while they load the same one
SEEN_EVERY = timedelta(seconds=10)


@dataclass(frozen=True)
class Wanted:
    """The NluModel that should take turns; `promotion_id`, while it is not live yet."""

    model_id: str
    sha256: str
    promotion_id: str | None = None


@dataclass(frozen=True)
class Record:
    """What `current.json` says of an archive; shapes as in `nlu.train.Trained`."""

    id: str
    sha256: str
    inputs_hash: str
    trained_at: str


def wanted() -> Wanted | None:
    """What is asked to become live, else the live one; None before the first."""
    asked = db.session.execute(
        select(NluModel.id, NluModel.sha256, Promotion.id).join(Promotion, Promotion.model_id == NluModel.id).where(Promotion.under_way.is_(True))
    ).one_or_none()
    return Wanted(*asked) if asked else live()


def live() -> Wanted | None:
    """The live one."""
    found = db.session.execute(select(NluModel.id, NluModel.sha256).where(NluModel.status == "live")).first()
    return Wanted(*found) if found else None


def record_of(model_id: str) -> Record | None:
    """What `current.json` has to say of an NluModel."""
    model = db.session.get(NluModel, model_id, populate_existing=True)
    return Record(model.id, model.sha256, model.inputs_hash, model.trained_at.isoformat()) if model else None


def serves_elsewhere(keeper: str) -> str | None:
    """Another keeper that has said lately that it lives."""
    lately = (Assistant.name == LIVE, Assistant.keeper != keeper, Assistant.seen_at > clock.now() - TRUSTED)
    return db.session.scalar(select(Assistant.keeper).where(*lately))


def begin(promotion_id: str) -> bool:
    """Note that its NluModel is being loaded. False: withdrawn meanwhile, or its keepers have died too often."""
    promotion = _lock(promotion_id)
    if promotion is None or not promotion.under_way:
        return False
    if promotion.attempts >= MOST_ATTEMPTS:
        fail(promotion_id, "The assistant died each time it was loaded.")
        return False
    promotion.attempts += 1
    promotion.status, promotion.step, promotion.started_at = "loading", "loading", clock.now()
    return True


def goes_on(promotion_id: str, step: str) -> bool:
    """Note what the new assistant is doing. False: the promotion has been withdrawn."""
    promotion = _lock(promotion_id)
    if promotion is None or not promotion.under_way:
        return False
    promotion.step = step[:32]
    return True


def fail(promotion_id: str, problem: str) -> None:
    """It could not be loaded; what was live stays so."""
    promotion = _lock(promotion_id)
    if promotion is None or not promotion.under_way:
        return
    end(promotion, "failed")
    promotion.problem = problem[:500]
    record(SYSTEM, "promotion.failed", promotion)


def takes_turns(wants: Wanted, address: str, keeper: str) -> bool:
    """From the commit on, turns go to `address`. False: the promotion was withdrawn at the last moment."""
    if wants.promotion_id:
        promotion = _lock(wants.promotion_id)
        if promotion is None or not promotion.under_way:
            return False
        _make_live(wants.model_id)
        end(promotion, "live")
        record(SYSTEM, "promotion.live", promotion)
    says_where(wants.model_id, address, keeper)
    return True


def says_where(model_id: str, address: str, keeper: str) -> None:
    """Write where the assistant is."""
    now = clock.now()
    row = db.session.get(Assistant, LIVE, populate_existing=True) or Assistant(name=LIVE)
    row.address, row.model_id, row.keeper, row.ready_at, row.seen_at = address, model_id, keeper, now, now
    db.session.add(row)


def seen(keeper: str) -> bool:
    """This keeper lives. False: nothing says that it is the one."""
    mine = update(Assistant).where(Assistant.name == LIVE, Assistant.keeper == keeper)
    return db.session.execute(mine.values(seen_at=clock.now())).rowcount == 1  # type: ignore[attr-defined]


def leave(keeper: str) -> None:
    """This keeper ends, and its assistant with it: turns go to the configured address."""
    row = db.session.get(Assistant, LIVE, populate_existing=True)
    if row is not None and row.keeper == keeper:
        db.session.delete(row)


def adopt(current: Record) -> bool:
    """Make live what was trained outside the studio, if its record names an NluModel that is not known yet."""
    if db.session.get(NluModel, current.id) is not None:
        return False
    db.session.add(NluModel(id=current.id, sha256=current.sha256, inputs_hash=current.inputs_hash, trained_at=_moment(current.trained_at)))
    db.session.flush()
    before = live()
    _make_live(current.id)
    now = clock.now()
    row = Promotion(model_id=current.id, before_id=before and before.model_id, kind="training", status="live", asked_at=now, done_at=now)
    db.session.add(row)
    db.session.flush()
    record(SYSTEM, "promotion.live", row)
    return True


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _make_live(model_id: str) -> None:
    db.session.execute(update(NluModel).where(NluModel.status == "live").values(status="kept"))
    db.session.execute(update(NluModel).where(NluModel.id == model_id).values(status="live"))


def end(promotion: Promotion, status: str) -> None:
    """It is over, as `status` says."""
    promotion.status, promotion.under_way, promotion.step, promotion.done_at = status, None, "", clock.now()


def _lock(promotion_id: str) -> Promotion | None:
    return db.session.get(Promotion, promotion_id, populate_existing=True, with_for_update=True)
