"""The ATS sends an application again and knows nothing of what the desk did with its promises meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.service import Actor
from api.db import db
from api.roles import promise_acts, service
from api.roles.models import Application, Promise, Role
from api.roles.schemas import ApplicationIn
from tests.api.roles.samples import application

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
CALL = {"who": "Ebba Ek", "due_on": "2026-11-20", "channel": "phone"}
DATED = CALL | {"made_at": "2026-11-10T10:00:00+01:00"}
LATER = CALL | {"due_on": "2026-11-27"}
MOVED = {"stage": "interview", "stage_since": "2026-11-17T12:00:00+01:00"}
Send = Callable[..., str]


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


@pytest.fixture
def ebba(context: APIFlask, save_role: Callable[..., Role]) -> Staff:
    """Ebba, with the role there."""
    save_role()
    found = Staff(name="Ebba Ek", email="ebba.ek@nordvind.example")
    db.session.add(found)
    db.session.commit()
    return found


@pytest.fixture
def send(ebba: Staff) -> Send:
    """Sends application A-1 on a day of November at noon; gives what came of it."""

    def send(day: int, promise: dict[str, Any] | None, **changes: Any) -> str:
        with clock.at(noon(day)):
            outcome = service.save_application(ApplicationIn().load(application(ref="A-1", promise=promise, **changes)), Actor("ats", "k")).outcome
            db.session.commit()
        return outcome

    return send


def noon(day: int) -> datetime:
    return datetime(2026, 11, day, 11, 0, tzinfo=UTC)


def call(ebba: Staff) -> None:
    """Ebba calls on Tuesday and notes it at the desk."""
    with clock.at(datetime(2026, 11, 17, 8, 0, tzinfo=UTC)):
        promise_acts.keep(ebba, db.session.scalars(select(Promise.id).where(Promise.status == "open")).one())
        db.session.commit()


def name(ebba: Staff, day: int) -> None:
    """Ebba promises at the desk, on Tuesday, to call by another day."""
    with clock.at(datetime(2026, 11, 17, 8, 0, tzinfo=UTC)):
        promise_acts.promise(ebba, db.session.scalars(select(Application.id)).one(), date(2026, 11, day), "phone")
        db.session.commit()


def known() -> list[tuple[int, str]]:
    db.session.expire_all()
    found = db.session.scalars(select(Promise).order_by(Promise.due_on, Promise.made_at))
    return [(p.due_on.day, p.status) for p in found]


@pytest.mark.parametrize("promise", [CALL, DATED], ids=["without made_at", "with made_at"])
def test_a_promise_that_was_kept_is_not_opened_again(send: Send, ebba: Staff, promise: dict[str, Any]) -> None:
    send(16, promise)
    call(ebba)
    assert send(18, promise) == "unchanged"
    assert known() == [(20, "kept")]


def test_a_promise_that_was_broken_is_not_opened_again(send: Send, ebba: Staff) -> None:
    send(13, CALL | {"due_on": "2026-11-16"})
    call(ebba)
    assert send(18, CALL | {"due_on": "2026-11-16"}) == "unchanged"
    assert known() == [(16, "broken")]


@pytest.mark.parametrize("promise", [CALL, DATED], ids=["without made_at", "with made_at"])
def test_a_day_named_at_the_desk_stays_until_the_ats_names_another(send: Send, ebba: Staff, promise: dict[str, Any]) -> None:
    send(16, promise)
    name(ebba, 25)
    assert send(18, promise) == "unchanged"
    assert known() == [(20, "replaced"), (25, "open")]
    assert send(19, LATER) == "changed"
    assert known() == [(20, "replaced"), (25, "replaced"), (27, "open")]


def test_what_the_desk_put_in_its_place_may_be_kept_meanwhile(send: Send, ebba: Staff) -> None:
    send(16, CALL)
    name(ebba, 25)
    call(ebba)
    assert send(18, CALL) == "unchanged"
    assert known() == [(20, "replaced"), (25, "kept")]


def test_the_ats_may_change_its_own_mind_and_back(send: Send) -> None:
    for day, promise in ((16, CALL), (17, LATER), (18, CALL)):
        assert send(day, promise) != "unchanged"
    assert known() == [(20, "replaced"), (20, "open"), (27, "replaced")]


def test_the_same_contact_made_anew_is_another_promise(send: Send, ebba: Staff) -> None:
    send(16, DATED)
    call(ebba)
    assert send(18, CALL | {"made_at": "2026-11-18T09:00:00+01:00"}) == "changed"
    assert known() == [(20, "kept"), (20, "open")]


def test_in_the_next_stage_what_the_ats_has_ended_itself_may_be_promised_again(send: Send) -> None:
    send(16, CALL)
    send(17, None, **MOVED)
    assert known() == [(20, "kept")]
    assert send(18, CALL, stage="assessment", stage_since="2026-11-18T09:00:00+01:00") == "changed"
    assert known() == [(20, "kept"), (20, "open")]


@pytest.mark.parametrize("promise", [CALL, DATED], ids=["without made_at", "with made_at"])
def test_what_was_kept_at_the_desk_is_old_news_in_the_next_stage_too(send: Send, ebba: Staff, promise: dict[str, Any]) -> None:
    send(16, promise)
    call(ebba)
    assert send(18, promise, **MOVED) == "changed"
    assert known() == [(20, "kept")]
    assert send(19, promise, **MOVED) == "unchanged"
    assert known() == [(20, "kept")]


def test_what_was_broken_at_the_desk_is_old_news_in_the_next_stage_too(send: Send, ebba: Staff) -> None:
    late = CALL | {"due_on": "2026-11-16"}
    send(13, late)
    call(ebba)
    send(18, late, **MOVED)
    assert known() == [(16, "broken")]


def test_what_was_taken_back_at_the_desk_was_not_settled_there(send: Send, ebba: Staff) -> None:
    send(16, CALL)
    call(ebba)
    with clock.at(datetime(2026, 11, 17, 9, 0, tzinfo=UTC)):
        promise_acts.take_back(ebba, db.session.scalars(select(Promise.id)).one())
        db.session.commit()
    send(18, None, **MOVED)
    send(19, CALL, stage="assessment", stage_since="2026-11-19T09:00:00+01:00")
    assert known() == [(20, "kept"), (20, "open")]


@pytest.mark.parametrize("promise", [None, CALL, LATER], ids=["null", "the same", "another"])
@pytest.mark.parametrize("day", [17, 24], ids=["in time", "late"])
def test_who_has_withdrawn_in_the_ats_is_owed_nothing_any_more(send: Send, promise: dict[str, Any] | None, day: int) -> None:
    send(16, CALL)
    gone = {"stage": "withdrawn", "stage_since": f"2026-11-{day}T09:00:00+01:00"}
    assert send(day, promise, **gone) == "changed"
    assert known() == [(20, "dropped")]
    assert send(day + 1, promise, **gone) == "unchanged"
    assert known() == [(20, "dropped")]


def test_a_withdrawal_in_the_ats_also_drops_what_staff_promised(send: Send, ebba: Staff) -> None:
    send(16, None)
    name(ebba, 25)
    send(18, None, stage="withdrawn", stage_since="2026-11-18T09:00:00+01:00")
    assert known() == [(25, "dropped")]


def test_an_application_that_comes_withdrawn_has_no_promise(send: Send) -> None:
    assert send(18, CALL, stage="withdrawn", stage_since="2026-11-18T09:00:00+01:00") == "created"
    assert known() == []


def test_a_promise_that_comes_with_its_own_past_is_made(send: Send) -> None:
    send(16, CALL, past_promises=[CALL | {"status": "kept"}])
    assert sorted(known()) == [(20, "kept"), (20, "open")]


def test_null_takes_back_what_the_ats_promised_but_not_what_staff_did(send: Send, ebba: Staff) -> None:
    send(16, None)
    name(ebba, 25)
    assert send(18, None) == "unchanged"
    assert known() == [(25, "open")]
    send(18, LATER)
    assert send(19, None) == "changed"
    assert known() == [(25, "replaced"), (27, "dropped")]


def test_another_stage_settles_what_staff_promised_even_with_null(send: Send, ebba: Staff) -> None:
    send(16, None)
    name(ebba, 25)
    assert send(18, None, **MOVED) == "changed"
    assert known() == [(25, "kept")]


@pytest.mark.parametrize("promise", [CALL, DATED], ids=["without made_at", "with made_at"])
def test_what_staff_have_made_their_own_is_still_the_promise_of_the_ats(send: Send, ebba: Staff, promise: dict[str, Any]) -> None:
    send(16, promise)
    name(ebba, 20)
    assert send(18, promise) == "unchanged"
    send(18, promise, **MOVED)
    assert known() == [(20, "replaced"), (20, "open")], "another stage with the same promise leaves it open"
    for outcome in ("changed", "unchanged"):
        assert send(19, promise | {"status": "kept"}, **MOVED) == outcome
    assert known() == [(20, "replaced"), (20, "kept")]
