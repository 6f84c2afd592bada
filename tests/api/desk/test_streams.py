"""The desk's streams: what moves is told at once, without candidates' words, and only to who is signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from api.accounts.access import COOKIE
from api.accounts.models import Staff
from api.db import db
from api.desk import stream
from tests.api.candidate import Candidate, over_flask
from tests.api.staff import Browser, add_staff, signed_in

Event = tuple[str, Any]


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams look again at once, and never sleep for long."""
    monkeypatch.setattr(stream, "KEEP_ALIVE_SECONDS", 0.05)
    monkeypatch.setattr(stream, "GLANCE_SECONDS", 0.05)
    monkeypatch.setattr(stream, "REST_SECONDS", 0)


def until(lines: Iterator[bytes | str], name: str, most: int = 60) -> Event:
    """The next event of this name."""
    for _ in range(most):
        chunk = next(lines)
        text = chunk.decode() if isinstance(chunk, bytes) else chunk
        fields = dict(line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith(":"))
        if fields.get("event") == name:
            return fields.get("id", ""), json.loads(fields["data"])
    raise AssertionError(f"no {name}")


def follow(browser: Browser, path: str, **headers: str) -> Iterator[bytes | str]:
    answer = browser.get(path, headers={"Accept": "text/event-stream"} | headers, buffered=False)
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    return iter(answer.response)


def candidate(app: APIFlask) -> Candidate:
    return Candidate(over_flask(app.test_client()), "en")


def test_new_work_counts_and_lists_are_told_without_what_was_said(app: APIFlask) -> None:
    ebba = signed_in(app, add_staff(app))
    lines = follow(ebba, "/desk/events")
    assert until(lines, "counts")[1]["waiting"] == 0
    visitor = candidate(app)
    visitor.say("Secret words")
    visitor.want_person()
    moment, counts = until(lines, "counts")
    assert counts["waiting"] == 1
    work = until(lines, "work")[1]
    assert (work["kind"], work["conversation"], work["title"]) == ("waiting", visitor.id, "Visitor: Asked for a person")
    again = candidate(app)
    again.want_person()
    missed = follow(ebba, "/desk/events", **{"Last-Event-ID": moment})
    assert until(missed, "counts")[1]["waiting"] == 2
    assert until(missed, "work")[1]["conversation"] == again.id, "what came while the line was down is told, and no more"


def test_a_conversation_tells_that_it_has_changed(app: APIFlask) -> None:
    ebba = signed_in(app, add_staff(app))
    visitor = candidate(app)
    lines = follow(ebba, f"/desk/conversations/{visitor.id}/events")
    first = until(lines, "changed")[1]
    visitor.say("Hello")
    second = until(lines, "changed")[1]
    assert second["seq"] > first["seq"]
    assert second["frame"] == first["frame"]
    assert "Hello" not in json.dumps(second)
    visitor.want_person()
    while second["frame"] == first["frame"]:
        second = until(lines, "changed")[1]


def test_streams_end_with_the_session_and_are_refused_without_one(app: APIFlask) -> None:
    staff_id = add_staff(app)
    ebba = signed_in(app, staff_id)
    visitor = candidate(app)
    paths = ("/desk/events", f"/desk/conversations/{visitor.id}/events")
    streams = [follow(ebba, path) for path in paths]
    for lines in streams:
        next(lines)
    with app.app_context():
        db.session.get_one(Staff, staff_id).active = False
        db.session.commit()
    for lines in streams:
        until(lines, "signed-out")
        with pytest.raises(StopIteration):
            next(lines)
    nobody = Browser(app)
    nobody.client.delete_cookie(COOKIE)
    for path in paths:
        assert nobody.get(path, headers={"Accept": "text/event-stream"}).status_code == 401
    assert signed_in(app, add_staff(app, "Priya Raman")).get("/desk/conversations/nobodys/events", headers={"Accept": "text/event-stream"}).status_code == 404
