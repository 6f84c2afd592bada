"""Another NLU model goes live and comes back while twenty messages a second arrive: real processes, nothing lost or doubled."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.app import create_app
from api.config import ROOT
from api.conversations.models import Message
from api.db import db, read_only
from api.promotion import service
from api.promotion.models import Promotion
from api.training.models import NluModel
from tests.e2e.desk import Chat, Desk
from tests.e2e.load import Load, Sent

SECONDS = 8.0  # of load before, between and after
SECOND_ID = "a-copy-of-the-model-in-force"
LOADS_WITHIN = 240.0


@pytest.fixture(scope="module")
def app(own_desk: Desk) -> Any:
    """The desk's database, seen from here."""
    return create_app(own_desk._settings)


@pytest.fixture(scope="module")
def first(own_desk: Desk, app: Any) -> str:
    """The id of the model in force; a copy of it under another id may be put live."""
    folder = own_desk.var / "models"
    current = json.loads((folder / "current.json").read_text())
    shutil.copy(folder / f"{current['id']}.tar.gz", folder / f"{SECOND_ID}.tar.gz")
    with app.app_context():
        wait_for(lambda: _read(select(NluModel.id).where(NluModel.id == current["id"])) is not None, 60)
        live = db.session.get_one(NluModel, current["id"])
        fields = {"sha256": live.sha256, "counts": {"ask_salary": {"sv": 20, "fi": 20, "en": 20}}, "comparison": {}, "compared_with": live.id}
        checks = {"smoke": {"passed": True}, "stories": {"passed": True}}
        db.session.add(NluModel(id=SECOND_ID, status="candidate", checks=checks, trained_at=clock.now(), **fields))
        db.session.commit()
    return str(current["id"])


def _read(query: Any) -> Any:
    """The one row that a query finds. Leaves no transaction open: it would keep the desk from writing."""
    read_only()
    found = db.session.execute(query).one_or_none()
    db.session.rollback()
    return found


def wait_for(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.2)


def change(app: Any, ask: Callable[[Staff, str], Promotion], model_id: str) -> float:
    """Put a model live and wait until it is; seconds that this took."""
    began = time.monotonic()
    with app.app_context():
        sara = db.session.scalars(select(Staff).where(Staff.access == "admin")).first()
        assert sara is not None
        asked = ask(sara, model_id).id
        db.session.commit()

        def over() -> bool:
            status, problem = _read(select(Promotion.status, Promotion.problem).where(Promotion.id == asked))
            assert status != "failed", problem
            return str(status) == "live"

        wait_for(over, LOADS_WITHIN)
    return time.monotonic() - began


def told(desk: Desk, **figures: Any) -> None:
    """Keep the figures for docs/studio.md."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    (folder / "swap.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))


def test_no_message_is_lost_or_doubled_while_models_change(own_desk: Desk, app: Any, first: str) -> None:
    load = Load(own_desk.url)
    load.start()
    try:
        promoted, back, quiet_until, ended = _there_and_back(app, first)
    finally:
        load.stop()
    late = sum(s.status != "answered" for s in load.sent if s.at > quiet_until)
    before, during = load.longest(0, quiet_until), load.longest(quiet_until, ended)
    told(
        own_desk,
        messages=len(load.sent),
        a_second=round(len(load.sent) / (ended - load._began), 1),
        promotion_seconds=round(promoted, 1),
        roll_back_seconds=round(back, 1),
        waiting=late,
        longest_before=round(before, 3),
        longest_during=round(during, 3),
        p99_during=round(_p99([s for s in load.sent if s.at > quiet_until]), 3),
        load_average=os.getloadavg()[0],
    )
    _nothing_lost_or_doubled(load)  # how long it took is kept above and told in the docs: times are never a test
    assert _answered_by(app) >= {first, SECOND_ID}


def _there_and_back(app: Any, first: str) -> tuple[float, float, float, float]:
    """Seconds of the promotion and of the way back; when the first began and when all was over (monotonic)."""
    time.sleep(SECONDS)
    quiet_until = time.monotonic()
    promoted = change(app, lambda staff, id_: service.promote(staff, id_, "A copy, to try the change."), SECOND_ID)
    time.sleep(SECONDS)
    back = change(app, service.roll_back, first)
    time.sleep(SECONDS)
    return promoted, back, quiet_until, time.monotonic()


def _p99(sent: list[Sent]) -> float:
    took = sorted(s.took for s in sent)
    return took[int(len(took) * 0.99)]


def _nothing_lost_or_doubled(load: Load) -> None:
    """Each message stands once in its conversation, with one reply; those put off are answered by the worker."""
    wait_for(lambda: all(_answered(messages) for messages in load.histories().values()), 300)
    for id_, messages in load.histories().items():
        mine = [m for m in messages if m["sender"] == "candidate"]
        assert Counter(m["client_id"] for m in mine) == Counter(s.client_id for s in load.sent if s.conversation == id_)
        replies = Counter(m["in_reply_to"] for m in messages if m["in_reply_to"])
        assert replies == Counter(m["id"] for m in mine)


def _answered(messages: list[dict[str, Any]]) -> bool:
    replied = {m["in_reply_to"] for m in messages}
    return all(m["id"] in replied for m in messages if m["sender"] == "candidate")


def _answered_by(app: Any) -> set[str]:
    """The NLU models that took turns."""
    with app.app_context():
        return {id_ for id_ in db.session.scalars(select(Message.model_id).distinct()) if id_}


def test_an_assistant_that_dies_is_started_again(own_desk: Desk) -> None:
    chat = Chat(own_desk, "en", "LV-101")
    assert "42,000" in chat.ask("what is the salary?")
    client_id = str(uuid.uuid4())
    os.kill(_assistant(own_desk), signal.SIGKILL)
    assert chat.send(client_id, text="what is the salary?")["status"] == "waiting"
    own_desk.wait()
    until = time.monotonic() + 60
    while chat.history()["status"] != "answered" and time.monotonic() < until:
        time.sleep(0.5)
    asked = next(m for m in chat.history()["messages"] if m["client_id"] == client_id)
    assert len([m for m in chat.history()["messages"] if m["in_reply_to"] == asked["id"]]) == 1


def test_a_keeper_that_is_killed_leaves_no_assistant_behind_and_the_next_one_serves(own_desk: Desk) -> None:
    orphan = _assistant(own_desk)
    own_desk._running["assistant"].kill()
    own_desk._running.pop("assistant").wait(10)
    until = time.monotonic() + 60
    while Path(f"/proc/{orphan}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{orphan}").exists()
    own_desk.start("assistant")
    own_desk.wait()
    assert "42,000" in Chat(own_desk, "en", "LV-101").ask("what is the salary?")


def test_a_keeper_that_is_stopped_stops_its_assistant(own_desk: Desk) -> None:
    child = _assistant(own_desk)
    own_desk._running["assistant"].terminate()
    own_desk._running.pop("assistant").wait(30)
    assert not Path(f"/proc/{child}").exists()
    assert httpx.get(f"{own_desk.url}/readyz", timeout=20).json()["assistant"] == "waking_up"


def _assistant(desk: Desk) -> int:
    """The process id of the assistant that the keeper runs."""
    keeper = desk._running["assistant"].pid
    children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    assert len(children) == 1, children
    return int(children[0])
