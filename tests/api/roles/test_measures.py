"""Kept rate and silence: what counts, for whom, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from apiflask import APIFlask

from api import clock
from api.conversations.models import Conversation, Message
from api.db import db
from api.roles.measures import Measure, measures
from api.roles.models import Application, Role
from tests.api.statements import counted

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def promise(day: int, status: str, made: int = 2, who: str = "Bo Al") -> dict[str, Any]:
    return {"who": who, "due_on": f"2026-11-{day:02}", "channel": "phone", "made_at": f"2026-11-{made:02}T09:00:00Z", "status": status}


def step(stage: str, day: int) -> dict[str, str]:
    return {"stage": stage, "at": f"2026-11-{day:02}T09:00:00Z"}


def facts(found: list[Measure]) -> list[tuple[str, int, int, float | None, int]]:
    return [(m.key, m.kept, m.due, m.silence, m.waits) for m in found]


def test_promises_belong_to_the_stage_they_were_made_in_and_silence_to_the_stage_it_began_in(
    context: APIFlask, save_role: Callable[..., Role], save_application: Callable[..., Application]
) -> None:
    """Received on the 2nd, read on the 6th, interview on the 16th: heard of it, and of nothing since; one promise is overdue."""
    with clock.at(NOW):
        save_role()
        save_application(
            stage="interview", stage_since="2026-11-16T09:00:00Z", received_at="2026-11-02T09:00:00Z",
            history=[step("received", 2), step("screening", 6), step("interview", 16)],
            past_promises=[promise(6, "kept", 2), promise(12, "broken", 7, "Ada Ek")], promise=promise(20, "open", 16),
        )  # fmt: skip
        found = measures(90, "en")
    assert (found.total.kept, found.total.due, round(found.total.rate or 0, 2)) == (1, 3, 0.33)
    assert [(m.key, m.kept, m.due) for m in found.stages] == [("received", 1, 1), ("screening", 0, 1), ("interview", 0, 1)]
    assert sorted((m.key, m.kept, m.due) for m in found.recruiters) == [("Ada Ek", 0, 1), ("Bo Al", 1, 2)]
    assert [(m.key, m.kept, m.due) for m in found.weeks] == [("2026-11-02", 1, 1), ("2026-11-09", 0, 1), ("2026-11-16", 0, 1)]
    assert [(m.key, m.name) for m in found.roles] == [("NV-1", "Operations engineer")]


def test_a_recruiters_message_ends_a_silence_and_the_end_of_an_application_does_too(
    context: APIFlask, save_role: Callable[..., Role], save_application: Callable[..., Application]
) -> None:
    plain: dict[str, Any] = {"promise": None, "received_at": "2026-11-05T09:00:00Z"}
    with clock.at(NOW):
        save_role()
        waits = save_application("A-1", stage="received", stage_since="2026-11-05T09:00:00Z", history=[], **plain)
        done = {"email": "gun@example.com"}
        save_application("A-2", candidate=done, stage="rejected", stage_since="2026-11-08T09:00:00Z", history=[step("received", 5)], **plain)
        talk = Conversation(token_hash="0" * 64, language="en", candidate_id=waits.candidate_id, verified_at=NOW)
        db.session.add(talk)
        db.session.flush()
        for seq, (sender, day) in enumerate((("assistant", 10), ("recruiter", 15)), 1):
            at = datetime(2026, 11, day, 9, tzinfo=UTC)
            db.session.add(Message(conversation_id=talk.id, seq=seq, sender=sender, text="Hi", language="en", sent_at=at))
        db.session.commit()
        found = measures(90, "en")
        recent = measures(30, "en")
    assert sorted(found.total.silences) == [3.0, 10.0, 10.0], "5th to 8th; 5th to 15th, and since then"
    assert facts(found.stages) == [("received", 0, 0, 10.0, 3)]
    assert recent.total.waits == 3


def test_only_what_fell_into_the_period_counts_and_the_future_does_not(
    context: APIFlask, save_role: Callable[..., Role], save_application: Callable[..., Application]
) -> None:
    with clock.at(NOW):
        save_role()
        save_application(past_promises=[promise(1, "broken") | {"due_on": "2026-08-01", "made_at": "2026-07-20T09:00:00Z"}], promise=promise(30, "open"))
        assert (measures(90, "en").total.due, measures(365, "en").total.due) == (0, 1)


def test_another_day_named_late_was_not_kept_named_in_time_it_does_not_count(
    context: APIFlask, save_role: Callable[..., Role], save_application: Callable[..., Application]
) -> None:
    with clock.at(datetime(2026, 11, 12, 9, tzinfo=UTC)):
        save_role()
        save_application("A-1", promise=promise(20, "open"))
        save_application("A-2", promise=promise(13, "open"), candidate={"email": "gun@example.com"})
    with clock.at(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        save_application("A-1", promise=promise(27, "open", 16))
        save_application("A-2", promise=promise(27, "open", 16), candidate={"email": "gun@example.com"})
        assert (measures(90, "en").total.kept, measures(90, "en").total.due) == (0, 1)


def test_as_many_queries_for_many_applications_as_for_few(
    context: APIFlask, save_role: Callable[..., Role], save_application: Callable[..., Application]
) -> None:
    asked = []
    with clock.at(NOW):
        save_role()
        for many in (1, 9):
            for n in range(many):
                save_application(f"A-{many}{n}", candidate={"email": f"{many}{n}@example.com"})
            with counted(context) as statements:
                measures(90, "en")
            asked.append(len(statements))
    assert asked[0] == asked[1] == 5
