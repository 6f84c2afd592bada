"""NLU models for tests: rows that the gate lets pass, and what makes one live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIFlask

from api import clock
from api.accounts.models import Staff
from api.db import db
from api.promotion import live
from api.promotion.live import Wanted
from api.training.models import NluModel

KEEPER = "here:1"
COUNTS = {intent: {"sv": 20, "fi": 20, "en": 20} for intent in ("ask_salary", "ask_deadline", "out_of_scope")}
FINE = {"smoke": {"passed": True}, "stories": {"passed": True}}


def add_model(id_: str, status: str = "candidate", compared_with: str | None = None, trained_at: datetime | None = None, **fields: Any) -> NluModel:
    """A row, committed; good enough for the gate if it is compared with the live one."""
    base = {"sha256": "ab" * 32, "counts": COUNTS, "checks": FINE, "comparison": {"held_out": {}, "locked": {}}, "figures": {}}
    row = NluModel(id=id_, status=status, compared_with=compared_with, trained_at=trained_at or clock.now(), **(base | fields))
    db.session.add(row)
    db.session.commit()
    return row


def admin(app: APIFlask, name: str = "Sara Nyberg") -> Staff:
    row = Staff(name=name, email=f"{name.split()[0].lower()}@lumivik.example", access="admin")
    db.session.add(row)
    db.session.commit()
    return row


def put_live(promotion_id: str, address: str = "http://127.0.0.1:9") -> None:
    """What a keeper does once the assistant is ready."""
    wanted = live.wanted()
    assert wanted and wanted.promotion_id == promotion_id
    assert live.begin(promotion_id)
    db.session.commit()
    assert live.takes_turns(wanted, address, KEEPER)
    db.session.commit()


def run_at(model_id: str, address: str, keeper: str = KEEPER) -> None:
    """An assistant with this NluModel takes turns at this address."""
    live.takes_turns(Wanted(model_id, ""), address, keeper)
    db.session.commit()
