"""Reading promotions: what is live, what is under way, what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from api import clock
from api.accounts.models import Staff
from api.assistant.address import TRUSTED
from api.assistant.models import LIVE, Assistant
from api.db import db
from api.errors import NotFound
from api.promotion.models import FollowUp, Promotion
from api.training.models import NluModel

SHOWN = 50
TAKEN_UP = timedelta(seconds=20)


@dataclass(frozen=True)
class State:
    """Now: `running` is the assistant that has said lately that it lives, `waiting` how many answers can be told."""

    under_way: Promotion | None
    running: Assistant | None
    waiting: int

    @property
    def stalled(self) -> bool:
        """Nobody has taken up what was asked for."""
        return self.under_way is not None and self.under_way.status == "asked" and clock.now() - self.under_way.asked_at > TAKEN_UP


@dataclass(frozen=True)
class Event:
    """A line of the history. `model` is None for an NluModel that the database does not know."""

    promotion: Promotion
    model: NluModel | None
    staff: str | None
    told: int
    proposed: int


def state() -> State:
    """What is going on right now."""
    lately = (Assistant.name == LIVE, Assistant.seen_at > clock.now() - TRUSTED)
    return State(
        db.session.scalar(select(Promotion).where(Promotion.under_way.is_(True))),
        db.session.scalar(select(Assistant).where(*lately)),
        db.session.scalar(select(func.count()).select_from(FollowUp).where(FollowUp.status == "proposed")) or 0,
    )


def history() -> list[Event]:
    """The newest first."""
    rows = db.session.execute(
        select(Promotion, NluModel, Staff.name)
        .outerjoin(NluModel, NluModel.id == Promotion.model_id)
        .outerjoin(Staff, Staff.id == Promotion.staff_id)
        .order_by(Promotion.asked_at.desc(), Promotion.id)
        .limit(SHOWN)
    ).all()
    told = _told([promotion.id for promotion, _, _ in rows])
    return [Event(p, m, name, told.get((p.id, "sent"), 0), told.get((p.id, "proposed"), 0)) for p, m, name in rows]


def _told(ids: list[str]) -> dict[tuple[str, str], int]:
    counted = select(FollowUp.promotion_id, FollowUp.status, func.count()).where(FollowUp.promotion_id.in_(ids))
    return {(id_, status): n for id_, status, n in db.session.execute(counted.group_by(FollowUp.promotion_id, FollowUp.status))}


def kept() -> list[NluModel]:
    """NluModels that can be gone back to, the one that was live last first."""
    last = last_live()
    rows = db.session.scalars(select(NluModel).where(NluModel.status == "kept"))
    return sorted(rows, key=lambda model: last.get(model.id, model.trained_at), reverse=True)


def last_live() -> Mapping[str, datetime]:
    """When each NluModel was put live last."""
    query = select(Promotion.model_id, func.max(Promotion.done_at)).where(Promotion.status == "live").group_by(Promotion.model_id)
    return {model_id: at for model_id, at in db.session.execute(query) if at is not None}


def promotion(id_: str) -> Promotion:
    """One of them. Raises `NotFound`."""
    found = db.session.get(Promotion, id_)
    if found is None:
        raise NotFound
    return found
