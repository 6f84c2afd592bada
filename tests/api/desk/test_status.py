"""The page that says how the desk is doing."""

from __future__ import annotations

from datetime import timedelta

from apiflask import APIFlask

from api import clock, jobs
from api.db import db
from api.outbox.service import queue_mail
from tests.api.assistant import FakeAssistant
from tests.api.staff import add_staff, signed_in


def test_each_part_says_whether_it_works(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    browser = signed_in(app, add_staff(app))
    with app.app_context():
        app.extensions["jobs"]["huey"].put(jobs.SWEPT, clock.now().timestamp())
    well = browser.get("/desk/status").text
    assert "It answers." in well
    assert well.count("needs help") == 0

    fake_assistant.ready = False
    with app.app_context():
        queue_mail("eva@mail.example", "Hello", "Text", "en", "to somebody")
        db.session.commit()
    with clock.at(clock.now() + timedelta(minutes=7)):
        ill = browser.get("/desk/status").text
    assert "It does not answer." in ill
    assert "It was last seen 7 minutes ago." in ill
    assert "1 has waited for minutes." in ill
    assert ill.count("needs help") == 2


def test_a_worker_that_was_never_seen_is_not_called_well(app: APIFlask) -> None:
    assert "It has not been seen yet." in signed_in(app, add_staff(app)).get("/desk/status").text
