"""GET /internal/v1/conversations/{id}/applications and /response-times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api import clock

Call = Callable[..., Any]
EVA = "eva.nord@example.com"


def _candidate(number: int) -> dict[str, str]:
    return {"email": f"candidate{number}@example.com"}


@pytest.fixture
def view(read: Call, conversation: Call) -> Callable[..., dict[str, Any]]:
    """Eva's only application, as the assistant sees it."""

    def get(language: str = "sv") -> dict[str, Any]:
        answer = read(f"/conversations/{conversation(EVA)}/applications", language=language)
        assert answer.status_code == 200, answer.json
        (found,) = answer.json["applications"]
        return dict(found)

    return get


def test_only_who_is_verified_sees_applications(read: Call, save_role: Call, save_application: Call, conversation: Call) -> None:
    save_role()
    save_application()
    assert read(f"/conversations/{conversation()}/applications").status_code == 403
    assert read("/conversations/nothing/applications").status_code == 404
    save_application("A-9", candidate=_candidate(9))
    found = read(f"/conversations/{conversation(EVA)}/applications").json["applications"]
    assert [a["ref"] for a in found] == ["A-1"]


def test_where_the_application_stands(save_role: Call, save_application: Call, view: Call) -> None:
    save_role()
    save_application()
    with clock.at(datetime(2026, 11, 19, 12, tzinfo=UTC)):
        assert view() == {
            "ref": "A-1", "role_ref": "NV-1", "role_title": "Drifttekniker", "status": "active", "stage": "screening",
            "stage_name": "Rekryteraren läser ansökan", "stage_since": "2026-11-10T10:00:00+01:00", "next_stage_name": "Intervju",
            "received_at": "2026-11-06T20:00:00+01:00", "interviewed": False, "interview": None, "feedback": None, "as_of": "2026-11-19T13:00:00+01:00",
            "contact": {"name": "Bo Al", "title": "Rekryterare", "email": "bo.al@nordvind.example", "phone": "+46 70 174 06 99"},
            "promise": {"who": "Bo Al", "due_on": "2026-11-20", "channel": "phone", "overdue": False, "made_at": "2026-11-10T10:00:00+01:00"},
        }  # fmt: skip


@pytest.mark.parametrize(
    ("office", "now", "overdue"),
    [
        ("stockholm", datetime(2026, 11, 20, 22, 59, tzinfo=UTC), False),
        ("stockholm", datetime(2026, 11, 20, 23, 1, tzinfo=UTC), True),
        ("helsinki", datetime(2026, 11, 20, 21, 59, tzinfo=UTC), False),
        ("helsinki", datetime(2026, 11, 20, 22, 1, tzinfo=UTC), True),
    ],
)
def test_a_promise_is_overdue_when_its_day_ends_at_the_office(
    save_role: Call, save_application: Call, view: Call, office: str, now: datetime, overdue: bool
) -> None:
    save_role(office=office)
    save_application()
    with clock.at(now):
        assert view()["promise"]["overdue"] is overdue


@pytest.mark.parametrize(
    ("language", "names"),
    [("sv", ("Intervju", "Arbetsprov eller test")), ("fi", ("Haastattelu", "Työnäyte tai testi")), ("en", ("Interview", "Work sample or test"))],
)
def test_stages_are_named_in_the_readers_language(save_role: Call, save_application: Call, view: Call, language: str, names: tuple[str, str]) -> None:
    save_role()
    save_application(stage="interview", promise=None)
    found = view(language)
    assert (found["stage_name"], found["next_stage_name"], found["promise"]) == (*names, None)


def test_without_a_work_sample_a_decision_comes_next(save_role: Call, save_application: Call, view: Call) -> None:
    save_role(texts={"sv": {"title": "Drifttekniker"}})
    save_application(stage="interview")
    assert view()["next_stage_name"] == "Besked"


INTERVIEW = {"at": "2026-11-18T10:00:00+01:00", "form": "onsite", "minutes": 60, "place": "Kajen", "participants": ["Siv Ek"]}


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({"stage": "interview", "interview": INTERVIEW}, "2026-11-17", False),
        ({"stage": "interview", "interview": INTERVIEW}, "2026-11-19", True),
        ({"stage": "interview", "interview": None}, "2026-11-19", False),
        ({"stage": "rejected", "stage_since": "2026-11-19T09:00:00Z", "interview": INTERVIEW}, "2026-11-20", True),
        ({"stage": "rejected", "stage_since": "2026-11-17T09:00:00Z", "interview": INTERVIEW}, "2026-11-20", False),
        ({"stage": "rejected", "stage_since": "2026-11-17T09:00:00Z"}, "2026-11-20", False),
        ({"stage": "offer", "history": [{"stage": "interview", "at": "2026-11-12T09:00:00Z"}]}, "2026-11-20", True),
    ],
)
def test_interviewed_means_that_it_took_place(save_role: Call, save_application: Call, view: Call, changes: dict[str, Any], now: str, expected: bool) -> None:
    save_role()
    save_application(**changes)
    with clock.at(datetime.fromisoformat(now).replace(tzinfo=UTC)):
        assert view()["interviewed"] is expected


def test_interview_times_are_those_of_the_office(save_role: Call, save_application: Call, view: Call) -> None:
    save_role(office="helsinki")
    save_application(interview=INTERVIEW)
    assert view()["interview"] == INTERVIEW | {"at": "2026-11-18T11:00:00+02:00"}


def test_what_ended_has_no_next_stage_and_its_feedback_in_the_nearest_language(save_role: Call, save_application: Call, view: Call) -> None:
    save_role()
    save_application(stage="rejected", stage_since="2026-11-19T09:00:00Z", promise=None, feedback={"sv": "Tack", "fi": "Kiitos"})
    assert (view("sv")["next_stage_name"], view("fi")["feedback"], view("en")["feedback"]) == (None, "Kiitos", "Tack")


def test_the_newest_application_comes_first(read: Call, save_role: Call, save_application: Call, conversation: Call) -> None:
    save_role()
    save_role("NV-2", recruiter=None, contact=None)
    save_application()
    save_application("A-2", role="NV-2", received_at="2026-11-08T20:00:00+01:00")
    found = read(f"/conversations/{conversation(EVA)}/applications").json["applications"]
    assert [(a["ref"], a["contact"] is None) for a in found] == [("A-2", True), ("A-1", False)]


def test_response_times_are_measured_to_the_employers_first_move(read: Call, save_role: Call, save_application: Call) -> None:
    save_role()
    received = datetime(2026, 11, 1, 8, tzinfo=UTC)
    for number, days in enumerate((1, 2, 6)):
        first, later = ((received + timedelta(days=d)).isoformat() for d in (days, days + 30))
        history = [{"stage": "screening", "at": first}, {"stage": "interview", "at": later}]
        save_application(
            f"A-{number}", candidate=_candidate(number), received_at=received.isoformat(), stage="interview", stage_since=later, history=history, promise=None
        )
    waiting = {"received_at": received.isoformat(), "history": [], "promise": None}
    save_application("A-7", candidate=_candidate(7), stage="received", stage_since=received.isoformat(), **waiting)
    save_application("A-8", candidate=_candidate(8), stage="withdrawn", stage_since="2026-11-02T08:00:00Z", **waiting)
    with clock.at(datetime(2026, 12, 24, 12, tzinfo=UTC)):
        assert read("/response-times", role="NV-1").json == {"median_days": 2.0, "sample": 3, "promised_days": 10, "as_of": "2026-12-24T13:00:00+01:00"}
        assert read("/response-times").json["sample"] == 3 and read("/response-times").json["promised_days"] is None
    with clock.at(datetime(2027, 12, 24, 12, tzinfo=UTC)):
        assert read("/response-times", role="NV-1").json["sample"] == 0


def test_nothing_measured_is_said_to_be_nothing(read: Call, save_role: Call) -> None:
    save_role()
    assert {k: v for k, v in read("/response-times", role="NV-1").json.items() if k != "as_of"} == {"median_days": None, "sample": 0, "promised_days": 10}
    assert {k: v for k, v in read("/response-times", role="NV-9").json.items() if k != "as_of"} == {"median_days": None, "sample": 0, "promised_days": None}
