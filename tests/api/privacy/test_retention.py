"""What is kept no longer than the company says: the demo says 12 months for applications, 6 for conversations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api import clock, jobs
from api.accounts.models import Invitation, StaffSession
from api.audit.models import AuditEntry
from api.candidates.models import Candidate as CandidateRow
from api.candidates.models import JobAlert, Verification
from api.conversations.models import Conversation, Message
from api.db import db
from api.outbox.models import Mail
from api.privacy import retention
from api.roles.models import Application
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, asks_for, verify
from tests.api.staff import add_staff

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> object:
    with clock.at(NOW):
        yield


def expire(app: APIFlask, after: timedelta) -> None:
    with clock.at(NOW + after), app.app_context():
        retention.run()


def count(app: APIFlask, *kinds: type) -> list[int]:
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


@pytest.mark.parametrize(
    ("months", "before"),
    [(1, "2026-02-28"), (6, "2025-09-30"), (12, "2025-03-31"), (15, "2024-12-31"), (25, "2024-02-29")],
)
def test_months_are_counted_by_the_calendar(months: int, before: str) -> None:
    assert str(retention.months_before(datetime(2026, 3, 31, tzinfo=UTC), months).date()) == before


def test_a_conversation_goes_six_months_after_its_last_word(app: APIFlask, client: FlaskClient) -> None:
    Candidate(over_flask(client)).say("hej")
    expire(app, timedelta(days=180))
    assert count(app, Conversation) == [1]
    expire(app, timedelta(days=182))
    assert count(app, Conversation, Message) == [0, 0]


@pytest.mark.parametrize(("stage", "left"), [("rejected", 0), ("hired", 0), ("withdrawn", 0), ("interview", 1)])
def test_a_decided_application_goes_after_a_year(app: APIFlask, stage: str, left: int) -> None:
    add_applicant(app, stage=stage, stage_since="2026-11-20T10:00:00+01:00")
    expire(app, timedelta(days=360))
    assert count(app, Application, CandidateRow) == [1, 1]
    expire(app, timedelta(days=366))
    assert count(app, Application, CandidateRow) == [left, left]


def test_a_candidate_stays_as_long_as_anything_of_theirs(app: APIFlask, client: FlaskClient) -> None:
    add_applicant(app, stage="rejected", stage_since="2026-11-20T10:00:00+01:00")
    with clock.at(NOW + timedelta(days=300)):
        talk = Candidate(over_flask(client))
        verify(app, talk.id)
    expire(app, timedelta(days=366))
    assert count(app, Application, CandidateRow) == [0, 1]
    expire(app, timedelta(days=500))
    assert count(app, CandidateRow, Conversation) == [0, 0]


def test_codes_and_mails_go_soon(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    add_applicant(app)
    fake_assistant.script = asks_for("verification_start", email=EVA)
    Candidate(over_flask(client)).say("hej")
    fake_assistant.script = asks_for("feedback_score", score=3)
    Candidate(over_flask(client)).say("hej")
    with app.app_context():
        jobs.run_now("outbox.deliver")
    expire(app, timedelta(hours=20))
    assert count(app, Verification, Mail) == [1, 2]
    expire(app, timedelta(hours=25))
    assert count(app, Verification, Mail) == [0, 1]
    expire(app, timedelta(days=31))
    assert count(app, Mail) == [0]


def test_a_mail_that_waits_is_not_dropped(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = asks_for("feedback_score", score=3)
    Candidate(over_flask(client)).say("hej")
    expire(app, timedelta(days=31))
    assert count(app, Mail) == [1]


def test_alerts_go_when_nobody_wants_them(app: APIFlask) -> None:
    with app.app_context():
        for status, ended in (("pending", None), ("confirmed", None), ("ended", NOW)):
            db.session.add(JobAlert(email=f"{status}@example.com", language="sv", status=status, ended_at=ended))
        db.session.commit()
    expire(app, timedelta(days=8))
    assert count(app, JobAlert) == [2]
    expire(app, timedelta(days=31))
    assert count(app, JobAlert) == [1]


def test_sign_ins_and_invitations_of_staff_go_a_season_after_their_end(app: APIFlask) -> None:
    staff = add_staff(app)
    with app.app_context():
        for days in (1, 89, 91):
            end = clock.now() - timedelta(days=days)
            db.session.add(StaffSession(staff_id=staff, token_hash=str(days), expires_at=end))
            db.session.add(Invitation(email=f"{days}@lumivik.example", name="Nils", token_hash=str(days), expires_at=end))
        db.session.commit()
        retention.run()
    assert count(app, StaffSession, Invitation) == [2, 2]


def test_what_goes_is_noted(app: APIFlask, client: FlaskClient) -> None:
    talk = Candidate(over_flask(client))
    expire(app, timedelta(days=200))
    with app.app_context():
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.expired"))
        assert (entry.actor_kind, entry.subject_kind, entry.subject_id, entry.data) == ("system", "conversations", talk.id, {})


def test_many_go_in_small_steps(app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        Candidate(over_flask(client))
    expire(app, timedelta(days=200))
    assert count(app, Conversation) == [0]


def test_the_job_runs_once_a_day(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[datetime] = []
    monkeypatch.setattr(retention, "run", lambda: runs.append(clock.now()))
    for hours in (0, 1, 23, 24, 25, 49):
        with clock.at(NOW + timedelta(hours=hours)), app.app_context():
            jobs.run_now("privacy.retention")
    assert [(r - NOW) // timedelta(hours=1) for r in runs] == [0, 24, 49]
