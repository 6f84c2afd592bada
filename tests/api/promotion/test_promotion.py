"""A candidate goes live past the gate, an earlier model comes back, and the database says at each moment which one it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.audit.models import AuditEntry
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.promotion import live, queries, service
from api.promotion.live import Record, Wanted
from api.promotion.models import Promotion
from api.training.models import NluModel
from tests.api.promotion.nlu_models import KEEPER, add_model, admin, put_live


def statuses() -> dict[str, str]:
    db.session.rollback()
    return dict(db.session.execute(select(NluModel.id, NluModel.status)).all())


def audited() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at)))


def test_a_candidate_goes_live_and_the_one_before_comes_back(context: APIFlask) -> None:
    sara = admin(context)
    add_model("old", "live")
    add_model("new", compared_with="old")
    asked = service.promote(sara, "new")
    db.session.commit()
    assert live.wanted() == Wanted("new", "ab" * 32, asked.id)
    assert live.live() == Wanted("old", "ab" * 32)
    put_live(asked.id)
    assert statuses() == {"old": "kept", "new": "live"}
    assert (asked.status, asked.under_way, asked.before_id) == ("live", None, "old")
    back = service.roll_back(sara, "old")
    db.session.commit()
    put_live(back.id)
    assert statuses() == {"old": "live", "new": "kept"}
    assert live.wanted() == Wanted("old", "ab" * 32)
    assert [(e.promotion.kind, e.staff, e.model and e.model.id) for e in queries.history()] == [
        ("roll_back", "Sara Nyberg", "old"),
        ("promotion", "Sara Nyberg", "new"),
    ]
    assert [m.id for m in queries.kept()] == ["new"]
    assert audited() == ["promotion.asked", "promotion.live", "roll_back.asked", "promotion.live"]


def test_the_gate_stops_it_unless_an_admin_says_why(context: APIFlask) -> None:
    sara = admin(context)
    add_model("old", "live")
    add_model("thin", compared_with="old", checks={"smoke": {"passed": False}, "stories": {"passed": True}})
    with pytest.raises(service.Stopped):
        service.promote(sara, "thin", "   ")
    with pytest.raises(Invalid):
        service.promote(sara, "thin", "x" * 1001)
    asked = service.promote(sara, "thin", "The Finnish office\nis closed.")
    db.session.commit()
    assert asked.reason == "The Finnish office is closed."
    assert [o["code"] for o in asked.objections] == ["smoke_failed"]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.data == {"model": "thin", "over_the_gate": True}


def test_one_change_at_a_time_which_can_be_withdrawn(context: APIFlask) -> None:
    sara = admin(context)
    add_model("old", "live")
    for name in ("new", "newer"):
        add_model(name, compared_with="old")
    asked = service.promote(sara, "new")
    db.session.commit()
    with pytest.raises(service.UnderWay):
        service.promote(sara, "newer")
    db.session.rollback()
    assert live.begin(asked.id) and live.goes_on(asked.id, "smoke test")
    db.session.commit()
    assert (asked.status, asked.step) == ("loading", "smoke test")
    service.withdraw(sara, asked.id)
    db.session.commit()
    assert not live.goes_on(asked.id, "warming up")
    assert not live.takes_turns(Wanted("new", "", asked.id), "http://127.0.0.1:9", KEEPER)
    db.session.rollback()
    with pytest.raises(Conflict):
        service.withdraw(sara, asked.id)
    assert live.wanted() == Wanted("old", "ab" * 32)
    service.promote(sara, "newer")


def test_only_what_fits_can_be_asked_for(context: APIFlask) -> None:
    sara = admin(context)
    add_model("old", "live")
    add_model("gone", "gone")
    add_model("new", compared_with="old")
    for wrong in ("old", "gone"):
        with pytest.raises(Conflict):
            service.promote(sara, wrong)
        with pytest.raises(Conflict):
            service.roll_back(sara, wrong)
    with pytest.raises(Conflict):
        service.roll_back(sara, "new")
    with pytest.raises(NotFound):
        service.promote(sara, "none")


def test_what_cannot_be_loaded_leaves_the_live_one(context: APIFlask) -> None:
    sara = admin(context)
    add_model("old", "live")
    add_model("new", compared_with="old")
    asked = service.promote(sara, "new")
    db.session.commit()
    live.begin(asked.id)
    live.fail(asked.id, "It takes a known message for something else.")
    db.session.commit()
    assert statuses() == {"old": "live", "new": "candidate"}
    assert (asked.status, asked.problem) == ("failed", "It takes a known message for something else.")
    again = service.promote(sara, "new")
    db.session.commit()
    for _ in range(live.MOST_ATTEMPTS):
        assert live.begin(again.id)
        db.session.commit()
    assert not live.begin(again.id)
    db.session.commit()
    assert again.status == "failed"


def test_what_was_trained_outside_becomes_live_once(context: APIFlask) -> None:
    add_model("old", "live")
    made = Record("made", "cd" * 32, "ef" * 32, "2026-11-26T00:33:51+00:00")
    assert live.adopt(made)
    db.session.commit()
    assert statuses() == {"old": "kept", "made": "live"}
    assert not live.adopt(made)
    assert live.record_of("made") == made
    db.session.expire_all()
    row = db.session.scalars(select(Promotion)).one()
    assert (row.kind, row.status, row.under_way, row.staff_id, row.before_id) == ("training", "live", None, None, "old")
    assert live.wanted() == Wanted("made", "cd" * 32)


def test_one_keeper_serves_until_it_has_been_silent(context: APIFlask) -> None:
    add_model("old", "live")
    assert live.takes_turns(Wanted("old", ""), "http://127.0.0.1:9", KEEPER)
    db.session.commit()
    assert live.serves_elsewhere("there:2") == KEEPER
    assert live.serves_elsewhere(KEEPER) is None
    with clock.at(clock.now() + timedelta(seconds=31)):
        assert live.serves_elsewhere("there:2") is None
        assert live.seen(KEEPER)
        assert live.serves_elsewhere("there:2") == KEEPER
    live.leave("there:2")
    assert live.seen(KEEPER)
    live.leave(KEEPER)
    assert not live.seen(KEEPER)
