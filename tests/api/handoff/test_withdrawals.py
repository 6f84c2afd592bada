"""A candidate who withdraws after an interview: an alarm with the reason, to the recruiter, their lead and the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock, jobs
from api.audit.service import SYSTEM
from api.db import db
from api.handoff.models import Handoff, Request
from api.outbox.models import Mail
from api.roles import service
from api.roles.schemas import ApplicationIn, RoleIn
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import verify
from tests.api.roles.samples import application, role
from tests.api.staff import add_staff

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TOLD = "I have told your recruiter. If they would like to ask you something, they write here. You need not do anything."

Begin = Callable[..., Candidate]


@pytest.fixture
def begin(app: APIFlask, client: FlaskClient) -> Begin:
    """Eva, verified, with an application in a stage."""

    def start(stage: str, interview_at: str | None = "2026-11-20T10:00:00+01:00") -> Candidate:
        sara = add_staff(app, "Sara Nyberg", email="sara@nordvind.example")
        add_staff(app, "Bo Al", email="bo.al@nordvind.example", lead_id=sara)
        interview = {"at": interview_at} if interview_at else None
        data = application(
            ref="A-1", candidate={"email": "eva@example.com", "name": "Eva Nord", "language": "en"}, stage=stage, history=[], interview=interview
        )
        with app.app_context():
            service.save_role(RoleIn().load(role(ref="NV-1")), SYSTEM)
            service.save_application(ApplicationIn().load(data), SYSTEM)
            db.session.commit()
        eva = Candidate(over_flask(client), language="en")
        verify(app, eva.id, "eva@example.com")
        return eva

    return start


def withdraws(fake: FakeAssistant, reason: str | None = None) -> None:
    effect = {"kind": "withdraw", "application": "A-1"} | ({"reason": reason} if reason else {})
    fake.script = lambda body: reply("It is withdrawn.", effects=[effect])


def alarms(app: APIFlask) -> list[tuple[str, bool]]:
    """Who was mailed an alarm, and whether with the reason."""
    with app.app_context():
        found = db.session.scalars(select(Mail).where(Mail.subject == "URGENT: Eva Nord has withdrawn after an interview").order_by(Mail.recipient))
        return [(mail.recipient.split("@")[0], "Reason: I have taken another job" in mail.text) for mail in found]


def handoffs(app: APIFlask) -> list[tuple[str, str, str]]:
    with app.app_context():
        return [(h.reason, h.priority, h.note) for h in db.session.scalars(select(Handoff))]


def requests(app: APIFlask) -> list[tuple[str, Any]]:
    with app.app_context():
        return [(r.text, r.data["priority"]) for r in db.session.scalars(select(Request))]


def test_the_alarm_waits_for_the_reason_and_is_raised_once(app: APIFlask, begin: Begin, fake_assistant: FakeAssistant) -> None:
    with clock.at(NOW):
        eva = begin("offer")
        withdraws(fake_assistant)
        assert eva.say("I withdraw")["status"] == "answered" and handoffs(app) == [] and alarms(app) == []
        withdraws(fake_assistant, "I have taken another job")
        assert eva.say("I have taken another job")["status"] == "with_recruiter"
    assert handoffs(app) == [("withdrew", "high", "I have taken another job")]
    assert alarms(app) == [("bo.al", True), ("sara", True)]
    assert requests(app) == [("I have taken another job", "high")]
    assert eva.seen()[-1] == ("system", TOLD)
    with clock.at(NOW + timedelta(hours=1)), app.app_context():
        jobs.run_now("handoff.withdrawals")
    assert len(alarms(app)) == 2


def test_without_a_reason_the_alarm_comes_after_ten_minutes(app: APIFlask, begin: Begin, fake_assistant: FakeAssistant) -> None:
    with clock.at(NOW):
        eva = begin("interview")
        withdraws(fake_assistant)
        eva.say("I withdraw")
    for minutes, expected in ((9, 0), (11, 2), (12, 2)):
        with clock.at(NOW + timedelta(minutes=minutes)), app.app_context():
            jobs.run_now("handoff.withdrawals")
        assert len(alarms(app)) == expected, minutes
    assert handoffs(app) == [("withdrew", "high", "")] and eva.seen()[-1] == ("system", TOLD)


EARLY: dict[str, tuple[str, str | None]] = {
    "in screening": ("screening", None),
    "before the interview": ("interview", "2026-11-27T10:00:00+01:00"),
    "interview without a time": ("interview", None),
}


@pytest.mark.parametrize("name", EARLY)
def test_before_an_interview_it_is_no_alarm(name: str, app: APIFlask, begin: Begin, fake_assistant: FakeAssistant) -> None:
    with clock.at(NOW):
        eva = begin(*EARLY[name])
        withdraws(fake_assistant, "I have taken another job")
        assert eva.say("I withdraw")["status"] == "answered"
    assert handoffs(app) == [] and alarms(app) == [] and len(requests(app)) == 1
