"""PUT and DELETE /api/v1/applications/{ref}: candidates, stages and promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from api.audit.models import AuditEntry
from api.audit.service import Actor
from api.candidates.models import Candidate
from api.db import db
from api.errors import Conflict
from api.roles import service
from api.roles.models import Application, Promise, StageChange
from tests.api.roles.samples import application, role

Call = Callable[..., Any]
CALL = {"who": "Bo Al", "due_on": "2026-11-20", "channel": "phone"}
MEETING = {"who": "Siv Ek", "due_on": "2026-11-27", "channel": "meeting"}


@pytest.fixture
def sent(put: Call) -> Call:
    """Sends application A-1, with the role there, and says what came of it."""
    put("/roles/NV-1", role())

    def send(**changes: Any) -> str:
        answer = put("/applications/A-1", application(**changes))
        assert answer.status_code in (200, 201), answer.json
        return str(answer.json["outcome"])

    return send


def _promises(app: APIFlask) -> list[tuple[str, str]]:
    with app.app_context():
        found = db.session.scalars(select(Promise).order_by(Promise.due_on))
        return [(p.who, p.status) for p in found]


def _application(app: APIFlask) -> Application:
    with app.app_context():
        return db.session.scalars(select(Application)).one()


def _stages(app: APIFlask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(StageChange.stage).order_by(StageChange.at)))


def test_an_application_comes_with_its_candidate_history_and_promise(app: APIFlask, sent: Call) -> None:
    assert sent() == "created"
    kept = _application(app)
    assert (kept.candidate.email, kept.candidate.name, kept.candidate.language) == ("eva.nord@example.com", "Eva Nord", "sv")
    assert (kept.stage, kept.status) == ("screening", "active")
    assert kept.received_at == datetime(2026, 11, 6, 19, 0, tzinfo=UTC)
    assert _stages(app) == ["received", "screening"]
    assert _promises(app) == [("Bo Al", "open")]


def test_the_same_again_changes_nothing(app: APIFlask, sent: Call) -> None:
    sent()
    assert sent() == "unchanged"
    assert sent(candidate={"email": "EVA.NORD@example.com"}) == "unchanged"
    assert _stages(app) == ["received", "screening"] and _promises(app) == [("Bo Al", "open")]
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(AuditEntry.action.startswith("application."))) == 1


def test_a_second_application_finds_the_candidate_by_address(app: APIFlask, put: Call, sent: Call) -> None:
    sent()
    put("/applications/A-2", application(candidate={"email": "eva.nord@EXAMPLE.com", "name": "Eva Nord-Ek"}))
    with app.app_context():
        candidate = db.session.scalars(select(Candidate)).one()
        assert candidate.name == "Eva Nord-Ek" and candidate.phone == "+46 70 174 06 98"


def test_an_unknown_role_is_refused_and_nothing_is_stored(app: APIFlask, put: Call) -> None:
    answer = put("/applications/A-1", application())
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "role"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Candidate)) == 0


def test_another_stage_in_time_keeps_the_promise(app: APIFlask, sent: Call) -> None:
    sent()
    changes = {"stage": "interview", "stage_since": "2026-11-20T23:30:00+01:00"}
    kept = application(**changes)
    del kept["promise"], kept["history"]
    assert sent(**changes, promise=None) == "changed"
    assert _promises(app) == [("Bo Al", "kept")]
    assert _stages(app) == ["received", "screening", "interview"]


def test_another_stage_after_the_day_breaks_the_promise(app: APIFlask, sent: Call) -> None:
    sent()
    sent(stage="interview", stage_since="2026-11-21T00:30:00+01:00", promise=None)
    assert _promises(app) == [("Bo Al", "broken")]


def test_another_stage_keeps_the_promise_when_none_is_said(app: APIFlask, put: Call, sent: Call) -> None:
    sent()
    put("/applications/A-1", {"role": "NV-1", "candidate": {"email": "eva.nord@example.com"}, "stage": "rejected", "stage_since": "2026-11-12T09:00:00Z"})
    assert _promises(app) == [("Bo Al", "kept")]
    assert (_application(app).status, _stages(app)[-1]) == ("rejected", "rejected")


def test_another_stage_with_a_new_promise(app: APIFlask, sent: Call) -> None:
    sent()
    sent(stage="interview", stage_since="2026-11-15T09:00:00+01:00", promise=MEETING)
    assert _promises(app) == [("Bo Al", "kept"), ("Siv Ek", "open")]


def test_another_stage_with_the_same_promise_leaves_it_open(app: APIFlask, sent: Call) -> None:
    sent(stage="received", history=[], promise=CALL)
    sent(stage="screening", promise=CALL)
    assert _promises(app) == [("Bo Al", "open")]


def test_a_new_promise_in_the_same_stage_replaces_the_old(app: APIFlask, sent: Call) -> None:
    sent()
    assert sent(promise=MEETING) == "changed"
    assert _promises(app) == [("Bo Al", "replaced"), ("Siv Ek", "open")]


def test_a_promise_taken_back_is_dropped(app: APIFlask, sent: Call) -> None:
    sent()
    assert sent(promise=None) == "changed"
    assert _promises(app) == [("Bo Al", "dropped")]


def test_a_promise_that_is_not_mentioned_stays(app: APIFlask, put: Call, sent: Call) -> None:
    sent()
    body = application()
    del body["promise"]
    assert put("/applications/A-1", body).json["outcome"] == "unchanged"
    assert _promises(app) == [("Bo Al", "open")]


def test_the_ats_says_how_a_promise_ended(app: APIFlask, sent: Call) -> None:
    sent()
    sent(promise=CALL | {"status": "broken"})
    assert _promises(app) == [("Bo Al", "broken")]
    sent(promise=None, past_promises=[CALL | {"status": "kept"}])
    assert _promises(app) == [("Bo Al", "kept")]


def test_past_promises_are_remembered_once(app: APIFlask, sent: Call) -> None:
    past = [{"who": "Ada", "due_on": "2026-11-01", "channel": "email", "made_at": "2026-10-20T10:00:00Z", "status": "kept"}]
    sent(past_promises=past)
    assert sent(past_promises=past) == "unchanged"
    assert _promises(app) == [("Ada", "kept"), ("Bo Al", "open")]


def test_the_database_refuses_a_second_open_promise(app: APIFlask, sent: Call) -> None:
    from sqlalchemy.exc import IntegrityError

    sent()
    with app.app_context():
        kept = db.session.scalars(select(Application)).one()
        db.session.add(Promise(application_id=kept.id, who="X", due_on=date(2026, 12, 1), channel="phone"))
        with pytest.raises(IntegrityError):
            db.session.flush()


def test_a_candidate_who_withdrew_stays_withdrawn_until_a_later_stage(app: APIFlask, sent: Call) -> None:
    sent()
    with app.app_context():
        kept = db.session.scalars(select(Application)).one()
        service.withdraw_application(kept, "Another job", Actor("candidate", "c"), datetime(2026, 11, 18, tzinfo=UTC))
        db.session.commit()
    assert _promises(app) == [("Bo Al", "dropped")]
    assert sent(stage="interview", stage_since="2026-11-17T09:00:00Z", promise=MEETING) == "unchanged"
    assert (_application(app).status, _application(app).withdrawal_reason) == ("withdrawn", "Another job")
    assert sent(stage="interview", stage_since="2026-11-19T09:00:00Z", promise=MEETING) == "changed"
    assert (_application(app).status, _application(app).withdrawal_reason) == ("active", None)
    assert _promises(app) == [("Bo Al", "dropped"), ("Siv Ek", "open")]


def test_withdrawing_twice_is_once_and_after_the_end_refused(app: APIFlask, sent: Call) -> None:
    sent()
    actor, now = Actor("candidate", "c"), datetime(2026, 11, 18, tzinfo=UTC)
    with app.app_context():
        kept = db.session.scalars(select(Application)).one()
        service.withdraw_application(kept, "", actor, now)
        service.withdraw_application(kept, "again", actor, now)
        db.session.commit()
    assert _stages(app) == ["received", "screening", "withdrawn"]
    sent(stage="hired", stage_since="2026-11-19T09:00:00Z", promise=None)
    with app.app_context(), pytest.raises(Conflict):
        service.withdraw_application(db.session.scalars(select(Application)).one(), "", actor, now)


def test_interview_and_feedback_stay_until_they_are_sent_again(app: APIFlask, put: Call, sent: Call) -> None:
    sent(interview={"at": "2026-11-25T10:00:00+01:00", "form": "video", "participants": ["Bo Al"]}, feedback="Du var väl förberedd, tack för samtalet.")
    sent()
    kept = _application(app)
    assert kept.interview == {"at": "2026-11-25T09:00:00+00:00", "form": "video", "participants": ["Bo Al"]}
    assert kept.feedback == {"sv": "Du var väl förberedd, tack för samtalet."}
    sent(interview=None, feedback={"en": "Well done."})
    assert (_application(app).interview, _application(app).feedback) == (None, {"en": "Well done."})


def test_an_application_is_removed_with_all_that_belongs_to_it(app: APIFlask, delete: Call, sent: Call) -> None:
    sent()
    assert delete("/applications/A-1").status_code == 204
    assert delete("/applications/A-1").status_code == 404
    assert _stages(app) == [] and _promises(app) == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Candidate)) == 1


WRONG = {
    "unknown field": {"score": 5},
    "unknown stage": {"stage": "shortlist"},
    "status beside the stage": {"status": "hired"},
    "no address": {"candidate": {"name": "Eva"}},
    "address": {"candidate": {"email": "eva"}},
    "address that grows": {"candidate": {"email": "İ" * 120 + "@example.com"}},
    "a number for a name": {"candidate": {"email": "a@example.com", "name": 5}},
    "moment without zone": {"received_at": "2026-11-06T20:00:00"},
    "moment before time": {"received_at": "0001-01-01T00:00:00+14:00"},
    "moment after time": {"stage_since": "9999-12-31T23:59:59-12:00"},
    "no moment": {"stage_since": "yesterday"},
    "promise without a day": {"promise": {"who": "Bo", "channel": "phone"}},
    "promise by pigeon": {"promise": CALL | {"channel": "pigeon"}},
    "endless interview": {"interview": {"at": "2026-11-25T10:00:00Z", "minutes": 10**12}},
    "feedback as a number": {"feedback": 5},
    "feedback in a language that is none": {"feedback": {"xx": "x"}},
    "NUL in feedback": {"feedback": "a\0"},
    "role as a list": {"role": ["NV-1"]},
    "list for an object": {"candidate": []},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused_with_its_field(app: APIFlask, put: Call, changes: dict[str, Any]) -> None:
    put("/roles/NV-1", role())
    answer = put("/applications/A-1", application(**changes))
    assert answer.status_code == 422, answer.json
    assert answer.json["errors"][0]["field"].split(".")[0] == next(iter(changes))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Application)) == 0
