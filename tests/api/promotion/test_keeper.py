"""The keeper replaces the assistant without a gap, whatever fails on the way. Its children are stand-ins here."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api.assistant.models import Assistant
from api.db import db
from api.launch import keeper as keepers
from api.launch.keeper import Keeper
from api.promotion import archives, service
from api.promotion.live import Wanted
from api.promotion.models import Promotion
from api.training.models import NluModel
from tests.api.promotion.nlu_models import add_model, admin, run_at

ARCHIVE = b"an archive"


class StandIn:
    """An assistant process: the test says when it is ready, and when it ends."""

    started: list[StandIn] = []

    def __init__(self, settings: Any, wants: Wanted, archive: Path, taken: set[int], beside: bool) -> None:
        self.wants, self.beside = wants, beside
        self.port = next(p for p in range(9000, 9100) if p not in taken)
        self.address = f"http://127.0.0.1:{self.port}"
        self.pid, self.age, self.leaves_at = 0, 1.0, float("inf")
        self.alive, self.ready, self.step = True, False, "loading"
        self.started.append(self)

    def is_alive(self) -> bool:
        return self.alive

    def look(self) -> tuple[bool, str]:
        return self.ready, self.step

    def problem(self) -> str:
        return "It takes a known message for something else."

    def stop(self) -> None:
        self.alive = False

    def settle(self) -> bool:
        return not self.alive


@pytest.fixture
def keeper(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """A keeper whose live NluModel is `old`; `new` may be promoted. Both archives are there."""
    monkeypatch.setattr(keepers, "Child", StandIn)
    monkeypatch.setattr(StandIn, "started", [])
    folder = archives.folder(app.config["SETTINGS"])
    folder.mkdir(exist_ok=True)
    for name in ("old", "new"):
        (folder / f"{name}.tar.gz").write_bytes(ARCHIVE)
    sha256 = archives.sha256(folder / "old.tar.gz")
    with app.app_context():
        add_model("old", "live", sha256=sha256)
        add_model("new", compared_with="old", sha256=sha256)
    yield Keeper(app)


@pytest.fixture
def serving(keeper: Keeper) -> Keeper:
    """The same, with `old` at work."""
    keeper.step()
    StandIn.started[0].ready = True
    keeper.step()
    return keeper


def ask(app: APIFlask, model_id: str = "new") -> str:
    with app.app_context():
        asked = service.promote(admin(app), model_id)
        db.session.commit()
        return asked.id


def told(app: APIFlask) -> tuple[str, str] | None:
    """Where turns go, and to which NluModel."""
    with app.app_context():
        row = db.session.scalar(select(Assistant))
        return (row.address, row.model_id) if row else None


def outcome(app: APIFlask) -> tuple[str, str]:
    with app.app_context():
        row = db.session.scalars(select(Promotion)).one()
        return row.status, row.problem


def current(app: APIFlask) -> str:
    return str(json.loads((archives.folder(app.config["SETTINGS"]) / "current.json").read_text())["id"])


def test_the_new_one_takes_over_when_it_is_ready_and_the_old_one_leaves_later(app: APIFlask, serving: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(app) == ("http://127.0.0.1:9000", "old")
    ask(app)
    serving.step()
    old, new = StandIn.started
    assert (old.beside, new.beside, new.port) == (False, True, 9001)
    new.step = "smoke test"
    serving.step()
    assert told(app) == ("http://127.0.0.1:9000", "old")
    assert outcome(app)[0] == "loading"
    new.ready = True
    serving.step()
    assert told(app) == ("http://127.0.0.1:9001", "new")
    assert outcome(app)[0] == "live" and current(app) == "new"
    serving.step()
    assert old.alive
    now = time.monotonic()
    monkeypatch.setattr(keepers.time, "monotonic", lambda: now + keepers.LEAVES_AFTER + 1)
    serving.step()
    assert not old.alive and new.alive and serving.leaving == []


def test_one_that_fails_its_smoke_test_changes_nothing(app: APIFlask, serving: Keeper) -> None:
    ask(app)
    serving.step()
    StandIn.started[1].alive = False
    serving.step()
    serving.step()
    assert outcome(app) == ("failed", "It takes a known message for something else.")
    assert told(app) == ("http://127.0.0.1:9000", "old")
    assert StandIn.started[0].alive and len(StandIn.started) == 2


def test_an_archive_that_is_not_the_one_that_was_trained_is_never_started(app: APIFlask, serving: Keeper) -> None:
    (archives.folder(app.config["SETTINGS"]) / "new.tar.gz").write_bytes(b"another archive")
    ask(app)
    serving.step()
    assert outcome(app) == ("failed", "new.tar.gz is not the archive that was trained.")
    assert len(StandIn.started) == 1


def test_a_withdrawn_one_is_stopped_while_it_loads(app: APIFlask, serving: Keeper) -> None:
    asked = ask(app)
    serving.step()
    with app.app_context():
        service.withdraw(admin(app, "Bo Al"), asked)
        db.session.commit()
    StandIn.started[1].ready = True
    serving.step()
    assert not StandIn.started[1].alive
    assert told(app) == ("http://127.0.0.1:9000", "old")


def test_one_that_dies_is_started_again_a_little_later_each_time(app: APIFlask, serving: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    StandIn.started[0].age = 3600.0
    StandIn.started[0].alive = False
    clock = [time.monotonic()]
    monkeypatch.setattr(keepers.time, "monotonic", lambda: clock[0])
    serving.step()
    assert len(StandIn.started) == 1
    clock[0] += 1.1
    for _ in range(2):
        serving.step()
        StandIn.started[-1].alive = False
        serving.step()
        clock[0] += 1.1
    assert len(StandIn.started) == 2
    clock[0] += 20
    serving.step()
    assert len(StandIn.started) == 3
    StandIn.started[-1].ready = True
    serving.step()
    assert told(app) == (StandIn.started[-1].address, "old")


def test_a_promotion_is_taken_up_where_a_keeper_died_and_the_live_one_answers_first(app: APIFlask, keeper: Keeper) -> None:
    ask(app)
    keeper.step()
    assert [child.wants.model_id for child in StandIn.started] == ["old"]
    StandIn.started[0].ready = True
    keeper.step()
    keeper.step()
    assert [child.wants.model_id for child in StandIn.started] == ["old", "new"]


def test_a_live_one_that_cannot_be_loaded_gives_way_to_what_was_asked_for(app: APIFlask, keeper: Keeper) -> None:
    keeper.step()
    StandIn.started[0].alive = False
    keeper.step()
    ask(app)
    keeper.step()
    assert StandIn.started[-1].wants.model_id == "new"


def test_a_second_keeper_waits_until_the_first_is_gone(app: APIFlask, keeper: Keeper) -> None:
    with app.app_context():
        run_at("old", "http://127.0.0.1:7", keeper="elsewhere:5")
    keeper.step()
    assert StandIn.started == []
    with app.app_context():
        run_at("old", "http://127.0.0.1:7", keeper=f"{keepers.socket.gethostname()}:{_dead_pid()}")
    keeper.step()
    assert len(StandIn.started) == 1


def test_one_that_was_away_for_long_lets_the_other_be(app: APIFlask, serving: Keeper) -> None:
    with app.app_context():
        run_at("old", "http://127.0.0.1:7", keeper="elsewhere:5")
    serving.step()
    assert [child.wants.model_id for child in serving.leaving] == ["old"] and serving.now is None
    assert told(app) == ("http://127.0.0.1:7", "old")


def test_a_training_on_this_machine_goes_live_at_once_and_a_lost_row_is_written_again(app: APIFlask, serving: Keeper) -> None:
    with app.app_context():
        db.session.execute(NluModel.__table__.update().values(status="kept"))
        db.session.execute(NluModel.__table__.update().where(NluModel.id == "new").values(status="live"))
        db.session.execute(Assistant.__table__.delete())
        db.session.commit()
    serving._seen_at = float("-inf")
    serving.step()
    assert told(app) == ("http://127.0.0.1:9000", "old")
    StandIn.started[1].ready = True
    serving.step()
    assert told(app) == ("http://127.0.0.1:9001", "new")


def test_a_database_that_is_away_stops_nobody_and_the_end_leaves_nothing(app: APIFlask, serving: Keeper) -> None:
    with app.app_context():
        db.session.connection().exec_driver_sql("ALTER TABLE promotions RENAME TO elsewhere")
        db.session.commit()
    serving.step()
    assert StandIn.started[0].alive
    with app.app_context():
        db.session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO promotions")
        db.session.commit()
    serving._end()
    assert not StandIn.started[0].alive
    assert told(app) is None


def _dead_pid() -> int:
    """The id of a process that has ended."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
