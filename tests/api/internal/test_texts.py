"""GET /internal/v1/texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from apiflask import APIFlask

from api import clock
from api.answers import texts
from api.db import db


def test_the_assistant_reads_what_is_worded_otherwise_and_hears_304_until_it_changes(read: Callable[..., Any], context: APIFlask) -> None:
    first = read("/texts")
    assert first.json == {"texts": {}}
    db.session.rollback()
    texts.save(None, "button", "person", {"sv": "Prata med oss"})
    texts.save(None, "response", "utter_goodbye", {"en": "Have a good summer."}, clock.now() + timedelta(days=1))
    texts.save(None, "answer", "benefits", {"en": "Not for the assistant's memory."})
    db.session.commit()
    second = read("/texts", {"If-None-Match": first.headers["ETag"]})
    assert second.json == {"texts": {"button": {"person": {"sv": "Prata med oss"}}}}
    db.session.rollback()
    same = read("/texts", {"If-None-Match": second.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    db.session.rollback()
    with clock.at(clock.now() + timedelta(days=2)):
        later = read("/texts", {"If-None-Match": second.headers["ETag"]})
        assert later.json["texts"]["response"] == {"utter_goodbye": {"en": "Have a good summer."}}


def test_without_the_secret_nothing_is_told(client: Any) -> None:
    assert client.get("/internal/v1/texts").status_code == 401
